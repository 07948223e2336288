"""The weekly run: read a book, compute, write the results back into it (DESIGN §5, §10)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from leadbook.app.book_findings import from_notes
from leadbook.app.run import Options, Run, refuse_without_results, run_book, with_findings
from leadbook.errors import LeadbookError, UsedWrongly
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.changes import Note, WriteResult
from leadbook.workbook.guard import check_path
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import Outcome, append_audit, rewrite_file
from leadbook.workbook.writeback import write_back


@dataclass(frozen=True)
class Target:
    """Where and how to write: ``output`` (a copy), seconds to wait for a busy book, or nothing at all."""

    output: Path | None = None
    wait: float = 0.0
    dry_run: bool = False


@dataclass
class Processed:
    """A finished run: ``outcome`` is ``None`` when nothing was to be written."""

    run: Run
    outcome: Outcome | None = None
    notes: list[Note] = field(default_factory=list)


def check_book(path: Path, options: Options) -> Run:
    """Read and check one book; nothing is written."""
    check_path(path)
    return run_book(path.read_bytes(), path.name, options)


def _written(run: Run) -> WriteResult:
    return write_back(run.book.package, run.changes, tables=dict(run.book.tables), reader=run.book.reader)


def _check_output(path: Path, output: Path | None) -> None:
    """A copy is another file of the same kind; the book itself is written without -o."""
    if output is None:
        return
    if output.resolve() == path.resolve():
        raise UsedWrongly("output_is_book", file=path.name)
    if output.suffix.lower() != path.suffix.lower():
        raise UsedWrongly("output_extension", suffix=path.suffix)


def process_book(path: Path, options: Options, target: Target) -> Processed:
    """Process one book and write it by the write protocol; the book is the old one or the complete new one."""
    _check_output(path, target.output)
    if target.dry_run:
        return Processed(check_book(path, options))
    done: list[Processed] = []

    def compute(data: bytes) -> bytes:
        run = run_book(data, path.name, options)
        refuse_without_results(run)
        options.progress("write")
        written = _written(run)
        more = from_notes(written.notes, run.book)
        if more:  # what could not be kept is a finding of its own, so the issues are written once more
            notes = written.notes
            written = _written(with_findings(run, more))
            written.notes = notes
        done.append(Processed(run, None, written.notes))
        return written.data

    def verify(old: bytes, new: bytes) -> None:
        run = done[-1].run
        owned = ownership(run.book.package, run.changes, dict(run.book.tables))
        strange = diff_packages(run.book.package, Package.from_bytes(new, path.name), owned)
        if strange:
            # Our own mistake: the write-back touched what is not leadbook's.
            parts = "; ".join(part.split(":")[0] for part in strange[:5])
            raise LeadbookError("write_not_clean", file=path.name, parts=parts)

    def audit(entry: AuditEntry) -> None:
        run = done[-1].run
        counts = {"leads": len(run.ranked.state), **run.counts}
        append_audit(target.output or path, replace(entry, counts=counts, exit=run.exit_code))

    result = rewrite_file(path, compute, verify=verify, wait_seconds=target.wait, audit=audit, output=target.output)
    processed = done[-1]
    processed.outcome = result
    return processed
