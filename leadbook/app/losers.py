"""Of two values the one that gave way, as a line of LB_History (R04, M3): lead, field, both values or where they are.

LB_Changes is the whole record, with dates and sources. History is shared with people who may not see all of a lead, so
that values of fields that are not public are only pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from leadbook.app.book import OpenBook
from leadbook.intake.forms import cell_text
from leadbook.intake.merging import NOT_IN_FORCE, Line, Merged
from leadbook.priority.movement import iso_week


def losers(book: OpenBook, merged: Sequence[Merged], today: date) -> Iterator[dict[str, Any]]:
    """One line of History for each value that gave way. A value that is not in force is named once, however often
    its form is read again."""
    known: set[tuple[str, ...]] | None = None
    for result in merged:
        for line in result.lines:
            if not line.before:
                continue  # nothing stood there
            if line.what in NOT_IN_FORCE:
                known = _told(book, merged) if known is None else known
                mark = (_header(book, line), line.before, line.after)
                if (result.lead.key, *mark) in known or (result.key, *mark) in known:
                    continue
                known.add((result.key, *mark))
            yield {
                "date": today, "week": iso_week(today), "lead_key": result.key, "cause": _cause(book, line),
                "lead_name": result.writes.get("company_name") or result.lead.name,
            }  # fmt: skip


def _header(book: OpenBook, line: Line) -> str:
    return book.labels.header("interaction" if line.field == "content" else "lead", line.field)


def _cause(book: OpenBook, line: Line) -> str:
    labels = book.labels
    spec = book.catalogue.lead.find(line.field)
    words = {"field": _header(book, line), "what": labels.text(f"collect.what.{line.what}")}
    if spec is None or not spec.public:
        return labels.text("collect.history_hidden", **words, sheet_name=labels.text("sheet.forms"))
    lost, kept = (line.after, line.before) if line.what in NOT_IN_FORCE else (line.before, line.after)
    return labels.text("collect.history", **words, lost=lost, kept=kept or labels.text("collect.blank"))


def _told(book: OpenBook, merged: Sequence[Merged]) -> set[tuple[str, ...]]:
    """Key, field and both values of the lines about these leads that LB_Changes has already."""
    raw = book.tables.get("LB_Changes")
    columns = [raw.column(key) for key in ("lead_key", "field", "before", "after")] if raw else []
    if raw is None or None in columns:
        return set()
    texts = [raw.values[c.index] for c in columns if c]
    mine = pd.Series(texts[0], dtype=object).isin([key for result in merged for key in (result.key, result.lead.key)])
    lines = zip(*(values[mine.to_numpy()].tolist() for values in texts), strict=True)
    return {tuple(map(cell_text, line)) for line in lines}
