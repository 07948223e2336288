"""Closed follow-ups go to LB_Done, whole rows with people's own columns (DESIGN §5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from leadbook.app.book import OpenBook, open_book, typed_rows
from leadbook.app.process import Target, check_output
from leadbook.app.unlock import Key
from leadbook.errors import RefusedFile
from leadbook.intake.values.base import Context
from leadbook.labels import Labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.codes import CLOSED
from leadbook.workbook.archiving import Archived, archive_rows
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.guard import check_path
from leadbook.workbook.ownership import Ownership, diff_packages, refuse_strange
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import Outcome, append_audit, rewrite_file
from leadbook.workbook.refs import Box
from leadbook.workbook.rowaudit import Left
from leadbook.workbook.session import Session
from leadbook.workbook.tables import KEY_SUFFIX, RawTable, read_tables

FOLLOW_UPS: Final = "LB_FollowUps"
DONE: Final = "LB_Done"
# The order of open work; a closed row has none.
LEFT_BEHIND: Final = frozenset({"rank"})


@dataclass
class Archiving:
    """A finished archive: how many rows moved, by status; how many stay; columns that LB_Done got."""

    labels: Labels
    sheet: str
    moved: Counter[str] = field(default_factory=Counter)
    stay: int = 0
    columns: tuple[str, ...] = ()
    outcome: Outcome | None = None

    @property
    def count(self) -> int:
        return sum(self.moved.values())


def archive_book(
    path: Path, target: Target, today: date, before: date | None = None, language: str | None = None,
    key: Key | None = None,
) -> Archiving:  # fmt: skip
    """Move the closed rows of LB_FollowUps to LB_Done; with ``before`` only those done (else due) before that day.

    Raises RefusedFile ``done_missing``, ``table_missing`` and what ``archive_rows`` and ``rewrite_file`` raise; the
    book is then as it was.
    """
    check_output(path, target.output)
    key = key or Key()
    done: list[tuple[OpenBook, Archiving, Archived | None]] = []

    def compute(data: bytes) -> bytes | None:
        book = open_book(data, path.name, load_catalogue(), language)
        done.append(_archived(book, today, before))
        moved = done[-1][2]
        return moved.result.data if moved else None

    def verify(old: bytes, new: bytes) -> None:
        book, _, moved = done[-1]
        assert moved is not None, "unchanged bytes are not verified"
        strange = _faults(book, Package.from_bytes(new, path.name), moved)
        refuse_strange(strange, path.name)

    def audit(entry: AuditEntry) -> None:
        append_audit(target.output or path, replace(entry, action="archive", counts={"archived": done[-1][1].count}))

    if target.dry_run:
        check_path(path)
        data = key.open(path.read_bytes(), path.name)
        new = compute(data)
        if new is not None:
            verify(data, new)
        return done[-1][1]
    locked, checked = key.around(compute, verify, path.name)
    outcome = rewrite_file(path, locked, verify=checked, wait_seconds=target.wait, audit=audit, output=target.output)
    done[-1][1].outcome = outcome
    return done[-1][1]


def _archived(book: OpenBook, today: date, before: date | None) -> tuple[OpenBook, Archiving, Archived | None]:
    source = _table(book, FOLLOW_UPS)
    if DONE not in book.tables:
        raise RefusedFile("done_missing", file=book.name)
    steps = typed_rows(book, "follow_up", Context(today=today, lang=book.labels.language)).frame
    going = steps[_closed(steps, before)]
    told = Archiving(book.labels, source.sheet, Counter(going["status"]), int(len(steps) - len(going)))
    if not len(going):
        return book, told, None
    session = Session(book.package, dict(book.tables), book.reader)
    rows = [int(row) for row in going.index]
    moved = archive_rows(session, source, _table(book, DONE), rows, {"archived_on": today}, LEFT_BEHIND)
    told.columns = tuple(column.header for column in moved.columns)
    return book, told, moved


def _table(book: OpenBook, name: str) -> RawTable:
    if name not in book.tables:
        raise RefusedFile("table_missing", file=book.name, table=name)
    return book.tables[name]


def _closed(steps: pd.DataFrame, before: date | None) -> pd.Series:
    """Which rows are over: closed, and (with ``before``) done or else due before that day."""
    closed = steps["status"].isin(CLOSED)
    if before is None:
        return closed
    day = pd.to_datetime(steps["done_on"]).fillna(pd.to_datetime(steps["due"]))
    return closed & (day < pd.Timestamp(before)).fillna(False)


def _owned(book: OpenBook, moved: Archived) -> Ownership:
    """What archiving may touch: rows that close up, new rows and new columns of LB_Done, and the tables' ends."""
    source, old, wide, closing = book.tables[FOLLOW_UPS], book.tables[DONE], moved.table, moved.closing
    own = Ownership()
    body = Box(closing.top, source.ref.left, closing.last, source.ref.right)
    own.cells[source.part], own.bodies[source.part] = [], [body]
    own.left[source.part] = Left(closing.gone, closing.last, closing.blank)
    fresh = Box(moved.rows[0], wide.ref.left, moved.rows[-1], wide.ref.right)
    edge = Box(old.header_row - 1, old.ref.right + 1, max(old.bottom, moved.rows[-1]), wide.ref.right)
    own.cells[old.part] = [fresh, *([edge] if moved.columns else [])]
    own.bodies[old.part] = [Box(old.header_row + 1, old.ref.left, max(old.bottom, moved.rows[-1]), wide.ref.right)]
    own.tables = {part for part in (source.table_part, old.table_part) if part}
    if moved.columns and old.table_part:
        own.widened[old.table_part] = len(moved.columns)
        own.names.add(f"{DONE}{KEY_SUFFIX}")
    return own


def _faults(book: OpenBook, new: Package, moved: Archived) -> list[str]:
    """Differences that archiving does not own, and words of a row that are not found again."""
    tables = read_tables(new)
    before = Counter(_lines(book.tables[FOLLOW_UPS])) + Counter(_lines(book.tables[DONE]))
    after = Counter(_lines(tables[FOLLOW_UPS])) + Counter(_lines(tables[DONE]))
    lost = sum((before - after).values()) + sum((after - before).values())
    found = [f"{FOLLOW_UPS}: {lost} rows not found again"] if lost else []
    return found + diff_packages(book.package, new, _owned(book, moved))


def _lines(table: RawTable) -> list[tuple[Any, ...]]:
    """The rows of a table as what people read in them: (key or header, value) of every filled cell."""
    columns = [c for c in table.columns if c.key not in LEFT_BEHIND and c.key != "archived_on"]
    names = [c.key or c.header.strip().casefold() for c in columns]
    cells = zip(*(table.values[c.index].tolist() for c in columns), strict=True)
    held = (sorted((n, repr(v)) for n, v in zip(names, line, strict=True) if v is not None) for line in cells)
    return [tuple(line) for line in held if line]
