"""The plan as people see it in their book: hours, questions, reps, what there is no room for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leadbook.app.present_plan import worded_plan
from leadbook.intake.days_off import days_off
from leadbook.intake.values.base import Context
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.model.questions import question_for
from leadbook.plan.ask import best_questions
from leadbook.templating import build_book
from tests.books import DAY, Row, parts, process, put, sheet_part, table, table_part
from tests.model.leads import POLICY, TODAY, ranked
from tests.plan.book import FollowUps
from tests.plan.crew import team
from tests.priority.strong import STRONG

MONDAY = date.fromisoformat(DAY)


def lead(number: int, **more: Any) -> Row:
    return {"company_name": f"Lead {number} Ltd", "customer_type": "potential", "region": "other", "owner": "Ana",
            "last_contact": MONDAY - timedelta(3), **more}  # fmt: skip


def run(folder: Path, leads: list[Row], reps: list[Row], *words: str) -> Path:
    content = {"lead": leads, "interaction": (), "team": reps}
    labels, known = load_labels("en"), load_catalogue()
    rows, settings = default_policy_rows(known, labels)
    path = put(folder, build_book(labels, known, rows, settings, content, fingerprint=POLICY.fingerprint))
    assert process(path, *words).code in (0, 1)
    return path


def steps(path: Path) -> dict[str, dict[str, Any]]:
    return {row["lead_name"]: row for row in table(path, "LB_FollowUps")}


def issues(path: Path, code: str) -> list[dict[str, Any]]:
    return [row for row in table(path, "LB_Issues") if row["code"] == code]


@pytest.mark.req("T08")
def test_a_rep_who_can_do_nothing_keeps_the_wanted_dates_and_is_named(tmp_path: Path) -> None:
    path = run(tmp_path, [lead(1), lead(2)], [{"rep": "Ana", "daily_capacity": 0}])
    assert all(row["due"] for row in steps(path).values())
    (none,) = issues(path, "LB602")
    assert "Ana" in none["message"]


@pytest.mark.req("T08", "U03", "U08")
def test_a_busy_rep_gets_what_fits_and_the_lead_of_the_team_is_told(tmp_path: Path) -> None:
    calls = [lead(n, next_plan="call on 2026-06-16") for n in range(3)]
    fresh = [lead(n, last_contact=None) for n in range(3, 40)]
    reps: list[Row] = [{"rep": "Ana", "daily_capacity": 1, "days_off": "2026-06-17, 18/06/2026; 2026年6月19日"}]
    path = run(tmp_path, [*calls, *fresh], reps)
    found = steps(path)
    days = [found[f"Lead {n} Ltd"]["due"].date() for n in range(40)]
    assert len(set(days)) == 40 and not {date(2026, 6, n) for n in (17, 18, 19)} & {*days}
    assert sorted(days[:3]) == [date(2026, 6, 15), date(2026, 6, 16), date(2026, 6, 22)]
    (risk,) = issues(path, "LB603")
    late = next(n for n in range(3) if days[n] == date(2026, 6, 22))
    assert risk["lead_name"] == f"Lead {late} Ltd" and risk["value"] == "2026-06-16" and "2026-06-22" in risk["message"]
    (short,) = issues(path, "LB601")
    over = sum(day > date(2026, 7, 16) for day in days)  # 23 working days from today
    assert "Ana" in short["message"] and 0 < over < 37 and f": {over}." in short["message"]
    first = parts(path)
    process(path)
    second = parts(path)
    changed = {name for name in first if first[name] != second[name]}
    assert changed == {sheet_part(path, "Runs"), table_part(path, "LB_Runs")}


@pytest.mark.req("T08")
def test_days_off_that_cannot_be_read_are_named_at_their_cell(tmp_path: Path) -> None:
    reps: list[Row] = [{"rep": "Ana", "days_off": "2026-06-16; next spring; 2026-06-31"}]
    path = run(tmp_path, [lead(1, next_plan="call on 2026-06-16")], reps)
    assert [row["value"] for row in issues(path, "LB604")] == ["next spring", "2026-06-31"]
    assert all(row["cell"].startswith("=HYPERLINK(\"#'Team'!") for row in issues(path, "LB604"))
    assert steps(path)["Lead 1 Ltd"]["due"].date() == date(2026, 6, 15)


@pytest.mark.req("T08")
@pytest.mark.parametrize(
    ("text", "count", "unread"),
    [
        ("2026-12-24; 2026-12-28..2026-12-31", 5, []), ("2026年12月24日、24/12/2026", 1, []),
        ("24/12/2026，26/12/2026", 2, []), ("24 December, 2026", 1, []), ("12月24日至12月26日", 3, []),
        ("2026-12-24 to 2026-12-26\n2026-12-30", 4, []), ("24/12/2026 đến 26/12/2026", 3, []),
        ("民國115年12月24日", 1, []), ("", 0, []), (" ; ,", 0, []), ("soon; 2026-12-24", 1, ["soon"]),
        ("2026-12-31..2026-12-01", 0, ["2026-12-31..2026-12-01"]),
        ("2026-01-01..2029-01-01", 0, ["2026-01-01..2029-01-01"]),
    ],
)  # fmt: skip
def test_days_off_are_read_as_people_write_them(text: str, count: int, unread: list[str]) -> None:
    for language in LANGUAGES:
        found = days_off(text, Context(TODAY, language, anchor=TODAY))
        assert (len(found[0]), found[1]) == (count, unread), language


@pytest.mark.req("T08", "M4", "T05")
def test_leads_without_an_owner_get_one_and_keep_it(tmp_path: Path) -> None:
    reps: list[Row] = [
        {"rep": "Ana", "regions": "other"}, {"rep": "Lê Minh", "regions": "VN", "languages": "vi"},
        {"rep": "Bo", "regions": "other", "skills": "Management software"},
    ]  # fmt: skip
    facts = ({"product": "software"}, {"region": "VN"}, {"region": "TW"})
    path = run(tmp_path, [*(lead(n, owner=None, **fact) for n, fact in enumerate(facts, 1)), lead(4)], reps)
    owners = {name: row["owner"] for name, row in steps(path).items()}
    assert owners == {"Lead 1 Ltd": "Bo", "Lead 2 Ltd": "Lê Minh", "Lead 3 Ltd": None, "Lead 4 Ltd": "Ana"}
    assert {row["lead_name"]: row["owner"] for row in table(path, "LB_Results")}["Lead 1 Ltd"] is None
    assert table(path, "LB_Leads")[0]["owner"] is None
    name = load_labels("en").choice("worklist", "assigned")
    proposed = {row["lead_name"]: row["reason"] for row in table(path, "LB_Worklists") if row["list"] == name}
    assert {*proposed} == {"Lead 1 Ltd", "Lead 2 Ltd", "Lead 3 Ltd"}
    assert "Management software" in proposed["Lead 1 Ltd"] and "Lê Minh" in proposed["Lead 2 Ltd"]
    process(path, "--today", "2026-06-22")
    assert {name: row["owner"] for name, row in steps(path).items()} == owners


@pytest.mark.req("U01", "R09")
def test_the_hour_stands_beside_the_day(tmp_path: Path) -> None:
    quoted = lead(1, first_quote_at=datetime(2026, 6, 12, 17, 0))
    path = run(tmp_path, [quoted, lead(2, preferred_time="evening"), lead(3)], [{"rep": "Ana"}])
    found = steps(path)
    assert [found[f"Lead {n} Ltd"]["time"] for n in (1, 2, 3)] == ["09:00", "17:00", None]
    assert "2026-06-13 17:00" in found["Lead 1 Ltd"]["reason"] and "2026-06-15 09:00" in found["Lead 1 Ltd"]["reason"]


@pytest.mark.req("Q01", "Q02", "Q03", "Q04")
def test_questions_are_asked_in_the_language_of_the_rep(tmp_path: Path) -> None:
    unknown = ("decision_chain", "contact_title", "owner", "last_contact")
    asked = lead(1, **{k: v for k, v in STRONG.items() if k not in unknown}) | {"owner": "Lê Minh"}
    reps: list[Row] = [{"rep": "Lê Minh", "languages": "vi"}, {"rep": "Ana", "languages": "en, vi"}]
    path = run(tmp_path, [asked, {**asked, "company_name": "Lead 2 Ltd", "owner": "Ana"}], reps)
    found = steps(path)
    assert {row["kind"] for row in found.values()} == {load_labels("en").choice("step_kind", "ask")}
    for name, language in (("Lead 1 Ltd", "vi"), ("Lead 2 Ltd", "en")):
        assert question_for("contact_title", load_labels(language)) in found[name]["purpose"]


@pytest.mark.req("Q01", "Q02", "Q03", "Q04", "C17")
def test_the_weightiest_questions_come_first_and_authority_before_money() -> None:
    criteria = ["money", "urgency", "fit", "need", "authority", "authority", "money"]
    questions = ["m1", "u1", "f1", "n1", "a1", "a1", None]
    span = np.array([[5, 9, 30, 5, 5, 4, 50], [0, 0, 9, 0, 0, 0, 9], [3, 0, 0, 0, 3, 3, 0]])
    found = best_questions(span, criteria, questions)
    assert found.columns.tolist() == [[1, 4, 3], [-1, -1, -1], [4, 0, -1]]
    assert found.points.tolist() == [[9, 5, 5], [0, 0, 0], [3, 3, 0]] and found.any.tolist() == [True, False, True]


@pytest.mark.req("R12", "R13", "R17")
def test_a_foreseen_need_and_high_value_show_in_the_purpose() -> None:
    rich = {**STRONG, "industry": "C", "pain_points": "low efficiency", "last_contact": TODAY}
    known = ranked([rich, {"last_contact": TODAY}])
    assert known.high["high_value"].tolist() == [True, False]
    plan = FollowUps().run([rich, {"last_contact": TODAY}], TODAY)
    for language in LANGUAGES:
        labels = load_labels(language)
        worded = worded_plan(plan.current, known, POLICY, labels)["purpose"].tolist()
        assert labels.text("plan.more.high_value") in worded[0] and labels.text("plan.more.high_value") not in worded[1]
        guess = labels.text("plan.more.need", need="")
        assert guess in worded[0] and guess not in worded[1]


@pytest.mark.req("U06")
def test_a_lost_lead_without_a_reason_is_asked_for_one(tmp_path: Path) -> None:
    closed = {"outcome": "lost", "closed_date": date(2026, 6, 1)}
    path = run(tmp_path, [lead(1, **closed), lead(2, **closed, close_reason="too dear"), lead(3)], [{"rep": "Ana"}])
    assert [row["lead_name"] for row in issues(path, "LB235")] == ["Lead 1 Ltd"]
    assert "2026-08-31" in steps(path)["Lead 1 Ltd"]["reason"]  # 90 days after the closing is a Sunday


@pytest.mark.req("U02")
def test_steps_beyond_the_announced_holidays_say_so(tmp_path: Path) -> None:
    regions = ("CN", "CN", "TW", "other")
    leads = [lead(n, region=region, next_plan="call on 2027-03-10") for n, region in enumerate(regions)]
    path = run(tmp_path, leads, [{"rep": "Ana"}])
    (hint,) = issues(path, "LB605")
    assert hint["value"] == "CN" and "2026-12-31" in hint["message"] and ": 2." in hint["message"]


@pytest.mark.req("T08", "X19")
def test_week_after_week_kept_steps_stay_where_they_are() -> None:
    crew = team({"rep": "Ana", "daily": 2, "weekly": 8})
    some = [{"owner": "Ana", "last_contact": TODAY - timedelta(n), "rep_score": 1 + n % 5} for n in range(9)]
    book = FollowUps(team=crew)
    before = book.run(some, TODAY).current["due"].tolist()
    for weeks in (0, 1, 2):
        assert book.run(some, TODAY + timedelta(7 * weeks)).current["due"].tolist() == before
