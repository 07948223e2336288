"""A file with the cells of the open book laid over it: what a program shows, saved or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from .anchors import anchored_rows
from .book import Known, pivot_over
from .cells import SheetCells
from .memory import MemoryBook
from .package import Package
from .reader import Reader
from .refs import Box, parse_target
from .skeleton import Frame, TableFrame
from .tablepart import read_table
from .tables import ENOUGH, RawTable, read_tables


@dataclass(frozen=True, slots=True)
class Dump:
    """What a program tells of its open book: cells of whole sheets, and names and tables where it lists them.
    ``wide``: it reads and writes UTF-8."""

    sheets: Mapping[str, SheetCells]
    names: Mapping[str, str]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """A table of the file where the open book has it now, and how far its rows have moved."""

    frame: TableFrame
    raw: RawTable
    down: int


def overlaid(pkg: Package, known: Known, dump: Dump | None) -> MemoryBook:
    """The book of a file as the program shows it. Sheets that the dump lists are taken from it whole; tables
    are looked for by their key rows, so that unsaved rows, columns and sheet names are understood."""
    reader = Reader(pkg)
    tables = read_tables(pkg, known, reader=reader)
    shown = dump.sheets if dump else {}
    told = dump.names if dump else {}
    found = {t.name: place for t in tables.values() if (place := _find(t, reader, shown, told)) is not None}
    renamed = {place.raw.sheet.casefold(): place.frame.sheet for place in found.values()}
    names = {**pkg.defined_names, **told}
    # The program lists every sheet with a table: what it does not list any more has been deleted there.
    gone = {table.sheet.casefold() for table in tables.values()} - set(renamed)
    parts = {renamed.get(s.name.casefold(), s.name): s.part for s in pkg.sheets if s.name.casefold() not in gone}
    sheets = list(parts)
    parts = {name.casefold(): part for name, part in parts.items()}
    cells = {name.casefold(): cells for name, cells in shown.items()}

    def load(sheet: str) -> SheetCells:
        return cells[sheet.casefold()] if sheet.casefold() in cells else reader.cells(parts[sheet.casefold()])

    def stuck(table: RawTable) -> set[int]:
        place = found.get(table.name)
        if place is None:
            return set()
        body = Box(place.raw.header_row + 1, place.raw.ref.left, place.raw.bottom, place.raw.ref.right)
        return {row + place.down for row in anchored_rows(reader, place.raw.part, body)}

    pivots = {table.name for table in tables.values() if pivot_over(pkg, table.name, table.sheet)}
    frame = Frame(pkg.name, sheets, names, [place.frame for place in found.values()], pkg.custom_properties)
    return MemoryBook(frame, load, stuck=stuck, pivots=frozenset(name.casefold() for name in pivots))


def _find(
    table: RawTable, reader: Reader, shown: Mapping[str, SheetCells], told: Mapping[str, str]
) -> _Found | None:
    """The table in the open book; None when the sheets that the program listed no longer hold it. Its range is the
    one that the program tells (an earlier refresh may have made it longer), else the file's, moved."""
    frame = _frame(table, reader)
    if not shown or not any(column.key for column in table.columns):
        return _Found(frame, table, 0)
    was = table.header_row - 1, {c.key: table.ref.left + c.index - 1 for c in table.columns if c.key}
    rows = [(sheet, row) for sheet, cells in shown.items() if (row := _key_row(cells, was[1])) is not None]
    if not rows:
        return None
    # Another table may have most of these keys: the sheet that has most of them is meant, first the one it was on.
    sheet, now = max(rows, key=lambda item: (len(item[1][1]), item[0].casefold() == table.sheet.casefold()))
    box = _told(told.get(table.name, ""), sheet, _moved(table.ref, was, now))
    return _Found(replace(frame, sheet=sheet, box=box), table, now[0] - was[0])


def _told(target: str, sheet: str, moved: Box) -> Box:
    """The range that the program tells, if the table begins there; else ``moved``."""
    place = parse_target(target)
    if place is None or place[0].casefold() != sheet.casefold():
        return moved
    return place[1] if (place[1].top, place[1].left) == (moved.top, moved.left) else moved


def _frame(table: RawTable, reader: Reader) -> TableFrame:
    info = read_table(reader.pkg.read(table.table_part)) if table.table_part else None
    names, formulas = (info.names, info.formulas) if info else ((), ())
    return TableFrame(table.name, table.sheet, table.ref, table.totals, names, formulas)


def _key_row(cells: SheetCells, was: Mapping[str, int]) -> tuple[int, dict[str, int]] | None:
    """The row that holds most of these keys (with their columns in the file), and the column of each: at least 60 %
    of the keys are there, and 60 % of what stands between the first and the last (another table may have some)."""
    wanted = frozenset(was)
    at = np.flatnonzero([type(v) is str and v.strip() in wanted for v in cells.value])
    held: dict[int, dict[str, list[int]]] = {}
    for row, col, value in zip(cells.row[at].tolist(), cells.col[at].tolist(), cells.value[at].tolist(), strict=True):
        held.setdefault(row, {}).setdefault(value.strip(), []).append(col)
    if not held:
        return None
    row = max(held, key=lambda row: len(held[row]))
    # A neighbour table may repeat a key: the one that has moved as far as the others of its table is meant.
    sure = [cols[0] - was[key] for key, cols in held[row].items() if len(cols) == 1]
    moved = float(np.median(sure)) if sure else 0.0
    columns = {key: min(cols, key=lambda col, key=key: abs(col - was[key] - moved))  # type: ignore[misc]
               for key, cols in held[row].items()}
    between = cells.within(Box(row, min(columns.values()), row, max(columns.values())))
    filled = int(cells.filled()[between].sum())
    return (row, columns) if len(columns) >= ENOUGH * max(len(wanted), filled) else None


def _moved(box: Box, was: tuple[int, dict[str, int]], now: tuple[int, dict[str, int]]) -> Box:
    """The range after rows and columns were inserted or deleted above, beside or inside it."""
    both = [key for key in was[1] if key in now[1]]
    first, last = min(both, key=was[1].__getitem__), max(both, key=was[1].__getitem__)
    down, left, right = now[0] - was[0], now[1][first] - was[1][first], now[1][last] - was[1][last]
    return Box(box.top + down, max(box.left + left, 1), box.bottom + down, box.right + right)
