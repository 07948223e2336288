"""Collecting: forms become rows of the book, or bring known ones up to date (R04, M1, M3; DESIGN §4, §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from leadbook.app.book import OpenBook
from leadbook.app.collect_book import BookSide
from leadbook.app.collect_write import CHANGES, FORMS, Written, changes_of
from leadbook.app.form_files import BLANK, FormFile, Refused, Tick, find_files, read_files
from leadbook.app.run import Options
from leadbook.app.runner import Runner
from leadbook.errors import RefusedFile
from leadbook.intake.forms import Answers, read_answers
from leadbook.intake.intake import reading_context
from leadbook.intake.matching import NAMELESS, Matched, match_forms, same_form, similar_to
from leadbook.intake.merging import NOT_IN_FORCE, Line, Merged, merge_lead
from leadbook.intake.records import Record
from leadbook.intake.values.company import company_key
from leadbook.model.collected import FormRead, mark, plain
from leadbook.model.policy import Policy
from leadbook.workbook.formfile import IS_BOOK

ID: Final = "L{:05d}"


@dataclass
class Gathered:
    """What the folders hold: every reading with its file, and the files that were refused. ``skipped``: books, which
    are no forms; ``blank``: forms that nobody has filled yet; ``unread``: what of a file was not understood."""

    reads: list[tuple[FormFile, FormRead]]
    refused: list[Refused]
    files: int
    skipped: list[Refused] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)

    @property
    def unread(self) -> dict[str, tuple[str, ...]]:
        return {file.name: read.unread for file, read in self.reads if read.unread}

    @property
    def uncomputed(self) -> dict[str, list[str]]:
        """Cells with a formula that has no stored value, by file."""
        found: dict[str, list[str]] = {}
        for file, read in self.reads:
            if cells := read.uncomputed:
                found.setdefault(file.name, []).extend(cells)
        return found


@dataclass
class Unit:
    """One form, or the rows of one company in one customer sheet: what one row of LB_Forms is about."""

    file: FormFile
    reads: list[FormRead]
    digest: str
    record: Record | None = None
    merged: Merged | None = None

    @property
    def state(self) -> str:
        """new, changed or unchanged; ``refused`` when it belongs to no lead."""
        if self.merged is None:
            return "unchanged" if self.record else "refused"
        return "new" if not self.merged.lead.row else "changed"


@dataclass
class Collected:
    """Everything that a collection did: ``written`` holds the changes for the book and names every cell."""

    units: list[Unit]
    refused: list[Refused]
    files: int
    written: Written
    gone: list[str] = field(default_factory=list)
    old_policy: list[str] = field(default_factory=list)
    skipped: list[Refused] = field(default_factory=list)
    unread: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uncomputed: Mapping[str, list[str]] = field(default_factory=dict)
    blank: list[str] = field(default_factory=list)

    def of_state(self, state: str) -> list[Unit]:
        return [unit for unit in self.units if unit.state == state]

    @property
    def counts(self) -> dict[str, int]:
        """Figures for the audit line."""
        states = {f"forms_{state}": len(self.of_state(state)) for state in ("new", "changed", "unchanged")}
        left = {"refused": len(self.refused), "skipped": len(self.skipped), "blank": len(self.blank)}
        return {"forms": self.files, **states, **{f"forms_{why}": count for why, count in left.items()}}

    @property
    def not_in_force(self) -> list[tuple[Merged, Line]]:
        """Answers that were not taken over, since others are newer or no date says which is."""
        merged = {id(unit.merged): unit.merged for unit in self.units if unit.merged is not None}
        return [(lead, line) for lead in merged.values() for line in lead.lines if line.what in NOT_IN_FORCE]

    @property
    def united(self) -> list[list[Unit]]:
        """The forms of each lead that more than one form of this run was about."""
        units: dict[int, list[Unit]] = {}
        for unit in self.units:
            if unit.merged is not None:
                units.setdefault(id(unit.merged), []).append(unit)
        return [held for held in units.values() if len(held) > 1]


def gather(
    folders: Iterable[Path], book: Path, extension: Path | None, *, runner: Runner | None = None,
    tick: Tick = lambda done, of: None,
) -> Gathered:  # fmt: skip
    """Read every form below the folders. Raises RefusedFile when a folder is not there."""
    files = find_files(folders, book)
    reads, failed = read_files(files, extension, runner, tick)
    skipped, blank = ([item for item in failed if item.key == key] for key in (IS_BOOK, BLANK))
    refused = [item for item in failed if item.key not in (IS_BOOK, BLANK)]
    return Gathered(reads, refused, len(files), skipped, [item.file for item in blank])


def collect(book: OpenBook, policy: Policy, gathered: Gathered, options: Options) -> Collected:
    """What the readings change in this book; nothing is written here. Raises RefusedFile for a book that has no place
    to remember forms and the values that gave way: nothing may be lost."""
    if not {FORMS, CHANGES} <= book.tables.keys():
        raise RefusedFile("forms_sheet_missing", file=book.name, sheet_name=book.labels.text("sheet.forms"))
    side = BookSide(book, lambda language: reading_context(policy, options.today, language))
    units = list(_units(gathered.reads))
    _recognise(units, side.records)
    fresh = [unit for unit in units if unit.record is None or unit.record.hash != unit.digest]
    reads = [read for unit in fresh for read in unit.reads]
    told = read_answers(reads, book.catalogue, book.reverse, side.context, book.labels)
    unit_of = {id(read): unit for unit in fresh for read in unit.reads}
    emptied, blank = _emptied(gathered.blank, side.records)
    refused = [*gathered.refused, *emptied]
    merged = _merge(told, unit_of, units, side, refused, options)
    gone = [u.file.name for u in units if u.merged is None and u.record and u.record.lead_key not in side.row_of_key]
    old = [u.file.name for u in units if any(r.policy and r.policy != policy.fingerprint for r in u.reads)]
    records = [unit.record for unit in fresh if unit.record and unit.merged]
    written = changes_of(book, merged, records, side.touched_records(), options.today)
    return Collected(units, refused, gathered.files, written, sorted(set(gone)), sorted(set(old)), gathered.skipped,
                     gathered.unread, gathered.uncomputed, blank)  # fmt: skip


def _emptied(blank: Sequence[str], records: Sequence[Record]) -> tuple[list[Refused], list[str]]:
    """Blank forms that were taken in earlier: somebody has lost answers. And the others, which wait to be filled."""
    known = {record.file for record in records}
    return [Refused(f, "form_emptied", {"file": f}) for f in blank if f in known], [f for f in blank if f not in known]


def _units(reads: Sequence[tuple[FormFile, FormRead]]) -> Iterable[Unit]:
    """Rows of one customer sheet about the same company are one unit."""
    found: dict[tuple[str, str], Unit] = {}
    for file, read in reads:
        name = "" if read.is_form or "company_name" not in read.cells else plain(read.cells["company_name"].value)
        key = file.name, "" if read.is_form else company_key(name) or f"#{read.row}"
        found.setdefault(key, Unit(file, [], "")).reads.append(read)
    for unit in found.values():
        marks = sorted(read.digest for read in unit.reads)
        unit.digest = marks[0] if len(marks) == 1 else mark(marks)
        yield unit


def _recognise(units: list[Unit], records: Sequence[Record]) -> None:
    """Give each unit the record of its file with the same content, else (for a form) that of the file; a form that
    was only moved or copied is found by its content."""
    by_both = {(record.file, record.hash): record for record in records}
    by_hash = {record.hash: record for record in records}
    by_file: dict[str, list[Record]] = {}
    for record in records:
        by_file.setdefault(record.file, []).append(record)
    for unit in units:
        known = by_both.get((unit.file.name, unit.digest)) or by_hash.get(unit.digest)
        if known is None:
            known = _earlier(unit, by_file.get(unit.file.name, ()))
        unit.record = known


def _earlier(unit: Unit, records: Sequence[Record]) -> Record | None:
    """The record of the same file and the same company, which the unit now replaces."""
    cell = unit.reads[0].cells.get("company_name")
    name = company_key(plain(cell.value)) if cell else ""
    return next((r for r in records if name and company_key(r.lead_name) == name), None)


def _merge(
    told: Sequence[Answers], unit_of: dict[int, Unit], units: Sequence[Unit], side: BookSide, refused: list[Refused],
    options: Options,
) -> list[Merged]:  # fmt: skip
    matched = match_forms(told, side.firms)
    for answers, key in matched.refused:
        unit = unit_of[id(answers.read)]
        unit.record = None
        place = f"{answers.read.file}" + (f"!{answers.read.row}" if answers.read.row else "")
        words: dict[str, object] = {"file": place, "name": answers.name}
        if key == NAMELESS:
            cell, header = answers.read.place("company_name"), side.book.labels.header("lead", "company_name")
            key = key if cell else "form_without_name"
            words = {"file": answers.read.file, "cell": cell, "field": header}
        refused.append(Refused(unit.file.name, key, words))
    leads = side.leads([firm.row for firm in matched.firms if firm.row])
    number, merged = side.next_number(ID), []
    there = {unit.file.name for unit in units} | {item.file for item in refused}
    taken = {id(unit.record) for unit in units if unit.record}
    for firm in matched.firms:
        if firm.row:
            lead = leads[firm.row]
        else:
            lead = side.new_lead(ID.format(number))
            number += 1
        pairs = []
        for answers in firm.told:
            unit = unit_of[id(answers.read)]
            if unit.record is None or unit.record.lead_key != lead.key:
                known = [r for r in side.records_of(lead.key) if id(r) not in taken]
                unit.record = same_form(answers, known, there) or Record(unit.file.name)
                unit.record.file = unit.file.name
                taken.add(id(unit.record))
            pairs.append((answers, unit.record))
        result = merge_lead(lead, pairs, side.records_of(lead.key))
        name = result.writes.get("company_name") or lead.name
        for record in side.records_of(lead.key):
            record.lead_key = result.key
        for answers, record in pairs:
            unit = unit_of[id(answers.read)]
            record.lead_key, record.lead_name, record.hash = result.key, str(name), unit.digest
            record.policy, record.taken_on = answers.read.policy, options.today.isoformat()
            unit.merged = result
        merged.append(result)
    _look_alike(merged, side, unit_of)
    _same_tax_id(matched, merged, unit_of, side)
    return merged


def _same_tax_id(matched: Matched, merged: Sequence[Merged], unit_of: dict[int, Unit], side: BookSide) -> None:
    """A lead with the tax id of another one gets that one's key into its record: a finding names both."""
    keys = {id(firm): result.key for firm, result in zip(matched.firms, merged, strict=True)}
    for firm in matched.firms:
        rival = matched.rivals.get(id(firm))
        key = keys.get(id(rival)) or side.key_of_row.get(rival.row) if rival else None
        for answers in firm.told if key else ():
            record = unit_of[id(answers.read)].record
            if record:
                record.similar = key or ""


def _look_alike(merged: Sequence[Merged], side: BookSide, unit_of: dict[int, Unit]) -> None:
    """Leads that are new get the key of the most similar other lead into their record: a finding names both."""
    fresh = {id(result): result for result in merged if not result.lead.row}
    names = [(company_key(str(result.writes.get("company_name", ""))), result.lead.key) for result in fresh.values()]
    known = [*side.names, *names]
    keys: list[str | None] = [key for key, _ in known]
    for n, result in enumerate(fresh.values(), len(side.names)):
        own, keys[n] = keys[n], None  # not compared with itself
        at = similar_to(own or "", keys)
        keys[n] = own
        if at is not None:
            for unit in unit_of.values():
                if unit.merged is result and unit.record:
                    unit.record.similar = known[at][1]
