"""A book as a run sees it: the same few questions for a file, for cells in memory and for an open workbook."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from .changes import Change, Note, WriteResult
from .package import Package
from .reader import Reader
from .refs import Box, parse_target
from .tables import RawTable, read_tables
from .writeback import write_back

Known = Mapping[str, Collection[str]]


class Book(Protocol):
    """What a run needs of a book (DESIGN §5); one contract test runs over every implementation."""

    @property
    def name(self) -> str:
        """The file name, for messages."""

    @property
    def custom_properties(self) -> Mapping[str, str]:
        """Custom document properties as text; empty where the program does not tell them."""

    @property
    def sheet_names(self) -> Sequence[str]:
        """Sheets in their order."""

    @property
    def defined_names(self) -> Mapping[str, str]:
        """Workbook-wide names -> formula text without "="."""

    def tables(self, known: Known) -> dict[str, RawTable]:
        """Every table by name, see ``read_tables``."""

    def block(self, name: str) -> tuple[str, Box] | None:
        """Sheet and box of a named block; None when the name or its sheet is gone."""

    def has_pivot(self, table: str, sheet: str | None) -> bool:
        """Whether a pivot reads from this table, or from the sheet it stands on."""

    def write(self, changes: Sequence[Change], tables: Mapping[str, RawTable]) -> list[Note]:
        """Make the changes; what could not be kept is in the notes. Raises RefusedFile as ``write_back``
        does; nothing has been changed then."""


def named_block(names: Mapping[str, str], sheets: Sequence[str], name: str) -> tuple[str, Box] | None:
    """Where a name points, with the sheet's name as the book spells it."""
    target = parse_target(names.get(name, ""))
    sheet = next((s for s in sheets if target and s.casefold() == target[0].casefold()), None)
    return (sheet, target[1]) if target and sheet is not None else None


def pivot_over(pkg: Package, table: str, sheet: str | None) -> bool:
    """Whether a pivot cache of the package names the table or its sheet as its source."""
    names = [n for n in pkg.names if "pivotcachedefinition" in n.casefold() and n.endswith(".xml")]
    marks = [f'"{table}"'.encode()] + ([f'sheet="{sheet}"'.encode()] if sheet else [])
    return any(mark in pkg.read(name) for name in names for mark in marks)


class FileBook:
    """A book that lies in a file; ``write`` leaves the new bytes in ``result``, the file itself is not touched."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.reader = Reader(package)
        self.result: WriteResult | None = None

    @classmethod
    def from_bytes(cls, data: bytes, name: str) -> FileBook:
        """Raises RefusedFile as ``Package.from_bytes`` does."""
        return cls(Package.from_bytes(data, name))

    @property
    def name(self) -> str:
        return self.package.name

    @property
    def custom_properties(self) -> Mapping[str, str]:
        return self.package.custom_properties

    @property
    def sheet_names(self) -> Sequence[str]:
        return [sheet.name for sheet in self.package.sheets]

    @property
    def defined_names(self) -> Mapping[str, str]:
        return self.package.defined_names

    def tables(self, known: Known) -> dict[str, RawTable]:
        return read_tables(self.package, known, reader=self.reader)

    def block(self, name: str) -> tuple[str, Box] | None:
        return named_block(self.defined_names, self.sheet_names, name)

    def has_pivot(self, table: str, sheet: str | None) -> bool:
        return pivot_over(self.package, table, sheet)

    def write(self, changes: Sequence[Change], tables: Mapping[str, RawTable]) -> list[Note]:
        self.result = write_back(self.package, changes, tables=dict(tables), reader=self.reader)
        return self.result.notes
