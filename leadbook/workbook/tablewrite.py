"""The three ways in which a table is written: replaced, patched, appended to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from leadbook.errors import RefusedFile

from .anchors import anchored_rows, is_movable, rows_beside
from .celltext import REMOVE, Moved, cut
from .changes import TableChange
from .edits import ColumnEdit
from .filtering import refilter
from .grid import Grid
from .growing import check_room, numbered, repeated_formulas
from .placing import Body, Placement, place, user_rows
from .refs import Box
from .session import PartWork, Session, add_column, dense
from .sheetmap import WIDE, SheetMap, sheet_map
from .tables import RawTable
from .xmlparts import as_utf8


def _body(table: RawTable) -> Box:
    return Box(table.header_row + 1, table.ref.left, table.bottom, table.ref.right)


def _offsets(session: Session, table: RawTable, change: TableChange) -> dict[str, int]:
    """Key -> 0-based column in the table. Raises RefusedFile ``column_missing``."""
    known = {column.key: column.index - 1 for column in table.columns if column.key}
    for key in change.columns:
        if key not in known:
            raise RefusedFile("column_missing", file=session.pkg.name, table=table.name, column=key)
    return {key: known[key] for key in change.columns}


def _note_cuts(session: Session, table: RawTable, change: TableChange) -> None:
    long = 0
    for values in change.columns.values():
        # texts near the limit are rare, so the cells are counted only where there is one
        texts = filter(None, values) if set(map(type, values)) <= {str, type(None)} else \
            (value for value in values if type(value) is str)
        if max(map(len, texts), default=0) > 16_000:
            long += sum(1 for value in values if type(value) is str and cut(value) != value)
    if long:
        session.note("text_cut", table.name, cells=long)


def _columns(session: Session, table: RawTable, change: TableChange) -> dict[int, list[Any]]:
    _note_cuts(session, table, change)
    return {at: dense(change.columns[key]) for key, at in _offsets(session, table, change).items()}


def replace(session: Session, table: RawTable, change: TableChange) -> None:
    """The body becomes the rows of the change; see ``TableChange``."""
    columns = _columns(session, table, change)
    body = _body(table)
    grid = Grid(session.reader.cells(table.part), body)
    keys = dense(change.columns[change.row_key]) if change.row_key else None
    moving = _Mover(session, table, grid, set(columns))
    key_at = _offsets(session, table, change)[change.row_key] if change.row_key else None
    old = Body(body.top, grid.value[:, key_at].tolist() if key_at is not None else [None] * len(grid.value),
               moving.user_rows, moving.stuck if keys is not None else set())
    placed = place(old, keys, len(change))
    if table.totals:
        placed.bottom = max(placed.bottom, body.bottom)
    check_room(session.reader, table, body.bottom, placed.bottom)
    work = session.part(table.part, table.name)
    if placed.kept_order:
        session.note("kept_order", table.name, sheet=table.sheet)
    if placed.kept:
        session.note("kept_user_rows", table.name, rows=len(placed.kept))
    before = len(work.edits.columns)
    _write_body(session, work, grid, columns, placed, key_at)
    if keys is not None:
        moving.move(work, placed)
    else:
        moving.trim(work, placed)
    session.resize(table, body, placed.bottom)
    if len(work.edits.columns) > before or placed.bottom != body.bottom:
        refilter(session, table, work, grid, columns, placed)


def _write_body(session: Session, work: PartWork, grid: Grid, columns: dict[int, list[Any]],
                placed: Placement, key_at: int | None) -> None:
    """Queue leadbook's cells: new values, blanks in unused rows of the body, no cells below it."""
    top = grid.box.top
    body_rows = list(range(top, placed.bottom + 1))
    beyond = list(range(placed.bottom + 1, grid.box.bottom + 1))
    in_order = placed.rows == body_rows[:len(placed.rows)]
    for offset, values in columns.items():
        if in_order:
            full = [*values, *[None] * (len(body_rows) - len(values))]
        else:
            full = [None] * len(body_rows)
            for row, value in zip(placed.rows, values, strict=True):
                full[row - top] = value
        if offset == key_at:
            for row, key in placed.kept.items():
                full[row - top] = key
        prototype = int(grid.style[0, offset]) if len(grid.style) else 0
        styles = session.bank.column(full, prototype)
        add_column(work, grid, offset, body_rows, full, styles)
        _remove(work, grid, offset, beyond)


def _remove(work: PartWork, grid: Grid, offset: int, rows: Sequence[int]) -> None:
    gone = [row for row in rows if grid.present[row - grid.box.top, offset]]
    if gone:
        work.formulas_moved |= any(grid.formula[row - grid.box.top, offset] for row in gone)
        work.edits.columns.append(ColumnEdit(grid.box.left + offset, gone, [REMOVE] * len(gone)))


class _Mover:
    """The user's own columns of an owned table."""

    def __init__(self, session: Session, table: RawTable, grid: Grid, written: set[int]) -> None:
        self.session, self.table, self.grid = session, table, grid
        self.own = [c.index - 1 for c in table.columns if c.key is None and c.index - 1 not in written]
        self.user_rows = user_rows(table, grid, written)
        self.data, _ = as_utf8(session.pkg.read(table.part))
        self.spans: SheetMap | None = None
        beside = rows_beside(session.reader, table.part, grid.box)
        self.stuck = anchored_rows(session.reader, table.part, grid.box) | beside | self._unmovable()

    def _bytes(self, row: int, offset: int) -> bytes:
        """The user's cell as it stands in the part."""
        if self.spans is None:
            self.spans = sheet_map(self.data, self.session.reader.cells(self.table.part).layout, 0)
            self.keys = self.spans.cell_keys()
        at = int(np.searchsorted(self.keys, row * WIDE + self.grid.box.left + offset))
        return self.data[self.spans.places.cell_start[at]:self.spans.places.cell_end[at]]

    def _unmovable(self) -> set[int]:
        if not self.own:
            return set()
        rows, cols = np.nonzero(self.grid.formula[:, self.own])
        return {self.grid.box.top + int(i) for i, j in zip(rows, cols, strict=True)
                if not is_movable(self._bytes(self.grid.box.top + int(i), self.own[j]))}

    def move(self, work: PartWork, placed: Placement) -> None:
        """Queue the user's cells at their new rows; new rows get the column's format and formula."""
        top, bottom = self.grid.box.top, self.grid.box.bottom
        repeated = repeated_formulas(self.session.reader, self.table)
        fresh = set(placed.rows)
        for offset in self.own:
            edit = ColumnEdit(self.grid.box.left + offset, rows := [], values := [], styles := [])
            prototype = int(self.grid.style[0, offset])
            for row in range(top, max(bottom, placed.bottom) + 1):
                source = placed.source.get(row)
                here = row <= bottom and bool(self.grid.present[row - top, offset])
                there = source is not None and bool(self.grid.present[source - top, offset])
                if source == row or (source is None and not here and row > placed.bottom):
                    continue
                value: Any = repeated.get(offset) if source is None and row in fresh else None
                if source is not None:
                    value = Moved(self._bytes(source, offset)) if there else REMOVE
                elif row > placed.bottom:
                    value = REMOVE
                rows.append(row)
                values.append(value)
                styles.append(prototype)
            if rows:
                was = self.grid.formula[:, offset]
                work.formulas_moved |= bool(was.any()) or repeated.get(offset) is not None
                work.edits.columns.append(edit)

    def trim(self, work: PartWork, placed: Placement) -> None:
        """Without row keys the user's cells stay where they are; new rows get the column's format."""
        if not self.own or placed.bottom <= self.grid.box.bottom:
            return
        rows = list(range(self.grid.box.bottom + 1, placed.bottom + 1))
        for offset in self.own:
            _new_cells(self.session, self.table, work, self.grid, offset, rows)


def _new_cells(session: Session, table: RawTable, work: PartWork, grid: Grid, offset: int,
               rows: list[int]) -> None:
    """Formatted blank cells (or the repeated formula) in fresh rows of a column that is not written."""
    formula = repeated_formulas(session.reader, table).get(offset)
    style = int(grid.style[0, offset]) if len(grid.style) else 0
    work.formulas_moved |= formula is not None
    work.edits.columns.append(ColumnEdit(grid.box.left + offset, rows, [formula] * len(rows), style))


def patch(session: Session, table: RawTable, change: TableChange) -> None:
    """Only the named columns, only in the given sheet rows; each cell keeps its format."""
    rows = [int(row) for row in change.rows or ()]
    columns = _columns(session, table, change)
    if rows and min(rows) <= table.header_row:
        raise ValueError("row above the table body")
    if rows:
        _patch_rows(session, table, session.part(table.part, table.name), columns, rows)


def _patch_rows(session: Session, table: RawTable, work: PartWork, columns: dict[int, list[Any]],
                rows: list[int]) -> None:
    left = min(columns, default=0)
    box = Box(table.header_row + 1, table.ref.left + left, max([*rows, table.bottom]),
              table.ref.left + max(columns, default=0))
    grid = Grid(session.reader.cells(table.part), box)
    for at, values in columns.items():
        offset = at - left
        order = np.argsort(rows, kind="stable").tolist()
        prototype = int(grid.style[0, offset])
        where = [rows[i] for i in order]
        mine = [values[i] for i in order]
        style = grid.style[:, offset].tolist()
        there = grid.present[:, offset].tolist()
        own = [style[row - box.top] if there[row - box.top] else prototype for row in where]
        styles = session.bank.each(mine, own)
        add_column(work, grid, offset, where, mine, styles)


def append_update(session: Session, table: RawTable, change: TableChange) -> None:
    """Update the given rows, append the others below the last row that holds anything; never move a row."""
    columns = _columns(session, table, change)
    rows, fresh, last = numbered(table, change.rows)
    if not rows:
        return
    body = _body(table)
    bottom = max(body.bottom, *rows)
    check_room(session.reader, table, max(last, body.bottom), bottom)
    work = session.part(table.part, table.name)
    _patch_rows(session, table, work, columns, rows)
    grid = Grid(session.reader.cells(table.part), body.down_to(body.top))
    added = [rows[i] for i in fresh]
    for column in table.columns:
        bare = [row for row in added if row > body.bottom] if column.index - 1 not in columns else []
        if bare:
            _new_cells(session, table, work, grid, column.index - 1, bare)
    session.resize(table, body, bottom)

