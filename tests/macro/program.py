"""LibreOffice of a test's own with macros allowed, the Refresh macro in it, and stand-ins for the command."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadbook.labels import Labels, load_labels
from tests.books import leadbook
from tests.live.calc import desktop, property_value
from tests.lo.bridge import connect

ROOT = Path(__file__).resolve().parents[2]
TODAY = "2026-11-16"
STATUS = ("LB_Leads.status", "LB_Results.status", "LB_Dash.status")
_SCRIPT = "vnd.sun.star.script:VBAProject.{macro}?language=Basic&location=document"
# Macros run without a question, and a file in Excel's format is saved without one.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">\
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Save">\
<prop oor:name="WarnAlienFormat" oor:op="fuse"><value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc">\
<prop oor:name="ShowTipOfTheDay" oor:op="fuse"><value>false</value></prop></item>
</oor:items>
"""


class program:
    """``with program(folder) as context``: a running LibreOffice, its component context.

    ``display`` is a screen to run on, else it runs headless. Commands are found in ``folder/bin`` first; ``more``
    are further environment variables. No generator: exceptions of UNO do not pass through one.
    """

    def __init__(self, folder: Path, *, display: str = "", **more: str) -> None:
        profile, self.pipe = folder / "profile", f"lb{uuid.uuid4().hex[:12]}"
        (profile / "user").mkdir(parents=True, exist_ok=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
        self.words = ["soffice", "--norestore", "--nologo", "--nofirststartwizard",
                      f"-env:UserInstallation={profile.as_uri()}", f"--accept=pipe,name={self.pipe};urp;",
                      *([] if display else ["--headless"])]  # fmt: skip
        own = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "DISPLAY": display, "HOME": str(folder)}
        self.environment = {**os.environ, **own, **more}

    def __enter__(self) -> Any:
        self._start()
        try:
            return connect(self.pipe, 30)
        except Exception:  # its very first start sometimes ends by itself, to begin anew with the fresh profile
            self._end()
            self._start()
            return connect(self.pipe, 60)

    def __exit__(self, *fault: object) -> None:
        self._end()

    def _start(self) -> None:
        self.running = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        env=self.environment, start_new_session=True)  # fmt: skip

    def _end(self) -> None:
        """soffice starts soffice.bin; both belong to the process group that we opened."""
        with suppress(ProcessLookupError):
            os.killpg(self.running.pid, signal.SIGKILL)
        self.running.wait()


def command(folder: Path, text: str, name: str = "leadbook") -> Path:
    """A program in ``folder/bin``; the text is the script after its first line."""
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def real_command(folder: Path) -> Path:
    """leadbook itself; refresh computes as of one fixed day."""
    own = f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m leadbook "$@"'
    return command(folder, f'if [ "$1" = refresh ]; then {own} --today {TODAY}; else {own}; fi')


def answering(folder: Path, lines: str, code: int = 0) -> Path:
    """A command that leaves these lines as its answer."""
    (folder / "answer").write_text(lines, encoding="utf-8")
    answer = f'while [ "$1" != --answer ]; do shift; done; cp "{folder / "answer"}" "$2"; exit {code}'
    return command(folder, f'if [ "$1" = --version ]; then exit 0; fi\n{answer}')


def sample(folder: Path, language: str = "en", name: str = "team.xlsm") -> Path:
    """The sample team's book with the button."""
    said = leadbook("add-button", ROOT / "samples" / f"team.{language}.xlsx", "-o", folder / name)
    assert said.code == 0, said.err
    return folder / name


class opened:
    """``with opened(context, path) as document``. No generator: exceptions of UNO do not pass through one."""

    def __init__(self, context: Any, path: Path, *, hidden: bool = True, **options: object) -> None:
        given = {"Hidden": hidden, "MacroExecutionMode": 4, **options}
        properties = tuple(property_value(name, value) for name, value in given.items())
        self.document = desktop(context).loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, properties)

    def __enter__(self) -> Any:
        return self.document

    def __exit__(self, *fault: object) -> None:
        """A document whose macro is at its last words refuses to close; a test that failed must still say why."""
        for _ in range(20):
            with suppress(Exception):
                self.document.close(True)
                return
            time.sleep(0.2)


def call(document: Any, macro: str, *words: object) -> Any:
    """Run a macro of the document's project; what it returns."""
    script = document.getScriptProvider().getScript(_SCRIPT.format(macro=macro))
    return script.invoke(words, (), ())[0]


def refresh(document: Any) -> str:
    """Run Refresh; what the status cells then say (all three the same)."""
    call(document, "LeadbookRefresh.Refresh")
    told = {named_cell(document, name).String for name in STATUS}
    assert len(told) == 1, told
    return str(told.pop())


def named_cell(document: Any, name: str) -> Any:
    return document.NamedRanges.getByName(name).getReferredCells().getCellByPosition(0, 0)


def cells(document: Any, *, without: tuple[str, ...] = STATUS) -> Mapping[str, list[tuple[Any, Any]]]:
    """Sheet to rows of (formulas, values) of every used cell, the named cells left out."""
    found = {}
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        end = cursor.RangeAddress
        area = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)
        rows = [(list(f), list(v)) for f, v in zip(area.getFormulaArray(), area.getDataArray(), strict=True)]
        for name in without:
            at = document.NamedRanges.getByName(name).getReferredCells().RangeAddress
            if document.Sheets.getByIndex(at.Sheet).Name == sheet.Name and at.StartRow < len(rows):
                for part in rows[at.StartRow]:
                    part[at.StartColumn : at.StartColumn + 1] = [""]
        found[str(sheet.Name)] = [(_trimmed(f), _trimmed(v)) for f, v in rows]
    return found


def _trimmed(row: list[Any]) -> tuple[Any, ...]:
    while row and row[-1] in ("", None):
        row.pop()
    return tuple(row)


@dataclass(frozen=True)
class Office:
    """A running LibreOffice, the folder in whose ``bin`` it finds commands, sample books by language."""

    context: Any
    folder: Path
    books: Mapping[str, bytes]

    def put(self, folder: Path, language: str = "en", name: str = "team.xlsm") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(self.books[language])
        return folder / name


def stays(document: Any, book: Path) -> str:
    """Refresh; what the status says, after nothing else changed in the open book or on the disk."""
    before, on_disk = cells(document), book.read_bytes()
    said = refresh(document)
    assert cells(document) == before
    assert book.read_bytes() == on_disk
    assert left_over(book.parent) == []
    return said


def reason(said: str, language: str) -> str:
    """Why a refresh stopped: the status without time and "stopped"."""
    begin, end = load_labels(language).text("macro.stopped", at="@").split("@")
    assert said.startswith(begin) and end in said, said
    return said.partition(end)[2].strip()


def assert_same_results(found: Mapping[str, Any], expected: Mapping[str, Any], labels: Labels, runs: int = 1) -> None:
    """The cells of a refreshed book against those of a processed copy: all but History, and time and file on Runs."""
    names = {labels.text(f"sheet.{key}"): key for key in ("history", "runs")}
    for sheet, rows in expected.items():
        if names.get(sheet) == "runs":
            assert len(found[sheet]) == len(rows) + runs - 1
        elif names.get(sheet) != "history":  # a refresh makes no snapshot
            assert found[sheet] == rows, sheet


def left_over(folder: Path) -> list[str]:
    """Files of ours that still lie beside the book; LibreOffice's own lock file is none."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".~") and ".lb-" in path.name]
