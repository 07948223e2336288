"""What reps write into Follow-ups is understood or becomes a finding on its cell; closed steps leave calendars."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from leadbook.labels import LANGUAGES, load_labels
from tests.books import BODY_ROW, DAY, book, columns, edited, leadbook, plain_book, process, put, table


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
