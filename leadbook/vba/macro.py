"""The macro's own text: the reviewed ``.bas`` and ``.cls`` files that ship in ``templates/macro``."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from leadbook.assets import folder
from leadbook.errors import InvalidPolicy

MACRO: Final = "Refresh"  # the public Sub that the buttons call
_NAMED: Final = re.compile(r'^Attribute VB_Name *= *"([^"]+)"', re.MULTILINE)
_VERSION: Final = re.compile(
    r'^ *(?:Public|Private)? *Const LEADBOOK_MACRO\b[^=\n]*= *"?([\w.]+)"?', re.MULTILINE | re.IGNORECASE
)


@cache
def macro_modules() -> dict[str, str]:
    """Module name to text, in the order of the names. Raises InvalidPolicy ``asset_missing``."""
    files = sorted(p for p in (folder("templates") / "macro").glob("*") if p.suffix in (".bas", ".cls"))
    if not files:
        raise InvalidPolicy("asset_missing", name="templates/macro")
    texts = (path.read_text(encoding="ascii") for path in files)
    return {_name(text, path.stem): text for path, text in zip(files, texts, strict=True)}


def _name(text: str, stem: str) -> str:
    found = _NAMED.search(text)
    return found[1] if found else stem


def macro_version(text: str) -> str:
    """The number in ``Const LEADBOOK_MACRO`` of a module's text; "" when it has none."""
    found = _VERSION.search(text)
    return found[1] if found else ""
