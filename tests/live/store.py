"""A spreadsheet program in memory, filled from a workbook file; it can be told to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from leadbook.workbook.refs import Box, parse_box
from tests.live.engine import ErrorValue, Rows, typed


class Refused(Exception):
    """What a program throws when it will not take a value."""


class Store:
    """A ``Document`` whose cells lie in memory. ``fail_at`` counts writes down and refuses at 0."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.name, self.fullname = name or path.name, str(path)
        self.book = openpyxl.load_workbook(path)
        shown = openpyxl.load_workbook(path, data_only=True)
        self.noted: dict[str, list[tuple[int, int]]] = {}
        self.cells: dict[str, dict[tuple[int, int], Any]] = {}
        self.texts: dict[str, dict[tuple[int, int], str]] = {}
        for sheet in self.book.worksheets:
            self._load(sheet, shown[sheet.title])
        self.frames = {t.name: (s.title, parse_box(t.ref)) for s in self.book.worksheets for t in s.tables.values()}
        self.fail_at: int | None = None
        self.fails_to_restore = False
        self.writes: list[tuple[str, str]] = []
        self.formats: list[tuple[str, str, str]] = []
        self.selection = ("Leads", Box(8, 3, 9, 4))
        self.garble: tuple[str, int, int] | None = None

    def _load(self, sheet: Worksheet, shown: Worksheet) -> None:
        cells = self.cells[sheet.title] = {}
        texts = self.texts[sheet.title] = {}
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None:
                    self.noted.setdefault(sheet.title, []).append((cell.row, cell.column))
                if cell.value is None:
                    continue
                at = (cell.row, cell.column)
                value = shown.cell(*at).value
                error = isinstance(value, str) and value.startswith("#") and cell.data_type in ("e", "f")
                cells[at] = ErrorValue(value) if error else float(value) if type(value) is int else value
                if cell.data_type == "f":
                    texts[at] = str(getattr(cell.value, "text", cell.value))

    def type(self, sheet: str, address: str, value: Any) -> None:
        """Somebody types into a cell; nothing is saved."""
        box = parse_box(address)
        assert box is not None
        self._set(sheet, (box.top, box.left), value)

    def look(self, sheet: str, address: str) -> Any:
        box = parse_box(address)
        assert box is not None
        return self.cells[sheet].get((box.top, box.left))

    def sheet_names(self) -> list[str]:
        return list(self.cells)

    def names(self) -> dict[str, str]:
        return {name: str(self.book.defined_names[name].attr_text) for name in self.book.defined_names}

    def used(self, sheet: str) -> Box:
        held = self.cells[sheet] or {(1, 1): None}
        rows, cols = zip(*held, strict=True)
        return Box(min(rows), min(cols), max(rows), max(cols))

    def values(self, sheet: str, box: Box) -> Rows:
        held = self.cells[sheet]
        return [[held.get((r, c)) for c in range(box.left, box.right + 1)] for r in range(box.top, box.bottom + 1)]

    def formulas(self, sheet: str, box: Box) -> Rows:
        held, texts = self.cells[sheet], self.texts[sheet]
        return [[texts.get((r, c), "" if held.get((r, c)) is None else str(held[r, c]))
                 for c in range(box.left, box.right + 1)] for r in range(box.top, box.bottom + 1)]  # fmt: skip

    def put(self, sheet: str, box: Box, rows: Rows) -> None:
        self.writes.append((sheet, str(box)))
        try:
            self._count()
        except Refused:
            rows = rows[: len(rows) // 2]  # refused in the middle of it
            raise
        finally:
            self._fill(sheet, box, rows)

    def _fill(self, sheet: str, box: Box, rows: Rows) -> None:
        assert all(len(row) == box.right - box.left + 1 for row in rows)
        for n, row in enumerate(rows):
            for m, value in enumerate(row):
                self._set(sheet, (box.top + n, box.left + m), value)

    def _count(self) -> None:
        if self.fail_at is not None:
            if self.fail_at == 0 or (self.fail_at < 0 and self.fails_to_restore):
                self.fail_at = -1
                raise Refused
            self.fail_at -= 1 if self.fail_at > 0 else 0

    def _set(self, sheet: str, at: tuple[int, int], value: Any) -> None:
        kind, value = typed(value)
        self.texts[sheet].pop(at, None)
        self.cells[sheet].pop(at, None)
        if kind == "formula":
            self.texts[sheet][at], self.cells[sheet][at] = value, 0.0
        elif kind != "blank":
            self.cells[sheet][at] = value
        if self.garble == (sheet, *at):  # once
            self.cells[sheet][at], self.garble = "something else", None

    def tables(self, sheet: str) -> list[tuple[str, Box, bool]]:
        return [(name, box, False) for name, (place, box) in self.frames.items() if place == sheet and box]

    def resize(self, table: str, box: Box) -> None:
        self._count()
        self.frames[table] = (self.frames[table][0], box)

    def notes(self, sheet: str) -> list[tuple[int, int]]:
        return self.noted.get(sheet, [])

    def number_format(self, sheet: str, box: Box, code: str) -> None:
        self.formats.append((sheet, str(box), code))

    def selected(self) -> tuple[str, Box]:
        return self.selection

    def everything(self) -> tuple[Any, Any, Any]:
        """All that a document holds, to be compared."""
        return ({s: dict(c) for s, c in self.cells.items()}, {s: dict(c) for s, c in self.texts.items()},
                dict(self.frames))  # fmt: skip
