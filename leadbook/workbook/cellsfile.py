"""The cells that a macro hands over: ``leadbook-cells`` (its form: ``exchange``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from leadbook.errors import RefusedFile
from leadbook.model.raw import CellError

from .cells import SheetCells
from .cellvalues import number
from .exchange import CELLS_HEAD, VERSION, unescaped
from .overlay import Dump
from .refs import MAX_COL, MAX_ROW

_KINDS: Final = frozenset("ndsbe")
_FIGURE: Final = re.compile(r"-?[0-9]*\.?[0-9]+(?:E[+-]?[0-9]+)?")
_Cell = tuple[int, int, Any, bool, bool]


def read_cells_file(path: Path) -> Dump:
    """The sheets of a cells file. Raises RefusedFile ``cells_missing``, ``cells_incomplete`` (no right END
    line), ``cells_broken`` with the line."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise RefusedFile("cells_missing", file=path.name) from None
    except OSError as fault:
        raise RefusedFile("file_unreadable", file=path.name, reason=fault.strerror or "") from None
    head = data.partition(b"\n")[0].rstrip(b"\r").split(b"\t")
    try:
        if head[:2] != [CELLS_HEAD.encode(), VERSION.encode()]:
            raise ValueError("another kind of file")
        # LibreOffice writes UTF-8, in which only what would break a line is escaped.
        wide = head[2:3] == [b"utf-8"]
        text = data.decode("utf-8" if wide else "ascii")
    except ValueError:
        raise RefusedFile("cells_broken", file=path.name, line=1) from None
    return _dump([line.rstrip("\r") for line in text.rstrip("\r\n").split("\n")], path.name, wide)


def _dump(lines: list[str], name: str, wide: bool) -> Dump:
    sheets: dict[str, list[_Cell]] = {}
    names: dict[str, str] = {}
    current: list[_Cell] | None = None
    count = 0
    lines_read = 1
    try:
        for line in lines[1:-1]:
            lines_read += 1
            fields = line.split("\t")
            if fields[0] == "S":
                current = sheets[unescaped(fields[1])] = []
            elif fields[0] == "N":
                names[unescaped(fields[1])] = unescaped(fields[2]).lstrip("=")
            elif current is None:
                raise ValueError("cell before the first sheet")
            else:
                current.extend(_row(fields) if fields[0] == "R" else (_cell(fields),))
                count += 1
    except (ValueError, IndexError):
        raise RefusedFile("cells_broken", file=name, line=lines_read) from None
    if lines[-1].split("\t") != ["END", str(count)]:
        raise RefusedFile("cells_incomplete", file=name)
    return Dump({sheet: sheet_cells(rows) for sheet, rows in sheets.items()}, names, wide)


def _row(fields: list[str]) -> Iterator[_Cell]:
    """The cells of a whole row that LibreOffice has joined."""
    row = int(fields[1])
    if not (0 < row <= MAX_ROW and len(fields) - 2 <= MAX_COL):
        raise ValueError("no such row")
    for col, text in enumerate(fields[2:], 1):
        if text:
            yield row, col, _typed(text), False, False


def _typed(text: str) -> float | str | None:
    return float(text) if _FIGURE.fullmatch(text) else unescaped(text.removeprefix("'")) or None


def _cell(fields: list[str]) -> _Cell:
    row, col, kind, text = int(fields[0]), int(fields[1]), fields[2], fields[3]
    if not (0 < row <= MAX_ROW and 0 < col <= MAX_COL and kind in _KINDS):
        raise ValueError("no such cell")
    value: Any
    if kind in "nd":
        value = number(text)
        if type(value) is str:
            raise ValueError("no number")
    elif kind == "b":
        value = {"1": True, "0": False}[text] if text in ("0", "1") else int(text)
        if type(value) is int:
            raise ValueError("no flag")
    else:
        value = unescaped(text) or None if kind == "s" else CellError(unescaped(text))
    return row, col, value, len(fields) > 4 and fields[4] == "f", kind == "d"


def sheet_cells(cells: list[_Cell]) -> SheetCells:
    """(row, column, value, formula, date) of each cell, in any order, as a sheet; of two the later one counts."""
    last = {cell[:2]: cell for cell in cells}
    cells = [last[place] for place in sorted(last)]
    value = np.empty(len(cells), object)
    value[:] = [cell[2] for cell in cells]
    row, col = (np.array([cell[n] for cell in cells], np.int32) for n in (0, 1))
    formula, date = (np.array([cell[n] for cell in cells], bool) for n in (3, 4))
    return SheetCells(row, col, value, np.zeros(len(cells), np.int32), formula, date, frozenset(), (), None)
