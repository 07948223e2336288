"""Runs in the system's Python, which has uno: open a workbook with a password, read a cell, save it locked anew.

usage: locked.py PIPE BOOK PASSWORD SHEET CELL OUT     prints the cell's text; OUT gets the same password
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import NamedValue, PropertyValue  # type: ignore[import-not-found]
from fill import connect


def main(pipe: str, book: str, password: str, sheet: str, cell: str, out: str) -> None:
    context = connect(pipe)
    manager = context.ServiceManager  # type: ignore[attr-defined]
    desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    locked = PropertyValue(Name="Password", Value=password)
    options = (PropertyValue(Name="Hidden", Value=True), locked)
    document = desktop.loadComponentFromURL(Path(book).resolve().as_uri(), "_blank", 0, options)
    print(document.Sheets.getByName(sheet).getCellRangeByName(cell).String)
    kind = PropertyValue(Name="FilterName", Value="Calc MS Excel 2007 XML")
    words = (NamedValue("OOXPassword", password), NamedValue("CryptoType", "Standard"))
    word = uno.Any("[]com.sun.star.beans.NamedValue", words)
    document.storeToURL(Path(out).resolve().as_uri(), (kind, PropertyValue(Name="EncryptionData", Value=word)))
    document.close(True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
