"""The oracle's schedule: one step after the other, each looks for its day. It shares no code with the package."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pandas as pd

from tests.oracle_values import from_day, works

AHEAD = 540
Limits = dict[str, tuple[int, int]]
Away = dict[str, set[date]]


class Diary:
    """What each rep has planned so far."""

    def __init__(self, limits: Limits, away: Away) -> None:
        self.limits, self.away = limits, away
        self.taken: Counter[tuple[object, ...]] = Counter()

    def free(self, rep: str | None, day: date, region: str) -> bool:
        if not works(day, region):
            return False
        if rep is None:
            return True
        daily, weekly = self.limits[rep]
        full = self.taken[rep, day] >= daily or self.taken[rep, day.isocalendar()[:2]] >= weekly
        return not full and day not in self.away.get(rep, set())

    def write(self, rep: str | None, day: date) -> date:
        self.taken[rep, day] += 1
        self.taken[rep, day.isocalendar()[:2]] += 1
        return day


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()


def _importance(row: Any) -> tuple[Any, ...]:
    kind = {"agreed_plan": 0, "first_call": 1}.get(row.kind, 2)
    urgency = -1 if pd.isna(row.urgency) else row.urgency
    return (kind, -urgency, not row.high_value, -row.total, row.lead_key)


def _rep(row: Any) -> str | None:
    return row.owner.strip().casefold() if isinstance(row.owner, str) else None


def plan_days(steps: pd.DataFrame, limits: Limits, away: Away, today: date) -> list[date]:
    """The day of each new step; ``limits`` (day, week) and ``away`` by rep in small letters."""
    diary, out = Diary(limits, away), dict[int, date]()
    rows = sorted(steps.itertuples(), key=_importance)
    for row in _promises_in_turn([r for r in rows if _importance(r)[0] < 2], diary, today, out):
        out[row.Index] = _forward(row, diary, today, None)
    rest = [row for row in rows if _importance(row)[0] == 2]
    for look in (_in_window, _before, _whenever):
        for row in rest:
            if row.Index not in out and (day := look(row, diary, today)) is not None:
                out[row.Index] = day
        if look is _before:
            _sort_windows([row for row in rest if row.Index in out], out)
    return [out[index] for index in steps.index]


def _promises_in_turn(rows: list[Any], diary: Diary, today: date, out: dict[int, date]) -> list[Any]:
    """From the last day back to today: who cannot come earlier goes first; gives those left without a day."""
    ahead = [row for row in rows if _day(row.latest) is not None and row.latest.date() >= row.due.date()]
    last = max((row.due.date() for row in ahead), default=today)
    monday = last - timedelta(last.weekday())
    while monday >= today - timedelta(today.weekday()):
        _promises_of_week(ahead, diary, monday, today, out)
        monday -= timedelta(7)
    return [row for row in rows if row.Index not in out]


def _promises_of_week(rows: list[Any], diary: Diary, monday: date, today: date, out: dict[int, date]) -> None:
    """Days are given out without regard to the week's limit; then the week is for those who have no earlier one, then
    for the most important ones."""
    first, found = max(monday, today), dict[int, date]()
    unlimited = {rep: (daily, len(rows)) for rep, (daily, _) in diary.limits.items()}
    week = Diary(unlimited, diary.away)
    week.taken.update({key: count for key, count in diary.taken.items() if isinstance(key[1], date)})
    for n in range(6, -1, -1):
        day = monday + timedelta(n)
        open_ = [r for r in rows if r.Index not in out | found and r.due.date() >= day >= max(_from(r, today), first)]
        for row in sorted(open_, key=lambda r: (_from(r, today) < day, _importance(r))):
            if week.free(_rep(row), day, row.work_region):
                found[row.Index] = week.write(_rep(row), day)
    for row in sorted(rows, key=lambda r: (_from(r, today) < first, _importance(r))):
        if row.Index in found and diary.free(_rep(row), found[row.Index], row.work_region):
            out[row.Index] = diary.write(_rep(row), found[row.Index])


def _from(row: Any, today: date) -> date:
    return max(_day(row.earliest) or today, today)


def _forward(row: Any, diary: Diary, today: date, until: date | None) -> Any:
    day = max(row.due.date(), from_day(today, row.work_region))
    for _ in range(AHEAD):
        if until is not None and day > until:
            return None
        if diary.free(_rep(row), day, row.work_region):
            return diary.write(_rep(row), day)
        day += timedelta(1)
    return row.due.date()


def _in_window(row: Any, diary: Diary, today: date) -> Any:
    return _forward(row, diary, today, max(row.latest.date(), row.due.date()))


def _before(row: Any, diary: Diary, today: date) -> Any:
    day = row.due.date() - timedelta(1)
    while day >= _from(row, today):
        if diary.free(_rep(row), day, row.work_region):
            return diary.write(_rep(row), day)
        day -= timedelta(1)
    return None


def _whenever(row: Any, diary: Diary, today: date) -> Any:
    return _forward(row, diary, today, None)


def _sort_windows(rows: list[Any], out: dict[int, date]) -> None:
    """Steps with one window: the days in order of importance."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        window = (_rep(row), row.work_region, row.earliest, row.due, row.latest)
        groups.setdefault(window, []).append(row)
    for group in groups.values():
        for row, day in zip(sorted(group, key=_importance), sorted(out[r.Index] for r in group), strict=True):
            out[row.Index] = day
