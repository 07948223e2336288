"""Marketing and sales: who holds a lead, and the day since when (T11)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pandas as pd
import pytest

from leadbook.priority.handoff import asked_for, hand_off
from leadbook.priority.qualification import STAGES
from leadbook.priority.tiers import TIERS
from tests.model.leads import table as typed
from tests.priority.strong import STRONG
from tests.priority.test_movement import MONDAY, run

WEEK = timedelta(7)


def expected(stage: str, tier: str, outcome: str | None) -> str:
    """The table of docs/scoring.md, written a second time."""
    if outcome:
        return "customer" if outcome == "won" else "marketing"
    if stage == "qualified_lead" and tier in "AB":
        return "sales_qualified"
    return "marketing_qualified" if stage in ("lead", "qualified_lead") and tier in ("A", "B", "C") else "marketing"


@pytest.mark.req("T11")
def test_what_stage_tier_and_outcome_ask_for() -> None:
    cases = list(product(STAGES, TIERS, (None, "won", "lost", "no_decision")))
    frame = pd.DataFrame(cases, columns=["stage", "tier", "outcome"], dtype=object)
    assert asked_for(frame).tolist() == [expected(*case) for case in cases]


LINES = {
    ("marketing", "sales_qualified"): "sales_qualified",
    ("marketing_qualified", "marketing"): "marketing",
    ("sales_qualified", "marketing_qualified"): "sales_qualified",
    ("sales_qualified", "marketing"): "returned",
    ("returned", "marketing"): "returned",
    ("returned", "marketing_qualified"): "marketing_qualified",
    ("returned", "sales_qualified"): "sales_qualified",
    ("sales_qualified", "customer"): "customer",
    ("customer", "marketing"): "marketing",
}  # fmt: skip
FACTS: dict[str, dict[str, Any]] = {
    "marketing": {"stage": "prospect", "tier": "B", "outcome": None},
    "marketing_qualified": {"stage": "lead", "tier": "C", "outcome": None},
    "sales_qualified": {"stage": "qualified_lead", "tier": "A", "outcome": None},
    "customer": {"stage": "lead", "tier": "C", "outcome": "won"},
}  # fmt: skip


@pytest.mark.req("T11")
@pytest.mark.parametrize(("last", "asked"), LINES)
def test_sales_keeps_what_it_took_over_and_gives_it_back_as_returned(last: str, asked: str) -> None:
    history = typed("history", [{"date": MONDAY, "lead_key": "a", "tier": "A", "handoff": last}])
    state = pd.DataFrame([{"lead_key": "a", **FACTS[asked]}])
    out = hand_off(state, history, MONDAY + WEEK).iloc[0]
    assert out["handoff"] == LINES[last, asked]
    kept = LINES[last, asked] == last
    assert out["handoff_since"].date() == (MONDAY if kept else MONDAY + WEEK)


@pytest.mark.req("T11")
def test_since_is_the_first_line_of_the_unbroken_state() -> None:
    states = ["marketing", "sales_qualified", "marketing", "marketing", None, "marketing", "marketing"]
    rows = [{"date": MONDAY + n * WEEK, "lead_key": "a", "tier": "C", "handoff": s} for n, s in enumerate(states)]
    state = pd.DataFrame([{"lead_key": "a", **FACTS["marketing"]}, {"lead_key": "new", **FACTS["marketing"]}])
    today = MONDAY + 20 * WEEK
    out = hand_off(state, typed("history", rows[::-1]), today)
    assert [day.date() for day in out["handoff_since"]] == [MONDAY + 5 * WEEK, today]
    whole = hand_off(state, typed("history", rows[:4]), today)
    assert whole["handoff_since"].iloc[0].date() == MONDAY + 2 * WEEK


@pytest.mark.req("T11", "M1", "M5")
def test_a_lead_over_five_weeks_leaves_a_line_at_each_hand_over() -> None:
    lost_budget = {"budget_status": "discussing", "budget": None, "expected_amount": None}
    cold = {"pain_points": None, "explicit_need": None, "need_clarity": None}
    weeks = [{**STRONG, **lost_budget}, STRONG, {**STRONG, **lost_budget}, {**STRONG, **lost_budget, **cold},
             {**STRONG, "outcome": "won", "closed_date": MONDAY}]  # fmt: skip
    history, seen = None, []
    for n, answers in enumerate(weeks):
        result, history = run([{**answers, "last_contact": MONDAY}], MONDAY + n * WEEK, history)
        state = result.state.iloc[0]
        seen.append((state["handoff"], state["handoff_since"].date()))
    days: list[date] = [MONDAY + n * WEEK for n in range(5)]
    assert seen == [
        ("marketing_qualified", days[0]), ("sales_qualified", days[1]), ("sales_qualified", days[1]),
        ("returned", days[3]), ("customer", days[4]),
    ]  # fmt: skip
    assert history is not None
    assert set(zip(history["date"].dt.date, history["handoff"], strict=True)) >= {
        (days[1], "sales_qualified"), (days[3], "returned"), (days[4], "customer"),
    }  # fmt: skip
    assert history["cause"].notna().all()
