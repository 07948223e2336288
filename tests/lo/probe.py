"""Runs in the system's Python, which has uno: many answer sets put one after the other into one open workbook.

usage: probe.py PIPE BOOK JSON
JSON file: {"cases": [[[sheet, address, value], …], …], "outputs": [[sheet, address], …]}
Prints JSON: for each case the values of the outputs (numbers, texts, or {"error": n}).
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import uno  # type: ignore[import-not-found]  # noqa: F401  (its import makes com.sun.star known)
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.sheet.FormulaResult import STRING  # type: ignore[import-not-found]
from com.sun.star.table.CellContentType import FORMULA, TEXT  # type: ignore[import-not-found]
from fill import connect


def value_of(cell: object) -> object:
    if cell.getError():  # type: ignore[attr-defined]
        return {"error": cell.getError()}  # type: ignore[attr-defined]
    kind = cell.Type  # type: ignore[attr-defined]
    said = cell.String  # type: ignore[attr-defined]
    if kind == TEXT or not said or (kind == FORMULA and cell.FormulaResultType2 == STRING):  # type: ignore[attr-defined]
        return said
    return cell.Value  # type: ignore[attr-defined]


def main(pipe: str, book: str, plan: str) -> None:
    given = json.loads(Path(plan).read_text(encoding="utf-8"))
    context = connect(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)  # type: ignore[attr-defined]
    hidden = PropertyValue(Name="Hidden", Value=True)
    document = desktop.loadComponentFromURL(Path(book).resolve().as_uri(), "_blank", 0, (hidden,))
    document.calculateAll()  # stored values are not trusted
    document.enableAutomaticCalculation(False)
    sheets = {name: document.Sheets.getByName(name) for name in document.Sheets.ElementNames}
    outputs = [sheets[sheet].getCellRangeByName(address) for sheet, address in given["outputs"]]
    answers = []
    for case in given["cases"]:
        cells = [sheets[sheet].getCellRangeByName(address) for sheet, address, _ in case]
        for cell, (_, _, value) in zip(cells, case, strict=True):
            if isinstance(value, str):
                cell.setString(value)
            else:
                cell.setValue(value)
        document.calculate()
        answers.append([value_of(cell) for cell in outputs])
        for cell in cells:
            cell.setString("")
    document.close(True)
    print(json.dumps(answers, ensure_ascii=False), flush=True)
    os._exit(0)  # taking down many remote cells at the end of Python can crash in pyuno


if __name__ == "__main__":
    main(*sys.argv[1:4])
