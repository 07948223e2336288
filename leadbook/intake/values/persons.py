"""A title and a name in one phrase: 总经理李*, CEO Li*, Nguyễn * (Giám đốc), 技术主管王明 (F08)."""

from __future__ import annotations

import re
from typing import NamedTuple

from leadbook.intake.values.fold import fold, is_han, simplify
from leadbook.intake.values.names import han_surname, is_family_name, mask_name, name_data
from leadbook.intake.values.titles import title_words

_MASK = re.compile(r"\s*[*×]+")
_HAN_SOMEBODY = re.compile(r"(?<=[\u3400-\u9fff])(?:某{1,2}|[xX]{2})(?![a-z])")
_NAME_FIRST = re.compile(r"^(?P<name>[^(\[]+?)\s*(?:[(\[](?P<title>[^)\]]+)[)\]]|\s[-–—]\s(?P<dashed>.+))$")
_DEPARTMENT = frozenset(
    ("of", "and", "&", "for", "the", "production", "purchasing", "procurement", "sales", "it", "finance")
    + ("quality", "technology", "operations")
)
_LONGEST_HAN_NAME = 4


class Person(NamedTuple):
    """A title and a masked name (blank when not said), and whether the name stood there in full."""

    title: str
    name: str
    exposed: bool = False


def read_person(text: str) -> Person:
    """Read one person out of normalised text; never gives back more of a name than its mask."""
    text = _HAN_SOMEBODY.sub("*", text).strip(" .:-")
    swapped = _NAME_FIRST.match(text)
    if swapped:
        title, name = swapped["title"] or swapped["dashed"], swapped["name"]
        if _is_title(name) and not _MASK.search(name):
            title, name = name, title
        person = _masked(name) if _MASK.search(name) else _in_full(name)
        found = _tidy(person.title or title)
        # without a name beside it, the phrase in brackets may itself be one
        return Person(found, person.name, person.exposed) if person.name else _in_full(found)
    return _masked(text) if _MASK.search(text) else _in_full(text)


def _masked(text: str) -> Person:
    """Read a phrase with a masked name: the family name is what stands before the asterisk."""
    before, after = _MASK.split(text, maxsplit=1)
    after = _tidy(after)
    if before and is_han(before[-1]):
        head, _, last = before.rpartition(" ")
        surname = last if head and han_surname(last) == last else _last_surname(last)
        title = before[: len(before) - len(surname)]
        # 王*明 shows part of the given name: it belongs to the mask, not to the title
        part_of_name = 0 < len(after) <= 2 and not _is_title(after)
        return Person(_tidy(title) or ("" if part_of_name else after), mask_name(f"{surname}*"))
    # Tổng and Trưởng begin titles and, with other marks, family names: look behind the title first
    end = max((word.end for word in title_words(before)), default=0)
    words = list(re.finditer(r"\S+", before[end:]))
    families = (word.start() for word in words if is_family_name(word[0]))
    start = end + next(families, words[-1].start() if words else 0)
    title, name = before[:start], before[start:].strip()
    masked = mask_name(f"{name}*")
    if masked == "*":
        # an asterisk alone names nobody; a title behind it may still count
        alone = _in_full(f"{_tidy(title)} {after}")
        return Person(alone.title, "") if not alone.name else Person("", "")
    return Person(_tidy(title) or after, masked)


def _last_surname(text: str) -> str:
    return text[-2:] if simplify(text[-2:]) in name_data()["compound_surnames"] else text[-1:]


def _in_full(text: str) -> Person:
    """Read a phrase without an asterisk: whatever stands behind the last title word is a name in full."""
    text = _tidy(text)
    han = any(is_han(char) for char in text)
    end = _title_end(text)
    title, name = text[:end].strip(), text[end:].strip()
    if han and (not name or not title) and _is_title(text):
        return _han_name_first(text)
    if not any(char.isalnum() for char in name):
        return Person(title, "")
    if han and is_han(name[0]) and han_surname(name) == name:
        return Person(title, mask_name(name))
    if not han and title and is_family_name(name):
        return Person(title, mask_name(name))
    return Person(title, mask_name(name), exposed=True)


def _title_end(text: str) -> int:
    """Give where the title ends; 0 when there is none."""
    end = max((word.end for word in title_words(text)), default=0)
    plain = simplify(text)
    suffixes = [word for word in name_data()["han_titles"] if len(word) > 1 and word in plain]
    han_ends = [plain.rfind(word) + len(word) for word in suffixes]
    end = max([end, *han_ends])
    if end and text[end:] and not is_han(text[end].strip()[:1] or "x"):
        for word in re.finditer(r"\S+", text[end:]):
            if fold(word[0]) not in _DEPARTMENT:
                return end + word.start()
        return len(text)
    return end if len(text) - end <= _LONGEST_HAN_NAME or not text[end:] or not is_han(text[end]) else 0


def _han_name_first(text: str) -> Person:
    """Tell 李明总监 (name, title) from 生产总监 (title) by a common surname that starts no department."""
    plain = simplify(text)
    for word in sorted(name_data()["han_titles"], key=len, reverse=True):
        rest = plain.removesuffix(word)
        if rest == plain:
            continue
        surname = han_surname(rest) if rest else ""
        known = surname in name_data()["surnames"] or len(surname) == 2
        if not known or len(rest) > len(surname) + 2 or rest[:2] in name_data()["not_names"]:
            return Person(text, "")
        return Person(text[len(rest) :], mask_name(text[: len(rest)]), exposed=rest != surname)
    return Person(text, "")


def _is_title(text: str) -> bool:
    return bool(title_words(text)) or any(simplify(text).endswith(word) for word in name_data()["han_titles"])


def _tidy(text: str) -> str:
    """Give a title without brackets, asterisks and the signs that part people and groups."""
    return " ".join(re.sub(r"[*×()\[\]:;,=/、，。\n]", " ", text).split()).strip(" .-–—")
