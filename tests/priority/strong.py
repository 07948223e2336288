"""A lead in tier A with every gate open, and what closes each of its gates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from tests.model.leads import TODAY, Answers

STRONG: Final[Answers] = {
    "customer_type": "strategic",
    "industry": "C",
    "company_size": "500 people",
    "contact_title": "Technical director",
    "decision_chain": "Decision maker: board chair Li *; Influencer: lab head Wang *; User: operator Chen *",
    "need_clarity": "clear",
    "pain_points": "Low yield",
    "explicit_need": "Two packing lines",
    "product": "energy",
    "urgency_stated": "high",
    "importance_stated": "high",
    "needed_by": TODAY + timedelta(20),
    "buying_priority": "top",
    "project_progress": "approving",
    "budget_status": "approved",
    "budget": "2 million CNY",
    "budget_evidence": "stated",
    "expected_amount": "2 million CNY",
    "technical_fit": "fits",
    "competition": "seeking_alternatives",
    "last_contact": TODAY,
    "info_source": "customer",
    "info_date": TODAY,
}


class Cause(NamedTuple):
    """What closes one gate, the tier that is left, and how long the evidence counts."""

    answers: Answers
    tier: str
    days: int | None = None
    talks: tuple[Answers, ...] = ()


def silence(days_ago: int) -> tuple[Answers, ...]:
    """Three attempts without an answer, the newest ``days_ago`` days ago."""
    return tuple({"at": TODAY - timedelta(days_ago + n), "reaction": "no_reply"} for n in (2, 1, 0))


# "no budget" would contradict an amount that is named; one contradiction is not yet the gate "inconsistent".
CAUSES: Final[Mapping[str, Cause]] = {
    "no_reply": Cause({}, "disqualified", 90, silence(0)),
    "inconsistent": Cause(
        {"urgency_stated": "low", "budget_status": "none", "budget_evidence": "history"}, "disqualified"
    ),
    "unclear_need": Cause({"need_clarity": "unclear"}, "disqualified", 180),
    "not_priority": Cause({"buying_priority": "not_now", "urgency_stated": "mid"}, "disqualified", 120),
    "no_budget": Cause({"budget_status": "none"}, "disqualified", 180),
    "compliance": Cause({"industry": "J", "compliance_status": "missing"}, "nurture"),
    "high_risk": Cause({"payment_behaviour": "defaulted"}, "C"),
}
