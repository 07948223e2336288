"""Where a hand-out is written: checked names, whole files or none, never over a workbook (reliability §5, X12)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from leadbook.errors import RefusedFile, UsedWrongly
from leadbook.workbook import durable, leftovers
from leadbook.workbook.guard import real_path
from leadbook.workbook.swap import retry

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and its kin, .xls


def beside(book: Path, word: str, suffix: str) -> Path:
    """The usual name of a hand-out: ``team.word.csv`` beside ``team.xlsx``."""
    return book.with_name(f"{book.stem}.{word}{suffix}")


def target(book: Path, output: Path | None, word: str, suffix: str) -> Path:
    """The one file to write: ``output``, the usual name in that folder, or beside the book.

    Raises UsedWrongly ``output_is_book``, ``export_suffix``.
    """
    usual = beside(book, word, suffix)
    if output is None:
        return usual
    if output.is_dir():
        return output / usual.name
    if _same(output, book):
        raise UsedWrongly("output_is_book", file=book.name)
    if output.suffix.lower() != suffix:
        raise UsedWrongly("export_suffix", file=output.name, suffix=suffix)
    return output


def folder(book: Path, output: Path | None, word: str) -> Path:
    """The folder for several files; made when it is not there. Raises UsedWrongly, RefusedFile."""
    place = output or book.with_name(f"{book.stem}.{word}")
    if place.exists() and not place.is_dir() or place.suffix.lower() in (".ics", ".csv", ".json", ".parquet"):
        raise UsedWrongly("export_needs_folder", file=place.name)
    try:
        place.mkdir(exist_ok=True)
    except FileNotFoundError:
        raise RefusedFile("output_folder_missing", file=place.name) from None
    except OSError as fault:
        raise RefusedFile("write_failed", file=place.name, reason=fault.strerror or "") from None
    return place


def write(path: Path, data: bytes, book: Path) -> None:
    """Put ``data`` at ``path`` in one step: the old file or the complete new one is there at any moment.

    Raises RefusedFile ``output_is_workbook``, ``not_a_file``, ``output_folder_missing``, ``write_failed``; UsedWrongly
    ``output_is_book``.
    """
    path = real_path(path)  # a link is written through, not replaced
    _check(path, book)
    try:
        if path.exists() and path.read_bytes() == data:
            return
        leftovers.clear(path)
        temp = path.with_name(f".{durable.short(path.name)}.lb-tmp.{os.getpid()}")
        durable.write_new(temp, data, like=path if path.exists() else None)
        try:
            if not path.exists():
                mask = os.umask(0)
                os.umask(mask)
                temp.chmod(0o666 & ~mask)
            retry(lambda: os.replace(temp, path))
        finally:
            durable.remove(temp)
        durable.sync_folder(path.parent)
    except OSError as fault:
        raise RefusedFile("write_failed", file=path.name, reason=fault.strerror or "") from None


def _check(path: Path, book: Path) -> None:
    if not path.parent.is_dir():
        raise RefusedFile("output_folder_missing", file=path.name)
    if _same(path, book):
        raise UsedWrongly("output_is_book", file=book.name)
    if not path.exists():
        return
    if not path.is_file():
        raise RefusedFile("not_a_file", file=path.name)
    try:
        with path.open("rb") as held:
            start = held.read(4)
    except OSError:
        raise RefusedFile("not_readable", file=path.name) from None
    if start in _WORKBOOKS:
        raise RefusedFile("output_is_workbook", file=path.name)


def _same(path: Path, book: Path) -> bool:
    try:
        return path.samefile(book)
    except OSError:
        return real_path(path) == real_path(book)
