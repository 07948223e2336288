"""Worksheet reading by numpy over the bytes: millions of cells a second on parts of the usual plain form.

``scan`` finds and checks the tags; here the values between them are read. A part of any other form makes
``read`` answer None, and the caller walks it with expat instead.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from leadbook.model.raw import UNCACHED

from . import cells_slow
from .cellvalues import INLINE, ISO, NUMBER, SHARED, Cells, value_of
from .scan import (
    CELL,
    EMPTY_CELL,
    FORMULA,
    INSIDE,
    NO_FORMULA,
    NO_VALUE,
    TEXT,
    VALUE,
    Chunk,
    Flags,
    Ints,
    OtherShape,
    Stretch,
    chunks,
    joined,
    sheet_data,
)
from .tail import blank_end, check_blank, check_size
from .xmlparts import plain_text, unescape

_LONG = re.compile(rb"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
_ARRAYS = ("row", "col", "value", "style", "formula", "iso", "plain_number")


def read(data: bytes, shared: list[str]) -> Cells | None:
    """All cells of a plain worksheet part (UTF-8 bytes) and its layout, or None if it is not of the plain form. Where
    only formats follow, they are left out."""
    start, stop = sheet_data(data)
    if start < 0:
        return None
    texts = np.empty(len(shared), object)
    texts[:] = [text or None for text in shared]
    head = data[:start]
    found: list[Cells] = []
    parts: list[Stretch] = []
    end = blank_end(data, start, stop)
    check_size(data, start, end)
    try:
        for a, b in chunks(data, start, end):  # one at a time: a chunk costs many times what is kept of it
            chunk = Chunk(data, a, b, head)
            found.append(_Values(chunk, shared, texts).cells())
            parts.append(chunk.stretch())
        layout = joined(parts, start, stop, end)
        check_blank(data, end, layout, head)
    except OtherShape:
        return None
    rest = cells_slow.read(head + data[stop:], shared)  # well-formedness, merged cells and the claimed dimension
    if len(rest.row):
        return None
    arrays: dict[str, Any] = {}
    for name in _ARRAYS:
        arrays[name] = np.concatenate([getattr(part, name) for part in [rest, *found]])
        for part in found:  # a big sheet is held once
            setattr(part, name, None)
    return replace(rest, **arrays, hidden=set(layout.hidden), layout=layout)


class _Values:
    """The values of one run of rows."""

    def __init__(self, chunk: Chunk, shared: list[str], texts: npt.NDArray[np.object_]) -> None:
        self.chunk, self.shared, self.texts = chunk, shared, texts
        self.raw, self.buf, self.run = chunk.raw, chunk.buf, chunk.run

    def cells(self) -> Cells:
        """Values, addresses and styles."""
        chunk, tags = self.chunk, self.chunk.kind
        row, col, style, kind = chunk.cell_row, chunk.cell_col, chunk.cell_style, chunk.cell_kind
        count = len(row)

        before = np.cumsum((tags == CELL) | (tags == EMPTY_CELL)) - 1

        def owner(index: Ints) -> Ints:
            return np.asarray(before[index])

        formula = np.zeros(count, bool)
        formula[owner(np.flatnonzero((tags == FORMULA) | (tags == NO_FORMULA)))] = True
        inline = np.zeros(count, bool)
        inline[owner(np.flatnonzero(tags == INSIDE))] = True
        begin, finish = np.full(count, -1, np.int64), np.full(count, -1, np.int64)
        bodies = np.flatnonzero((tags == VALUE) | (tags == TEXT))
        own = owner(bodies)
        begin[own], finish[own] = chunk.end[bodies], chunk.after[bodies]
        empty = owner(np.flatnonzero(tags == NO_VALUE))
        begin[empty] = finish[empty] = 0
        if (inline != (kind == INLINE)).any():
            raise OtherShape
        value, number, iso = self.values(kind, begin, finish, formula, (row, col), self.shared, self.texts)
        return Cells(row.astype(np.int32), col.astype(np.int32), value, style.astype(np.int32), formula, iso, number)

    def values(self, kind: Ints, begin: Ints, finish: Ints, formula: Flags, place: tuple[Ints, Ints],
               shared: list[str], texts: npt.NDArray[np.object_],
               ) -> tuple[npt.NDArray[np.object_], Flags, Flags]:
        """The value of every cell, which of them are plain numbers and which ISO dates."""
        value = np.full(len(kind), None, object)
        bare = begin < 0
        value[bare & formula] = UNCACHED
        slow = ~bare & (kind != NUMBER) & (kind != SHARED)
        here = np.flatnonzero(~bare & (kind == SHARED))
        index, exact = self.integers(begin[here], finish[here])
        exact &= index < len(texts)
        value[here[exact]] = texts[index[exact]]
        slow[here[~exact]] = True
        here = np.flatnonzero(~bare & (kind == NUMBER))
        figures, exact = self.decimals(begin[here], finish[here])
        value[here[exact]] = figures[exact].astype(object)
        slow[here[~exact]] = True
        number = np.zeros(len(kind), bool)
        number[here[exact]] = True
        iso = np.zeros(len(kind), bool)
        self.long_numbers(slow, kind, begin, finish, value, number)
        raw = self.raw
        todo = np.flatnonzero(slow)
        columns = zip(todo.tolist(), kind[todo].tolist(), begin[todo].tolist(), finish[todo].tolist(),
                      formula[todo].tolist(), strict=True)
        for at, what, a, b, has_formula in columns:
            text = plain_text(raw[a:b])
            if "_x" in text:
                text = unescape(text)
            result = value_of(what, text, has_formula, shared, int(place[0][at]), int(place[1][at]))
            value[at] = result
            if type(result) is float:
                number[at], iso[at] = what == NUMBER, what == ISO
        return value, number, iso

    def long_numbers(self, slow: Flags, kind: Ints, begin: Ints, finish: Ints,
                     value: npt.NDArray[np.object_], number: Flags) -> None:
        """Numbers of more than 15 digits or with an exponent, which the slow loop need not see."""
        todo = np.flatnonzero(slow & (kind == NUMBER))
        match, raw = _LONG.fullmatch, self.raw
        found = [float(raw[a:b]) if match(raw, a, b) else None
                 for a, b in zip(begin[todo].tolist(), finish[todo].tolist(), strict=True)]
        value[todo] = np.array(found, object)
        done = todo[np.array([item is not None for item in found], bool)]
        number[done], slow[done] = True, False

    def integers(self, begin: Ints, finish: Ints) -> tuple[Ints, Flags]:
        """Runs of up to 9 digits, and which of the texts are exactly that."""
        total, end = self.run(begin, 9, 48, 10, 10)
        return total, (end == finish) & (finish > begin)

    def decimals(self, begin: Ints, finish: Ints) -> tuple[npt.NDArray[np.float64], Flags]:
        """Plain decimals of up to 15 digits (exact: both mantissa and power of ten are exact floats)."""
        negative = self.buf[begin] == 45
        whole, end = self.run(begin + negative, 15, 48, 10, 10)
        digits = end - begin - negative
        point = np.flatnonzero((self.buf[end] == 46) & (end < finish) & (digits > 0))
        places = np.zeros(len(begin), np.int64)
        if len(point):
            part, stop = self.run(end[point] + 1, 15, 48, 10, 10)
            places[point] = stop - end[point] - 1
            fits = digits[point] + places[point] <= 15
            places[point[~fits]] = -99
            whole[point[fits]] = whole[point[fits]] * 10 ** places[point[fits]] + part[fits]
            end[point] = np.where(places[point] == 0, -1, stop)
        exact = (end == finish) & (digits > 0) & (places >= 0)
        figures = whole / 10.0 ** np.maximum(places, 0)
        return np.where(negative, -figures, figures), exact
