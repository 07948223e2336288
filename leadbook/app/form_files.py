"""The files of forms folders: found, read one by one, and refused with a reason without stopping the rest."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Final

from leadbook.app.runner import Runner, runner_for
from leadbook.errors import LeadbookError, RefusedFile
from leadbook.model.catalogue import Catalogue, load_catalogue
from leadbook.model.collected import FormRead
from leadbook.model.structured import BOOK_ONLY
from leadbook.workbook.formfile import LARGEST, read_file
from leadbook.workbook.guard import check_path

SUFFIXES: Final = (".xlsx", ".xlsm")
# Workbooks of other kinds are named, so that a form saved wrongly is not passed over in silence.
_FOREIGN: Final = (".xls", ".xlsb", ".ods", ".numbers")
BLANK: Final = "form_blank"
# Advice that fits a form: what a book is told does not.
_ADVICE: Final = {"encrypted_file": "form_encrypted"}
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that could not be taken in: its name and why, as a key of the labels (``error.<key>``)."""

    file: str
    key: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormFile:
    """One file: where it lies and how it is named for people and in LB_Forms."""

    path: Path
    name: str


def find_files(folders: Iterable[Path], book: Path) -> list[FormFile]:
    """Workbooks below the folders (a file may be named itself) in the order of their names, the book left out.

    Names that begin with ``~$`` or a dot are lock files, our backups and temporary files. Raises RefusedFile
    ``file_missing`` for a folder that is not there.
    """
    own, found, seen = os.path.realpath(book), [], set[str]()
    for folder in folders:
        if not folder.exists():
            raise RefusedFile("file_missing", file=str(folder))
        for path, name in sorted(_below(folder), key=lambda pair: pair[1]):
            real = os.path.realpath(path)  # a link that leads back to itself is for the reader to refuse
            if real == own or real in seen:
                continue
            seen.add(real)
            found.append(FormFile(path, name))
    return _told_apart(found)


def _told_apart(files: list[FormFile]) -> list[FormFile]:
    """Files of equal names in folders of equal names get as much of their path before the name as tells them apart,
    in whatever order the folders were given."""
    named: dict[str, list[FormFile]] = {}
    for file in files:
        named.setdefault(file.name, []).append(file)
    if len(named) == len(files):
        return files
    longer = {id(f): FormFile(f.path, _longer(f)) for same in named.values() if len(same) > 1 for f in same}
    return _told_apart([longer.get(id(file), file) for file in files])


def _longer(file: FormFile) -> str:
    whole = Path(os.path.abspath(file.path)).as_posix()
    before = whole[: -len(file.name) - 1].rpartition("/")[2] if whole.endswith("/" + file.name) else "…"
    return f"{before or '…'}/{file.name}"


def _below(folder: Path) -> Iterator[tuple[Path, str]]:
    if not folder.is_dir():
        yield folder, folder.name
        return
    base = Path(os.path.realpath(folder))
    for at, folders, files in os.walk(base):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(("~$", ".")) and name.lower().endswith((*SUFFIXES, *_FOREIGN)):
                path = Path(at) / name
                yield path, f"{base.name}/{path.relative_to(base).as_posix()}"


def read_files(
    files: Sequence[FormFile], catalogue: Path | None, runner: Runner | None, tick: Tick
) -> tuple[list[tuple[FormFile, FormRead]], list[Refused]]:
    """What every file says, in the order of the files, and the files that could not be read with their reasons.

    ``catalogue``: the team's extension file, or ``None``.
    """
    reads, refused = [], []
    work = partial(read_one, extension=catalogue)
    for count, (file, told) in enumerate(
        zip(files, (runner or runner_for(len(files))).map(work, files), strict=True), 1
    ):
        if isinstance(told, Refused):
            refused.append(told)
        else:
            reads += [(file, read) for read in told]
        tick(count, len(files))
    return reads, refused


@cache
def _known(extension: Path | None) -> dict[str, frozenset[str]]:
    return {t.name: frozenset(t.keys()) for t in map(_catalogue(extension).table, ("lead", "interaction"))}


@cache
def _catalogue(extension: Path | None) -> Catalogue:
    return load_catalogue(extension)


def _headers(extension: Path | None) -> Callable[[str], str | None]:
    from leadbook.labels import load_reverse

    catalogue = _catalogue(extension)
    fields = {f.key for f in catalogue.lead.owned("rep") if f.section != BOOK_ONLY}
    reverse = load_reverse(catalogue.extra_labels)

    def header(text: str) -> str | None:
        key = text.strip() if text.strip() in fields else reverse.header("lead", text)
        return key if key in fields else None

    return header


def read_one(file: FormFile, extension: Path | None = None) -> list[FormRead] | Refused:
    """One file: its customers, or why it is refused (``BLANK``: a form that nobody has filled yet). Nothing that is
    wrong with one file stops the others."""
    try:
        check_path(file.path)
        if file.path.stat().st_size > LARGEST:
            raise RefusedFile("too_large", file=file.name)
        data = file.path.read_bytes()
        reads = read_file(data, file.name, _known(extension), partial(_headers, extension))
    except OSError as fault:
        key = "not_readable" if isinstance(fault, PermissionError) else "file_unreadable"
        return Refused(file.name, key, {"file": file.name, "reason": fault.strerror or ""})
    except LeadbookError as fault:
        return Refused(file.name, _ADVICE.get(fault.key, fault.key), {**fault.params, "file": file.name})
    except (RecursionError, MemoryError, ValueError, LookupError, OverflowError):
        # A package that is broken in a way the guard does not know is still only one bad file.
        return Refused(file.name, "damaged_workbook", {"file": file.name})
    if len(reads) == 1 and reads[0].is_blank:
        return Refused(file.name, BLANK, {"file": file.name})
    return reads or Refused(file.name, "no_form", {"file": file.name})
