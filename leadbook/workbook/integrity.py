"""Whether a package is whole: parts, relationships, sheets, tables and names agree with each other (X18)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from leadbook.errors import RefusedFile

from .cells import SheetCells
from .package import EXTERNAL, Package
from .reader import Reader
from .refs import Box, letter, parse_target
from .sheetmap import sheet_map
from .tablepart import TablePart, read_table
from .tables import KEY_SUFFIX, PREFIX
from .xmlparts import as_utf8, check_well_formed, naming

_RELS: Final = ".rels"
_XML: Final = (".xml", _RELS)


@dataclass(frozen=True)
class Fault:
    """Something that does not agree: ``code`` names the label ``verify.fault.<code>``, ``params`` fill it."""

    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class _Table:
    part: str
    sheet: str
    info: TablePart


class Integrity:
    """The faults of one guarded package; nothing is written. No fault raises, whatever the package holds."""

    def __init__(self, pkg: Package) -> None:
        self.pkg = pkg
        self.reader = Reader(pkg)

    def faults(self) -> Iterator[Fault]:
        """All of them, outer things first."""
        broken = list(self._parts())
        yield from broken
        if any(fault.code == "damaged" for fault in broken):
            return
        yield from self._targets()
        yield from self._sheets()
        yield from self._tables()
        yield from self._keys()
        yield from self._names()

    def _parts(self) -> Iterator[Fault]:
        """Every part has a content type, and every XML part is well-formed to its end."""
        for part in self.pkg.names:
            if not self.pkg.content_type(part) and part != "[Content_Types].xml":
                yield Fault("no_type", {"part": part})
            if part.lower().endswith(_XML):
                yield from self._refused(part, lambda part=part: check_well_formed(as_utf8(self.pkg.read(part))[0]))

    def _refused(self, part: str, look: object) -> Iterator[Fault]:
        """What a reader refuses, as a fault."""
        assert callable(look)
        try:
            with naming(self.pkg.name, part):
                look()
        except RefusedFile as refused:
            yield Fault("damaged", {"part": part, "cell": refused.params.get("cell", "–")})

    def _targets(self) -> Iterator[Fault]:
        """Every relationship leads to a part that is there."""
        for name in self.pkg.names:
            if name.endswith(_RELS):
                folder, _, base = name.rpartition("/")
                source = posixpath.join(posixpath.dirname(folder), base.removesuffix(_RELS))
                for _, target in self.pkg.rels(source).values():
                    if target and not target.startswith((EXTERNAL, "#")) and target not in self.pkg:
                        yield Fault("target_missing", {"part": source or "/", "target": target})

    def _sheets(self) -> Iterator[Fault]:
        """Cells are read, stand in order and have a format that exists."""
        for sheet in self._worksheets:
            cells = self._cells(sheet[1])
            if cells is None:
                yield Fault("damaged", {"part": sheet[1], "cell": "–"})
                continue
            xml = as_utf8(self.pkg.read(sheet[1]))[0]
            yield from self._refused(sheet[1], lambda xml=xml, cells=cells: sheet_map(xml, cells.layout, 0))
            most = len(self.reader.styles.date) if self.reader.styles else 1
            wrong = np.flatnonzero(cells.style >= most)
            if len(wrong):
                place = f"{letter(int(cells.col[wrong[0]]))}{int(cells.row[wrong[0]])}"
                yield Fault("format_unknown", {"sheet": sheet[0], "cell": place})

    @cached_property
    def _worksheets(self) -> list[tuple[str, str]]:
        """(name, part)"""
        return [(s.name, s.part) for s in self.pkg.sheets if s.kind == "worksheet"]

    def _cells(self, part: str) -> SheetCells | None:
        try:
            return self.reader.cells(part)
        except RefusedFile:
            return None

    @cached_property
    def _found(self) -> list[_Table]:
        """The tables whose part says where they are."""
        out = []
        for name, part in self._worksheets:
            for target in self.pkg.tables.get(part, ()):
                try:
                    info = read_table(self.pkg.read(target), target)
                except RefusedFile:
                    info = None
                if info is not None:
                    out.append(_Table(target, name, info))
        return out

    def _tables(self) -> Iterator[Fault]:
        """Names once, areas apart, as many columns as the area is wide, headers as in the sheet."""
        known = {table.part for table in self._found}
        for parts in self.pkg.tables.values():
            yield from (Fault("table_area", {"part": part}) for part in parts if part not in known)
        names: set[str] = set()
        for n, table in enumerate(self._found):
            folded = table.info.name.casefold()
            if folded in names:
                yield Fault("table_twice", {"table": table.info.name})
            names.add(folded)
            for other in self._found[:n]:
                if other.sheet == table.sheet and other.info.box.meets(table.info.box):
                    yield Fault("tables_overlap", {"table": table.info.name, "other": other.info.name})
            yield from self._columns(table)

    def _columns(self, table: _Table) -> Iterator[Fault]:
        box, names = table.info.box, table.info.names
        width = box.right - box.left + 1
        if width != len(names):
            yield Fault("table_width", {"table": table.info.name, "count": len(names), "width": width})
            return
        if not table.info.header_rows:
            return
        heads = self._row(table.sheet, box.top, box)
        for n, name in enumerate(names):
            shown = heads.get(box.left + n)
            if _plain(str(shown)) != _plain(name) or not isinstance(shown, str):
                cell = f"{letter(box.left + n)}{box.top}"
                where = {"table": table.info.name, "sheet": table.sheet, "cell": cell}
                yield Fault("table_header", {**where, "name": name})

    def _row(self, sheet: str, row: int, box: Box) -> dict[int, object]:
        """Column -> value of one row of a sheet."""
        cells = self._cells(dict(self._worksheets)[sheet])
        if cells is None:
            return {}
        at = cells.within(Box(row, box.left, row, box.right))
        return {int(cells.col[i]): cells.value[i] for i in at}

    def _keys(self) -> Iterator[Fault]:
        """The hidden key row of each leadbook table stands above its header and names no field twice."""
        spelled = {name.casefold(): target for name, target in self.pkg.defined_names.items()}
        for table in self._found:
            if not table.info.name.upper().startswith(PREFIX):
                continue
            name, box = table.info.name, table.info.box
            target = parse_target(spelled.get(f"{name}{KEY_SUFFIX}".casefold(), ""))
            row = target[1].top if target else box.top - 1
            if target and (target[0].casefold() != table.sheet.casefold() or not row < box.top):
                yield Fault("keys_place", {"table": name, "sheet": target[0], "cell": f"{letter(box.left)}{row}"})
                continue
            keys = [v for v in self._row(table.sheet, row, box).values() if isinstance(v, str) and v.strip()]
            if not keys:
                yield Fault("keys_lost", {"table": name, "sheet": table.sheet, "row": row})
            for key in sorted({key for key in keys if keys.count(key) > 1}):
                yield Fault("key_twice", {"table": name, "sheet": table.sheet, "key": key})

    def _names(self) -> Iterator[Fault]:
        """leadbook's defined names point at a sheet that is there; other names are the team's own business."""
        sheets = {sheet.name.casefold() for sheet in self.pkg.sheets}
        for name, text in self.pkg.defined_names.items():
            if not name.upper().startswith(PREFIX):
                continue
            target = parse_target(text)
            lost = "#REF!" in text or (target is not None and target[0].casefold() not in sheets)
            if lost:
                yield Fault("name_lost", {"name": name})


def _plain(text: str) -> str:
    """Header text as Excel compares it: line breaks of one kind, no blanks around."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip().casefold()
