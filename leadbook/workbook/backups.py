"""The folder of previous files beside the book, and the record of what each run wrote (X17)."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from glob import escape
from pathlib import Path
from typing import Final

from leadbook import __version__
from leadbook.errors import RefusedFile
from leadbook.workbook import durable

KEEP_LAST: Final = 5
KEEP_WEEKS: Final = 8
SHARED: Final = ".leadbook"  # of a folder with many files, such as forms
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True, slots=True)
class Record:
    """One write: the file before it is kept under ``name``; ``after`` is the sha256 of what was written."""

    name: str
    before: str
    after: str
    time: str
    version: str = __version__

    @property
    def when(self) -> datetime:
        return datetime.strptime(self.time, _STAMP).replace(tzinfo=UTC)


def folder_of(book: Path) -> Path:
    """``.<stem>.leadbook`` beside the book; in a folder that has a shared one, ``.leadbook/<stem>.leadbook``."""
    name = f"{durable.short(book.stem)}.leadbook"
    own, shared = book.with_name(f".{name}"), book.with_name(SHARED)
    return shared / name if shared.is_dir() and not own.is_dir() else own


def make_folder(book: Path) -> Path:
    """Create the folder with the book's own permissions. Raises OSError."""
    folder = folder_of(book)
    if not folder.is_dir():
        _make(folder, book.stat().st_mode & 0o666)
    return folder


def share_folder(folder: Path) -> None:
    """From now on files in this folder have their previous files in one hidden folder, not one each. Raises OSError."""
    if not (folder / SHARED).is_dir():
        _make(folder / SHARED, folder.stat().st_mode & 0o666)


def _make(folder: Path, mode: int) -> None:
    folder.mkdir(0o700, exist_ok=True)
    os.chmod(folder, 0o700 | mode | (mode & 0o444) >> 2)
    durable.hide(folder)
    durable.sync_folder(folder.parent)


def records(book: Path) -> list[Record]:
    """All complete records of this book, oldest first (.xlsx and .xlsm of one name share the folder)."""
    found = []
    for path in sorted(folder_of(book).glob(f"*{escape(book.suffix)}.json")):
        try:
            record = Record(**json.loads(path.read_bytes()))
            record.when  # noqa: B018  (a time that cannot be read makes the record unusable)
        except (OSError, ValueError, TypeError):
            continue
        if record.name == Path(record.name).name and (folder_of(book) / record.name).is_file():
            found.append(record)
    return found


def keep(book: Path, old: bytes, new: bytes) -> Record:
    """Keep ``old`` before ``new`` is put in its place; the record comes last, so a half one never counts."""
    folder = make_folder(book)
    past = records(book)
    now = datetime.now(UTC)
    if past:  # a clock set back must not change the order
        now = max(now, past[-1].when + timedelta(microseconds=1))
    before, time = durable.sha256(old), now.strftime(_STAMP)
    record = Record(f"{time}-{before[:12]}{book.suffix}", before, durable.sha256(new), time)
    try:
        durable.write_new(folder / record.name, old, like=book)
        draft = folder / f"{record.name}.tmp"
        durable.write_new(draft, json.dumps(asdict(record)).encode(), like=book)
        try:
            os.replace(draft, _sidecar(folder, record))
        except BaseException:
            durable.remove(draft)
            raise
    except BaseException:
        drop(book, record)
        raise
    durable.sync_folder(folder)
    return record


def _sidecar(folder: Path, record: Record) -> Path:
    return folder / (record.name + ".json")


def drop(book: Path, record: Record) -> None:
    """Forget one record: its text first, so that no record points at nothing."""
    folder = folder_of(book)
    durable.remove(_sidecar(folder, record))
    durable.remove(folder / record.name)


def tidy(book: Path, current: str) -> None:
    """Remove what dead runs left: files without a record, and the newest records whose write never
    happened.
    """
    folder = folder_of(book)
    if not folder.is_dir():
        return
    past = records(book)
    while past and past[-1].before == current != past[-1].after:
        drop(book, past.pop())
    known = {name for r in past for name in (r.name, r.name + ".json")}
    for path in folder.iterdir():
        if path.name not in known and path.name[:8].isdigit() and _belongs(path, book):
            durable.remove(path)


def _belongs(path: Path, book: Path) -> bool:
    return book.suffix in path.suffixes and path.is_file()


def prune(book: Path) -> None:
    """Keep the last 5 and the first of each ISO week (the newest 8 weeks)."""
    past = records(book)
    first_of_week: dict[tuple[int, int], Record] = {}
    for record in past:
        first_of_week.setdefault(record.when.isocalendar()[:2], record)
    weeks = sorted(first_of_week)[-KEEP_WEEKS:]
    wanted = {r.name for r in past[-KEEP_LAST:]} | {first_of_week[w].name for w in weeks}
    for record in past:
        if record.name not in wanted:
            drop(book, record)


def newest(book: Path) -> tuple[Record, bytes]:
    """The last write and the file before it. Raises RefusedFile ``nothing_to_undo``, ``backup_damaged``."""
    past = records(book)
    if not past:
        raise RefusedFile("nothing_to_undo", file=book.name)
    data = (folder_of(book) / past[-1].name).read_bytes()
    if durable.sha256(data) != past[-1].before:
        raise RefusedFile("backup_damaged", file=book.name)
    return past[-1], data


def purge(book: Path) -> int:
    """Remove all kept files and rescued copies, not the audit log. Returns how many are gone.

    A customer that was forgotten must not live on here.
    """
    folder = folder_of(book)
    files = [p for p in folder.glob("*") if _belongs(p, book)]
    return sum(map(durable.remove, files))
