"""The four ways of writing into a book, each with the same three questions: write, look, tables."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import openpyxl

from leadbook.workbook.answerfile import answer_lines
from leadbook.workbook.book import Book, FileBook
from leadbook.workbook.changes import Change, Note
from leadbook.workbook.exchange import escaped, unescaped
from leadbook.workbook.live import LiveBook, attach
from leadbook.workbook.livecells import is_formula
from leadbook.workbook.overlay import overlaid
from leadbook.workbook.package import Package
from leadbook.workbook.refs import Box, parse_box
from tests.live.calc import Calc, CalcProgram, opened
from tests.live.engine import Document, ErrorValue, Program, installed
from tests.live.small_book import KEYS
from tests.live.store import Store

FORMULA: Final = "a formula"
EPOCH: Final = datetime(1899, 12, 30)


class Way(Protocol):
    """One way of writing. ``look`` gives None, str, float, bool, datetime or FORMULA."""

    book: Book

    def write(self, *changes: Change) -> list[Note]: ...
    def look(self, sheet: str, address: str) -> Any: ...
    def table(self, name: str) -> Box: ...


class ByFile:
    def __init__(self, path: Path) -> None:
        self.book: FileBook = FileBook.from_bytes(path.read_bytes(), path.name)
        self.sheets = openpyxl.load_workbook(path)

    def write(self, *changes: Change) -> list[Note]:
        notes = self.book.write(changes, self.book.tables(KEYS))
        assert self.book.result is not None
        self.sheets = openpyxl.load_workbook(io.BytesIO(self.book.result.data))
        return notes

    def look(self, sheet: str, address: str) -> Any:
        cell = self.sheets[sheet][address]
        value = float(cell.value) if type(cell.value) is int else cell.value
        return FORMULA if cell.data_type == "f" else value

    def table(self, name: str) -> Box:
        box = next(parse_box(s.tables[name].ref) for s in self.sheets.worksheets if name in s.tables)
        assert box is not None
        return box


class ByAnswer:
    """The command computes an answer; a macro puts it into the cells of the open book."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.book = overlaid(Package.from_bytes(path.read_bytes(), path.name), KEYS, None)

    def write(self, *changes: Change) -> list[Note]:
        notes = self.book.write(changes, self.book.tables(KEYS))
        put_answer("\n".join(answer_lines([], self.book.plan, 0)), self.store)
        return notes

    def look(self, sheet: str, address: str) -> Any:
        return looked(self.store, sheet, address)

    def table(self, name: str) -> Box:
        return table_of(self.store, name)


class Live:
    def __init__(self, path: str, document: Document) -> None:
        self.document = document
        self.book: LiveBook = attach(path)

    def write(self, *changes: Change) -> list[Note]:
        notes = self.book.write(changes, self.book.tables(KEYS))
        self.book.commit()
        return notes

    def look(self, sheet: str, address: str) -> Any:
        return looked(self.document, sheet, address)

    def table(self, name: str) -> Box:
        return table_of(self.document, name)


@contextmanager
def way(kind: str, path: Path, context: Any = None) -> Iterator[Way]:
    """``file``, ``answer``, ``live`` (in memory) or ``calc`` (LibreOffice behind ``context``)."""
    if kind == "file":
        yield ByFile(path)
    elif kind == "answer":
        yield ByAnswer(path)
    elif kind == "live":
        store = Store(path)
        with installed(Program([store])):
            yield Live(str(path), store)
    else:
        with opened(context, path) as calc, installed(CalcProgram(calc)):
            yield Live(str(path), calc)


def looked(document: Document, sheet: str, address: str) -> Any:
    box = parse_box(address)
    assert box is not None
    value, text = document.values(sheet, box)[0][0], document.formulas(sheet, box)[0][0]
    if isinstance(value, ErrorValue) or is_formula(text, value):
        return FORMULA if is_formula(text, value) else value.code
    return None if value == "" else value


def table_of(document: Document, name: str) -> Box:
    return next(box for s in document.sheet_names() for found, box, _ in document.tables(s) if found == name)


def put_answer(text: str, store: Store) -> list[str]:
    """What the macro does with an answer: blocks into cells, tables resized. Gives the message."""
    lines = text.strip("\n").split("\n")
    blocks, told, at = 0, [], 1
    assert lines[0].split("\t")[:2] == ["leadbook-answer", "1"]
    while at < len(lines) - 1:
        kind, *rest = lines[at].split("\t")
        at += 1
        if kind == "T":
            told.append(unescaped(rest[0]))
        elif kind == "N":
            box = parse_box(rest[2])
            assert box is not None and store.frames[rest[0]][0] == unescaped(rest[1])
            store.resize(rest[0], box)
        else:
            assert kind == "B"
            top, left, height, width = map(int, rest[1:])
            rows = [line.split("\t") for line in lines[at : at + height]]
            assert all(len(row) == width for row in rows)
            box = Box(top, left, top + height - 1, left + width - 1)
            store.put(unescaped(rest[0]), box, [list(map(_cell, row)) for row in rows])
            at, blocks = at + height, blocks + 1
    assert lines[-1] == f"END\t{blocks}"
    return told


def _cell(field: str) -> Any:
    kind, value = field[:1], unescaped(field[1:])
    assert kind in ("", "n", "d", "s", "b", "f")
    if kind == "s":
        return f"'{value}"
    if kind == "d":
        return EPOCH + timedelta(seconds=round(float(value) * 86_400))
    return float(value) if kind == "n" else {"": None, "b": value == "1", "f": value}[kind]


def dumped(document: Document, sheets: Sequence[str], *, utf8: bool = False) -> bytes:
    """The cells file that a macro writes for these sheets."""

    def plain(text: str) -> str:
        for char in "\\\t\n\r":
            text = text.replace(char, f"\\u{ord(char):04X}")
        return text

    text_of = plain if utf8 else escaped
    lines, count = ["leadbook-cells\t1" + ("\tutf-8" if utf8 else "")], 0
    for sheet in sheets:
        lines.append(f"S\t{text_of(sheet)}")
        box = document.used(sheet)
        pairs = zip(document.values(sheet, box), document.formulas(sheet, box), strict=True)
        for row, (values, formulas) in enumerate(pairs, box.top):
            for col, (value, formula) in enumerate(zip(values, formulas, strict=True), box.left):
                field = _field(value, text_of)
                mark = "\tf" if is_formula(formula, value) else ""
                if field or mark:
                    lines.append("\t".join((str(row), str(col), field or "s\t")) + mark)
                    count += 1
    return ("\n".join([*lines, f"END\t{count}"]) + "\n").encode("utf-8" if utf8 else "ascii")


def _field(value: Any, text_of: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, ErrorValue):
        return f"e\t{text_of(value.code)}"
    if isinstance(value, bool):
        return f"b\t{int(value)}"
    if isinstance(value, datetime):
        return f"d\t{(value - EPOCH).total_seconds() / 86_400!r}"
    return f"n\t{value!r}" if isinstance(value, float) else f"s\t{text_of(value)}"


__all__ = ["FORMULA", "Calc", "Way", "dumped", "put_answer", "way"]
