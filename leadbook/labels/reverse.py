"""From a header or choice as people type it, in any of the four languages, back to its code."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
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


class Reverse:
    """Look-ups from folded text to code, one for each choice list and each table's headers, made on first use."""

    def __init__(self) -> None:
        self._spelled: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._known: dict[tuple[str, str], dict[str, str]] = {}

    def add(self, kind: str, name: str, text: str, code: str) -> None:
        """One more spelling of a code of a ``choice`` list or of a table's ``header``."""
        self._spelled.setdefault((kind, name), []).append((text, code))

    def choice(self, list_name: str, text: str) -> str | None:
        """The code of a choice typed in any language, or ``None``."""
        return self._found("choice", list_name, text)

    def header(self, table: str, text: str) -> str | None:
        """The field key of a header typed in any language, or ``None``."""
        return self._found("header", table, text)

    def _found(self, kind: str, name: str, text: str) -> str | None:
        known = self._known.get((kind, name))
        if known is None:
            known = self._known[kind, name] = {}
            for spelling, code in self._spelled.get((kind, name), ()):
                _learn(known, spelling, code)
        return known.get(fold(text)) or known.get("~" + bare(text))


def _learn(known: dict[str, str], text: str, code: str) -> None:
    known.setdefault(fold(text), code)
    plain = "~" + bare(text)
    # Two labels that differ only in diacritics cannot be told apart without them.
    known[plain] = code if known.get(plain, code) == code else ""


def build_reverse(catalogues: Iterable[Labels], synonyms: Mapping[str, Mapping[str, Iterable[str]]]) -> Reverse:
    """Reverse look-ups over all ``catalogues`` plus ``synonyms`` (group to code to spellings)."""
    out = Reverse()
    for labels in catalogues:
        for key, text in [*labels.texts.items(), *labels.extra.items()]:
            parts = key.split(".")
            if parts[0] == "choice" and len(parts) == 3:
                out.add("choice", parts[1], text, parts[2])
                out.add("choice", parts[1], parts[2], parts[2])
            elif len(parts) == 2:
                out.add("header", parts[0], text, parts[1])
                out.add("header", parts[0], parts[1], parts[1])
    for group, codes in synonyms.items():
        kind, _, name = group.partition(".")
        for code, spellings in codes.items():
            for spelling in spellings:
                out.add("choice" if kind == "choice" else "header", name, spelling, code)
    return out


@cache
def _standard() -> Reverse:
    return build_reverse([load_labels(language) for language in LANGUAGES], read_json(_SYNONYMS))


def load_reverse(extra: Mapping[str, Mapping[str, str]] | None = None) -> Reverse:
    """The reverse look-ups of all four languages, with a team's own labels when given."""
    if not extra:
        return _standard()
    return build_reverse([load_labels(language, extra) for language in LANGUAGES], read_json(_SYNONYMS))
