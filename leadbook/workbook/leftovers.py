"""What a killed run left beside the book: removed, unless it may be somebody's edit."""

from __future__ import annotations

import os
import time
from glob import escape
from pathlib import Path
from typing import Final

from leadbook.errors import RefusedFile
from leadbook.workbook import backups, durable, processes
from leadbook.workbook.archive import Archive
from leadbook.workbook.crypt import is_encrypted
from leadbook.workbook.swap import swap

_DIGITS: Final = 16


def temp_name(book: Path, before: str, after: str) -> Path:
    """``.<name>.lb-tmp.<pid>-<before>-<after>``: the name tells a later run what the content can be."""
    tail = f"{os.getpid()}-{before[:_DIGITS]}-{after[:_DIGITS]}"
    return book.with_name(f".{durable.short(book.name)}.lb-tmp.{tail}")


def clear(book: Path) -> bool:
    """Under the lock: remove temporary files of dead runs. True when somebody's edit was put back or kept.

    A run killed right after its swap, before it could look at what it swapped out, leaves a file that is
    neither the old nor the new book. If the book is still what that run wrote, the two are swapped back, as
    the run itself would have done; else the file is kept in the backup folder.
    """
    rescued = False
    for path in sorted(book.parent.glob(f"{escape(f'.{durable.short(book.name)}.lb-tmp.')}*")):
        if path.name.endswith((".lock", ".old")) or _tail(path).count("-") != 2:
            _drop_draft(path)
        else:
            rescued |= _settle(path, book)
    return rescued


def _tail(path: Path) -> str:
    return path.name.rpartition(".lb-tmp.")[2]


def _drop_draft(path: Path) -> None:
    """Drafts of locks belong to runs that may be alive: only old ones, or those of dead processes."""
    pid = _tail(path).partition("-")[0]
    try:
        old = time.time() - path.stat().st_mtime > 60
    except OSError:
        return
    if old or not (pid.isdigit() and processes.is_alive(int(pid), "")):
        durable.remove(path)


def _settle(path: Path, book: Path) -> bool:
    _, before, after = _tail(path).split("-")
    try:
        data = path.read_bytes()
    except OSError:
        return False
    content, current = durable.sha256(data)[:_DIGITS], durable.sha256(book.read_bytes())[:_DIGITS]
    if content in (before, after[:_DIGITS]) or not _is_complete(data):
        durable.remove(path)
        return False
    if current == after[:_DIGITS]:
        swap(path, book)
        durable.sync_folder(book.parent)
        durable.remove(path)
    else:
        rescue(path, book)
    return True


def rescue(path: Path, book: Path) -> Path:
    """Keep a file that may be somebody's work as ``rescued-<time>`` in the backup folder. Raises OSError."""
    kept = (
        backups.make_folder(book) / f"rescued-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}{book.suffix}"
    )
    if kept.exists():
        kept = kept.with_stem(f"{kept.stem}-{os.getpid()}-{time.monotonic_ns()}")
    os.replace(path, kept)
    return kept


def _is_complete(data: bytes) -> bool:
    if is_encrypted(data):  # somebody's book with a password: nobody can look inside, so it is kept
        return True
    try:
        Archive(data)
    except RefusedFile:
        return False
    return True
