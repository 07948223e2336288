"""Editing cells of a worksheet part in place: every byte outside the edited cells stays as it is."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import repeat
from typing import Any

import numpy as np

from .celltext import REMOVE, Moved, Renderer, placed
from .edits import ColumnEdit, Edits
from .newrows import Tails, new_rows
from .refs import Box, letter, parse_box
from .sheetmap import RowSpan, SheetMap, sheet_map
from .xmlparts import as_utf8

__all__ = ["ColumnEdit", "Edits", "splice"]
_SPANS = re.compile(rb"""(\sspans\s*=\s*["'])([0-9]+):([0-9]+)(?=["'])""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'][^"']*["']""")
_DIMENSION = re.compile(rb"""(<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["'])([^"']*)(?=["'])""")
_Todo = tuple[int, int | None, bytes | None]


def splice(xml: bytes, edits: Edits) -> bytes:
    """The part with the edits made. Same cells, same bytes: an edit that changes nothing returns its input.

    Raises RefusedFile ``broken_cell`` (with the address), ``no_sheet_data`` or ``damaged_xml``.
    """
    data, back = as_utf8(xml)
    columns = [edit.sorted() for edit in edits.columns if len(edit.rows)]
    touched = set(edits.hidden).union(*(edit.rows for edit in columns))
    sheet = sheet_map(data, touched, min((edit.col for edit in columns), default=1))
    tails = Tails(Renderer(sheet.prefix, edits.date1904))
    last = sheet.rows[-1].number if sheet.rows else 0
    cuts = [bisect_right(edit.rows, last) for edit in columns]
    below = [edit.part(cut, len(edit.rows)) for edit, cut in zip(columns, cuts, strict=True)
             if cut < len(edit.rows)]
    todo = _by_row([edit.part(0, cut) for edit, cut in zip(columns, cuts, strict=True) if cut], tails)
    rows = sorted(touched)
    known = bisect_right(rows, last)
    flagged = {row for row, hidden in edits.hidden.items() if hidden}
    added = new_rows(rows[known:], below, flagged, tails) if known < len(rows) else b""
    body = _Writer(data, sheet, todo, edits.hidden).write(rows[:known], added)
    if body is None or body == memoryview(data)[sheet.body:sheet.close]:
        return xml
    return back(_framed(data, sheet, body, _grown_dimension(data[:sheet.start], todo, below)))


def _by_row(columns: Sequence[ColumnEdit], tails: Tails) -> dict[int, list[_Todo]]:
    """Render column by column, file by row; columns ascend within a row."""
    todo: defaultdict[int, list[_Todo]] = defaultdict(list)
    for edit in sorted(columns, key=lambda e: e.col):
        styles: Sequence[int | None] = edit.styles if isinstance(edit.styles, Sequence | np.ndarray) \
            else [edit.styles] * len(edit.rows)
        items: Iterable[_Todo]
        if tails.common(edit.values) is not None:
            items = zip(repeat(edit.col), styles, map(tails.known.__getitem__, edit.values), strict=False)
        else:
            items = [_item(tails, row, edit.col, value, style)
                     for row, value, style in zip(edit.rows, edit.values, styles, strict=True)]
        for row, item in zip(edit.rows, items, strict=True):
            todo[row].append(item)
    return todo


def _item(tails: Tails, row: int, col: int, value: Any, style: int | None) -> _Todo:
    if value is REMOVE:
        return col, None, None
    if type(value) is Moved:
        return col, -1, placed(value.xml, row, col)
    return col, style, tails.one(value)


class _Writer:
    """Walks the touched rows once, copying what lies between them."""

    def __init__(self, data: bytes, sheet: SheetMap, todo: dict[int, list[_Todo]],
                 hidden: dict[int, bool]) -> None:
        self.data, self.sheet, self.todo, self.hidden = data, sheet, todo, hidden
        self.p = sheet.prefix.encode()
        self.open = b"<" + self.p + b'c r="'
        self.heads: dict[tuple[int, int], tuple[bytes, bytes]] = {}

    def write(self, touched: list[int], below: bytes) -> bytes | None:
        """All rows, with the touched ones changed and new ones set under the last; None: nothing happened."""
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
        if below:
            here = rows[-1].end if rows else self.sheet.body
            out += (data[at:here], below)
            at = here
        if not out:
            return None
        out.append(data[at:self.sheet.close])
        return b"".join(out)

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


def _framed(data: bytes, sheet: SheetMap, body: bytes, head: bytes) -> bytes:
    """The part around changed rows; ``head`` stands before ``sheetData``, which is opened if self-closed."""
    if sheet.body != sheet.end:
        return b"".join((head, data[sheet.start:sheet.body], body, data[sheet.close:]))
    tag = data[sheet.start:sheet.body].rstrip(b"/>") + b">"
    return b"".join((head, tag, body, b"</", sheet.prefix.encode(), b"sheetData>", data[sheet.end:]))


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


def _grown_dimension(head: bytes, todo: dict[int, list[_Todo]], below: Sequence[ColumnEdit]) -> bytes:
    """``dimension`` widened over the written cells; left alone if it already covers them or says nothing."""
    lines = [(row, cells) for row, cells in todo.items() if cells[0][2] or any(tail for _, _, tail in cells)]
    match = _DIMENSION.search(head)
    old = parse_box(match[2].decode()) if match else None
    if match is None or old is None:
        return head
    boxes = [Box(row, cells[0][0], row, cells[-1][0]) for row, cells in lines]
    for edit in below:
        first, last = (next((n for n in order if edit.values[n] is not REMOVE), None)
                       for order in (range(len(edit.rows)), range(len(edit.rows) - 1, -1, -1)))
        if first is not None and last is not None:
            boxes.append(Box(edit.rows[first], edit.col, edit.rows[last], edit.col))
    new = reduce(Box.union, boxes, old)
    return head if new == old else head[:match.start(2)] + str(new).encode() + head[match.end(2):]
