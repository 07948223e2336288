"""One package's sheets, read once each: shared strings, styles and cells on demand."""

from __future__ import annotations

from functools import cached_property

from leadbook.errors import RefusedFile

from .cells import SheetCells, read_sheet
from .package import Package
from .strings import read_shared_strings
from .styles import Styles, read_styles


class Reader:
    """Reads the sheets of a package and remembers them. Raises RefusedFile like ``read_sheet``."""

    def __init__(self, pkg: Package) -> None:
        self.pkg = pkg
        self._cells: dict[str, SheetCells] = {}

    def _related(self, kind: str) -> bytes | None:
        targets = [target for tail, target in self.pkg.rels(self.pkg.workbook_part).values() if tail == kind]
        return self.pkg.read(targets[0]) if targets else None

    @cached_property
    def shared(self) -> list[str]:
        """Shared strings in index order."""
        part = self._related("sharedStrings")
        return read_shared_strings(part) if part else []

    @cached_property
    def styles(self) -> Styles | None:
        """Date flags of the cell formats; None for a book without styles."""
        part = self._related("styles")
        return read_styles(part) if part else None

    @cached_property
    def sheet_parts(self) -> dict[str, str]:
        """Sheet name in lower case -> part."""
        return {sheet.name.casefold(): sheet.part for sheet in self.pkg.sheets}

    def cells(self, part: str) -> SheetCells:
        """All cells of a sheet part, dates as 1900 serials."""
        if part not in self._cells:
            xml, old = self.pkg.read(part), self.pkg.date1904
            try:
                self._cells[part] = read_sheet(xml, self.shared, date1904=old, styles=self.styles)
            except RefusedFile as refused:
                refused.params.update(file=self.pkg.name, part=part)
                raise
        return self._cells[part]
