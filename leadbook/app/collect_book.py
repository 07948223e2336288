"""The book's side of a collection: its companies, the rows that forms are about, and what LB_Forms remembers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from leadbook.app.book import OpenBook
from leadbook.intake.evidence import DAYS, dated_by
from leadbook.intake.forms import RawRows, cell_text, meaning, talk_identity, text_mark, typed_leads, typed_talks
from leadbook.intake.identity import firm_keys, tax_key
from leadbook.intake.matching import Firm, book_firms
from leadbook.intake.merging import BookLead, BookTalk, Held
from leadbook.intake.records import Record, read_record, rows_by_alias
from leadbook.intake.tables import TypedTable
from leadbook.intake.values.base import Context
from leadbook.intake.values.company import company_key
from leadbook.workbook.tables import RawTable

_IDENTITY = ("lead_id", "company_name", "tax_id", "region")
_KEYS = ["tax_key", "name_key"]


def part_of(raw: RawTable, keys: Iterable[str] | None = None, at: Any = slice(None)) -> RawRows:
    """Some columns (all with a key) and some rows of a table, as a raw table."""
    wanted = [c for c in raw.columns if c.key and (keys is None or c.key in keys)]
    values = {c.index: raw.values[c.index][at] for c in wanted}
    dates = {c.index: raw.dates[c.index][at] for c in wanted}
    return RawRows(raw.name, raw.sheet, raw.rows[at], wanted, values, dates)  # type: ignore[arg-type]


def _days(typed: TypedTable) -> list[dict[str, str]]:
    """For each row what its date cells say, ISO days by field key."""
    columns = {key: typed.canonical(key).tolist() for key in DAYS if key in typed.raw}
    return [{k: v[n][:10] for k, v in columns.items() if isinstance(v[n], str)} for n in range(len(typed.frame))]


class BookSide:
    """What collecting needs to know of the book. Only rows that forms are about are read in full."""

    def __init__(self, book: OpenBook, context: Callable[[str], Context]) -> None:
        self.book, self.context = book, context
        self._context = context(book.labels.language)
        self._raw = book.tables[book.catalogue.lead.name]
        names = typed_leads(part_of(self._raw, _IDENTITY), book.catalogue, book.reverse, self._context)
        self.keys = firm_keys(names.frame)
        self.firms: list[Firm] = book_firms(self.keys)
        scored = self.keys[self.keys["scored"]]
        # A key of the first row of a company; a duplicate counts for that row.
        self.row_of_key = dict(zip(self.keys["lead_key"].tolist(), self.keys["first_row"].tolist(), strict=True))
        self.key_of_row = dict(zip(scored.index.tolist(), scored["lead_key"].tolist(), strict=True))
        self.names = [
            (name, key) for name, key in zip(scored["name_key"].tolist(), scored["lead_key"].tolist(), strict=True)
            if isinstance(name, str)
        ]  # fmt: skip
        self._ids = [value for value in names.frame["lead_id"].tolist() if isinstance(value, str)]
        named = zip(names.frame.index.tolist(), names.frame["lead_id"].tolist(), strict=True)
        self._tagged = {int(row) for row, value in named if isinstance(value, str)}
        self.records = self._read_records()
        self._follow()
        self._learn_sources()
        self._touched: dict[str, list[Record]] = {}

    def _read_records(self) -> list[Record]:
        raw = self.book.tables["LB_Forms"]
        columns = {c.key: c.index for c in raw.columns if c.key}
        rows = [
            read_record(int(row), {key: raw.values[at][n] for key, at in columns.items()})
            for n, row in enumerate(raw.rows.tolist())
        ]
        days = columns.get("taken_on")
        for n, record in enumerate(rows):
            if days is not None:
                record.taken_on = cell_text(raw.values[days][n], bool(raw.dates[days][n]))
        return [record for record in rows if record.file and record.lead_key]

    def _follow(self) -> None:
        """Records whose lead has another key by now (it got a tax id, or lost its id) get that key."""
        columns = (self.keys[c].tolist() for c in ("tax_key", "name_key", "first_row"))
        alias = rows_by_alias(zip(*columns, strict=True))
        for record in self.records:
            if record.lead_key in self.row_of_key:
                continue
            row = alias.get(record.lead_key)
            if row is None:
                row = alias.get(company_key(record.lead_name))
                if row is not None and (row in self._tagged or not self._filled_by(record, row)):
                    continue  # another lead of that name
            if row is not None and row in self.key_of_row:
                record.lead_key = self.key_of_row[row]

    def _learn_sources(self) -> None:
        """For each company the forms about it, and whether people typed both its name and its tax id."""
        told: dict[str, list[Record]] = {}
        for record in self.records:
            told.setdefault(record.lead_key, []).append(record)
        for firm in self.firms:
            mine = told.get(self.key_of_row.get(firm.row, ""), ())
            firm.files = frozenset(record.file for record in mine)
            who = ("company_name", "tax_id")
            firm.typed = not any(self._holds(record, firm.row, key) for record in mine for key in who)

    def _filled_by(self, record: Record, row: int) -> bool:
        """Whether any cell of the row, beside those that say who it is, still holds what the form gave."""
        return any(self._holds(record, row, key) for key in record.fields if key not in _IDENTITY)

    def _holds(self, record: Record, row: int, key: str) -> bool:
        """Whether a cell of a row still holds what the form gave."""
        column, given = self._raw.column(key), record.fields.get(key)
        if column is None or given is None or given.typed:
            return False
        at = int(np.searchsorted(self._raw.rows, row))
        text = cell_text(self._raw.values[column.index][at], bool(self._raw.dates[column.index][at]))
        return text_mark(text) == given.mark

    def records_of(self, key: str) -> list[Record]:
        """The records of one lead; they may be changed by a merge (see ``touched_records``)."""
        if key not in self._touched:
            self._touched[key] = [record for record in self.records if record.lead_key == key]
        return self._touched[key]

    def touched_records(self) -> list[Record]:
        """Records in the book of leads that were merged."""
        return [record for records in self._touched.values() for record in records]

    def next_number(self, pattern: str) -> int:
        """One more than the highest number of any lead id that the book knows of, gone ones among them."""
        form = re.compile(re.escape(pattern.format(0)).replace("0" * 5, r"([0-9]{5,})") + r"\Z")
        held = [*self._ids, *(record.lead_key for record in self.records)]
        for name in ("LB_History", "LB_Results", "LB_Changes"):
            raw = self.book.tables.get(name)
            column = raw.column("lead_key") if raw else None
            if raw and column:
                held += [value for value in raw.values[column.index].tolist() if isinstance(value, str)]
        numbers = [int(found[1]) for found in map(form.match, held) if found]
        return max(numbers, default=0) + 1

    def new_lead(self, key: str) -> BookLead:
        return BookLead(0, key, "")

    def leads(self, rows: Sequence[int]) -> dict[int, BookLead]:
        """The given rows with their filled cells and interactions."""
        if not rows:
            return {}
        at = np.flatnonzero(np.isin(self._raw.rows, np.array(rows, dtype=np.int64)))
        book = self.book
        typed = typed_leads(part_of(self._raw, None, at), book.catalogue, book.reverse, self._context)
        found = {}
        fields = book.catalogue.lead.owned("rep")
        held, days, own = self._held(typed, [f.key for f in fields]), _days(typed), dated_by(fields)
        for n, row in enumerate(typed.frame.index.tolist()):
            name = typed.frame["company_name"].iloc[n]
            tax, folded = (value if isinstance(value, str) else "" for value in self.keys.loc[row, _KEYS].tolist())
            found[int(row)] = BookLead(int(row), self.key_of_row[int(row)], str(name), held[n],
                                       own_id=int(row) in self._tagged, tax_key=tax, name_key=folded,
                                       days=days[n], dated_by=own)  # fmt: skip
        self._add_talks(found, typed)
        return found

    @staticmethod
    def _held(typed: TypedTable, keys: Iterable[str]) -> list[dict[str, Held]]:
        out: list[dict[str, Held]] = [{} for _ in range(len(typed.frame))]
        for key in keys:
            if key not in typed.raw:
                continue
            raw, canonical = typed.raw[key], typed.canonical(key)
            for n, (value, is_date) in enumerate(zip(raw.values.tolist(), raw.dates.tolist(), strict=True)):
                text = cell_text(value, is_date)
                if text:
                    out[n][key] = Held(text, meaning(canonical[n], text))
        return out

    def _add_talks(self, leads: dict[int, BookLead], typed: TypedTable) -> None:
        raw = self.book.tables.get("LB_Interactions")
        if raw is None or not len(raw.rows):
            return
        owners = self._owners(raw)
        at = np.array([n for n, row in enumerate(owners) if row in leads], dtype=np.intp)
        if not len(at):
            return
        part = part_of(raw, None, at)
        talks = typed_talks(part, self.book.catalogue, self.book.reverse, self._context, typed)
        moments, contents = talks.canonical("at"), talks.canonical("content")
        keys = [f.key for f in self.book.catalogue.table("interaction").fields]
        held = self._held(talks, keys)
        for n, source in enumerate(at.tolist()):
            moment = moments[n] or (held[n]["at"].text if "at" in held[n] else "")
            said = held[n]["content"].text if "content" in held[n] else ""
            talk = BookTalk(int(part.rows[n]), talk_identity(moment, contents[n]), moment, frozenset(held[n]), said)
            leads[int(owners[source] or 0)].talks.append(talk)

    def _owners(self, raw: RawTable) -> list[int | None]:
        """For each interaction the row of its lead, by key, tax id or name."""
        by_key = {key: row for key, row in self.row_of_key.items() if isinstance(key, str)}
        by_tax: dict[str, int] = {}
        by_name: dict[str, int] = {}
        for tax, name, row in zip(*(self.keys[c].tolist() for c in ("tax_key", "name_key", "first_row")), strict=True):
            if isinstance(tax, str):
                by_tax.setdefault(tax, row)
            if isinstance(name, str):
                by_name.setdefault(name, row)
        known: dict[tuple[str, str], int | None] = {}
        columns = [raw.column(key) for key in ("lead_key", "lead_name")]
        blank = [None] * len(raw.rows)
        texts = [raw.values[c.index].tolist() if c else blank for c in columns]
        out = []
        for key, name in zip(*(map(cell_text, column) for column in texts), strict=True):
            if (key, name) not in known:
                by_its_key = by_key.get(key, by_tax.get(tax_key(key))) if key else None
                row = by_its_key if by_its_key is not None else by_name.get(company_key(name)) if name else None
                known[key, name] = row
            out.append(known[key, name])
        return out
