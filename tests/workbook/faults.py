"""Faults, injected: a forked child is disturbed at the k-th system call that changes something."""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from leadbook.errors import LeadbookError
from leadbook.workbook import leftovers, protocol

Disturb = Callable[[str, tuple[Any, ...]], None]
CALLS = (
    "write", "fsync", "replace", "rename", "link", "unlink", "mkdir", "chmod", "fchmod", "fchown", "setxattr",
    "ftruncate",
)  # fmt: skip
LOOKS = ("read_bytes", "stat", "getxattr", "listxattr", "lseek", "open", "listdir", "scandir", "access")
SURVIVED = 99


@contextlib.contextmanager
def disturbed(at: int, disturb: Disturb, calls: Sequence[str] = CALLS) -> Iterator[list[str]]:
    """Call ``disturb(name, arguments)`` before the ``at``-th changing call (with ``LOOKS``: the at-th look at a file);
    yields the names seen so far."""
    seen: list[str] = []
    kept: list[tuple[Any, str, Any]] = []

    def step(name: str, args: tuple[Any, ...]) -> None:
        seen.append(name)
        if len(seen) == at:
            disturb(name, args)

    def wrap(owner: Any, name: str, when: Callable[..., bool] = lambda *a: True) -> None:
        real = getattr(owner, name)

        def stepped(*args: Any, **kwargs: Any) -> Any:
            if when(*args):
                step(name, args)
            return real(*args, **kwargs)

        kept.append((owner, name, real))
        setattr(owner, name, stepped)

    for call in calls:
        if call == "read_bytes":
            wrap(Path, call)
        elif call != "open" and hasattr(os, call):
            wrap(os, call)
    looking = calls is LOOKS
    wrap(os, "open", lambda path, flags, *rest: bool(flags & os.O_CREAT) != looking)
    for module in () if looking else (protocol, leftovers):
        real = module.swap

        def both(new: Path, book: Path, real: Any = real) -> Any:
            step("swap", (new, book))
            spare = real(new, book)
            step("after swap", (new, book))
            return spare

        kept.append((module, "swap", real))
        module.swap = both  # type: ignore[attr-defined]
    try:
        yield seen
    finally:
        for owner, name, real in reversed(kept):
            setattr(owner, name, real)


def kill(name: str, args: tuple[Any, ...]) -> None:
    """SIGKILL; of a write, half gets through."""
    if name == "write":
        os.pwrite(args[0], bytes(args[1])[: len(args[1]) // 2], os.lseek(args[0], 0, os.SEEK_CUR))
    os.kill(os.getpid(), signal.SIGKILL)


def fail(code: int) -> Disturb:
    def disturb(name: str, args: tuple[Any, ...]) -> None:
        if name != "after swap":
            raise OSError(code, os.strerror(code))

    return disturb


def send(number: int) -> Disturb:
    return lambda name, args: os.kill(os.getpid(), number)


def in_child(action: Callable[[], object]) -> int:
    """Fork, run, wait. The exit code, a LeadbookError's own, 70 after a traceback; -n killed by n."""
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 70
    try:
        action()
        code = 0
    except LeadbookError as error:
        code = error.exit_code
    except SystemExit as leaving:
        code = int(leaving.code or 0)
    except KeyboardInterrupt:
        code = 130
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def at_each_step(
    action: Callable[[], object], disturb: Disturb, calls: Sequence[str] = CALLS
) -> Iterator[tuple[int, int]]:
    """(k, exit code) of runs disturbed at step 1, 2, 3 … until one is not disturbed any more."""
    for at in itertools.count(1):

        def run(at: int = at) -> None:
            with disturbed(at, disturb, calls) as seen:
                try:
                    action()
                finally:
                    if len(seen) < at:
                        os._exit(SURVIVED)

        code = in_child(run)
        if code == SURVIVED:
            return
        yield at, code


ERRORS = (
    errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT, errno.EROFS, errno.EPERM, errno.EBUSY, errno.ESTALE,
    errno.EMFILE,
)  # fmt: skip
READ_ERRORS = (errno.EIO, errno.ESTALE, errno.EACCES)
