"""Letters made comparable: traditional to simplified, without tone marks, small, one character for one."""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path


@functools.cache
def simplified_table() -> dict[int, str]:
    """Give the map of traditional to simplified characters for `str.translate` (simplified.json)."""
    pairs: dict[str, str] = json.loads(
        Path(__file__).with_name("simplified.json").read_text(encoding="utf-8")
    )
    return {ord(traditional): simple for traditional, simple in pairs.items()}


def simplify(text: str) -> str:
    """Give the text in simplified characters, as far as the map goes."""
    return text if text.isascii() else text.translate(simplified_table())


def strip_tones(text: str) -> str:
    """Give Latin letters without marks, đ as d; other scripts unchanged."""
    return text if text.isascii() else unicodedata.normalize("NFC", text).translate(_BARE)


def fold(text: str) -> str:
    """Give a comparison form of the same length as the (NFC) text, so that positions still fit."""
    return text.lower() if text.isascii() else simplify(text).translate(_FOLDED)


def is_han(char: str) -> bool:
    """Whether the character is a Chinese one."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


def _bare(char: str) -> str:
    if char in "đĐ":
        return "d" if char == "đ" else "D"
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else char


def _fold_char(char: str) -> str:
    small = _bare(char).lower()
    return small if len(small) == 1 else char


class _Letters(dict[int, str]):
    """What becomes of each character, worked out when it is first met."""

    def __init__(self, change: Callable[[str], str]) -> None:
        self.change = change

    def __missing__(self, code: int) -> str:
        self[code] = self.change(chr(code))
        return self[code]


_BARE = _Letters(_bare)
_FOLDED = _Letters(_fold_char)
