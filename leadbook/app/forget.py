"""One customer erased from a book: every sheet, history, caches, earlier files; a receipt without its name (P01)."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from leadbook import __version__
from leadbook.app.book import OpenBook, open_book
from leadbook.app.erasing import Erased, Words, erase_rows, remaining, unread
from leadbook.app.lead_rows import Customer, customer_named, text_at
from leadbook.app.process import Target
from leadbook.app.run import Options
from leadbook.errors import RefusedFile
from leadbook.intake.values.contact import contact_means
from leadbook.intake.values.names import masked_form
from leadbook.intake.values.text import split_people
from leadbook.labels import Labels
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook import backups, durable, processes
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.erasecheck import strange_differences
from leadbook.workbook.guard import check_path
from leadbook.workbook.ownership import refuse_strange
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import Outcome, append_audit, rewrite_file

LEADS: Final = "LB_Leads"
FORMS: Final = "LB_Forms"
_COST: Final = 2**14  # scrypt: a guess at a name or tax number must not be cheap


@dataclass
class Forgotten:
    """What was erased: ``rows`` by sheet, ``cells``, ``notes``, ``links``; kept files that are gone; what is ``left``
    (cells and parts that still mention the customer and are not leadbook's to change); parts ``unread``, in which
    nothing can be searched; forms that hold it."""

    labels: Labels
    customer: Customer
    rows: dict[str, list[int]] = field(default_factory=dict)
    cells: int = 0
    notes: int = 0
    links: int = 0
    backups: int = 0
    left: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)
    forms_gone: list[str] = field(default_factory=list)
    receipt: str = ""
    outcome: Outcome | None = None

    @property
    def exit_code(self) -> int:
        """1 when something still mentions the customer (DESIGN §10: done, but each exception is named)."""
        return 1 if self.left or set(self.forms) - set(self.forms_gone) else 0

    @property
    def counts(self) -> dict[str, int]:
        rows = sum(map(len, self.rows.values()))
        return {"rows": rows, "cells": self.cells, "notes": self.notes, "links": self.links, "files": self.backups,
                "forms": len(self.forms_gone), "left": len(self.left), "unread": len(self.unread)}  # fmt: skip


def find_customer(path: Path, wanted: str, options: Options) -> tuple[Customer, Labels]:
    """Who is meant, before anybody is asked to agree. Raises what opening a book and ``customer_named`` raise."""
    check_path(path)
    book = _opened(options.key.open(path.read_bytes(), path.name), path, options)
    return customer_named(book, wanted, options.today)[0], book.labels


def forget_book(path: Path, wanted: str, options: Options, target: Target) -> Forgotten:
    """Erase a customer; ``target.forms`` are folders whose forms of this customer are deleted too.

    Kept files of the book go before the new book is put in place, so that a run that was killed is finished by the
    next. Raises UsedWrongly ``lead_not_found``, ``lead_ambiguous``; RefusedFile ``erase_formula``; what reading and
    ``rewrite_file`` raise.
    """
    done: list[tuple[OpenBook, Forgotten, Erased]] = []

    def compute(data: bytes) -> bytes:
        book = _opened(data, path, options)
        done.append(_erased(book, wanted, options.today))
        return done[-1][2].data

    def verify(old: bytes, new: bytes) -> None:
        book, told, erased = done[-1]
        package = Package.from_bytes(new, path.name)
        strange = strange_differences(book.package, package, erased.touched, erased.boxes, erased.scrubbed)
        refuse_strange(strange, path.name)
        if not target.dry_run:
            told.backups = purge_kept(path)

    def audit(entry: AuditEntry) -> None:
        told = done[-1][1]
        append_audit(path, replace(entry, action="forget", counts=told.counts, exit=told.exit_code))

    if target.dry_run:
        check_path(path)
        data = options.key.open(path.read_bytes(), path.name)
        verify(data, compute(data))
        done[-1][1].backups = len(backups.records(path.resolve()))
        return done[-1][1]
    locked, checked = options.key.around(compute, verify, path.name)
    outcome = rewrite_file(path, locked, verify=checked, wait_seconds=target.wait, keep_backup=False, audit=audit)
    told = done[-1][1]
    told.outcome = outcome
    told.forms_gone = _forms_gone(told, target.forms)
    told.receipt = _receipt(path, told).name
    return told


def _opened(data: bytes, path: Path, options: Options) -> OpenBook:
    return open_book(data, path.name, load_catalogue(options.extension), options.language)


def _erased(book: OpenBook, wanted: str, today: date) -> tuple[OpenBook, Forgotten, Erased]:
    customer, others = customer_named(book, wanted, today)
    words = _words(book, customer, others)
    told = Forgotten(book.labels, customer, forms=_forms(book, customer, others))
    erased = erase_rows(book, customer.rows, words)
    told.rows = {book.tables[name].sheet: [] for name in customer.rows}
    for name, rows in erased.rows.items():
        told.rows.setdefault(name, []).extend(sorted(rows))
    told.cells, told.notes, told.links = erased.count, erased.notes, erased.links
    told.left = remaining(book, erased, words)
    told.unread = unread(book)
    return book, told, erased


def _words(book: OpenBook, customer: Customer, others: list[Customer]) -> Words:
    """What identifies the customer wherever it stands: names, numbers, contacts."""
    found = {*customer.names, *customer.keys, customer.key}
    raw = book.tables[LEADS]
    wanted = set(customer.rows.get(LEADS, ()))
    for position, row in enumerate(raw.rows.tolist()):
        if row not in wanted:
            continue
        for key in ("tax_id", "lead_id", "contact_means", "contact_name"):
            text = text_at(raw, key, position)
            if text and key == "contact_name":
                found |= {name for name in split_people(text) if masked_form(name) is None}
            elif text:
                found.add(text)
            if text and key == "contact_means":
                means: Any = contact_means(text).value or ()
                found |= {str(one["value"]) for one in means}
    theirs = [text for one in others for text in (*one.names, *one.keys)]
    return Words.of(found, theirs)


def _forms(book: OpenBook, customer: Customer, others: list[Customer]) -> list[str]:
    """Files that leadbook took this customer from; a list of several customers is named as well."""
    raw, rows = book.tables.get(FORMS), set(customer.rows.get(FORMS, ()))
    if raw is None:
        return []
    files = [text_at(raw, "file", n) for n, row in enumerate(raw.rows.tolist()) if row in rows]
    return sorted({file for file in files if file})


def _forms_gone(told: Forgotten, folders: tuple[Path, ...]) -> list[str]:
    """Forms of this customer alone, deleted in the folders given; a file with other customers stays and is named."""
    gone = []
    for file in told.forms:
        place = next((found for folder in folders if (found := _place(file, folder)) is not None), None)
        if place is not None and _is_form(place) and durable.remove(place):
            purge_kept(place)
            gone.append(file)
    return gone


def _place(file: str, folder: Path) -> Path | None:
    """Where a form lies that LB_Forms names by its folder and name; never outside the folder given."""
    root = folder.resolve()
    for place in (root.parent / file, root / file):
        if place.is_file() and not place.is_symlink() and place.resolve().is_relative_to(root):
            return place
    return None


def _is_form(path: Path) -> bool:
    """One of our forms, which holds one customer."""
    from leadbook.workbook.archive import Archive

    try:
        data = path.read_bytes()
        return b"LB_Form" in Package(Archive(data, path.name)).read("xl/workbook.xml")
    except (OSError, RefusedFile):
        return False


def purge_kept(path: Path) -> int:
    """Remove the earlier files beside a book; how many. Raises RefusedFile ``kept_files_stay`` when one cannot go."""
    book = path.resolve()
    folder = backups.folder_of(book)
    if not folder.is_dir():
        return 0
    count = sum(1 for file in folder.iterdir() if file.suffix == book.suffix)
    backups.purge(book)
    if any(file.suffix == book.suffix for file in folder.iterdir()):
        raise RefusedFile("kept_files_stay", file=book.name, folder=folder.name)
    durable.sync_folder(folder)
    return count


def _receipt(path: Path, told: Forgotten) -> Path:
    """A file beside the book that proves the erasure to whoever knows the key, and names nobody."""
    now, salt = datetime.now(UTC), secrets.token_bytes(16)
    mark = hashlib.scrypt(told.customer.key.encode(), salt=salt, n=_COST, r=8, p=1, dklen=32)
    book = path.resolve()
    content = {
        "what": "one customer erased", "time": now.isoformat(timespec="seconds"), "user": processes.user(),
        "host": processes.host(), "version": __version__, "counts": told.counts, "sheets": len(told.rows),
        "book_after": told.outcome.after if told.outcome else "", "hash": "scrypt n=16384 r=8 p=1 of the key",
        "salt": salt.hex(), "key_hash": mark.hex(),
    }  # fmt: skip
    place = book.with_name(f"{durable.short(book.stem)}.forgotten-{now:%Y%m%dT%H%M%S.%f}Z.json")
    try:
        durable.write_new(place, json.dumps(content, indent=1).encode() + b"\n", like=book)
    except OSError as fault:
        raise RefusedFile("receipt_not_written", file=path.name, reason=fault.strerror or "") from None
    return place


def report(told: Forgotten) -> dict[str, Any]:
    """What a script reads; no value of the customer is in it."""
    kept: dict[str, Any] = {"rows": told.rows, "counts": told.counts, "left": told.left, "unread": told.unread}
    kept |= {"forms": told.forms, "receipt": told.receipt}
    return kept | {"forms_deleted": told.forms_gone, "written": bool(told.outcome and told.outcome.changed)}
