"""Editing cells of a worksheet part in place: every byte outside the edited cells stays as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import reduce
from operator import itemgetter

import numpy as np

from .celltext import REMOVE, Renderer
from .edits import ColumnEdit, Edits
from .newrows import new_rows
from .refs import Box, letter, parse_box
from .rendering import Ends
from .scan import Flags, Ints, Layout, Small
from .sheetmap import WIDE, SheetMap, sheet_map
from .xmlparts import as_utf8

__all__ = ["ColumnEdit", "Edits", "splice"]
_SPANS = re.compile(rb"""(\sspans\s*=\s*["'])([0-9]+):([0-9]+)(?=["'])""")
_HIDDEN = re.compile(rb"""\shidden\s*=\s*["'][^"']*["']""")
_DIMENSION = re.compile(rb"""(<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["'])([^"']*)(?=["'])""")


def splice(
    xml: bytes, edits: Edits, known: Layout | None = None, behind: Callable[[bytes], bytes] = lambda rest: rest
) -> bytes:
    """The part with the edits made; ``known`` is its layout if it was read before. ``behind`` changes what stands
    behind the rows. Same cells, same bytes: an edit that changes nothing returns its input.

    Raises RefusedFile ``broken_cell`` (with the address), ``no_sheet_data`` or ``damaged_xml``.
    """
    data, back = as_utf8(xml)
    columns = _ascending([edit for edit in edits.columns if len(edit.rows)])
    last = max((max(edit.rows) for edit in columns), default=0)
    cuts = _Cuts(data, sheet_map(data, known, max(last, *edits.hidden, 0)), edits)
    for edit in columns:
        cuts.column(edit)
    cuts.rows()
    body = cuts.body()
    if body is None:
        return behind(xml)
    rest = behind(data[max(cuts.sheet.close, cuts.sheet.body):])
    return back(_framed(data, cuts.sheet, body, _grown_dimension(data[:cuts.sheet.start], columns), rest))


def _ascending(edits: list[ColumnEdit]) -> list[ColumnEdit]:
    """The edits with their rows in order; lists that several edits share are looked at once."""
    fine: set[int] = set()
    out = []
    for edit in edits:
        if id(edit.rows) not in fine:
            rows = edit.rows
            edit = edit.sorted()
            if edit.rows is rows:
                fine.add(id(rows))
        out.append(edit)
    return out


class _Cuts:
    """All that is to be replaced, as (start, end, order, text); an insertion has its start as its end."""

    def __init__(self, data: bytes, sheet: SheetMap, edits: Edits) -> None:
        self.data, self.sheet, self.edits = data, sheet, edits
        self.places = sheet.places
        self.keys = sheet.cell_keys()
        self.p = sheet.prefix.encode()
        self.ends = Ends(Renderer(sheet.prefix, edits.date1904))
        self.todo: list[tuple[int, int, int, bytes | list[bytes]]] = []
        self.fresh: list[ColumnEdit] = []
        none = np.empty(0, np.int64)
        self.last: tuple[Sequence[int], Ints, Ints, Flags] = ((), none, none, none.astype(bool))
        self.added: dict[int, list[int]] = {}  # index of a row -> columns of its new cells

    def column(self, edit: ColumnEdit) -> None:
        """Gather the cells of one column; those of rows that do not exist yet wait for ``rows``."""
        if edit.rows is not self.last[0]:  # most columns of a table share one list of rows
            rows = np.array(edit.rows, np.int64)
            index = np.searchsorted(self.places.row, rows)
            self.last = edit.rows, rows, index, _equal(self.places.row, index, rows)
        _, rows, index, there = self.last
        key = rows * WIDE + edit.col
        cell = np.searchsorted(self.keys, key)
        hit = _equal(self.keys, cell, key) & there
        for chosen, do in ((hit, self._replaced), (there & ~hit, self._inserted)):
            if chosen.any():
                do(_chosen(edit, chosen), index[chosen], cell[chosen], key[chosen])
        if not there.all():
            self.fresh.append(_chosen(edit, ~there))

    def _replaced(self, edit: ColumnEdit, index: Ints, cell: Ints, key: Ints) -> None:
        kept: list[int] = self.places.cell_style[cell].tolist()
        if edit.styles is None:
            edit.styles = kept
        elif not isinstance(edit.styles, int) and None in edit.styles:
            edit.styles = [own if style is None else style for own, style in zip(kept, edit.styles, strict=True)]
        opening = b"<" + self.p + b'c r="' + letter(edit.col).encode()
        data, loose = self.data, self.sheet.loose
        for row, end, a, b, order, value in zip(
            edit.rows, self.ends.of(edit), self.places.cell_start[cell].tolist(), self.places.cell_end[cell].tolist(),
            key.tolist(), edit.values, strict=True,
        ):  # fmt: skip
            if end[:1] == b"<":
                text = end
            elif value is not REMOVE:
                text = opening + b"%d" % row + (end or b'"/>')
            else:  # a neighbour without an address counts from its predecessor, which must stay
                text = opening + b'%d"/>' % row if row in loose else b""
            if data[a:b] != text:
                self.todo.append((a, b, order, text))

    def _inserted(self, edit: ColumnEdit, index: Ints, cell: Ints, key: Ints) -> None:
        opening = b"<" + self.p + b'c r="' + letter(edit.col).encode()
        body, last = self.places.row_body, np.concatenate([np.zeros(1, np.int64), self.places.cell_end])[cell]
        for row, end, place, a, order in zip(edit.rows, self.ends.of(edit), index.tolist(),
                                             np.maximum(body[index], last).tolist(), key.tolist(), strict=True):
            if end:
                text = end if end[:1] == b"<" else opening + b"%d" % row + end
                self.todo.append((a, a, order, text))
                self.added.setdefault(place, []).append(edit.col)

    def rows(self) -> None:
        """Gather opening tags that must change and rows that do not exist yet."""
        numbers = self.places.row
        flags = self.edits.hidden
        wanted = np.array(sorted(flags), np.int64)
        index = np.searchsorted(numbers, wanted)
        there = _equal(numbers, index, wanted)
        for place in sorted({*self.added, *index[there].tolist()}):
            self._opening(place, flags.get(int(numbers[place])))
        hidden = {int(row) for row in wanted[~there] if flags[int(row)]}
        fresh = _union([sorted(hidden), *(edit.rows for edit in self.fresh)])
        ends = np.concatenate([np.array([self.sheet.body]), self.places.row_end])
        gaps = np.searchsorted(numbers, np.array(fresh, np.int64))
        for gap in np.unique(gaps).tolist():
            rows = [row for row, at in zip(fresh, gaps.tolist(), strict=True) if at == gap] \
                if len(fresh) and gaps[0] != gaps[-1] else fresh
            mine = [_chosen(edit, np.isin(edit.rows, rows)) for edit in self.fresh] if rows is not fresh else self.fresh
            pieces = new_rows(rows, [edit for edit in mine if len(edit.rows)], hidden, self.ends)
            if any(pieces):
                self.todo.append((int(ends[gap]), int(ends[gap]), rows[0] * WIDE, pieces))

    def _opening(self, place: int, hidden: bool | None) -> None:
        """The opening tag of a row that got new cells or another hidden flag."""
        start, body = int(self.places.row_start[place]), int(self.places.row_body[place])
        head = old = self.data[start:body]
        if hidden is not None:
            head = _with_hidden(head, hidden)
        cols = self.added.get(place)
        if cols and b"spans" in head:
            low, high = min(cols), max(cols)
            head = _SPANS.sub(lambda m: b"%b%d:%d" % (m[1], min(int(m[2]), low), max(int(m[3]), high)), head)
        if cols and body == self.places.row_end[place]:  # <row/> is opened
            head = head[: head.rindex(b"/")].rstrip() + b">"
            order = (int(self.places.row[place]) + 1) * WIDE - 1
            self.todo.append((body, body, order, b"</" + self.p + b"row>"))
        if head != old:
            self.todo.append((start, body, 0, head))

    def body(self) -> list[bytes | memoryview] | None:
        """The rows with all cuts made, in pieces; None if there are none."""
        return self._pieces() if self.todo else None

    def _pieces(self) -> list[bytes | memoryview]:
        data, at = self.data, self.sheet.body
        out: list[bytes | memoryview] = []
        for start, end, _, text in sorted(self.todo, key=itemgetter(0, 2)):
            if start > at:
                out.append(data[at:start])
            out += [text] if isinstance(text, bytes) else text
            at = end
        out.append(memoryview(data)[at:self.sheet.close])  # may be nearly all of a huge part
        return out


def _equal(sorted_keys: Ints | Small, at: Ints, keys: Ints) -> Flags:
    """Where ``sorted_keys[at]`` is the key."""
    if not len(sorted_keys):
        return np.zeros(len(keys), bool)
    return np.asarray(sorted_keys[np.minimum(at, len(sorted_keys) - 1)] == keys, bool)


def _union(rows: Sequence[Sequence[int]]) -> list[int]:
    """All rows of some lists, ascending; most lists are alike."""
    found: set[int] = set()
    last: Sequence[int] = ()
    for some in rows:
        if len(some) != len(last) or some != last:
            found.update(some)
        last = some
    return sorted(found)


def _chosen(edit: ColumnEdit, flags: Flags) -> ColumnEdit:
    """The flagged cells of an edit."""
    if flags.all():
        return ColumnEdit(edit.col, edit.rows, edit.values, edit.styles, edit.known_kinds)
    index = np.flatnonzero(flags).tolist()
    if index and index[-1] - index[0] == len(index) - 1:
        return edit.part(index[0], index[-1] + 1)
    styles = edit.styles
    if isinstance(styles, Sequence | np.ndarray):
        styles = [styles[i] for i in index]
    return ColumnEdit(edit.col, [edit.rows[i] for i in index], [edit.values[i] for i in index], styles)


def _framed(data: bytes, sheet: SheetMap, body: list[bytes | memoryview], head: bytes, rest: bytes) -> bytes:
    """The part around changed rows; ``head`` stands before ``sheetData``, which is opened if self-closed, ``rest``
    behind its rows."""
    if sheet.body != sheet.end:
        return b"".join((head, data[sheet.start:sheet.body], *body, rest))
    tag = data[sheet.start:sheet.body].rstrip(b"/>") + b">"
    return b"".join((head, tag, *body, b"</", sheet.prefix.encode(), b"sheetData>", rest))


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


def _grown_dimension(head: bytes, edits: Sequence[ColumnEdit]) -> bytes:
    """``dimension`` widened over the written cells; left alone if it already covers them or says nothing."""
    match = _DIMENSION.search(head)
    old = parse_box(match[2].decode()) if match else None
    if match is None or old is None:
        return head
    boxes = []
    for edit in edits:
        first, last = (next((n for n in order if edit.values[n] is not REMOVE), None)
                       for order in (range(len(edit.rows)), range(len(edit.rows) - 1, -1, -1)))
        if first is not None and last is not None:
            boxes.append(Box(edit.rows[first], edit.col, edit.rows[last], edit.col))
    new = reduce(Box.union, boxes, old)
    return head if new == old else head[:match.start(2)] + str(new).encode() + head[match.end(2):]
