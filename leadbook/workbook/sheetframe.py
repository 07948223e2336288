"""Where things stand on a sheet: widths of columns, heights of rows, frozen panes, and a button's anchor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from .xmladd import Part
from .xmltree import local, parse_xml

_ROW: Final = re.compile(rb"<(?:[\w.-]+:)?row\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(rb"""\b(r|ht|hidden)\s*=\s*["']([^"']*)["']""")
_NORMAL_WIDTH, _NORMAL_HEIGHT = 64, 20


@dataclass(frozen=True, slots=True)
class Corner:
    """A point on a sheet: column and row from 0, and pixels into them."""

    column: int
    x: int
    row: int
    y: int


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels of columns and rows from 0 where they differ from the normal; columns that stay in sight."""

    widths: dict[int, int]
    heights: dict[int, int]
    width: int
    height: int
    frozen: int

    def anchor(self, last: int, row: int, size: tuple[int, int], gap: int) -> tuple[Corner, Corner]:
        """Corners of a box of ``size`` pixels that ends ``gap`` before the end of column ``last``, in ``row``."""
        right = self._at(last) - gap
        start, left = last, right - size[0]
        while left < 0 and start:
            start -= 1
            left += self._at(start)
        top = max(0, (self.heights.get(row, self.height) - size[1]) // 2)
        end, bottom = row, top + size[1]
        while bottom > self.heights.get(end, self.height):
            bottom -= self.heights.get(end, self.height)
            end += 1
        return self._shift(start, max(left, 0), row, top), self._shift(start, max(left, 0) + size[0], end, bottom)

    def _shift(self, column: int, x: int, row: int, y: int) -> Corner:
        while x > self._at(column):
            x -= self._at(column)
            column += 1
        return Corner(column, x, row, y)

    def _at(self, column: int) -> int:
        return self.widths.get(column, self.width)


def read_frame(part: Part, name: str, rows: int = 8) -> Frame:
    """Measures of a sheet part; the heights of its first ``rows`` rows only."""
    widths: dict[int, int] = {}
    width, height, frozen = _NORMAL_WIDTH, _NORMAL_HEIGHT, 0
    for node in _head(part, name):
        if local(node.tag) == "col":
            size = 0 if node.get("hidden") in ("1", "true") else _pixels(node.get("width"), width)
            first, last = int(node.get("min", "1")), int(node.get("max", "1"))
            widths |= {n - 1: size for n in range(first, min(last, 200) + 1)}
        elif local(node.tag) == "sheetFormatPr":
            width = _pixels(node.get("defaultColWidth"), width)
            height = round(float(node.get("defaultRowHeight", "15")) * 4 / 3)
        elif local(node.tag) == "pane" and node.get("state", "").startswith("frozen"):
            frozen = int(float(node.get("xSplit", "0")))
    return Frame(widths, _heights(part.data, rows, height), width, height, frozen)


def _head(part: Part, name: str) -> list[Element]:
    """Everything in front of the rows, as elements."""
    children = part.children()
    rows = next((child for child in children if child.name == "sheetData"), None)
    if rows is None:
        return []
    # Without the XML declaration: it may name an encoding that the text no longer has.
    head = part.data[children[0].start : rows.start]
    closing = f"</{part.prefix}worksheet>".encode()
    return list(parse_xml(head + closing, name).iter())


def _pixels(width: str | None, otherwise: int) -> int:
    return int(float(width) * 7 + 0.5) if width else otherwise


def _heights(data: bytes, rows: int, height: int) -> dict[int, int]:
    found: dict[int, int] = {}
    number = 0
    for match in _ROW.finditer(data):
        said = {key.decode(): value.decode() for key, value in _ATTRIBUTE.findall(match[1])}
        number = int(said.get("r", number + 1))
        if number > rows:
            break
        shown = said.get("hidden", "0") in ("0", "false")
        found[number - 1] = round(float(said["ht"]) * 4 / 3) if "ht" in said else height
        if not shown:
            found[number - 1] = 0
    return found
