"""New books from the templates that ship with leadbook, and new forms with the points of a policy."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from leadbook.assets import folder
from leadbook.errors import RefusedFile, UsedWrongly
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.policy import Policy
from leadbook.workbook.durable import write_new
from leadbook.workbook.guard import check_path

BOOKS: Final = (".xlsx", ".xlsm")


def template(kind: str, language: str, suffix: str = ".xlsx") -> Path:
    """The committed template ``<kind>.<language>.xlsx``, or the one with the Refresh button (``.xlsm``)."""
    if language not in LANGUAGES:
        raise UsedWrongly("language_unknown", language=language, choices=", ".join(LANGUAGES))
    return folder("templates") / f"{kind}.{language}{suffix}"


def create(path: Path, data: bytes, suffixes: tuple[str, ...] = (".xlsx",)) -> Path:
    """Write a new workbook; never over an existing file."""
    if path.suffix.lower() not in suffixes:
        raise UsedWrongly("extension_file", file=path.name)
    if path.exists():
        raise RefusedFile("target_exists", file=path.name)
    if not path.parent.is_dir():
        raise RefusedFile("output_folder_missing", file=path.name)
    try:
        write_new(path, data)
        mask = os.umask(0)
        os.umask(mask)
        path.chmod(0o666 & ~mask)  # a team's book, readable as the folder's owner wants new files to be
    except OSError as fault:
        raise RefusedFile("write_failed", file=path.name, reason=fault.strerror or "") from None
    return path


def new_book(path: Path, language: str) -> Path:
    """A fresh team book in one language; a path that ends in .xlsm gives the book with the Refresh button."""
    suffix = ".xlsm" if path.suffix.lower() == ".xlsm" else ".xlsx"
    return create(path, template("book", language, suffix).read_bytes(), BOOKS)


def new_forms(
    path: Path, language: str | None, fallback: str, rep: str = "", count: int | None = None, book: Path | None = None
) -> list[Path]:
    """New forms for one rep; with ``count`` numbered files beside ``path``, numbered on from those that are there.

    ``book`` gives its policy, its reps and its language; else the default policy and ``fallback`` count.
    No file is written over; ``RefusedFile`` says so.
    """
    data = _form(language, fallback, rep, book)
    targets = [path] if count is None else _numbered(path, count)
    return [create(target, data) for target in targets]


def _form(language: str | None, fallback: str, rep: str, book: Path | None) -> bytes:
    from leadbook.model.catalogue import load_catalogue
    from leadbook.model.policy import default_policy
    from leadbook.model.policy_sheet import localise
    from leadbook.templating.form import build_form

    catalogue = load_catalogue()
    reps: Sequence[str] = ()
    if book is None:
        labels = load_labels(language or fallback)
        policy = localise(default_policy(), labels)
    else:
        own, policy, reps = _of_book(book)
        labels = load_labels(language or own)
    return build_form(labels, catalogue, policy, rep=rep, reps=reps, today=date.today())


def _of_book(path: Path) -> tuple[str, Policy, Sequence[str]]:
    """Language, policy in force and reps of a book."""
    from leadbook.app.book import open_book, policy_of, typed_rows
    from leadbook.intake.values.base import Context
    from leadbook.model.catalogue import load_catalogue

    check_path(path)
    opened = open_book(path.read_bytes(), path.name, load_catalogue())
    team = typed_rows(opened, "team", Context(today=date.today()))
    return opened.labels.language, policy_of(opened), [str(name) for name in team.frame["rep"].dropna()]


def _numbered(path: Path, count: int) -> list[Path]:
    """``form-01.xlsx`` and so on, after the highest number that is there."""
    pattern = re.compile(re.escape(path.stem) + r"-([0-9]+)" + re.escape(path.suffix), re.IGNORECASE)
    there = path.parent.iterdir() if path.parent.is_dir() else ()
    taken = max((int(found[1]) for found in (pattern.fullmatch(p.name) for p in there) if found), default=0)
    width = max(2, len(str(taken + count)))
    return [path.with_stem(f"{path.stem}-{n:0{width}}") for n in range(taken + 1, taken + count + 1)]
