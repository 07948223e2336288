"""Where rows and cells stand in the bytes of a worksheet part."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, replace
from typing import Any
from xml.parsers import expat

import numpy as np

from leadbook.errors import RefusedFile

from .cells_slow import row_of, style_of
from .refs import MAX_COL, column, letter
from .scan import Ints, Layout, layout
from .tail import reaching
from .xmlparts import local, run

_TAG_END = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
WIDE = MAX_COL + 2  # a place as one number: row * WIDE + column


@dataclass(frozen=True, slots=True)
class SheetMap:
    """Byte map of a part (UTF-8): the ``sheetData`` range (``start`` to ``end``, content from ``body`` to
    ``close``), the prefix of its tags, rows and cells; ``loose``: rows in which some cell does not say its own
    address."""

    start: int
    body: int
    close: int
    end: int
    prefix: str
    places: Layout
    loose: frozenset[int] = frozenset()

    def cell_keys(self) -> Ints:
        """Each cell's place as one ascending number."""
        return self.places.cell_row.astype(np.int64) * WIDE + self.places.cell_col


def sheet_map(data: bytes, known: Layout | None = None, upto: int | None = None) -> SheetMap:
    """Map a worksheet part given as UTF-8 bytes; ``known`` is its layout if it was read before. With ``upto`` blank
    rows at the end of the sheet that lie behind this row may be missing in the map.

    Raises RefusedFile ``broken_cell`` with the address of rows or cells that do not ascend, ``no_sheet_data`` for
    a part without rows section.
    """
    found = known or layout(data)
    if found is not None:
        found = reaching(data, found, upto)
    if found is not None and _ascends(found):
        return SheetMap(found.start - 11, found.start, found.stop, found.stop + 12, "", found)
    return _Walk(data).map()


def _ascends(places: Layout) -> bool:
    """Whether rows and cells follow one another, each cell in the row that it names."""
    key = places.cell_row.astype(np.int64) * WIDE + places.cell_col
    if (np.diff(places.row) <= 0).any() or (np.diff(key) <= 0).any():
        return False
    at = np.searchsorted(places.row_start, places.cell_start, "right") - 1
    return bool((places.row[at] == places.cell_row).all())


class _Walk:
    """The same map by expat, for any legal spelling."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.bounds: tuple[int, int] | None = None
        self.close = (0, 0)
        self.prefix = ""
        self.rows, self.cells = array("q"), array("q")  # five numbers each
        self.loose: set[int] = set()
        self.depth = 0
        self.row = self.col = 0
        self.open: tuple[int, int] = (0, 0)
        self.cell: tuple[int, int, int] | None = None

    def map(self) -> SheetMap:
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.stop
        run(self.parser, self.data)
        if self.bounds is None:
            raise RefusedFile("no_sheet_data")
        columns: list[Any] = [column for found in (self.rows, self.cells)
                              for column in np.array(found, np.int32).reshape(-1, 5).T]
        places = replace(Layout(self.bounds[1], self.close[0], *columns), until=self.close[0])
        return SheetMap(*self.bounds, *self.close, self.prefix, places, frozenset(self.loose))

    def tag_end(self, at: int) -> int:
        match = _TAG_END.match(self.data, at)
        if match is None:
            raise RefusedFile("damaged_xml", file="", part="", line=self.parser.CurrentLineNumber)
        return match.end()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag, at = local(name), self.parser.CurrentByteIndex
        if tag == "sheetData" and self.bounds is None:
            body = self.tag_end(at)
            self.prefix = self.data[at + 1: at + 1 + self.data[at + 1:body].index(b"sheetData")].decode()
            self.bounds, self.close = (at, body), (body, body)
        elif tag == "row" and self.cell is None:
            self.open_row(at, row_of(attributes, self.row))
        elif tag == "c" and self.cell is None:
            self.open_cell(at, attributes)
        elif self.cell is not None:
            self.depth += 1

    def open_row(self, at: int, number: int) -> None:
        if number <= self.row:
            raise RefusedFile("broken_cell", cell=f"A{number}")
        self.row, self.col, self.open = number, 0, (at, self.tag_end(at))

    def open_cell(self, at: int, attributes: dict[str, str]) -> None:
        ref = attributes.get("r", "")
        col = column(ref.rstrip("0123456789")) if ref else self.col + 1
        if col <= self.col:
            raise RefusedFile("broken_cell", cell=f"{letter(col)}{self.row}")
        self.col, self.depth = col, 0
        self.cell = (col, style_of(attributes), at)
        if not ref:
            self.loose.add(self.row)

    def stop(self, name: str) -> None:
        tag, at = local(name), self.parser.CurrentByteIndex
        if self.cell is not None and self.depth:
            self.depth -= 1
        elif tag == "c" and self.cell is not None:
            self.close_cell(at)
        elif tag == "row" and self.bounds is not None:
            start, body = self.open
            closed = self.data[body - 2] == 47
            close = body if closed else at
            self.rows.extend((self.row, start, body, close, body if closed else self.tag_close(at)))
        elif tag == "sheetData" and self.bounds is not None and self.data[self.bounds[1] - 2] != 47:
            self.close = (at, self.tag_close(at))

    def tag_close(self, at: int) -> int:
        return self.data.index(b">", at) + 1

    def close_cell(self, at: int) -> None:
        assert self.cell is not None
        col, style, start = self.cell
        body = self.tag_end(start)
        # expat gives no reliable end for <c/>: decide by the bytes of the opening tag
        end = body if self.data[body - 2] == 47 else self.tag_close(at)
        self.cells.extend((self.row, col, style, start, end))
        self.cell = None
