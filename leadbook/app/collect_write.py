"""The cells that a collection writes: rows of leads and interactions, LB_Forms and LB_Changes, each one named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

from leadbook.app.book import OpenBook
from leadbook.app.losers import losers
from leadbook.intake.forms import cell_text
from leadbook.intake.merging import Line, Merged
from leadbook.intake.records import Record, tokens
from leadbook.intake.values.company import company_key
from leadbook.workbook.changes import Change, TableChange
from leadbook.workbook.tables import RawTable

LEADS: Final = "LB_Leads"
TALKS: Final = "LB_Interactions"
FORMS: Final = "LB_Forms"
CHANGES: Final = "LB_Changes"
HISTORY: Final = "LB_History"


class WrittenCell(NamedTuple):
    """One cell that a collection writes, for the run report; ``public``: its values may be printed; ``typed``: people
    had typed what was in it."""

    lead_key: str
    sheet: str
    cell: str
    field: str
    before: str
    after: str
    public: bool
    typed: bool = False


@dataclass
class Written:
    """``changes`` for the write-back and every cell of a rep's table that they touch."""

    changes: list[Change] = field(default_factory=list)
    cells: list[WrittenCell] = field(default_factory=list)


class _Sheet:
    """One table of the book that is written to; without the table nothing is."""

    def __init__(self, book: OpenBook, name: str, out: Written) -> None:
        self.raw: RawTable | None = book.tables.get(name)
        self.table = book.catalogue.by_name(name)
        self.name, self.out = name, out
        self.letters = {c.key: c.letter for c in self.raw.columns if c.key} if self.raw else {}
        self.fresh: list[Mapping[str, Any]] = []
        self.patches: dict[str, dict[int, Any]] = {}

    @property
    def next_row(self) -> int:
        """The row that the next appended line gets, as the write-back counts them."""
        assert self.raw is not None
        last = int(self.raw.rows.max()) if len(self.raw.rows) else self.raw.header_row
        return last + 1 + len(self.fresh)

    def append(self, line: Mapping[str, Any], who: str = "", *, told: bool = True) -> None:
        if self.raw is None:
            return
        line = {key: value for key, value in line.items() if key in self.letters and cell_text(value)}
        for key, value in line.items() if told else ():
            self._tell(who, self.next_row, key, "", value)
        self.fresh.append(line)

    def patch(self, row: int, key: str, value: Any, who: str, before: str, typed: bool = False) -> None:
        if key in self.letters:
            self.patches.setdefault(key, {})[row] = value
            self._tell(who, row, key, before, value, typed)

    def _tell(self, who: str, row: int, key: str, before: str, value: Any, typed: bool = False) -> None:
        spec = self.table.find(key) if self.table else None
        assert self.raw is not None
        cell = WrittenCell(who, self.raw.sheet, f"{self.letters[key]}{row}", key, before, cell_text(value),
                           spec is not None and spec.public, typed)  # fmt: skip
        self.out.cells.append(cell)

    def close(self) -> None:
        """Make the changes of the table from what was gathered."""
        if self.fresh:
            keys = [key for key in self.letters if any(key in line for line in self.fresh)]
            columns = {key: [line.get(key) for line in self.fresh] for key in keys}
            self.out.changes.append(TableChange(self.name, columns, "append_update", [0] * len(self.fresh)))
        for key, cells in self.patches.items():
            rows = sorted(cells)
            self.out.changes.append(TableChange(self.name, {key: [cells[row] for row in rows]}, "patch", rows))


def changes_of(
    book: OpenBook, merged: Sequence[Merged], fresh: Iterable[Record], known: Iterable[Record], today: date
) -> Written:
    """All changes of a collection. ``fresh``: records of the forms taken in; ``known``: other records of the same
    leads, whose cells may have gone to a newer form."""
    out = Written()
    leads, talks = _Sheet(book, LEADS, out), _Sheet(book, TALKS, out)
    changes, forms, history = (_Sheet(book, name, out) for name in (CHANGES, FORMS, HISTORY))
    for result in merged:
        _lead(result, leads, talks)
        for line in result.lines:
            changes.append(_line(book, result, line, today), told=False)
    for lost in losers(book, merged, today):
        history.append(lost, told=False)
    for record in {id(r): r for r in (*fresh, *known)}.values():
        _record(record, forms)
    for sheet in (leads, talks, forms, changes, history):
        sheet.close()
    return out


def _lead(result: Merged, leads: _Sheet, talks: _Sheet) -> None:
    lead = result.lead
    if lead.row:
        typed = {line.field for line in result.lines if line.what == "replaced"}
        for key, value in result.writes.items():
            before = lead.cells[key].text if key in lead.cells else ""
            leads.patch(lead.row, key, value, result.key, before, key in typed)
    else:
        leads.append({"lead_id": lead.key, **result.writes}, lead.key)
    name = result.writes.get("company_name") or lead.name
    # A key made from the name says nothing that the name beside it does not.
    by_name = bool(lead.row) and lead.key == company_key(lead.name)
    for talk, _ in result.new_talks:
        who = {"lead_name": name} if by_name else {"lead_name": name, "lead_key": result.key}
        talks.append({**who, **talk.written}, result.key)
    contents = {talk.row: talk.content for talk in lead.talks}
    for (row, key), value in result.talk_writes.items():
        talks.patch(row, key, value, result.key, contents.get(row, "") if key == "content" else "")


def _line(book: OpenBook, result: Merged, line: Line, today: date) -> dict[str, Any]:
    labels = book.labels
    table = "interaction" if line.field == "content" else "lead"
    return {
        "date": today, "lead_name": result.writes.get("company_name") or result.lead.name,
        "lead_key": result.key, "field": labels.header(table, line.field), "before": line.before,
        "before_on": _day(line.before_on), "after": line.after, "after_on": _day(line.after_on),
        "before_from": (line.before_from or labels.text("collect.typed")) if line.before else None,
        "what": labels.text(f"collect.what.{line.what}"),
        "source": f"{line.file}!{line.address}" if line.address else line.file,
    }  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _record(record: Record, forms: _Sheet) -> None:
    line: dict[str, Any] = {
        "file": record.file, "lead_name": record.lead_name, "lead_key": record.lead_key,
        "taken_on": date.fromisoformat(record.taken_on[:10]) if record.taken_on else None,
        "policy": record.policy, "hash": record.hash, "similar": record.similar, "fields": tokens(record.fields),
        "differs": tokens(record.differs), "talks": " ".join(record.talks) or None,
    }  # fmt: skip
    if record.row:
        for key, value in line.items():
            if key in forms.letters:
                forms.patches.setdefault(key, {})[record.row] = value or None
    else:
        forms.append(line, told=False)
