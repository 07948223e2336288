"""Steps keep their id, their date and what people wrote, from run to run."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from leadbook.plan.steps import step_id
from tests.model.leads import TODAY, Answers
from tests.plan.book import FollowUps

WEEK = timedelta(7)
TALKED: Answers = {
    "last_contact": TODAY,
    "need_clarity": "clear",
    "pain_points": "x",
    "explicit_need": "y",
    "urgency_stated": "high",
    "product": "energy",
}


def test_an_open_step_keeps_its_date_and_becomes_overdue() -> None:
    book = FollowUps()
    book.run([TALKED], TODAY)
    planned, name = book.rows[0]["due"], book.rows[0]["step_id"]
    for day in (TODAY, planned, planned + timedelta(1), planned + WEEK):
        current = book.run([TALKED], day).current.iloc[0]
        assert len(book.rows) == 1
        assert (book.rows[0]["due"], book.rows[0]["step_id"]) == (planned, name)
        assert current["overdue"] == (day > planned)
    moved = book.run([{**TALKED, "last_contact": planned + WEEK}], planned + WEEK).current.iloc[0]
    assert not moved["overdue"] and book.rows[0]["due"] > planned + WEEK and book.rows[0]["step_id"] == name


def test_a_lead_nobody_ever_spoke_to_becomes_overdue_too() -> None:
    book = FollowUps()
    book.run([{}], TODAY)
    assert book.rows[0]["due"] == TODAY
    assert book.run([{}], TODAY + WEEK).current["overdue"].tolist() == [True]
    assert book.rows[0]["due"] == TODAY


@pytest.mark.req("U08")
def test_a_missed_promise_stays_overdue_from_its_own_day() -> None:
    lead = {"last_contact": TODAY, "next_plan": "call on 2026-11-10"}
    book = FollowUps()
    book.run([lead], TODAY)
    current = book.run([lead], date(2026, 11, 16)).current.iloc[0]
    assert (current["kind"], current["reason"], bool(current["overdue"])) == ("agreed_plan", "overdue_plan", True)
    assert book.rows[0]["due"] == date(2026, 11, 10)


def test_a_done_step_stays_and_the_next_one_is_appended_once() -> None:
    book = FollowUps()
    book.run([TALKED], TODAY)
    book.done(0, TODAY + timedelta(5), result="good", note="likes the demo")
    before = dict(book.rows[0])
    book.run([TALKED], TODAY + WEEK)
    book.run([TALKED], TODAY + WEEK)
    assert len(book.rows) == 2
    assert book.rows[0] == before | {"rank": None}
    assert book.rows[1]["due"] > before["done_on"]
    assert [row["step_id"] for row in book.rows] == [step_id("delta0", 1), step_id("delta0", 2)]


def test_a_promise_kept_on_its_day_is_not_planned_again() -> None:
    lead = {"last_contact": TODAY, "next_plan": "call on 2026-11-10"}
    book = FollowUps()
    book.run([lead], TODAY)
    book.done(0, date(2026, 11, 10))
    book.run([lead], date(2026, 11, 16))
    assert [row["kind"] for row in book.rows] == ["agreed_plan", "send_content"]


@pytest.mark.parametrize("status", ["skipped", "cancelled"])
def test_a_step_that_was_given_up_is_not_opened_again(status: str) -> None:
    book = FollowUps()
    book.run([TALKED], TODAY)
    book.rows[0]["status"] = status
    book.run([TALKED], TODAY + WEEK)
    assert [row.get("status") for row in book.rows] == [status, None]
    assert book.rows[0]["rank"] is None and book.rows[1]["rank"] == 1


def test_nothing_that_reps_own_is_ever_written() -> None:
    book = FollowUps()
    book.run([TALKED, {}], TODAY)
    for row in book.rows:
        row |= {"status": "open", "result": "wants a call", "note": "=1+1", "done_on": None}
    changes = book.run([{**TALKED, "outcome": "won", "closed_date": TODAY}, {}], TODAY + WEEK)
    assert not {"status", "done_on", "result", "note"} & set(changes.updates.columns)
    assert [(row["result"], row["note"]) for row in book.rows] == [("wants a call", "=1+1")] * 2


def test_ids_do_not_depend_on_the_order_of_leads_or_on_other_leads() -> None:
    one, two = FollowUps(), FollowUps()
    one.run([{"company_name": "Alpha Ltd"}, {"company_name": "Beta Ltd"}], TODAY)
    two.run([{"company_name": "Gamma Ltd"}, {"company_name": "Beta Ltd"}, {"company_name": "Alpha Ltd"}], TODAY)

    def ids(book: FollowUps) -> dict[str, str]:
        return {row["lead_key"]: row["step_id"] for row in book.rows}

    assert ids(one).items() <= ids(two).items()


def test_an_id_is_never_given_twice_even_after_rows_were_deleted() -> None:
    book = FollowUps()
    for n in range(2):
        book.run([TALKED], TODAY + n * WEEK)
        book.done(n, TODAY + n * WEEK)
    del book.rows[0]
    book.run([TALKED], TODAY + 2 * WEEK)
    assert len({row["step_id"] for row in book.rows}) == len(book.rows) == 2


def test_a_lead_that_left_the_book_keeps_its_rows_but_not_their_rank() -> None:
    book = FollowUps()
    book.run([TALKED, {}], TODAY)
    gone = next(row for row in book.rows if row["lead_key"] == "delta0")
    before = dict(gone)
    changes = book.run([{"company_name": "Delta 1 Ltd"}], TODAY)
    assert gone == before | {"rank": None} and len(changes.settled) == 1


def test_an_empty_book_plans_nothing() -> None:
    changes = FollowUps().run([], TODAY)
    assert not len(changes.current) and not len(changes.appends) and isinstance(changes.updates, pd.DataFrame)
