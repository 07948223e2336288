"""Runs in the system's Python, which has uno: type values into a workbook in LibreOffice and save it.

usage: fill.py PIPE BOOK JSON     JSON: [["Sheet", "B6", value], …]; with "?" as value the cell is read
Prints the values read as JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import uno  # type: ignore[import-not-found]  # noqa: F401  (its import makes com.sun.star known)
from bridge import connect  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]


def main(pipe: str, book: str, steps: str) -> None:
    context = connect(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)  # type: ignore[attr-defined]
    hidden = PropertyValue(Name="Hidden", Value=True)
    document = desktop.loadComponentFromURL(Path(book).resolve().as_uri(), "_blank", 0, (hidden,))
    read, wrote = [], False
    for sheet, address, value in json.loads(steps):
        cell = document.Sheets.getByName(sheet).getCellRangeByName(address)
        if value == "?":
            read.append(cell.String)
        else:
            cell.setFormula(value) if isinstance(value, str) else cell.setValue(value)
            wrote = True
    if wrote:
        document.storeToURL(
            Path(book).resolve().as_uri(), (PropertyValue(Name="FilterName", Value="Calc MS Excel 2007 XML"),)
        )
    document.close(True)
    print(json.dumps(read, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:4])
