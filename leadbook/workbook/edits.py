"""What is to happen to the cells and rows of one sheet part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ColumnEdit:
    """New cells of one column: sheet rows (ascending), one value each, and their format.

    ``values``: None, str, float, int, bool, date, datetime, CellError, Formula, Moved (a cell carried over
    as it is) or REMOVE (no cell at all). ``styles``: one index for all, one per cell, or None = keep the
    format that the cell has. A missing value in a place without a cell and without a format writes nothing.
    ``kinds`` are the types among the values (perhaps more, never fewer); looked up when first asked for.
    """

    col: int
    rows: Sequence[int]
    values: Sequence[Any]
    styles: int | Sequence[int | None] | None = None
    known_kinds: frozenset[type] | None = None

    @property
    def kinds(self) -> frozenset[type]:
        if self.known_kinds is None:
            self.known_kinds = frozenset(map(type, self.values))
        return self.known_kinds

    def part(self, first: int, last: int) -> ColumnEdit:
        """The cells from one position up to another."""
        one = self.styles is None or isinstance(self.styles, int)
        styles = self.styles if one else self.styles[first:last]  # type: ignore[index]
        return ColumnEdit(self.col, self.rows[first:last], self.values[first:last], styles, self.known_kinds)

    def sorted(self) -> ColumnEdit:
        """The same edit with plain, ascending row numbers."""
        rows = [int(row) for row in self.rows] if type(self.rows) is not list else self.rows
        order = sorted(range(len(rows)), key=rows.__getitem__) if sorted(rows) != rows else None
        if order is None:
            return ColumnEdit(self.col, rows, self.values, self.styles, self.known_kinds)
        styles = self.styles if self.styles is None or isinstance(self.styles, int) else [
            self.styles[i] for i in order]
        return ColumnEdit(self.col, [rows[i] for i in order], [self.values[i] for i in order], styles)


@dataclass(slots=True)
class Edits:
    """All that happens to one sheet part; ``hidden`` sets the hidden flag of rows."""

    columns: list[ColumnEdit] = field(default_factory=list)
    hidden: dict[int, bool] = field(default_factory=dict)
    date1904: bool = False
