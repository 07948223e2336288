"""The one way a book is written: nine steps, after which it is the old one or the complete new one."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Final

from leadbook.errors import Busy, RefusedFile
from leadbook.workbook import audit as audit_log
from leadbook.workbook import backups, durable, leftovers, processes
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.guard import check_path, real_path
from leadbook.workbook.locks import Lock
from leadbook.workbook.owners import check_not_open
from leadbook.workbook.signals import Signals
from leadbook.workbook.swap import put_new, retry, swap
from leadbook.workbook.xmlparts import naming

Compute = Callable[[bytes], bytes | None]
Verify = Callable[[bytes, bytes], None]
Audit = Callable[[AuditEntry], None]
_HELD_OPEN: Final = (32, 33)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened: ``path`` is the file written; ``notices`` are keys of things worth telling.

    Notices: ``stole_foreign_lock``, ``stale_owner_file``, ``rescued_edit``, ``folder_not_synced``,
    ``owner_not_kept``, ``audit_not_written``, ``litter_left``. ``undone``: when the write that ``undo`` took back was.
    """

    changed: bool
    path: Path
    before: str
    after: str
    entry: AuditEntry
    backup: Path | None = None
    notices: tuple[str, ...] = ()
    undone: datetime | None = None


def rewrite_file(
    path: Path,
    compute: Compute,
    *,
    verify: Verify,
    wait_seconds: float = 0,
    keep_backup: bool = True,
    audit: Audit | None = None,
    output: Path | None = None,
) -> Outcome:
    """Write ``compute(old bytes)`` in the book's place, or to ``output`` (reliability §5; X1-X7, X16, X17,
    X20).

    ``compute`` may return None or the same bytes: then nothing at all is written. ``verify(old, new)``
    raises when the new bytes must not be written. ``audit`` replaces the log line in the backup folder.
    Signals wait for the end of a step and act after the clean-up.

    Raises Busy ``open_by``, ``locked_by``, ``changed_meanwhile``; RefusedFile: the keys of check_path,
    ``read_only``, ``write_failed`` (with ``reason``), ``output_exists``, ``output_folder_missing``; whatever
    ``compute`` and ``verify`` raise. In all of them the book is as it was.
    """
    book, places = _resolve(path)
    signals = Signals()
    with signals.collected():
        if output is not None and not _is_same(output, book):
            return _write_elsewhere(book, output, compute, verify, audit, signals)
        with _failures(book):
            check_writable(book)
        with _locked(book, places, wait_seconds, signals) as lock:
            return _Run(book, places, lock, signals).rewrite(compute, verify, keep_backup, audit)
    raise AssertionError("a collected signal always acts")


def undo(
    path: Path, *, discard_edits: bool = False, wait_seconds: float = 0, audit: Audit | None = None
) -> Outcome:
    """Put the file before the last write back, byte for byte; called again, the one before that (X17).

    Raises Busy ``edited_since`` when the book is no longer what leadbook wrote, unless ``discard_edits``;
    RefusedFile ``nothing_to_undo``, ``backup_damaged``; and what rewrite_file raises.
    """
    book, _ = _resolve(path)
    taken: list[backups.Record] = []

    def previous(current: bytes) -> bytes:
        record, data = backups.newest(book)
        if durable.sha256(current) != record.after and not discard_edits:
            raise Busy("edited_since", file=book.name)
        taken.append(record)
        return data

    signals = Signals()
    with signals.collected():
        with _failures(book):
            check_writable(book)
        with _locked(book, (path,), wait_seconds, signals) as lock:
            outcome = _Run(book, (path,), lock, signals).rewrite(
                previous, lambda old, new: None, False, audit, "undo"
            )
            backups.drop(book, taken[0])
            return replace(outcome, undone=taken[0].when)
    raise AssertionError("a collected signal always acts")


def append_audit(path: Path, entry: AuditEntry) -> None:
    """Add a line to the audit log beside the book. Raises OSError."""
    book = path.resolve()
    audit_log.append(backups.make_folder(book), entry)


class _Run:
    """Steps 3 to 9, under the lock."""

    def __init__(self, book: Path, places: tuple[Path, ...], lock: Lock, signals: Signals) -> None:
        self.book, self.places, self.lock, self.signals = book, places, lock, signals
        told = {"stole_foreign_lock": lock.stole_foreign, "stale_owner_file": lock.stale_owner}
        self.notices: list[str] = [notice for notice, so in told.items() if so]

    def rewrite(
        self, compute: Compute, verify: Verify, keep_backup: bool, audit: Audit | None, action: str = "write"
    ) -> Outcome:
        with _failures(self.book):
            if leftovers.clear(self.book):
                self.notices.append("rescued_edit")
            old = retry(self.book.read_bytes)
            before = durable.sha256(old)
            backups.tidy(self.book, before)
            self._log_killed(before)
        new = _computed(self.book, compute, verify, old, self.signals)
        if new is None or new == old:
            entry = AuditEntry(self.book.name, before, before, action)
            return Outcome(False, self.book, before, before, entry, None, tuple(self.notices))
        after = durable.sha256(new)
        with _failures(self.book):
            record = backups.keep(self.book, old, new) if keep_backup else None
            kept = backups.folder_of(self.book) / record.name if record else None
            try:
                self._replace(new, before, after)
            except BaseException:
                if record and not self._holds(after):
                    backups.drop(self.book, record)
                raise
        with contextlib.suppress(OSError):  # the book is written: what is pruned later is no failure
            if record:
                backups.prune(self.book)
        entry = AuditEntry(self.book.name, before, after, action)
        self._log(entry, audit)
        return Outcome(True, self.book, before, after, entry, kept, tuple(self.notices))

    def _replace(self, new: bytes, before: str, after: str) -> None:
        """Steps 6 to 8."""
        temp = leftovers.temp_name(self.book, before, after)
        durable.write_new(temp, new, like=self.book)
        spare: Path | None = temp
        try:
            durable.hide(temp)
            if not durable.same_owner(temp, self.book):
                self.notices.append("owner_not_kept")
            self.signals.check()
            self._check_unchanged(before)
            spare = _swapped(temp, self.book)
            if spare and not _is(spare, before):
                theirs, spare = spare, None  # if giving back fails, the file stays for the next run to settle
                spare = self._give_back(theirs, after)
                raise Busy("changed_meanwhile", file=self.book.name)
        finally:
            if spare and not durable.remove(spare):
                self.notices.append("litter_left")
        if not durable.sync_folder(self.book.parent):
            self.notices.append("folder_not_synced")

    def _check_unchanged(self, before: str) -> None:
        """Step 7, as late as can be: still ours to write, nobody opened it, same content."""
        check_not_open(self.book, *self.places)
        if not self.lock.is_mine() or not _is(self.book, before):
            raise Busy("changed_meanwhile", file=self.book.name)

    def _give_back(self, theirs: Path, after: str) -> Path | None:
        """Their edit returns to the book; if they saved once more in between, that later save stays.

        Returns what is now to be removed.
        """
        swap(theirs, self.book)
        if _is(theirs, after):
            return theirs
        swap(theirs, self.book)
        leftovers.rescue(theirs, self.book)
        return None

    def _log_killed(self, current: str) -> None:
        """The line of a run that was killed between its swap and its line (X16)."""
        past = backups.records(self.book)
        if not past or past[-1].after != current:
            return
        folder = backups.folder_of(self.book)
        if not audit_log.tells(folder, current):
            with contextlib.suppress(OSError):  # this run's own line says when the log cannot be written
                audit_log.append(folder, AuditEntry(self.book.name, past[-1].before, current, "write_killed"))

    def _holds(self, content: str) -> bool:
        return _is(self.book, content)

    def _log(self, entry: AuditEntry, audit: Audit | None) -> None:
        try:
            if audit is not None:
                audit(entry)
            else:
                audit_log.append(backups.make_folder(self.book), entry)
        except OSError:
            self.notices.append("audit_not_written")


def _is(path: Path, content: str) -> bool:
    """Whether the file can be read and has this sha256."""
    try:
        return durable.sha256(path.read_bytes()) == content
    except OSError:
        return False


def _resolve(path: Path) -> tuple[Path, tuple[Path, ...]]:
    """Step 1: the real file behind symlinks, and the names it is known by."""
    check_path(path)
    with _failures(path):
        book = path.resolve()
        elsewhere = path.name != book.name or path.parent.resolve() != book.parent
    check_path(book)
    return book, (path,) if elsewhere else ()


def check_writable(book: Path) -> None:
    """By mode bits too: a read-only mark binds root as well."""
    if not os.access(book, os.R_OK):
        raise RefusedFile("not_readable", file=book.name)
    for place, key in ((book, "read_only"), (book.parent, "folder_read_only")):
        if not place.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
            place, os.W_OK
        ):
            raise RefusedFile(key, file=book.name)


def _is_same(output: Path, book: Path) -> bool:
    try:
        return output.samefile(book)
    except OSError:
        return False


@contextmanager
def _locked(book: Path, places: tuple[Path, ...], wait: float, signals: Signals) -> Iterator[Lock]:
    """Steps 1 and 2: nobody has it open, and the lock is ours; tries again until ``wait`` seconds are
    over.
    """
    lock = Lock(book)
    until, pause = time.monotonic() + wait, 0.05
    while True:
        signals.check()
        try:
            with _failures(book):
                lock.stale_owner = check_not_open(book, *places)
                lock.acquire()
            break
        except Busy:
            left = until - time.monotonic()
            if left <= 0:
                raise
            with signals.at_once():
                time.sleep(min(pause, left))
            pause = min(pause * 1.5, 2.0)
    try:
        with _failures(book):
            check_not_open(book, *places)
        yield lock
    finally:
        lock.release()


def _computed(book: Path, compute: Compute, verify: Verify, old: bytes, signals: Signals) -> bytes | None:
    """Steps 4 and 5, interruptible at any moment."""
    with signals.at_once(), naming(book.name, ""):
        new = compute(old)
        if new is not None and new != old:
            verify(old, new)
    return new


def _clear_drafts(target: Path) -> None:
    """What killed runs left that were to write a copy of this name; there is no lock, so the living are spared."""
    for path in target.parent.glob(f"{escape(f'.{durable.short(target.name)}.lb-tmp.')}*"):
        pid = path.name.rpartition(".lb-tmp.")[2].partition("-")[0]
        if pid.isdigit() and not processes.is_alive(int(pid), ""):
            durable.remove(path)


def _swapped(temp: Path, book: Path) -> Path | None:
    try:
        return swap(temp, book)
    except FileNotFoundError:
        raise Busy("changed_meanwhile", file=book.name) from None


def _write_elsewhere(
    book: Path, output: Path, compute: Compute, verify: Verify, audit: Audit | None, signals: Signals
) -> Outcome:
    """``output``: a new file, never over an existing one; the book is only read."""
    target = real_path(output.parent) / output.name
    if not target.parent.is_dir():
        raise RefusedFile("output_folder_missing", file=target.name)
    if os.path.lexists(target):
        raise RefusedFile("output_exists", file=target.name)
    with _failures(book):
        old = retry(book.read_bytes)
    new = _computed(book, compute, verify, old, signals)
    before, after = durable.sha256(old), durable.sha256(new if new is not None else old)
    entry = AuditEntry(target.name, before, after, "write_copy")
    if new is None:
        return Outcome(False, book, before, before, entry)
    with _failures(target):
        _create(target, new, before, after, book)
    if audit is not None:
        audit(entry)
    return Outcome(True, target, before, after, entry)


def _create(target: Path, new: bytes, before: str, after: str, like: Path) -> None:
    _clear_drafts(target)
    temp = leftovers.temp_name(target, before, after)
    durable.write_new(temp, new, like=like)
    try:
        if not put_new(temp, target):
            durable.write_new(target, new, like=like)
    except FileExistsError:
        raise RefusedFile("output_exists", file=target.name) from None
    finally:
        durable.remove(temp)
    durable.sync_folder(target.parent)


@contextmanager
def _failures(book: Path) -> Iterator[None]:
    """System errors of our own steps become one sentence."""
    try:
        yield
    except OSError as error:
        if getattr(error, "winerror", None) in _HELD_OPEN:
            raise Busy("open_by", file=book.name, user="", beside="") from error
        if isinstance(error, FileNotFoundError) and not book.exists():  # Excel deletes before it renames
            raise Busy("changed_meanwhile", file=book.name) from error
        raise RefusedFile("write_failed", file=book.name, reason=error.strerror or "") from error
