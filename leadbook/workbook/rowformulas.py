"""Formulas that meet rows which move: rewritten where that is exact, else named so that nothing moves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from .celltext import xml_text
from .formularefs import Reference, filled_down, references, rewritten, with_row
from .package import Package
from .reader import Reader
from .refs import letter
from .rowmove import Closing, keeps_meaning
from .sheetmap import SheetMap, sheet_map
from .xmlparts import as_utf8, plain_text

_F: Final = re.compile(rb"<((?:\w+:)?)f\b([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f\s*>)")
_ATTRIBUTE: Final = re.compile(rb"""\b(\w+)\s*=\s*["']([^"']*)["']""")
_CELL: Final = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\sr\s*=\s*["']([A-Za-z]+)([0-9]+)["']""")


@dataclass(frozen=True, slots=True)
class CellFormula:
    """A formula with its place and its cell's bytes; ``text`` is None where it cannot stand alone (array, table of
    data); a shared one has its text spelled out."""

    row: int
    col: int
    text: str | None
    cell: bytes

    @property
    def address(self) -> str:
        return f"{letter(self.col)}{self.row}"

    def with_text(self, text: str) -> bytes:
        """The cell's bytes with this formula, no longer shared."""
        plain = xml_text(text).encode()
        return _F.sub(lambda m: b"<" + m[1] + b"f>" + plain + b"</" + m[1] + b"f>", self.cell, count=1)

    @property
    def is_shared(self) -> bool:
        match = _F.search(self.cell)
        return match is not None and b"shared" in match[2]

    @property
    def spreads(self) -> bool:
        """Whether it fills more cells than its own."""
        match = _F.search(self.cell)
        return self.text is None and (match is None or b":" in match[2])


def formulas_of(reader: Reader, part: str) -> list[CellFormula]:
    """Every formula cell of a sheet part, in order."""
    cells = reader.cells(part)
    if not cells.formula.any():
        return []
    data, _ = as_utf8(reader.pkg.read(part))
    sheet = sheet_map(data, cells.layout, 0)
    masters: dict[bytes, tuple[int, int, str]] = {}
    return [_read(data, sheet, int(n), masters) for n in np.flatnonzero(cells.formula)]


def _read(data: bytes, sheet: SheetMap, n: int, masters: dict[bytes, tuple[int, int, str]]) -> CellFormula:
    p = sheet.places
    row, col = int(p.cell_row[n]), int(p.cell_col[n])
    cell = data[int(p.cell_start[n]) : int(p.cell_end[n])]
    match = _F.search(cell)
    if match is None:
        return CellFormula(row, col, None, cell)
    said = dict(_ATTRIBUTE.findall(match[2]))
    text = plain_text(match[3]) if match[3] else ""
    kind, group = said.get(b"t", b"normal"), said.get(b"si", b"")
    if kind == b"normal":
        return CellFormula(row, col, text or None, cell)
    if kind != b"shared":
        return CellFormula(row, col, None, cell)
    if text:
        masters[group] = (row, col, text)
    top, left, master = masters.get(group, (row, 0, ""))
    return CellFormula(row, col, filled_down(master, row - top) if left == col and master else None, cell)


def closed_up(found: CellFormula, closing: Closing, sheet: str) -> str | None:
    """The formula of a row that stays, at its new place; None when some area would come to mean another row."""
    new = closing.target(found.row)

    def change(area: Reference) -> str | None:
        if area.sheet and area.sheet.casefold() != sheet.casefold():
            return area.area
        if area.box.top == area.box.bottom == found.row:
            return with_row(area.area, new)
        return area.area if keeps_meaning(area.box, closing) else None

    return rewritten(found.text, change) if found.text is not None else None


def pointing(pkg: Package, reader: Reader, sheet: str, part: str, closing: Closing) -> str:
    """The first formula elsewhere, or defined name, that names single rows of those that move: ``Sheet!A1`` or the
    name; "" for none."""
    for name, text in pkg.defined_names.items():
        if any(_hits(area, sheet, "", closing) for area in references(text)):
            return name
    for entry in pkg.sheets:
        if entry.kind != "worksheet":
            continue
        if entry.part == part:
            own = (f for f in formulas_of(reader, part) if f.row not in closing.zone and f.text)
            places: Iterator[tuple[str, str]] = ((f.address, f.text or "") for f in own)
        else:
            places = _naming(as_utf8(pkg.read(entry.part))[0], sheet)
        for address, text in places:
            if any(_hits(area, sheet, entry.name, closing) for area in references(text)):
                return f"{entry.name}!{address}"
    return ""


def _hits(area: Reference, sheet: str, own: str, closing: Closing) -> bool:
    return (area.sheet or own).casefold() == sheet.casefold() and not keeps_meaning(area.box, closing)


def _naming(data: bytes, sheet: str) -> Iterator[tuple[str, str]]:
    """(address, formula) of the cells of another sheet whose formula names the sheet."""
    name = xml_text(sheet.replace("'", "''")).encode()
    if name not in data:
        return
    for match in _F.finditer(data):
        if match[3] and name in match[3]:
            before = _CELL.findall(data[max(0, match.start() - 400) : match.start()])
            place = b"".join(before[-1]).decode() if before else "?"
            yield place, plain_text(match[3])


