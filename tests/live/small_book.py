"""A book of three small sheets, for the behaviours that every way of writing shares."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table, TableColumn, TableFormula

from leadbook.workbook.changes import TableChange

KEYS = {"LB_Leads": {"company_name", "tier", "score", "note"},
        "LB_Results": {"rank", "lead_key", "score", "reviewed", "why"}}  # fmt: skip
OWN = "My note"  # a column that people added to Results
DAY = date(2026, 5, 4)


def small_book(*, note: bool = False, below: bool = False) -> bytes:
    """Leads A5:D8, Results A5:G7 (F and G are the team's own; G repeats a formula), Board B3:C6."""
    book = Workbook()
    leads, results, board = book.active, book.create_sheet("Results"), book.create_sheet("Bảng 看板")
    assert leads is not None
    leads.title = "Leads"
    _table(book, leads, "LB_Leads", ["company_name", "tier", "score", "note"], ["Company", "Tier", "Score", "Note"],
           [["Mingho 明河", "B", 3, "call, then write"], ["Sao Mai", None, None, None],
            ["Nord Pier", "C", 2, "0049"]])  # fmt: skip
    _table(book, results, "LB_Results", ["rank", "lead_key", "score", "reviewed", "why", None, None],
           ["Rank", "Key", "Score", "Reviewed", "Why", OWN, "Twice"],
           [[1, "mingho", 4, DAY, "old", "ask Lan", "=2*LB_Results[[#This Row],[Score]]"],
            [2, "nordpier", 2, DAY, "old", DAY, "=2*LB_Results[[#This Row],[Score]]"]])  # fmt: skip
    for row in range(6, 8):
        results.cell(row, 4).number_format = "yyyy-mm-dd"
    results.column_dimensions["D"].number_format = "yyyy-mm-dd"
    results.cell(7, 6).number_format = "yyyy-mm-dd"
    results.tables["LB_Results"].tableColumns[6].calculatedColumnFormula = TableFormula(
        attr_text="2*LB_Results[[#This Row],[Score]]"
    )
    if note:
        results["F7"].comment = Comment("talked to her", "Lan")
    if below:
        results["B8"] = "do not overwrite me"
    board["B2"] = "Top"
    for row in range(3, 7):
        board.cell(row, 2, f"old {row}")
    board["B4"].number_format = "yyyy-mm-dd"
    book.defined_names["LB_Board.top"] = DefinedName("LB_Board.top", attr_text="'Bảng 看板'!$B$3:$C$6")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(book: Workbook, sheet: Any, name: str, keys: list[str | None], headers: list[str],
           rows: list[list[Any]]) -> None:  # fmt: skip
    for row, values in enumerate([keys, headers, *rows], 4):
        for column, value in enumerate(values, 1):
            sheet.cell(row, column, value)
    sheet.row_dimensions[4].hidden = True
    last = chr(64 + len(keys))
    table = Table(displayName=name, ref=f"A5:{last}{5 + len(rows)}")
    table.tableColumns = [TableColumn(id=n, name=header) for n, header in enumerate(headers, 1)]
    table.autoFilter = None
    sheet.add_table(table)
    target = f"'{sheet.title}'!$A$4:${last}$4"
    book.defined_names[f"{name}.keys"] = DefinedName(f"{name}.keys", attr_text=target)


def ranked(*keys: str, **more: list[Any]) -> TableChange:
    """New results for these leads, in this order."""
    count = len(keys)
    columns = {"rank": list(range(1, count + 1)), "lead_key": list(keys), "score": [5 - n for n in range(count)],
               "reviewed": [DAY] * count, "why": [f"because {key}" for key in keys]}  # fmt: skip
    return TableChange("LB_Results", {**columns, **more}, "replace", row_key="lead_key")
