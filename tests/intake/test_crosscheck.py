"""Answers that cannot all be true, and what of them still counts (R17, C18, F23)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from raw_tables import FIRST_ROW, TODAY, found, policy, taken_in

from leadbook.model.policy import Policy


def lead(n: int = 0, **answers: Any) -> dict[str, Any]:
    return {"company_name": f"Company {n} Ltd", "customer_type": "new", **answers}


@pytest.mark.req("R17")
def test_contradictions_are_counted_for_each_lead() -> None:
    taken = taken_in(
        [
            lead(0, budget_status="none", budget="200万元", need_clarity="unclear", explicit_need="presses"),
            lead(1, buying_priority="not_now", urgency_stated="high"),
            lead(2),
            lead(3, urgency_stated="low", needed_by="2026-06-30"),
        ]
    )
    assert taken.contradictions.tolist() == [2, 1, 0, 1]


@pytest.mark.req("F17")
@pytest.mark.parametrize(
    "field", ["last_contact", "budget_date", "first_quote_at", "info_date", "compliance_date", "closed_date"]
)
def test_a_future_date_that_should_be_past_is_told_and_then_counts_as_no_answer(field: str) -> None:
    taken = taken_in([lead(0, **{field: "2026-06-16 10:00"}), lead(1, **{field: "2026-06-15"})])
    assert found(taken, "date_in_future") == [("lead", 6, field)]
    assert pd.isna(taken.leads[field].iloc[0]) and not pd.isna(taken.leads[field].iloc[1])


@pytest.mark.req("F15")
def test_the_month_of_urgency_ends_where_the_policy_says() -> None:
    within = int(policy().number("urgent_within_days"))
    ahead = range(-within, 3 * within)
    days = [(TODAY + timedelta(days=n)).isoformat() for n in ahead]
    near = [n for n, days_left in enumerate(ahead) if 0 <= days_left <= within]
    high = taken_in([lead(n, urgency_stated="high", needed_by=day) for n, day in enumerate(days)])
    undated = {row - FIRST_ROW for _, row, _ in found(high, "urgency_without_date") if row}
    assert undated == set(range(len(days))) - set(near)
    low = taken_in([lead(n, urgency_stated="low", needed_by=day) for n, day in enumerate(days)])
    assert [row - FIRST_ROW for _, row, _ in found(low, "urgency_contradicts_date") if row] == near


def test_rate_old_tells_currency_and_age_once_it_is_too_old() -> None:
    def ages(today: date) -> dict[str, int]:
        told = [f for f in taken_in([lead()], today=today).findings if f.name == "rate_old"]
        assert all((f.table, f.field) == ("policy", "date") for f in told)
        return {f.params["currency"]: f.params["days"] for f in told}

    newest = max(date.fromisoformat(row["date"]) for row in policy().section("rate"))
    limit = int(policy().number("rate_max_age_days"))
    assert ages(newest + timedelta(days=limit)) == {}
    late = ages(newest + timedelta(days=limit + 1))
    # the book's own currency needs no rate
    assert set(late) == {row["id"] for row in policy().section("rate")} - {policy().setting("currency")}
    assert set(late.values()) == {limit + 1}


def test_amounts_without_currency_or_rate_are_told_and_take_the_rows_currency_first() -> None:
    rates = tuple(row for row in policy().rows if row["section"] != "rate" or row["id"] in ("CNY", "USD"))
    using = Policy("rates", policy().settings, rates)
    taken = taken_in(
        [
            lead(0, expected_amount=5000),
            lead(1, expected_amount=5000, currency="USD"),
            lead(2, expected_amount=5000, currency="EUR"),
            lead(3, company_size="年营收1-5亿", currency="USD"),
        ],
        using=using,
    )
    assert found(taken, "missing_currency") == [("lead", 6, "expected_amount")]
    assert found(taken, "amount_without_rate") == [("lead", 8, "expected_amount")]
    assert taken.leads["expected_amount.currency"].tolist()[1:3] == ["USD", "EUR"]
    assert taken.leads["company_size.revenue_currency"].iloc[3] == "USD"
    assert taken.leads["company_size.assets_currency"].iloc[3] is None


@pytest.mark.req("C18", "C04")
def test_a_wrong_row_of_an_unscored_duplicate_says_nothing_about_the_lead() -> None:
    taken = taken_in([lead(0), lead(0, budget_evidence="estimate", budget="200万元")])
    assert found(taken, "estimate_budget_ignored") == []
    assert found(taken, "duplicate_lead") == [("lead", 7, "company_name")]


@pytest.mark.req("F19")
def test_reps_are_checked_only_when_there_is_a_team() -> None:
    row = lead(0, owner="Nobody Here", our_participants="Nobody Here")
    assert found(taken_in([row]), "unknown_rep") == []
    taken = taken_in([row], team=[{"rep": "Ana Kim"}])
    assert found(taken, "unknown_rep") == [("lead", 6, "owner"), ("lead", 6, "our_participants")]
    assert taken.team == ("Ana Kim",)


@pytest.mark.req("K01")
def test_planted_risk_signals_are_all_found_until_they_expire() -> None:
    events = {
        row["answer"]: row.get("expires_days") for row in policy().section("risk") if row.get("reads") == "risk_events"
    }
    fresh = [
        lead(n, risk_events=f"{event} {TODAY - timedelta(days=days)}") for n, (event, days) in enumerate(events.items())
    ]
    old = [
        lead(n, risk_events=f"{event} {TODAY - timedelta(days=days + 1)}")
        for n, (event, days) in enumerate(events.items())
    ]
    assert len(found(taken_in(fresh), "risk_signal")) == len(events) > 3
    assert found(taken_in(old), "risk_signal") == []


@pytest.mark.req("R05")
def test_background_facts_need_a_source_and_a_date() -> None:
    facts = {"main_business": "presses", "founded": "2015"}
    taken = taken_in(
        [
            lead(0, **facts),
            lead(1, **facts, info_source="website"),
            lead(2, **facts, info_date="2026-01-01"),
            lead(3, **facts, info_source="官网", info_date="2026-01-01"),
            lead(4, **facts, info_source="website", info_date="2026-01-01"),
            lead(5, **facts, value_sources="founded website 2026-01"),
        ]
    )
    assert [row for _, row, _ in found(taken, "unsourced_background")] in ([6, 7, 8], [6, 7, 8, 9])
    assert ("lead", 10, "info_source") not in found(taken, "unsourced_background")


@pytest.mark.req("F12")
def test_goals_older_than_two_years_are_noticed() -> None:
    edge = date(TODAY.year - 2, TODAY.month, TODAY.day)
    days = [edge - timedelta(days=1), edge, TODAY]
    taken = taken_in([lead(n, goals="扩产", info_date=day.isoformat()) for n, day in enumerate(days)])
    assert found(taken, "plan_stale") == [("lead", FIRST_ROW, "goals")]


@pytest.mark.req("R04")
def test_an_existing_customer_without_history_is_noticed_until_some_is_fetched() -> None:
    talk = {"lead_name": "Company 2 Ltd", "at": "2026-05-04 10:00", "channel": "phone", "our_participants": "Ana Kim"}
    rows = [lead(n, customer_type="存量客户") for n in range(4)]
    rows[1]["past_projects"], rows[3]["last_contact"] = "line 1", "2026-05-04"
    assert found(taken_in(rows, [talk]), "existing_without_history") == [("lead", FIRST_ROW, "past_projects")]


@pytest.mark.req("R07")
def test_stated_and_unspoken_needs_are_two_things() -> None:
    taken = taken_in(
        [
            lead(0, implicit_need="quick answers, budget 200万元", need_clarity="unclear"),
            lead(1, explicit_need="presses, budget 200万元", need_clarity="unclear"),
        ]
    )
    assert taken.leads["budget.low"].isna().tolist() == [True, False]
    assert found(taken, "need_contradiction") == [("lead", FIRST_ROW + 1, "need_clarity")]


@pytest.mark.req("F20", "F24")
def test_what_is_known_beyond_the_form_is_optional_and_kept_as_typed() -> None:
    typed = {
        "focus": "先谈技术部，给成功案例",
        "organisation": "采购部、技术部",
        "industry_position": "top 3",
        "new_needs": "line 2",
    }
    taken = taken_in([lead(0, **typed), lead(1)])
    assert {key: taken.leads[key].iloc[0] for key in typed} == typed
    assert not any(f.field in typed for f in taken.findings)
