"""Rows that a sheet does not have yet, rendered column by column: whole tables in one join."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Collection, Sequence

import numpy as np

from .celltext import REMOVE, Moved
from .edits import ColumnEdit
from .refs import letter
from .rendering import Ends


def new_rows(rows: Sequence[int], edits: Sequence[ColumnEdit], hidden: Collection[int], ends: Ends) -> list[bytes]:
    """The XML of rows, in pieces to be joined; a row without cells and flag is left out.

    ``rows`` ascend and hold every row of the edits; edits of one column may not meet in a row.
    """
    edits = sorted(edits, key=lambda edit: edit.col)
    spans = [_span(edit, rows) for edit in edits]
    if any(span is None for span in spans):
        return _sparse(rows, edits, hidden, ends)
    whole = [(edit, *span) for edit, span in zip(edits, spans, strict=True) if span is not None]
    cuts = sorted({0, len(rows), *(a for _, a, _ in whole), *(b for _, _, b in whole)})
    out: list[bytes] = []
    for first, last in itertools.pairwise(cuts):  # stretches of rows that have the same columns
        here = [edit.part(first - a, last - a) for edit, a, b in whole if a <= first and last <= b]
        if here and all(map(_is_full, here)) and not hidden:
            out += _dense(rows[first:last], here, ends)
        else:
            out += _sparse(rows[first:last], here, hidden, ends)
    return out


def _span(edit: ColumnEdit, rows: Sequence[int]) -> tuple[int, int] | None:
    """The stretch of ``rows`` that the edit fills without a gap."""
    first = bisect_left(rows, edit.rows[0])
    last = first + len(edit.rows)
    return (first, last) if list(rows[first:last]) == list(edit.rows) else None


def _is_full(edit: ColumnEdit) -> bool:
    """Whether each of the edit's values makes a cell."""
    kinds = edit.kinds
    if Moved in kinds or type(REMOVE) in kinds:
        return False
    styles = edit.styles
    bare = not styles if styles is None or isinstance(styles, int) else not all(styles)
    return not bare or (kinds <= {str, int} and "" not in edit.values)


def _dense(rows: Sequence[int], edits: Sequence[ColumnEdit], ends: Ends) -> list[bytes]:
    """Every row has every cell: a cell is two pieces, its row number and the rest up to the next number."""
    p = ends.renderer.p.encode()
    numbers = [b"%d" % row for row in rows]
    openings = [b"<" + p + b'c r="' + letter(edit.col).encode() for edit in edits]
    next_row = b"</" + p + b"row><" + p + b'row r="'
    stride = 2 * len(edits) + 2
    flat = [b""] * (stride * len(rows))
    flat[0::stride] = numbers
    flat[1::stride] = [b'">' + openings[0]] * len(rows)
    for n, edit in enumerate(edits):
        flat[2 * n + 2::stride] = numbers
        flat[2 * n + 3::stride] = ends.of(edit, openings[n + 1] if n + 1 < len(edits) else next_row)
    flat[-1] = flat[-1][:-len(next_row)] + b"</" + p + b"row>"
    return [b"<" + p + b'row r="', *flat]


def _sparse(rows: Sequence[int], edits: Sequence[ColumnEdit], hidden: Collection[int], ends: Ends) -> list[bytes]:
    """Any cell may be missing: each is three pieces (opening, row number, rest), set with a stride."""
    slots = {col: 3 * n + 1 for n, col in enumerate(sorted({edit.col for edit in edits}))}
    stride = 3 * len(slots) + 2
    flat = [b""] * (stride * len(rows))
    numbers = [b"%d" % row for row in rows]
    p = ends.renderer.p.encode()
    used = np.zeros(len(rows), bool)
    for edit in edits:
        opening = b"<" + p + b'c r="' + letter(edit.col).encode()
        for row, end in zip(np.searchsorted(rows, edit.rows).tolist(), ends.of(edit), strict=True):
            if end:
                at = row * stride + slots[edit.col]
                if end[:1] != b"<":
                    flat[at], flat[at + 1] = opening, numbers[row]
                flat[at + 2] = end
                used[row] = True
    head, flag, close = b"<" + p + b'row r="%b"%b>', b' hidden="1"', b"</" + p + b"row>"
    for row, (use, number) in enumerate(zip(used.tolist(), rows, strict=True)):
        if use or number in hidden:
            flat[row * stride] = head % (numbers[row], flag if number in hidden else b"")
            flat[row * stride + stride - 1] = close
    return flat
