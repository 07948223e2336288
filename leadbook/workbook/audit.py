"""The audit log: who processed which file when, never what is in it (X16)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from leadbook import __version__
from leadbook.workbook import durable, processes

NAME: Final = "audit.jsonl"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the log. ``before``/``after`` are sha256 of the file; ``counts`` holds numbers only."""

    file: str
    before: str
    after: str
    action: str = "write"
    counts: Mapping[str, int] = field(default_factory=dict)
    exit: int = 0
    time: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    user: str = field(default_factory=processes.user)
    host: str = field(default_factory=processes.host)
    version: str = __version__


def append(folder: Path, entry: AuditEntry) -> None:
    """Add one complete line by one write; a line torn by a full disk or a kill is taken back. Raises OSError.

    Callers hold the book's lock, or write small lines that the system appends as one.
    """
    line = json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n"
    _mend(folder / NAME)
    path = _rotated(folder, entry.time[:4])
    mode = folder.stat().st_mode & 0o666  # whoever may run leadbook on the book may add a line
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), mode)
    try:
        size = os.fstat(handle).st_size
        if os.write(handle, line) != len(line):
            os.ftruncate(handle, size)
            raise OSError(28, os.strerror(28), str(path))
        os.fsync(handle)
    finally:
        os.close(handle)


def lines(folder: Path) -> Iterator[dict[str, Any]]:
    """All complete lines, oldest first; a line that cannot be read is passed over."""
    for path in [*sorted(folder.glob("audit-*.jsonl")), folder / NAME]:
        try:
            raw = path.read_bytes().splitlines()
        except OSError:
            continue
        for line in raw:
            try:
                found = json.loads(line)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield found


def is_whole(path: Path) -> bool:
    """Whether the last line is complete and every line can be read."""
    try:
        raw = path.read_bytes()
        for line in raw.splitlines():
            json.loads(line)
    except (OSError, ValueError):
        return False
    return not raw or raw.endswith(b"\n")


def tells(folder: Path, after: str) -> bool:
    """Whether a line says that this content was written."""
    return any(line.get("after") == after for line in lines(folder))


def _mend(path: Path) -> None:
    """Cut off a last line that a kill or a power cut left incomplete."""
    if not path.exists():
        return
    with path.open("r+b") as stream:
        size = stream.seek(0, os.SEEK_END)
        start = stream.seek(max(0, size - 65_536))
        whole = start + stream.read().rfind(b"\n") + 1
        if whole < size:
            stream.truncate(whole)


def _rotated(folder: Path, year: str) -> Path:
    """Last year's log becomes ``audit-<year>.jsonl``; old years are kept until ``prune`` is told a limit."""
    path = folder / NAME
    try:
        with path.open("rb") as stream:
            first = json.loads(stream.readline()).get("time", "")[:4]
    except (OSError, ValueError, AttributeError):
        return path
    if first and first < year:
        kept = folder / f"audit-{first}.jsonl"
        if not kept.exists():
            os.rename(path, kept)
    return path


def prune(folder: Path, years: int) -> list[Path]:
    """Remove logs of whole years older than ``years`` (PIPL art. 56 asks for at least 3). Returns what is
    gone.
    """
    if years < 3:
        raise ValueError("an audit log is kept for at least 3 years")
    limit = datetime.now(UTC).year - years
    old = [p for p in folder.glob("audit-*.jsonl") if p.stem[6:].isdigit() and int(p.stem[6:]) < limit]
    return [p for p in old if durable.remove(p)]
