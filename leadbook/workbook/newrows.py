"""Rows below the last one of a sheet, rendered column by column: whole tables in one join."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from .celltext import REMOVE, Moved, Renderer, placed
from .edits import ColumnEdit
from .refs import letter

_COMMON = frozenset({str, int, float, date, type(None)})
_BLANK = b"/>"


@dataclass(slots=True)
class Tails:
    """What stands behind address and format of a cell; the same words, figures and days stand in many
    cells, so each is rendered once per sheet."""

    renderer: Renderer
    known: dict[Any, bytes] = field(default_factory=dict)

    def common(self, values: Sequence[Any]) -> set[Any] | None:
        """The distinct values, now all ``known``; None if one is of a kind that must be looked at."""
        if not _COMMON.issuperset(map(type, values)):
            return None
        distinct = set(values)
        for value in distinct.difference(self.known):
            self.known[value] = self.renderer.tail(value).encode()
        return distinct

    def one(self, value: Any) -> bytes:
        """The tail of any value."""
        return self.renderer.tail(value).encode()


def new_rows(rows: Sequence[int], edits: Sequence[ColumnEdit], hidden: Collection[int],
             tails: Tails) -> bytes:
    """The XML of rows that the sheet does not have yet; a row without cells and flag is left out.

    ``rows`` ascend and hold every row of the edits. Each cell is three pieces of one flat list (opening, row
    number, rest), set column by column with a stride.
    """
    slots = {col: 3 * n + 1 for n, col in enumerate(sorted({edit.col for edit in edits}))}
    stride = 3 * len(slots) + 2
    flat = [b""] * (stride * len(rows))
    numbers = [b"%d" % row for row in rows]
    prefix = tails.renderer.p.encode()
    used = np.zeros(len(rows), bool)
    for edit in edits:
        ends = _ends(edit, tails)
        opening = b"<" + prefix + b'c r="' + letter(edit.col).encode()
        moved = Moved in set(map(type, edit.values))
        for first, last, at in _runs(rows, edit):
            mine, slot = ends[first:last], at * stride + slots[edit.col]
            stop, here = slot + (last - first) * stride, numbers[at:at + last - first]
            heads = [opening] * len(mine)
            if moved or not all(mine):
                plain = [bool(end) and end[:1] != b"<" for end in mine]
                heads = [opening if is_cell else b"" for is_cell in plain]
                here = [number if is_cell else b"" for number, is_cell in zip(here, plain, strict=True)]
                used[at:at + last - first] |= np.fromiter(map(bool, mine), bool, len(mine))
            else:
                used[at:at + last - first] = True
            flat[slot:stop:stride], flat[slot + 1:stop:stride], flat[slot + 2:stop:stride] = heads, here, mine
    head, flag = b"<" + prefix + b'row r="%b"%b>', b' hidden="1"'
    wanted = [use or row in hidden for use, row in zip(used.tolist(), rows, strict=True)]
    flat[::stride] = [head % (number, flag if row in hidden else b"") if want else b""
                      for want, number, row in zip(wanted, numbers, rows, strict=True)]
    close = b"</" + prefix + b"row>"
    flat[stride - 1::stride] = [close if want else b"" for want in wanted]
    return b"".join(flat)


def _runs(rows: Sequence[int], edit: ColumnEdit) -> list[tuple[int, int, int]]:
    """Stretches of an edit (first, last) whose rows follow one another in ``rows``, and where they start."""
    if edit.rows == rows:
        return [(0, len(rows), 0)]
    at = np.searchsorted(rows, edit.rows)
    cuts = [0, *(np.flatnonzero(np.diff(at) != 1) + 1).tolist(), len(at)]
    return [(first, last, int(at[first])) for first, last in zip(cuts, cuts[1:], strict=False)]


def _ends(edit: ColumnEdit, tails: Tails) -> list[bytes]:
    """What follows the row number of each cell; nothing for no cell, all of a cell that is carried over."""
    styles = edit.styles if isinstance(edit.styles, Sequence | np.ndarray) else [edit.styles] * len(edit.rows)
    distinct, known = tails.common(edit.values), tails.known
    if distinct is not None and len(set(styles)) == 1:
        ends = {value: _end(known[value], styles[0]) for value in distinct}
        return list(map(ends.__getitem__, edit.values))
    if distinct is not None:
        return [_end(known[value], style) for value, style in zip(edit.values, styles, strict=True)]
    return [_odd(edit.col, row, value, style, tails)
            for row, value, style in zip(edit.rows, edit.values, styles, strict=True)]


def _end(tail: bytes, style: int | None) -> bytes:
    if style:
        return b'" s="%d"%b' % (style, tail)
    return b'"' + tail if tail != _BLANK else b""


def _odd(col: int, row: int, value: Any, style: int | None, tails: Tails) -> bytes:
    if value is REMOVE:
        return b""
    return placed(value.xml, row, col) if type(value) is Moved else _end(tails.one(value), style)
