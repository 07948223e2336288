"""One package's sheets, read once each: shared strings, styles and cells on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property

from .cells import SheetCells, read_sheet
from .package import Package
from .scan import Layout
from .strings import read_shared_strings
from .styles import Styles, read_styles
from .tail import reaching
from .xmlparts import as_utf8, naming


class Reader:
    """Reads the sheets of a package and remembers them. Raises RefusedFile like ``read_sheet``."""

    def __init__(self, pkg: Package) -> None:
        self.pkg = pkg
        self._cells: dict[str, SheetCells] = {}

    def _related(self, kind: str) -> str | None:
        """The part of that kind that the workbook names first."""
        return next((target for tail, target in self.pkg.rels(self.pkg.workbook_part).values() if tail == kind), None)

    @cached_property
    def shared(self) -> list[str]:
        """Shared strings in index order."""
        part = self._related("sharedStrings")
        with naming(self.pkg.name, part or ""):
            return read_shared_strings(self.pkg.read(part)) if part else []

    @cached_property
    def styles(self) -> Styles | None:
        """Date flags of the cell formats; None for a book without styles."""
        part = self._related("styles")
        with naming(self.pkg.name, part or ""):
            return read_styles(self.pkg.read(part)) if part else None

    @cached_property
    def sheet_parts(self) -> dict[str, str]:
        """Sheet name in lower case -> part."""
        return {sheet.name.casefold(): sheet.part for sheet in self.pkg.sheets}

    def cells(self, part: str) -> SheetCells:
        """All cells of a sheet part, dates as 1900 serials."""
        if part not in self._cells:
            xml, old = self.pkg.read(part), self.pkg.date1904
            sheet = next((sheet.name for sheet in self.pkg.sheets if sheet.part == part), part)
            with naming(self.pkg.name, part, sheet):
                cells = read_sheet(xml, self.shared, date1904=old, styles=self.styles)
                blank = cells.layout is not None and cells.layout.until < cells.layout.stop
                self._cells[part] = replace(cells, beyond=self._beyond(part, cells.layout)) if blank else cells
        return self._cells[part]

    def _beyond(self, part: str, known: Layout | None) -> Callable[[int], Layout]:
        """Finds the layout of a blank end as far as a row; what it has found it remembers."""
        assert known is not None
        found = [known]

        def beyond(row: int) -> Layout:
            if row >= found[0].row[-1] and found[0].until < found[0].stop:
                found[0] = reaching(as_utf8(self.pkg.read(part))[0], found[0], row)
            return found[0]

        return beyond
