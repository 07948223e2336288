"""What a run wants written: bodies of tables, single columns, fixed blocks; and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Cells = Sequence[Any] | npt.NDArray[np.object_]
Mode = Literal["replace", "patch", "append_update"]


@dataclass(slots=True)
class TableChange:
    """New cells of one table, by field key; all columns equally long.

    ``replace``: the body becomes these rows (none: one blank row). With ``row_key`` (a key whose values name
    the rows) the columns that people added move with their row.
    ``patch``: only these columns in the sheet rows ``rows``.
    ``append_update``: as patch where ``rows`` holds a row number, a new row at the end where it holds 0.
    """

    table: str
    columns: Mapping[str, Cells]
    mode: Mode = "replace"
    rows: Sequence[int] | None = None
    row_key: str | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else len(self.rows or ())


@dataclass(slots=True)
class BlockChange:
    """Values of a fixed block that a workbook-wide defined name points at; the rest of it is blanked."""

    defined_name: str
    values: Sequence[Sequence[Any]]


Change = TableChange | BlockChange


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth telling about the write: a code and where it happened, never a cell's value."""

    code: str
    table: str = ""
    params: tuple[tuple[str, object], ...] = ()

    def __getitem__(self, name: str) -> object:
        return dict(self.params)[name]


@dataclass(slots=True)
class WriteResult:
    """The new package, notes for the reader, and every part that differs with the reason why."""

    data: bytes
    notes: list[Note] = field(default_factory=list)
    touched: dict[str, str] = field(default_factory=dict)

    @property
    def kept_order(self) -> bool:
        """Whether some table kept its rows where they were because they could not be moved."""
        return any(note.code == "kept_order" for note in self.notes)
