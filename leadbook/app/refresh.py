"""Refresh: the same results as ``process``, for a book that is open in a program (DESIGN §5, §13)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

from leadbook.app.book import known_keys
from leadbook.app.book_findings import from_notes
from leadbook.app.process import Target, process_book
from leadbook.app.run import Options, Run, refuse_without_results, run_over, with_findings
from leadbook.app.story import counted, overdue
from leadbook.errors import RefusedFile
from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook.answerfile import write_answer
from leadbook.workbook.book import Book
from leadbook.workbook.cellplan import CellPlan
from leadbook.workbook.cellsfile import read_cells_file
from leadbook.workbook.changes import Note
from leadbook.workbook.crypt import is_encrypted
from leadbook.workbook.guard import check_path, guard
from leadbook.workbook.overlay import overlaid
from leadbook.workbook.package import Package

if TYPE_CHECKING:
    from leadbook.workbook.live import LiveBook

STATUS_CELLS: Final = ("LB_Leads.status", "LB_Results.status", "LB_Dash.status")
_NOTED: Final = {"kept_order": "note_kept_order", "filter_cleared": "note_filter_cleared", "pivot": "note_pivot"}


@dataclass
class Refreshed:
    """A refresh that is done: the run, what could not be kept, where the results went."""

    run: Run
    notes: list[Note] = field(default_factory=list)
    written: str | None = None


def write_over(book: Book, options: Options, opened: Callable[[str], None] = lambda language: None) -> Refreshed:
    """Compute over an open book and write into it; no snapshot is made. ``opened`` is told its language."""
    run = run_over(book, replace(options, snapshot=False), opened)
    refuse_without_results(run)
    options.progress("write")
    notes = book.write(run.changes, run.book.tables)
    more = from_notes(notes, run.book)
    if more:  # what could not be kept is a finding of its own, so the issues are written once more
        book.write(with_findings(run, more).changes, run.book.tables)
    return Refreshed(run, notes)


def refresh_answer(path: Path, options: Options, answer: Path, cells: Path | None) -> Refreshed:
    """Compute from the file, overlaid with the open book's cells, and write what is to be put into cells.

    The book itself is only read. Raises RefusedFile (also ``cells_missing``, ``cells_incomplete``,
    ``cells_broken``, ``answer_not_written``), InvalidPolicy; see ``fail_answer``.
    """
    check_path(path)
    dump = read_cells_file(cells) if cells else None
    data = path.read_bytes()
    _refuse_locked(data, path.name)
    guard(data, path.name)
    known = known_keys(load_catalogue(options.extension))
    book = overlaid(Package.from_bytes(data, path.name), known, dump)
    done = write_over(book, options)
    write_answer(answer, list(message(done)), book.plan, done.run.exit_code, wide=dump is not None and dump.wide)
    return done


def _refuse_locked(data: bytes, name: str) -> None:
    """The macro cannot ask for a password, and must not hold one. Raises RefusedFile ``refresh_locked``."""
    if is_encrypted(data):
        raise RefusedFile("refresh_locked", file=name)


def tell_answer(answer: Path, done: Refreshed) -> None:
    """The message of a refresh that has put its results into cells itself."""
    write_answer(answer, list(message(done)), CellPlan(), done.run.exit_code)


def fail_answer(answer: Path, text: str, exit_code: int) -> None:
    """An answer that says what went wrong and changes no cell."""
    write_answer(answer, [text], CellPlan(), exit_code)


def refresh(path: str, options: Options, wait: float = 0, *, live_only: bool = False) -> Refreshed:
    """Refresh a book where it is open; if no program here has it open, its file by the write protocol.

    ``live_only``: an open book or nothing. Raises what ``attach`` and ``process_book`` raise.
    """
    from leadbook.workbook.live import attach, find

    book = attach(path) if live_only else find(path) if _could_be_open() else None
    if book is None:
        check_path(Path(path))
        _refuse_locked(Path(path).read_bytes(), Path(path).name)
        done = process_book(Path(path), replace(options, snapshot=False), Target(wait=wait))
        changed = done.outcome is not None and done.outcome.changed
        return Refreshed(done.run, done.notes, done.run.book.name if changed else None)
    return refresh_live(book, options)


def _could_be_open() -> bool:
    """Looking for Excel costs the import of xlwings; there is none to be found on other systems."""
    return sys.platform in ("win32", "darwin") or "xlwings" in sys.modules


def refresh_live(book: LiveBook, options: Options) -> Refreshed:
    """Refresh an open workbook: all is computed first, then written, or put back as it was.

    Progress shows in the status bar, the end in the book's status cells. Raises what ``run_over`` and
    ``LiveBook.commit`` raise.
    """
    language = [options.language or "en"]

    def progress(stage: str) -> None:
        book.show(f"leadbook: {load_labels(language[-1]).text(f'summary.progress_{stage}')} …")
        options.progress(stage)

    try:
        done = write_over(book, replace(options, progress=progress), opened=language.append)
        start = perf_counter()
        differing = book.commit()
        done.run.seconds["write"] = round(perf_counter() - start, 4)
        done.written = book.name if differing else None
        _tell_status(book, options, language[-1], "done")
        return done
    except Exception:
        _tell_status(book, options, language[-1], "stopped")
        raise
    finally:
        book.show(False)


def _tell_status(book: LiveBook, options: Options, language: str, outcome: str) -> None:
    """Time and outcome in the status cells of the sheets with a button, where the book has them."""
    text = load_labels(language).text(f"macro.{outcome}", at=f"{options.now:%Y-%m-%d %H:%M}")
    for name in STATUS_CELLS:
        book.put(name, text)


def message(done: Refreshed) -> Iterator[str]:
    """What a person reads in a message box: figures, what is overdue, what is to be mended."""
    run, text = done.run, done.run.book.labels.text
    labels = run.book.labels
    yield text("summary.head", file=run.book.name, leads=len(run.ranked.state),
               interactions=len(run.intake.interactions), date=f"{run.as_of:%Y-%m-%d}")  # fmt: skip
    if run.intake.not_scored:
        yield text("summary.not_scored", count=run.intake.not_scored)
    shown = " · ".join(f"{labels.choice('tier', c)} {n}" for c, n in counted(run, "tier").items() if n)
    if shown:
        yield text("summary.tiers", tiers=shown)
    late = len(overdue(run))
    yield text("summary.overdue", count=late) if late else text("summary.overdue_none")
    if run.told:
        counts = run.counts
        yield text("summary.findings", errors=counts["error"], warnings=counts["warning"], hints=counts["hint"])
        yield text("summary.more_findings", sheet_name=text("sheet.issues"))
    else:
        yield text("summary.findings_none")
    for note in done.notes:
        if note.code in _NOTED:
            yield text(f"summary.{_NOTED[note.code]}", table=note.table)
