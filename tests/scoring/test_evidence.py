"""Weak, old or assumed answers count less or not at all: sources, budget evidence, press signals."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.model.leads import CATALOGUE, POLICY, TODAY, Answers, changed, one, points_of, ranked, state

SOURCES = CATALOGUE.lead.field("info_source").better
# 1000 points instead of 6 show the weights themselves.
FINE = changed(
    rows=[{**r, "points": 1000} if (r["id"], r.get("answer")) == ("size_fit", "medium") else r for r in POLICY.rows]
)
SIZE: Answers = {"company_size": "500 people"}


def _seen(source: str | None, age: int | None) -> Answers:
    return {**SIZE, "info_source": source, "info_date": None if age is None else TODAY - timedelta(age)}


@pytest.mark.req("C02", "R05")
def test_a_weaker_or_older_source_never_scores_higher() -> None:
    ages = (0, 1, 30, 365, 730, 1500, 4000)
    points = points_of(ranked([_seen(s, a) for s in SOURCES for a in ages], policy=FINE), "size_fit")
    grid = [points[n : n + len(ages)] for n in range(0, len(points), len(ages))]
    assert all(row == sorted(row, reverse=True) for row in grid)
    assert all(list(column) == sorted(column) for column in zip(*grid, strict=True))
    assert grid[-1][0] == 1000 and grid[-1][4] == 500 and grid[0][0] == 300


@pytest.mark.req("C02", "R05")
def test_facts_without_source_or_date_count_little_but_never_nothing() -> None:
    cases = [_seen("customer", None), _seen("customer", 730), _seen("website", 0), _seen(None, 0), _seen(None, None)]
    undated, one_half_life, website, unsourced, neither = points_of(ranked(cases, policy=FINE), "size_fit")
    assert undated == one_half_life == 500
    assert 0 < neither < unsourced == 400 < website


@pytest.mark.req("C02", "R05")
def test_the_source_of_a_single_value_beats_that_of_the_row() -> None:
    row = _seen("customer", 0)
    cases = [
        row,
        {**row, "value_sources": "company_size estimate 2026-11-04"},
        {**row, "value_sources": "founded estimate 2020"},
    ]
    assert points_of(ranked(cases, policy=FINE), "size_fit") == [1000, 300, 1000]


@pytest.mark.req("C02")
def test_a_weak_source_does_not_soften_what_speaks_against_a_lead() -> None:
    micro = {"company_size": "5 people"}
    s = state(
        [
            {**micro, "info_source": "customer", "info_date": TODAY},
            {**micro, "info_source": "estimate", "info_date": date(2016, 1, 1)},
        ]
    )
    assert s["points_fit"].tolist() == [-2, -2]


@pytest.mark.req("C04")
def test_budget_on_record_counts_less_than_a_stated_one_and_an_estimate_nothing() -> None:
    known = {"budget_status": "approved", "budget": "2 million CNY", "expected_amount": "1 million CNY"}
    s = state([{**known, "budget_evidence": e} for e in ("stated", "history", "estimate", None)])
    assert s["points_money"].tolist() == [20, 12, 0, 0]


@pytest.mark.req("C18")
@pytest.mark.parametrize("status", CATALOGUE.choices["budget_status"])
def test_an_estimate_and_press_news_never_decide_about_budget(status: str) -> None:
    news = "budget_cut 2026-10-01; funding_round 2026-10-02"
    guess = {
        "budget_status": status,
        "budget": "9 million CNY",
        "expected_amount": "1 million CNY",
        "budget_evidence": "estimate",
        "signals": news,
    }
    result = ranked(
        [{"expected_amount": "1 million CNY"}, guess, {**guess, "budget_evidence": None}, {"signals": news}]
    )
    assert result.state["points_money"].tolist() == [0] * 4
    assert result.state["gates"].isna().all()
    assert result.qualified["money"].tolist() == ["unknown"] * 4


@pytest.mark.req("C04")
def test_a_budget_in_the_stated_need_was_stated() -> None:
    lead = one({"explicit_need": "Two lines, budget 2-3 million CNY", "expected_amount": "3 million CNY"})
    assert (lead["budget_confirmed"], lead["budget_cover"]) == ("planned", 1.0)


def test_amounts_without_a_rate_stay_unknown() -> None:
    lead = {"budget": "100 USD", "expected_amount": "100 USD", "budget_evidence": "stated"}
    no_dollar = changed(rows=[r for r in POLICY.rows if (r["section"], r["id"]) != ("rate", "USD")])
    assert one(lead)["deal_size"] == pytest.approx(710) and one(lead)["budget_cover"] == 1.0
    unknown = one(lead, policy=no_dollar)
    assert unknown[["deal_size", "budget_cover", "importance"]].isna().all() and unknown["points_money"] == 0


@pytest.mark.req("C20")
def test_press_signals_count_by_sign_until_they_expire() -> None:
    def on(days: int, *codes: str) -> Answers:
        return {"signals": "; ".join(f"{code} {TODAY - timedelta(days)}" for code in codes)}

    cases = [
        {}, on(1, "merger"), on(1, "falling_profit"), on(1, "merger", "falling_profit"), on(1, "funding_round"),
        on(180, "merger"), on(181, "merger"), on(181, "falling_profit"), {"signals": "falling_profit"},
        {"signals": f"merger {TODAY - timedelta(400)}; expansion {TODAY - timedelta(9)}"},
    ]  # fmt: skip
    result = ranked(cases)
    assert points_of(result, "press_signals") == [0, -5, 4, 0, 0, -5, 0, 0, 4, 4]
    balance = result.state["signal_balance"]
    assert balance.isna().tolist() == [True, False, False, False, False, False, True, True, False, False]


@pytest.mark.req("C20")
def test_many_bad_signals_are_never_better_than_one() -> None:
    listed = [{"signals": "; ".join(f"merger 2026-10-{day:02}" for day in range(1, n + 1))} for n in (1, 2, 9)]
    assert points_of(ranked(listed), "press_signals") == [-5] * 3
