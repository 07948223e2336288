"""Runs in the system's Python, which has uno: what people do to a sheet in LibreOffice, then saves it.

usage: tidy.py PIPE BOOK JSON     JSON: [["sort", sheet, header], ["rename", sheet, old, new],
["insert", sheet, header before which, new header, text for each row], ["hide", sheet, header],
["row", sheet, sheet row, text]]
Headers stand in row 5, bodies begin in row 6. A blank row that is inserted gets the text in its first column.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]
from bridge import connect  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.table import TableSortField  # type: ignore[import-not-found]

HEADER = 4  # from 0


def _extent(sheet: Any) -> tuple[int, int]:
    """The last column with a header and the last row with anything in the first ten columns."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.RangeAddress
    columns = [n for n in range(last.EndColumn + 1) if sheet.getCellByPosition(n, HEADER).String]
    filled = [row for row in range(HEADER + 1, last.EndRow + 1)
              if any(sheet.getCellByPosition(n, row).String for n in range(10))]  # fmt: skip
    return columns[-1], filled[-1]


def _column(sheet: Any, header: str) -> int:
    last, _ = _extent(sheet)
    return next(n for n in range(last + 1) if sheet.getCellByPosition(n, HEADER).String == header)


def sort(sheet: Any, header: str) -> None:
    right, bottom = _extent(sheet)
    field = TableSortField()
    field.Field, field.IsAscending = _column(sheet, header), True
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    area = sheet.getCellRangeByPosition(0, HEADER + 1, right, bottom)
    area.sort((PropertyValue(Name="SortFields", Value=fields), PropertyValue(Name="ContainsHeader", Value=False)))


def rename(sheet: Any, old: str, new: str) -> None:
    sheet.getCellByPosition(_column(sheet, old), HEADER).String = new


def insert(sheet: Any, before: str, header: str, text: str) -> None:
    _, bottom = _extent(sheet)
    at = _column(sheet, before)
    sheet.Columns.insertByIndex(at, 1)
    sheet.getCellByPosition(at, HEADER).String = header
    for row in range(HEADER + 1, bottom + 1):
        sheet.getCellByPosition(at, row).String = f"{text}{row + 1}"


def hide(sheet: Any, header: str) -> None:
    sheet.Columns.getByIndex(_column(sheet, header)).IsVisible = False


def row(sheet: Any, number: int, text: str) -> None:
    sheet.Rows.insertByIndex(number - 1, 1)
    sheet.getCellByPosition(0, number - 1).String = text


DEEDS = {"sort": sort, "rename": rename, "insert": insert, "hide": hide, "row": row}


def main(pipe: str, book: str, steps: str) -> None:
    context = connect(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    url, hidden = Path(book).resolve().as_uri(), PropertyValue(Name="Hidden", Value=True)
    document = desktop.loadComponentFromURL(url, "_blank", 0, (hidden,))
    for deed, sheet, *words in json.loads(steps):
        DEEDS[deed](document.Sheets.getByName(sheet), *words)
    document.storeToURL(url, (PropertyValue(Name="FilterName", Value="Calc MS Excel 2007 XML"),))
    document.close(True)


if __name__ == "__main__":
    main(*sys.argv[1:4])
