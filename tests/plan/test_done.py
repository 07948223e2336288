"""What was done counts on a day that never moves, and tells how well a lead is known (U02, R14)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.app.planning import plan_steps
from tests.model.leads import POLICY, TODAY, Answers, ranked, table
from tests.oracle_tracking import after_steps
from tests.plan.book import FollowUps
from tests.plan.crew import REGIONS

WEEK = timedelta(7)
TALKED: Answers = {"last_contact": TODAY, "pain_points": "x", "urgency_stated": "high"}
ONE_STEP = st.tuples(
    st.sampled_from(["done", "done", "skipped", "open"]),
    st.sampled_from(["call", "send_content", "seminar", "review", "visit", None]),
    st.one_of(st.none(), st.integers(-90, 40)), st.one_of(st.none(), st.integers(-90, 0)),
    st.one_of(st.none(), st.integers(-60, 0)),
)  # fmt: skip


def a_day(ago: int | None) -> date | None:
    return None if ago is None else TODAY + timedelta(ago)


@pytest.mark.req("U02", "R14", "T09")
@settings(max_examples=60, deadline=None)
@given(st.lists(ONE_STEP, max_size=6), st.one_of(st.none(), st.integers(0, 120)), st.sampled_from(REGIONS))
def test_a_plain_loop_finds_the_same_contacts_silence_and_review(
    some: list[tuple[Any, ...]], talked: int | None, region: str
) -> None:
    lead: Answers = {"region": region, "last_contact": None if talked is None else TODAY - timedelta(talked)}
    rows = [
        {"lead_key": "delta0", "step_id": f"S{n}", "status": status, "kind": kind, "due": a_day(due),
         "done_on": a_day(on), "archived_on": a_day(archived)}
        for n, (status, kind, due, on, archived) in enumerate(some)
    ]  # fmt: skip
    kept = [row for row in rows if row["status"] == "open" or row["archived_on"] is None]
    moved = [row for row in rows if row not in kept]
    steps = [{**row, "archived_on": None} for row in kept]
    plan = plan_steps(ranked([lead]), table("follow_up", steps), POLICY, TODAY, table("done", moved)).iloc[0]
    found = {key: plan[key].date() if isinstance(plan[key], pd.Timestamp) else plan[key]
             for key in ("touched", "informed", "silent", "review_due")}  # fmt: skip
    wanted = after_steps(lead["last_contact"], region, [*steps, *moved], TODAY)
    assert {key: None if pd.isna(value) else value for key, value in found.items()} == wanted


@pytest.mark.req("U02")
@pytest.mark.parametrize("ahead", [-3, 0, 9, 60])
def test_a_step_done_without_a_day_counts_on_the_same_day_in_every_later_run(ahead: int) -> None:
    book = FollowUps()
    book.run([TALKED], TODAY)
    book.rows[0]["due"] = TODAY + timedelta(ahead)
    book.rows[0]["status"] = "done"
    counted = TODAY + timedelta(min(ahead, 0))
    seen = []
    for weeks in range(4):
        book.run([TALKED], TODAY + weeks * WEEK)
        assert len(book.rows) == 2 and book.rows[0]["due"] == counted
        seen.append((book.rows[1]["kind"], book.rows[1]["due"], book.rows[1]["step_id"]))
    assert len(set(seen)) == 1 and seen[0][1] > max(counted, TODAY)


@pytest.mark.req("U08")
def test_a_promise_done_without_a_day_is_not_asked_again() -> None:
    lead: Answers = {"last_contact": TODAY, "next_plan": "call on 2026-11-18"}
    book = FollowUps()
    book.run([lead], TODAY)
    book.rows[0]["status"] = "done"
    for weeks in (1, 2, 3):
        book.run([lead], TODAY + weeks * WEEK)
    assert [row["kind"] for row in book.rows] == ["agreed_plan", "send_content"]
    assert book.rows[0]["due"] == TODAY + WEEK


@pytest.mark.req("U02")
def test_a_day_that_is_written_later_counts_from_then_on() -> None:
    book = FollowUps()
    book.run([TALKED], TODAY)
    book.rows[0] |= {"status": "done", "due": TODAY + timedelta(9)}
    first = book.run([TALKED], TODAY + WEEK).current.iloc[0]
    book.rows[0]["done_on"] = TODAY + timedelta(2)
    second = book.run([TALKED], TODAY + WEEK).current.iloc[0]
    assert first["touched"].date() == TODAY + WEEK and second["touched"].date() == TODAY + timedelta(2)
    assert second["due"] < first["due"]
