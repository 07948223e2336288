"""The follow-up list of a book, run after run, without a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import holidays
import pandas as pd

from leadbook.app.planning import plan_steps
from leadbook.plan import StepChanges, Team, join_steps
from tests.model.leads import FIRST_ROW, POLICY, Answers, ranked, table

OURS = ("rank", "step_id", "lead_key", "lead_name", "owner", "kind", "due", "time", "channel", "tier")


def works(day: date, region: str) -> bool:
    """A second opinion on working days, one day at a time."""
    if region not in ("CN", "TW", "HK", "VN"):
        return day.weekday() < 5
    known = holidays.country_holidays(region, years=[day.year])
    return day in getattr(known, "weekend_workdays", ()) or (day.weekday() < 5 and day not in known)


@dataclass
class FollowUps:
    """Rows of LB_FollowUps as dicts; ``run`` does to them what a run does to the sheet."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    team: Team | None = None
    archive: list[dict[str, Any]] = field(default_factory=list)

    def run(self, leads: Sequence[Answers], today: date, talks: Sequence[Answers] = ()) -> StepChanges:
        steps = table("follow_up", self.rows, today)
        plan = plan_steps(ranked(leads, talks, today=today), steps, POLICY, today, table("done", self.archive, today))
        changes = join_steps(plan, steps, today, self.team)
        for row, line in changes.updates.iterrows():
            self.rows[int(str(row)) - FIRST_ROW] |= _cells(line)
        for row in changes.settled:
            self.rows[row - FIRST_ROW]["rank"] = None
        for row, day in changes.counted.items():
            self.rows[int(str(row)) - FIRST_ROW]["due"] = day.date()
        self.rows += [_cells(line) for _, line in changes.appends.iterrows()]
        return changes

    def done(self, number: int, on: date, **more: Any) -> None:
        self.rows[number] |= {"status": "done", "done_on": on, **more}


def _cells(line: pd.Series) -> dict[str, Any]:
    cells = {key: None if pd.isna(line[key]) else line[key] for key in OURS}
    if cells["due"] is not None:
        cells["due"] = cells["due"].date()
    return cells


def steps(leads: Sequence[Answers], today: date, talks: Sequence[Answers] = ()) -> list[tuple[Any, Any, Any]]:
    """(kind, reason, due) of the step of each lead in a new book."""
    lines = FollowUps().run(leads, today, talks).current
    kinds = lines["kind"].where(lines["kind"].notna(), None)
    dues = [None if pd.isna(day) else day.date() for day in lines["due"]]
    return list(zip(kinds, lines["reason"], dues, strict=True))


def step(lead: Answers, today: date, *talks: Answers) -> tuple[Any, Any, Any]:
    """(kind, reason, due) of the only step of a single lead in a new book."""
    return steps([lead], today, [{"lead": 0, **talk} for talk in talks])[0]


def due(lead: Answers, today: date, *talks: Answers) -> date | None:
    found = step(lead, today, *talks)[2]
    assert found is None or isinstance(found, date)
    return found


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)
