"""An archived step keeps its id for itself; who is away gets no new leads."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadbook.plan import Team, assign
from leadbook.plan.team import COLUMNS
from tests.books import columns, edited, leadbook, table

SAMPLE = Path(__file__).resolve().parents[1] / "samples" / "team.en.xlsx"


@pytest.fixture
def team(tmp_path: Path) -> Path:
    path = tmp_path / "team.xlsx"
    path.write_bytes(SAMPLE.read_bytes())
    return path


def at(path: Path, day: str) -> None:
    assert leadbook("process", path, "--today", day, "-q").code in (0, 1)


def typed(path: Path, sheet: str, row: int, **cells: Any) -> None:
    def change(workbook: Any) -> None:
        there = workbook[sheet]
        places = columns(there)
        for key, value in cells.items():
            there.cell(row, places[key]).value = value

    path.write_bytes(edited(path.read_bytes(), change))


def row_of(path: Path, name: str, key: str, text: str) -> int:
    from openpyxl import load_workbook

    sheet = load_workbook(path)[name]
    at_column = columns(sheet)[key]
    return next(row for row in range(6, sheet.max_row + 1) if text in str(sheet.cell(row, at_column).value))


@pytest.mark.req("U08")
def test_a_step_after_archiving_has_an_id_of_its_own(team: Path) -> None:
    at(team, "2026-11-16")
    steps = table(team, "LB_FollowUps")
    done = [line["lead_name"] for line in steps[:3]]
    for name in done:
        row = row_of(team, "Follow-ups", "lead_name", name)
        typed(team, "Follow-ups", row, status="Done", done_on=date(2026, 11, 16))
    assert leadbook("archive", team, "--today", "2026-11-23").code == 0
    at(team, "2026-11-23")
    ids = Counter(line["step_id"] for name in ("LB_FollowUps", "LB_Done") for line in table(team, name))
    assert len(table(team, "LB_Done")) == 3 and max(ids.values()) == 1


@pytest.mark.req("T08")
@pytest.mark.parametrize(("away", "wanted"), [(5, {"B"}), (0, {"A", "B"}), (9, {"B"})])
def test_who_is_away_all_week_gets_no_new_leads(away: int, wanted: set[str]) -> None:
    rows = [{"rep": name, "level": "regular", "languages": [], "regions": [], "skills": [], "daily": 4, "weekly": 9,
             "row": 6} for name in "AB"]  # fmt: skip
    reps = pd.DataFrame(rows, index=["a", "b"], dtype=object)[list(COLUMNS)]
    same = {"work_region": "CN", "tier": "A", "topic": "", "soon": True, "open": False, "before": None}
    leads = pd.DataFrame({**same, "rank": range(1, 5)})
    found = assign(leads, Team(reps), pd.Series(dtype=float), {"a": away})
    assert set(found["rep"]) == wanted
