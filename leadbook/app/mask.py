"""Full names of contacts masked in the rep's own cells, and in what leadbook's sheets repeat of them (F05, P03)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, NamedTuple

from leadbook.app.book import OpenBook, open_book
from leadbook.app.forget import purge_kept
from leadbook.app.lead_rows import text_at
from leadbook.app.mentions import free_texts
from leadbook.app.process import Target
from leadbook.app.run import Options
from leadbook.intake.values.unmasked import Masked, mask_chain, mask_contact, mask_people, masked_within
from leadbook.labels import Labels
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook import backups
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.erase import Erasing
from leadbook.workbook.erasecheck import strange_differences
from leadbook.workbook.guard import check_path
from leadbook.workbook.ownership import refuse_strange
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import Outcome, append_audit, rewrite_file
from leadbook.workbook.scrub import scrubbed
from leadbook.workbook.tables import RawColumn, RawTable

_FIELDS: Final[Mapping[str, Mapping[str, Callable[[str], Masked]]]] = {
    "lead": {"contact_name": mask_contact, "decision_chain": mask_chain, "customer_participants": mask_people},
    "interaction": {"customer_participants": mask_people},
}
# leadbook's columns that repeat what stood in those cells.
_REPEATED: Final = {
    "issue": ("value", "message", "accepted", "fix"), "change": ("before", "after"), "relation": ("person",),
}  # fmt: skip


class MaskedCell(NamedTuple):
    """One cell: where it stands, its field's name, the text before and after (never printed unless asked for)."""

    sheet: str
    cell: str
    field: str
    before: str
    after: str

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.cell}"


@dataclass
class Masking:
    """A finished masking: the ``cells`` of people, how many of leadbook's own repeated them, cells ``left`` in full
    (formulas, and names that cannot be told from the rest), ``texts`` that people wrote and that name them (cells and
    parts of notes, for a person to decide), earlier files that still hold the names."""

    labels: Labels
    cells: list[MaskedCell] = field(default_factory=list)
    also: int = 0
    left: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    kept: int = 0
    purged: int = 0
    outcome: Outcome | None = None

    @property
    def exit_code(self) -> int:
        """1 when a name still stands in full (DESIGN §10)."""
        return 1 if self.left or self.texts else 0


def mask_book(path: Path, options: Options, target: Target, purge: bool = False) -> Masking:
    """Mask the names of a book; with ``purge`` its earlier files go, and undo with them.

    Exactly the cells that the result names differ, and leadbook's own that repeat them. Raises what reading and
    ``rewrite_file`` raise; RefusedFile ``kept_files_stay``.
    """
    done: list[tuple[OpenBook, Masking, Erasing, set[str]]] = []

    def compute(data: bytes) -> bytes:
        book = open_book(data, path.name, load_catalogue(options.extension), options.language)
        told, work = _masked(book)
        if not told.cells:
            done.append((book, told, work, set()))
            return data
        new, parts = scrubbed(Package.from_bytes(work.data(), path.name), {cell.before for cell in told.cells})
        done.append((book, told, work, parts))
        return new

    def verify(old: bytes, new: bytes) -> None:
        book, told, work, parts = done[-1]
        strange = strange_differences(book.package, Package.from_bytes(new, path.name), work.touched, {}, parts)
        refuse_strange(strange, path.name)
        if purge and not target.dry_run:
            told.purged = purge_kept(path)

    def audit(entry: AuditEntry) -> None:
        told = done[-1][1]
        counts = {"cells": len(told.cells), "own_cells": told.also, "left": len(told.left),
                  "texts": len(told.texts), "files": told.purged}
        append_audit(path, replace(entry, action="mask", counts=counts, exit=told.exit_code))

    if target.dry_run:
        check_path(path)
        data = options.key.open(path.read_bytes(), path.name)
        verify(data, compute(data))
        return done[-1][1]
    locked, checked = options.key.around(compute, verify, path.name)
    outcome = rewrite_file(path, locked, verify=checked, wait_seconds=target.wait, keep_backup=not purge, audit=audit)
    told = done[-1][1]
    if purge and not outcome.changed:
        told.purged = purge_kept(path)
    told.outcome, told.kept = outcome, len(backups.records(path.resolve()))
    return told


def _masked(book: OpenBook) -> tuple[Masking, Erasing]:
    work, told = Erasing(book.package, dict(book.tables), book.reader), Masking(book.labels)
    names: dict[str, str] = {}
    people: set[str] = set()
    for key, fields in _FIELDS.items():
        raw = book.tables.get(book.catalogue.table(key).name)
        if raw is None:
            continue
        for field_key, mask in fields.items():
            header = book.labels.header(key, field_key)
            for row, column, before, found in _full_names(raw, field_key, mask):
                people.update(name for name, _ in found.names)
                place = MaskedCell(raw.sheet, f"{column.letter}{row}", header, before, found.text)
                formula = _is_formula(raw, column, row)
                if formula or not found.sure:
                    told.left.append(place.place)
                if not formula and found.text != before:
                    work.put(raw.part, row, raw.ref.left + column.index - 1, found.text)
                    told.cells.append(place)
                    names |= {before: found.text, **dict(found.names)}
    told.also = _repeated(book, work, names)
    told.texts = free_texts(book, people, [*told.left, *(cell.place for cell in told.cells)])
    return told, work


def _full_names(
    raw: RawTable, key: str, mask: Callable[[str], Masked]
) -> Iterator[tuple[int, RawColumn, str, Masked]]:
    """(row, column, text, masked) of each cell of one field in which somebody's name is in full."""
    column = raw.column(key)
    if column is None:
        return
    for position, row in enumerate(raw.rows.tolist()):
        before = text_at(raw, key, position)
        found = mask(before) if before else None
        if before and found and found.names:
            yield int(row), column, before, found


def _is_formula(raw: RawTable, column: RawColumn, row: int) -> bool:
    return bool(raw.formulas[column.index][raw.rows.tolist().index(row)])


def _repeated(book: OpenBook, work: Erasing, names: Mapping[str, str]) -> int:
    """leadbook's own cells that quote a masked cell or a name; they say the masked form now."""
    ordered, count = sorted(names.items(), key=lambda pair: -len(pair[0])), 0
    for key, columns in _REPEATED.items():
        raw = book.tables.get(book.catalogue.table(key).name)
        if raw is None or not ordered:
            continue
        for column in filter(None, map(raw.column, columns)):
            for position, row in enumerate(raw.rows.tolist()):
                text = text_at(raw, column.key or "", position)
                if text and (new := masked_within(text, ordered)) != text:
                    work.put(raw.part, int(row), raw.ref.left + column.index - 1, new)
                    count += 1
    return count
