"""Text that leaves the workbook: on one line, without control characters, never a formula, never a path (X12)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

_FORMULA: Final = "=+\\-@＝＋－＠"
# A cell starts at the start of the text; in a program with another list separator also behind ; or a line break.
_STARTS: Final = re.compile(rf"(\A|[;\t\r\n])([\s\"\u200b-\u200f\u2060\ufeff\0]*)(?=[{_FORMULA}])")
_FIRST: Final = ("\t", "\r", "\n", "\0")
_JOINERS: Final = "\u200c\u200d"  # inside emoji and some scripts
_MARKDOWN: Final = str.maketrans({**{c: f"\\{c}" for c in "\\`*_{}[]#|~!"}, "<": "&lt;", ">": "&gt;", "&": "&amp;"})
_LONGEST_NAME: Final = 40


def harmless(text: str) -> str:
    """``text`` for a cell of a CSV file: what a spreadsheet could take for a formula gets an apostrophe before it."""
    safe = _STARTS.sub(r"\1\2'", text)
    return f"'{safe}" if safe.startswith(_FIRST) else safe


def one_line(text: str) -> str:
    """``text`` without control and direction marks, on one line."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    shown = (c for c in kept if c in _JOINERS or unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    return " ".join("".join(shown).split())


def markdown(text: str) -> str:
    """``text`` on one line with all marks of Markdown and HTML made plain."""
    return one_line(text).translate(_MARKDOWN)


def file_word(text: str) -> str:
    """A part of a file name for any text: its letters and digits, and six digits that tell like names apart."""
    normal = unicodedata.normalize("NFC", text)
    word = "-".join(re.findall(r"[^\W_]+", normal))[:_LONGEST_NAME].strip("-")
    tag = hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{word}-{tag}" if word else tag
