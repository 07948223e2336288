"""Job titles in four languages as roles of the decision (F06, C05, C19)."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import NamedTuple

from leadbook.intake.values.base import alternation, normalise
from leadbook.intake.values.fold import fold, is_han

ROLES = ("decides", "influences", "executes", "uses")


class TitleWord(NamedTuple):
    """A dictionary title found in a text, as a slice of it."""

    start: int
    end: int
    role: str
    c_level: bool


@functools.cache
def title_data() -> dict[str, dict[str, dict[str, list[str]]]]:
    """Give titles.json: roles by language, C-level titles, role words of decision chains."""
    data: dict[str, dict[str, dict[str, list[str]]]] = json.loads(
        Path(__file__).with_name("titles.json").read_text(encoding="utf-8")
    )
    return data


@functools.cache
def _roles() -> dict[str, str]:
    # written in reverse so that the stronger role wins a word listed twice
    return {
        fold(word): role
        for role in reversed(ROLES)
        for words in title_data()["roles"][role].values()
        for word in words
    }


@functools.cache
def _c_level_words() -> frozenset[str]:
    return frozenset(fold(word) for word in title_data()["c_level"])


@functools.cache
def _finder() -> re.Pattern[str]:
    han = alternation([word for word in _roles() if is_han(word[0])])
    latin = alternation([word for word in _roles() if not is_han(word[0])])
    return re.compile(rf"(?={'(' + han + ')'})|(?<![a-z0-9])(?=({latin})(?![a-z0-9]))")


def title_words(title: str) -> list[TitleWord]:
    """Give every dictionary title in normalised text, overlapping ones too, from left to right."""
    found = []
    for match in _finder().finditer(fold(title)):
        word = match[1] or match[2]
        found.append(
            TitleWord(match.start(), match.start() + len(word), _roles()[word], word in _c_level_words())
        )
    return found


def _best(title: str) -> TitleWord | None:
    """Give the longest dictionary title; among equals the stronger role."""
    words = title_words(normalise(title))
    return max(words, key=lambda word: (word.end - word.start, -ROLES.index(word.role)), default=None)


def role_of_title(title: str) -> str | None:
    """Give decides, influences, executes or uses; None for a title that titles.json does not know."""
    best = _best(title)
    return best.role if best else None


def c_level(title: str) -> bool:
    """Whether the title is of the top management; a deputy or an assistant to it is not."""
    best = _best(title)
    return best.c_level if best else False
