"""New files from the templates that ship with leadbook."""

from __future__ import annotations

import os
from pathlib import Path

from leadbook.assets import folder
from leadbook.errors import RefusedFile, UsedWrongly
from leadbook.labels import LANGUAGES
from leadbook.workbook.durable import write_new


def template(kind: str, language: str) -> Path:
    """The committed template ``<kind>.<language>.xlsx``."""
    if language not in LANGUAGES:
        raise UsedWrongly("language_unknown", language=language, choices=", ".join(LANGUAGES))
    return folder("templates") / f"{kind}.{language}.xlsx"


def create(path: Path, data: bytes) -> Path:
    """Write a new workbook; never over an existing file."""
    if path.suffix.lower() != ".xlsx":
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
    """A fresh team book in one language."""
    return create(path, template("book", language).read_bytes())
