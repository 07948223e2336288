"""Every gate alone: what it does, how long, and that the old state comes back when its cause goes."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from leadbook.app.present_results import gate_texts
from leadbook.labels import load_labels
from tests.model.leads import CATALOGUE, POLICY, TODAY, Answers, changed, one, ranked, state
from tests.priority.strong import CAUSES, STRONG, silence

OPEN = changed(rows=[r for r in POLICY.rows if r["section"] != "gate"])
IDS = [g.id for g in POLICY.gates]


def closed(lead: Answers, *talks: Answers, days: int = 0) -> list[str]:
    result = ranked([lead], [{"lead": 0, **talk} for talk in talks], today=TODAY + timedelta(days))
    return [IDS[n] for n in np.flatnonzero(result.gates.closed[0])]


def test_the_strong_lead_is_in_tier_a_with_all_gates_open() -> None:
    lead = one(STRONG)
    assert lead["tier"] == lead["cutoff_tier"] == "A" and closed(STRONG) == []
    assert set(CAUSES) == set(IDS)


@pytest.mark.req("C13", "C10", "K03", "C03")
@pytest.mark.parametrize("gate", CAUSES)
def test_each_gate_alone_lowers_the_tier_and_never_the_total(gate: str) -> None:
    cause = CAUSES[gate]
    lead = {**STRONG, **cause.answers}
    assert closed(lead, *cause.talks) == [gate]
    shut, free = one(lead, cause.talks), one(lead, cause.talks, policy=OPEN)
    assert (shut["tier"], shut["held_by"]) == (cause.tier, "gate")
    assert shut["cutoff_tier"] == free["tier"] != shut["tier"]
    assert shut["total"] == free["total"]


@pytest.mark.req("C13", "C10", "K03")
def test_removing_the_cause_restores_total_and_tier_exactly() -> None:
    # Each lead with its cause, and the same lead once the cause is answered again.
    shut = [{**STRONG, **cause.answers} for cause in CAUSES.values()]
    mended = [
        {**lead, **{k: STRONG.get(k) for k in cause.answers}} for lead, cause in zip(shut, CAUSES.values(), strict=True)
    ]
    talks = [{"lead": 1 + n, **talk} for n, cause in enumerate(CAUSES.values()) for talk in cause.talks]
    s = state([STRONG, *shut, *mended], talks)
    assert set(s["tier"][1 : 1 + len(shut)]) == {"disqualified", "nurture", "C"}
    assert (s["tier"][1 + len(shut) :] == "A").all()
    assert (s["total"][1 + len(shut) :] == s["total"][0]).all()


@pytest.mark.req("C13")
def test_an_answer_ends_the_silence() -> None:
    quiet = [*silence(1), {"at": TODAY, "reaction": "neutral"}]
    assert closed(STRONG, *silence(1)) == ["no_reply"]
    assert closed(STRONG, *quiet) == []
    assert closed(STRONG, *silence(1)[:2]) == []
    assert closed(STRONG, quiet[3] | {"at": TODAY - timedelta(9)}, *silence(1)) == ["no_reply"]


@pytest.mark.req("C13")
@pytest.mark.parametrize("gate", [g for g, cause in CAUSES.items() if cause.days])
def test_evidence_counts_up_to_its_last_day(gate: str) -> None:
    cause = CAUSES[gate]
    assert cause.days is not None
    lead = {**STRONG, **cause.answers}
    assert gate in closed(lead, *cause.talks, days=cause.days)
    late = TODAY + timedelta(cause.days + 1)
    assert gate not in closed(lead, *cause.talks, days=cause.days + 1)
    result = ranked([lead], [{"lead": 0, **talk} for talk in cause.talks], today=late)
    assert result.gates.expired[0, IDS.index(gate)]
    assert result.state["tier"].iloc[0] == result.state["cutoff_tier"].iloc[0]


@pytest.mark.req("C13")
def test_evidence_without_a_date_does_not_expire() -> None:
    undated = {k: v for k, v in STRONG.items() if k != "last_contact"} | CAUSES["unclear_need"].answers
    assert closed(undated, days=4000) == ["unclear_need"]


@pytest.mark.req("C13")
def test_the_date_of_the_budget_answer_counts_before_the_last_contact() -> None:
    lead = {**STRONG, "budget_status": "none", "budget_date": TODAY - timedelta(180)}
    assert closed(lead) == ["no_budget"] and closed(lead, days=1) == []


@pytest.mark.req("C18")
def test_an_estimate_or_history_never_closes_the_budget_gate() -> None:
    evidence = ("estimate", "history", None, "stated")
    s = state([{**STRONG, "budget_status": "none", "budget_evidence": e} for e in evidence])
    assert s["gates"].fillna("").tolist() == ["", "", "", "No budget"]


@pytest.mark.req("C10")
def test_regulated_industries_need_evidence() -> None:
    settled = {"held", "not_required"}
    statuses = (None, *CATALOGUE.choices["compliance_status"])
    cases = [(i, s) for i in CATALOGUE.choices["industry"] for s in statuses]
    tiers = state([{**STRONG, "industry": i, "compliance_status": s} for i, s in cases])["tier"]
    assert {case for case, tier in zip(cases, tiers, strict=True) if tier == "nurture"} == {
        (i, s) for i, s in cases if i in "JQS" and s not in settled
    }


@pytest.mark.req("C17")
def test_a_later_gate_never_hides_an_earlier_one_and_the_order_is_that_of_the_policy() -> None:
    lead = dict(STRONG)
    for gate in ("unclear_need", "not_priority", "no_budget", "compliance", "high_risk"):
        lead |= CAUSES[gate].answers
    lead |= {"explicit_need": None, "budget": None}
    shut = closed(lead, *silence(0))
    assert shut == [g for g in IDS if g != "inconsistent"]
    result = ranked([lead], [{"lead": 0, **talk} for talk in silence(0)])
    text = gate_texts(result, CATALOGUE, load_labels("en"))[0]
    places = [text.index(g.name) for g in POLICY.gates if g.id in shut]
    assert places == sorted(places)
    assert result.qualified.columns.tolist() == ["authority", "need", "urgency", "money"]


@pytest.mark.req("C13")
def test_the_text_of_a_gate_names_evidence_date_and_expiry() -> None:
    text = gate_texts(
        ranked([{**STRONG, "buying_priority": "not_now", "urgency_stated": "mid"}]), CATALOGUE, load_labels("en")
    )[0]
    assert "Buying is not a priority" in text and "2026-11-04" in text and "2027-03-04" in text


@pytest.mark.req("R17", "C13")
def test_one_contradiction_is_not_enough_and_two_are() -> None:
    one_clash = {**STRONG, "urgency_stated": "low"}
    assert closed(one_clash) == []
    assert closed({**one_clash, "need_clarity": "unclear"}) == ["inconsistent", "unclear_need"]


@pytest.mark.req("K03")
def test_high_risk_caps_and_never_lifts() -> None:
    s = state([{**STRONG, "credit_status": "poor"}, {"credit_status": "poor"}, {**STRONG, "credit_status": "fair"}])
    assert s["tier"].tolist() == ["C", "nurture", "A"]
