"""Which lead of the book a form is about: tax id, then the normalised legal name; similar names are only told (F01)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from leadbook.intake.forms import Answers
from leadbook.intake.interactions import NEAR_ENOUGH

AMBIGUOUS: Final = "form_ambiguous"
NAMELESS: Final = "form_nameless"


@dataclass(eq=False)
class Firm:
    """One company: its row in the book (0 for a new one), the tax id known so far, and the forms about it."""

    row: int
    tax_key: str = ""
    name_key: str = ""
    told: list[Answers] = field(default_factory=list)


@dataclass
class Matched:
    """``firms`` in the order of their first form; ``refused``: forms that could not be given to one company."""

    firms: list[Firm]
    refused: list[tuple[Answers, str]]


def book_firms(keys: pd.DataFrame) -> list[Firm]:
    """The companies of the book: ``keys`` as ``identify`` gives them, one firm for each first row."""
    firms: dict[int, Firm] = {}
    columns = (keys[c].tolist() for c in ("first_row", "name_key", "tax_key"))
    for row, name, tax in zip(*columns, strict=True):
        firm = firms.setdefault(int(row), Firm(int(row)))
        firm.name_key = firm.name_key or (name if isinstance(name, str) else "")
        firm.tax_key = firm.tax_key or (tax if isinstance(tax, str) else "")
    return list(firms.values())


def match_forms(told: Sequence[Answers], firms: Iterable[Firm]) -> Matched:
    """Give every form to its company, or make a new one. Equal tax id, else equal name where no tax id contradicts.

    Forms that name a tax id go first, so that the result does not depend on the order of the files.
    """
    by_tax: dict[str, Firm] = {}
    by_name: dict[str, list[Firm]] = {}
    for firm in firms:
        _learn(firm, by_tax, by_name)
    refused: list[tuple[Answers, str]] = []
    given: dict[int, Firm] = {}
    for answers in sorted(told, key=lambda a: (not a.tax_key, a.name_key, a.tax_key, a.read.digest)):
        hit = _find(answers, by_tax, by_name)
        if isinstance(hit, str):
            refused.append((answers, hit))
            continue
        firm = hit or Firm(0)
        firm.tax_key = firm.tax_key or answers.tax_key
        firm.name_key = firm.name_key or answers.name_key
        _learn(firm, by_tax, by_name)
        given[id(answers)] = firm
    found: dict[int, Firm] = {}
    for answers in told:
        if id(answers) in given:
            firm = given[id(answers)]
            firm.told.append(answers)
            found.setdefault(id(firm), firm)
    return Matched(list(found.values()), refused)


def _learn(firm: Firm, by_tax: dict[str, Firm], by_name: dict[str, list[Firm]]) -> None:
    if firm.tax_key:
        by_tax.setdefault(firm.tax_key, firm)
    if firm.name_key and firm not in (known := by_name.setdefault(firm.name_key, [])):
        known.append(firm)


def _find(
    answers: Answers, by_tax: Mapping[str, Firm], by_name: Mapping[str, Sequence[Firm]]
) -> Firm | str | None:
    if answers.tax_key in by_tax:
        return by_tax[answers.tax_key]
    if not answers.name_key:
        return NAMELESS
    same = [firm for firm in by_name.get(answers.name_key, ()) if not (answers.tax_key and firm.tax_key)]
    if len(same) > 1:
        return AMBIGUOUS
    return same[0] if same else None


def similar_to(key: str, known: Sequence[str | None]) -> int | None:
    """The position of the most similar other company key, if one is worth asking about; it never decides."""
    from rapidfuzz import fuzz, process

    if len(key) < 2:
        return None
    best = process.extractOne(key, known, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return int(best[2]) if best else None
