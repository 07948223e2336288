"""Findings that forms leave in the book: cells where form and people disagree, leads named almost alike (R17, F01)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from leadbook.app.book import OpenBook
from leadbook.intake import Intake
from leadbook.intake.forms import cell_text, text_mark
from leadbook.intake.records import Differing, Record, read_record, rows_by_alias
from leadbook.model.findings import Findings

# A typed cell that newer evidence has replaced is told of until the next weekly run has shown it.
TOLD_DAYS: Final = 7
_MOST: Final = 40


class _Change(NamedTuple):
    """A line of LB_Changes as far as a finding needs it."""

    lead_key: str
    source: str
    values: Mapping[str, str]


def from_forms(book: OpenBook, intake: Intake, findings: Findings, today: date) -> None:
    """What LB_Forms remembers, as long as it still holds: a cell that was changed since is settled."""
    raw = book.tables.get("LB_Forms")
    if raw is None or not len(raw.rows):
        return
    columns = {c.key: (raw.values[c.index], raw.dates[c.index]) for c in raw.columns if c.key}
    keys = {c: intake.keys[c].tolist() for c in ("lead_key", "tax_key", "name_key", "first_row")}
    by_alias = rows_by_alias(zip(keys["tax_key"], keys["name_key"], keys["first_row"], strict=True))
    rows = by_alias | dict(zip(keys["lead_key"], keys["first_row"], strict=True))
    words: Mapping[str, Any] = {"forms_sheet": book.labels.text("sheet.forms"), "days": TOLD_DAYS}
    changes: dict[tuple[str, str], list[_Change]] | None = None
    for n, sheet_row in enumerate(raw.rows.tolist()):
        record = read_record(int(sheet_row), {key: values[n] for key, (values, _) in columns.items()})
        row = rows.get(record.lead_key)
        if row is None:
            continue
        if "taken_on" in columns:
            values, dates = columns["taken_on"]
            record.taken_on = cell_text(values[n], bool(dates[n]))
        if record.differs:
            changes = _changes(book) if changes is None else changes
            _contradicted(record, int(row), intake, findings, book, changes, words, today)
        other = rows.get(record.similar)
        if other is not None and other != row:
            _alike(record, int(row), int(other), intake, findings)


def _changes(book: OpenBook) -> dict[tuple[str, str], list[_Change]]:
    """Lines of LB_Changes by field header and cell of the form, oldest first."""
    raw = book.tables.get("LB_Changes")
    if raw is None:
        return {}
    columns = {
        c.key: [cell_text(v, bool(d)) for v, d in zip(raw.values[c.index], raw.dates[c.index], strict=True)]
        for c in raw.columns if c.key
    }  # fmt: skip
    found: dict[tuple[str, str], list[_Change]] = {}
    for n in range(len(raw.rows)):
        line = {key: texts[n] for key, texts in columns.items()}
        source = line.get("source", "")
        place = line.get("field", ""), source.rpartition("!")[2]
        found.setdefault(place, []).append(_Change(line.get("lead_key", ""), source, line))
    return found


def _kind(row: int, other: int, intake: Intake) -> str:
    one, two = (intake.keys.at[at, "tax_key"] for at in (row, other))
    return "same_tax_id" if isinstance(one, str) and one == two else "near_lead"


def _contradicted(
    record: Record, row: int, intake: Intake, findings: Findings, book: OpenBook,
    changes: Mapping[tuple[str, str], list[_Change]], words: Mapping[str, Any], today: date,
) -> None:  # fmt: skip
    leads = intake.tables["lead"]
    fresh = record.taken_on[:10] >= (today - timedelta(days=TOLD_DAYS)).isoformat()
    for key, differing in record.differs.items():
        cells = leads.raw.get(key)
        if cells is None or (differing.won and not fresh):
            continue
        at = leads.frame.index.get_loc(row)
        assert isinstance(at, int)
        if text_mark(cell_text(cells.values[at], bool(cells.dates[at]))) == differing.mark:
            lines = changes.get((book.labels.header("lead", key), differing.address), [])
            findings.add(
                "form_replaced" if differing.won else "form_differs", "lead", field=key, row=row,
                value=leads.shown(key, at), lead_key=record.lead_key, lead_name=intake.leads["company_name"].get(row),
                params={**words, **_values(record, differing, lines, book.labels.text("collect.no_date"))},
            )  # fmt: skip


def _values(record: Record, differing: Differing, lines: list[_Change], no_date: str) -> dict[str, Any]:
    """Both values and the days of their evidence, as the last line about this cell of this form has them."""
    mine = [c for c in lines if c.source.startswith(f"{record.file}!") or c.lead_key == record.lead_key]
    last: Mapping[str, str] = mine[-1].values if mine else {}
    return {
        "file": record.file, "form_cell": differing.address or "–", "form_value": _short(last.get("after", "")),
        "book_value": _short(last.get("before", "")), "form_day": last.get("after_on") or no_date,
        "book_day": last.get("before_on") or no_date,
    }  # fmt: skip


def _short(text: str) -> str:
    """A value as a sentence can hold it; the whole of it stands on the sheet of collected forms."""
    text = " ".join(text.split())
    return (text if len(text) <= _MOST else text[: _MOST - 1] + "…") or "–"


def _alike(record: Record, row: int, other: int, intake: Intake, findings: Findings) -> None:
    leads = intake.tables["lead"]
    names = leads.frame["company_name"]
    place = f"{leads.sheet}!{leads.letters.get('company_name', '')}{other}"
    findings.add(
        _kind(row, other, intake), "lead", field="company_name", row=row, value=str(names[row]),
        lead_key=record.lead_key, lead_name=str(names[row]),
        params={"file": record.file, "other_name": str(names[other]), "other_cell": place},
    )  # fmt: skip
