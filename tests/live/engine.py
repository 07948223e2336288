"""An engine for xlwings over any ``Program``: the surface that the live route uses, no more.

Registered with ``installed``; the code under test then finds its books as it would find those of Excel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import xlwings
from xlwings import base_classes as base

from leadbook.workbook.refs import Box, parse_box

Rows = list[list[Any]]


@dataclass(frozen=True)
class ErrorValue:
    """An error cell before xlwings has made a text of it."""

    code: str


class Document(Protocol):
    """One open workbook of a program. Values: None, str, float, bool, datetime, ErrorValue."""

    name: str
    fullname: str

    def sheet_names(self) -> list[str]: ...
    def names(self) -> dict[str, str]: ...
    def used(self, sheet: str) -> Box: ...
    def values(self, sheet: str, box: Box) -> Rows: ...
    def formulas(self, sheet: str, box: Box) -> Rows: ...
    def put(self, sheet: str, box: Box, rows: Rows) -> None: ...
    def tables(self, sheet: str) -> list[tuple[str, Box, bool]]: ...
    def resize(self, table: str, box: Box) -> None: ...
    def notes(self, sheet: str) -> list[tuple[int, int]]: ...
    def number_format(self, sheet: str, box: Box, code: str) -> None: ...
    def selected(self) -> tuple[str, Box]: ...


class Program:
    """A program with open documents, and the settings that a polite guest gives back."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = list(documents)
        self.settings: dict[str, Any] = {
            "screen_updating": True, "enable_events": True, "calculation": "automatic", "status_bar": False,
        }  # fmt: skip
        self.said: list[str] = []

    def set(self, name: str, value: Any) -> None:
        self.settings[name] = value
        if name == "status_bar" and value:
            self.said.append(value)


class Engine:
    name = "under test"
    type = "desktop"

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = programs

    @property
    def apps(self) -> Apps:
        return Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Any) -> Any:
        return "" if x is None else x

    @staticmethod
    def clean_value_data(data: Rows, builder: Any, empty: Any, numbers: Any, err_to_str: bool) -> Rows:
        def clean(x: Any) -> Any:
            if isinstance(x, ErrorValue):
                return x.code if err_to_str else None
            return empty if x in ("", None) else x

        return [[clean(x) for x in row] for row in data]


class Apps(base.Apps):
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __iter__(self) -> Iterator[App]:
        return iter([App(self.engine, n, program) for n, program in enumerate(self.engine.programs, 1)])

    def __len__(self) -> int:
        return len(self.engine.programs)


def _setting(name: str) -> property:
    return property(lambda self: self.program.settings[name], lambda self, value: self.program.set(name, value))


class App(base.App):
    screen_updating = _setting("screen_updating")
    enable_events = _setting("enable_events")
    calculation = _setting("calculation")
    status_bar = _setting("status_bar")

    def __init__(self, engine: Engine, pid: int, program: Program) -> None:
        self.engine, self._pid, self.program = engine, pid, program

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def books(self) -> Books:
        return Books(self)

    @property
    def selection(self) -> Range:
        document = self.program.documents[0]
        sheet, box = document.selected()
        return Range(Sheet(Book(self, document), sheet), box)


class Books(base.Books):
    def __init__(self, app: App) -> None:
        self.app = app

    def __iter__(self) -> Iterator[Book]:
        return iter([Book(self.app, document) for document in self.app.program.documents])

    def __len__(self) -> int:
        return len(self.app.program.documents)


class Book(base.Book):
    def __init__(self, app: App, document: Document) -> None:
        self._app, self.document = app, document

    @property
    def app(self) -> App:
        return self._app

    @property
    def name(self) -> str:
        return self.document.name

    @property
    def fullname(self) -> str:
        return self.document.fullname

    @property
    def sheets(self) -> Sheets:
        return Sheets(self)

    @property
    def names(self) -> Names:
        return Names(self)


class Names(base.Names):
    def __init__(self, book: Book) -> None:
        self.all = [Name(name, target) for name, target in book.document.names().items()]

    def snapshot(self) -> list[tuple[str, Name]]:
        return [(name.name, name) for name in self.all]

    def __iter__(self) -> Iterator[Name]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    def __call__(self, key: Any) -> Name:
        return self.all[key - 1] if isinstance(key, int) else next(n for n in self.all if n.name == key)


class Name(base.Name):
    def __init__(self, name: str, target: str) -> None:
        self._name, self._target = name, target

    @property
    def name(self) -> str:
        return self._name

    @property
    def refers_to(self) -> str:
        return f"={self._target}"


class Sheets(base.Sheets):
    def __init__(self, book: Book) -> None:
        self.book = book

    def __iter__(self) -> Iterator[Sheet]:
        return iter([Sheet(self.book, name) for name in self.book.document.sheet_names()])

    def __len__(self) -> int:
        return len(self.book.document.sheet_names())

    def __call__(self, key: Any) -> Sheet:
        names = self.book.document.sheet_names()
        return Sheet(self.book, names[key - 1] if isinstance(key, int) else key)


class Sheet(base.Sheet):
    def __init__(self, book: Book, name: str) -> None:
        self._book, self._name = book, name
        self.document = book.document

    @property
    def name(self) -> str:
        return self._name

    @property
    def book(self) -> Book:
        return self._book

    @property
    def used_range(self) -> Range:
        return Range(self, self.document.used(self._name))

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def notes(self) -> list[Any]:
        return [Note(Range(self, Box(row, col, row, col))) for row, col in self.document.notes(self._name)]

    def range(self, arg1: Any, arg2: Any = None) -> Range:
        if isinstance(arg1, str):
            box = parse_box(arg1)
            assert box is not None
        elif isinstance(arg1, Range):
            box = arg1.box if arg2 is None else arg1.box.union(arg2.box)
        else:
            box = Box(*arg1, *(arg2 or arg1))
        return Range(self, box)


class Note:
    def __init__(self, location: Range) -> None:
        self.location = location


class Tables(base.Collection):
    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __iter__(self) -> Iterator[Table]:
        return iter([Table(self.sheet, *found) for found in self.sheet.document.tables(self.sheet.name)])

    def __len__(self) -> int:
        return len(self.sheet.document.tables(self.sheet.name))


class Table(base.Table):
    def __init__(self, sheet: Sheet, name: str, box: Box, totals: bool) -> None:
        self.sheet, self._name, self.box, self.totals = sheet, name, box, totals

    @property
    def name(self) -> str:
        return self._name

    @property
    def range(self) -> Range:
        return Range(self.sheet, self.box)

    @property
    def show_headers(self) -> bool:
        return True

    @property
    def show_totals(self) -> bool:
        return self.totals

    def resize(self, range: Any) -> None:
        self.sheet.document.resize(self._name, range.impl.box)


class Range(base.Range):
    options: dict[str, Any]

    def __init__(self, sheet: Sheet, box: Box) -> None:
        self._sheet, self.box = sheet, box
        self.options = {}

    @property
    def api(self) -> Any:
        return self

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def row(self) -> int:
        return self.box.top

    @property
    def column(self) -> int:
        return self.box.left

    @property
    def shape(self) -> tuple[int, int]:
        return self.box.bottom - self.box.top + 1, self.box.right - self.box.left + 1

    @property
    def address(self) -> str:
        return str(self.box)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        return str(self.box)

    def __len__(self) -> int:
        height, width = self.shape
        return height * width

    def __call__(self, arg1: int, arg2: int | None = None) -> Range:
        if arg2 is None:
            arg1, arg2 = divmod(arg1 - 1, self.shape[1])
            arg1, arg2 = arg1 + 1, arg2 + 1
        row, col = self.box.top + arg1 - 1, self.box.left + arg2 - 1
        return Range(self._sheet, Box(row, col, row, col))

    @property
    def max_cells_per_read(self) -> None:
        return None

    @property
    def max_cells_per_write(self) -> None:
        return None

    @property
    def raw_value(self) -> Any:
        """As COM gives it: a bare value for one cell, else rows."""
        rows = self._sheet.document.values(self._sheet.name, self.box)
        return rows[0][0] if self.shape == (1, 1) else rows

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        self._sheet.document.put(self._sheet.name, self.box, _rows(data))

    @property
    def formula(self) -> Any:
        rows = self._sheet.document.formulas(self._sheet.name, self.box)
        return rows[0][0] if self.shape == (1, 1) else tuple(map(tuple, rows))

    @formula.setter
    def formula(self, data: Any) -> None:
        self._sheet.document.put(self._sheet.name, self.box, _rows(data))

    @property
    def number_format(self) -> str:
        raise NotImplementedError

    @number_format.setter
    def number_format(self, code: str) -> None:
        self._sheet.document.number_format(self._sheet.name, self.box, code)


def _rows(data: Any) -> Rows:
    return [list(row) for row in data] if isinstance(data, list | tuple) else [[data]]


def typed(value: Any) -> tuple[str, Any]:
    """What a spreadsheet program makes of a value that it is given: (``blank`` | ``formula`` | ``text`` |
    ``number`` | ``flag`` | ``moment``, value). Texts are read like typing; an apostrophe keeps them texts."""
    if isinstance(value, datetime):
        return "moment", value
    if isinstance(value, bool):
        return "flag", value
    if isinstance(value, int | float):
        return "number", float(value)
    if value is None or value == "":
        return "blank", None
    if value[0] in "'=":
        return ("text", value[1:]) if value[0] == "'" else ("formula", value)
    for kind, read in (("number", float), ("moment", datetime.fromisoformat)):
        try:
            return kind, read(value)
        except ValueError:
            pass
    return ("flag", value.upper() == "TRUE") if value.upper() in ("TRUE", "FALSE") else ("text", value)


@contextmanager
def installed(*programs: Program) -> Iterator[None]:
    """xlwings finds these running programs, and no others."""
    before = xlwings.engines.active
    xlwings.engines.active = xlwings.Engine(impl=Engine(programs))
    try:
        yield
    finally:
        xlwings.engines.active = before
