"""One package's sheets, read once each: shared strings, styles and cells on demand."""

from __future__ import annotations

from functools import cached_property

from .cells import SheetCells, read_sheet
from .package import Package
from .strings import read_shared_strings
from .styles import Styles, read_styles
from .xmlparts import naming


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
            with naming(self.pkg.name, part):
                self._cells[part] = read_sheet(xml, self.shared, date1904=old, styles=self.styles)
        return self._cells[part]
