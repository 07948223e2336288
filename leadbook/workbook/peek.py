"""One property of a workbook on the disk, without opening the workbook: for messages that come before it is read."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Final

from .xmlparts import as_utf8, plain_text

LANGUAGE_PROPERTY: Final = "leadbook.language"
_PART: Final = re.compile(r"docProps/custom[0-9]*\.xml\Z", re.IGNORECASE)
_MOST: Final = 1 << 18  # bytes; the properties of a book of ours are a few hundred
_PROPERTY: Final = re.compile(
    rb"""<(?:\w+:)?property\b[^>]*?\sname\s*=\s*["']([^"']*)["'][^>]*>\s*<[^>]*>([^<]*)<""")


def peek_property(path: Path, name: str) -> str:
    """The custom document property ``name``; "" without one, and for a file that is none, is locked or unreadable."""
    try:
        with zipfile.ZipFile(path) as package:
            for part in package.infolist():
                if _PART.fullmatch(part.filename) and part.file_size <= _MOST:
                    data, _ = as_utf8(package.read(part))
                    found = {plain_text(key): plain_text(value) for key, value in _PROPERTY.findall(data)}
                    return found.get(name, "")
    except Exception:  # only the language of a message hangs on it; whoever reads the book says what is wrong
        return ""
    return ""
