"""Changes of a run as rectangles of values and new table ranges, for books that are not a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leadbook.errors import RefusedFile

from .anchors import rows_beside
from .celltext import Formula, cut
from .changes import BlockChange, Change, Note, TableChange
from .grid import Grid
from .growing import check_room, numbered, repeated_formulas
from .placing import Body, Placement, place, user_rows
from .reader import Reader
from .rects import Column, Rect, Serial, plain, rectangles
from .refs import Box
from .tables import RawTable

Stuck = Callable[[RawTable], set[int]]


@dataclass(frozen=True, slots=True)
class Resized:
    """A table whose range changes; ``old`` and ``new`` include header and totals row."""

    table: str
    sheet: str
    old: Box
    new: Box


@dataclass(slots=True)
class CellPlan:
    """All that is to be put into cells; rectangles of one plan never overlap."""

    rects: list[Rect] = field(default_factory=list)
    resized: list[Resized] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class Planner:
    """Turns changes into a plan over the cells that ``reader`` gives; the same rules as the file route.

    ``stuck`` tells the body rows of a table on which something hangs that cannot move (notes, drawings).
    """

    def __init__(self, reader: Reader, tables: Mapping[str, RawTable], stuck: Stuck) -> None:
        self.reader, self.tables, self.stuck = reader, tables, stuck
        self.columns: list[Column] = []
        self.resized: list[Resized] = []
        self.notes: list[Note] = []

    def plan(self, changes: Sequence[Change], block: Callable[[str], tuple[str, Box] | None]) -> CellPlan:
        """Raises RefusedFile ``table_missing``, ``column_missing``, ``name_missing``, ``cells_below_table``."""
        for change in changes:
            if isinstance(change, BlockChange):
                self._block(change, block(change.defined_name))
            else:
                table = self._table(change.table)
                handler = {"replace": self._replace, "patch": self._patch, "append_update": self._append}
                handler[change.mode](table, change)
        return CellPlan(rectangles(self.columns), self.resized, self.notes)

    @property
    def file(self) -> str:
        return self.reader.pkg.name

    def _table(self, name: str) -> RawTable:
        found = next((t for known, t in self.tables.items() if known.casefold() == name.casefold()), None)
        if found is None:
            raise RefusedFile("table_missing", file=self.file, table=name)
        return found

    def _values(self, table: RawTable, change: TableChange) -> dict[int, list[Any]]:
        """0-based column in the table -> plain values."""
        known = {column.key: column.index - 1 for column in table.columns if column.key}
        missing = next((key for key in change.columns if key not in known), None)
        if missing is not None:
            raise RefusedFile("column_missing", file=self.file, table=table.name, column=missing)
        long = sum(1 for values in change.columns.values() for value in values
                   if type(value) is str and len(value) > 16_000 and cut(value) != value)  # fmt: skip
        if long:
            self._note("text_cut", table.name, cells=long)
        return {known[key]: plain(values) for key, values in change.columns.items()}

    def _note(self, code: str, table: str, **params: object) -> None:
        self.notes.append(Note(code, table, tuple(params.items())))

    def _put(self, table: RawTable, offset: int, rows: Sequence[int], values: Sequence[Any]) -> None:
        if len(rows):
            self.columns.append(Column(table.sheet, table.ref.left + offset, rows, values))

    def _replace(self, table: RawTable, change: TableChange) -> None:
        values = self._values(table, change)
        body = Box(table.header_row + 1, table.ref.left, table.bottom, table.ref.right)
        grid = Grid(self.reader.cells(table.part), body)
        keys = plain(change.columns[change.row_key]) if change.row_key else None
        column = table.column(change.row_key) if change.row_key else None
        key_at = column.index - 1 if column else None
        own = [c.index - 1 for c in table.columns if c.key is None and c.index - 1 not in values]
        repeated = repeated_formulas(self.reader, table)
        old = Body(
            body.top, grid.value[:, key_at].tolist() if key_at is not None else [None] * len(grid.value),
            user_rows(table, grid, set(values)), self._stuck_rows(table, grid, own, repeated) if keys else set(),
        )  # fmt: skip
        placed = place(old, keys, len(change))
        if table.totals:
            placed.bottom = max(placed.bottom, body.bottom)
        check_room(self.reader, table, body.bottom, placed.bottom)
        if placed.kept_order:
            self._note("kept_order", table.name, sheet=table.sheet)
        if placed.kept:
            self._note("kept_user_rows", table.name, rows=len(placed.kept))
        last = max(placed.bottom, body.bottom)
        for offset, column_values in values.items():
            full: list[Any] = [None] * (last - body.top + 1)
            for row, value in zip(placed.rows, column_values, strict=True):
                full[row - body.top] = value
            for row, key in placed.kept.items() if offset == key_at else ():
                full[row - body.top] = key
            self._put(table, offset, range(body.top, last + 1), full)
        for offset in own:
            self._move(table, grid, offset, placed, repeated.get(offset), moving=keys is not None)
        self._resize(table, placed.bottom)

    def _stuck_rows(self, table: RawTable, grid: Grid, own: list[int], repeated: Mapping[int, Formula]) -> set[int]:
        """Rows with something that cannot move: notes and drawings, cells beside the table, single formulas."""
        single = [offset for offset in own if offset not in repeated]
        rows = np.flatnonzero(grid.formula[:, single].any(axis=1)) if single else ()
        beside = rows_beside(self.reader, table.part, grid.box)
        return self.stuck(table) | beside | {grid.box.top + int(n) for n in rows}

    def _move(self, table: RawTable, grid: Grid, offset: int, placed: Placement, formula: Formula | None,
              moving: bool) -> None:  # fmt: skip
        """One of the user's own columns: its cells at their new rows, its formula in new rows."""
        top, bottom = grid.box.top, grid.box.bottom
        held = self._own_cells(table, grid, offset, formula)
        fresh, column = set(placed.rows), Column(table.sheet, grid.box.left + offset, rows := [], values := [])
        for row in range(top if moving else bottom + 1, max(bottom, placed.bottom) + 1):
            source = placed.source.get(row)
            here = row <= bottom and held[row - top] is not None
            value = formula if source is None and row in fresh else held[source - top] if source is not None else None
            if source != row and (here or value is not None):
                rows.append(row)
                values.append(value)
        if rows:
            self.columns.append(column)

    def _own_cells(self, table: RawTable, grid: Grid, offset: int, formula: Formula | None) -> list[Any]:
        """What the user's cells of one column hold, row by row; a formula is the one that the column repeats."""
        cells = self.reader.cells(table.part)
        held: list[Any] = grid.value[:, offset].tolist()
        column = cells.within(Box(grid.box.top, grid.box.left + offset, grid.box.bottom, grid.box.left + offset))
        for at in column[cells.date[column] | cells.formula[column]].tolist():
            n = int(cells.row[at]) - grid.box.top
            held[n] = (formula or "") if cells.formula[at] else Serial(held[n])
        return held

    def _patch(self, table: RawTable, change: TableChange) -> None:
        self._rows(table, self._values(table, change), [int(row) for row in change.rows or ()])

    def _rows(self, table: RawTable, values: Mapping[int, list[Any]], rows: list[int]) -> None:
        if rows and min(rows) <= table.header_row:
            raise ValueError("row above the table body")
        order = np.argsort(rows, kind="stable").tolist()
        for offset, column_values in values.items():
            self._put(table, offset, [rows[i] for i in order], [column_values[i] for i in order])

    def _append(self, table: RawTable, change: TableChange) -> None:
        values = self._values(table, change)
        rows, fresh, last = numbered(table, change.rows)
        if not rows:
            return
        bottom = max(table.bottom, *rows)
        check_room(self.reader, table, max(last, table.bottom), bottom)
        self._rows(table, values, rows)
        bare = [rows[n] for n in fresh if rows[n] > table.bottom]
        for offset, formula in repeated_formulas(self.reader, table).items():
            if offset not in values:
                self._put(table, offset, bare, [formula] * len(bare))
        self._resize(table, bottom)

    def _block(self, change: BlockChange, target: tuple[str, Box] | None) -> None:
        if target is None:
            raise RefusedFile("name_missing", file=self.file, name=change.defined_name)
        sheet, box = target
        height, width = box.bottom - box.top + 1, box.right - box.left + 1
        if len(change.values) > height or any(len(line) > width for line in change.values):
            raise ValueError(f"values do not fit into {change.defined_name}")
        for offset in range(width):
            values = plain([line[offset] if offset < len(line) else None for line in change.values])
            values += [None] * (height - len(values))
            self.columns.append(Column(sheet, box.left + offset, range(box.top, box.bottom + 1), values))

    def _resize(self, table: RawTable, bottom: int) -> None:
        if bottom != table.bottom and table.table_part:
            new = table.ref.down_to(bottom + (table.ref.bottom - table.bottom))
            self.resized.append(Resized(table.name, table.sheet, table.ref, new))
