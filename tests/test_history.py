"""LB_History over many weeks: what was written stays, in any language, and causes are those of the day (T06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from leadbook.labels import LANGUAGES, load_labels
from leadbook.priority.gates import gate_ids
from tests.books import BODY_ROW, LEADS, book, columns, edited, leadbook, plain_book, process, put, table
from tests.model.leads import POLICY, Answers, changed
from tests.priority.strong import CAUSES, STRONG
from tests.priority.test_movement import MONDAY, NEXT, lead, moved, plain, run

Line = dict[str, Any]


def typed(path: Path, **cells: Any) -> None:
    """Somebody types into the first lead's row."""

    def change(workbook: Any) -> None:
        sheet = workbook.worksheets[0]
        at = columns(sheet)
        for key, value in cells.items():
            sheet.cell(BODY_ROW, at[key]).value = value

    path.write_bytes(edited(path.read_bytes(), change))


WEEKS: tuple[Callable[[Path], None] | None, ...] = (
    None,
    lambda path: typed(path, importance_stated="低"),
    None,
    lambda path: typed(path, override_tier="D", override_reason="x", override_by="Ana", override_on=date(2026, 7, 1)),
    lambda path: typed(path, buying_priority="not_now"),
    lambda path: typed(path, outcome="won", closed_date=date(2026, 7, 20)),
)


@pytest.mark.req("T06", "M6")
def test_lines_once_written_never_change(tmp_path: Path) -> None:
    path = put(tmp_path, plain_book())
    seen: list[Line] = []
    for week, change in enumerate(WEEKS):
        if change:
            change(path)
        assert process(path, "--today", f"{date(2026, 6, 15) + timedelta(7 * week)}").code == 0
        now = table(path, "LB_History")
        assert now[: len(seen)] == seen
        fresh = [row for row in now[len(seen) :] if row["lead_name"] == LEADS[0]["company_name"]]
        assert len(fresh) == (0 if week == 2 else 1)
        seen = now
    mine = [row["cause"] for row in seen if row["lead_name"] == LEADS[0]["company_name"]]
    assert mine == ["First run", "New answer", "Set by hand", "Gate", "New answer"]
    assert len(table(path, "LB_Weeks")) == len(WEEKS)


@pytest.mark.req("T06")
def test_another_language_of_the_book_is_no_change_of_a_gate(tmp_path: Path) -> None:
    leads = [{**LEADS[0], "industry": "金融业", "compliance_status": None}, *LEADS[1:]]
    path = put(tmp_path, book(leads))
    process(path)
    before = table(path, "LB_History")
    assert before[0]["gates"] or any(row["gates"] for row in before)
    for week, language in enumerate(("zh-Hant", "vi", "en"), 1):
        day = f"{date(2026, 6, 15) + timedelta(7 * week)}"
        process(path, "--today", day, "--lang", language)
        fresh = [row for row in table(path, "LB_History") if f"{row['date']:%Y-%m-%d}" == day]
        assert not [row for row in fresh if row["cause"] == "Gate"] and len(fresh) < len(leads)


@pytest.mark.req("T06", "C13")
@pytest.mark.parametrize("words", ["No budget", "没有预算", "無預算", "no_budget"])
def test_gates_of_older_lines_are_known_by_name_in_any_language(words: str) -> None:
    names = {load_labels(tongue).text("policy_row.gate.no_budget.name") for tongue in LANGUAGES} | {"no_budget"}
    found = gate_ids(pd.Series([*names, f"{words}; Our own gate", None], dtype=object), POLICY)
    assert set(found[:-2]) == {"no_budget"} and found.isna().iloc[-1]
    assert found.iloc[-2].endswith("; Our own gate")


@pytest.mark.req("T06")
def test_a_gate_that_the_team_renames_has_not_changed() -> None:
    shut: Answers = {**STRONG, **CAUSES["unclear_need"].answers, "last_contact": MONDAY}
    _, history = run([shut], MONDAY)
    renamed = changed(rows=[{**r, "name": "Unclear"} if r["section"] == "gate" else r for r in POLICY.rows])
    result, history = run([shut], NEXT, history, renamed)
    assert history["gates"].tolist()[0] == "unclear_need"
    assert moved(result)[0][1] != "gate"


@pytest.mark.req("T06")
def test_the_cause_of_a_line_is_that_of_its_own_day() -> None:
    """Up on Monday by an answer, back on Thursday by a policy: the week stands still, Thursday's line says why."""
    policy = plain()
    _, history = run([lead(40)], MONDAY, policy=policy)
    _, history = run([lead(60)], NEXT, history, policy)
    result, history = run([lead(60)], NEXT + timedelta(3), history, plain(base=-20))
    assert moved(result) == [("same", None)]
    assert history["cause"].tolist() == ["first_run", "new_answer", "policy"]


def without_columns(data: bytes, *keys: str) -> bytes:
    """A book whose History has no such columns, as those of an older template."""

    def change(workbook: Any) -> None:
        sheet, at = workbook["History"], columns(workbook["History"])
        for key in keys:
            sheet.cell(4, at[key]).value = None
            sheet.cell(5, at[key]).value = f"Our {key}"
            sheet.tables["LB_History"].tableColumns[at[key] - 1].name = f"Our {key}"

    return edited(data, change)


@pytest.mark.req("T06", "K04")
def test_a_history_that_cannot_hold_something_has_no_line_for_it(tmp_path: Path) -> None:
    lacks = ("machine_tier", "machine_score", "handoff")
    leads = [dict(row) for row in LEADS]
    hand = {"override_reason": "x", "override_by": "Ana Kim", "override_on": date(2026, 6, 1)}
    leads[3] |= {**hand, "override_tier": "A"}
    path = put(tmp_path, without_columns(book(leads), *lacks))
    assert process(path).code == 0
    first = table(path, "LB_History")
    assert process(path, "--today", "2026-06-22").code == 0
    assert table(path, "LB_History") == first and len(first) == len(LEADS)
    results = {row["lead_name"]: row for row in table(path, "LB_Results")}
    assert results[LEADS[3]["company_name"]]["cause"] in (None, "Time passed")
    hints = [row["message"] for row in table(path, "LB_Issues") if row["code"] == "LB411"]
    assert len(hints) == 1 and "Computed tier, Computed score, Hand-off" in hints[0]


@pytest.fixture
def two_weeks(tmp_path: Path) -> Path:
    path = put(tmp_path, plain_book())
    assert process(path).code == 0
    typed(path, importance_stated="低")
    assert process(path, "--today", "2026-06-22").code == 0
    typed(path, importance_stated="高", buying_priority="not_now")
    return path


def memory(path: Path) -> tuple[list[Line], list[Line]]:
    return table(path, "LB_History"), table(path, "LB_Weeks")


@pytest.mark.req("T06", "M6")
@pytest.mark.parametrize("day", ["2026-06-21", "2026-06-15", "2026-06-01"])
def test_a_run_of_a_day_before_the_last_one_says_so_and_writes_no_history(two_weeks: Path, day: str) -> None:
    """The answers of today would be put under a day on which nobody had them."""
    before = memory(two_weeks)
    said = process(two_weeks, "--today", day)
    assert said.code in (0, 1) and memory(two_weeks) == before
    text = load_labels("en").text
    words = {"day": day, "last": "2026-06-22", "history": "History", "runs": "Runs"}
    message, fix = (text(f"finding.earlier_day.{part}", **words) for part in ("message", "fix"))
    assert said.out.splitlines()[2:4] == [message, fix]
    issues = [row for row in table(two_weeks, "LB_Issues") if row["code"] == "LB412"]
    assert [(row["message"], row["fix"]) for row in issues] == [(message, fix)]
    shown = [cell.value for row in load_workbook(two_weeks)["Dashboard"]["W23:W48"] for cell in row if cell.value]
    assert shown == ["2026-W25", "2026-W26"]
    runs = table(two_weeks, "LB_Runs")
    assert f"{runs[-1]['as_of']:%Y-%m-%d}" == day
    # The next run of a right day knows nothing of it: it still names what changed since the last one.
    after = process(two_weeks, "--today", "2026-06-29")
    assert "LB412" not in after.out
    assert memory(two_weeks)[0][: len(before[0])] == before[0]
    assert [row["cause"] for row in memory(two_weeks)[0][len(before[0]) :]][:1] == ["Gate"]


@pytest.mark.req("T06")
def test_the_same_day_or_a_later_one_is_no_earlier_day(two_weeks: Path) -> None:
    for day in ("2026-06-22", "2026-06-23"):
        assert "LB412" not in process(two_weeks, "--today", day).out


@pytest.mark.req("T06")
def test_a_run_of_a_far_day_by_mistake_can_be_taken_back_in_either_way(two_weeks: Path) -> None:
    assert process(two_weeks, "--today", "2027-06-22").code == 0
    assert "LB412" in process(two_weeks, "--today", "2026-06-29").out
    assert leadbook("undo", two_weeks).code == 0
    with_mistake = two_weeks.read_bytes()
    assert leadbook("undo", two_weeks).code == 0
    assert "LB412" not in process(two_weeks, "--today", "2026-06-29").out

    def delete(workbook: Any) -> None:
        for title, key in (("History", "date"), ("Runs", "as_of")):
            sheet = workbook[title]
            at = columns(sheet)[key]
            for row in range(BODY_ROW, sheet.max_row + 1):
                if f"{sheet.cell(row, at).value}".startswith("2027"):
                    for column in range(1, 19):
                        sheet.cell(row, column).value = None

    two_weeks.write_bytes(edited(with_mistake, delete))
    assert "LB412" not in process(two_weeks, "--today", "2026-06-29").out


@pytest.mark.req("T06")
def test_the_summary_counts_the_causes(tmp_path: Path) -> None:
    path = put(tmp_path, plain_book())
    process(path)
    typed(path, buying_priority="not_now", urgency_stated="低")
    said = leadbook("process", path, "--today", "2026-06-22")
    assert "Why: Gate 1" in said.out


@pytest.mark.req("T06")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_book_of_an_older_version_with_gate_names_sees_no_gate_move(language: str) -> None:
    shut: Answers = {**STRONG, **CAUSES["unclear_need"].answers, "last_contact": MONDAY}
    _, history = run([shut], MONDAY)
    older = history.assign(gates=load_labels(language).text("policy_row.gate.unclear_need.name"))
    result, after = run([shut], NEXT, older)
    assert moved(result)[0][1] != "gate" and after["gates"].tolist()[0] == older["gates"].tolist()[0]
    opened, _ = run([{**STRONG, "last_contact": MONDAY}], NEXT, older)
    assert moved(opened) == [("up", "gate")]
