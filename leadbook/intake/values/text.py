"""Free text and lists of people (F10-F12, F14, F19, F20)."""

from __future__ import annotations

import re
import unicodedata

from leadbook.intake.values.base import Parsed, Problem, Raw, as_text, clean_text

_MARKS = r"\s*[、,;/\n]\s*"
_HAN = "[\u3400-\u9fff]"
_UNSEEMLY = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
# 和 is also part of given names (张和平), so both sides must be long enough to be names
_BETWEEN = re.compile(
    rf"{_MARKS}|\s+(?:và|and|&)\s+|(?:(?<={_HAN}{{2}})|(?<=\*))\s*[和及与與]\s*(?={_HAN}[\u3400-\u9fff*])"
)
# in titles the words for "and" join departments
_BETWEEN_MASKED = re.compile(rf"{_MARKS}|(?<=\*)\s*(?:và|and|&|[和及与與])\s*")


def text(raw: Raw) -> Parsed:
    """Give the text trimmed at both ends and otherwise untouched; whole floats lose their ".0".

    Control characters and marks that turn the reading direction, which could rewrite a terminal line, are left out;
    a text in which nothing can be seen is no answer.
    """
    value = as_text(raw)
    if isinstance(value, Problem):
        return Parsed(None, value)
    if value.isprintable():
        return Parsed(value.strip() or None)
    value = _UNSEEMLY.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return Parsed(value if _is_visible(value) else None)


def _is_visible(value: str) -> bool:
    return any(not ch.isspace() and unicodedata.category(ch) != "Cf" for ch in value)


def people(raw: Raw) -> Parsed:
    """Give the names of a list in the order typed, each once (F19)."""
    value = clean_text(raw, keep_lines=True)
    return (
        Parsed(None, value)
        if isinstance(value, Problem)
        else Parsed(list(dict.fromkeys(split_people(value))) or None)
    )


def split_people(value: str, *, titled: bool = False) -> list[str]:
    """Split normalised text at list marks and words for "and", these behind a mask only when `titled`."""
    parts = [part.strip() for part in (_BETWEEN_MASKED if titled else _BETWEEN).split(value)]
    return [part for part in parts if part]
