"""Who has the book open: the owner files of Excel, WPS and LibreOffice beside it."""

from __future__ import annotations

from pathlib import Path

from leadbook.errors import Busy


def check_not_open(book: Path, *also: Path) -> None:
    """Refuse while an office program has the book open (X6). ``also``: other places it is known by (a
    symlink).

    Raises Busy ``open_by`` with ``file``, ``user`` ("" when not readable) and ``beside``, the owner file's
    name.
    """
    for place in (book, *also):
        for name, reader in (
            (f"~${place.name}", _office_user),
            (f".~{place.name}", _office_user),
            (f".~lock.{place.name}#", _libre_user),
        ):
            owner = place.with_name(name)
            if owner.exists():
                raise Busy("open_by", file=book.name, user=_read(owner, reader), beside=name)


def _read(owner: Path, reader: object) -> str:
    try:
        with owner.open("rb") as stream:
            data = stream.read(4096)
    except OSError:
        return ""
    text = reader(data) if callable(reader) else ""
    return "".join(ch for ch in str(text) if ch.isprintable()).strip()[:80]


def _office_user(data: bytes) -> str:
    """165 bytes: length and name in the system's code page, from byte 55 length and name in UTF-16."""
    if len(data) > 57:
        wide = data[57 : 57 + 2 * data[55]].decode("utf-16-le", "ignore").strip("\0 ")
        if wide:
            return wide
    return data[1 : 1 + data[0]].decode("utf-8", "replace").strip("\0 ") if data else ""


def _libre_user(data: bytes) -> str:
    """``,user,host,date,profile;``; the first field is filled in newer versions, commas inside are
    escaped.
    """
    fields = [f.strip() for f in data.decode("utf-8", "replace").split(",")]
    return next((f for f in fields[:2] if f), fields[2] if len(fields) > 2 else "")
