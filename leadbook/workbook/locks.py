"""The lock beside the book: one run works on it, the others learn who (reliability §5 step 2)."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from leadbook.errors import Busy
from leadbook.workbook import durable, processes
from leadbook.workbook.swap import retry

FOREIGN_STALE: Final = 3600.0
TORN_STALE: Final = 10.0
UNREADABLE: Final = {"user": "", "host": "", "pid": ""}  # somebody's, but they do not let us look
_NO_LINKS: Final = frozenset(
    {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}
)


class Lock:
    """``.<name>.lb-lock``: JSON with pid, start, host, space, user, time and a token of its own.

    Whoever may read the book may read its lock: a colleague must see who works on it.
    """

    def __init__(self, book: Path) -> None:
        self.book = book
        self.path = book.with_name(f".{durable.short(book.name)}.lb-lock")
        self.token = uuid.uuid4().hex
        self.stole_foreign = False
        self.stale_owner = False

    def acquire(self) -> None:
        """Take the lock or raise Busy ``locked_by`` (file, user, host, pid). A dead run's lock is replaced.

        A lock of another host, or one whose run cannot be looked at, is stale only after an hour without change;
        ``stole_foreign`` then says so.
        """
        for _ in range(5):
            if self._create():
                return
            holder = self._holder()
            if holder is None:
                continue
            if not self._is_stale(holder):
                who = {k: holder.get(k, "") for k in ("user", "host", "pid")}
                raise Busy("locked_by", file=self.book.name, **who)
            self._steal(holder)
        raise Busy("locked_by", file=self.book.name, user="", host="", pid="")

    def is_mine(self) -> bool:
        holder = self._holder()
        return holder is not None and holder.get("token") == self.token

    def is_left_over(self) -> bool:
        """Whether a lock is there whose run is dead."""
        holder = self._holder()
        return holder is not None and self._is_stale(holder)

    def release(self) -> bool:
        """Remove the lock if it is still ours; True when it is gone."""
        return durable.remove(self.path) if self.is_mine() else True

    def _create(self) -> bool:
        """All or nothing: the text is complete before the name exists, so a kill leaves no empty lock."""
        draft = self._draft("lock")
        durable.write_new(draft, self._text(), mode=self._mode())
        try:
            os.link(draft, self.path)
            return True
        except FileExistsError:
            return False
        except FileNotFoundError:
            return False  # somebody tidied the draft away; the next round writes it again
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return self._create_plainly()
        finally:
            durable.remove(draft)

    def _create_plainly(self) -> bool:
        """File systems without hard links."""
        try:
            durable.write_new(self.path, self._text(), mode=self._mode())
        except FileExistsError:
            return False
        return True

    def _mode(self) -> int:
        try:
            return 0o600 | self.book.stat().st_mode & 0o444
        except OSError:
            return 0o644

    def _draft(self, kind: str) -> Path:
        name = durable.short(self.book.name)
        return self.book.with_name(f".{name}.lb-tmp.{os.getpid()}-{self.token[:8]}.{kind}")

    def _text(self) -> bytes:
        pid = os.getpid()
        about = {
            "pid": pid,
            "start": processes.start_of(pid),
            "host": processes.host(),
            "space": processes.space(),
            "user": processes.user(),
            "time": time.time(),
            "token": self.token,
        }
        return json.dumps(about).encode()

    def _holder(self) -> dict[str, Any] | None:
        """What the lock says; {} when unreadable, None when there is none."""
        return _load(self.path)

    def _is_stale(self, holder: dict[str, Any]) -> bool:
        try:
            age = time.time() - self.path.stat().st_mtime
        except OSError:
            return False
        if not _is_here(holder):
            return age > (FOREIGN_STALE if holder else TORN_STALE)
        start = str(holder.get("start", ""))
        alive = processes.is_alive(holder["pid"], start)
        # a pid alone is given out again: without a start time the lock of a dead run must not hold for ever
        return not alive or (not start and age > FOREIGN_STALE)

    def _steal(self, holder: dict[str, Any]) -> None:
        """Move the dead lock aside, never delete by name: of two thieves only one may win."""
        aside = self._draft("old")
        with _one_thief(self.path.parent):
            if self._holder() != holder:
                return
            try:
                os.rename(self.path, aside)
            except OSError:
                return
            if _load(aside) != holder:  # without flock a fresh lock can have slipped in: put it back
                with contextlib.suppress(OSError):
                    os.link(aside, self.path)
            else:
                self.stole_foreign = bool(holder) and not _is_here(holder)
            durable.remove(aside)


def _is_here(holder: dict[str, Any]) -> bool:
    """Whether the holder's pid means something in this numbering of processes."""
    known = (processes.host(), processes.space())
    return (holder.get("host"), holder.get("space", known[1])) == known and isinstance(holder.get("pid"), int)


def _load(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(retry(path.read_bytes))
    except FileNotFoundError:
        return None
    except ValueError:
        return {}
    except OSError:
        return dict(UNREADABLE)
    return found if isinstance(found, dict) else {}


@contextlib.contextmanager
def _one_thief(folder: Path) -> Iterator[None]:
    """Serialise thieves by an advisory lock on the folder, where the system has one."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
