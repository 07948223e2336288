"""The Team sheet as the plan needs it: limits, days off, languages and skills of each rep (T08)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from leadbook.intake import Intake
from leadbook.intake.days_off import days_off
from leadbook.intake.intake import reading_context
from leadbook.intake.tables import TypedTable
from leadbook.labels import Labels
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy
from leadbook.plan.team import COLUMNS, NO_LIMIT, Days, Team, rep_key

_LIMITS: Final = {"daily": "daily_capacity", "weekly": "weekly_capacity"}


def team_of(intake: Intake, policy: Policy, today: date, language: str, findings: Findings) -> Team:
    """The reps of the Team sheet; what cannot be read in their days off becomes a finding on the cell."""
    usual = {name: _limit(policy.setting(key)) for name, key in _LIMITS.items()}
    table = intake.tables["team"]
    frame = table.frame
    named = frame["rep"].notna().to_numpy()
    reps = frame[named].assign(row=frame.index[named]).set_axis(rep_key(frame["rep"][named]).astype(object), axis=0)
    for name, key in _LIMITS.items():
        reps[name] = reps[key].astype(object).where(reps[key].notna(), usual[name])
    reps = reps[~reps.index.duplicated()]
    away = _away(table, policy, today, language, findings)
    return Team(reps[list(COLUMNS)], away, usual["daily"], usual["weekly"])


def _limit(value: object) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else NO_LIMIT


def _away(table: TypedTable, policy: Policy, today: date, language: str, findings: Findings) -> dict[str, Days]:
    context = replace(reading_context(policy, today, language), anchor=today)
    keys, out = rep_key(table.frame["rep"]).tolist(), dict[str, Days]()
    for position, (row, key) in enumerate(zip(table.frame.index.tolist(), keys, strict=True)):
        text = table.shown("days_off", position)
        if text is None or not isinstance(key, str):
            continue
        days, unread = days_off(text, context)
        out.setdefault(key, np.array(days, dtype="datetime64[D]"))
        for part in unread:
            findings.add("days_off_unreadable", "team", field="days_off", row=int(row), value=part)
    return out


def languages_of(owners: pd.Series, team: Team, labels: Labels) -> pd.Series:
    """The language to speak to each owner: the rep's own where the Team sheet names exactly one, else the book's."""
    spoken = {
        key: codes[0] for key, codes in team.reps["languages"].items() if isinstance(codes, list) and len(codes) == 1
    }
    return rep_key(owners).astype(object).map(spoken).astype(object).fillna(labels.language)
