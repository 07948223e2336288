"""Sheets that hold a table: title, purpose, bands, hidden keys, header, body (DESIGN §4)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from leadbook.model.catalogue import Field, Table
from leadbook.templating.button import frozen_columns
from leadbook.templating.checks import write_checks
from leadbook.templating.draft import (
    BAND_ROW,
    BODY_ROW,
    HEADER_ROW,
    KEY_ROW,
    LAST_ROW,
    PURPOSE_ROW,
    TITLE_ROW,
    Draft,
    cell,
)
from leadbook.templating.look import BANDS, style_of

Row = Mapping[str, object]
SPARE_ROWS: Final = 10
BLANK_ROWS: Final = {"lead": 30, "interaction": 30, "team": 10}
OPTIONAL_SECTIONS: Final = frozenset({"profile", "qualification", "risk", "override"})
# Columns for machines and rare cases: folded away, one click opens them.
FOLDED: Final = frozenset(
    {
        ("result", "lead_key"),
        ("follow_up", "step_id"),
        ("done", "step_id"),
        ("done", "lead_key"),
        ("worklist", "lead_key"),
        ("relation", "lead_key"),
        ("follow_up", "lead_key"),
        ("issue", "issue_key"),
        ("history", "lead_key"),
        ("collected", "hash"),
        ("collected", "similar"),
        ("collected", "fields"),
        ("collected", "differs"),
        ("collected", "talks"),
    }
)
_A4, _A3, _WIDE, _PAGE = 9, 8, 230, 260


@dataclass(frozen=True)
class Placed:
    """Where a table stands; ``left`` is its first column, ``last`` its last body row (both from 0)."""

    table: Table
    sheet: str
    left: int
    last: int

    @property
    def right(self) -> int:
        return self.left + len(self.table.fields) - 1


def write_value(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    """One cell by the value's type; text is always text, never a formula."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(row, column, value, look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_string(row, column, str(value), look)


def width_of(text: str) -> int:
    """Width in digits of the base font; wide East Asian characters count two."""
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def _header_lines(text: str, width: int) -> int:
    room = max(width, 4)
    if width_of(text) == len(text):
        lines, used = 1, 0
        for word in text.split():
            size = width_of(word)
            if used and used + 1 + size > room:
                lines, used = lines + 1, 0
            used += size + (1 if used else 0)
            lines, used = lines + (used - 1) // room, (used - 1) % room + 1
        return lines
    return -(-width_of(text) // room)


def _shaded(placed: Placed, field: Field) -> bool:
    mixed = len({f.owner for f in placed.table.fields}) > 1
    return mixed and field.owner == "leadbook"


def _bands(draft: Draft, placed: Placed) -> list[tuple[str, str]]:
    """(text, colour) of the band over each column; the text repeats over its columns."""
    sections = list(placed.table.schema["x-leadbook"].get("sections", ()))
    found = []
    for field in placed.table.fields:
        if field.section and field.section in sections:
            colour = BANDS[sections.index(field.section) % len(BANDS)]
            found.append((draft.text(f"section.{field.section}"), colour))
        else:
            owner = "yours" if field.owner == "rep" else "leadbook"
            text = {"week": "weeks", "setting": "settings"}.get(placed.table.key, owner)
            found.append((draft.text(f"template.band.{text}"), BANDS[0 if field.owner == "rep" else 4]))
    return found


def _columns(draft: Draft, placed: Placed, sheet: Any) -> None:
    for column, field in enumerate(placed.table.fields, placed.left):
        options: dict[str, Any] = {}
        if field.section in OPTIONAL_SECTIONS:
            options = {"level": 1}
        elif (placed.table.key, field.key) in FOLDED:
            options = {"level": 1, "hidden": True}
        elif column and (placed.table.key, placed.table.fields[column - placed.left - 1].key) in FOLDED:
            options = {"collapsed": True}
        look = draft.look.column(style_of(field), _shaded(placed, field))
        sheet.set_column(column, column, field.width + 1.5, look, options)


def _head(draft: Draft, placed: Placed, sheet: Any) -> list[dict[str, Any]]:
    shown, columns = "", []
    for column, (field, (band, colour)) in enumerate(
        zip(placed.table.fields, _bands(draft, placed), strict=True), placed.left
    ):
        sheet.write_string(BAND_ROW, column, band if band != shown else "", draft.look.band(colour))
        shown = "" if (placed.table.key, field.key) in FOLDED and not shown else band
        sheet.write_string(KEY_ROW, column, field.key, draft.look.key)
        header = draft.labels.header(placed.table.key, field.key)
        owner = "leadbook" if field.owner == "leadbook" else "rep"
        columns.append({"header": header, "header_format": draft.look.header(owner)})
    return columns


def _body(draft: Draft, placed: Placed, sheet: Any, rows: Sequence[Row]) -> None:
    fields, edge = placed.table.fields, False
    for column, field in enumerate(fields, placed.left):
        shaded = _shaded(placed, field)
        edge = shaded and column > placed.left and not _shaded(placed, fields[column - placed.left - 1])
        look = draft.look.body(style_of(field), shaded, edge)
        for row in range(BODY_ROW, placed.last + 1):
            given = rows[row - BODY_ROW] if row - BODY_ROW < len(rows) else {}
            write_value(sheet, row, column, given.get(field.key), look)


def place_table(draft: Draft, key: str, rows: Sequence[Row] = (), left: int = 0) -> Placed:
    """Write a table of the book with its key row and header; blank rows follow for people to fill.

    ``rows`` map field key to value (text, number, date, datetime or ``None``).
    """
    table = draft.catalogue.table(key)
    sheet = draft.sheets[table.sheet]
    blank = (SPARE_ROWS if rows else BLANK_ROWS[key]) if key in BLANK_ROWS else 0
    height = max(len(rows) + blank, 1)
    placed = Placed(table, table.sheet, left, BODY_ROW + height - 1)
    _columns(draft, placed, sheet)
    columns = _head(draft, placed, sheet)
    _body(draft, placed, sheet, rows)
    area = (HEADER_ROW, left, placed.last, placed.right)
    sheet.add_table(*area, {"name": table.name, "style": None, "columns": columns})
    draft.define(f"{table.name}.keys", table.sheet, KEY_ROW, left, KEY_ROW, placed.right)
    write_checks(draft, sheet, table.fields, left)
    return placed


def dress_sheet(draft: Draft, tables: Sequence[Placed]) -> None:
    """Title, purpose, row heights, frozen panes and print set-up of a sheet with one or two tables."""
    first = tables[0]
    sheet = draft.sheets[first.sheet]
    sheet.set_row(TITLE_ROW, 30, draft.look.title)
    # Words in a column that is folded away would not be seen.
    left = next(n for n, field in enumerate(first.table.fields) if (first.table.key, field.key) not in FOLDED)
    sheet.write_string(TITLE_ROW, left, draft.sheet_name(first.sheet), draft.look.title)
    sheet.set_row(PURPOSE_ROW, 20, draft.look.note)
    sheet.write_string(PURPOSE_ROW, left, draft.purpose(first.sheet), draft.look.note)
    sheet.set_row(BAND_ROW, 19, draft.look.note)
    sheet.set_row(KEY_ROW, None, draft.look.key, {"hidden": True})
    fields = [f for placed in tables for f in placed.table.fields]
    lines = max(_header_lines(draft.labels.header(f.table, f.key), f.width) for f in fields)
    # Letters start at the top: the filter button covers the lower right corner.
    sheet.set_row(HEADER_ROW, 14 * min(lines, 4) + 12)
    sheet.freeze_panes(BODY_ROW, frozen_columns(first.table), BODY_ROW, frozen_columns(first.table))
    sheet.ignore_errors({"number_stored_as_text": f"A{BODY_ROW + 1}:{cell(LAST_ROW, tables[-1].right)}"})
    _print(draft, sheet, tables, sum(f.width + 1.5 for f in fields))


def _print(draft: Draft, sheet: Any, tables: Sequence[Placed], width: float) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4 if width <= _WIDE else _A3)
    # A page that squeezes 70 columns cannot be read: wide tables go over several pages, name repeated.
    sheet.fit_to_pages(max(1, round(width / _PAGE)), 0)
    sheet.repeat_rows(BAND_ROW, HEADER_ROW)
    if frozen_columns(tables[0].table) and width > _PAGE:
        sheet.repeat_columns(0, frozen_columns(tables[0].table) - 1)
    set_footer(draft, sheet)


def set_footer(draft: Draft, sheet: Any) -> None:
    """Sheet name at the left, page at the right; narrow margins."""
    sheet.set_margins(0.4, 0.4, 0.5, 0.6)
    sheet.set_footer("&L&A&R" + draft.text("template.footer", page="&P", pages="&N"))


def tab_colour(tables: Sequence[Placed]) -> str:
    """Whose sheet it is, as a key of ``TABS``."""
    if tables[0].sheet in ("team", "policy"):
        return "settings"
    return "rep" if tables[0].table.key in BLANK_ROWS else "leadbook"
