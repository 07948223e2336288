"""What is in place on this machine, and how to mend what is not."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from leadbook import __version__
from leadbook.assets import folder
from leadbook.errors import LeadbookError
from leadbook.labels import LANGUAGES, Labels, load_labels

_PACKAGES: Final = (
    "openpyxl", "pandas", "jsonschema", "jsonschema-rs", "click", "xlwings", "holidays", "rapidfuzz", "rich",
)  # fmt: skip
_MODULES: Final = {"jsonschema-rs": "jsonschema_rs"}


@dataclass(frozen=True)
class Item:
    """One thing looked at: ``needed`` items that are missing make the command fail."""

    name: str
    present: bool
    needed: bool
    fix: str = ""


def examine(labels: Labels, place: Path) -> Iterator[Item]:
    """Everything a run needs, then what only some commands or the tests need."""
    text = labels.text
    yield Item(text("doctor.python", version=sys.version.split()[0]), sys.version_info >= (3, 11), True)
    yield Item(text("doctor.package", version=__version__), True, True)
    for name in _PACKAGES:
        present = find_spec(_MODULES.get(name, name)) is not None
        yield Item(f"{name} {_version(name)}".strip(), present, True, text("doctor.fix_package", name=name))
    yield Item(text("doctor.data"), _data_complete(), True, text("doctor.fix_data"))
    yield Item(text("doctor.folder", folder=str(place)), os.access(place, os.W_OK), True, text("doctor.fix_folder"))
    yield Item(text("doctor.soffice"), shutil.which("soffice") is not None, False)
    yield Item(text("doctor.excel"), _excel(), False)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _data_complete() -> bool:
    try:
        for language in LANGUAGES:
            load_labels(language)
        books = [folder("templates") / f"book.{language}.xlsx" for language in LANGUAGES]
        return folder("schemas").is_dir() and all(book.is_file() for book in books)
    except LeadbookError:
        return False


def _excel() -> bool:
    """Whether Excel is registered on this machine; leadbook works on files without it."""
    if sys.platform == "win32":
        import winreg

        try:
            winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, "Excel.Application"))
        except OSError:
            return False
        return True
    return sys.platform == "darwin" and Path("/Applications/Microsoft Excel.app").exists()
