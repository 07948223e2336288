"""What is in place on this machine, and how to mend what is not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from leadbook import __version__
from leadbook.app.chain import examine_book, examine_machine
from leadbook.app.item import Item
from leadbook.app.machine import Machine, this_machine
from leadbook.app.unlock import Key
from leadbook.assets import folder
from leadbook.errors import LeadbookError
from leadbook.labels import LANGUAGES, Labels, load_labels

_PACKAGES: Final = (
    "openpyxl", "pandas", "jsonschema", "jsonschema-rs", "click", "xlwings", "holidays", "rapidfuzz", "rich",
)  # fmt: skip
_MODULES: Final = {"jsonschema-rs": "jsonschema_rs"}


def examine(labels: Labels, place: Path) -> Iterator[Item]:
    """Everything that a run needs."""
    text = labels.text
    yield Item(text("doctor.python", version=sys.version.split()[0]), sys.version_info >= (3, 11), True)
    yield Item(text("doctor.package", version=__version__), True, True)
    for name in _PACKAGES:
        present = find_spec(_MODULES.get(name, name)) is not None
        yield Item(f"{name} {_version(name)}".strip(), present, True, text("doctor.fix_package", name=name))
    yield Item(text("doctor.data"), _data_complete(), True, text("doctor.fix_data"))
    yield Item(text("doctor.folder", folder=str(place)), os.access(place, os.W_OK), True, text("doctor.fix_folder"))


def examine_button(
    labels: Labels, book: Path | None, machine: Machine | None = None, key: Key | None = None
) -> Iterator[Item]:
    """What the Refresh button needs of this machine and, when one is named, of the book."""
    machine = machine or this_machine()
    yield from examine_machine(labels, machine, _version("xlwings"))
    if book is not None:
        yield from examine_book(labels, machine, book, key)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _data_complete() -> bool:
    try:
        for language in LANGUAGES:
            load_labels(language)
        kinds = (".xlsx", ".xlsm")
        books = [folder("templates") / f"book.{language}{kind}" for language in LANGUAGES for kind in kinds]
        return folder("schemas").is_dir() and all(book.is_file() for book in books)
    except LeadbookError:
        return False
