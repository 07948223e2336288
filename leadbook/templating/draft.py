"""The workbook while it is being built: sheets, references and defined names in one hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.templating.look import Look

# Rows from 0, as XlsxWriter counts; people see one more.
TITLE_ROW: Final = 0
PURPOSE_ROW: Final = 1
BAND_ROW: Final = 2
KEY_ROW: Final = 3
HEADER_ROW: Final = 4
BODY_ROW: Final = 5
LAST_ROW: Final = 10_004  # drop-downs, marks and colours reach Excel row 10005
LAST_ISSUE_ROW: Final = 20_004

SHEETS: Final = (
    "leads",
    "interactions",
    "results",
    "matrix",
    "follow_ups",
    "worklists",
    "dashboard",
    "forecast",
    "relations",
    "issues",
    "history",
    "team",
    "policy",
    "guide",
    "runs",
    "done",
    "forms",
    "lists",
)

BUTTONS: Final = {"leads": "LB_Leads", "results": "LB_Results", "dashboard": "LB_Dash"}


def column_name(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell(row: int, column: int, fix: str = "") -> str:
    """``B6`` for (5, 1); ``fix`` names what stays put: ``"r"``, ``"c"`` or ``"rc"``."""
    return f"{'$' if 'c' in fix else ''}{column_name(column)}{'$' if 'r' in fix else ''}{row + 1}"


@dataclass
class Draft:
    """What every builder needs; ``sheets`` holds the XlsxWriter worksheets by sheet key."""

    workbook: Any
    labels: Labels
    catalogue: Catalogue
    look: Look
    sheets: dict[str, Any] = field(default_factory=dict)
    macros: bool = False  # whether the book gets buttons

    def text(self, key: str, **params: object) -> str:
        return self.labels.text(key, **params)

    def sheet_name(self, sheet: str) -> str:
        return self.text(f"sheet.{sheet}")

    def purpose(self, sheet: str) -> str:
        """The line below a sheet's title; where there is a button, it begins with what a click costs."""
        purpose = self.text(f"template.purpose.{sheet}")
        if not self.macros or sheet not in BUTTONS:
            return purpose
        said = self.text("button.help")
        return f"{said}{'' if said.endswith('。') else ' '}{purpose}"

    def address(self, sheet: str, top: int, left: int, bottom: int, right: int) -> str:
        """An absolute range with its sheet, such as ``='Follow-ups'!$A$4:$O$4``."""
        quoted = self.sheet_name(sheet).replace("'", "''")
        area = cell(top, left, "rc")
        if (top, left) != (bottom, right):
            area += ":" + cell(bottom, right, "rc")
        return f"='{quoted}'!{area}"

    def define(self, name: str, sheet: str, top: int, left: int, bottom: int, right: int) -> str:
        """A defined name over a fixed range; answers the range."""
        area = self.address(sheet, top, left, bottom, right)
        self.workbook.define_name(name, area)
        return area

    def column_of(self, table: str, key: str) -> int:
        """The sheet column (from 0) of a field of a table that starts in column A."""
        return self.catalogue.table(table).keys().index(key)
