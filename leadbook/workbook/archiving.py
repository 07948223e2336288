"""Rows of one table into another: whole rows with people's own columns, and those that stay close up (DESIGN §5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import numpy as np

from leadbook.errors import RefusedFile
from leadbook.model.raw import UNCACHED

from .anchors import anchored_boxes, is_addressless
from .celltext import Moved
from .changes import WriteResult
from .edits import ColumnEdit
from .grid import Grid
from .growing import check_room
from .refs import MAX_COL, Box, letter
from .rowformulas import CellFormula, closed_up, formulas_of, pointing
from .rowmove import Closing, close_up, fit_rules
from .session import Session
from .sheetmap import WIDE, sheet_map
from .tablecolumns import NewColumn, add_columns
from .tablepart import resized
from .tables import RawColumn, RawTable
from .writeback import assembled
from .xmlparts import as_utf8

_F: Final = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f\s*>)")
_TAG: Final = re.compile(rb"<(/?)(?:\w+:)?(\w)")
_BODY: Final = re.compile(rb"</?(?:\w+:)?(?:c|v|is|t|r|rPr|rPh|phoneticPr|f)\b")


@dataclass(frozen=True)
class Archived:
    """The new package, and what moved: ``closing`` says how the old table's rows closed up, ``rows`` and ``columns``
    where the rows and the columns that were missing stand in the other table."""

    result: WriteResult
    closing: Closing
    rows: tuple[int, ...]
    table: RawTable
    columns: tuple[RawColumn, ...] = field(default=())


def closing_of(table: RawTable, rows: Sequence[int]) -> Closing:
    """How a table closes up when these rows leave it; it keeps at least one formatted row, and its size above a
    totals row."""
    last = max(table.bottom, int(table.rows.max()))
    body = last - table.header_row
    blank = len(rows) if table.totals else int(len(rows) == body)
    return Closing(table.header_row + 1, tuple(sorted(rows)), last, blank)


def archive_rows(
    session: Session, source: RawTable, target: RawTable, rows: Sequence[int], extra: Mapping[str, Any],
    leave: frozenset[str] = frozenset(),
) -> Archived:
    """Move the sheet rows ``rows`` of one table to the end of another; ``extra`` gives the values of columns that
    only the other has, ``leave`` the keys of columns that are not carried over.

    Columns are matched by key, people's own by header; what the other table lacks is added to it. Raises RefusedFile
    ``row_held`` (with cell and what holds it), ``columns_in_way``, ``cells_below_table``.
    """
    closing = closing_of(source, rows)
    leaving = _Leaving(session, source, closing)
    leaving.check(target)
    carried = [c for c in source.columns if c.key not in leave]
    at = _next_rows(target, len(rows))
    wide, pairs, styles = _matched(session, source, target, carried, closing, at)
    fresh = leaving.staying_formulas()
    work = session.part(source.part, source.name)
    work.formulas_moved |= leaving.has_formulas
    layout = session.reader.cells(source.part).layout
    work.last.append(lambda xml: fit_rules(close_up(xml, closing, fresh, layout), closing)[0])
    if source.table_part:
        _shrink(session, source, closing)
    _append(session, leaving, wide, at, pairs, styles, extra)
    return Archived(assembled(session), closing, at, wide, tuple(wide.columns[len(target.columns) :]))


def _shrink(session: Session, source: RawTable, closing: Closing) -> None:
    bottom = max(closing.end(source.bottom) + closing.blank, source.header_row + 1)
    end = bottom + (source.ref.bottom - source.bottom)
    if source.table_part and end != source.ref.bottom:
        session.parts[source.table_part] = resized(session.current(source.table_part), end)


class _Leaving:
    """The rows that leave a sheet, and all that could hold them there."""

    def __init__(self, session: Session, table: RawTable, closing: Closing) -> None:
        self.session, self.table, self.closing = session, table, closing
        self.cells = session.reader.cells(table.part)
        self.data, _ = as_utf8(session.pkg.read(table.part))
        self.sheet = sheet_map(self.data, self.cells.layout)
        self.keys = self.sheet.cell_keys()
        self.formulas = {(f.row, f.col): f for f in formulas_of(session.reader, table.part) if f.row in closing.zone}

    @property
    def has_formulas(self) -> bool:
        return bool(self.formulas)

    def refuse(self, place: str, held: str) -> NoReturn:
        if "!" not in place and held != "formula_elsewhere":
            place = f"{self.table.sheet}!{place}"
        raise RefusedFile(f"row_held_{held}", file=self.session.pkg.name, cell=place, table=self.table.name)

    def check(self, target: RawTable) -> None:
        """Refuse what cannot be carried along, naming its cell."""
        closing, table, session = self.closing, self.table, self.session
        zone = Box(closing.first, 1, closing.last, MAX_COL)
        for box in anchored_boxes(session.reader, table.part):
            if box.meets(zone):
                self.refuse(f"{letter(box.left)}{max(box.top, closing.first)}", "anchor")
        for other in session.tables.values():
            if other.part == table.part and other is not table and (other is target or other.ref.meets(zone)):
                self.refuse(f"{letter(other.ref.left)}{max(other.ref.top, closing.first)}", "table")
        self._beside()
        stuck = fit_rules(self.data, closing)[1]
        if stuck:
            self.refuse(f"{letter(stuck.left)}{stuck.top}", "rule")
        place = pointing(session.pkg, session.reader, table.sheet, table.part, closing)
        if place:
            self.refuse(place, "formula_elsewhere")

    def _beside(self) -> None:
        """Words beside the table in a row that goes have no column to go to."""
        c, ref = self.cells, self.table.ref
        outside = (c.col < ref.left) | (c.col > ref.right)
        at = np.flatnonzero(outside & c.filled() & np.isin(c.row, self.closing.gone))
        if len(at):
            self.refuse(f"{letter(int(c.col[at[0]]))}{int(c.row[at[0]])}", "beside")

    def staying_formulas(self) -> dict[tuple[int, int], bytes]:
        """New bytes of the formula cells that stay but change their row."""
        fresh, gone = {}, set(self.closing.gone)
        for place, found in self.formulas.items():
            if found.row in gone or found.row < self.closing.first:
                continue
            text = closed_up(found, self.closing, self.table.sheet)
            if text is None:
                self.refuse(found.address, "formula")
            if text != found.text or found.is_shared:
                fresh[place] = found.with_text(text)
        return fresh

    def cell(self, row: int, col: int) -> Moved | None:
        """The bytes of a cell that goes; a formula that would mean something else elsewhere as its value."""
        n = int(np.searchsorted(self.keys, row * WIDE + col))
        if n >= len(self.keys) or self.keys[n] != row * WIDE + col:
            return None
        p = self.sheet.places
        found = self.formulas.get((row, col))
        return Moved(self.data[int(p.cell_start[n]) : int(p.cell_end[n])] if found is None else self._frozen(found, n))

    def _frozen(self, found: CellFormula, n: int) -> bytes:
        if found.text is not None and is_addressless(found.text) and "[" not in found.text:
            return found.with_text(found.text)
        if self.cells.value[n] is UNCACHED or found.spreads:
            self.refuse(found.address, "formula")
        return _F.sub(b"", found.cell, count=1)


def _next_rows(target: RawTable, count: int) -> tuple[int, ...]:
    """The sheet rows below the last one of a table that holds anything."""
    last = int(target.rows.max()) if len(target.rows) else target.header_row
    return tuple(range(last + 1, last + 1 + count))


def _matched(
    session: Session, source: RawTable, target: RawTable, carried: Sequence[RawColumn], closing: Closing,
    rows: Sequence[int],
) -> tuple[RawTable, list[tuple[int, int]], dict[int, int]]:
    """The other table with the columns it lacked, (sheet column here, there) of each column, and the formats of the
    cells in the new columns."""
    by_key = {c.key: c for c in target.columns if c.key}
    by_header = {c.header.strip().casefold(): c for c in target.columns if not c.key}
    known, missing = [], []
    for column in carried:
        there = by_key.get(column.key) if column.key else by_header.get(column.header.strip().casefold())
        if there is not None:
            known.append((column, there))
        elif _is_used(source, column, closing):
            missing.append(column)
    looks = [_like(session, source, column) for column in missing]
    wide = add_columns(session, target, looks, skip=frozenset(rows))
    fresh = wide.columns[len(target.columns) :]
    known += zip(missing, fresh, strict=True)
    left, first = source.ref.left - 1, target.ref.left - 1
    styles = {first + column.index: look.body_style for column, look in zip(fresh, looks, strict=True)}
    return wide, [(left + one.index, first + two.index) for one, two in known], styles


def _is_used(table: RawTable, column: RawColumn, closing: Closing) -> bool:
    """Whether a row that goes holds something in this column."""
    going = np.isin(table.rows, closing.gone)
    return any(value is not None for value in table.values[column.index][going]) or bool(
        table.formulas[column.index][going].any()
    )


def _like(session: Session, table: RawTable, column: RawColumn) -> NewColumn:
    """A new column that looks like the one it continues."""
    at = table.ref.left + column.index - 1
    grid = Grid(session.reader.cells(table.part), Box(table.header_row, at, table.header_row + 1, at))
    return NewColumn(column.key, column.header, int(grid.style[0, 0]), int(grid.style[1, 0]))


def _append(
    session: Session, leaving: _Leaving, target: RawTable, rows: Sequence[int], pairs: Sequence[tuple[int, int]],
    styles: Mapping[int, int], extra: Mapping[str, Any],
) -> None:
    """Queue the new rows below the last one that holds anything."""
    body = Box(target.header_row + 1, target.ref.left, target.bottom, target.ref.right)
    bottom = max(body.bottom, rows[-1])
    check_room(session.reader, target, max(rows[0] - 1, body.bottom), bottom)
    work = session.part(target.part, target.name)
    grid = Grid(session.reader.cells(target.part), body.down_to(body.top))
    prefix = sheet_map(as_utf8(session.pkg.read(target.part))[0]).prefix.encode()
    here = {there: one for one, there in pairs}
    for column in target.columns:
        at = target.ref.left + column.index - 1
        base = styles.get(at, int(grid.style[0, column.index - 1]))
        values: list[Any] = [extra.get(column.key or "")] * len(rows)
        if at in here:
            cells = [leaving.cell(row, here[at]) for row in leaving.closing.gone]
            values = [Moved(_spelled(cell.xml, prefix)) if cell else None for cell in cells]
        fitting = session.bank.each(values, [base] * len(rows))
        work.edits.columns.append(ColumnEdit(at, list(rows), values, fitting))
    session.resize(target, body, bottom)


def _spelled(cell: bytes, prefix: bytes) -> bytes:
    """A cell's tags with the prefix of the sheet it goes to."""
    return _BODY.sub(lambda m: _TAG.sub(lambda t: b"<" + t[1] + prefix + t[2], m[0], count=1), cell)
