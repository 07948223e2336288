"""Put the new file in the book's place in one step, keeping what was there to look at."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")
_RETRY_SECONDS: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
_HELD: Final = (
    5,
    32,
    33,
)  # Windows: access denied, sharing violation, lock violation: a scanner or a sync client
_NO_EXCHANGE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_AT_FDCWD: Final = -100
_EXCHANGE: Final = 2
_MOVED_AWAY: Final = (
    1177  # ReplaceFileW: the old file sits under the backup name, the new one is not in place
)
_UNSUPPORTED: Final = (1, 50)


def swap(new: Path, book: Path) -> Path | None:
    """Replace ``book`` by ``new`` atomically. Returns where the old file is now, None if it is gone.

    Linux renameat2 and macOS renamex_np exchange the two; Windows ReplaceFileW keeps the old one under a
    backup name, and ACL and Mark of the Web on the book; elsewhere os.replace, where the old file cannot be
    looked at any more. Raises OSError with ``book`` as it was.
    """
    if sys.platform == "win32":
        return _replace_windows(new, book)
    if _exchange(new, book):
        return new
    os.replace(new, book)
    return None


def _exchange(new: Path, book: Path) -> bool:
    """True when exchanged, False when the system cannot; OSError when it failed."""
    library = ctypes.CDLL(None, use_errno=True)
    a, b = os.fsencode(new), os.fsencode(book)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, a, _AT_FDCWD, b, ctypes.c_uint(_EXCHANGE))
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):  # not yet tried on macOS
        failed = library.renamex_np(a, b, ctypes.c_uint(_EXCHANGE))
    else:
        return False
    if not failed:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(book))


def _replace_windows(new: Path, book: Path) -> Path | None:
    """Not yet tried on Windows."""
    old = new.with_name(new.name + ".was")
    return retry(lambda: _replace_file(new, book, old))


def _replace_file(new: Path, book: Path, old: Path) -> Path | None:
    if sys.platform != "win32":
        raise OSError(errno.ENOSYS, "ReplaceFileW")
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    text = ctypes.c_wchar_p
    kernel.ReplaceFileW.argtypes = [text, text, text, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_void_p]
    kernel.ReplaceFileW.restype = ctypes.c_int
    if kernel.ReplaceFileW(str(book), str(new), str(old), 0, None, None):
        return old
    code = ctypes.get_last_error()
    if code == _MOVED_AWAY and not book.exists():
        os.rename(old, book)
    if code in _UNSUPPORTED:
        _copy_zone(book, new)
        os.replace(new, book)
        return None
    raise ctypes.WinError(code)


def _copy_zone(source: Path, target: Path) -> None:
    """Mark of the Web: without it Office would run macros of a downloaded book (reliability §2)."""
    with contextlib.suppress(OSError), open(f"{source}:Zone.Identifier", "rb") as stream:
        mark = stream.read()
        with open(f"{target}:Zone.Identifier", "wb") as out:
            out.write(mark)


def retry(action: Callable[[], T]) -> T:
    """Run ``action`` again, about two seconds in all, while another program holds the file (Windows only)."""
    for pause in _RETRY_SECONDS:
        try:
            return action()
        except OSError as error:
            if getattr(error, "winerror", None) not in _HELD:
                raise
            time.sleep(pause)
    return action()
