"""Where rows and cells stand in the bytes of a worksheet part."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.parsers import expat

import numpy as np

from leadbook.errors import RefusedFile

from . import cells_fast
from .refs import column, letter
from .xmlparts import local, run

_ROW = re.compile(rb'<row r="([0-9]+)"[^>]*>')
_TAG_END = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")


@dataclass(slots=True)
class RowCells:
    """The cells of one row as parallel lists: column, byte range, format index. ``loose``: some cell does
    not say its own address."""

    cols: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    styles: list[int] = field(default_factory=list)
    loose: bool = False


class RowSpan(NamedTuple):
    """One row: number, start, end of its opening tag, start of its closing tag, end. For ``<row/>`` the
    last three are equal."""

    number: int
    start: int
    body: int
    close: int
    end: int


@dataclass(slots=True)
class SheetMap:
    """Byte map of a part (UTF-8): the ``sheetData`` range with its content range, its rows, and the cells
    of the rows that were asked for."""

    start: int
    body: int
    close: int
    end: int
    prefix: str
    rows: list[RowSpan] = field(default_factory=list)
    cells: dict[int, RowCells] = field(default_factory=dict)


def sheet_map(data: bytes, wanted: Collection[int], low: int = 1) -> SheetMap:
    """Map a worksheet part given as UTF-8 bytes; of each row, cells left of column ``low`` may be left out
    but for the last one before it. Raises RefusedFile ``broken_cell`` with the address of
    rows or cells that do not ascend, ``no_sheet_data`` for a part without rows section."""
    start, stop = cells_fast.sheet_data(data)
    found = _fast(data, start, stop, wanted, low) if start >= 0 else None
    return found or _Walk(data, wanted).map()


def _fast(data: bytes, start: int, stop: int, wanted: Collection[int], low: int) -> SheetMap | None:
    sheet = SheetMap(start - 11, start, stop, stop + 12, "")
    at, last = start, 0
    for match in _ROW.finditer(data, start, stop):
        number, body = int(match[1]), match.end()
        if match.start() != at or number <= last:
            return None
        closed = data[body - 2] == 47
        close = body if closed else data.find(b"</row>", body)
        at, last = (body if closed else close + 6), number
        sheet.rows.append(RowSpan(number, match.start(), body, close, at))
    if at != stop:
        return None
    return sheet if _file_cells(data, sheet, wanted, low) else None


def _file_cells(data: bytes, sheet: SheetMap, wanted: Collection[int], low: int) -> bool:
    """Fill ``sheet.cells`` of the wanted rows; False if they are not spelled plainly."""
    rows = [row for row in sheet.rows if row.number in wanted]
    if not rows:
        return True
    found = cells_fast.spans(data, rows[0].start, rows[-1].end)
    if found is None:
        return False
    first = np.searchsorted(found.start, [row.body for row in rows])
    last = np.searchsorted(found.start, [row.close for row in rows])
    number = np.repeat([row.number for row in rows], last - first)
    width = last - first
    inside = np.repeat(first - np.cumsum(width) + width, width) + np.arange(len(number))
    ascending = (np.diff(found.col[inside]) > 0) | (np.diff(number) > 0)
    if (found.row[inside] != number).any() or not ascending.all():
        return False
    body, close = np.array([(row.body, row.close) for row in rows]).T
    begin = np.where(width > 0, np.append(found.start, 0)[first], close)
    if ((body != close) & (begin != body)).any():
        return False
    keep = found.col >= low
    keep[:-1] |= keep[1:]
    keep[last[width > 0] - 1] = True
    before = np.append(0, np.cumsum(keep))
    cols, starts, ends, styles = (part[keep].tolist() for part in (found.col, found.start, found.end, found.style))
    for row, a, b in zip(rows, before[first].tolist(), before[last].tolist(), strict=True):
        sheet.cells[row.number] = RowCells(cols[a:b], starts[a:b], ends[a:b], styles[a:b])
    return True


class _Walk:
    """The same map by expat, for any legal spelling."""

    def __init__(self, data: bytes, wanted: Collection[int]) -> None:
        self.data, self.wanted = data, wanted
        self.sheet: SheetMap | None = None
        self.depth = 0
        self.row = self.col = 0
        self.open: tuple[int, int] = (0, 0)
        self.cell: tuple[int, int, int, bool] | None = None

    def map(self) -> SheetMap:
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.stop
        run(self.parser, self.data)
        if self.sheet is None:
            raise RefusedFile("no_sheet_data")
        return self.sheet

    def tag_end(self, at: int) -> int:
        match = _TAG_END.match(self.data, at)
        if match is None:
            raise RefusedFile("damaged_xml", file="", part="", line=self.parser.CurrentLineNumber)
        return match.end()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag, at = local(name), self.parser.CurrentByteIndex
        if tag == "sheetData" and self.sheet is None:
            body = self.tag_end(at)
            raw = self.data[at + 1: at + 1 + self.data[at + 1:body].index(b"sheetData")]
            self.sheet = SheetMap(at, body, body, body, raw.decode())
        elif tag == "row" and self.cell is None:
            self.open_row(at, attributes.get("r", ""))
        elif tag == "c" and self.cell is None:
            self.open_cell(at, attributes)
        elif self.cell is not None:
            self.depth += 1

    def open_row(self, at: int, given: str) -> None:
        number = int(given) if given.isdigit() else self.row + 1
        if number <= self.row:
            raise RefusedFile("broken_cell", cell=f"A{number}")
        self.row, self.col, self.open = number, 0, (at, self.tag_end(at))
        if number in self.wanted and self.sheet:
            self.sheet.cells[number] = RowCells()

    def open_cell(self, at: int, attributes: dict[str, str]) -> None:
        ref = attributes.get("r", "")
        col = column(ref.rstrip("0123456789")) if ref else self.col + 1
        if col <= self.col:
            raise RefusedFile("broken_cell", cell=f"{letter(col)}{self.row}")
        self.col, self.depth = col, 0
        self.cell = (col, at, int(attributes.get("s", "0")), bool(ref))

    def stop(self, name: str) -> None:
        tag, at = local(name), self.parser.CurrentByteIndex
        if self.cell is not None and self.depth:
            self.depth -= 1
        elif tag == "c" and self.cell is not None:
            self.close_cell(at)
        elif tag == "row" and self.sheet is not None:
            start, body = self.open
            closed = self.data[body - 2] == 47
            close = body if closed else at
            end = body if closed else self.tag_close(at)
            self.sheet.rows.append(RowSpan(self.row, start, body, close, end))
        elif tag == "sheetData" and self.sheet is not None and self.data[self.sheet.body - 2] != 47:
            self.sheet.close, self.sheet.end = at, self.tag_close(at)

    def tag_close(self, at: int) -> int:
        return self.data.index(b">", at) + 1

    def close_cell(self, at: int) -> None:
        assert self.cell is not None
        col, start, style, has_ref = self.cell
        body = self.tag_end(start)
        # expat gives no reliable end for <c/>: decide by the bytes of the opening tag
        end = body if self.data[body - 2] == 47 else self.tag_close(at)
        if self.sheet is not None and self.row in self.wanted:
            cells = self.sheet.cells[self.row]
            cells.cols.append(col)
            cells.starts.append(start)
            cells.ends.append(end)
            cells.styles.append(style)
            cells.loose |= not has_ref
        self.cell = None
