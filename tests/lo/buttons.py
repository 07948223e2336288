"""Runs in the system's Python, which has uno: the push buttons of a workbook that LibreOffice opens.

usage: buttons.py PIPE BOOK     prints JSON: [[sheet, caption, script of its click], …] in the order of the sheets
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import uno  # type: ignore[import-not-found]  # noqa: F401  (its import makes com.sun.star known)
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from fill import connect


def main(pipe: str, book: str) -> None:
    context = connect(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)  # type: ignore[attr-defined]
    options = (PropertyValue(Name="Hidden", Value=True), PropertyValue(Name="MacroExecutionMode", Value=4))
    document = desktop.loadComponentFromURL(Path(book).resolve().as_uri(), "_blank", 0, options)
    found = []
    for sheet in document.Sheets:
        for n in range(sheet.DrawPage.Count):
            shape = sheet.DrawPage.getByIndex(n)
            if not shape.ShapeType.endswith("ControlShape"):
                continue
            form = shape.Control.Parent
            for place in range(form.Count):
                if form.getByIndex(place) == shape.Control:
                    scripts = [event.ScriptCode for event in form.getScriptEvents(place)]
                    found.append([sheet.Name, shape.Control.Label, "".join(scripts)])
    document.close(True)
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main(*sys.argv[1:3])
