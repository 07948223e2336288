"""An old decision chain counts half, exactly and explained (R19)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leadbook.app.present_results import chain_notes, doubts
from leadbook.labels import load_labels
from tests.model.leads import POLICY, TODAY, Answers, changed, one, points_of, ranked
from tests.priority.test_movement import MONDAY, NEXT, moved, run

AGE = int(POLICY.settings["chain_max_age_days"])
CHAIN: Answers = {"decision_chain": "Decision maker: board chair Li *; Influencer: lab head Wang *"}
EN = load_labels("en")


def ago(days: int) -> Any:
    return TODAY - timedelta(days)


@pytest.mark.req("R19")
def test_the_day_after_its_last_day_a_chain_counts_half() -> None:
    fresh, old = one({**CHAIN, "last_contact": ago(AGE)}), one({**CHAIN, "last_contact": ago(AGE + 1)})
    assert not fresh["chain_stale"] and old["chain_stale"]
    result = ranked([{**CHAIN, "last_contact": ago(AGE)}, {**CHAIN, "last_contact": ago(AGE + 1)}])
    # 0.8 of 8 points and twice 2 points, each half as much later.
    assert points_of(result, "decision_chain") == [6, 3] and points_of(result, "contacts") == [4, 2]
    parts = [f"points_{c}" for c in ("authority", "need", "urgency", "money", "fit", "engagement", "history",
                                     "competition")]  # fmt: skip
    state = result.state
    assert (state[[*parts, "base"]].sum(axis=1) == state["total"]).all()


@pytest.mark.req("R19", "C02")
@pytest.mark.parametrize(
    ("evidence", "stale"),
    [
        ({}, False),
        ({"info_date": ago(AGE + 30)}, True),
        ({"info_date": ago(AGE + 30), "last_contact": ago(10)}, False),
        ({"last_contact": ago(10), "value_sources": f"decision_chain customer {ago(AGE + 5)}"}, True),
        ({"last_contact": ago(AGE + 5), "value_sources": f"decision_chain customer {ago(5)}"}, False),
        ({"last_contact": ago(AGE + 5), "value_sources": f"industry customer {ago(5)}"}, True),
    ],
)
def test_the_newest_dated_evidence_of_the_chain_decides(evidence: Answers, stale: bool) -> None:
    assert bool(one({**CHAIN, "info_source": "customer", **evidence})["chain_stale"]) is stale


@pytest.mark.req("R19")
def test_a_call_that_nobody_answered_confirms_nothing_and_a_talk_does() -> None:
    lead = {**CHAIN, "last_contact": ago(AGE + 5)}
    assert one(lead, [{"at": ago(1), "reaction": "no_reply"}])["chain_stale"]
    assert not one(lead, [{"at": ago(1), "reaction": "neutral"}])["chain_stale"]


@pytest.mark.req("R19")
def test_leads_without_a_chain_are_never_old_and_the_age_is_the_policys() -> None:
    assert not one({"last_contact": ago(AGE + 500)})["chain_stale"]
    assert one({**CHAIN, "last_contact": ago(11)}, policy=changed(chain_max_age_days=10))["chain_stale"]
    rows = [{**r, "points": 0} if r["id"] == "stale_chain" else r for r in POLICY.rows]
    nothing = ranked([{**CHAIN, "last_contact": ago(AGE + 1)}], policy=changed(rows=rows))
    assert points_of(nothing, "decision_chain") == [0]


@pytest.mark.req("R19")
def test_results_say_since_when_and_how_much() -> None:
    result = ranked([{**CHAIN, "last_contact": ago(AGE + 1)}, {**CHAIN, "last_contact": ago(1)}])
    assert chain_notes(result.state, POLICY, EN).tolist() == [
        f"Decision chain last confirmed on {ago(AGE + 1)}; it counts 50%", None,
    ]  # fmt: skip
    assert "last confirmed" in doubts(result, POLICY, EN)[0]


@pytest.mark.req("R19", "T06")
def test_a_changed_decision_chain_scores_anew_and_says_why() -> None:
    lead: Answers = {**CHAIN, "last_contact": MONDAY, "urgency_stated": "high"}
    _, history = run([lead], MONDAY)
    result, _ = run([{**lead, "decision_chain": "Influencer: lab head Wang *"}], NEXT, history)
    assert moved(result)[0][1] == "new_answer"
    assert result.state["total"].iloc[0] < history["total"].iloc[0]
