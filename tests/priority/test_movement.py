"""Who moved since last week, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from leadbook.app.present_history import joined_history
from leadbook.app.stages import Ranked
from leadbook.model.policy import Policy
from leadbook.priority.movement import iso_week
from tests.model.leads import POLICY, TODAY, Answers, changed, ranked, table
from tests.priority.strong import STRONG

MONDAY = date(2026, 11, 2)
NEXT = MONDAY + timedelta(7)


def run(
    leads: Sequence[Answers],
    today: date,
    history: pd.DataFrame | None = None,
    policy: Policy = POLICY,
    talks: Sequence[Answers] = (),
) -> tuple[Ranked, pd.DataFrame]:
    """One run and the history that it leaves behind."""
    before = table("history") if history is None else history
    result = ranked(leads, talks, today=today, policy=policy, history=before)
    return result, joined_history(before, result, policy, today)


def moved(result: Ranked) -> list[tuple[str, Any]]:
    s = result.state
    return list(zip(s["movement"], s["cause"].where(s["cause"].notna(), None), strict=True))


def lead(points: int, **more: Any) -> Answers:
    """A lead whose total is ``points`` in :func:`plain`."""
    return {"clicks": points, **more}


def plain(**settings: Any) -> Policy:
    """One point a click, so that a test can say which total it wants."""
    rows = [r for r in POLICY.rows if r["section"] != "factor"]
    clicks = next(r for r in POLICY.rows if r["id"] == "clicks")
    return changed(rows=[{**clicks, "points": 1, "most": 500}, *rows], **settings)


PLAIN = plain()


def test_a_second_run_on_one_day_changes_nothing() -> None:
    first, history = run([STRONG, {}], MONDAY)
    again, history_again = run([STRONG, {}], MONDAY, history)
    assert moved(first) == moved(again) == [("new", "first_run")] * 2
    assert history_again.astype(str).values.tolist() == history.astype(str).values.tolist()
    assert history["lead_key"].tolist() == ["delta0", "delta1"]


def test_movement_is_against_the_state_before_this_iso_week() -> None:
    _, history = run([lead(40)], MONDAY, policy=PLAIN)
    monday, history = run([lead(60)], NEXT, history, PLAIN)
    friday, history = run([lead(60)], NEXT + timedelta(4), history, PLAIN)
    assert moved(monday) == moved(friday) == [("up", "new_answer")]
    back, _ = run([lead(40)], NEXT + timedelta(6), history, PLAIN)
    assert moved(back) == [("same", None)]
    after, _ = run([lead(60)], NEXT + timedelta(7), history, PLAIN)
    assert moved(after) == [("same", None)]


def test_the_week_runs_over_new_year() -> None:
    assert {iso_week(date(2026, 12, 28) + timedelta(n)) for n in range(7)} == {"2026-W53"}
    _, history = run([lead(40)], date(2026, 12, 27), policy=PLAIN)
    _, history = run([lead(60)], date(2026, 12, 31), history, PLAIN)
    result, _ = run([lead(60)], date(2027, 1, 3), history, PLAIN)
    assert moved(result) == [("up", "new_answer")]


def test_history_holds_a_line_only_when_something_changed() -> None:
    _, history = run([lead(40), lead(20)], MONDAY, policy=PLAIN)
    _, history = run([lead(40), lead(90)], NEXT, history, PLAIN)
    assert list(zip(history["lead_key"], history["tier"], strict=True)) == [
        ("delta0", "C"),
        ("delta1", "D"),
        ("delta1", "A"),
    ]


@pytest.mark.req("T06")
def test_every_change_names_its_cause() -> None:
    strong: Answers = {**STRONG, "last_contact": MONDAY}
    _, history = run([strong], MONDAY)

    def cause(answers: Answers, policy: Policy = POLICY, talks: Sequence[Answers] = (), today: date = NEXT) -> Any:
        return moved(run([{**strong, **answers}], today, history, policy, talks)[0])[0]

    assert cause({}, today=MONDAY + timedelta(70))[1] == "time"
    assert cause({"project_progress": "exploring"}) == ("same", "new_answer")
    assert cause({"credit_status": "poor"}) == ("down", "gate")
    assert cause({"need_clarity": "unclear"}) == ("down", "gate")
    assert cause({}, talks=[{"lead": 0, "at": NEXT, "reaction": "negative"}]) == ("same", "interaction")
    assert cause({}, changed(base=-70)) == ("down", "policy")


@pytest.mark.req("T06")
def test_a_gate_that_changes_nothing_else_is_still_named() -> None:
    weak: Answers = {"industry": "J", "compliance_status": "held"}
    _, history = run([weak], MONDAY)
    result, _ = run([{**weak, "compliance_status": "missing"}], MONDAY + timedelta(7), history)
    assert result.state["tier"].tolist() == ["nurture"]
    assert moved(result) == [("same", "gate")]


@pytest.mark.req("T05", "T06")
def test_a_held_tier_names_what_holds_it() -> None:
    _, history = run([lead(76), lead(90)], MONDAY, policy=PLAIN)
    held, _ = run([lead(74), lead(90)], NEXT, history, PLAIN)
    assert held.state["tier"].tolist() == ["A", "A"]
    assert moved(held) == [("same", "hysteresis"), ("same", None)]


@pytest.mark.req("T06")
def test_a_lead_pushed_out_by_a_better_one_names_capacity() -> None:
    small = plain(tier_a_capacity=1)
    _, history = run([lead(80), lead(60)], MONDAY, policy=small)
    result, _ = run([lead(80), lead(95)], NEXT, history, small)
    assert result.state["tier"].tolist() == ["B", "A"]
    assert moved(result) == [("down", "capacity"), ("up", "new_answer")]


@pytest.mark.req("T05")
def test_the_tier_before_this_week_decides_not_the_one_of_this_morning() -> None:
    _, history = run([lead(60)], MONDAY, policy=PLAIN)
    _, history = run([lead(78)], NEXT, history, PLAIN)
    result, _ = run([lead(74)], NEXT + timedelta(1), history, PLAIN)
    assert result.state["tier"].tolist() == ["B"] and TODAY < NEXT
