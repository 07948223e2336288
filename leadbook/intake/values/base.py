"""What every value parser shares: its input, its answer and the cleaning of typed text."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

Raw = str | float | bool

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WIDE |= {0x3000: 0x20, 0xFFE5: 0xA5, 0xFFE1: 0xA3, 0xFFE0: 0xA2}
_HAS_WIDE = re.compile("[\u3000\uff01-\uff5e\uffe0\uffe1\uffe5]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Problem:
    """A named remark or error about one value; `params` fill the label's placeholders."""

    name: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Parsed:
    """The understood value and what is to be said about it; both may be set, blank text gives neither."""

    value: object | None
    problem: Problem | None = None


@dataclass(frozen=True)
class Context:
    """What a parser may know besides the value.

    `anchor` gives the year of year-less dates (F21 takes it from F17); `currency` is the book's ISO 4217
    code; `region` an ISO 3166 code; `day_first` decides 5/11/2023 where the language does not.
    """

    today: datetime.date
    lang: str = "en"
    currency: str | None = None
    region: str | None = None
    day_first: bool = True
    anchor: datetime.date | None = None

    @property
    def roc_years(self) -> bool:
        """Whether three-digit years count from 1912 (Taiwan)."""
        return self.region == "TW" or (self.region is None and self.lang == "zh-Hant")


def normalise(text: str, *, keep_lines: bool = False) -> str:
    """Give the text in NFC, half-width, without invisible characters, with single spaces, trimmed.

    With `keep_lines` line breaks survive as "\\n". Idempotent. Stored free text keeps its form.
    """
    if text.isascii() and text.isprintable():  # nothing to widen, compose or hide
        return (_SPACES.sub(" ", text) if "  " in text else text).strip()
    text = text.translate(_WIDE) if _HAS_WIDE.search(text) else text
    lines = text.splitlines() if keep_lines else [text]
    cleaned = [_clean_line(line) for line in lines]
    return "\n".join(line for line in cleaned if line)


def _clean_line(line: str) -> str:
    if line.isprintable():  # nothing invisible, no space but " "
        visible = line
    else:
        visible = "".join(
            " " if char.isspace() else char
            for char in line
            if char.isspace() or unicodedata.category(char) not in ("Cc", "Cf", "Cs")
        )
    return _SPACES.sub(" ", unicodedata.normalize("NFC", visible)).strip()


def as_text(raw: Raw) -> str | Problem:
    """Give the raw value as a General cell shows it (15 digits), or the problem with its kind."""
    if isinstance(raw, bool):
        return Problem("boolean_value")
    if isinstance(raw, str):
        return raw
    if not math.isfinite(raw):
        return Problem("not_a_number")
    return str(int(raw)) if float(raw).is_integer() else format(raw, ".15g")


def clean_text(raw: Raw, *, keep_lines: bool = False) -> str | Problem:
    """Like `as_text`, normalised."""
    text = as_text(raw)
    return text if isinstance(text, Problem) else normalise(text, keep_lines=keep_lines)


def understood(value: str, remark: str | None) -> Parsed:
    """Give a value with an optional remark on what was `assumed`."""
    return Parsed(value, Problem(remark, {"assumed": value}) if remark else None)


def failed(name: str, **params: object) -> Parsed:
    """Give an answer without a value."""
    return Parsed(None, Problem(name, params))


def alternation(words: Sequence[str]) -> str:
    """Give a regular expression for any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
