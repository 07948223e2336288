"""Editing cells of a worksheet part in place: every byte outside the edited cells stays as it is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from typing import Any

import numpy as np

from .celltext import REMOVE, Moved, Renderer, placed
from .refs import Box, letter, parse_box
from .sheetmap import RowSpan, SheetMap, sheet_map
from .xmlparts import as_utf8

_SPANS = re.compile(rb"""(\sspans\s*=\s*["'])([0-9]+):([0-9]+)(?=["'])""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'][^"']*["']""")
_DIMENSION = re.compile(rb"""(<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["'])([^"']*)(?=["'])""")
_COMMON = frozenset({str, int, float, date, type(None)})
_Todo = tuple[int, int | None, bytes | None]


@dataclass(slots=True)
class ColumnEdit:
    """New cells of one column: sheet rows, one value each, and their format.

    ``values``: None, str, float, int, bool, date, datetime, CellError, Formula, Moved (a cell carried over
    as it is) or REMOVE (no cell at all). ``styles``: one index for all, one per cell, or None = keep the
    format that the cell has. A missing value in a place without a cell and without a format writes nothing.
    """

    col: int
    rows: Sequence[int]
    values: Sequence[Any]
    styles: int | Sequence[int | None] | None = None


@dataclass(slots=True)
class Edits:
    """All that happens to one sheet part; ``hidden`` sets the hidden flag of rows."""

    columns: list[ColumnEdit] = field(default_factory=list)
    hidden: dict[int, bool] = field(default_factory=dict)
    date1904: bool = False


def splice(xml: bytes, edits: Edits) -> bytes:
    """The part with the edits made. Same cells, same bytes: an edit that changes nothing returns its input.

    Raises RefusedFile ``broken_cell`` (with the address), ``no_sheet_data`` or ``damaged_xml``.
    """
    data, back = as_utf8(xml)
    touched = {row for edit in edits.columns for row in _ints(edit.rows)} | set(edits.hidden)
    sheet = sheet_map(data, touched)
    todo = _by_row(edits, Renderer(sheet.prefix, edits.date1904))
    out = _Writer(data, sheet, todo, edits.hidden).write(sorted(touched))
    return xml if out == data else back(_grown_dimension(out, todo))


def _ints(rows: Sequence[int]) -> list[int]:
    return rows.tolist() if isinstance(rows, np.ndarray) else list(map(int, rows))


def _by_row(edits: Edits, renderer: Renderer) -> dict[int, list[_Todo]]:
    """Render column by column, file by row; columns ascend within a row."""
    todo: defaultdict[int, list[_Todo]] = defaultdict(list)
    known: dict[Any, bytes] = {}
    for edit in sorted(edits.columns, key=lambda e: e.col):
        rows, col = _ints(edit.rows), edit.col
        styles: Sequence[int | None] = edit.styles if isinstance(edit.styles, Sequence | np.ndarray) \
            else [edit.styles] * len(rows)
        items: Iterable[_Todo]
        if _COMMON.issuperset(map(type, edit.values)):
            # the same words, figures and days stand in many cells: each is rendered once
            for value in set(edit.values).difference(known):
                known[value] = renderer.tail(value).encode()
            items = zip(repeat(col), styles, map(known.__getitem__, edit.values), strict=False)
        else:
            items = [_item(renderer, row, col, value, style)
                     for row, value, style in zip(rows, edit.values, styles, strict=True)]
        for row, item in zip(rows, items, strict=True):
            todo[row].append(item)
    return todo


def _item(renderer: Renderer, row: int, col: int, value: Any, style: int | None) -> _Todo:
    if value is REMOVE:
        return col, None, None
    if type(value) is Moved:
        return col, -1, placed(value.xml, row, col)
    return col, style, renderer.tail(value).encode()


class _Writer:
    """Walks the touched rows once, copying what lies between them."""

    def __init__(self, data: bytes, sheet: SheetMap, todo: dict[int, list[_Todo]],
                 hidden: dict[int, bool]) -> None:
        self.data, self.sheet, self.todo, self.hidden = data, sheet, todo, hidden
        self.p = sheet.prefix.encode()
        self.open = b"<" + self.p + b'c r="'
        self.heads: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    def write(self, touched: list[int]) -> bytes:
        data, rows = self.data, self.sheet.rows
        numbers = [row.number for row in rows]
        out: list[bytes] = []
        at = self.sheet.body
        for number in touched:
            place = bisect_left(numbers, number)
            if place < len(rows) and numbers[place] == number:
                row = rows[place]
                out += (data[at:row.start], self.changed_row(row))
                at = row.end
                continue
            added = self.new_row(number)
            if added:
                here = rows[place - 1].end if place else self.sheet.body
                out += (data[at:here], added)
                at = here
        if not out:
            return data
        out.append(data[at:self.sheet.close])
        return self.framed(b"".join(out))

    def framed(self, body: bytes) -> bytes:
        """The part around new rows; a self-closed ``sheetData`` is opened."""
        sheet, data = self.sheet, self.data
        if sheet.body != sheet.end:
            return data[:sheet.body] + body + data[sheet.close:]
        if not body:
            return data
        tag = data[sheet.start:sheet.body].rstrip(b"/>") + b">"
        return data[:sheet.start] + tag + body + b"</" + self.p + b"sheetData>" + data[sheet.end:]

    def cell(self, number: bytes, col: int, style: int, tail: bytes) -> bytes:
        head = self.heads.get((col, style)) or self.head(col, style)
        return head[0] + number + head[1] + tail

    def head(self, col: int, style: int) -> tuple[bytes, bytes]:
        """What stands before and after the row number in the address of a cell."""
        form = b'" s="%d"' % style if style else b'"'
        self.heads[col, style] = self.open + letter(col).encode(), form
        return self.heads[col, style]

    def new_row(self, number: int) -> bytes:
        """A row that was not there; nothing if all its cells are empty and unformatted."""
        text = b"%d" % number
        cells = []
        heads = self.heads
        for col, style, tail in self.todo.get(number, ()):
            if style == -1 and tail is not None:
                cells.append(tail)
            elif tail is not None and (style or tail != b"/>"):
                around = heads.get((col, style or 0)) or self.head(col, style or 0)
                cells.append(around[0] + text + around[1] + tail)
        flag = b' hidden="1"' if self.hidden.get(number) else b""
        if not cells and not flag:
            return b""
        head = b"<" + self.p + b'row r="' + text + b'"' + flag + b">"
        return head + b"".join(cells) + b"</" + self.p + b"row>"

    def changed_row(self, row: RowSpan) -> bytes:
        todo = self.todo.get(row.number, [])
        body = self.merged(row, todo)
        head = self.data[row.start:row.body]
        if row.number in self.hidden:
            head = _with_hidden(head, self.hidden[row.number])
        if todo and b"spans" in head and body != self.data[row.body:row.close]:
            first, last = todo[0][0], todo[-1][0]
            head = _SPANS.sub(lambda m: b"%b%d:%d" % (m[1], min(int(m[2]), first), max(int(m[3]), last)),
                              head)
        if row.body != row.end:
            return head + body + self.data[row.close:row.end]
        if not body:
            return head
        return head[:head.rindex(b"/")].rstrip() + b">" + body + b"</" + self.p + b"row>"

    def merged(self, row: RowSpan, todo: list[_Todo]) -> bytes:
        """The row's content with the new cells in their places, neighbours byte for byte."""
        data, number = self.data, b"%d" % row.number
        cells = self.sheet.cells[row.number]
        cols, starts, ends = cells.cols, cells.starts, cells.ends
        out: list[bytes] = []
        at, index, count = row.body, 0, len(cols)
        for col, style, tail in todo:
            while index < count and cols[index] < col:
                index += 1
            if index == count or cols[index] != col:
                if tail is None or (tail == b"/>" and not style):
                    continue
                here = ends[index - 1] if index else row.body
                out += (data[at:here], tail if style == -1 else self.cell(number, col, style or 0, tail))
                at = here
                continue
            if at != starts[index]:
                out.append(data[at:starts[index]])
            at = ends[index]
            if tail is None:
                # a neighbour without an address counts from its predecessor, which must stay
                out.append(self.cell(number, col, 0, b"/>") if cells.loose else b"")
            elif style == -1:
                out.append(tail)
            else:
                out.append(self.cell(number, col, cells.styles[index] if style is None else style, tail))
            index += 1
        out.append(data[at:row.close])
        return b"".join(out)


def _with_hidden(head: bytes, hidden: bool) -> bytes:
    """The opening tag of a row with its hidden flag set as wanted; unchanged if it already says so."""
    match = _HIDDEN.search(head)
    now = match is not None and (b"1" in match[0] or b"true" in match[0])
    if now == hidden:
        return head
    bare = _HIDDEN.sub(b"", head)
    if not hidden:
        return bare
    end = bare.rindex(b"/") if bare.endswith(b"/>") else len(bare) - 1
    return bare[:end].rstrip() + b' hidden="1"' + bare[end:]


def _grown_dimension(data: bytes, todo: dict[int, list[_Todo]]) -> bytes:
    """``dimension`` widened over the written cells; left alone if it already covers them or says nothing."""
    lines = [(row, cells) for row, cells in todo.items() if cells[0][2] or any(tail for _, _, tail in cells)]
    match = _DIMENSION.search(data, 0, data.find(b"sheetData"))
    old = parse_box(match[2].decode()) if match else None
    if not lines or match is None or old is None:
        return data
    new = old.union(Box(min(r for r, _ in lines), min(c[0][0] for _, c in lines),
                        max(r for r, _ in lines), max(c[-1][0] for _, c in lines)))
    return data if new == old else data[:match.start(2)] + str(new).encode() + data[match.end(2):]
