"""Ladders of answers from worse to better, and leads with random answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from hypothesis import strategies as st

from leadbook.app.stages import Ranked
from leadbook.model.policy import Policy
from tests.model.leads import CATALOGUE, POLICY, TODAY, Answers, ranked

_CHAIN: Final = "Decision maker: board chair Li *; Influencer: lab head Wang *"


def _days(key: str, *ahead: int, **more: Any) -> list[Answers]:
    return [{key: TODAY + timedelta(n), **more} for n in ahead]


def _values(key: str, *values: Any, **more: Any) -> list[Answers]:
    return [{key: value, **more} for value in values]


def choices(key: str, **more: Any) -> list[Answers]:
    """The answers of a field in the order that its schema calls better (``x-leadbook.better``)."""
    return [{key: answer, **more} for answer in CATALOGUE.lead.field(key).better]


_WORTH: Final = {"expected_amount": "1,000,000 CNY", "budget_evidence": "stated"}
LADDERS: Final[Mapping[str, Sequence[Answers]]] = {
    "decision_role": _values(
        "contact_title", "Operator", "Purchasing manager", "Technical director", "General manager"
    ),
    "decision_chain": _values(
        "decision_chain",
        "User: operator Chen *",
        "Influencer: lab head Wang *",
        "Decision maker: board chair Li *",
        _CHAIN,
        f"{_CHAIN}; Executor: buyer Zhao *",
    ),
    "contacts": _values(
        "decision_chain", *("Decision maker: " + ", ".join(f"head {n} Li *" for n in range(k)) for k in (1, 2, 3, 5))
    ),
    "need_clarity": choices("need_clarity"),
    "pain_points": _values("pain_points", None, "Low yield"),
    "explicit_need": _values("explicit_need", None, "Two packing lines"),
    "product_match": _values("product", None, "energy"),
    "importance": choices("importance_stated"),
    "urgency": choices("urgency_stated"),
    "days_to_need": _days("needed_by", 400, 181, 180, 91, 90, 31, 30, 1, 0),
    "buying_priority": choices("buying_priority"),
    "project_progress": choices("project_progress"),
    "press_signals": _values("signals", *(f"{s} 2026-10-01" for s in ("merger", "funding_round", "falling_profit"))),
    "budget_status": choices("budget_status", budget_evidence="stated"),
    "budget_cover": _values(
        "budget", *(f"{n} CNY" for n in (0, 490_000, 500_000, 800_000, 999_000, 1_000_000, 9_000_000)), **_WORTH
    ),
    "technical_fit": choices("technical_fit"),
    "industry_standing": _values(
        "industry_position", None, "Top three in the region", info_source="customer", info_date=TODAY
    ),
    "recent_contact": _days("last_contact", -900, -200, -90, -30, -7, -1, 0),
    "last_reaction": _values("reaction", "no_reply", "negative", "neutral", "positive"),
    "response_speed": choices("response_speed"),
    "clicks": _values("clicks", 0, 1, 4, 7, 12, 500),
    "site_visits": _values("site_visits", 0, 1, 3, 6, 80, business_model="b2b"),
    "consumer_reach": _values("site_visits", 0, 1, 3, 6, 80, business_model="b2c"),
    "social": _values("social_interactions", 0, 1, 2, 4, 90),
    "satisfaction": _values("satisfaction", 1, 2, 3, 4, 5),
    "past_projects": _values("past_projects", None, "One line in 2024"),
    "complaints": _values("complaints", 9, 3, 2, 1, 0),
    "competition": choices("competition"),
}
# Which industry, size, region or source is better is the team's own view; the policy may say anything.
UNORDERED: Final = ("industry_fit", "size_fit", "region_fit", "lead_source")


def talks_of(leads: Sequence[Answers]) -> list[Answers]:
    """``reaction`` in an answer stands for one interaction a week ago."""
    return [
        {"lead": n, "at": TODAY - timedelta(7), "reaction": lead["reaction"]}
        for n, lead in enumerate(leads)
        if lead.get("reaction")
    ]


def judged(leads: Sequence[Answers], policy: Policy = POLICY, today: date = TODAY) -> Ranked:
    """Leads with ``reaction`` among their answers, ranked."""
    return ranked(
        [{k: v for k, v in lead.items() if k != "reaction"} for lead in leads],
        talks_of(leads),
        policy=policy,
        today=today,
    )


def drops(bases: Sequence[Answers], policy: Policy) -> list[str]:
    """The factors whose total falls somewhere although the answer gets better."""
    steps = [(f, base, step) for f, ladder in LADDERS.items() for base in bases for step in ladder]
    totals = iter(judged([{**base, **step} for _, base, step in steps], policy).state["total"].tolist())
    fallen = []
    for factor, ladder in LADDERS.items():
        for _ in bases:
            if np.any(np.diff([next(totals) for _ in ladder]) < 0):
                fallen.append(factor)
    return list(dict.fromkeys(fallen))


def _choice(key: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(CATALOGUE.choices[str(CATALOGUE.lead.field(key).list)])


_DAY: Final = st.integers(-900, 0).map(lambda n: TODAY + timedelta(n))
_CHOSEN: Final = (
    "customer_type",
    "industry",
    "urgency_stated",
    "importance_stated",
    "lead_source",
    "budget_status",
    "budget_evidence",
    "competition",
    "need_clarity",
    "buying_priority",
    "project_progress",
    "technical_fit",
    "compliance_status",
    "response_speed",
    "credit_status",
    "payment_behaviour",
    "info_source",
    "business_model",
    "region",
)
leads: Final = st.fixed_dictionaries(
    {},
    optional={
        **{key: _choice(key) for key in _CHOSEN},
        "company_size": st.integers(1, 5000).map(lambda n: f"{n} people"),
        "contact_title": st.sampled_from([step["contact_title"] for step in LADDERS["decision_role"]]),
        "decision_chain": st.sampled_from(
            [s["decision_chain"] for s in (*LADDERS["decision_chain"], *LADDERS["contacts"])]
        ),
        "pain_points": st.just("Low yield"),
        "explicit_need": st.sampled_from(["Two packing lines", "A line, budget 2-3 million CNY"]),
        "product": st.just("energy"),
        "industry_position": st.just("Top three"),
        "needed_by": st.integers(-30, 400).map(lambda n: TODAY + timedelta(n)),
        "budget": st.integers(0, 3_000_000).map(lambda n: f"{n} CNY"),
        "expected_amount": st.integers(1, 9_000_000).map(lambda n: f"{n} CNY"),
        "budget_month": st.integers(1, 12),
        "last_contact": _DAY,
        "info_date": _DAY,
        "budget_date": _DAY,
        "signals": st.lists(st.tuples(_choice("signals"), _DAY), min_size=1, max_size=3).map(
            lambda items: "; ".join(f"{code} {day}" for code, day in items)
        ),
        "clicks": st.integers(0, 40),
        "site_visits": st.integers(0, 40),
        "social_interactions": st.integers(0, 40),
        "satisfaction": st.integers(1, 5),
        "complaints": st.integers(0, 9),
        "past_projects": st.just("One line in 2024"),
        "reaction": st.sampled_from(CATALOGUE.choices["reaction"]),
    },
)
