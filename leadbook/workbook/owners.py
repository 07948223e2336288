"""Who has the book open: the owner files of Excel, WPS and LibreOffice beside it, and which of them are left over."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from leadbook.errors import Busy
from leadbook.workbook import processes

ABANDONED: Final = 7 * 86_400.0  # longer than a book stays open over a holiday weekend
_OFFICE: Final = ("soffice", "oosplash", "libreoffice")
_GENERIC_READ_WRITE: Final = 0xC0000000
_OPEN_EXISTING: Final = 3
_INVALID: Final = 0xFFFFFFFFFFFFFFFF


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner file: who wrote it on which host ("" when it does not say)."""

    path: Path
    user: str
    host: str


def check_not_open(book: Path, *also: Path) -> bool:
    """Refuse while an office program has the book open (X6). ``also``: other places it is known by (a
    symlink).

    Raises Busy ``open_by`` with ``file``, ``user`` ("" when not readable) and ``beside``, the owner file's
    name. True when the owner file of a session that is dead was passed over; it is left where it is.
    """
    found = [owner for place in (book, *also) for owner in _beside(place)]
    for owner in found:
        if not is_left_over(owner, book):
            raise Busy("open_by", file=book.name, user=owner.user, beside=owner.path.name)
    return bool(found)


def _beside(book: Path) -> list[Owner]:
    names: tuple[tuple[str, Callable[[bytes], tuple[str, str]]], ...] = (
        (f"~${book.name}", _office_owner), (f".~{book.name}", _office_owner), (f".~lock.{book.name}#", _libre_owner),
    )  # fmt: skip
    places = [(book.with_name(name), reader) for name, reader in names]
    return [Owner(place, *_read(place, reader)) for place, reader in places if place.exists()]


def is_left_over(owner: Owner, book: Path) -> bool:
    """Whether the session that wrote an owner file is dead for certain; in doubt, no (docs/platforms.md).

    Windows: it can be opened with no sharing at all. Elsewhere nothing forbids to open it, so: a LibreOffice marker
    of this host is left over when no LibreOffice runs here; any other one when it is a week old, can be opened for
    writing and no process that can be seen has it or the book open.
    """
    if sys.platform == "win32":
        return _opens_alone(owner.path)
    if owner.host and owner.host == processes.host():
        return processes.running(_OFFICE) is False
    try:
        age = time.time() - owner.path.stat().st_mtime
    except FileNotFoundError:
        return True  # closed at this very moment
    except OSError:
        return False
    return age > ABANDONED and _opens(owner.path) and not processes.holds_open((owner.path, book))


def _opens(path: Path) -> bool:
    """On a network drive the server refuses while Excel holds the file."""
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError:
        return False
    return True


def _opens_alone(path: Path) -> bool:
    """Not yet tried on Windows: share mode 0 fails while any program has the file open."""
    if sys.platform != "win32":
        return False
    import ctypes

    kernel = ctypes.windll.kernel32
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(str(path), _GENERIC_READ_WRITE, 0, None, _OPEN_EXISTING, 0, None)
    if handle in (None, _INVALID):
        return False
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return True


def _read(owner: Path, reader: Callable[[bytes], tuple[str, str]]) -> tuple[str, str]:
    try:
        with owner.open("rb") as stream:
            user, host = reader(stream.read(4096))
    except OSError:
        return "", ""
    return _clean(user), _clean(host)


def _clean(text: str) -> str:
    return "".join(ch for ch in text if ch.isprintable()).strip()[:80]


def _office_owner(data: bytes) -> tuple[str, str]:
    """165 bytes: length and name in the system's code page, from byte 55 length and name in UTF-16; no host."""
    if len(data) > 57:
        wide = data[57 : 57 + 2 * data[55]].decode("utf-16-le", "ignore").strip("\0 ")
        if wide:
            return wide, ""
    return (data[1 : 1 + data[0]].decode("utf-8", "replace").strip("\0 ") if data else ""), ""


def _libre_owner(data: bytes) -> tuple[str, str]:
    """``,user,host,date,profile;``; the first field is filled in newer versions, commas inside are
    escaped.
    """
    fields = [f.strip() for f in data.decode("utf-8", "replace").split(",")]
    user = next((f for f in fields[:2] if f), fields[2] if len(fields) > 2 else "")
    return user, fields[2] if len(fields) > 2 else ""
