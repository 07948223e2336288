"""The Refresh button of a book with macros, and the cells its macro reads and writes (in every book)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadbook.model.catalogue import Table
from leadbook.templating.draft import BUTTONS, SHEETS, TITLE_ROW, Draft
from leadbook.vba import vba_project
from leadbook.vba.macro import MACRO

WIDTH, HEIGHT = 122, 26  # pixels; two columns of the Dashboard, and the title row is 40 high
WORKBOOK: Final = "ThisWorkbook"
NAME_COLUMN: Final = {"lead": "company_name", "team": "rep", "policy": "name", "week": "week", "run": "at"}
_GAP: Final = 8
_DASHBOARD: Final = (4, 6)  # columns of button and status: above the charts, right of the longest title
_TABLES: Final = {"leads": "lead", "results": "result"}


def code_names() -> list[str]:
    """Names of the document modules: the workbook's, then one for each sheet in order."""
    return [WORKBOOK, *(f"Sheet{number}" for number in range(1, len(SHEETS) + 1))]


def frozen_columns(table: Table) -> int:
    """How many columns stay in sight: those up to the name of what a row is about."""
    name, keys = NAME_COLUMN.get(table.key, "lead_name"), table.keys()
    return keys.index(name) + 1 if name in keys else 0


def write_status(draft: Draft) -> None:
    """The empty cells LB_Leads.status, LB_Results.status and LB_Dash.status beside the button's place."""
    for sheet, name in BUTTONS.items():
        column = _DASHBOARD[1]
        if sheet in _TABLES:
            column = frozen_columns(draft.catalogue.table(_TABLES[sheet]))
        draft.sheets[sheet].write_blank(TITLE_ROW, column, None, draft.look.note)
        draft.define(f"{name}.status", sheet, TITLE_ROW, column, TITLE_ROW, column)


def write_button(draft: Draft, project: bytes) -> None:
    """Put the macros into the book and a button on the three sheets, where frozen panes keep it in sight."""
    import io

    draft.workbook.add_vba_project(io.BytesIO(project), is_stream=True)
    names = code_names()
    draft.workbook.set_vba_name(names[0])
    for name, sheet in zip(names[1:], SHEETS, strict=True):
        draft.sheets[sheet].set_vba_name(name)
    for sheet in BUTTONS:
        _insert(draft, sheet)


def project_of(modules: Mapping[str, str]) -> bytes:
    """The VBA project of a template."""
    return vba_project(modules, code_names())


def _insert(draft: Draft, sheet: str) -> None:
    column, offset = _DASHBOARD[0], 0
    if sheet in _TABLES:
        table = draft.catalogue.table(_TABLES[sheet])
        column = frozen_columns(table) - 1
        offset = _pixels(table.fields[column].width + 1.5) - WIDTH - _GAP
    options = {
        "macro": MACRO,
        "caption": draft.text("button.caption"),
        "description": draft.text("button.alt"),
        "width": WIDTH,
        "height": HEIGHT,
        "x_offset": offset,
        "y_offset": 7,
    }
    draft.sheets[sheet].insert_button(TITLE_ROW, column, options)


def _pixels(width: float) -> int:
    """A column's width in pixels, for the digits of the base font (ECMA-376 18.3.1.13)."""
    return int(width * 7 + 0.5) + 5
