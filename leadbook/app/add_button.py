"""A book that has no macro gets the Refresh button, as a new .xlsm beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from leadbook.app.book import opened
from leadbook.app.new import create
from leadbook.app.unlock import Key
from leadbook.errors import UsedWrongly
from leadbook.labels import Labels
from leadbook.model.catalogue import load_catalogue
from leadbook.vba.macro import MACRO, macro_modules
from leadbook.workbook.book import FileBook
from leadbook.workbook.button import Words, add_button, refuse_button
from leadbook.workbook.crypt import is_encrypted
from leadbook.workbook.guard import check_path, guard
from leadbook.workbook.owners import check_not_open


@dataclass(frozen=True)
class Added:
    """The new book, the sheets that have the button, the words of the book's language; whether it has a password."""

    path: Path
    sheets: tuple[str, ...]
    labels: Labels
    locked: bool = False


def add_button_to(
    path: Path, output: Path | None = None, language: str | None = None, key: Key | None = None
) -> Added:
    """Write ``path`` with button and macro to ``output`` (default: beside it, as .xlsm); never over a file.

    A book that ``key`` opens gives one that is locked with the same password. Raises RefusedFile (see
    workbook.button, guard, ``target_exists``, what ``Key`` raises), Busy ``open_by``, UsedWrongly ``button_output``;
    nothing is written then.
    """
    key = key or Key()
    check_path(path)
    target = output or path.with_suffix(".xlsm")
    if target.suffix.lower() != ".xlsm":
        raise UsedWrongly("button_output", file=target.name)
    check_not_open(path)
    locked = path.read_bytes()
    data = key.open(locked, path.name)
    guard(data, path.name)
    file = FileBook.from_bytes(data, path.name)
    refuse_button(file.package, MACRO)
    labels = opened(file, load_catalogue(), language).labels
    words = Words(labels.text("button.caption"), labels.text("button.alt"))
    made = add_button(file.package, macro_modules(), MACRO, words)
    create(target, key.seal(made.data, locked, path.name), (".xlsm",))
    target.chmod(path.stat().st_mode & 0o777)
    return Added(target, made.sheets, labels, is_encrypted(locked))
