"""A book whose cells lie in memory: ``write`` plans what is to be put into which cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .book import Known, named_block
from .cellplan import CellPlan, Planner, Stuck
from .changes import Change, Note
from .refs import Box
from .skeleton import Frame, FrameReader, Load, package_of
from .tables import RawTable, read_tables


class MemoryBook:
    """Frame and cells of a book; after ``write`` the cells to set are in ``plan``.

    ``load`` gives the cells of a sheet. ``stuck`` tells body rows of a table on which something hangs that
    cannot move; ``pivots`` names the tables and sheets that pivots read from, in lower case.
    """

    def __init__(self, frame: Frame, load: Load, *, stuck: Stuck | None = None,
                 pivots: frozenset[str] = frozenset()) -> None:  # fmt: skip
        self.frame = frame
        self.reader = FrameReader(package_of(frame), load)
        self.plan = CellPlan()
        self._stuck: Stuck = stuck or (lambda table: set())
        self._pivots = pivots

    @property
    def name(self) -> str:
        return self.frame.name

    @property
    def custom_properties(self) -> Mapping[str, str]:
        return self.frame.properties

    @property
    def sheet_names(self) -> Sequence[str]:
        return self.frame.sheets

    @property
    def defined_names(self) -> Mapping[str, str]:
        return self.frame.names

    def tables(self, known: Known) -> dict[str, RawTable]:
        return read_tables(self.reader.pkg, known, reader=self.reader)

    def block(self, name: str) -> tuple[str, Box] | None:
        return named_block(self.defined_names, self.sheet_names, name)

    def has_pivot(self, table: str, sheet: str | None) -> bool:
        return table.casefold() in self._pivots or (sheet or "\0").casefold() in self._pivots

    def write(self, changes: Sequence[Change], tables: Mapping[str, RawTable]) -> list[Note]:
        self.plan = Planner(self.reader, tables, self._stuck).plan(changes, self.block)
        return self.plan.notes
