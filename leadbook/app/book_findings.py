"""Findings about the book as a whole: renamed leads, tables found again, pivots and filters (DESIGN §4, §5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from leadbook.app.book import OpenBook
from leadbook.app.stages import Ranked
from leadbook.model.findings import Finding, Findings
from leadbook.workbook.changes import Note

# What the write-back could not keep, by its note.
_NOTED = {"filter_cleared": "filter_cleared", "sort_cleared": "filter_cleared", "kept_order": "order_kept"}


def renamed(history: pd.DataFrame, ranked: Ranked, keys: Iterable[object], findings: Findings) -> None:
    """A key that vanished while a new lead has the very same answers: perhaps one company under a new name."""
    newest = history.drop_duplicates("lead_key", keep="last")
    gone = newest[~newest["lead_key"].isin(set(keys))].drop_duplicates("answers").set_index("answers")
    state = ranked.state
    fresh = state[state["movement"].eq("new") & state["answers"].isin(gone.index)]
    for row, lead in fresh.iterrows():
        old = gone.loc[lead["answers"]]
        findings.add(
            "renamed_lead", "lead", field="company_name", row=int(str(row)), value=lead["company_name"],
            lead_key=lead["lead_key"], lead_name=lead["company_name"],
            params={"old_name": old["lead_name"], "old_key": old["lead_key"], "id_field": "lead_id"},
            codes={"id_field": "field"},
        )  # fmt: skip


def found_again(book: OpenBook, findings: Findings) -> None:
    """Tables whose definition another program lost, found by their hidden key row."""
    for table in book.catalogue.tables.values():
        raw = book.tables.get(table.name)
        if raw is not None and raw.table_part is None:
            findings.add("table_found_again", table.key)


def gone(book: OpenBook, findings: Findings) -> None:
    """Sheets of results that the team deleted: the run goes on without them, and says so."""
    for key in ("follow_up", "issue", "history", "run"):
        if book.catalogue.table(key).name not in book.tables:
            findings.add("sheet_missing", key)
    for sheet, block in (("matrix", "LB_Matrix.points"), ("dashboard", "LB_Dash.summary"), ("guide", "LB_Guide.stamp")):
        if book.book.block(block) is None:
            findings.add("sheet_missing", "result", params={"sheet_name": book.labels.text(f"sheet.{sheet}")})


def history_lacks(book: OpenBook) -> list[str]:
    """Keys of the columns that the book's History does not have; none for a book without History."""
    table = book.catalogue.table("history")
    raw = book.tables.get(table.name)
    return [field.key for field in table.fields if raw is not None and raw.column(field.key) is None]


def memory_incomplete(book: OpenBook, findings: Findings) -> None:
    """Columns that the book's History lacks: what they would remember is not known in the next run."""
    missing = history_lacks(book)
    if missing:
        names = ", ".join(book.labels.header("history", key) for key in missing)
        findings.add("memory_incomplete", "history", params={"columns": names})


def is_before_last(states: pd.DataFrame, runs: pd.DataFrame, today: date) -> date | None:
    """The newest day that History (``states``) or Runs knows, if this run is as of an earlier one."""
    days = [day for day in (states["date"].max(), runs["as_of"].max()) if not pd.isna(day)]
    last = max(days, default=None)
    return last.date() if last is not None and last > pd.Timestamp(today) else None


def earlier_day(book: OpenBook, last: date, today: date, findings: Findings) -> None:
    """A run as of a day before the last one, which leaves no line behind: what that day held is not written anew."""
    sheets = {name: book.labels.text(f"sheet.{name}") for name in ("history", "runs")}
    findings.add("earlier_day", "run", params={"day": today.isoformat(), "last": last.isoformat(), **sheets})


def pivots(book: OpenBook, findings: Findings) -> None:
    """A pivot over a leadbook table keeps its old figures until it is refreshed; it is never edited here."""
    owned = {t.key: t for t in book.catalogue.tables.values() if t.key in ("result", "issue", "history", "week", "run")}
    for key, table in owned.items():
        raw = book.tables.get(table.name)
        if book.book.has_pivot(table.name, raw.sheet if raw else None):
            findings.add("pivot_refresh", key)


def from_notes(notes: Iterable[Note], book: OpenBook) -> list[Finding]:
    """Findings for what could not be kept while writing."""
    known = {(_NOTED[note.code], table.key) for note in notes
             if note.code in _NOTED and (table := book.catalogue.by_name(note.table)) is not None}  # fmt: skip
    return [Finding(name, table) for name, table in sorted(known)]
