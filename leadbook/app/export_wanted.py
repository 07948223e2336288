"""What a hand-out is asked for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pandas as pd

from leadbook.app.book import OpenBook
from leadbook.app.export_files import write
from leadbook.app.export_read import Sheet

TABLES: Final = ("csv", "json", "parquet")


@dataclass(frozen=True)
class Wanted:
    """What to hand out: format, one rep or all, a table (tables only), where to, and whether values may be in it."""

    to: str
    rep: str | None = None
    table: str | None = None
    output: Path | None = None
    show_values: bool = False


@dataclass
class Exported:
    """``files`` written, or ``text`` to print; ``lost`` cells that could not be understood, columns that are
    ``hidden``, ``unplaced`` steps (without an id, a day or a rep) that are in no calendar."""

    book: OpenBook
    files: list[Path] = field(default_factory=list)
    text: str = ""
    lost: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    unplaced: int = 0

    @property
    def exit_code(self) -> int:
        """1 when a cell could not be understood and is blank in the hand-out, else 0 (DESIGN §10)."""
        return 1 if self.lost else 0

    def take(self, sheet: Sheet) -> pd.DataFrame:
        """The rows of a table that goes into the hand-out; its cells that are lost are told."""
        self.lost += sheet.lost
        return sheet.frame

    def write(self, out: Path, data: bytes, book: Path) -> None:
        """Write one file; raises what ``export_files.write`` does."""
        write(out, data, book)
        self.files.append(out)
