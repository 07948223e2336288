"""What reps write into Follow-ups is understood or becomes a finding on its cell; closed steps leave calendars."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from leadbook.labels import LANGUAGES, load_labels
from tests.books import BODY_ROW, DAY, LEADS, book, columns, edited, leadbook, plain_book, process, put, table


def written(path: Path, **cells: object) -> None:
    """Somebody writes into the first steps of the list: one value a row for each column."""

    def change(workbook: Workbook) -> None:
        sheet = workbook["Follow-ups"]
        at = columns(sheet)
        for key, values in cells.items():
            for row, value in enumerate(values, BODY_ROW):  # type: ignore[arg-type, var-annotated]
                sheet.cell(row, at[key]).value = value

    path.write_bytes(edited(path.read_bytes(), change))


@pytest.mark.req("X11")
def test_odd_words_in_status_and_done_on_are_findings_on_their_cells(tmp_path: Path) -> None:
    path = put(tmp_path, plain_book())
    assert process(path).code == 0
    written(path, status=["banana", "Done", "已完成"], done_on=[None, "next friday", date(2026, 12, 24)])
    due = {row["step_id"]: row["due"] for row in table(path, "LB_FollowUps")}
    assert process(path, "--today", "2026-06-22").code == 1
    found = {(row["code"], row["cell"].rpartition("!")[2].strip('")')) for row in table(path, "LB_Issues")
             if "Follow-ups" in str(row["cell"])}  # fmt: skip
    status, done = _letters(path, "status", "done_on")
    assert found == {("LB114", f"{status}6"), ("LB101", f"{done}7"), ("LB103", f"{done}8")}
    assert [row["lead_name"] for row in table(path, "LB_Issues") if row["code"] == "LB103"] != [None]
    assert {row["step_id"]: row["due"] for row in table(path, "LB_FollowUps")}.keys() >= due.keys()


@pytest.mark.req("U02", "U08")
def test_a_step_done_without_a_day_counts_on_a_day_that_stays_and_is_named(tmp_path: Path) -> None:
    """One was planned for last Wednesday, the other for this Friday; both are done, neither says when."""
    plans = {"Past Pier Ltd": "2026-06-17", "Coming Pier Ltd": "2026-06-26"}
    usual = {**LEADS[2], "tax_id": None}
    leads = [{**usual, "company_name": name, "next_plan": f"call on {day}"} for name, day in plans.items()]
    path = put(tmp_path, book(leads, []))
    assert process(path).code == 0
    written(path, status=["Done", "Done"])
    first = {row["lead_name"]: row["step_id"] for row in table(path, "LB_FollowUps")}
    counted = {"Past Pier Ltd": "2026-06-17", "Coming Pier Ltd": "2026-06-22"}
    for today in ("2026-06-22", "2026-06-22", "2026-06-29", "2026-07-06"):
        assert process(path, "--today", today).code == 0
        told = [row for row in table(path, "LB_Issues") if row["code"] == "LB606"]
        assert {row["lead_name"]: row["message"].split()[-1].strip(".") for row in told} == counted
        assert all(row["severity"] == "Hint" and "another day" in row["fix"] for row in told)
        rows = table(path, "LB_FollowUps")
        done = {row["lead_name"]: str(row["due"].date()) for row in rows if row["step_id"] == first[row["lead_name"]]}
        assert done == counted
        after = {row["lead_name"]: row for row in rows if row["rank"]}
        assert {*after} == {*plans} and not any(row["kind"] == "Agreed step" for row in after.values())
        assert all(str(row["due"].date()) > counted[name] for name, row in after.items())
        assert [row["done_on"] for row in rows] == [None] * 4  # the rep's own cell stays the rep's
    written(path, done_on=[date(2026, 6, 18), date(2026, 6, 19)])
    assert process(path, "--today", "2026-07-06").code == 0
    assert not [row for row in table(path, "LB_Issues") if row["code"] == "LB606"]


@pytest.mark.req("U02")
def test_archiving_a_step_done_without_a_day_keeps_the_day_on_which_it_was_seen(tmp_path: Path) -> None:
    path = put(tmp_path, book([{**LEADS[2], "next_plan": "call on 2026-06-26"}], []))
    assert process(path).code == 0
    written(path, status=["Done"])
    assert leadbook("archive", path, "--today", "2026-06-19").code == 0
    seen = []
    for today in ("2026-06-22", "2026-06-29"):
        assert process(path, "--today", today).code == 0
        (row,) = [row for row in table(path, "LB_FollowUps") if row["rank"]]
        seen.append((row["kind"], row["due"], row["step_id"]))
    assert seen[0] == seen[1] and seen[0][0] != "Agreed step"


def _letters(path: Path, *keys: str) -> list[str]:
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    at = columns(load_workbook(path)["Follow-ups"])
    return [get_column_letter(at[key]) for key in keys]


def test_archived_steps_are_cancelled_in_calendars(tmp_path: Path) -> None:
    path = put(tmp_path, plain_book())
    assert process(path).code == 0
    written(path, status=["Cancelled"])
    step = table(path, "LB_FollowUps")[0]
    assert leadbook("archive", path, "--today", DAY).code == 0
    assert leadbook("export", path, "--to", "ics", "--rep", step["owner"], "-o", tmp_path / "c.ics").code == 0
    events = (tmp_path / "c.ics").read_text(encoding="utf-8").replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    (mine,) = [event for event in events if step["step_id"] in event]
    assert "STATUS:CANCELLED" in mine


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_finding_shows_the_name_of_a_text(tmp_path: Path, language: str) -> None:
    """A text that has no words of its own shows its key; no row of Issues does."""
    rows = [{"company_name": "Nameless Kind Ltd"}, {"company_name": "Odd Kind Ltd", "customer_type": "qqqq"}]
    path = put(tmp_path, book(rows, [], language=language))
    assert process(path).code == 1
    texts = [row[key] for row in table(path, "LB_Issues") for key in ("message", "accepted", "fix")]
    assert texts and not [text for text in texts if text and text.startswith("finding.")]
    assert load_labels(language).text("finding.customer_type_missing.fix") in texts
