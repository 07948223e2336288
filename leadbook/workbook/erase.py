"""Cells emptied for good: values, cached results, and what hangs on them (notes, links); all else stays (P01, F05)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import numpy as np

from leadbook.errors import RefusedFile

from .celltext import Moved
from .edits import ColumnEdit
from .package import Package
from .reader import Reader
from .refs import Box, letter, parse_box
from .session import Session
from .sheetmap import WIDE, SheetMap, sheet_map
from .tables import RawTable
from .writeback import assembled
from .xmlparts import as_utf8

Place = tuple[int, int]
_CACHED: Final = re.compile(rb"<((?:\w+:)?)(v|is)\b(?:[^>]*/>|[^>]*>.*?</\1\2\s*>)", re.DOTALL)
_TYPE: Final = re.compile(rb"""\st\s*=\s*(?:"[^"]*"|'[^']*')""")
_SEVERAL: Final = re.compile(rb"""<(?:\w+:)?f\b[^>]*(?:\sref\s*=|\st\s*=\s*["'](?:array|dataTable))""")
_LINK: Final = re.compile(rb"<((?:\w+:)?)hyperlink\s[^>]*?(?:/>|>\s*</\1hyperlink\s*>)")
_NO_LINKS: Final = re.compile(rb"<((?:\w+:)?)hyperlinks\b[^>]*>\s*</\1hyperlinks\s*>")
_REF: Final = re.compile(rb"""\sref\s*=\s*["']([^"']*)["']""")
_ID: Final = re.compile(rb"""\s\w+:id\s*=\s*["']([^"']*)["']""")
_RELATION: Final = re.compile(rb"""<(?:\w+:)?Relationship\s[^>]*?\bId\s*=\s*["']([^"']*)["'][^>]*?/>""")
_NOTE: Final = re.compile(rb"<((?:\w+:)?)(comment|threadedComment)\s[^>]*>.*?</\1\2\s*>", re.DOTALL)
_SAID: Final = re.compile(rb"(<((?:\w+:)?)text\b[^>]*>).*?(</\2text\s*>)", re.DOTALL)
_MENTIONS: Final = re.compile(rb"<((?:\w+:)?)mentions\b.*?</\1mentions\s*>", re.DOTALL)
_NOTES: Final = ("comments", "threadedComment")


class Erasing:
    """Gathers cells to empty or to change; ``data`` then gives the package. ``notes`` and ``links`` are counted."""

    def __init__(self, pkg: Package, tables: dict[str, RawTable], reader: Reader) -> None:
        self.session = Session(pkg, tables, reader)
        self.pkg, self.reader = pkg, reader
        self.touched: dict[str, dict[Place, str | Moved | None]] = {}
        self.boxes: dict[str, list[Box]] = {}
        self.notes = self.links = 0
        self._lost: set[str] = set()  # parts that lose a formula
        self._maps: dict[str, tuple[bytes, SheetMap]] = {}

    def blank(self, part: str, box: Box, own: Iterable[int] = ()) -> int:
        """Empty what is filled in a box, and notes and links on it; how many cells. Formulas in the columns ``own``
        stay without their result, since a column may repeat one formula. Raises RefusedFile ``erase_formula``."""
        cells = self.reader.cells(part)
        at, keep, filled = cells.within(box), set(own), cells.filled()
        self.boxes.setdefault(part, []).append(box)
        found = [int(i) for i in at if filled[i]]
        for i in found:
            row, col = int(cells.row[i]), int(cells.col[i])
            bare = self._without_result(part, row, col, col in keep) if cells.formula[i] else None
            self.touched.setdefault(part, {})[row, col] = bare
            if cells.formula[i] and bare is None:
                self._lost.add(part)
        return len(found)

    def put(self, part: str, row: int, col: int, text: str) -> None:
        """Another text in a cell."""
        self.touched.setdefault(part, {})[row, col] = text

    def forget_result(self, part: str, row: int, col: int) -> None:
        """A formula keeps its text and loses what it showed; Excel computes it anew."""
        self.touched.setdefault(part, {})[row, col] = self._without_result(part, row, col, True)

    def _without_result(self, part: str, row: int, col: int, keep: bool) -> Moved | None:
        xml = self.formula(part, row, col)
        if not keep:
            if _SEVERAL.search(xml):  # other cells live on this formula
                place = f"{letter(col)}{row}"
                raise RefusedFile("erase_formula", file=self.pkg.name, cell=place)
            return None
        end = xml.index(b">")
        return Moved(_TYPE.sub(b"", xml[:end], count=1) + _CACHED.sub(b"", xml[end:]))

    def formula(self, part: str, row: int, col: int) -> bytes:
        """A cell as it stands in its part (UTF-8)."""
        if part not in self._maps:
            data, _ = as_utf8(self.pkg.read(part))
            self._maps[part] = data, sheet_map(data, self.reader.cells(part).layout, 0)
        data, sheet = self._maps[part]
        at = int(np.searchsorted(sheet.cell_keys(), row * WIDE + col))
        return data[sheet.places.cell_start[at] : sheet.places.cell_end[at]]

    def data(self) -> bytes:
        """The package with all of it done; the strings and caches of other parts are ``scrub``'s."""
        for part, cells in self.touched.items():
            work = self.session.part(part, "erased")
            columns: dict[int, list[int]] = {}
            for row, col in sorted(cells):
                columns.setdefault(col, []).append(row)
            for col, rows in columns.items():
                work.edits.columns.append(ColumnEdit(col, rows, [cells[row, col] for row in rows]))
            work.formulas_moved |= part in self._lost
        for part, boxes in self.boxes.items():
            self._links(part, boxes)
            self._said(part, boxes)
        return assembled(self.session).data

    def _links(self, part: str, boxes: list[Box]) -> None:
        before, _ = as_utf8(self.pkg.read(part))
        bare, gone = without_links(before, boxes)
        if not gone:
            return
        self.links += len(gone)
        self.session.part(part, "erased").last.append(lambda xml: _as_part(xml, boxes))
        rels = rels_of(part)
        ids = {one for one in gone if one and not re.search(rb"""["']%s["']""" % re.escape(one), bare)}
        if ids and rels in self.pkg:
            self.session.parts[rels] = without_relations(self.session.current(rels), ids)

    def _said(self, part: str, boxes: list[Box]) -> None:
        """Notes on the cells keep their place and lose their words."""
        for tail, target in self.pkg.rels(part).values():
            if tail in _NOTES and target in self.pkg:
                new, count = silenced(self.session.current(target), boxes)
                if count:
                    self.session.parts[target] = new
                    self.notes += count


def rels_of(part: str) -> str:
    """The relationships part of a part."""
    folder, _, base = part.rpartition("/")
    return f"{folder}/_rels/{base}.rels".lstrip("/")


def _inside(ref: bytes, boxes: list[Box]) -> bool:
    areas = [parse_box(area) for area in ref.decode().split()]
    return bool(areas) and all(
        area is not None and any((area.top, area.left) in box and (area.bottom, area.right) in box for box in boxes)
        for area in areas
    )


def _as_part(xml: bytes, boxes: list[Box]) -> bytes:
    data, back = as_utf8(xml)
    return back(without_links(data, boxes)[0])


def without_links(xml: bytes, boxes: list[Box]) -> tuple[bytes, list[bytes]]:
    """A sheet part (UTF-8) without the hyperlinks that lie in the boxes, and their relation ids (b"" without one)."""
    gone: list[bytes] = []

    def drop(found: re.Match[bytes]) -> bytes:
        ref = _REF.search(found[0])
        if ref is None or not _inside(ref[1], boxes):
            return found[0]
        named = _ID.search(found[0])
        gone.append(named[1] if named else b"")
        return b""

    bare = _LINK.sub(drop, xml)
    return (_NO_LINKS.sub(b"", bare) if gone else xml), gone


def without_relations(xml: bytes, ids: set[bytes]) -> bytes:
    """A relationships part without these ids."""
    data, back = as_utf8(xml)
    return back(_RELATION.sub(lambda found: b"" if found[1] in ids else found[0], data))


def silenced(xml: bytes, boxes: list[Box]) -> tuple[bytes, int]:
    """A part of notes or threaded comments without the words of those on the boxes, and how many there were."""
    data, back = as_utf8(xml)
    count = 0

    def silence(found: re.Match[bytes]) -> bytes:
        nonlocal count
        ref = _REF.search(found[0])
        if ref is None or not _inside(ref[1], boxes):
            return found[0]
        count += 1
        empty = b"" if found[2] == b"threadedComment" else b"<" + found[1] + b"t></" + found[1] + b"t>"
        said = _SAID.sub(lambda text: text[1] + empty + text[3], found[0])
        return _MENTIONS.sub(b"", said)

    return back(_NOTE.sub(silence, data)), count
