"""The weekly run: read a book, compute, write the results back into it (DESIGN §5, §10)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadbook.app.book_findings import from_notes
from leadbook.app.run import Options, Run, refuse_without_results, run_book, with_findings
from leadbook.errors import UsedWrongly
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.changes import Note, WriteResult
from leadbook.workbook.guard import check_path, real_path
from leadbook.workbook.ownership import diff_packages, ownership, refuse_strange
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import Outcome, append_audit, rewrite_file
from leadbook.workbook.writeback import write_back

if TYPE_CHECKING:  # collecting is imported when there are forms
    from leadbook.app.answer import Answered
    from leadbook.app.collect import Collected, Gathered
    from leadbook.app.form_files import Tick
    from leadbook.app.runner import Runner


@dataclass(frozen=True)
class Target:
    """Where and how to write: ``output`` (a copy), seconds to wait for a busy book, or nothing at all; folders of
    ``forms`` to take in first, and whether these are answered."""

    output: Path | None = None
    wait: float = 0.0
    dry_run: bool = False
    forms: tuple[Path, ...] = ()
    answer: bool = True

    @property
    def answers(self) -> bool:
        """Forms are answered only when the book itself was written."""
        return self.answer and not self.dry_run and self.output is None


@dataclass
class Processed:
    """A finished run: ``outcome`` is ``None`` when nothing was to be written."""

    run: Run
    outcome: Outcome | None = None
    notes: list[Note] = field(default_factory=list)
    collected: Collected | None = None
    answered: Answered | None = None

    @property
    def exit_code(self) -> int:
        """That of the run, or 1 when a form was refused or could not be answered."""
        refused = (self.collected and self.collected.refused) or (self.answered and self.answered.refused)
        return 1 if refused else self.run.exit_code


def check_book(path: Path, options: Options) -> Run:
    """Read and check one book; nothing is written."""
    check_path(path)
    return run_book(options.key.open(path.read_bytes(), path.name), path.name, options)


def _written(run: Run) -> WriteResult:
    return write_back(run.book.package, run.changes, tables=dict(run.book.tables), reader=run.book.reader)


def check_output(path: Path, output: Path | None) -> None:
    """A copy is another file of the same kind; the book itself is written without -o."""
    if output is None:
        return
    if real_path(output) == real_path(path):
        raise UsedWrongly("output_is_book", file=path.name)
    if output.suffix.lower() != path.suffix.lower():
        raise UsedWrongly("output_extension", suffix=path.suffix)


def process_book(
    path: Path, options: Options, target: Target, tick: Tick = lambda done, of: None, runner: Runner | None = None
) -> Processed:
    """Process one book and write it by the write protocol; the book is the old one or the complete new one.

    With ``target.forms`` the forms are taken in first, so that the run sees them: one write, one backup, one line in
    the audit log. ``tick`` is told how many forms are read or answered.
    """
    check_output(path, target.output)
    gathered = _gathered(path, options, target, tick, runner)
    if target.dry_run:
        check_path(path)
        data = options.key.open(path.read_bytes(), path.name)
        data, collected = _with_forms(data, path.name, gathered, options)
        return Processed(run_book(data, path.name, options), collected=collected)
    done: list[Processed] = []

    def compute(data: bytes) -> bytes:
        data, collected = _with_forms(data, path.name, gathered, options)
        run = run_book(data, path.name, options)
        refuse_without_results(run)
        options.progress("write")
        written = _written(run)
        more = from_notes(written.notes, run.book)
        if more:  # what could not be kept is a finding of its own, so the issues are written once more
            notes = written.notes
            written = _written(with_findings(run, more))
            written.notes = notes
        done.append(Processed(run, None, written.notes, collected))
        return written.data

    def verify(old: bytes, new: bytes) -> None:
        run = done[-1].run
        owned = ownership(run.book.package, run.changes, dict(run.book.tables))
        strange = diff_packages(run.book.package, Package.from_bytes(new, path.name), owned)
        refuse_strange(strange, path.name)

    def audit(entry: AuditEntry) -> None:
        run = done[-1].run
        taken = done[-1].collected
        counts = {"leads": len(run.ranked.state), **run.counts, **(taken.counts if taken else {})}
        append_audit(target.output or path, replace(entry, counts=counts, exit=done[-1].exit_code))

    locked, checked = options.key.around(compute, verify, path.name)
    result = rewrite_file(path, locked, verify=checked, wait_seconds=target.wait, audit=audit, output=target.output)
    processed = done[-1]
    processed.outcome = result
    if processed.collected is not None and target.answers:
        from leadbook.app.answer import answer_forms

        options.progress("answer")
        processed.answered = answer_forms(processed.run, processed.collected, tick)
    return processed


def _gathered(path: Path, options: Options, target: Target, tick: Tick, runner: Runner | None) -> Gathered | None:
    if not target.forms:
        return None
    from leadbook.app.collect import gather

    options.progress("collect")
    return gather(target.forms, path, options.extension, runner=runner, tick=tick)


def _with_forms(data: bytes, name: str, gathered: Gathered | None, options: Options) -> tuple[bytes, Collected | None]:
    """The book's bytes with the forms in it; each cell that differs is named, which is checked on the way."""
    if gathered is None:
        return data, None
    from leadbook.app.take_in import take_in_forms

    return take_in_forms(data, name, gathered, options)
