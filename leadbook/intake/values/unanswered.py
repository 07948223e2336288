"""Words that people write where they have no answer yet: n/a, 无, 待定, không có, "-" (S1, X11)."""

from __future__ import annotations

import functools
import json
import unicodedata
from pathlib import Path
from typing import Final

from leadbook.intake.values.base import normalise
from leadbook.intake.values.fold import fold

# In lists of choices "none" may be an answer of its own, and what is no date, amount or number is a finding anyway.
KINDS: Final = frozenset({"text", "people", "link", "chain", "contact", "plan"})
NAME: Final = "no_answer"
_LONGEST: Final = 24
_AROUND: Final = " .。!！()[]"
_MARKS: Final = frozenset("~+=<>|^")


@functools.cache
def _words() -> frozenset[str]:
    """The words of unanswered.json, by language, as they compare."""
    listed = json.loads(Path(__file__).with_name("unanswered.json").read_text(encoding="utf-8"))
    return frozenset(fold(word) for words in listed.values() for word in words)


def is_no_answer(cell: object) -> bool:
    """Whether a text says only that there is no answer. A mask of a name (*) is one."""
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return False
    plain = cell.isascii() and cell.isprintable() and "  " not in cell  # as most are; nothing to normalise
    text = cell.strip() if plain else normalise(cell)
    if not text or "*" in text:
        return False
    bare = text.strip(_AROUND)
    if fold(bare) in _words():
        return True
    return not bare[:1].isalnum() and all(ch in _MARKS or unicodedata.category(ch)[0] in "PZ" for ch in bare)
