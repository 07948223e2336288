"""A whole new workbook at a name: there at once or not at all (reliability §5)."""

from __future__ import annotations

import os
import sys
from glob import escape
from pathlib import Path

from leadbook.errors import Busy, RefusedFile, UsedWrongly
from leadbook.workbook import durable, processes
from leadbook.workbook.guard import real_path
from leadbook.workbook.owners import check_not_open
from leadbook.workbook.protocol import check_writable
from leadbook.workbook.swap import retry, swap


def check_handout(path: Path, book: Path, force: bool) -> Path:
    """The real place of a hand-out. Raises UsedWrongly ``output_is_book``; RefusedFile ``target_exists``,
    ``output_folder_missing``, ``not_a_file``, ``read_only``; Busy ``open_by``."""
    place = real_path(path)  # a link is written through, not replaced
    if place == real_path(book) or (place.exists() and place.samefile(book)):
        raise UsedWrongly("output_is_book", file=book.name)
    if not place.parent.is_dir():
        raise RefusedFile("output_folder_missing", file=path.name)
    if os.path.lexists(place):
        if not place.is_file():
            raise RefusedFile("not_a_file", file=path.name)
        if not force:
            raise RefusedFile("target_exists", file=path.name)
        check_writable(place)
    check_not_open(place)
    return place


def state_of(path: Path) -> str:
    """What is there now, to be compared when it is replaced: its sha256, "" without a file that can be read."""
    try:
        return durable.sha256(path.read_bytes())
    except OSError:
        return ""


def put_handout(path: Path, data: bytes, book: Path, force: bool, before: str | None = None) -> None:
    """Write ``data`` to ``path``: the old file or the complete new one is there at any moment.

    ``before``: what the run has found there (``state_of``); a file that somebody saved since is kept (X4). Raises what
    ``check_handout`` raises, RefusedFile ``write_failed`` and Busy ``changed_meanwhile``.
    """
    place = check_handout(path, book, force)
    try:
        _clear(place)
        temp = place.with_name(f"{_draft(place)}{os.getpid()}")
        durable.write_new(temp, data)  # a copy that leaves the house gets no attributes of an older one
        try:
            mask = os.umask(0)
            os.umask(mask)
            temp.chmod(0o666 & ~mask)
            if force and os.path.lexists(place):
                _replace(temp, place, before)
            else:
                _link(temp, place, data)
        finally:
            durable.remove(temp)
        durable.sync_folder(place.parent)
    except OSError as fault:
        raise RefusedFile("write_failed", file=path.name, reason=fault.strerror or "") from None


def _replace(temp: Path, place: Path, before: str | None) -> None:
    """The new file in the old one's place; one that was saved meanwhile gets its place back."""
    ours = state_of(temp)
    if before is not None and state_of(place) != before:
        raise Busy("changed_meanwhile", file=place.name)
    if sys.platform == "win32":  # ReplaceFileW would give the copy the attributes of the older one
        retry(lambda: os.replace(temp, place))
        return
    spare = swap(temp, place)
    if spare is None or before is None or state_of(spare) == before:
        return
    swap(spare, place)
    if state_of(spare) != ours:  # saved once more in between: the later one stays
        swap(spare, place)
    raise Busy("changed_meanwhile", file=place.name)


def _draft(place: Path) -> str:
    return f".{durable.short(place.name)}.lb-tmp."


def _clear(place: Path) -> None:
    """Drafts of runs that were killed, also where no finished copy ever came to be."""
    for path in place.parent.glob(f"{escape(_draft(place))}*"):
        pid = path.name.removeprefix(_draft(place))
        if pid.isdigit() and not processes.is_alive(int(pid), ""):
            durable.remove(path)


def _link(temp: Path, place: Path, data: bytes) -> None:
    """Give the name to the finished file; never over one that came meanwhile."""
    try:
        os.link(temp, place)
    except FileExistsError:
        raise RefusedFile("target_exists", file=place.name) from None
    except OSError:  # no hard links here
        durable.write_new(place, data)
