"""The short lists of the book: who needs attention, whose information is due, who woke up or went quiet (T09, T13)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadbook.app.planning import plan_steps
from leadbook.app.present_plan import worded_plan
from leadbook.app.present_worklists import worklists, worklists_change
from leadbook.app.stages import Ranked
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.policy import Policy
from tests.books import LEADS, book, leadbook, process, put, table
from tests.model.leads import FIRST_ROW, POLICY, TODAY, Answers, changed, ranked
from tests.model.leads import table as typed_rows
from tests.plan.book import FollowUps
from tests.priority.strong import STRONG
from tests.priority.test_movement import MONDAY, NEXT, lead, plain, run

EN = load_labels("en")


def ago(days: int) -> date:
    return TODAY - timedelta(days)


def steps(result: Ranked, today: date = TODAY, **columns: Sequence[Any]) -> pd.DataFrame:
    """A plan frame: one call due in ten days for each lead, unless said otherwise. ``done``: rows of Follow-ups."""
    done = typed_rows("follow_up", columns.pop("done", ()), today)
    size = len(result.state)
    given: dict[str, Sequence[Any]] = {
        "kind": ["call"] * size, "due": [today + timedelta(10)] * size, "purpose": ["Call them"] * size,
        "owner": ["Ana Kim"] * size, **columns,
    }  # fmt: skip
    plan = plan_steps(result, done, POLICY, today).assign(**given)
    plan["due"] = pd.to_datetime(plan["due"])
    plan["promised"] = plan["due"].where(plan["kind"].isin(["first_call", "agreed_plan"]))
    plan["deadline"] = plan["due"].where(plan["kind"].eq("first_call"))
    return plan.assign(overdue=plan["due"] < pd.Timestamp(today), reason_code=plan["reason"])


def listed(
    result: Ranked, name: str, plan: pd.DataFrame | None = None, today: date = TODAY, policy: Policy = POLICY,
    assigned: pd.DataFrame | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of one list; ``lead`` counts the leads from 0."""
    frame = worklists(result, steps(result, today) if plan is None else plan, policy, EN, today, assigned)
    rows = frame[frame["list"] == name].to_dict("records")
    return [{**row, "lead": None if pd.isna(row["row"]) else int(row["row"]) - FIRST_ROW} for row in rows]


# now (T13)


@pytest.mark.req("T13", "U07")
def test_now_holds_what_cannot_wait_in_order_and_says_why() -> None:
    quiet: Answers = {"last_contact": ago(3)}
    result = ranked([quiet, quiet, quiet, {**STRONG}, quiet])
    plan = steps(
        result, kind=["call", "first_call", "agreed_plan", "visit", "call"],
        due=[ago(2), TODAY, TODAY, TODAY + timedelta(9), TODAY + timedelta(1)],
    )  # fmt: skip
    rows = listed(result, "now", plan)
    assert [row["lead"] for row in rows] == [1, 2, 0, 3]
    assert [row["place"] for row in rows] == [1, 2, 3, 4]
    words = ("first call", "promised", f"overdue since {ago(2)}", "urgent and important")
    for row, word in zip(rows, words, strict=True):
        assert word in row["reason"] and row["what"] == "Call them"


@pytest.mark.req("T13")
def test_a_promise_for_tomorrow_is_not_yet_on_now() -> None:
    result = ranked([{"last_contact": ago(3)}])
    for due, count in ((TODAY + timedelta(1), 0), (TODAY, 1)):
        assert len(listed(result, "now", steps(result, kind=["agreed_plan"], due=[due]))) == count


@pytest.mark.req("T13", "T06")
def test_a_lead_that_falls_from_a_good_tier_is_on_now() -> None:
    policy = plain()
    _, history = run([lead(60), lead(40)], MONDAY, policy=policy)
    result, _ = run([lead(30), lead(20)], NEXT, history, policy)
    rows = listed(result, "now", today=NEXT, policy=policy)
    assert [row["lead"] for row in rows] == [0] and "fell from tier B" in rows[0]["reason"]


@pytest.mark.req("T13", "C13")
def test_closed_and_disqualified_leads_are_not_urgent() -> None:
    closed = {**STRONG, "outcome": "lost", "closed_date": TODAY}
    result = ranked([closed, {**STRONG, "need_clarity": "unclear", "explicit_need": None}])
    assert listed(result, "now", steps(result, kind=[None, "review"])) == []


@pytest.mark.req("T13", "U08", "U01")
def test_now_names_a_promise_as_it_was_given_and_what_came_of_it() -> None:
    promised: Answers = {"last_contact": ago(30), "next_plan": f"call on {ago(7)}", "region": "other"}
    quoted = {"first_quote_at": datetime(2026, 11, 1, 17, 0), "last_contact": ago(9), "region": "other"}
    result = ranked([promised, quoted, {**quoted, "first_quote_at": date(2026, 10, 29)}])
    book = FollowUps()
    plan = book.run([promised, quoted, {**quoted, "first_quote_at": date(2026, 10, 29)}], TODAY).current
    plan = worded_plan(plan, result, POLICY, EN)
    by_lead = {row["lead"]: row["reason"] for row in listed(result, "now", plan)}
    late = f"missed (working days late: {{}}); planned for {TODAY}"
    assert by_lead[0] == f"promised to the customer for {ago(7)}; {late.format(5)}"
    assert by_lead[1] == f"first call after the quote, deadline 2026-11-02 17:00; {late.format(2)}"
    assert by_lead[2] == f"first call after the quote, deadline 2026-10-30; {late.format(3)}"


# review due (R14)


@pytest.mark.req("R14")
def test_a_review_is_due_from_the_first_working_day_of_the_next_quarter() -> None:
    """Information of September: due on 8 October 2026, the first working day in mainland China after the holiday."""
    told: Answers = {"last_contact": date(2026, 9, 15), "region": "CN"}
    before, on = date(2026, 10, 7), date(2026, 10, 8)
    assert listed(ranked([told], today=before), "review_due", today=before) == []
    rows = listed(ranked([told], today=on), "review_due", today=on)
    assert [row["lead"] for row in rows] == [0] and "2026-09-15" in rows[0]["reason"]
    assert rows[0]["since"].date() == on
    won = {**told, "outcome": "won", "closed_date": date(2026, 9, 20)}
    assert listed(ranked([won], today=on), "review_due", today=on) == []


DONE: Answers = {"lead_key": "delta0", "step_id": "s1", "kind": "call", "status": "done"}


@pytest.mark.req("R14")
def test_a_step_that_tells_more_about_the_lead_is_a_look_and_one_that_only_sends_is_not() -> None:
    told: Answers = {"last_contact": date(2026, 9, 15), "region": "other"}
    on = date(2026, 10, 8)
    result = ranked([told], today=on)

    def due(**step: Any) -> list[dict[str, Any]]:
        plan = steps(result, on, done=[{**DONE, "due": date(2026, 10, 6), **step}])
        return listed(result, "review_due", plan, on)

    assert len(due(kind="send_content", done_on=date(2026, 10, 6))) == 1
    assert len(due(kind="review", status="skipped")) == 1
    for kind in ("review", "call"):
        assert due(kind=kind, done_on=date(2026, 10, 6)) == due(kind=kind) == []
    last = due(kind="review", done_on=date(2026, 9, 28))
    assert "2026-09-28" in last[0]["reason"]


# old decision chains (R19)


@pytest.mark.req("R19")
def test_old_decision_chains_are_listed_with_the_question_to_ask() -> None:
    chain: Answers = {"decision_chain": "Decision maker: board chair Li *"}
    result = ranked([{**chain, "last_contact": ago(400)}, {**chain, "last_contact": ago(20)}])
    rows = listed(result, "stale_chain")
    assert [row["lead"] for row in rows] == [0]
    assert str(ago(400)) in rows[0]["reason"] and "?" in rows[0]["what"]


# revival and dead leads (T09)


def silence(days: int, region: str = "other") -> Answers:
    """A nurtured lead last heard of ``days`` calendar days ago."""
    return {"last_contact": ago(days), "region": region}


@pytest.mark.req("T09")
def test_silence_of_more_than_twice_the_longest_gap_is_dead_and_has_a_revisit_date() -> None:
    """Nurture: 23 working days at most, so 46 are still alive and 47 are not (weekends only: nine weeks are 45)."""
    result = ranked([silence(65), silence(64)])
    assert result.state["silent_days"].tolist() == [47.0, 46.0]
    rows = listed(result, "dead")
    assert [row["lead"] for row in rows] == [0] and "47" in rows[0]["reason"]
    assert str(ago(65) + timedelta(90)) in rows[0]["what"]
    own = ranked([{**silence(65), "revisit_on": TODAY + timedelta(5)}])
    assert str(TODAY + timedelta(5)) in listed(own, "dead")[0]["what"]
    short = changed(revisit_days=1)
    assert str(TODAY) in listed(ranked([silence(65)], policy=short), "dead", policy=short)[0]["what"]


@pytest.mark.req("T09")
def test_a_new_talk_after_a_long_silence_is_a_revival_and_an_ordinary_one_is_not() -> None:
    talks = [{"lead": n, "at": ago(1), "reaction": "neutral"} for n in range(3)]
    result = ranked([silence(80), silence(30), silence(80)], [*talks[:2], {**talks[2], "reaction": "no_reply"}])
    rows = listed(result, "revival")
    assert [row["lead"] for row in rows] == [0] and "after" in rows[0]["reason"]
    assert [row["lead"] for row in listed(result, "dead")] == [2]


@pytest.mark.req("T09")
def test_steps_that_were_done_are_contacts_for_the_quiet_and_break_a_silence() -> None:
    result = ranked([silence(80)])
    called = steps(result, done=[{**DONE, "due": ago(5), "done_on": ago(4)}])
    assert listed(result, "dead") and listed(result, "dead", called) == []
    long_ago = listed(result, "dead", steps(result, done=[{**DONE, "done_on": ago(70)}]))
    assert long_ago[0]["since"].date() == ago(70) and "50 working days" in long_ago[0]["reason"]
    back = ranked([silence(80)], [{"lead": 0, "at": ago(1), "reaction": "neutral"}])
    assert [row["lead"] for row in listed(back, "revival")] == [0]
    assert listed(back, "revival", steps(back, done=[{**DONE, "done_on": ago(20)}])) == []
    # The score's engagement counts interactions only.
    assert result.state["silent_days"].tolist() == [ranked([silence(80)]).state["silent_days"].iloc[0]]


@pytest.mark.req("T09")
def test_a_lead_that_rises_from_sleep_is_a_revival() -> None:
    policy = plain()
    _, history = run([lead(5), lead(40)], MONDAY, policy=policy)
    result, _ = run([lead(60), lead(60)], NEXT, history, policy)
    rows = listed(result, "revival", today=NEXT, policy=policy)
    assert [row["lead"] for row in rows] == [0] and "up from Nurture" in rows[0]["reason"]


# proposed owners (M4), size


@pytest.mark.req("M4")
def test_proposed_owners_are_listed_with_their_reason() -> None:
    result = ranked([{}, {}, {}])
    chosen = pd.DataFrame({"rep": ["Ana Kim", None], "reason": ["speaks Vietnamese", "all are full"],
                           "since": pd.Timestamp(TODAY)},
                          index=result.state.index[1:])  # fmt: skip
    rows = listed(result, "assigned", assigned=chosen)
    assert [(row["lead"], row["reason"]) for row in rows] == [(1, "speaks Vietnamese"), (2, "all are full")]
    assert "Ana Kim" in rows[0]["what"] and rows[1]["what"] == "No rep fits"


@pytest.mark.req("T13")
@pytest.mark.parametrize("most", [1, 3, 4, 9])
def test_a_list_shows_its_best_leads_and_counts_the_rest(most: int) -> None:
    policy = changed(worklist_rows=most)
    result = ranked([silence(100 + n) for n in range(4)], policy=policy)
    rows = listed(result, "dead", policy=policy)
    assert [row["place"] for row in rows if row["lead"] is not None] == list(range(1, min(most, 4) + 1))
    frame = worklists(result, steps(result), policy, EN, TODAY)
    columns = worklists_change(frame, result, steps(result), EN).columns
    pairs = zip(columns["list"], columns["lead_name"], strict=True)
    rest = [name for shown, name in pairs if shown == EN.choice("worklist", "dead") and "more" in name]
    assert rest == ([f"and {4 - most} more"] if most < 4 else [])


# The book as people see it.


@pytest.mark.req("T13", "T09", "R14")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_reads_in_the_language_of_the_book(language: str, tmp_path: Path) -> None:
    path = put(tmp_path, book(language=language))
    assert process(path).code == 0
    labels, rows = load_labels(language), table(path, "LB_Worklists")
    lists = [labels.choice("worklist", name) for name in ("now", "review_due", "dead")]
    assert list(dict.fromkeys(row["list"] for row in rows)) == lists
    assert all(row["what"] and row["reason"] and isinstance(row["since"], datetime) for row in rows)
    assert {row["lead_name"] for row in rows} <= {row["company_name"] for row in LEADS}


@pytest.mark.req("T13")
def test_the_summary_names_the_first_five_and_no_words_of_people(tmp_path: Path) -> None:
    leads = [{**LEADS[0], "company_name": f"Pier {n} Ltd", "next_plan": "hand over the secret sketch by 2026-06-15"}
             for n in range(8)]  # fmt: skip
    path = put(tmp_path, book(leads, []))
    said = process(path).out
    now = said[said.index("Needs attention now: 8") :].splitlines()
    assert len([line for line in now[1:6] if "Ltd: " in line]) == 5 and now[6].strip() == "and 3 more"
    assert "secret sketch" not in said
    assert any("secret sketch" in (row["what"] or "") for row in table(path, "LB_Worklists"))


@pytest.mark.req("X19")
def test_a_run_that_finds_nothing_to_list_leaves_an_empty_list(tmp_path: Path) -> None:
    path = put(tmp_path, book([{"company_name": "Calm Ltd", "customer_type": "new", "owner": "Ana Kim",
                                "last_contact": date(2026, 6, 14)}],
                              []))  # fmt: skip
    process(path)
    assert table(path, "LB_Worklists") == []


@pytest.mark.req("T13", "M6")
def test_refresh_writes_the_same_lists_and_leaves_no_line_in_the_history(tmp_path: Path) -> None:
    one, two = put(tmp_path, book(), "one.xlsx"), put(tmp_path, book(), "two.xlsx")
    process(one)
    assert leadbook("refresh", two, "--today", "2026-06-15").code == 0
    for name in ("LB_Worklists", "LB_Forecast", "LB_Relations", "LB_Results"):
        assert table(one, name) == table(two, name) and table(one, name)
    assert table(one, "LB_History") and not table(two, "LB_History")
