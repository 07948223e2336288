"""An older book gets what a newer template has; nothing that is there changes (DESIGN §4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from leadbook.app.book import TEMPLATE_PROPERTY as VERSION
from leadbook.app.book import OpenBook, open_book, policy_of
from leadbook.app.new import template
from leadbook.app.process import Target, check_output
from leadbook.app.unlock import Key
from leadbook.errors import InvalidPolicy
from leadbook.labels import Labels, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.workbook.additions import lost
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.book import FileBook
from leadbook.workbook.changes import Change, TableChange
from leadbook.workbook.grid import Grid
from leadbook.workbook.guard import check_path
from leadbook.workbook.ownership import diff_packages, ownership, refuse_strange
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import Outcome, append_audit, rewrite_file
from leadbook.workbook.reader import Reader
from leadbook.workbook.refs import parse_target
from leadbook.workbook.session import Session
from leadbook.workbook.tables import RawTable, read_tables
from leadbook.workbook.upgradeplan import Item, Plan, Planner
from leadbook.workbook.upgrading import upgrade
from leadbook.workbook.writeback import write_back

POLICY, SETTINGS, SECTIONS = "LB_Policy", "LB_Settings", "LB_List.policy_section"


@dataclass
class Upgrading:
    """A finished upgrade: ``items`` came, ``skipped`` could not, ``moved`` made room; ``old`` and ``new`` are template
    versions."""

    labels: Labels
    old: str
    new: str
    items: list[Item] = field(default_factory=list)
    skipped: list[Item] = field(default_factory=list)
    moved: list[Item] = field(default_factory=list)
    outcome: Outcome | None = None


def upgrade_book(
    path: Path, target: Target, language: str | None = None, key: Key | None = None
) -> Upgrading:
    """Add to a book what its language's template has and it lacks; ``language`` is the reader's.

    Raises what ``open_book`` and ``rewrite_file`` raise; the book is then as it was.
    """
    check_output(path, target.output)
    key = key or Key()
    done: list[Upgrading] = []

    def compute(data: bytes) -> bytes | None:
        told, new = _upgraded(data, path.name, language)
        done.append(told)
        return new

    def audit(entry: AuditEntry) -> None:
        counts = Counter(item.kind for item in done[-1].items)
        append_audit(target.output or path, replace(entry, action="upgrade", counts=dict(counts)))

    if target.dry_run:
        check_path(path)
        compute(key.open(path.read_bytes(), path.name))
        return done[-1]
    # Each step of the upgrade has been compared byte by byte with what it may touch.
    locked, checked = key.around(compute, lambda old, new: None, path.name)
    outcome = rewrite_file(
        path, locked, verify=checked, wait_seconds=target.wait, audit=audit, output=target.output
    )
    done[-1].outcome = outcome
    return done[-1]


def pending(book: OpenBook) -> int:
    """How many things ``upgrade`` would add to a book of an older template; 0 at once for one of today's."""
    if not isinstance(book.book, FileBook) or not _is_older(book):
        return 0
    plan, _, _ = _planned(book)
    return len(plan.items) + len(_policy_changes(book, book, _sections(book)).items)


def _is_older(book: OpenBook) -> bool:
    versions = (book.package.custom_properties.get(VERSION, ""), _version(_template(book)))
    old, new = (int(text) if text.isdigit() else 0 for text in versions)
    return old < new


def _template(book: OpenBook) -> Package:
    path = template("book", book.labels.language)
    return Package.from_bytes(path.read_bytes(), path.name)


def _version(pkg: Package) -> str:
    return pkg.custom_properties.get(VERSION, "")


def _planned(book: OpenBook) -> tuple[Plan, Package, Session]:
    model = _template(book)
    reader = Reader(model)
    session = Session(book.package, dict(book.tables), book.reader)
    ours = {t.name for t in book.catalogue.tables.values() if all(f.owner == "leadbook" for f in t.fields)}
    return Planner(session, model, read_tables(model, reader=reader), reader, ours).planned(), model, session


def _upgraded(data: bytes, name: str, language: str | None) -> tuple[Upgrading, bytes | None]:
    """What is told about an upgrade, and the new book; None when there is nothing to add."""
    catalogue = load_catalogue()
    book = open_book(data, name, catalogue)
    plan, model, session = _planned(book)
    version = max(_version(model), book.package.custom_properties.get(VERSION, ""), key=_number)
    labels = load_labels(language or book.labels.language)
    told = Upgrading(labels, book.package.custom_properties.get(VERSION, ""), version, plan.items, plan.skipped,
                     plan.moved)  # fmt: skip
    policy = _policy_changes(book, book, _sections(book))
    if not plan.items and not plan.names and not policy.changes and version == told.old:
        told.skipped += policy.skipped
        return told, None
    made = upgrade(session, model, plan, (VERSION, version))
    new = Package.from_bytes(made.data, name)
    refuse_strange(lost(book.package, new, made), name)
    result, policy = _with_policy(book, made.data)
    told.items, told.skipped = [*plan.items, *policy.items], [*plan.skipped, *policy.skipped]
    return told, result


def _with_policy(book: OpenBook, data: bytes) -> tuple[bytes, _Rows]:
    """The grown book with new settings and sections; without them when the team's own policy does not go with them."""
    grown = open_book(data, book.name, book.catalogue)
    rows = _policy_changes(grown, book, _sections(book))
    if not rows.changes:
        return data, rows
    result = write_back(grown.package, rows.changes, tables=dict(grown.tables), reader=grown.reader).data
    owned = ownership(grown.package, rows.changes, dict(grown.tables))
    refuse_strange(diff_packages(grown.package, Package.from_bytes(result, book.name), owned), book.name)
    if _usable(result, book.name) or not _usable(data, book.name):
        return result, rows
    return data, _Rows([], [], [*rows.skipped, *(replace(item, cell=POLICY) for item in rows.items)])


def _number(version: str) -> int:
    return int(version) if version.isdigit() else 0


def _usable(data: bytes, name: str) -> bool:
    try:
        policy_of(open_book(data, name, load_catalogue()))
    except InvalidPolicy:
        return False
    return True


@dataclass
class _Rows:
    """New rows for LB_Policy and LB_Settings, as changes and in words."""

    changes: list[Change] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    skipped: list[Item] = field(default_factory=list)


def _policy_changes(book: OpenBook, old: OpenBook, sections: frozenset[str]) -> _Rows:
    """Rows of new settings and new sections for the ends of both tables, with their defaults; none for a table that
    ``old`` did not have, since it came whole."""
    shown, settings = default_policy_rows(book.catalogue, book.labels)
    out = _Rows()
    if SETTINGS in old.tables:
        known = set(_column(book.tables[SETTINGS], "setting"))
        _append(book.tables[SETTINGS], [row for row in settings if row["setting"] not in known], "setting", out)
    if POLICY in old.tables:
        pairs = zip(shown, default_policy().rows, strict=True)
        fresh = [row for row, plain in pairs if plain["section"] not in sections]
        _append(book.tables[POLICY], fresh, "section", out)
    return out


def _column(table: RawTable, key: str) -> list[Any]:
    column = table.column(key)
    return table.values[column.index].tolist() if column is not None else []


def _sections(book: OpenBook) -> frozenset[str]:
    """Sections that the book knows: those of its rows, and those of its own drop-down (a team may have emptied one)."""
    texts = _column(book.tables[POLICY], "section") if POLICY in book.tables else []
    place = parse_target(book.package.defined_names.get(SECTIONS, ""))
    part = book.reader.sheet_parts.get(place[0].casefold()) if place else None
    if place and part:
        texts += Grid(book.reader.cells(part), place[1]).value.ravel().tolist()
    words = {text.strip() for text in texts if isinstance(text, str)}
    return frozenset(book.reverse.choice("policy_section", word) or word for word in words)


def _append(table: RawTable, rows: Sequence[Mapping[str, Any]], name: str, out: _Rows) -> None:
    """Rows for the end of a table; a row that needs a column which is not there is left out."""
    keys = [column.key for column in table.columns if column.key]
    fine = [row for row in rows if {key for key, value in row.items() if value not in (None, "")} <= set(keys)]
    for row in rows:
        item = Item("setting" if name == "setting" else "policy", table.sheet, str(row[name]))
        into, item = (out.items, item) if row in fine else (out.skipped, replace(item, cell=table.name))
        if item not in into:
            into.append(item)
    if fine:
        used = [key for key in keys if any(row.get(key) not in (None, "") for row in fine)]
        columns = {key: [row.get(key) for row in fine] for key in used}
        out.changes.append(TableChange(table.name, columns, "append_update", [0] * len(fine)))
