"""Headers of people's own columns that look like personal data which no product needs (R20)."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

from leadbook.labels.reverse import bare

_WORDS = Path(__file__).parent / "values" / "overcollected.json"
_HAN = re.compile("[\u3400-\u9fff]")


def looks_overcollected(header: str) -> bool:
    """Whether a header names such data, in any of the four languages, Vietnamese also without its marks.

    Words with spaces between them must stand whole ("age" is not in "package"); signs may be part of more. A single
    Vietnamese word needs its marks, without which it is another word.
    """
    text = _plain(header)
    return any(pattern.search(text) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    groups: dict[str, list[str]] = json.loads(_WORDS.read_text(encoding="utf-8"))
    words = {_plain(word) for group in groups.values() for word in group}
    signs = {word for word in words if _HAN.search(word)}
    spelled = words - signs
    spelled |= {bare_words for word in spelled if " " in word and (bare_words := " ".join(map(bare, word.split())))}
    return (
        re.compile("|".join(map(re.escape, sorted(signs)))),
        re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(spelled)))})(?![^\W_])"),
    )


def _plain(text: str) -> str:
    """Lower case, usual widths, composed marks, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
