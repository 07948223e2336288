"""A whole table moved to the right, so that the one beside it can grow; only where nothing else knows its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from xml.sax.saxutils import escape

import numpy as np

from .anchors import anchored_boxes
from .celltext import REMOVE, Moved
from .edits import ColumnEdit
from .formularefs import references
from .refs import MAX_COL, MAX_ROW, Box, column, letter, parse_box
from .session import Session
from .sheetmap import sheet_map
from .sheetrules import shifted_columns
from .tablecolumns import keys_row
from .tables import KEY_SUFFIX, RawTable
from .xmlparts import as_utf8, plain_text

_RULED: Final = re.compile(
    rb"""<(?:\w+:)?(?:conditionalFormatting|dataValidation|protectedRange)\s[^>]*?\bsqref\s*=\s*["']([^"']*)|"""
    rb"""<xm:sqref\s*>([^<]*)""")
_FORMULA: Final = re.compile(
    rb"<(?:\w+:)?(?:f|formula[0-9]?|calculatedColumnFormula|totalsRowFormula)(?:\s[^>]*)?>([^<]+)<|"
    rb"""\slocation\s*=\s*["']([^"']*)""")
_NAME: Final = re.compile(rb"""<(?:\w+:)?definedName\s[^>]*?\bname\s*=\s*"([^"]*)"[^>]*>([^<]*)<""")
_SOURCE: Final = re.compile(rb"<(?:\w+:)?worksheetSource\s[^>]*>")
_ATTRIBUTE: Final = re.compile(rb"""\b(ref|sheet)\s*=\s*["']([^"']*)""")
_WHOLE: Final = re.compile(r"(?<![\w.$:])\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})(?![\w(])")
_AREA: Final = re.compile(rb"""(\sref\s*=\s*["'])([^"']*)""")
_BUILT_IN: Final = "_xlnm."  # print areas and titles stay where people put them


@dataclass(frozen=True)
class Shift:
    """A table that goes ``by`` columns to the right; ``first`` is the first column that goes along, the gap before
    the table."""

    table: RawTable
    by: int
    first: int
    top: int

    @property
    def block(self) -> Box:
        """The table with its band and its keys."""
        return replace(self.table.ref, top=self.top)

    @property
    def touched(self) -> Box:
        """All that differs afterwards: the gap, the table, and where it goes."""
        return Box(self.top, self.first, self.table.ref.bottom, self.table.ref.right + self.by)

    def moved(self, box: Box) -> Box:
        """Where a part of the table is afterwards."""
        return replace(box, left=box.left + self.by, right=box.right + self.by)


def shift_of(session: Session, table: RawTable, neighbour: RawTable, count: int) -> Shift:
    """How far ``table`` must go for ``count`` new columns of its left ``neighbour``; a free column stays between."""
    gap = table.ref.left - neighbour.ref.right - 1
    return Shift(table, count + max(0, 1 - gap), neighbour.ref.right + 1, max(keys_row(session, table) - 1, 1))


def shift_obstacle(session: Session, shift: Shift) -> str:
    """What speaks against it, as a cell or a name; "" if the table can go: where it stands and goes nothing else may
    stand, hang or be ruled, and nothing may name its cells by address."""
    table, cells = shift.table, session.reader.cells(shift.table.part)
    zone = replace(shift.touched, bottom=MAX_ROW, left=table.ref.left)
    at = cells.within(zone)
    at = at[cells.filled()[at]]
    inside = (cells.row[at] <= table.bottom) & (cells.col[at] <= table.ref.right)
    strange = at[~inside | cells.formula[at]]
    if len(strange):
        return f"{table.sheet}!{letter(int(cells.col[strange[0]]))}{int(cells.row[strange[0]])}"
    if table.totals or zone.right > MAX_COL:
        return f"{table.sheet}!{letter(table.ref.left)}{table.ref.bottom}"
    others = [t.ref for t in session.tables.values() if t.part == table.part and t.name != table.name]
    for box in [*anchored_boxes(session.reader, table.part), *others, *_ruled(session, table.part)]:
        if box.meets(zone):
            return f"{table.sheet}!{box}"
    return next(_naming(session, shift, replace(zone, top=1)), "")


def _ruled(session: Session, part: str) -> Iterator[Box]:
    data, _ = as_utf8(session.pkg.read(part))
    tail = data[max(data.rfind(b"sheetData>"), 0) :]
    areas = (area for match in _RULED.finditer(tail) for area in (match[1] or match[2]).decode().split())
    return (box for area in areas if (box := parse_box(area)) is not None)


def _naming(session: Session, shift: Shift, zone: Box) -> Iterator[str]:
    """Where in the workbook a cell of the zone is named by address: a formula, a chart, a name, a pivot."""
    sheet, pkg = shift.table.sheet, session.pkg
    said = escape(sheet).replace("'", "''").encode().lower()
    for part in pkg.names:
        if not part.endswith((".xml", ".rels")) or part in pkg.related(pkg.workbook_part, "sharedStrings"):
            continue
        data, _ = as_utf8(pkg.read(part))
        own = part == shift.table.part
        if not own and said not in data.lower():
            continue
        home = sheet if own else ""
        for match in _FORMULA.finditer(data):
            if _names(plain_text(match[1] or match[2]), home, sheet, zone):
                yield _place(data, match.start(), part, session)
        for match in _NAME.finditer(data) if part == pkg.workbook_part else ():
            name = plain_text(match[1])
            ours = name.casefold() == f"{shift.table.name}{KEY_SUFFIX}".casefold()
            if not ours and not name.startswith(_BUILT_IN) and _names(plain_text(match[2]), "", sheet, zone):
                yield name
        for match in _SOURCE.finditer(data):
            told = {key: plain_text(value) for key, value in _ATTRIBUTE.findall(match[0])}
            box = parse_box(told.get(b"ref", ""))
            if told.get(b"sheet", "").casefold() == sheet.casefold() and box is not None and box.meets(zone):
                yield f"{sheet}!{box}"


def _names(formula: str, home: str, sheet: str, zone: Box) -> bool:
    """Whether a formula on the sheet ``home`` names a cell of the zone by address, or whole columns of it."""
    for found in references(formula):
        where = found.sheet or home
        # A range over several sheets may hold this one.
        if (where.casefold() == sheet.casefold() or ":" in where) and found.box.meets(zone):
            return True
    if home or sheet.casefold() in formula.casefold():
        pairs = (sorted((column(match[1]), column(match[2]))) for match in _WHOLE.finditer(formula))
        return any(low <= zone.right and zone.left <= high for low, high in pairs)
    return False


def _place(data: bytes, at: int, part: str, session: Session) -> str:
    """The cell of a formula, else the sheet or part that holds it."""
    name = next((sheet.name for sheet in session.pkg.sheets if sheet.part == part), part.rpartition("/")[2])
    cell = re.search(rb"""\br\s*=\s*["']([A-Z]+[0-9]+)["'][^<]*\Z""", data[max(at - 400, 0) : at])
    return f"{name}!{cell[1].decode()}" if cell else name


def move_table(session: Session, shift: Shift, taken: Box) -> None:
    """Queue the move: cells in their own bytes, the table's areas, the widths of its columns. Cells of ``taken``
    are written by whoever takes their place. The defined name of its keys is left to the caller."""
    table, work = shift.table, session.part(shift.table.part, shift.table.name)
    data, _ = as_utf8(session.pkg.read(table.part))
    places = sheet_map(data, session.reader.cells(table.part).layout).places
    row, col = places.cell_row, places.cell_col
    near = np.flatnonzero((row >= shift.top) & (row <= table.ref.bottom) & (col >= shift.first))
    bounds = zip(places.cell_start[near].tolist(), places.cell_end[near].tolist(), strict=True)
    spans = dict(zip(zip(row[near].tolist(), col[near].tolist(), strict=True), bounds, strict=True))
    for at in range(shift.first, shift.touched.right + 1):
        rows, values = list[int](), list[Any]()
        for line in range(shift.top, table.ref.bottom + 1):
            span = spans.get((line, at - shift.by)) if (line, at - shift.by) in shift.block else None
            if span is not None:
                values.append(Moved(data[span[0] : span[1]]))
            elif (line, at) in spans and (line, at) not in taken:
                values.append(REMOVE)
            else:
                continue
            rows.append(line)
        if rows:
            work.edits.columns.append(ColumnEdit(at, rows, values))
    work.last.append(partial(shifted_columns, first=shift.first, last=table.ref.right, by=shift.by))
    if table.table_part:
        session.parts[table.table_part] = _shifted_areas(session.current(table.table_part), shift.by)


def _shifted_areas(xml: bytes, by: int) -> bytes:
    data, back = as_utf8(xml)

    def moved(match: re.Match[bytes]) -> bytes:
        box = parse_box(match[2].decode())
        if box is None:
            return match[0]
        return match[1] + str(replace(box, left=box.left + by, right=box.right + by)).encode()

    return back(_AREA.sub(moved, data))


def not_moved(old: RawTable, new: RawTable | None, by: int) -> bool:
    """Whether a table is not the same one, ``by`` columns further right."""
    if new is None or new.ref != replace(old.ref, left=old.ref.left + by, right=old.ref.right + by):
        return True
    if [(c.key, c.header) for c in old.columns] != [(c.key, c.header) for c in new.columns]:
        return True
    if not np.array_equal(old.rows, new.rows):
        return True
    return any(old.values[c.index].tolist() != new.values[c.index].tolist() for c in old.columns)
