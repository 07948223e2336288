"""The guard in front of every reader: says what a file is, and lets only plain workbooks through."""

from __future__ import annotations

import errno
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import unquote
from xml.parsers import expat

from leadbook.errors import RefusedFile
from leadbook.workbook.archive import CHUNK, Archive, Entry
from leadbook.workbook.package import CONTENT_TYPES, Package
from leadbook.workbook.xmltree import PrologScan

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may cost (reliability §3.6); sizes in bytes, ratio = inflated / packed."""

    entries: int = 2_000
    ratio: int = 100
    ratio_from: int = MIB
    part: int = 2 << 30
    total: int = 3 << 30
    file: int = 1 << 30


LIMITS: Final = Limits()

_EXTENSIONS: Final = {
    ".xlsx": "", ".xlsm": "", ".xls": "old_xls", ".xlsb": "xlsb_file", ".ods": "ods_file", ".csv":
    "text_file", ".tsv": "text_file", ".txt": "text_file", ".htm": "html_file", ".html": "html_file",
    ".numbers": "numbers_file",
}  # fmt: skip
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML: Final = (
    b"<!doctype html",
    b"<html",
    b"<head",
    b"<body",
    b"<table",
    b"<meta",
    b"<style",
    b"mime-version:",
)
_SHEET_2003: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
_ODS: Final = b"application/vnd.oasis.opendocument"
_FOREIGN: Final = {
    "word/document.xml": "word_document", "ppt/presentation.xml": "presentation", "Index.zip": "numbers_file",
}  # fmt: skip
_NOT_PARSED: Final = (".svg", ".htm", ".html", ".mht")
_TEXT_CONTROLS: Final = frozenset(range(32)) - {9, 10, 12, 13, 27}


def check_path(path: Path) -> None:
    """Look at a path before opening it: a pipe would hang, a folder is not a book.

    Raises RefusedFile ``file_missing``, ``symlink_loop``, ``is_folder``, ``not_a_file``, ``not_readable``,
    ``owner_file``, ``file_too_large``, or the key of the format that the extension names (``wrong_extension``
    when it names none).
    """
    name = path.name or str(path)
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise RefusedFile("file_missing", file=name) from None
    except (OSError, ValueError) as fault:
        looped = isinstance(fault, OSError) and fault.errno == errno.ELOOP
        raise RefusedFile("symlink_loop" if looped else "not_readable", file=name) from None
    mode = found.st_mode
    if stat.S_ISDIR(mode):
        raise RefusedFile("is_folder", file=name)
    if not stat.S_ISREG(mode):
        raise RefusedFile("not_a_file", file=name)
    if name.startswith(("~$", ".~")):
        raise RefusedFile("owner_file", file=name)
    key = _EXTENSIONS.get(path.suffix.lower(), "wrong_extension")
    if key:
        raise RefusedFile(key, file=name)
    if found.st_size > LIMITS.file:
        raise RefusedFile("file_too_large", file=name, limit=LIMITS.file // MIB)


def real_path(path: Path) -> Path:
    """The place behind all links, whether a file is there or not. Raises RefusedFile ``symlink_loop`` or
    ``not_readable``."""
    try:
        return path.resolve()
    except RuntimeError:  # what Python up to 3.12 makes of a loop
        raise RefusedFile("symlink_loop", file=path.name or str(path)) from None
    except (OSError, ValueError) as fault:
        looped = isinstance(fault, OSError) and fault.errno == errno.ELOOP
        raise RefusedFile("symlink_loop" if looped else "not_readable", file=path.name or str(path)) from None


def guard(data: bytes, name: str, *, deep: bool = True, limits: Limits = LIMITS) -> None:
    """Refuse everything that is not a plain, honest .xlsx/.xlsm; one key for each reason (X9, X13).

    ``deep`` inflates every part once, so that readers without bounds may follow; our own reader bounds each
    part itself and may pass False (then only the prolog of each part is inflated). Raises RefusedFile.
    """
    archive = guard_outside(data, name, limits)
    for entry in archive.entries:
        _check_content(archive, entry, deep)
    Package.from_bytes(data, name).sheets  # noqa: B018


def guard_outside(data: bytes, name: str, limits: Limits = LIMITS) -> Archive:
    """What can be told without looking into the parts: kind of file, entry names, declared sizes. For a reader that
    bounds what it inflates and refuses a DOCTYPE itself. Raises RefusedFile."""
    _sniff(data, name)
    archive = Archive(data, name)
    _check_foreign(archive)
    _check_names(archive)
    _check_sizes(archive, limits)
    return archive


def _sniff(data: bytes, name: str) -> None:
    """Name the kind of a file that is no zip, by its first bytes."""
    if not data:
        raise RefusedFile("empty_file", file=name)
    if data.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise RefusedFile("encrypted_file" if encrypted else "old_xls", file=name)
    if data.startswith(b"PK\x03\x04") or b"PK\x05\x06" in data[-65_557:]:
        return
    raise RefusedFile(_kind_of_text(data[:65_536]), file=name)


def _kind_of_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML) or b"<html" in start[:2048]:
        return "html_file"
    if start.startswith(b"<?xml") and _SHEET_2003 in start:
        return "xml_2003_file"
    if start.startswith((b"%pdf", b"{\\rtf")) or _TEXT_CONTROLS.intersection(head):
        return "unknown_file"
    return "text_file"


def _check_foreign(archive: Archive) -> None:
    """Zips of other office programs."""
    names = archive.by_name
    for known, key in _FOREIGN.items():
        if known in names:
            raise RefusedFile(key, file=archive.name)
    first = archive.entries[0] if archive.entries else None
    if first and first.name == "mimetype" and first.size < 200 and archive.read(first).startswith(_ODS):
        raise RefusedFile("ods_file", file=archive.name)
    if any(n.startswith("Index/") and n.endswith(".iwa") for n in names):
        raise RefusedFile("numbers_file", file=archive.name)


def _check_names(archive: Archive) -> None:
    """Two entries that some reader takes for one, or a name that leaves the package."""
    seen: set[str] = set()
    for entry in archive.entries:
        folded = unquote(entry.name.rstrip("/")).casefold()
        if folded in seen:
            raise RefusedFile("ambiguous_package", file=archive.name)
        seen.add(folded)
        if _unsafe(entry.name):
            raise RefusedFile("unsafe_names", file=archive.name)
    if CONTENT_TYPES.casefold() not in seen:
        raise RefusedFile("not_a_workbook", file=archive.name)


def _unsafe(name: str) -> bool:
    steps = name.rstrip("/").split("/")
    return (
        any(step in ("", ".", "..") for step in steps)
        or "\\" in name
        or ":" in name
        or any(ord(ch) < 32 or ord(ch) == 127 for ch in name)
    )


def _check_sizes(archive: Archive, limits: Limits) -> None:
    """Zip-bomb ratios as declared, before anything is inflated."""
    if len(archive.entries) > limits.entries:
        raise RefusedFile("too_many_parts", file=archive.name, limit=limits.entries)
    total = sum(e.size for e in archive.entries)
    packed = sum(e.packed for e in archive.entries)
    if any(e.size > limits.part for e in archive.entries) or total > limits.total:
        raise RefusedFile("too_large", file=archive.name)
    for size, room in [(total, packed), *((e.size, e.packed) for e in archive.entries)]:
        if size > limits.ratio_from and size > limits.ratio * room:
            raise RefusedFile("zip_bomb", file=archive.name, part="")


def _check_content(archive: Archive, entry: Entry, deep: bool) -> None:
    """Inflate against the declared size; a DOCTYPE can only stand before the root element."""
    scan = None if entry.name.lower().endswith(_NOT_PARSED) else PrologScan(entry.name, archive.name)
    is_xml = entry.name.lower().endswith((".xml", ".rels"))
    for piece in archive.chunks(entry):
        try:
            if scan and _feed(scan, piece):
                scan = None
        except expat.ExpatError:
            if is_xml:
                raise RefusedFile("damaged_xml", file=archive.name, part=entry.name) from None
            scan = None
        if not deep and scan is None:
            return


def _feed(scan: PrologScan, piece: bytes) -> bool:
    """Small bites first: the root element is nearly always in the first kilobytes."""
    return any(scan.feed(piece[at : at + 4096]) for at in range(0, min(len(piece), CHUNK), 4096))
