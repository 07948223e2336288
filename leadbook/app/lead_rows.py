"""Which rows of which tables are about one customer, by key or by name, also after its lead row is gone (P01)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from leadbook.app.book import OpenBook, typed_rows
from leadbook.errors import UsedWrongly
from leadbook.intake.columns import raw_text
from leadbook.intake.identity import firm_keys, tax_key
from leadbook.intake.values.base import Context
from leadbook.intake.values.company import company_key
from leadbook.labels import fold
from leadbook.model.raw import CellError, Uncached
from leadbook.workbook.tables import RawTable

_SIMILAR = 3
_SHOWN = 10


@dataclass
class Customer:
    """One customer: its keys, its names as they stand, and its rows by table (name -> sheet rows)."""

    key: str
    keys: set[str] = field(default_factory=set)
    names: dict[str, None] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return next(iter(self.names), self.key)

    @property
    def name_keys(self) -> set[str]:
        return {key for key in map(company_key, self.names) if key}

    def add(self, table: str, row: int, name: str | None) -> None:
        if row not in self.rows.setdefault(table, []):
            self.rows[table].append(row)
        if name:
            self.names.setdefault(name)


def text_at(raw: RawTable, key: str, position: int) -> str | None:
    """One cell of a raw table as people see it."""
    column = raw.column(key)
    value = raw.values[column.index][position] if column else None
    if column is None or value is None or isinstance(value, CellError | Uncached):
        return None
    return raw_text(value, bool(raw.dates[column.index][position])).strip() or None


def customers(book: OpenBook, today: date) -> list[Customer]:
    """All customers of a book: those of the Leads sheet, and those that only other tables still know."""
    found = _of_leads(book, today)
    known = _Known(found)
    for table, row, key, name in _mentions(book):
        one = known.one(key, company_key(name) if name else "")
        if one is not None:
            one.add(table, row, name)
    return found


class _Known:
    """Customers by key and by name; new ones join ``found``."""

    def __init__(self, found: list[Customer]) -> None:
        self.found = found
        self.by_key = {key: one for one in found for key in one.keys}
        self.by_name: dict[str, list[Customer]] = {}
        for one in found:
            for name in one.name_keys:
                self.by_name.setdefault(name, []).append(one)

    def one(self, key: str | None, folded: str) -> Customer | None:
        """Whom a key and a folded name mean; ``None`` for a name alone that two customers share."""
        named = self.by_name.get(folded, [])
        one = self.by_key.get(key or "")
        # A key made from the name says no more than the name, on either side.
        if one is None and len(named) == 1 and (key in (None, folded) or named[0].keys <= {folded}):
            one = named[0]
        if one is None:
            if len(named) > 1 and not key:
                return None
            one = Customer(key or folded)
            self.found.append(one)
            if not named and folded:
                self.by_name[folded] = [one]
        if key:
            one.keys.add(key)
            self.by_key.setdefault(key, one)
        return one


def _of_leads(book: OpenBook, today: date) -> list[Customer]:
    typed = typed_rows(book, "lead", Context(today=today, lang=book.labels.language))
    keys, raw = firm_keys(typed.frame), book.tables[book.catalogue.lead.name]
    firms: dict[int, Customer] = {}
    for position, row in enumerate(typed.frame.index.tolist()):
        line = keys.loc[row]
        known = {str(line[c]) for c in ("lead_key", "tax_key", "name_key") if line[c] is not None}
        if not known:
            continue
        one = firms.setdefault(int(line["first_row"]), Customer(str(line["lead_key"] or line["name_key"])))
        # A name that another firm has too is no key.
        one.keys |= {str(line[c]) for c in ("lead_key", "tax_key") if line[c] is not None}
        one.add(raw.name, int(row), text_at(raw, "company_name", position))
    return list(firms.values())


def _mentions(book: OpenBook) -> Iterator[tuple[str, int, str | None, str | None]]:
    """(table, sheet row, key, name) of each row of the other tables that names a customer."""
    for table in book.catalogue.tables.values():
        raw = book.tables.get(table.name)
        if raw is None or table.key == "lead" or not (table.find("lead_key") or table.find("lead_name")):
            continue
        for position, row in enumerate(raw.rows.tolist()):
            key, name = text_at(raw, "lead_key", position), text_at(raw, "lead_name", position)
            if key or name:
                yield table.name, int(row), key, name


def customer_named(book: OpenBook, wanted: str, today: date) -> tuple[Customer, list[Customer]]:
    """The one customer called so (key, tax number, name or part of it), and all others.

    Raises UsedWrongly ``lead_not_found`` (with similar names), ``lead_ambiguous`` (with the candidates' keys).
    """
    every = customers(book, today)
    marks = {wanted, company_key(wanted), tax_key(wanted)} - {""}
    exact = [one for one in every if marks & (one.keys | {one.key})]
    exact = exact or [one for one in every if marks & one.name_keys]
    folded = fold(wanted)
    inside = [one for one in every if folded and any(folded in fold(name) for name in one.names)]
    hits = exact or inside
    if len(hits) > 1:
        shown = "; ".join(f"{one.name} ({one.key})" for one in hits[:_SHOWN]) + (" …" if len(hits) > _SHOWN else "")
        raise UsedWrongly("lead_ambiguous", lead=wanted, file=book.name, candidates=shown)
    if not hits:
        raise UsedWrongly("lead_not_found", lead=wanted, file=book.name, similar=_similar(wanted, every))
    return hits[0], [one for one in every if one is not hits[0]]


def _similar(wanted: str, every: list[Customer]) -> str:
    from rapidfuzz import process

    names = [one.name for one in every]
    return ", ".join(match[0] for match in process.extract(wanted, names, limit=_SIMILAR)) or "–"
