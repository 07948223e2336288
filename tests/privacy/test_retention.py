"""Closed leads past the team's own limit are hinted at with the command, and never erased by themselves (P01)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.books import book, edited, leadbook, put, table

LOST = {"outcome": "lost", "closed_date": date(2025, 1, 10), "close_reason": "x"}
ROWS = [
    {"company_name": "Alt Ltd", "customer_type": "new", **LOST},
    {"company_name": "Neu Ltd", "customer_type": "new", "outcome": "won", "closed_date": date(2026, 6, 1)},
    {"company_name": "Offen Ltd", "customer_type": "new"},
]


def with_limit(value: object) -> bytes:
    """A book whose Policy sheet says how long closed leads are kept."""

    def change(workbook: Any) -> None:
        sheet = workbook["Policy"]
        cell = next((c for row in sheet.iter_rows() for c in row if c.value == "retention_days"), None)
        assert cell is not None, "the setting is on the Policy sheet of a new book"
        sheet.cell(cell.row, cell.column + 1).value = value

    return edited(book(ROWS, []), change)


def hinted(path: Path) -> list[str]:
    leadbook("process", path, "--today", "2026-06-15")
    return [row["lead_name"] for row in table(path, "LB_Issues") if row["code"] == "LB241"]


@pytest.mark.req("P01")
def test_only_leads_closed_longer_ago_than_the_limit_are_named_with_the_command(tmp_path: Path) -> None:
    path = put(tmp_path, with_limit(365))
    assert hinted(path) == ["Alt Ltd"]
    (row,) = [row for row in table(path, "LB_Issues") if row["code"] == "LB241"]
    assert 'leadbook forget "team.xlsx" --lead "alt"' in row["fix"]
    assert len(table(path, "LB_Leads")) == 3  # told, not erased
    assert "LB241" in leadbook("check", path, "--today", "2026-06-15", "-v").out
    assert leadbook("forget", path, "--lead", "alt", "--yes").code == 0 and hinted(path) == []


@pytest.mark.req("P01")
def test_without_a_limit_nothing_is_said(tmp_path: Path) -> None:
    assert hinted(put(tmp_path, with_limit(None))) == []


@pytest.mark.req("P01")
@pytest.mark.parametrize("value", ["soon", -1, 0, 1.5])
def test_a_limit_that_is_no_count_of_days_is_refused(tmp_path: Path, value: object, english: None) -> None:
    path = put(tmp_path, with_limit(value))
    said = leadbook("check", path)
    assert said.code == 4 and "retention_days" in said.err
