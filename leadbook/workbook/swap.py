"""Put the new file in the book's place in one step, keeping what was there to look at."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")
PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
HELD: Final = (5, 32, 33)  # Windows: access denied, sharing violation, lock violation: a scanner or a sync client
_NO_EXCHANGE: Final = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_AT_FDCWD: Final = -100
_EXCLUSIVE: Final = 4  # macOS RENAME_EXCL
_NO_REPLACE: Final = 1
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
    return _rename(new, book, _EXCHANGE, _EXCHANGE)


def put_new(new: Path, target: Path) -> bool:
    """Give ``new`` the name ``target``, which must be free; ``new`` may be left, too. False when this file system can
    do it neither by a link nor by a rename that replaces nothing. Raises FileExistsError, and OSError with ``target``
    not there."""
    if sys.platform == "win32":
        retry(lambda: os.rename(new, target))  # refuses there when the target exists
        return True
    try:
        os.link(new, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links here
        return _rename(new, target, _NO_REPLACE, _EXCLUSIVE)
    return True


def _rename(new: Path, book: Path, linux: int, darwin: int) -> bool:
    """The system's own rename with a flag; False where there is none."""
    library = ctypes.CDLL(None, use_errno=True)
    a, b = os.fsencode(new), os.fsencode(book)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        failed = library.renameat2(_AT_FDCWD, a, _AT_FDCWD, b, ctypes.c_uint(linux))
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):  # not yet tried on macOS
        failed = library.renamex_np(a, b, ctypes.c_uint(darwin))
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
        os.replace(new, book)
        return None
    raise ctypes.WinError(code)


def retry(action: Callable[[], T], sleep: Callable[[float], object] = time.sleep) -> T:
    """Run ``action`` again, about two seconds in all, while another program holds the file: on the Windows codes
    ``HELD`` only. What it raises last, a true denial included, is raised here."""
    for pause in PAUSES:
        try:
            return action()
        except OSError as error:
            if getattr(error, "winerror", None) not in HELD:
                raise
            sleep(pause)
    return action()
