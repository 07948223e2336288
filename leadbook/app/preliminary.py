"""Preliminary mode: forms scored on their drop-downs, numbers and dates alone, as the form itself does while people
type. Words count as unanswered; the points are those of ``scoring`` and ``priority`` (docs/forms.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.app.stages import score_and_place
from leadbook.intake import take_in
from leadbook.intake.forms import raw_rows
from leadbook.intake.values.money import Money, print_money
from leadbook.labels import load_reverse
from leadbook.model.catalogue import Catalogue, Field
from leadbook.model.collected import Cells, FormCell, FormRead
from leadbook.model.policy import Factor, Policy
from leadbook.model.questions import askable, origin
from leadbook.model.structured import (
    FIRST_DAY,
    LARGEST,
    LAST_DAY,
    MONEY,
    PART_LISTS,
    choice_words,
    is_structured,
    live_factors,
)
from leadbook.scoring.score import most_telling

_ROLE = "decision_chain.contact_role"


def preliminary(
    reads: Sequence[FormRead], policy: Policy, catalogue: Catalogue, today: date, language: str
) -> pd.DataFrame:
    """One row a form, in order: ``score``, ``total``, ``coverage``, ``quadrant`` (code), ``urgency``, ``importance``
    and ``ask_next``, the field whose answer would move the total most (``None`` when nothing is left to ask).

    ``language`` is that of the forms; ``today`` their as-of day.
    """
    words = _Words(catalogue, language)
    leads = [_lead(read.cells, words, n) for n, read in enumerate(reads, 1)]
    talks = [talk for n, read in enumerate(reads, 1) for talk in _talks(read.talks, words, n)]
    tables = {
        catalogue.lead.name: raw_rows(catalogue.lead, leads),
        catalogue.table("interaction").name: raw_rows(catalogue.table("interaction"), talks),
    }
    intake = take_in(tables, catalogue, load_reverse(catalogue.extra_labels), policy, today, language)
    roles = [words.code(PART_LISTS[_ROLE], read.cells.get(_ROLE)) for read in reads]
    intake.leads["decision_chain.contact_role"] = pd.Series(roles, index=intake.leads.index, dtype=object)
    factors = partial(live_factors, policy, catalogue=catalogue)
    scored = score_and_place(intake, policy, catalogue, today, factors)
    card = scored.scores.card
    ask = most_telling(scored.scores, askable(card.factors) & ~_waiting(reads, card.factors, catalogue))
    table = pd.concat([scored.scores.table[["score", "total", "coverage"]], scored.placed], axis=1)
    fields = [origin(card.factors[n].reads) if n >= 0 else None for n in ask]
    return table.assign(ask_next=pd.Series(fields, index=table.index, dtype=object)).reset_index(drop=True)


@dataclass(frozen=True)
class _Words:
    """The codes behind the words of drop-downs."""

    catalogue: Catalogue
    language: str

    @cached_property
    def _known(self) -> dict[str, Mapping[str, str]]:
        return {}

    def code(self, list_name: str, cell: FormCell | None) -> str | None:
        """The code of a drop-down's cell; ``None`` for anything that is not one of its words."""
        if cell is None or not isinstance(cell.value, str):
            return None
        if list_name not in self._known:
            pairs = choice_words(self.catalogue, list_name, self.language)
            self._known[list_name] = {text.casefold(): code for text, code in pairs}
        return self._known[list_name].get(cell.value.casefold())


def _lead(cells: Cells, words: _Words, number: int) -> dict[str, FormCell]:
    """The structured answers of a form as a row of the lead table."""
    row = {"company_name": FormCell(_name(number))}
    for field in words.catalogue.lead.owned("rep"):
        value = _value(field, cells, words) if is_structured(field) else None
        if value is not None:
            row[field.key] = FormCell(value, field.kind in ("date", "datetime"))
    return row


def _name(number: int) -> str:
    return f"{number} Co., Ltd."


def _value(field: Field, cells: Cells, words: _Words) -> str | float | None:
    if field.key in MONEY:
        return _amount(field.key, cells, words)
    cell = cells.get(field.key)
    if field.kind in ("choice", "industry"):
        return words.code(field.list or "industry", cell)
    number = _number(cell)
    dated = field.kind in ("date", "datetime")
    return None if number is None or (dated and not _is_day(number)) else number


def _number(cell: FormCell | None) -> float | None:
    return cell.value if cell is not None and isinstance(cell.value, float) else None


def _is_day(serial: float) -> bool:
    return FIRST_DAY <= serial < LAST_DAY + 1


def _amount(key: str, cells: Cells, words: _Words) -> str | None:
    """Both ends as one amount; one alone stands for both, and ends that cannot be are no answer."""
    given = [end for end in (_number(cells.get(f"{key}.{part}")) for part in ("low", "high")) if end is not None]
    if not given or given[0] < 0 or given[-1] < given[0] or given[-1] >= LARGEST:
        return None
    low, high = (int(end) if end.is_integer() else end for end in (given[0], given[-1]))
    code = words.code("currency", cells.get(f"{key}.currency"))
    return print_money(Money(low=low, high=high, currency=code, approximate=False))


def _talks(talks: Sequence[Cells], words: _Words, number: int) -> list[dict[str, FormCell]]:
    rows = []
    for talk in talks:
        at = _number(talk.get("at"))
        if at is None or not _is_day(at):
            continue
        reaction = words.code("reaction", talk.get("reaction"))
        row = {"lead_name": FormCell(_name(number)), "at": FormCell(at, True)}
        rows.append(row if reaction is None else row | {"reaction": FormCell(reaction)})
    return rows


def _waiting(
    reads: Sequence[FormRead], factors: Sequence[Factor], catalogue: Catalogue
) -> npt.NDArray[np.bool_]:
    """Where a text stands in the form that is read only on collecting: it is not asked for again."""
    sources: list[Any] = [catalogue.lead.find(origin(f.reads)) for f in factors]
    texts = [field.key if field is not None and not is_structured(field) else None for field in sources]
    return np.array([[key in read.cells for key in texts] for read in reads], dtype=bool).reshape(len(reads), -1)
