"""Worksheet reading by expat: prefixes, CDATA, single quotes, rows and cells without ``r``."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from xml.parsers import expat

import numpy as np

from leadbook.errors import RefusedFile
from leadbook.model.raw import RawValue

from .cellvalues import INLINE, ISO, KINDS, NUMBER, Cells, value_of
from .refs import MAX_COL, MAX_ROW, Box, column, parse_box
from .tail import MOST, too_many
from .xmlparts import local, run, unescape

_REF = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})\Z")


@dataclass
class _Walk:
    shared: list[str]
    rows: array[int] = field(default_factory=lambda: array("i"))
    cols: array[int] = field(default_factory=lambda: array("i"))
    values: list[RawValue] = field(default_factory=list)
    styles: array[int] = field(default_factory=lambda: array("i"))
    formulas: bytearray = field(default_factory=bytearray)
    kinds: bytearray = field(default_factory=bytearray)
    hidden: set[int] = field(default_factory=set)
    merged: list[Box] = field(default_factory=list)
    dimension: Box | None = None
    row: int = 0
    col: int = 0
    in_cell: bool = False
    phonetic: int = 0
    into: str = ""
    text: dict[str, str] = field(default_factory=dict)
    piece: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if self.in_cell:
            self.inner(tag)
        elif tag == "c":
            self.open_cell(attributes)
        elif tag == "row":
            self.row, self.col = row_of(attributes, self.row), 0
            if attributes.get("hidden") in ("1", "true"):
                self.hidden.add(self.row)
        elif tag == "mergeCell":
            box = parse_box(attributes.get("ref", ""))
            self.merged += [box] if box else []
        elif tag == "dimension":
            self.dimension = parse_box(attributes.get("ref", ""))

    def open_cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        match = _REF.match(given)
        self.col = column(match[1]) if match else self.col + 1
        row = int(match[2]) if match else self.row
        # a cell that names another row than the one it stands in: two programs would read two books
        if (given and not match) or row != self.row or not (1 <= row <= MAX_ROW and self.col <= MAX_COL):
            raise RefusedFile("broken_cell", cell=given)
        if len(self.rows) >= MOST:
            raise too_many()
        self.in_cell = True
        self.text.clear()
        self.rows.append(row)
        self.cols.append(self.col)
        self.styles.append(style_of(attributes))
        self.kinds.append(KINDS.get(attributes.get("t", "n"), NUMBER))
        self.formulas.append(False)

    def inner(self, tag: str) -> None:
        if tag == "f":
            self.formulas[-1] = True
        elif tag == "is":
            self.text.setdefault("is", "")
        elif tag == "rPh":
            self.phonetic += 1
        elif tag == "v" or (tag == "t" and not self.phonetic):
            self.into = "v" if tag == "v" else "is"
            self.piece.clear()

    def characters(self, text: str) -> None:
        if self.into:
            self.piece.append(text)

    def end(self, name: str) -> None:
        tag = local(name)
        if not self.in_cell:
            return
        if tag == "c":
            self.in_cell = False
            self.close_cell()
        elif tag == "rPh":
            self.phonetic -= 1
        elif tag in ("v", "t") and self.into:
            text = "".join(self.piece)
            self.text[self.into] = self.text.get(self.into, "") + unescape(text)
            self.into = ""

    def close_cell(self) -> None:
        kind = self.kinds[-1]
        text = self.text.get("v") if kind != INLINE else self.text.get("is", self.text.get("v"))
        self.values.append(value_of(kind, text, bool(self.formulas[-1]), self.shared, self.rows[-1], self.cols[-1]))


def row_of(attributes: dict[str, str], before: int) -> int:
    """The number of a row, ``before`` + 1 when it does not say; anything but a number refuses the file."""
    given = attributes.get("r", "").strip()
    if not given:
        return before + 1
    if not (given.isascii() and given.isdigit() and len(given) < 8 and 1 <= int(given) <= MAX_ROW):
        raise RefusedFile("broken_cell", cell=f"A{given[:20]}")
    return int(given)


def style_of(attributes: dict[str, str]) -> int:
    """The cell format index; anything but a number refuses the file."""
    given = attributes.get("s", "0").strip()
    if not (given.isdecimal() and given.isascii() and len(given) < 7):
        raise RefusedFile("broken_cell", cell=attributes.get("r", ""))
    return int(given)


def read(data: bytes, shared: list[str]) -> Cells:
    """All cells of a worksheet part given as UTF-8 bytes; see ``cells.read_sheet``."""
    walk = _Walk(shared)
    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.characters
    run(parser, data)
    value = np.empty(len(walk.values), object)
    value[:] = walk.values
    kind = np.array(walk.kinds, np.int8)
    is_float = np.array([type(v) is float for v in walk.values], bool)
    return Cells(np.array(walk.rows, np.int32), np.array(walk.cols, np.int32), value,
                 np.array(walk.styles, np.int32), np.array(walk.formulas, bool), (kind == ISO) & is_float,
                 (kind == NUMBER) & is_float, walk.hidden, walk.merged, walk.dimension)
