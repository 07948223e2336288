"""Rectangles of values for one sheet: what an open workbook or an answer file is given to put into cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import numpy as np

from .celltext import Formula
from .cellvalues import serial_of
from .changes import Cells
from .grid import as_read, moment_of
from .refs import Box
from .session import dense


@dataclass(frozen=True, slots=True)
class Serial:
    """A number that is shown as a date or a time: a serial of the 1900 system."""

    value: float


@dataclass(frozen=True, slots=True)
class Rect:
    """Values of a rectangle, row by row: None (clear), str, float, int, bool, CellError, Serial, Formula."""

    sheet: str
    box: Box
    rows: list[list[Any]]


@dataclass(slots=True)
class Column:
    """New cells of one sheet column: ascending rows, one plain value each."""

    sheet: str
    col: int
    rows: Sequence[int]
    values: Sequence[Any]


def plain(values: Cells) -> list[Any]:
    """A column as cells hold it; dates become ``Serial``, what has no cell form becomes blank."""
    listed = dense(values)
    kinds = set(map(type, listed))
    if kinds <= {str, type(None), int, bool}:
        return [as_read(v) if type(v) is str else v for v in listed]
    return [_plain(value) for value in listed]


def _plain(value: Any) -> Any:
    if isinstance(value, Formula | Serial):
        return value
    if isinstance(value, np.datetime64):
        value = value.astype("M8[us]").item()
    if isinstance(value, date) and type(value).__name__ != "NaTType":
        return Serial(serial_of(moment_of(value)))
    return as_read(value)


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches (first, last position) of ascending rows without a gap."""
    cuts = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
    return [(a, b) for a, b in zip(cuts, cuts[1:], strict=False) if b > a]


def rectangles(columns: Sequence[Column]) -> list[Rect]:
    """Columns beside one another with the same rows as one rectangle; formula columns stand alone."""
    pieces = [
        (c.sheet, int(c.rows[a]), int(c.rows[b - 1]), Formula in set(map(type, c.values[a:b])), c.col, c.values[a:b])
        for c in columns for a, b in runs(c.rows)
    ]  # fmt: skip
    out: list[Rect] = []
    pieces.sort(key=lambda p: p[:5])
    for (sheet, top, bottom, formula), group in groupby(pieces, key=lambda p: p[:4]):
        same = list(group)
        starts = [n for n, piece in enumerate(same) if n == 0 or formula or piece[4] != same[n - 1][4] + 1]
        for a, b in zip(starts, [*starts[1:], len(same)], strict=True):
            box = Box(top, same[a][4], bottom, same[b - 1][4])
            rows = [list(line) for line in zip(*(piece[5] for piece in same[a:b]), strict=True)]
            out.append(Rect(sheet, box, rows))
    return out
