"""Decision chains: who decides, influences, executes, uses (F08, C05)."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TypedDict

from leadbook.intake.values.base import Parsed, Problem, Raw, alternation, clean_text, failed
from leadbook.intake.values.fold import fold
from leadbook.intake.values.persons import read_person
from leadbook.intake.values.text import split_people
from leadbook.intake.values.titles import title_data


class Link(TypedDict):
    """One person of the chain; `role` decides | influences | executes | uses, `name` masked or blank."""

    role: str
    title: str
    name: str


_PRINTED = {
    "en": ("Decision maker", "Influencer", "Executor", "User", ": ", "; ", ", "),
    "zh-Hans": ("最终决策人", "影响者", "执行者", "使用者", "：", "；", "、"),
    "zh-Hant": ("最終決策人", "影響者", "執行者", "使用者", "：", "；", "、"),
    "vi": ("Người quyết định", "Người ảnh hưởng", "Người thực hiện", "Người dùng", ": ", "; ", ", "),
}
_ROLE_ORDER = ("decides", "influences", "executes", "uses")
_GROUP_ENDS = re.compile(r"[;\n。]")
_EDGE = " ;,，、。.\n"


@functools.cache
def _role_words() -> dict[str, str]:
    return {fold(word): role for role, words in title_data()["chain_roles"].items() for word in words}


@functools.cache
def _role_mark() -> re.Pattern[str]:
    words = alternation(list(_role_words()))
    return re.compile(rf"(?<![a-z])({words})\s*(?:\(s\))?\s*(?::|=|是|(?<=[a-z]) la (?=\S))\s*")


def decision_chain(raw: Raw) -> Parsed:
    """Give a list of Links in the order typed; names come out masked however they were typed.

    Problems: chain_unreadable{value} (for a group without a role; value None when no group has one);
    contact_unmasked{masked} (the chain as it should be written); boolean_value.
    """
    text = clean_text(raw, keep_lines=True)
    if isinstance(text, Problem):
        return failed("chain_unreadable", value="") if text.name == "not_a_number" else Parsed(None, text)
    if not text:
        return Parsed(None)
    groups, unread = _groups(text)
    chain: list[Link] = []
    exposed = False
    for role, people in groups:
        for person in split_people(people, titled=True):
            read = read_person(person)
            if read.title or read.name:
                chain.append(Link(role=role, title=read.title, name=read.name))
            exposed = exposed or read.exposed
    if not chain:
        return failed("chain_unreadable", value=unread[0] if unread else text)
    value = [dict(link) for link in chain]
    if exposed:
        return Parsed(
            value, Problem("contact_unmasked", {"masked": print_decision_chain(chain, _language(text))})
        )
    return Parsed(value, Problem("chain_unreadable", {"value": unread[0]}) if unread else None)


def _groups(text: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Give (role, people) of every group and the pieces that belong to no role."""
    marks = list(_role_mark().finditer(fold(text)))
    unread = [text[: marks[0].start()].strip(_EDGE)] if marks else [text]
    groups = []
    ends = [following.start() for _, following in pairwise(marks)] + [len(text)]
    for mark, end in zip(marks, ends[-len(marks) :] if marks else [], strict=True):
        inside = text[mark.end() : end].strip(_EDGE)
        people, *others = (piece.strip(_EDGE) for piece in _GROUP_ENDS.split(inside))
        groups.append((_role_words()[mark[1]], people))
        unread += others
    return groups, [piece for piece in unread if piece]


def people_of_chain(text: str) -> list[str]:
    """Give the persons of a normalised chain, titles and all, as they stand in it."""
    return [person for _, people in _groups(text)[0] for person in split_people(people, titled=True)]


def _language(text: str) -> str:
    if re.search(r"[\u3400-\u9fff]", text):
        return "zh-Hans" if any(mark in text for mark in "决终响执") else "zh-Hant"
    return "vi" if "nguoi " in fold(text) else "en"


def print_decision_chain(chain: Sequence[Link], lang: str = "en") -> str:
    """Give the chain in the form of the source, 最终决策人：总经理 李*；…, which reads back the same."""
    *names, colon, between_groups, between_people = _PRINTED.get(lang, _PRINTED["en"])
    groups: list[tuple[str, list[str]]] = []
    for link in chain:
        person = " ".join(part for part in (link["title"], link["name"]) if part)
        if not groups or groups[-1][0] != link["role"]:
            groups.append((link["role"], []))
        groups[-1][1].append(person)
    return between_groups.join(
        names[_ROLE_ORDER.index(role)] + colon + between_people.join(people) for role, people in groups
    )
