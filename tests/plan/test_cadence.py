"""What comes round: content each month, a seminar and a review each quarter, and lost leads never forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.app.planning import plan_steps
from leadbook.errors import InvalidPolicy
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.policy import Policy
from leadbook.model.policy_check import check_policy
from leadbook.model.policy_sheet import localise
from tests.model.leads import CATALOGUE, POLICY, Answers, changed, ranked, table
from tests.plan.book import FollowUps, step, works
from tests.plan.crew import on_work

COLD: Answers = {"region": "other", "urgency_stated": "low", "company_size": "5 people"}


def year(lead: Answers, start: date, months: int, archive: bool = False) -> list[tuple[str, date]]:
    """What a rep who does every step on its day does in some months."""
    book, done = FollowUps(), []
    today = start
    while today < start + timedelta(30 * months):
        current = book.run([lead], today).current.iloc[0]
        today = current["due"].date()
        done.append((str(current["kind"]), today))
        book.done(-1, today)
        if archive:
            book.archive += book.rows
            book.rows = []
    return done


@pytest.mark.req("R15", "R14")
@pytest.mark.parametrize("archive", [False, True])
def test_content_comes_each_month_and_a_seminar_each_quarter(archive: bool) -> None:
    done = year({**COLD, "last_contact": date(2026, 1, 9)}, date(2026, 1, 9), 12, archive)
    kinds = [kind for kind, _ in done]
    assert set(kinds) == {"send_content", "seminar", "review"}
    for kind, low, high in (("send_content", 26, 50), ("seminar", 85, 125), ("review", 60, 115)):
        days = [day for k, day in done if k == kind]
        assert len(days) >= 3 and all(low <= (b - a).days <= high for a, b in pairwise(days)), days
    touches = [day for kind, day in done if kind != "review"]
    gaps = [sum(works(a + timedelta(n), "other") for n in range((b - a).days)) for a, b in pairwise(touches)]
    assert min(gaps) >= 10 and max(gaps) <= 23


@pytest.mark.req("R15")
@pytest.mark.parametrize(
    ("sent", "next_one"),
    [
        (date(2028, 1, 31), date(2028, 2, 29)),  # a leap year
        (date(2027, 1, 29), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2026, 3, 31), date(2026, 4, 30)),
        (date(2026, 8, 31), date(2026, 9, 30)),
        (date(2026, 12, 31), date(2027, 2, 1)),  # 31 January is a Sunday
    ],
)
def test_a_month_later_is_the_same_day_or_the_last_of_a_shorter_month(sent: date, next_one: date) -> None:
    assert step({**COLD, "last_contact": sent}, sent) == ("send_content", "send_content", next_one)


@pytest.mark.req("R15")
def test_a_seminar_comes_three_months_after_the_last_one() -> None:
    lead = {**COLD, "last_contact": date(2027, 11, 30)}
    book = FollowUps()
    for kind, on in (("seminar", date(2027, 11, 30)), ("send_content", date(2028, 2, 15))):
        row = {"lead_key": "delta0", "step_id": kind, "kind": kind, "due": on, "status": "done", "done_on": on}
        book.rows.append(row)
    current = book.run([lead], date(2028, 2, 15)).current.iloc[0]
    assert (current["kind"], current["target"].date()) == ("review", date(2028, 1, 3))  # nothing new since November
    talked = {**lead, "last_contact": date(2028, 2, 16)}
    current = book.run([talked], date(2028, 2, 16)).current.iloc[0]
    assert (current["kind"], current["target"].date()) == ("seminar", date(2028, 3, 3))  # not before the smallest gap


@pytest.mark.req("R14", "U06")
def test_a_review_that_was_done_counts_until_the_next_quarter() -> None:
    lead = {**COLD, "last_contact": date(2026, 9, 10)}
    book = FollowUps()
    assert book.run([lead], date(2026, 10, 1)).current["kind"].tolist() == ["review"]
    book.done(0, date(2026, 10, 2))
    assert book.run([lead], date(2026, 10, 5)).current["kind"].tolist() == ["send_content"]
    assert book.run([lead], date(2026, 12, 31)).current["kind"].tolist() == ["send_content"]
    assert book.run([lead], date(2027, 1, 1)).current["reason"].tolist() == ["review_due"]


@pytest.mark.req("U06")
@pytest.mark.parametrize("outcome", ["lost", "no_decision"])
def test_a_lost_lead_is_looked_at_again(outcome: str) -> None:
    lost = {"outcome": outcome, "closed_date": date(2026, 8, 10), "last_contact": date(2026, 8, 3)}
    today = date(2026, 11, 4)
    assert step(lost, today) == ("review", "revisit", date(2026, 11, 9))  # 90 days: a Sunday
    assert step({**lost, "revisit_on": date(2027, 1, 1)}, today)[2] == date(2027, 1, 4)
    assert step({**lost, "closed_date": None}, today)[2] == today  # 90 days after the contact have passed
    assert step({"outcome": outcome}, today)[2] == date(2027, 2, 2)
    soon = changed(revisit_days=120)
    assert plan_steps(ranked([lost], policy=soon), table("follow_up"), soon, today)["due"].iloc[0].day == 8


@pytest.mark.req("U06")
def test_each_look_at_a_lost_lead_leads_to_the_next_one() -> None:
    lost = {"outcome": "lost", "closed_date": date(2026, 8, 10), "region": "other"}
    book = FollowUps()
    for n, done in enumerate((date(2026, 11, 10), date(2027, 2, 10))):
        book.run([lost], done)
        assert len(book.rows) == n + 1
        book.done(n, done)
    assert book.run([lost], date(2027, 2, 11)).current["due"].dt.date.tolist() == [date(2027, 5, 11)]
    book.rows[-1] |= {"status": "cancelled"}
    again = book.run([{**lost, "revisit_on": date(2027, 9, 1)}], date(2027, 2, 11))
    assert again.current["due"].dt.date.tolist() == [date(2027, 9, 1)]


@pytest.mark.req("U06")
@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([None, "won", "lost", "no_decision"]), st.sampled_from(["CN", "TW", "HK", "VN", "other"]),
    st.one_of(st.none(), st.integers(0, 500)), st.one_of(st.none(), st.integers(0, 300)),
    st.one_of(st.none(), st.integers(-50, 300)), st.sampled_from([None, "no_need", "clear"]),
)  # fmt: skip
def test_no_lead_is_dropped_without_a_date(
    outcome: Any, region: str, talked: int | None, closed: int | None, revisit: int | None, clarity: Any
) -> None:
    today = date(2026, 9, 28)
    days = {"last_contact": talked, "closed_date": closed, "revisit_on": None if revisit is None else -revisit}
    lead = {k: today - timedelta(n) for k, n in days.items() if n is not None}
    kind, _, due = step({**lead, "outcome": outcome, "region": region, "need_clarity": clarity}, today)
    assert (kind is None) == (due is None) == (outcome == "won")
    assert due is None or (due >= today and works(due, region))
    if outcome in ("lost", "no_decision") and revisit is not None:
        assert due == on_work(max(today, today + timedelta(revisit)), region)


def broken(policy: Policy) -> str:
    with pytest.raises(InvalidPolicy) as caught:
        check_policy(policy, CATALOGUE, load_labels("en"), lambda row, column: f"{row}:{column}")
    return str(caught.value.params["place"])


@pytest.mark.req("T06", "U02", "R15")
@pytest.mark.parametrize(
    ("column", "value"), [("kind", "dance"), ("answer", "pigeon"), ("effect", "weekly"), ("most", 1), ("points", -1)]
)
def test_a_cadence_that_cannot_be_kept_is_found(column: str, value: Any) -> None:
    place = next(n for n, row in enumerate(POLICY.rows) if row["section"] == "cadence")
    rows = [dict(row) for row in POLICY.rows]
    rows[place][column] = value
    assert broken(changed(rows=rows)) == f"{place}:{'most' if column == 'points' else column}"


@pytest.mark.parametrize(
    ("key", "value"),
    [("work_from", "late"), ("work_to", "08:00"), ("daily_capacity", -1), ("weekly_capacity", "many"),
     ("daily_capacity", 2.5), ("revisit_days", 0)],
)  # fmt: skip
def test_limits_and_hours_that_cannot_be_used_are_named(key: str, value: Any) -> None:
    assert broken(changed(**{key: value})) == f"-1:{key}"


def test_a_book_of_an_older_template_has_the_usual_limits() -> None:
    old = {k: v for k, v in POLICY.settings.items() if k not in ("work_from", "daily_capacity", "revisit_days")}
    policy = Policy("old", old, POLICY.rows)
    check_policy(policy, CATALOGUE, load_labels("en"), lambda row, column: f"{row}:{column}")
    assert policy.setting("work_from") == "09:00" and policy.number("revisit_days") == 90


@pytest.mark.req("R15")
def test_every_row_of_a_cadence_says_why_in_every_language() -> None:
    said = [[row.get("reason") for row in localise(POLICY, load_labels(lang)).section("cadence")] for lang in LANGUAGES]
    assert all(all(reasons) for reasons in said)
    for rows in zip(*said, strict=True):
        assert len(set(rows)) >= len(LANGUAGES) - 1  # the two Chinese texts may be equal
    for reasons in said:
        assert len({reasons[4], reasons[5], reasons[3]}) == 3  # the three rows of D
