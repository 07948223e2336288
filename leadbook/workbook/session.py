"""The state of one write: the package as read, its tables, and the work gathered for each part."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from leadbook.errors import RefusedFile

from .celltext import Formula
from .changes import Cells, Note
from .edits import ColumnEdit, Edits
from .frame import Grown
from .grid import Grid, StyleBank, same
from .package import Package
from .reader import Reader
from .refs import Box
from .tablepart import resized, without_filters, without_sort
from .tables import RawTable, read_tables


@dataclass(slots=True)
class PartWork:
    """All that is to be done to one sheet part; ``last`` comes when its cells are in place."""

    edits: Edits
    grown: list[Grown] = field(default_factory=list)
    formulas_moved: bool = False
    why: list[str] = field(default_factory=list)
    last: list[Callable[[bytes], bytes]] = field(default_factory=list)


class Session:
    """State of one write: the package as read, its tables, and the work gathered per part."""

    def __init__(self, pkg: Package, tables: dict[str, RawTable] | None, reader: Reader | None) -> None:
        self.pkg = pkg
        self.reader = reader or Reader(pkg)
        self.tables = tables if tables is not None else read_tables(pkg, reader=self.reader)
        self.bank = StyleBank(self.reader)
        self.work: dict[str, PartWork] = {}
        self.parts: dict[str, bytes] = {}
        self.notes: list[Note] = []

    def part(self, name: str, why: str) -> PartWork:
        """The work list of a sheet part."""
        work = self.work.setdefault(name, PartWork(Edits(date1904=self.pkg.date1904)))
        if why not in work.why:
            work.why.append(why)
        return work

    def table(self, name: str) -> RawTable:
        """A table by name, in any case. Raises RefusedFile ``table_missing``."""
        for known, table in self.tables.items():
            if known.casefold() == name.casefold():
                return table
        raise RefusedFile("table_missing", file=self.pkg.name, table=name)

    def note(self, code: str, table: str, **params: object) -> None:
        self.notes.append(Note(code, table, tuple(params.items())))

    def current(self, part: str) -> bytes:
        """A part as changed so far in this write."""
        return self.parts.get(part) or self.pkg.read(part)

    def resize(self, table: RawTable, body: Box, bottom: int) -> None:
        """Let the table part and the rules over its body end at another row."""
        if bottom == body.bottom:
            return
        self.part(table.part, table.name).grown.append((body, bottom))
        if table.table_part:
            end = bottom + (table.ref.bottom - table.bottom)
            self.parts[table.table_part] = resized(self.current(table.table_part), end)

    def drop_filters(self, table: RawTable) -> None:
        part = table.table_part
        if part:
            self.parts[part] = without_filters(self.current(part))

    def drop_sort(self, table: RawTable) -> None:
        part = table.table_part
        if part:
            self.parts[part] = without_sort(self.current(part))


def add_column(work: PartWork, grid: Grid, offset: int, rows: Sequence[int], values: Sequence[object],
               styles: Sequence[int]) -> None:
    """Queue the cells of one column (``offset`` into the grid) that differ from what is there; rows ascend, from
    the grid's first on."""
    known = bisect_right(rows, grid.box.bottom)
    index = np.array(rows[:known], np.int64) - grid.box.top
    is_formula = np.zeros(len(rows), bool)
    kinds = frozenset(map(type, values))
    if Formula in kinds:
        is_formula[:] = [type(value) is Formula for value in values]
    was_formula = np.zeros(len(rows), bool)
    was_formula[:known] = grid.formula[index, offset]
    old = np.zeros(len(rows), bool)
    old[:known] = grid.present[index, offset] & (grid.style[index, offset] == np.array(styles[:known], np.int64))
    old &= ~was_formula & ~is_formula
    old[:known] &= same(grid.value[index, offset], values[:known])
    work.formulas_moved |= bool((was_formula != is_formula)[~old].any())
    if not old.any():
        work.edits.columns.append(ColumnEdit(grid.box.left + offset, rows, values, styles, kinds))
        return
    keep = np.flatnonzero(~old).tolist()
    if keep:
        at = grid.box.left + offset
        work.edits.columns.append(
            ColumnEdit(at, [rows[i] for i in keep], [values[i] for i in keep], [styles[i] for i in keep], kinds))


def dense(values: Cells) -> list[object]:
    """A column given as list, numpy array or pandas Series as a plain list of Python objects."""
    if isinstance(values, np.ndarray) and values.dtype.kind != "M":
        return list(values.tolist())
    return list(values)
