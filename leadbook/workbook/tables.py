"""Tables in: named columns of values, found by the hidden row of field keys above the header."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from .cells import SheetCells
from .cellvalues import not_blank
from .package import Package, SheetEntry
from .reader import Reader
from .refs import Box, letter, parse_target
from .tablepart import TablePart, read_table
from .xmlparts import naming

PREFIX: Final = "LB_"
KEY_SUFFIX: Final = ".keys"
ENOUGH: Final = 0.6
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class RawColumn:
    """One table column: 1-based ``index``, sheet ``letter``, header, field key (None: the user's own)."""

    index: int
    letter: str
    header: str
    key: str | None


@dataclass(slots=True)
class RawTable:
    """A table as it stands in the book. Arrays in ``values``, ``dates`` and ``formulas`` are keyed by column
    index and run parallel to ``rows`` (sheet row numbers); see DESIGN §4.

    ``ref`` is the whole table with header; ``bottom`` its last body row as the part says (rows typed below
    it are in ``rows`` as well). ``table_part`` is None for a table found again by its keys only.
    """

    name: str
    sheet: str
    part: str
    table_part: str | None
    ref: Box
    header_row: int
    bottom: int
    totals: bool
    columns: list[RawColumn]
    rows: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    hidden: npt.NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    values: dict[int, npt.NDArray[np.object_]] = field(default_factory=dict)
    dates: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict)
    formulas: dict[int, npt.NDArray[np.bool_]] = field(default_factory=dict)

    def column(self, key: str) -> RawColumn | None:
        """The column of a field key, or None."""
        return next((column for column in self.columns if column.key == key), None)


def read_tables(pkg: Package, known: Mapping[str, Collection[str]] | None = None, *,
                reader: Reader | None = None) -> dict[str, RawTable]:
    """Every table of the book by name (leadbook's in their own spelling, ``LB_Leads``).

    ``known`` maps table name to its field keys: with it a leadbook table whose part and defined name were
    lost in another program is found by a row in which at least 60 % of the filled cells are its keys.
    """
    reader = reader or Reader(pkg)
    found: dict[str, RawTable] = {}
    spelled = {name.casefold(): name for name in [*(known or {}), *_key_names(pkg)]}
    for sheet in pkg.sheets:
        for part in _table_parts(pkg, sheet):
            with naming(pkg.name, part):
                info = read_table(pkg.read(part), part)
            if info is not None and info.header_rows == 1:
                name = spelled.get(info.name.casefold(), info.name)
                found.setdefault(name, _from_part(reader, sheet, part, info, name))
    for name in [*(known or {}), *_key_names(pkg)]:
        if name not in found:
            table = _found_again(reader, name, (known or {}).get(name, ()), found)
            if table is not None:
                found[name] = table
    return found


def _table_parts(pkg: Package, sheet: SheetEntry) -> list[str]:
    names = set(pkg.names)
    return [target for tail, target in pkg.rels(sheet.part).values() if tail == "table" and target in names]


def _key_names(pkg: Package) -> dict[str, str]:
    """Table name -> target of its defined name ``LB_X.keys``."""
    return {name[: -len(KEY_SUFFIX)]: target for name, target in pkg.defined_names.items()
            if name.upper().startswith(PREFIX) and name.casefold().endswith(KEY_SUFFIX)}


def _key_row(reader: Reader, name: str, sheet: str) -> int | None:
    """Row of the defined name ``<table>.keys`` if it lies on this sheet."""
    for table, target in _key_names(reader.pkg).items():
        place = parse_target(target)
        if table.casefold() == name.casefold() and place and place[0].casefold() == sheet.casefold():
            return place[1].top
    return None


def _from_part(reader: Reader, sheet: SheetEntry, part: str, info: TablePart, name: str) -> RawTable:
    cells = reader.cells(sheet.part)
    box = info.box
    named = _key_row(reader, name, sheet.name)
    row = named if named is not None and named < box.top else box.top - 1
    keys = _keys_in(cells, row, box) if name.upper().startswith(PREFIX) else {}
    headers = _texts(cells, box.top, box)
    columns = [
        RawColumn(i + 1, letter(col), headers.get(col) or "".join(info.names[i:i + 1]), keys.get(col))
        for i, col in enumerate(range(box.left, box.right + 1))
    ]
    bottom = box.bottom - info.totals_rows
    body = Box(box.top + 1, box.left, bottom, box.right)
    table = RawTable(name, sheet.name, sheet.part, part, box, box.top, bottom, info.totals_rows > 0, columns)
    return _filled(cells, table, body, below=info.totals_rows == 0)


def _texts(cells: SheetCells, row: int, box: Box) -> dict[int, str]:
    """Column -> text of one row within the box's columns."""
    at = cells.within(Box(row, box.left, row, box.right))
    return {int(cells.col[i]): str(cells.value[i]).strip() for i in at if isinstance(cells.value[i], str)}


def _keys_in(cells: SheetCells, row: int, box: Box) -> dict[int, str]:
    """Column -> field key; a key written twice counts once, at its first column."""
    keys: dict[int, str] = {}
    for col, text in _texts(cells, row, box).items() if row >= 1 else ():
        if _KEY.match(text) and text not in keys.values():
            keys[col] = text
    return keys


def _filled(cells: SheetCells, table: RawTable, body: Box, below: bool) -> RawTable:
    """Add rows and values: body rows that hold anything, and rows typed right below the table."""
    some = cells.filled()
    counted = _counting(cells, table, some)
    inside = (cells.row >= body.top) & (cells.col >= body.left) & (cells.col <= body.right)
    rows = np.unique(cells.row[inside & counted & (cells.row <= body.bottom)]).astype(np.int64)
    if below:
        rows = np.concatenate([rows, _rows_below(cells, table, counted)])
    table.rows = rows
    table.hidden = np.isin(rows, np.fromiter(cells.hidden, np.int64, len(cells.hidden)))
    at = np.flatnonzero(inside & some & (cells.row <= (rows[-1] if len(rows) else 0)))
    position = np.full(int(rows[-1]) + 1 if len(rows) else 1, -1, np.int64)
    position[rows] = np.arange(len(rows))
    place = position[cells.row[at]]
    at, place = at[place >= 0], place[place >= 0]
    shape = (len(table.columns), len(rows))
    values = np.full(shape, None, object)
    dates, formulas = np.zeros((2, *shape), bool)
    where = cells.col[at] - body.left, place
    values[where], dates[where], formulas[where] = cells.value[at], cells.date[at], cells.formula[at]
    for n, column in enumerate(table.columns):
        table.values[column.index], table.dates[column.index] = values[n], dates[n]
        table.formulas[column.index] = formulas[n]
    return table


def _counting(cells: SheetCells, table: RawTable, some: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Cells whose content makes a row count: any value, but not a formula that a user's own column repeats
    down the whole table."""
    if not cells.formula.any():
        return some
    own = np.zeros(table.ref.right + 2, bool)
    for column in table.columns:
        own[table.ref.left + column.index - 1] = column.key is None
    has_value = some.copy()
    has_value[cells.formula] = np.array([v is not None for v in cells.value[cells.formula]], bool)
    return has_value & ~(cells.formula & own[np.minimum(cells.col, len(own) - 1)])


def _rows_below(cells: SheetCells, table: RawTable, counted: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Rows under the table that hold values in key columns, up to the first blank row."""
    keyed = [table.ref.left + c.index - 1 for c in table.columns if c.key is not None]
    low = cells.row > table.bottom
    if not keyed or not low.any():
        return np.empty(0, np.int64)
    rows = np.unique(cells.row[low & counted & np.isin(cells.col, keyed)]).astype(np.int64)
    gap = np.flatnonzero(rows != table.bottom + 1 + np.arange(len(rows)))
    return rows[: gap[0]] if len(gap) else rows


def _found_again(reader: Reader, name: str, keys: Collection[str],
                 found: Mapping[str, RawTable]) -> RawTable | None:
    """A table without its part: by its defined name, else by a row of known keys."""
    for sheet in reader.pkg.sheets:
        row = _key_row(reader, name, sheet.name) if _is_worksheet(reader.pkg, sheet) else None
        if row is not None and not _taken(found, sheet, row + 1):
            table = _from_keys(reader, sheet, name, row, frozenset())
            if table is not None:
                return table
    if keys:
        for sheet in reader.pkg.sheets:
            table = _by_matching(reader, sheet, name, frozenset(keys), found)
            if table is not None:
                return table
    return None


def _taken(found: Mapping[str, RawTable], sheet: SheetEntry, header_row: int) -> bool:
    return any(t.part == sheet.part and t.header_row == header_row for t in found.values())


def _by_matching(reader: Reader, sheet: SheetEntry, name: str, keys: frozenset[str],
                 found: Mapping[str, RawTable]) -> RawTable | None:
    if not _is_worksheet(reader.pkg, sheet):
        return None
    cells = reader.cells(sheet.part)
    texts = np.fromiter(map(keys.__contains__, cells.value.tolist()), bool, len(cells))
    rows, hits = np.unique(cells.row[texts], return_counts=True)
    for row, count in zip(rows.tolist(), hits.tolist(), strict=True):
        if count >= 3 and count >= ENOUGH * int(not_blank(cells.value[cells.row == row]).sum()) and \
                not _taken(found, sheet, row + 1):
            return _from_keys(reader, sheet, name, row, keys)
    return None


def _is_worksheet(pkg: Package, sheet: SheetEntry) -> bool:
    return "worksheet" in pkg.content_type(sheet.part)


def _from_keys(reader: Reader, sheet: SheetEntry, name: str, row: int,
               keys: frozenset[str]) -> RawTable | None:
    """The table under a key row: as wide as keys and headers reach, down to the last row with a value in
    a key column."""
    cells = reader.cells(sheet.part)
    wide = Box(row, 1, row, 16_384)
    found = _keys_in(cells, row, wide)
    if not found or (keys and len(keys & set(found.values())) < 3):
        return None
    left, right = min(found), max(found)
    keyed = np.isin(cells.col, list(found)) & (cells.row > row + 1) & cells.filled()
    bottom = int(cells.row[keyed].max()) if keyed.any() else row + 2
    box = Box(row + 1, left, bottom, right)
    headers = _texts(cells, row + 1, box)
    columns = [RawColumn(i + 1, letter(col), headers.get(col, ""), found.get(col))
               for i, col in enumerate(range(left, right + 1))]
    table = RawTable(name, sheet.name, sheet.part, None, box, row + 1, bottom, False, columns)
    return _filled(cells, table, Box(row + 2, left, bottom, right), below=False)
