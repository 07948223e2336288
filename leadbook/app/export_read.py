"""What an export reads: one table of a book as it stands, typed, and how fresh the book is."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from leadbook.app.book import OpenBook, policy_of
from leadbook.app.run import Options
from leadbook.export.calendars import ZONES, Stamp
from leadbook.intake.columns import Column, Objects, raw_text
from leadbook.intake.columns import RawColumn as Cells
from leadbook.intake.intake import contact_days, reading_context
from leadbook.intake.interactions import regions_of
from leadbook.intake.tables import TypedTable, read_table
from leadbook.intake.values.unanswered import NAME
from leadbook.model.catalogue import Table
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy
from leadbook.model.raw import CellError, Uncached

_ANCHORS: Final = {"lead": "last_contact", "interaction": "at"}  # the date that gives the year to dates without one
_EPOCH: Final = datetime(1899, 12, 30)
_START: Final = datetime(2020, 1, 1, tzinfo=UTC)
_MODIFIED: Final = re.compile(rb"<dcterms:modified[^>]*>\s*([0-9T:.\-]+)Z?\s*<")
_PROPERTIES: Final = "docProps/core.xml"


@dataclass(frozen=True)
class Sheet:
    """One table: ``frame`` has canonical values by field key (objects, ``None`` where blank), one row a sheet row;
    ``lost`` names the cells that could not be understood and are blank there."""

    table: Table
    frame: pd.DataFrame
    lost: tuple[str, ...]


@dataclass
class Source:
    """A book to export from; tables are read when asked for."""

    path: Path
    book: OpenBook
    policy: Policy
    options: Options
    _read: dict[str, TypedTable] = field(default_factory=dict)

    @classmethod
    def of(cls, path: Path, book: OpenBook, options: Options) -> Source:
        """Raises InvalidPolicy when the Policy sheet is broken: it says how amounts and dates are read."""
        return cls(path, book, policy_of(book), options)

    def sheet(self, key: str, own: bool = False) -> Sheet:
        """One table; with ``own`` also the columns that people added, by their headers."""
        if key not in self._read:
            self._read[key] = self._typed(key)
        typed = self._read[key]
        columns: dict[str, Objects] = {f.key: typed.canonical(f.key) for f in typed.table.fields}
        if own:
            columns |= self._own(typed)
        frame = pd.DataFrame(columns, index=typed.frame.index, dtype=object)
        return Sheet(typed.table, frame[frame.notna().any(axis=1)], _lost(typed))

    def _typed(self, key: str) -> TypedTable:
        table, today = self.book.catalogue.table(key), self.options.today
        context = reading_context(self.policy, today, self.book.labels.language)
        anchor = _ANCHORS.get(key)

        def days(done: Any) -> Objects:
            column: Column = done[anchor]
            return contact_days(column, today)

        def regions(cells: Any) -> Objects | None:
            return regions_of(cells, self._typed("lead").frame)

        raw, reverse = self.book.tables.get(table.name), self.book.reverse
        where = regions if key == "interaction" else None
        return read_table(raw, table, reverse, context, Findings(), days if anchor else None, where)

    def _own(self, typed: TypedTable) -> dict[str, Objects]:
        raw, out = self.book.tables.get(typed.table.name), dict[str, Objects]()
        if raw is None:
            return out
        for column in raw.columns:
            if column.key is None:
                name, taken = column.header or column.letter, {*typed.table.keys(), *out}
                name = name if name not in taken else f"{name} ({column.letter})"
                out[name] = _plain(Cells(raw.values[column.index], raw.dates[column.index]))
        return out


def _plain(cells: Cells) -> Objects:
    """Cells of a column that leadbook knows nothing about: numbers and text as they are, dates as people see them."""
    shown = [
        None if value is None or isinstance(value, Uncached | CellError) else raw_text(value, True) if dated else value
        for value, dated in zip(cells.values.tolist(), cells.dates.tolist(), strict=True)
    ]
    out = np.empty(len(shown), dtype=object)
    out[:] = shown
    return out


def _lost(typed: TypedTable) -> tuple[str, ...]:
    """``Sheet!C5`` of each cell whose value could not be understood."""
    rows = typed.frame.index
    return tuple(
        f"{typed.sheet}!{typed.letters[key]}{int(rows[position])}"
        for key, column in typed.columns.items()
        for position, problem in column.problems
        if column.codes[position] < 0 and problem.name != NAME
    )


def stamp(source: Source) -> Stamp:
    """How fresh the book is, from its own contents only, so that one book always gives one calendar.

    Its runs and its last save by any program both only grow, and so does their sum.
    """
    runs = _runs(source.book)
    zone = ZoneInfo(ZONES.get(str(source.policy.setting("region")), "UTC"))
    ran = runs[-1].replace(tzinfo=zone).astimezone(UTC) if runs else _START
    saved = _saved(source.book)
    sequence = sum(max(0, int((moment - _START).total_seconds())) for moment in (ran, saved))
    first = runs[0].isoformat() if runs else ""
    return Stamp(hashlib.sha256(first.encode()).hexdigest()[:8], max(ran, saved), sequence)


def _runs(book: OpenBook) -> list[datetime]:
    """The moments of all runs, first to last, to the second (cells are typed to the minute)."""
    raw = book.tables.get(book.catalogue.table("run").name)
    column = raw.column("at") if raw else None
    numbers = [v for v in raw.values[column.index].tolist() if isinstance(v, float)] if raw and column else []
    return [_EPOCH + timedelta(seconds=round(number * 86_400)) for number in sorted(numbers)]


def _saved(book: OpenBook) -> datetime:
    """When a program last saved the book, as it says itself."""
    said = _MODIFIED.search(book.package.read(_PROPERTIES)) if _PROPERTIES in book.package.names else None
    try:
        moment = datetime.fromisoformat(said[1].decode()) if said else _START
    except ValueError:
        return _START
    return moment.replace(microsecond=0, tzinfo=UTC)
