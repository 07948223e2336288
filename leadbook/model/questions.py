"""The question bank: which question asks for which field (Q01–Q04, R03, R06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from leadbook.assets import folder, read_json
from leadbook.labels import Labels
from leadbook.model.policy import Factor

# The answer that a derived value comes from.
ORIGIN: Final = {
    "authority_class": "contact_title", "chain_completeness": "decision_chain", "contacts_known": "decision_chain",
    "days_to_need": "needed_by", "budget_confirmed": "budget_status", "budget_cover": "budget",
    "size_band": "company_size", "industry_code": "industry", "deal_size": "expected_amount",
    "days_to_budget_month": "budget_month", "last_touch": "last_contact",
}  # fmt: skip


@cache
def questions_by_field() -> Mapping[str, str]:
    """Field key to the id of the first question that asks for it."""
    bank = read_json(folder("schemas") / "questions.json")
    return {field: row["id"] for row in reversed(bank) for field in row["fields"]}


def question_for(field: str, labels: Labels) -> str:
    """The question that fills ``field``, in the reader's language; a plain one when the bank has none."""
    known = questions_by_field().get(field)
    if known is None:
        return labels.text("question.any_field", field=labels.field_name(field))
    blank = labels.text("plan.topic.default")
    return labels.text(f"question.{known}", business_area=blank, situation=blank)


def askable(factors: Sequence[Factor]) -> npt.NDArray[np.bool_]:
    """Which factors read something that a rep can ask the customer for."""
    bank = questions_by_field()
    return np.array([ORIGIN.get(f.reads, f.reads) in bank for f in factors], dtype=bool)


def bank() -> Sequence[Mapping[str, object]]:
    """The questions in order: ``id``, ``criterion``, ``requirement`` and the ``fields`` that an answer fills."""
    rows: Sequence[Mapping[str, object]] = read_json(folder("schemas") / "questions.json")
    return rows


def origin(reads: str) -> str:
    """The field that holds the answer behind what a factor reads."""
    return ORIGIN.get(reads, reads)
