"""The matrix, the qualification, the stage, high value and risk."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from tests.model.leads import POLICY, TODAY, Answers, changed, ranked, state
from tests.priority.strong import STRONG

LEVELS = ("low", "mid", "high")


@pytest.mark.req("R11")
def test_all_nine_combinations_of_stated_levels() -> None:
    pairs = list(product(LEVELS, LEVELS))
    quadrants = state([{"urgency_stated": u, "importance_stated": i} for u, i in pairs])["quadrant"]
    assert dict(zip(pairs, quadrants, strict=True)) == {
        ("low", "low"): "watch",
        ("low", "mid"): "watch",
        ("low", "high"): "schedule",
        ("mid", "low"): "watch",
        ("mid", "mid"): "watch",
        ("mid", "high"): "schedule",
        ("high", "low"): "respond",
        ("high", "mid"): "respond",
        ("high", "high"): "do_first",
    }


@pytest.mark.req("R11")
def test_without_both_axes_a_lead_is_unplaced_never_a_default() -> None:
    date, amount = TODAY + timedelta(5), "9 million CNY"
    unknown: list[Answers] = [
        {},
        {"urgency_stated": "high"},
        {"importance_stated": "high"},
        {"needed_by": date},
        {"expected_amount": amount},
        {"customer_type": "strategic", "pain_points": "x", "competition": "talking_to_competitors", "budget_month": 11},
    ]
    placed: list[Answers] = [
        {"needed_by": date, "expected_amount": amount},
        {"urgency_stated": "low", "expected_amount": amount},
    ]
    s = state([*unknown, *placed])
    assert s["quadrant"].tolist() == ["unplaced"] * 6 + ["respond", "watch"]
    assert s["urgency"].isna().tolist() == [True, False, True, False, True, True, False, False]


@pytest.mark.req("R11")
def test_within_a_month_and_important_is_do_first() -> None:
    assert state([{"needed_by": TODAY + timedelta(n), "importance_stated": "high"} for n in (30, 31)])[
        "quadrant"
    ].tolist() == ["do_first", "schedule"]


@pytest.mark.req("R11")
def test_the_cut_off_itself_belongs_to_the_upper_side() -> None:
    lead = {"urgency_stated": "mid", "importance_stated": "mid"}
    found = [
        state([lead], policy=changed(urgency_cutoff=u, importance_cutoff=i))["quadrant"].iloc[0]
        for u, i in product((35, 36), repeat=2)
    ]
    assert found == ["do_first", "respond", "schedule", "watch"]


@pytest.mark.req("C06")
def test_a_nearer_date_never_lowers_urgency() -> None:
    days = [400, 181, 180, 100, 91, 90, 60, 31, 30, 10, 1, 0]
    s = state([{"needed_by": TODAY + timedelta(n), "urgency_stated": "mid"} for n in days])
    assert s["urgency"].is_monotonic_increasing and s["points_urgency"].is_monotonic_increasing
    months = state([{"urgency_stated": "low", "budget_month": m} for m in (10, 2, 1, 12, 11)])["urgency"]
    assert months.is_monotonic_increasing and months.iloc[-1] > months.iloc[0]


def test_both_axes_stay_within_0_and_100() -> None:
    s = state(
        [{**STRONG, "budget_month": 11, "competition": "talking_to_competitors", "expected_amount": "90 million CNY"}]
    )
    assert s[["urgency", "importance"]].iloc[0].tolist() == [100.0, 100.0]


@pytest.mark.req("R13")
def test_high_value_needs_all_three_parts() -> None:
    def lead(budget: bool, chain: bool, match: bool) -> Answers:
        return {
            "budget": "800,000 CNY" if budget else "790,000 CNY",
            "expected_amount": "1 million CNY",
            "budget_evidence": "stated",
            "decision_chain": "Decision maker: board chair Li *"
            if chain
            else "Influencer: lab head Wang *; User: operator Chen *",
            "need_clarity": "clear" if match else "partial",
            "technical_fit": "fits",
            "industry": "C",
            **(
                {"pain_points": "x", "explicit_need": "y", "product": "energy", "importance_stated": "high"}
                if match
                else {}
            ),
        }

    table = list(product((True, False), repeat=3))
    high = ranked([lead(*row) for row in table]).high
    assert [tuple(r) for r in high[["budget", "chain", "match"]].to_numpy().tolist()] == table
    assert high["high_value"].tolist() == [True] + [False] * 7


@pytest.mark.req("R13", "C18")
def test_an_unknown_part_is_not_met() -> None:
    guessed = {**STRONG, "budget_evidence": "estimate"}
    assert ranked([STRONG, guessed, {}]).high["high_value"].tolist() == [True, False, False]


ANUM = ("authority", "need", "urgency", "money")


@pytest.mark.req("C12", "C17", "F08")
def test_answers_of_the_qualification() -> None:
    cases: list[tuple[str, Answers, str]] = [
        ("authority", {"contact_title": "General manager"}, "yes"),
        ("authority", {"contact_title": "General manager", "company_size": "100 people"}, "unknown"),
        ("authority", {"contact_title": "Operator"}, "no"),
        ("authority", {"contact_title": "Operator", "decision_chain": "Decision maker: board chair Li *"}, "yes"),
        ("authority", {"decision_chain": "Influencer: lab head Wang *"}, "unknown"),
        ("authority", {"decision_chain": "Influencer: lab head Wang *; User: operator Chen *"}, "unknown"),
        (
            "authority",
            {"contact_title": "Operator", "decision_chain": "Influencer: lab head Wang *; User: foreman Chen *"},
            "no",
        ),
        ("authority", {}, "unknown"),
        ("need", {"pain_points": "x"}, "yes"),
        ("need", {"need_clarity": "partial"}, "yes"),
        ("need", {"need_clarity": "unclear", "pain_points": "x"}, "no"),
        ("need", {}, "unknown"),
        ("urgency", {"needed_by": TODAY + timedelta(90)}, "yes"),
        ("urgency", {"needed_by": TODAY + timedelta(91)}, "unknown"),
        ("urgency", {"buying_priority": "not_now", "needed_by": TODAY}, "no"),
        ("urgency", {"project_progress": "approving"}, "yes"),
        ("urgency", {}, "unknown"),
        ("money", {"budget_status": "planned", "budget_evidence": "history"}, "yes"),
        ("money", {"budget_status": "discussing", "budget_evidence": "stated"}, "unknown"),
        ("money", {"budget_status": "approved", "budget_evidence": "estimate"}, "unknown"),
        ("money", {"budget_status": "none", "budget_evidence": "history"}, "no"),
        ("money", {"budget": "8 CNY", "expected_amount": "10 CNY", "budget_evidence": "stated"}, "yes"),
    ]
    found = ranked([answers for _, answers, _ in cases]).qualified.reset_index(drop=True)
    assert found.columns.tolist() == list(ANUM)
    assert [(c, a, found[c][n]) for n, (c, a, _) in enumerate(cases)] == cases


@pytest.mark.req("C16", "C12")
def test_the_ladder_needs_each_step_before_the_next() -> None:
    authority, need = {"contact_title": "General manager"}, {"need_clarity": "clear"}
    urgency, money = {"urgency_stated": "high"}, {"budget_status": "approved", "budget_evidence": "stated"}
    quoted = {"first_quote_at": TODAY}
    cases: list[tuple[Answers, str]] = [
        ({}, "buyer"),
        (authority | urgency | money | quoted, "buyer"),
        (need, "prospect"),
        (need | authority | urgency, "prospect"),
        (need | quoted, "lead"),
        (need | {"competition": "seeking_alternatives"}, "lead"),
        (need | {"project_progress": "comparing"}, "lead"),
        (need | money | urgency, "lead"),
        (need | money | authority, "lead"),
        (need | money | urgency | authority, "qualified_lead"),
        (money | urgency | authority | {"need_clarity": "unclear", "pain_points": "x"}, "buyer"),
    ]
    assert state([answers for answers, _ in cases])["stage"].tolist() == [stage for _, stage in cases]


@pytest.mark.req("C16")
def test_a_stage_is_dated_by_its_earliest_evidence() -> None:
    s = state(
        [
            {"need_clarity": "clear", "first_quote_at": TODAY - timedelta(30), "last_contact": TODAY},
            {"last_contact": TODAY},
        ]
    )
    assert s["stage_since"].dt.date.tolist()[0] == TODAY - timedelta(30) and s["stage_since"].isna().iloc[1]


@pytest.mark.req("K01", "K02")
def test_every_planted_risk_signal_is_found_and_the_worst_decides() -> None:
    rules = [r for r in POLICY.section("risk") if r["effect"] != "action"]
    planted = [{r["reads"]: f"{r['answer']} 2026-10-01" if r["reads"] == "risk_events" else r["answer"]} for r in rules]
    s = state([*planted, {"credit_status": "good"}, {"risk_events": "lawsuit 2026-01-01", "credit_status": "poor"}, {}])
    assert s["risk_rules"].tolist() == [*((r["id"],) for r in rules), (), ("poor_credit", "lawsuit"), ()]
    assert s["risk_class"].fillna("").tolist() == [*(r["effect"] for r in rules), "low", "high", ""]


@pytest.mark.req("K02")
def test_a_risk_event_counts_until_it_expires() -> None:
    ages = [
        (r, r["expires_days"] + more)
        for r in POLICY.section("risk")
        if r.get("reads") == "risk_events"
        for more in (0, 1)
    ]
    s = state([{"risk_events": f"{r['answer']} {TODAY - timedelta(age)}"} for r, age in ages])
    assert s["risk_class"].tolist() == [r["effect"] if age == r["expires_days"] else "low" for r, age in ages]
    undated = state([{"risk_events": "insolvency"}])
    assert undated["risk_class"].tolist() == ["high"]
