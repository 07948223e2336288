"""LibreOffice Calc over UNO as a ``Document``: a real spreadsheet program behind the same calls as Excel."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from leadbook.workbook.refs import Box
from tests.live.engine import ErrorValue, Program, Rows, typed

# The system's own python3-uno; last, so that nothing of the virtual environment is hidden.
if "/usr/lib/python3/dist-packages" not in sys.path:
    sys.path.append("/usr/lib/python3/dist-packages")

API_VALUE, API_DATE, WITH_ERROR = 1, 2, 4
_STRING = re.compile(r'("(?:[^"]|"")*")')
_SHEET = re.compile(r"('(?:[^']|'')*')!")
ERRORS = {532: "#DIV/0!", 32767: "#N/A", 525: "#NAME?", 521: "#NULL!", 503: "#NUM!", 524: "#REF!", 519: "#VALUE!"}


def desktop(context: Any) -> Any:
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def property_value(name: str, value: Any) -> Any:
    import uno

    made = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    made.Name, made.Value = name, value
    return made


def load(context: Any, path: Path, *, hidden: bool = False) -> Any:
    """Open a file in the program; its own document object."""
    options = (property_value("Hidden", hidden), property_value("MacroExecutionMode", 0))
    return desktop(context).loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, options)


class opened:
    """``with opened(context, path) as calc``. No generator: exceptions of UNO do not pass through one."""

    def __init__(self, context: Any, path: Path) -> None:
        self.document = load(context, path)

    def __enter__(self) -> Calc:
        return Calc(self.document)

    def __exit__(self, *fault: object) -> None:
        self.document.close(True)


class Calc:
    """One document that is open in LibreOffice."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.fullname = unquote(urlparse(document.URL).path)
        self.name = self.fullname.rpartition("/")[2]
        date = document.NullDate
        self.epoch = datetime(date.Year, date.Month, date.Day)
        self.fail_at: int | None = None
        self.native: set[str] = set()
        self.sheets: dict[str, Any] = {}

    def sheet_names(self) -> list[str]:
        return list(self.document.Sheets.ElementNames)

    def names(self) -> dict[str, str]:
        found = {}
        for name in self.document.NamedRanges.ElementNames:
            area = self.document.NamedRanges.getByName(name).getReferredCells()
            if area is not None:
                at = area.RangeAddress
                box = Box(at.StartRow + 1, at.StartColumn + 1, at.EndRow + 1, at.EndColumn + 1)
                sheet = area.Spreadsheet.Name.replace("'", "''")
                found[name] = f"'{sheet}'!{box}"
        return found

    def _sheet(self, name: str) -> Any:
        if name not in self.sheets:
            self.sheets[name] = self.document.Sheets.getByName(name)
        return self.sheets[name]

    def _area(self, sheet: str, box: Box) -> Any:
        return self._sheet(sheet).getCellRangeByPosition(box.left - 1, box.top - 1, box.right - 1, box.bottom - 1)

    def used(self, sheet: str) -> Box:
        cursor = self._sheet(sheet).createCursor()
        cursor.gotoEndOfUsedArea(False)
        return Box(1, 1, cursor.RangeAddress.EndRow + 1, cursor.RangeAddress.EndColumn + 1)

    def values(self, sheet: str, box: Box) -> Rows:
        area = self._area(sheet, box)
        rows = [[None if v == "" else v for v in row] for row in area.getDataArray()]
        for row, col in _cells(area.queryFormulaCells(WITH_ERROR), box):
            code = self._sheet(sheet).getCellByPosition(col - 1, row - 1).getError()
            rows[row - box.top][col - box.left] = ErrorValue(ERRORS.get(code, "#VALUE!"))
        for row, col in _cells(area.queryContentCells(API_DATE), box):
            rows[row - box.top][col - box.left] = self._moment(rows[row - box.top][col - box.left])
        return rows

    def _moment(self, value: Any) -> Any:
        # As Excel gives moments: rounded to its own precision, a day before 1900-03-01 apart.
        return self.epoch + timedelta(seconds=round(value * 86_400, 3)) if isinstance(value, float) else value

    def formulas(self, sheet: str, box: Box) -> Rows:
        """As Excel tells them: a constant is its own formula, without the apostrophe."""
        rows = [[t[1:] if t.startswith("'") else t for t in row] for row in self._area(sheet, box).getFormulaArray()]
        self.native.update(t for row in rows for t in row if t.startswith("="))
        return rows

    def put(self, sheet: str, box: Box, rows: Rows) -> None:
        self._count()
        area = self._area(sheet, box)
        read = [[typed(value) for value in row] for row in rows]
        kinds = {kind for row in read for kind, _ in row}
        area.setDataArray(tuple(tuple(self._data(*cell) for cell in row) for row in read))
        if "formula" in kinds:
            self._formulas(area, read)
        if "moment" in kinds:  # as Excel does: a moment makes its cell a date
            for row, col in self._undated(sheet, box):
                if read[row - box.top][col - box.left][0] == "moment":
                    self.number_format(sheet, Box(row, col, row, col), "YYYY-MM-DD")

    def _formulas(self, area: Any, read: list[list[tuple[str, Any]]]) -> None:
        """Formulas of whole columns at once; a call for each cell is slow."""
        for m in range(len(read[0])):
            column = [row[m] for row in read]
            if any(kind == "formula" for kind, _ in column):
                texts = tuple((self._typed_in_calc(kind, value),) for kind, value in column)
                area.getCellRangeByPosition(m, 0, m, len(read) - 1).setFormulaArray(texts)

    def _typed_in_calc(self, kind: str, value: Any) -> str:
        if kind == "formula":
            return value if value in self.native else calc_formula(value)
        return f"'{value}" if kind == "text" else "" if kind == "blank" else str(self._data(kind, value))

    def _undated(self, sheet: str, box: Box) -> Iterator[tuple[int, int]]:
        """Cells with numbers that are not shown as dates."""
        return _cells(self._area(sheet, box).queryContentCells(API_VALUE), box)

    def _data(self, kind: str, value: Any) -> Any:
        if kind == "moment":
            return (value - self.epoch).total_seconds() / 86_400
        return float(value) if kind == "flag" else "" if kind in ("blank", "formula") else value

    def _count(self) -> None:
        if self.fail_at is not None:
            self.fail_at -= 1
            if self.fail_at == -1:
                raise OSError("refused in the middle of a write")

    def tables(self, sheet: str) -> list[tuple[str, Box, bool]]:
        number, found = self.document.Sheets.ElementNames.index(sheet), []
        for name in self.document.DatabaseRanges.ElementNames:
            area = self.document.DatabaseRanges.getByName(name).DataArea
            if area.Sheet == number:
                box = Box(area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1)
                found.append((name, box, False))
        return found

    def resize(self, table: str, box: Box) -> None:
        self._count()
        found = self.document.DatabaseRanges.getByName(table)
        area = found.DataArea
        area.StartColumn, area.StartRow, area.EndColumn, area.EndRow = (
            box.left - 1, box.top - 1, box.right - 1, box.bottom - 1,
        )  # fmt: skip
        found.setDataArea(area)

    def notes(self, sheet: str) -> list[tuple[int, int]]:
        notes = self._sheet(sheet).Annotations
        places = [notes.getByIndex(n).Position for n in range(notes.Count)]
        return [(place.Row + 1, place.Column + 1) for place in places]

    def number_format(self, sheet: str, box: Box, code: str) -> None:
        import uno

        locale, formats = uno.createUnoStruct("com.sun.star.lang.Locale"), self.document.NumberFormats
        key = formats.queryKey(code.upper(), locale, False)
        area = self._area(sheet, box)
        area.NumberFormat = key if key != -1 else formats.addNew(code.upper(), locale)

    def selected(self) -> tuple[str, Box]:
        area = self.document.CurrentController.getSelection()
        at = area.RangeAddress
        return area.Spreadsheet.Name, Box(at.StartRow + 1, at.StartColumn + 1, at.EndRow + 1, at.EndColumn + 1)

    def type(self, sheet: str, address: str, value: Any) -> None:
        """Somebody types into a cell; nothing is saved."""
        cell = self._sheet(sheet).getCellRangeByName(address)
        cell.setFormula(value) if isinstance(value, str) else cell.setValue(value)

    def look(self, sheet: str, address: str) -> str:
        shown: str = self._sheet(sheet).getCellRangeByName(address).String
        return shown


class CalcProgram(Program):
    """LibreOffice with one document; its own switches behind the names that Excel has."""

    def __init__(self, calc: Calc) -> None:
        super().__init__([calc])
        self.calc = calc

    def set(self, name: str, value: Any) -> None:
        super().set(name, value)
        if name == "calculation":
            self.calc.document.enableAutomaticCalculation(value == "automatic")
        elif name == "screen_updating":
            for lock in ("Controllers", "ActionLock"):  # the second holds back the fitting of row heights
                self._lock(lock, value)

    def _lock(self, name: str, free: bool) -> None:
        document = self.calc.document
        if name == "Controllers":
            document.unlockControllers() if free else document.lockControllers()
        else:
            document.removeActionLock() if free else document.addActionLock()


def calc_formula(text: str) -> str:
    """A formula as Excel writes it, as Calc's interface takes it: ``;`` between arguments, ``$'Sheet'.A1``."""
    pieces = _STRING.split(text)
    plain = [_SHEET.sub(r"$\1.", piece).replace(",", ";") if n % 2 == 0 else piece for n, piece in enumerate(pieces)]
    return "".join(plain)


def _cells(ranges: Any, box: Box) -> Iterator[tuple[int, int]]:
    for at in ranges.getRangeAddresses():
        for row in range(at.StartRow, at.EndRow + 1):
            for col in range(at.StartColumn, at.EndColumn + 1):
                yield row + 1, col + 1
