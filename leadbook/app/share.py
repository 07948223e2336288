"""A copy of a book for one audience: built anew from the values it may see, so that all else is gone (R16, R18)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from leadbook.app.audiences import Audience, audience_named
from leadbook.app.book import OpenBook, open_book
from leadbook.app.export_read import Source
from leadbook.app.run import Options
from leadbook.app.shared_values import shared_cells
from leadbook.errors import UsedWrongly
from leadbook.export.texts import one_line
from leadbook.labels import Labels
from leadbook.model.catalogue import load_catalogue
from leadbook.templating.shared import SharedSheet, build_shared
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.crypt import encrypt
from leadbook.workbook.durable import sha256
from leadbook.workbook.guard import check_path
from leadbook.workbook.handout import check_handout, put_handout, state_of
from leadbook.workbook.protocol import append_audit

# Kinds of parts that people add and that leadbook cannot look into.
_LEFT_OUT: Final = {
    "media": "xl/media/", "charts": "xl/charts/", "comments": "comments", "pivots": "pivotcache",
    "macros": "vbaproject", "links": "xl/externallinks/", "embedded": "xl/embeddings/",
}  # fmt: skip


@dataclass
class Shared:
    """A shared copy: rows of each sheet, and what of the book is not in it because leadbook cannot know what it says.

    ``lost`` names cells that could not be understood and are blank in the copy.
    """

    book: OpenBook
    audience: str
    rows: dict[str, int] = field(default_factory=dict)
    sheets: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    parts: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    audited: bool = True

    @property
    def exit_code(self) -> int:
        """1 when a cell could not be understood and is blank in the copy, else 0 (DESIGN §10)."""
        return 1 if self.lost else 0


@dataclass(frozen=True)
class Copy:
    """Where to and for whom: ``audiences`` is a team's own table of audiences, ``password`` locks the copy."""

    output: Path
    audience: str
    audiences: Path | None = None
    password: str | None = field(default=None, repr=False)
    force: bool = False


def share_book(path: Path, copy: Copy, options: Options) -> Shared:
    """Write the copy; the book is only read.

    Raises UsedWrongly ``output_is_book``, ``share_suffix``, ``audience_unknown``; RefusedFile ``target_exists`` and
    what opening a book, encrypting and writing raise.
    """
    check_path(path)
    if copy.output.suffix.lower() != ".xlsx":  # a copy never holds macros
        raise UsedWrongly("share_suffix", file=copy.output.name)
    before = state_of(check_handout(copy.output, path, copy.force))
    catalogue = load_catalogue(options.extension)
    audience = audience_named(copy.audience, catalogue, copy.audiences)
    locked = path.read_bytes()
    data = options.key.open(locked, path.name)
    book = open_book(data, path.name, catalogue, options.language)
    done = Shared(book, copy.audience)
    sheets = _sheets(Source.of(path, book, options), audience, done)
    _left_out(book, done)
    labels = book.labels
    plain = build_shared(labels, labels.text("share.title"), _about(done, options, labels), sheets)
    new = plain if copy.password is None else encrypt(plain, copy.password, copy.output.name)
    put_handout(copy.output, new, path, copy.force, before)
    done.audited = _audited(path, AuditEntry(
        path.name, sha256(locked), sha256(new), f"share:{one_line(copy.audience)[:40]}",
        {"rows": sum(done.rows.values()), "sheets": len(sheets), "encrypted": int(copy.password is not None)},
        done.exit_code,
    ))  # fmt: skip
    return done


def _sheets(source: Source, audience: Audience, done: Shared) -> list[SharedSheet]:
    labels = source.book.labels
    out: list[SharedSheet] = []
    for key, fields in audience.columns():
        table = source.book.catalogue.table(key)
        raw = source.book.tables.get(table.name)
        if raw is None:
            continue
        sheet = source.sheet(key)
        wanted = {f.key for f in fields}
        letters = {c.letter for c in raw.columns if c.key in wanted}
        done.lost += [cell for cell in sheet.lost if cell.rpartition("!")[2].rstrip("0123456789") in letters]
        columns = [shared_cells(f, sheet.frame[f.key], labels, (key, f.key) in audience.masked) for f in fields]
        name = _unused(labels.text(f"sheet.{table.sheet}"), [s.name for s in out])
        out.append(SharedSheet(name, fields, columns))
        done.rows[name] = out[-1].rows
    return out


def _unused(name: str, taken: list[str]) -> str:
    """Two tables of one sheet get a sheet each."""
    number = 2
    found = name
    while found in taken:
        found, number = f"{name} {number}", number + 1
    return found


def _about(done: Shared, options: Options, labels: Labels) -> list[str]:
    known = f"share.audience.{done.audience}"
    audience = labels.text(known) if known in labels.texts else one_line(done.audience)
    sheets = ", ".join(done.rows)
    return [
        labels.text("share.for", audience=audience, date=f"{options.today:%Y-%m-%d}"),
        labels.text("share.holds", sheets=sheets),
        labels.text("share.no_more"),
    ]


def _left_out(book: OpenBook, done: Shared) -> None:
    """What people added: named, so that they know it is not in the copy."""
    ours = {table.part for table in book.tables.values() if book.catalogue.by_name(table.name)}
    blocks = [book.book.block(name) for name in book.package.defined_names if name.startswith("LB_")]
    named = {block[0] for block in blocks if block}
    done.sheets = [s.name for s in book.package.sheets if s.part not in ours and s.name not in named]
    for table in book.tables.values():
        if book.catalogue.by_name(table.name):
            done.columns += [f"{table.sheet}: {c.header or c.letter}" for c in table.columns if c.key is None]
    folded = [name.casefold() for name in book.package.names if not name.endswith(".rels")]
    counts = {kind: sum(mark in name for name in folded) for kind, mark in _LEFT_OUT.items()}
    done.parts = {kind: count for kind, count in counts.items() if count}


def _audited(path: Path, entry: AuditEntry) -> bool:
    """Who got what, when; a book in a folder that is read-only can still be shared, which is then said."""
    try:
        append_audit(path, entry)
    except OSError:
        return False
    return True
