"""Which lead of the book a form is about: tax id, then the normalised legal name; similar names are only told (F01)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from leadbook.intake.evidence import is_remembered
from leadbook.intake.forms import Answers, cell_text, text_mark
from leadbook.intake.interactions import NEAR_ENOUGH
from leadbook.intake.records import Record

AMBIGUOUS: Final = "form_ambiguous"
NAMELESS: Final = "form_nameless"


@dataclass(eq=False)
class Firm:
    """One company: its row in the book (0 for a new one), the tax id known so far, and the forms about it. ``typed``:
    people typed its name and tax id into the book; ``files``: the forms that were taken in for it earlier."""

    row: int
    tax_key: str = ""
    name_key: str = ""
    told: list[Answers] = field(default_factory=list)
    typed: bool = False
    files: frozenset[str] = frozenset()


@dataclass
class Matched:
    """``firms`` in the order of their first form; ``refused``: forms that could not be given to one company;
    ``rivals``: for a firm that has the tax id of another one of a different name, that one."""

    firms: list[Firm]
    refused: list[tuple[Answers, str]]
    rivals: dict[int, Firm] = field(default_factory=dict)


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

    Two names with one tax id are two companies, unless people typed the id and the name in the book or the form itself
    changed its name. Forms that name a tax id go first and nameless ones last, so that the result does not depend on
    the order of the files and a second run finds the same.
    """
    by_tax: dict[str, list[Firm]] = {}
    by_name: dict[str, list[Firm]] = {}
    for firm in firms:
        _learn(firm, by_tax, by_name)
    refused: list[tuple[Answers, str]] = []
    given: dict[int, Firm] = {}
    rivals: dict[int, Firm] = {}
    for answers in sorted(told, key=lambda a: (not a.name_key, not a.tax_key, a.name_key, a.tax_key, a.read.digest)):
        hit = _find(answers, by_tax, by_name)
        if isinstance(hit, str):
            refused.append((answers, hit))
            continue
        firm = hit or Firm(0)
        held = by_tax.get(answers.tax_key, [])
        if held and firm not in held:
            rivals.setdefault(id(firm), held[0])
        firm.typed &= bool(firm.tax_key or not answers.tax_key)
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
    return Matched(list(found.values()), refused, rivals)


def _learn(firm: Firm, by_tax: dict[str, list[Firm]], by_name: dict[str, list[Firm]]) -> None:
    for key, by_key in ((firm.tax_key, by_tax), (firm.name_key, by_name)):
        if key and firm not in (known := by_key.setdefault(key, [])):
            known.append(firm)


def _find(
    answers: Answers, by_tax: Mapping[str, Sequence[Firm]], by_name: Mapping[str, Sequence[Firm]]
) -> Firm | str | None:
    held = by_tax.get(answers.tax_key, ())
    if held and not answers.name_key:
        return held[0] if len(held) == 1 else AMBIGUOUS
    same = [firm for firm in held if firm.name_key == answers.name_key] or \
        [firm for firm in held if _one_company(answers, firm)]  # fmt: skip
    if same:
        return same[0]
    if not answers.name_key:
        return NAMELESS
    same = [firm for firm in by_name.get(answers.name_key, ()) if not (answers.tax_key and firm.tax_key)]
    if len(same) > 1:
        return AMBIGUOUS
    return same[0] if same else None


def _one_company(answers: Answers, firm: Firm) -> bool:
    """Whether a form of another name with the firm's tax id is about that firm all the same."""
    return firm.typed or not firm.name_key or (answers.read.is_form and answers.read.file in firm.files)


def same_form(answers: Answers, records: Sequence[Record], there: Collection[str]) -> Record | None:
    """The record of one lead that a form about it now replaces: that of its own file, else of a file that lies there no
    longer (``there``: the files of this run), most of whose answers the form repeats, if it has the same name or the
    form still carries our answer about this lead: then it was moved or renamed."""
    if not answers.read.is_form:
        return None
    own = next((record for record in records if record.file == answers.read.file), None)
    moved = (
        record for record in records
        if record.file not in there and _repeats(answers, record)
        and (_base(record.file) == _base(answers.read.file) or answers.read.is_answered(record.lead_key))
    )  # fmt: skip
    return own or next(moved, None)


def _base(file: str) -> str:
    return file.rpartition("/")[2].casefold()


def _repeats(answers: Answers, record: Record) -> bool:
    passed = ("company_name", "tax_id")
    given = {k: g.mark for k, g in record.fields.items() if not (k in passed or g.typed or is_remembered(k))}
    same = sum(text_mark(cell_text(answers.written.get(key))) == told for key, told in given.items())
    return 2 * same >= len(given)


def similar_to(key: str, known: Sequence[str | None]) -> int | None:
    """The position of the most similar other company key, if one is worth asking about; it never decides."""
    from rapidfuzz import fuzz, process

    if len(key) < 2:
        return None
    best = process.extractOne(key, known, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return int(best[2]) if best else None
