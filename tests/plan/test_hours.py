"""The hour of a step: the slot of the first call, and the time of day that the customer likes (U01, R09)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.app.planning import plan_steps
from leadbook.app.present_plan import worded_plan
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.policy import Policy
from leadbook.model.worktime import clock
from tests.model.leads import POLICY, TODAY, Answers, changed, ranked, table
from tests.plan.book import FollowUps, at, works
from tests.plan.crew import REGIONS, team

FRIDAY = date(2026, 11, 6)
LIKED = {"morning": "09:00", "afternoon": "14:00", "evening": "17:00"}


def first(lead: Answers, today: date, policy: Policy = POLICY) -> pd.Series:
    return plan_steps(ranked([lead], today=today, policy=policy), table("follow_up"), policy, today).iloc[0]


@pytest.mark.req("U01")
@pytest.mark.parametrize(
    ("quote", "region", "day", "hour"),
    [
        (at(date(2026, 11, 3), 10, 20), "CN", date(2026, 11, 4), "10:20"),
        (at(date(2026, 11, 3), 18), "CN", date(2026, 11, 4), "18:00"),
        (at(date(2026, 11, 3), 18, 1), "CN", date(2026, 11, 5), "09:00"),
        (at(date(2026, 11, 3), 7), "VN", date(2026, 11, 4), "09:00"),
        (at(FRIDAY, 17), "CN", date(2026, 11, 9), "09:00"),
        (at(date(2026, 2, 13), 17), "CN", date(2026, 2, 14), "17:00"),  # a Saturday that is worked
        (at(date(2026, 2, 14), 17), "CN", date(2026, 2, 24), "09:00"),  # eve of the Spring Festival
        (at(date(2026, 2, 13), 17), "VN", date(2026, 2, 23), "09:00"),  # before Tết
        (at(date(2026, 2, 13), 17), "TW", date(2026, 2, 23), "09:00"),
        (at(date(2026, 2, 16), 17), "HK", date(2026, 2, 20), "09:00"),
    ],
)  # fmt: skip
def test_a_deadline_outside_working_time_waits_for_the_next_slot(
    quote: datetime, region: str, day: date, hour: str
) -> None:
    found = first({"first_quote_at": quote, "region": region, "last_contact": quote.date()}, quote.date())
    assert (found["due"].date(), found["time"], found["channel"]) == (day, hour, "phone")
    deadline = quote + timedelta(hours=24)
    assert (found["reason"] == "first_call_waits") == (f"{deadline:%Y-%m-%d %H:%M}" != f"{day} {hour}")


@pytest.mark.req("U01")
def test_the_reason_names_deadline_and_slot() -> None:
    known = ranked([{"first_quote_at": at(FRIDAY, 17)}], today=FRIDAY)
    for language in ("en", "zh-Hans", "zh-Hant", "vi"):
        plan = plan_steps(known, table("follow_up"), POLICY, FRIDAY)
        text = worded_plan(plan, known, POLICY, load_labels(language))["reason"].iloc[0]
        assert "2026-11-07 17:00" in text and "2026-11-09 09:00" in text and "{" not in text


@pytest.mark.req("U01", "U08")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reason_names_what_was_promised_and_apart_from_it_the_day_of_the_step(language: str) -> None:
    """Friday, 6 November: kept, moved for a Sunday, moved for want of room, missed; with and without an hour."""
    ana: Answers = {"owner": "Ana", "region": "other", "last_contact": date(2026, 10, 20)}
    leads: list[Answers] = [
        {**ana, "next_plan": "call on 2026-11-12"}, {**ana, "next_plan": "call on 2026-11-15"},
        {**ana, "next_plan": "call on 2026-10-26"}, {**ana, "first_quote_at": at(date(2026, 10, 30), 9)},
        {**ana, "first_quote_at": date(2026, 10, 29)}, {**ana, "first_quote_at": date(2026, 11, 6)},
    ]  # fmt: skip
    known, labels = ranked(leads, today=FRIDAY), load_labels(language)
    plan = FollowUps().run(leads, FRIDAY).current
    said = worded_plan(plan, known, POLICY, labels)["reason"].tolist()
    missed = labels.text("plan.more.missed", reason="", late="{late}", due="2026-11-06").strip()
    moved = labels.text("plan.more.moved", reason="", due="{due}").strip()
    names = [("2026-11-12", ""), ("2026-11-15", moved.format(due="2026-11-13")),
             ("2026-10-26", missed.format(late=9)), ("2026-10-31 09:00", missed.format(late=4)),
             ("2026-10-30", missed.format(late=5)), ("2026-11-07", moved.format(due="2026-11-09"))]  # fmt: skip
    for reason, (named, more) in zip(said, names, strict=True):
        assert named in reason and reason.endswith(more) and "{" not in reason and "00:00" not in reason, reason
        assert more or not any(word in reason for word in (missed[:12], moved[:8])), reason


@pytest.mark.req("U08")
def test_a_promise_is_missed_from_the_day_after_it() -> None:
    lead: Answers = {"next_plan": "call on 2026-11-06", "last_contact": date(2026, 10, 20), "region": "other"}
    late = [(FRIDAY + timedelta(n), first(lead, FRIDAY + timedelta(n))["missed"]) for n in (0, 1, 3, 4)]
    assert [count for _, count in late] == [0, 1, 1, 2]


@pytest.mark.req("U01")
def test_working_time_is_the_teams_own() -> None:
    early = changed(work_from="08:00", work_to="16:30")
    assert first({"first_quote_at": at(TODAY, 17)}, TODAY, early)[["due", "time"]].tolist() == [
        pd.Timestamp(TODAY + timedelta(2)), "08:00",
    ]  # fmt: skip


@pytest.mark.req("U01", "R09")
def test_a_wish_never_delays_the_first_call() -> None:
    quoted = {"first_quote_at": at(TODAY, 15), "preferred_time": "afternoon"}
    assert first(quoted, TODAY)["time"] == "14:00"
    assert first({**quoted, "first_quote_at": at(TODAY, 11)}, TODAY)["time"] == "11:00"
    assert first({**quoted, "first_quote_at": at(FRIDAY, 11)}, FRIDAY)["time"] == "09:00"


@pytest.mark.req("U01", "T08")
def test_a_first_call_that_finds_no_room_loses_its_slot_and_not_its_wish() -> None:
    quoted = {"first_quote_at": at(TODAY, 15), "owner": "Ana"}
    book = FollowUps(team=team({"rep": "Ana", "daily": 1}))
    lines = book.run([quoted, {**quoted, "preferred_time": "evening"}], TODAY).current
    assert sorted(zip(lines["due"].dt.day, lines["time"], strict=True)) == [(5, "15:00"), (6, "17:00")]


@pytest.mark.req("R09")
@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([*LIKED, None]), st.sampled_from(["phone", "email", None]), st.sampled_from(REGIONS),
                  st.integers(0, 90), st.integers(0, 23)), min_size=3, max_size=12),
    st.integers(6, 11), st.integers(13, 21), st.dates(date(2026, 1, 5), date(2026, 12, 1)),
)  # fmt: skip
def test_channel_and_hour_are_the_customers_and_inside_working_time(
    wishes: list[tuple[Any, Any, str, int, int]], start: int, end: int, today: date
) -> None:
    policy = changed(work_from=f"{start:02}:00", work_to=f"{end:02}:00")
    rows: list[Answers] = []
    for n, (hour, channel, region, ago, quoted) in enumerate(wishes):
        lead = {"preferred_time": hour, "preferred_channel": channel, "region": region}
        fact, days = ("last_contact", ago) if n % 3 else ("first_quote_at", ago % 3)
        lead[fact] = at(today - timedelta(days), quoted)
        rows.append(lead)
    plan = plan_steps(ranked(rows, today=today, policy=policy), table("follow_up"), policy, today)
    hours = {"morning": f"{start:02}:00", "afternoon": f"{min(14, end - 1):02}:00", "evening": f"{end - 1:02}:00"}
    for (hour, channel, region, _, _), line in zip(wishes, plan.itertuples(), strict=True):
        assert works(line.due.date(), region)
        if line.kind == "first_call":
            assert f"{start:02}:00" <= line.time <= f"{end:02}:00" and line.channel == "phone"
        else:
            assert (None if pd.isna(line.time) else line.time) == hours.get(hour)
            assert line.channel == (channel or line.channel)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("09:00", 540), ("9：30", 570), ("9h", 540), ("14h30", 870), ("9时", 540), ("9點30分", 570), (0.375, 540),
     ("1899-12-30 09:00", 540), ("24:00", 1440), ("25:00", None), ("9:75", None), ("soon", None), (None, None),
     (True, None), (9, None)],
)  # fmt: skip
def test_hours_are_read_as_people_type_them(typed: Any, minutes: int | None) -> None:
    assert clock(typed) == minutes
