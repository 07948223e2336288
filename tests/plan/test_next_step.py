"""The next step: what was agreed first, the call after the quote, and never on a free day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.app.planning import plan_steps
from tests.model.leads import POLICY, TODAY, Answers, changed, ranked, table
from tests.plan.book import FollowUps, at, due, step, steps, works
from tests.priority.strong import CAUSES, STRONG
from tests.scoring.answers import leads

WARM = {"last_contact": TODAY - timedelta(1)}
FRIDAY = date(2026, 11, 6)


@pytest.mark.req("U08")
def test_the_agreed_plan_wins_over_everything_else() -> None:
    plan = {"last_contact": date(2026, 10, 15), "next_plan": "11月5日前提供定制化方案，安排二次沟通"}
    quoted = {"first_quote_at": at(TODAY - timedelta(1), 9)}
    rivals: list[Answers] = [
        {},
        quoted,
        {**STRONG, **plan},
        CAUSES["unclear_need"].answers,
        CAUSES["compliance"].answers,
    ]
    agreed = ("agreed_plan", "agreed_plan", date(2026, 11, 5))
    assert steps([{**rival, **plan} for rival in rivals], TODAY) == [agreed] * len(rivals)


@pytest.mark.req("U08")
def test_the_plan_of_the_newest_talk_counts() -> None:
    old = {"at": date(2026, 10, 1), "next_plan": "call on 2026-11-20"}
    new = {"at": date(2026, 10, 20), "next_plan": "visit on 2026-11-12"}
    assert due({}, TODAY, old, new) == due({}, TODAY, new, old) == date(2026, 11, 12)


@pytest.mark.req("U08")
def test_an_agreed_day_that_is_free_means_the_working_day_before() -> None:
    assert due({**WARM, "next_plan": "send offer by 2026-11-08"}, TODAY) == FRIDAY
    spring = {"last_contact": date(2027, 2, 1), "next_plan": "send offer by 2027-02-08", "region": "CN"}
    found = due(spring, date(2027, 2, 2))
    assert found is not None and found < date(2027, 2, 8) and works(found, "CN")


@pytest.mark.req("U08")
def test_a_missed_agreed_day_is_done_on_the_next_working_day_and_a_kept_one_is_over() -> None:
    plan = {"next_plan": "call on 2026-11-05", "last_contact": date(2026, 11, 2)}
    assert step(plan, FRIDAY) == ("agreed_plan", "overdue_plan", FRIDAY)
    assert step(plan, FRIDAY + timedelta(1)) == ("agreed_plan", "overdue_plan", date(2026, 11, 9))
    kept = [{**plan, "last_contact": date(2026, 11, day)} for day in (5, 6)]
    assert [kind for kind, _, _ in steps(kept, date(2026, 11, 9))] == ["send_content"] * 2


@pytest.mark.req("U01")
@pytest.mark.parametrize(
    ("quote", "region", "expected"),
    [
        (at(date(2026, 11, 3), 10), "CN", date(2026, 11, 4)),
        (at(FRIDAY, 17), "CN", date(2026, 11, 9)),
        (at(FRIDAY, 17), "other", date(2026, 11, 9)),
        (at(date(2026, 2, 13), 17), "CN", date(2026, 2, 14)),  # make-up Saturday before the Spring Festival
        (at(date(2026, 2, 14), 17), "CN", date(2026, 2, 24)),  # eve of the Spring Festival
        (at(date(2024, 2, 7), 17), "VN", date(2024, 2, 15)),  # eve of Tết
        (at(date(2024, 2, 7), 17), "TW", date(2024, 2, 15)),
        (at(date(2024, 2, 9), 17), "HK", date(2024, 2, 14)),
        (at(date(2026, 9, 30), 23, 59), "CN", date(2026, 10, 8)),
    ],
)
def test_the_first_call_follows_within_24_hours_on_a_working_day(quote: Any, region: str, expected: date) -> None:
    assert works(expected, region)
    lead = {"first_quote_at": quote, "region": region, "last_contact": quote.date()}
    inside = quote.hour < 18 and expected == quote.date() + timedelta(1)
    assert step(lead, quote.date()) == ("first_call", "first_call" if inside else "first_call_waits", expected)
    # Clocks of these regions never change, so 24 hours are one day later at the same time.
    assert expected >= quote.date() + timedelta(1)


@pytest.mark.req("U01")
def test_only_a_contact_after_the_quote_ends_the_first_call() -> None:
    quote = {"first_quote_at": at(TODAY, 14)}
    before, after = ({"at": at(TODAY, hour), "reaction": "neutral"} for hour in (10, 16))
    knock = {"at": at(TODAY, 17), "reaction": "no_reply"}
    assert step(quote, TODAY, before)[0] == step(quote, TODAY, before, knock)[0] == "first_call"
    assert step(quote, TODAY, before, after)[0] != "first_call"
    assert step({**quote, "last_contact": TODAY}, TODAY)[0] == "first_call"
    assert step({**quote, "last_contact": TODAY + timedelta(1)}, TODAY + timedelta(1))[0] != "first_call"


@pytest.mark.req("U01")
def test_a_quote_without_a_time_says_so() -> None:
    assert step({"first_quote_at": TODAY}, TODAY) == ("first_call", "first_call_no_time", TODAY + timedelta(1))


def test_a_won_lead_has_no_step_and_says_why() -> None:
    planned = {"closed_date": TODAY, "next_plan": "call on 2026-11-20", "first_quote_at": at(TODAY, 9)}
    assert step({"outcome": "won", **planned}, TODAY) == (None, "closed", None)


@pytest.mark.req("U05", "T14", "C10", "U06")
def test_what_comes_next_by_state() -> None:
    fine: Answers = {**STRONG, **WARM}
    guessed = {**fine, "budget_evidence": "estimate"}
    compliance, unclear = ({**fine, **CAUSES[gate].answers} for gate in ("compliance", "unclear_need"))
    quiet = {"last_contact": date(2026, 3, 2)}
    cases = [fine, guessed, guessed, compliance, unclear, WARM, quiet]
    kinds = ["prepare_offer", "visit", "ask", "lift_gate", "review", "send_content", "review"]
    found = steps(cases, TODAY, [{"lead": 1, "at": TODAY - timedelta(1), "reaction": "positive"}])
    assert [kind for kind, _, _ in found] == kinds
    assert found[-1] == ("review", "review_due", TODAY)


@pytest.mark.req("U02", "U03")
@pytest.mark.parametrize("base", [80, 58, 36, 16, -60])
def test_cadences_keep_between_their_gaps(base: int) -> None:
    policy = changed(base=base)
    rows = [{"last_contact": TODAY - timedelta(n), "region": r} for r in ("CN", "VN", "other") for n in range(3)]
    plan = plan_steps(ranked(rows, policy=policy), table("follow_up"), policy, TODAY)
    gaps = {(row["id"], row["kind"]): (row["points"], row["most"]) for row in policy.section("cadence")}
    first = {tier: gap for (tier, _), gap in reversed(gaps.items())}
    columns = (plan[name] for name in ("tier", "kind", "earliest", "target", "latest"))
    for lead, tier, kind, *days in zip(rows, *columns, strict=True):
        start, region = lead["last_contact"], str(lead["region"])
        low, high = gaps.get((tier, kind), first[tier])
        counted = [sum(works(start + timedelta(n), region) for n in range((day.date() - start).days)) for day in days]
        assert counted[0] == low <= counted[1] <= high == counted[2], (tier, kind)


@pytest.mark.req("U02", "R09")
def test_the_customer_chooses_the_channel() -> None:
    plain, wished = ranked([WARM, {**WARM, "preferred_channel": "meeting"}]), table("follow_up")
    assert plan_steps(plain, wished, POLICY, TODAY)["channel"].tolist() == ["email", "meeting"]


@pytest.mark.req("U01", "U02")
@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(leads, st.integers(-400, 40), st.sampled_from(["CN", "TW", "HK", "VN", "other"])),
        min_size=4,
        max_size=12,
    ),
    st.dates(date(2024, 1, 1), date(2027, 6, 30)),
)
def test_a_step_is_never_on_a_free_day_and_never_in_the_past(
    some: list[tuple[dict[str, Any], int, str]], today: date
) -> None:
    rows: list[Answers] = []
    for n, (lead, offset, region) in enumerate(some):
        moment = today + timedelta(offset)
        facts = [
            {"next_plan": f"call on {moment}"},
            {"first_quote_at": at(min(moment, today), 17)},
            {"last_contact": min(moment, today)},
        ]
        rows.append({k: v for k, v in lead.items() if k != "reaction"} | facts[n % 3] | {"region": region})
    plan = plan_steps(ranked(rows, today=today), table("follow_up"), POLICY, today)
    assert plan["kind"].notna().all()
    for when, (_, _, region) in zip(plan["due"].dt.date, some, strict=True):
        assert when >= today and works(when, region), (when, region)


def test_far_dates_fall_on_working_days_too() -> None:
    """Holidays are known for a few years, weekends always."""
    far = date(2033, 1, 2)
    assert far.weekday() == 6
    assert due({**WARM, "next_plan": f"call on {far}"}, TODAY) == date(2032, 12, 31)


@pytest.mark.req("U07")
def test_the_list_is_in_order_of_date_then_urgency_then_total() -> None:
    same = {"next_plan": "call on 2026-11-12", **WARM}
    rows = [
        {**same, "urgency_stated": "low"},
        {**same, "urgency_stated": "high"},
        {"next_plan": "call on 2026-11-05", **WARM},
        {**same, "urgency_stated": "low", "pain_points": "x"},
        {"outcome": "won", "closed_date": TODAY},
    ]
    book = FollowUps()
    book.run(rows, TODAY)
    assert [row["lead_key"] for row in book.rows] == ["delta2", "delta1", "delta3", "delta0"]
    assert [row["rank"] for row in book.rows] == [1, 2, 3, 4]
