"""Nobody gets more than fits into a day and a week; what was promised comes first; dates stay."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.plan import Team
from tests.oracle_plan import plan_days
from tests.plan.book import works
from tests.plan.crew import (
    REGIONS,
    TODAY,
    again,
    crews,
    frame,
    free_day,
    on_work,
    over,
    planned,
    same_rep,
    some_steps,
    team,
)

MONDAY = date(2026, 11, 2)
WEEK = [MONDAY + timedelta(n) for n in range(5)]
NEXT_MONDAY = MONDAY + timedelta(7)
PROMISES = ("agreed_plan", "first_call")


def days(steps: list[dict[str, object]], crew: Team, today: date = MONDAY) -> list[date]:
    return [*planned(frame(steps), crew, today)["on"]]


def call(wanted: date, **more: object) -> dict[str, object]:
    return {"due": wanted, "earliest": wanted, "latest": wanted + timedelta(9), **more}


def promise(day: date, **more: object) -> dict[str, object]:
    return {"kind": "agreed_plan", "due": day, "latest": day, "promised": day, **more}


@pytest.mark.req("T08", "U02", "U03", "U06")
@settings(max_examples=60, deadline=None)
@given(some_steps(), crews())
def test_rules_that_hold_for_every_team(steps: pd.DataFrame, crew: Team) -> None:
    found = planned(steps, crew)
    assert not over(found, crew, TODAY)
    assert found["on"].notna().all() and len(found) == len(steps)  # nobody is dropped
    for row in found.itertuples():
        if row.on < TODAY:  # overdue: only what was planned before
            assert pd.notna(row.old_due), row
            continue
        assert works(row.on, row.work_region), row
        if row.kind not in PROMISES:
            assert row.on >= min(_day(row.earliest, row.on), row.due.date()), row
            assert row.late or row.on <= max(row.latest.date(), row.due.date()), row


def _day(moment: pd.Timestamp, other: date) -> date:
    return other if pd.isna(moment) else moment.date()


@pytest.mark.req("U08", "U01")
@settings(max_examples=60, deadline=None)
@given(some_steps(), crews())
def test_a_promise_comes_late_only_when_every_day_before_is_full_of_promises(steps: pd.DataFrame, crew: Team) -> None:
    found = planned(steps, crew)
    promises = found[found["kind"].isin(PROMISES)]
    for row in promises[promises["on"] > promises["promised"].dt.date].itertuples():
        rep, first = same_rep(row.owner), max(TODAY, _day(row.earliest, TODAY))
        taken = [*promises[promises["owner"].map(same_rep) == rep]["on"]]
        before = [first + timedelta(n) for n in range((row.promised.date() - first).days + 1)]
        assert rep is None or not any(free_day(rep, day, row.work_region, taken, crew) for day in before), row
        assert rep is not None or not any(works(day, row.work_region) for day in before), row


@pytest.mark.req("T08", "U07", "U08")
@settings(max_examples=60, deadline=None)
@given(some_steps(most=14), crews(), st.integers(0, 6))
def test_a_plain_loop_gives_the_same_days(steps: pd.DataFrame, crew: Team, weekday: int) -> None:
    """The oracle places one new step after the other, the most important one first."""
    today, reps = TODAY + timedelta(weekday), ["ana", "bo", "chi", "dee"]
    due = [max(day, pd.Timestamp(on_work(today, r))) for day, r in zip(steps["due"], steps["work_region"], strict=True)]
    fresh = steps.assign(old_due=pd.NaT, due=pd.Series(due, index=steps.index).astype("datetime64[s]"))
    most = zip(*(limit.tolist() for limit in crew.limits(pd.Index(reps))), strict=True)
    away = {rep: {day.item() for day in off} for rep, off in crew.away.items()}
    assert [*planned(fresh, crew, today)["on"]] == plan_days(fresh, dict(zip(reps, most, strict=True)), away, today)


@pytest.mark.req("U07", "R13")
@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 3)), min_size=2, max_size=30),
    st.sampled_from(REGIONS), st.integers(1, 3), st.one_of(st.none(), st.integers(3, 8)), st.integers(0, 6),
)  # fmt: skip
def test_of_two_steps_with_one_window_the_more_urgent_is_never_later(
    facts: list[tuple[int, bool, int]], region: str, daily: int, weekly: int | None, slack: int
) -> None:
    wanted = on_work(TODAY + timedelta(slack), region)
    window = {"work_region": region, "due": wanted, "earliest": on_work(TODAY, region),
              "latest": on_work(wanted + timedelta(5), region)}  # fmt: skip
    steps = [{**window, "urgency": 30 * u, "high_value": v, "total": t} for u, v, t in facts]
    found = planned(frame(steps), team({"rep": "Ana", "daily": daily, "weekly": weekly}))
    ranked = sorted(zip(facts, found["on"], strict=True), key=lambda pair: pair[0], reverse=True)
    assert [day for _, day in ranked] == sorted(day for _, day in ranked)


@pytest.mark.req("U07", "T08")
@settings(max_examples=80, deadline=None)
@given(some_steps(), crews(), st.integers(0, 6))
def test_no_less_important_step_has_the_place_in_a_week_that_a_more_important_one_wanted(
    steps: pd.DataFrame, crew: Team, weekday: int
) -> None:
    """New calls from their wanted day on: whoever comes later than that has no day for which one gives way below it."""
    calls = steps[~steps["kind"].isin(PROMISES) & steps["owner"].notna()]
    today = TODAY + timedelta(weekday)
    due = [max(day.date(), on_work(today, r)) for day, r in zip(calls["due"], calls["work_region"], strict=True)]
    wanted = pd.to_datetime(pd.Series(due, index=calls.index)).astype("datetime64[s]")
    found = planned(calls.assign(old_due=pd.NaT, due=wanted, earliest=wanted), crew, today)
    rows = sorted(found.itertuples(), key=_importance)
    for place, row in enumerate(rows):
        rep, last = same_rep(row.owner) or "", min(row.latest.date(), row.on - timedelta(1))
        theirs = [other for other in rows if same_rep(other.owner) == rep and other is not row]
        below = [other for other in rows[place + 1 :] if same_rep(other.owner) == rep]
        for day in (row.due.date() + timedelta(n) for n in range((last - row.due.date()).days + 1)):
            for other in [None, *below]:
                taken = [one.on for one in theirs if one is not other]
                assert not free_day(rep, day, row.work_region, taken, crew), (row, other, day)


def _importance(row: Any) -> tuple[Any, ...]:
    return (-(-1 if pd.isna(row.urgency) else row.urgency), not row.high_value, -row.total, row.lead_key)


@pytest.mark.req("U07", "T08")
def test_the_last_place_of_a_week_goes_to_the_most_urgent_step_on_whatever_day() -> None:
    crew = team({"rep": "Ana", "daily": 3, "weekly": 2})
    calm, urgent = {"urgency": 10}, {"urgency": 90}
    steps = [call(MONDAY, **calm), call(WEEK[1], **calm), call(WEEK[4], **urgent), call(WEEK[3], **urgent)]
    assert days(steps, crew) == [NEXT_MONDAY, NEXT_MONDAY, WEEK[4], WEEK[3]]
    # A date that stands already stays; the new one takes what is left.
    kept = [call(MONDAY, old_due=MONDAY, **calm), call(WEEK[1], **calm), call(WEEK[4], **urgent)]
    assert days(kept, crew) == [MONDAY, NEXT_MONDAY, WEEK[4]]


@pytest.mark.req("U07", "U08", "T08")
def test_of_two_promises_for_a_full_week_the_more_urgent_is_kept_unless_one_can_come_earlier() -> None:
    crew = team({"rep": "Ana", "daily": 3, "weekly": 1})
    steps = [promise(WEEK[0], urgency=90), promise(WEEK[4], urgency=10)]
    assert days(steps, crew) == [WEEK[0], NEXT_MONDAY]
    later = [promise(NEXT_MONDAY, urgency=90), promise(NEXT_MONDAY + timedelta(4), earliest=NEXT_MONDAY, urgency=10)]
    assert days(later, crew) == [WEEK[4], NEXT_MONDAY + timedelta(4)]


@pytest.mark.req("U02", "X19")
@settings(max_examples=60, deadline=None)
@given(some_steps(), crews(), st.integers(0, 9))
def test_the_same_day_changes_nothing_and_a_later_one_moves_no_step_back(
    steps: pd.DataFrame, crew: Team, later: int
) -> None:
    first = planned(steps, crew)
    second = again(first, crew, TODAY)
    assert [*first["on"]] == [*second["on"]] and [*first["late"]] == [*second["late"]]
    third = again(second, crew, TODAY + timedelta(later))
    assert not over(third, crew, TODAY + timedelta(later))
    stays = second["late"].eq(False) & ~second["kind"].isin(PROMISES) & ~second["stuck"]
    # Only promises may push a kept step away; without any every date in its window stays.
    if not steps["kind"].isin(PROMISES).any():
        assert [*second["on"][stays]] == [*third["on"][stays]]


@pytest.mark.req("U08")
def test_promises_take_the_day_and_others_make_room() -> None:
    crew = team({"rep": "Ana", "daily": 1})
    kept = call(WEEK[2], old_due=WEEK[2], urgency=100)
    assert days([kept], crew) == [WEEK[2]]
    assert days([kept, promise(WEEK[2])], crew) == [WEEK[3], WEEK[2]]


@pytest.mark.req("U08")
def test_a_promise_comes_earlier_rather_than_later() -> None:
    crew = team({"rep": "Ana", "daily": 1, "off": [WEEK[3]]})
    promises = [promise(WEEK[4], urgency=u) for u in (90, 60, 30)]
    assert days(promises, crew) == [WEEK[4], WEEK[2], WEEK[1]]
    assert days([promise(WEEK[3])], crew) == [WEEK[2]]


@pytest.mark.req("U08", "U01")
def test_the_promise_that_can_wait_least_has_the_day() -> None:
    """The call after a quote cannot be made earlier; the agreed step can."""
    crew = team({"rep": "Ana", "daily": 1})
    quoted = {"kind": "first_call", "due": WEEK[1], "earliest": WEEK[1], "latest": WEEK[1], "promised": WEEK[1]}
    assert days([promise(WEEK[1], urgency=100), quoted], crew) == [WEEK[0], WEEK[1]]


@pytest.mark.req("T08")
def test_weeks_have_a_limit_of_their_own() -> None:
    crew = team({"rep": "Ana", "daily": 2, "weekly": 3})
    assert days([call(MONDAY) for _ in range(5)], crew) == [MONDAY, MONDAY, WEEK[1], NEXT_MONDAY, NEXT_MONDAY]


@pytest.mark.req("T08")
def test_who_is_not_on_the_sheet_has_the_teams_limits_and_nobody_has_none() -> None:
    crew = team({"rep": "Ana", "daily": None}, daily=1)
    calls = [call(MONDAY, owner=owner) for owner in ("Ana", "Ana", "Zoe", "Zoe", None, None)]
    assert days(calls, crew) == [MONDAY, MONDAY, MONDAY, WEEK[1], MONDAY, MONDAY]
    assert days([call(MONDAY, owner=f" {name}") for name in ("zoe", "ZOE")], crew) == [MONDAY, WEEK[1]]


@pytest.mark.req("T08")
def test_days_off_and_a_lower_limit_move_what_was_planned() -> None:
    steps = frame([call(WEEK[1], old_due=WEEK[1], urgency=u) for u in (10, 90)])
    open_ = planned(steps, team({"rep": "Ana", "daily": 2}), MONDAY)
    assert [*open_["on"]] == [WEEK[1]] * 2
    assert [*again(open_, team({"rep": "Ana", "daily": 2, "off": [WEEK[1]]}), MONDAY)["on"]] == [WEEK[2]] * 2
    assert [*again(open_, team({"rep": "Ana", "daily": 1}), MONDAY)["on"]] == [WEEK[2], WEEK[1]]


@pytest.mark.req("T08")
def test_overdue_steps_keep_their_day_and_take_the_first_room() -> None:
    last_week = MONDAY - timedelta(4)
    overdue = [{**call(last_week), "latest": last_week + timedelta(9), "old_due": last_week, "due": MONDAY}] * 3
    found = planned(frame([*overdue, call(MONDAY)]), team({"rep": "Ana", "daily": 2}), MONDAY)
    assert [*found["on"]] == [last_week] * 3 + [WEEK[1]]


@pytest.mark.req("U03", "T08")
def test_without_room_in_the_window_a_step_comes_late_and_moves_up_when_there_is_room_again() -> None:
    narrow = {"due": WEEK[1], "earliest": WEEK[1], "latest": WEEK[1]}
    found = planned(frame([narrow] * 3), team({"rep": "Ana", "daily": 1}), MONDAY)
    assert [*found["on"]] == [WEEK[1], WEEK[2], WEEK[3]] and [*found["late"]] == [False, True, True]
    wider = again(found, team({"rep": "Ana", "daily": 2}), MONDAY)
    assert sorted(wider["on"]) == [WEEK[1], WEEK[1], WEEK[2]]


@pytest.mark.req("U02", "T08")
def test_room_before_the_wanted_day_is_used_before_a_step_comes_late() -> None:
    window = {"due": WEEK[2], "earliest": WEEK[1], "latest": WEEK[2]}
    found = planned(frame([{**window, "urgency": u} for u in (90, 10)]), team({"rep": "Ana", "daily": 1}), MONDAY)
    assert [*found["on"]] == [WEEK[1], WEEK[2]] and not found["late"].any()


@pytest.mark.req("T08")
def test_a_rep_without_any_room_is_named_and_no_date_is_lost() -> None:
    found = planned(frame([call(WEEK[1])] * 2), team({"rep": "Ana", "daily": 0}), MONDAY)
    assert [*found["on"]] == [WEEK[1]] * 2 and found["stuck"].all()


@pytest.mark.req("U01")
@pytest.mark.parametrize(
    ("region", "full", "free"),
    [
        ("CN", date(2026, 2, 14), date(2026, 2, 24)),  # a Saturday that is worked, then the Spring Festival
        ("CN", date(2026, 9, 30), date(2026, 10, 8)),
        ("TW", date(2026, 2, 13), date(2026, 2, 23)),
        ("HK", date(2026, 2, 16), date(2026, 2, 20)),
        ("VN", date(2026, 2, 13), date(2026, 2, 23)),
    ],
)
def test_a_full_day_before_the_holidays_leads_past_them(region: str, full: date, free: date) -> None:
    step = {"due": full, "earliest": full, "latest": full, "work_region": region}
    assert days([step, step], team({"rep": "Ana", "daily": 1}), full) == [full, free]
