"""Names of contacts, which are stored masked: 张*, Nguyễn *, J* (F05, P03)."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

from leadbook.intake.values.base import Parsed, Problem, Raw, alternation, clean_text, normalise
from leadbook.intake.values.fold import fold, is_han, simplify
from leadbook.intake.values.text import split_people

_STARS = re.compile(r"\s*[*×○●✱∗⁎﹡]+")
_HAN_STARS = re.compile(r"(?<=[\u3400-\u9fff])(?:\s*[*×○●〇✱∗⁎﹡]+|[某xX]{1,3}$)")

_LATIN_MASK = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)* ?\*")
# English ones stand before a family name, Vietnamese ones before a given name
_ENGLISH_HONORIFIC = re.compile(r"(?:mrs?|ms|miss|dr|prof)(?:\.\s*|\s+)(?=\S)", re.IGNORECASE)


@functools.cache
def name_data() -> dict[str, list[str]]:
    """Give names.json: surnames, Vietnamese family names, honorifics, titles behind a surname."""
    data: dict[str, list[str]] = json.loads(
        Path(__file__).with_name("names.json").read_text(encoding="utf-8")
    )
    return data


@functools.cache
def _honorific() -> re.Pattern[str]:
    return re.compile(rf"^(?:{alternation(name_data()['honorifics'])})(?:\.\s*|\s+)", re.IGNORECASE)


@functools.cache
def _han_title() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{alternation(name_data()['han_titles'])})$")


def han_surname(name: str) -> str:
    """Give the surname a Chinese name begins with, compound ones whole."""
    return name[:2] if simplify(name[:2]) in name_data()["compound_surnames"] else name[:1]


def is_family_name(word: str) -> bool:
    """Whether the word is a Vietnamese family name, with or without marks."""
    return fold(word) in name_data()["vietnamese_family_names"]


def mask_name(name: str) -> str:
    """Give the name with all but the family name replaced by one asterisk. Idempotent, blank stays blank.

    李明 -> 李*; Nguyễn Văn An -> Nguyễn *; John Smith -> J*.
    """
    cleaned = _honorific().sub("", _clean(normalise(name)))
    if not cleaned or cleaned == "*":
        return cleaned
    if is_han(cleaned[0]):
        return f"{han_surname(cleaned)}*"
    first = cleaned.split()[0].split("*")[0]
    if is_family_name(first):
        return f"{first} *"
    if _LATIN_MASK.fullmatch(cleaned):
        return cleaned
    initial = next((char for char in cleaned.split("*")[0] if char.isalnum()), "")
    return f"{initial}*"


def contact_name(raw: Raw) -> Parsed:
    """Give the masked name. A name in full stays as typed with the remark contact_unmasked{masked}.

    A lone surname is a mask that lost its asterisk (requirements §6); titles behind it are dropped.
    """
    text = clean_text(raw, keep_lines=True)
    if isinstance(text, Problem):
        return Parsed(None, text)
    names = split_people(text)
    if not names:
        return Parsed(None)
    stored = [masked_form(name) for name in names]
    if all(form is not None for form in stored):
        return Parsed("、".join(form for form in stored if form))
    proposed = "、".join(form or mask_name(name) for name, form in zip(names, stored, strict=True))
    return Parsed(
        str(raw).strip() if isinstance(raw, str) else text, Problem("contact_unmasked", {"masked": proposed})
    )


def masked_form(name: str) -> str | None:
    """Give the normalised mask of a name that hides the given name already; None for a name in full."""
    full = _clean(name)
    cleaned = _honorific().sub("", full)
    if cleaned == "*" or (cleaned.count("*") == 1 and _hides(cleaned)):
        return cleaned
    if not cleaned or "*" in cleaned:
        return None
    if is_han(cleaned[0]):
        bare = _han_title().sub("", cleaned) or cleaned
        return f"{bare}*" if han_surname(bare) == bare else None
    surname_only = is_family_name(cleaned) or (_ENGLISH_HONORIFIC.match(full) and " " not in cleaned)
    return f"{cleaned} *" if surname_only else None


def _hides(cleaned: str) -> bool:
    """Whether what is left beside the asterisk is a family name or an initial, not a name in full."""
    before, _, after = cleaned.partition("*")
    before = before.strip()
    if before and is_han(before[0]):
        return len(before) <= 2 and (han_surname(before) == before) and len(after) <= 1
    return not after.strip() and len(before.split()) == 1


def _clean(name: str) -> str:
    """Give one asterisk for a row of masking characters; drop the title behind and the space in 张 *."""
    cleaned = _HAN_STARS.sub("*", name.strip())
    cleaned = _STARS.sub(lambda found: " *" if found[0][0].isspace() else "*", cleaned).strip()
    return _han_title().sub("", cleaned) if "*" in cleaned else cleaned
