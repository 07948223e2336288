"""The same cell with every full name of a contact masked and all else as it was typed (F05, P03)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from leadbook.intake.values.base import clean_text
from leadbook.intake.values.chain import decision_chain, people_of_chain
from leadbook.intake.values.fold import is_han
from leadbook.intake.values.names import mask_name, masked_form
from leadbook.intake.values.persons import read_person
from leadbook.intake.values.text import split_people

# Groups that take part in a talk are nobody's name.
_GROUP = re.compile(
    r"[部科处處组組室队隊]$|中心$|团队$|團隊$|公司$|\b(?:teams?|departments?|dept|group|board|committee|staff|office)\b"
    r"|\b(?:phòng|ban|bộ phận|nhóm|đội|tổ)\b",
    re.IGNORECASE,
)


class Masked(NamedTuple):
    """``text``: the cell with names masked; ``names``: (as typed, masked) pairs; ``sure``: nothing was left in full."""

    text: str
    names: tuple[tuple[str, str], ...]
    sure: bool


def mask_contact(typed: str) -> Masked:
    """A cell of names: 李明、王* -> 李*、王*."""
    pairs = [(name, mask_name(name)) for name in split_people(_clean(typed)) if masked_form(name) is None]
    return _replaced(typed, pairs)


def mask_people(typed: str) -> Masked:
    """A list of people with or without titles: John Smith (CEO), Li * -> CEO J*, Li *."""
    return _replaced(typed, list(_exposed(split_people(_clean(typed), titled=True))))


def mask_chain(typed: str) -> Masked:
    """A decision chain; what is no person of it stays as it is."""
    found = decision_chain(typed)
    if found.problem is None or found.problem.name != "contact_unmasked":
        return Masked(typed, (), True)
    return _replaced(typed, list(_exposed(people_of_chain(_clean(typed)))))


def _exposed(people: list[str]) -> Iterator[tuple[str, str]]:
    for person in people:
        read = read_person(person)
        if read.exposed and not _GROUP.search(person):
            yield person, " ".join(filter(None, (read.title, read.name)))


def _clean(typed: str) -> str:
    text = clean_text(typed, keep_lines=True)
    return text if isinstance(text, str) else ""


def _replaced(typed: str, pairs: list[tuple[str, str]]) -> Masked:
    """Each person where it stands; longer ones first, so that no name is cut by a shorter one."""
    ordered = sorted(pairs, key=lambda pair: -len(pair[0]))
    # Persons are read from the normalised text, which may be spelled with other widths and spaces.
    text = typed if all(full in typed for full, _ in ordered) else _clean(typed)
    sure = all(_whole(full).search(text) for full, _ in ordered)
    return Masked(masked_within(text, ordered), tuple(pairs), sure)


def masked_within(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    """A text in which each name stands masked; pairs of (in full, masked), longer ones first."""
    for full, masked in pairs:
        if full in text:
            text = _whole(full).sub(masked.replace("\\", r"\\"), text)
    return text


def bare_name(person: str) -> str:
    """A person as typed without the title: CEO John Smith, John Smith (CEO) -> John Smith."""
    title = read_person(_clean(person)).title
    return re.sub(r"[()\[\]（）]", " ", person.replace(title, " ")).strip(" ,:：-–—") if title else person


def named_in(text: str, names: Iterable[str]) -> bool:
    """Whether one of the names stands in a text as a whole."""
    return any(name in text and _whole(name).search(text) is not None for name in names)


def _whole(name: str) -> re.Pattern[str]:
    """A name that is no part of a longer word, where words have spaces between them."""
    before, after = ("" if is_han(end) else mark for end, mark in ((name[0], r"(?<!\w)"), (name[-1], r"(?!\w)")))
    return re.compile(before + re.escape(name) + after)
