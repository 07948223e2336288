"""Parts sum exactly, nothing counts without an answer, and a better answer never costs points."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from leadbook.model.policy import Policy, read_policy
from tests.model.leads import CATALOGUE, POLICY, TODAY, changed, one, points_of, ranked, read, state
from tests.scoring.answers import LADDERS, UNORDERED, drops, judged, leads

MUTANT = Path(__file__).resolve().parents[1] / "model" / "policy.mutant.json"
CRITERIA = CATALOGUE.choices["criterion"]
some_leads = st.lists(leads, min_size=1, max_size=12)


@pytest.mark.req("T01")
@settings(max_examples=6, deadline=None)
@given(some_leads, st.integers(-20, 20))
def test_parts_sum_exactly_and_input_decides_output(given_leads: list[dict[str, Any]], base: int) -> None:
    result = judged([*given_leads, *given_leads], changed(base=base))
    s, card = result.state.reset_index(drop=True), result.scores.card
    assert card.points.dtype == np.int64 and s["total"].dtype == np.int64
    assert (s["total"] == base + card.points.sum(axis=1)).all()
    assert (s["total"] == s["base"] + s[[f"points_{c}" for c in CRITERIA]].sum(axis=1)).all()
    assert (card.points[~card.answered] == 0).all()
    assert ((s["total_low"] <= s["total"]) & (s["total"] <= s["total_high"])).all()
    assert s["coverage"].between(0, 1).all() and s["score"].isin([1, 2, 3, 4, 5]).all()
    assert s["likelihood"].rank().equals(s["total"].rank())
    half = len(given_leads)
    twins = s.drop(columns=["company_name", "lead_key", "answers", "rank"]).astype(str)
    assert twins[:half].equals(twins[half:].reset_index(drop=True))


@pytest.mark.req("T01")
def test_a_lead_does_not_depend_on_its_neighbours() -> None:
    some = [{"need_clarity": "clear", "clicks": 3}, {"signals": "merger 2026-10-01"}, {"last_contact": TODAY}]
    together = state(some)["total"].tolist()
    assert together[0] == one(some[0])["total"]
    assert state(some[::-1])["total"].tolist() == together[::-1]


def test_every_factor_of_the_default_policy_has_a_ladder() -> None:
    assert {f.id for f in POLICY.factors()} == {*LADDERS, *UNORDERED}


def better_never_costs(policy: Policy, *, shrink: bool) -> Callable[[], None]:
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate,)

    @settings(max_examples=4, deadline=None, database=None, phases=phases)
    @given(st.lists(leads, min_size=3, max_size=5))
    def check(bases: list[dict[str, Any]]) -> None:
        # The budget of a sentence and the contact's own say would count beside the step that is tried.
        assert drops(bases, policy) == []

    return check


@pytest.mark.req("T01", "C03", "C06", "C07", "C08", "C09", "C11", "C15")
def test_a_better_answer_never_lowers_the_total() -> None:
    better_never_costs(POLICY, shrink=True)()


@pytest.mark.req("T01")
def test_the_same_check_fails_on_a_policy_that_punishes_better_answers() -> None:
    mutant = read_policy(MUTANT)
    # A reaction is a contact, too; so a policy that punishes fresh contact punishes it with it.
    assert set(drops([{}], mutant)) == {"project_progress", "days_to_need", "clicks", "recent_contact", "last_reaction"}
    with pytest.raises(AssertionError):
        better_never_costs(mutant, shrink=False)()


@pytest.mark.req("C01")
def test_moving_one_answer_moves_only_its_criterion() -> None:
    steps = [(factor, step) for factor, ladder in LADDERS.items() for step in ladder]
    s = judged([step for _, step in steps]).state[[f"points_{c}" for c in CRITERIA]]
    spread = s.groupby([factor for factor, _ in steps], sort=False).nunique() > 1
    moved = {factor: set(spread.columns[spread.loc[factor]]) for factor in spread.index}
    expected = {f.id: {f"points_{f.criterion}"} for f in POLICY.factors() if f.id in LADDERS}
    assert moved == expected


@pytest.mark.req("C01")
def test_industry_size_and_business_model_count_for_fit_only() -> None:
    s = state(
        [
            {"industry": "C"},
            {"industry": "H"},
            {"industry": "C", "company_size": "500 people"},
            {"industry": "C", "business_model": "b2c"},
        ]
    )
    assert s["points_fit"].tolist() == [6, 0, 7, 0]
    assert (s["total"] == s["points_fit"]).all()


def test_answering_what_is_missing_stays_within_the_announced_range() -> None:
    base = {"need_clarity": "partial", "industry": "C", "business_model": "b2b", "customer_type": "new"}
    rows, start = [], []
    for factor in LADDERS.keys() - {"consumer_reach"}:
        known = {k: v for k, v in base.items() if k == "business_model" or k not in LADDERS[factor][0]}
        start += [len(rows)] * (len(LADDERS[factor]) + 1)
        rows += [known, *({**known, **step} for step in LADDERS[factor])]
    s = judged(rows).state.reset_index(drop=True)
    before = s.loc[start].reset_index(drop=True)
    assert ((before["total_low"] < before["total"]) & (before["total"] < before["total_high"])).all()
    assert ((before["total_low"] <= s["total"]) & (s["total"] <= before["total_high"])).all()


@pytest.mark.req("R17")
def test_an_empty_lead_scores_nothing_and_admits_it() -> None:
    lead = one({})
    assert (lead["total"], lead["coverage"]) == (0, 0.0)
    low, high = (sum(e) for e in zip(*((min(lo, 0), max(hi, 0)) for lo, hi in _applying_extremes()), strict=True))
    assert (lead["total_low"], lead["total_high"]) == (low, high)


def _applying_extremes() -> list[tuple[int, int]]:
    return [f.extremes for f in POLICY.factors() if f.when is None or f.when.answer == "b2b"]


def test_a_value_that_nobody_understands_is_a_finding_and_gives_nothing() -> None:
    taken = read([{"need_clarity": "bananas", "satisfaction": "sometimes", "customer_type": "potential"}])
    assert {(f.name, f.field) for f in taken.findings if f.kind.severity == "error"} == {
        ("unknown_choice", "need_clarity"), ("not_a_number", "satisfaction"),
    }  # fmt: skip
    assert one({"need_clarity": "bananas", "satisfaction": "sometimes"})["total"] == 0


@pytest.mark.req("C05", "C19")
def test_say_of_the_contact_by_class_and_size_of_the_firm() -> None:
    titles = ("General manager", "Technical director", "Purchasing manager", "Operator")
    sizes = (None, "10 people", "11 people", "99 people", "100 people", "999 people", "1000 people")
    s = state([{"contact_title": t, "company_size": size} for size in sizes for t in titles])
    rest = ["influences", "executes", "uses"]
    small, big = ["decides", *rest], ["influences", *rest]
    assert s["authority_class"].tolist() == small * 4 + big * 3
    assert s["size_band"].where(s["size_band"].notna(), None).tolist()[::4] == [
        None, "micro", "small", "small", "medium", "medium", "large"
    ]  # fmt: skip
    assert s["points_authority"].tolist() == [12, 6, 0, -2] * 4 + [6, 6, 0, -2] * 3


@pytest.mark.req("C05", "F08")
def test_the_chain_knows_better_than_the_title() -> None:
    chain = "Decision maker: Technical director Wang *; Influencer: General manager Li *"
    s = state([{"contact_title": t, "decision_chain": chain} for t in ("Technical director", "General manager")])
    assert s["authority_class"].tolist() == ["decides", "influences"]


@pytest.mark.req("C11")
def test_silence_never_raises_the_score() -> None:
    lead = {
        "last_contact": TODAY,
        "need_clarity": "clear",
        "industry_position": "Top three",
        "info_source": "website",
        "info_date": TODAY,
    }
    later = [state([lead], today=TODAY + timedelta(n))["total"].iloc[0] for n in (0, 1, 3, 9, 60, 400)]
    assert later == sorted(later, reverse=True) and later[-1] < later[0]


@pytest.mark.req("C11")
def test_our_own_knocking_never_raises_the_score() -> None:
    lead = {"last_contact": TODAY - timedelta(20)}
    knocks = [{"lead": 1, "at": TODAY - timedelta(n), "reaction": "no_reply"} for n in (9, 5, 1)]
    calm, knocked = state([lead, lead], knocks)["points_engagement"]
    assert knocked < calm


@pytest.mark.req("C15")
def test_counters_that_are_absent_or_zero_have_no_effect() -> None:
    counters = ("clicks", "site_visits", "social_interactions")
    s = state(
        [
            {"pain_points": "x"},
            {"pain_points": "x"} | dict.fromkeys(counters, 0),
            {"pain_points": "x"} | dict.fromkeys(counters, 6),
        ]
    )
    assert s["total"].tolist() == [5, 5, 12]


@pytest.mark.req("C14")
def test_every_lead_source_is_scored_and_none_is_no_answer() -> None:
    every = CATALOGUE.choices["lead_source"]
    result = ranked([{}, *({"lead_source": source} for source in every)])
    rows = {r["answer"]: r["points"] for r in POLICY.section("factor") if r["id"] == "lead_source"}
    assert points_of(result, "lead_source") == [0, *(rows[source] for source in every)]


@pytest.mark.req("C08")
def test_complaints_lower_and_good_history_raises() -> None:
    s = state(
        [
            {"customer_type": "existing"} | more
            for more in ({}, {"complaints": 1}, {"complaints": 9}, {"past_projects": "2024"})
        ]
    )
    assert s["points_history"].tolist() == [0, -3, -9, 6]


@pytest.mark.req("C09")
def test_a_technical_obstacle_costs_and_support_still_counts() -> None:
    assert judged(LADDERS["technical_fit"]).state["points_fit"].is_monotonic_increasing
    assert one({"technical_fit": "blocked"})["points_fit"] < 0 < one({"technical_fit": "needs_support"})["points_fit"]
