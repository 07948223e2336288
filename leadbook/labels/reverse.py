"""From a header or choice as people type it, in any of the four languages, back to its code."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadbook.assets import read_json
from leadbook.labels.catalogue import LANGUAGES, Labels, load_labels

_SYNONYMS = Path(__file__).resolve().parent / "synonyms.json"
_IGNORED = str.maketrans("", "", " \t\r\n\u00a0\u200b\ufeff\u3000'\"“”‘’「」*:：.。")


def fold(text: str) -> str:
    """Case, width, NFC/NFD and spacing removed; diacritics kept."""
    plain = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return plain.translate(_IGNORED)


def bare(text: str) -> str:
    """``fold`` without diacritics (Vietnamese typed without marks)."""
    folded = fold(text)
    if folded.isascii():
        return folded
    split = unicodedata.normalize("NFD", folded).replace("đ", "d")
    return "".join(ch for ch in split if not unicodedata.combining(ch))


@dataclass(frozen=True)
class Reverse:
    """Look-up tables from folded text to code, one for each choice list and each table's headers."""

    choices: Mapping[str, Mapping[str, str]]
    headers: Mapping[str, Mapping[str, str]]

    def choice(self, list_name: str, text: str) -> str | None:
        """The code of a choice typed in any language, or ``None``."""
        known = self.choices.get(list_name, {})
        return known.get(fold(text)) or known.get("~" + bare(text))

    def header(self, table: str, text: str) -> str | None:
        """The field key of a header typed in any language, or ``None``."""
        known = self.headers.get(table, {})
        return known.get(fold(text)) or known.get("~" + bare(text))


def _learn(known: dict[str, str], text: str, code: str) -> None:
    known.setdefault(fold(text), code)
    plain = "~" + bare(text)
    # Two labels that differ only in diacritics cannot be told apart without them.
    known[plain] = code if known.get(plain, code) == code else ""


def build_reverse(catalogues: Iterable[Labels], synonyms: Mapping[str, Mapping[str, Iterable[str]]]) -> Reverse:
    """Reverse look-ups over all ``catalogues`` plus ``synonyms`` (group to code to spellings)."""
    choices: dict[str, dict[str, str]] = {}
    headers: dict[str, dict[str, str]] = {}
    for labels in catalogues:
        for key, text in [*labels.texts.items(), *labels.extra.items()]:
            parts = key.split(".")
            if parts[0] == "choice" and len(parts) == 3:
                known = choices.setdefault(parts[1], {})
                _learn(known, text, parts[2])
                _learn(known, parts[2], parts[2])
            elif len(parts) == 2:
                known = headers.setdefault(parts[0], {})
                _learn(known, text, parts[1])
                _learn(known, parts[1], parts[1])
    for group, codes in synonyms.items():
        kind, _, name = group.partition(".")
        target = (choices if kind == "choice" else headers).setdefault(name, {})
        for code, spellings in codes.items():
            for spelling in spellings:
                _learn(target, spelling, code)
    return Reverse(choices, headers)


@cache
def _standard() -> Reverse:
    return build_reverse([load_labels(language) for language in LANGUAGES], read_json(_SYNONYMS))


def load_reverse(extra: Mapping[str, Mapping[str, str]] | None = None) -> Reverse:
    """The reverse look-ups of all four languages, with a team's own labels when given."""
    if not extra:
        return _standard()
    return build_reverse([load_labels(language, extra) for language in LANGUAGES], read_json(_SYNONYMS))
