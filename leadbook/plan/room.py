"""Room for steps: what each rep can still take on each day and in each week (T08)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadbook.plan.team import Team

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_WEEK = 7
_MONDAY = 4  # 1970-01-01 was a Thursday


@dataclass
class Room:
    """``day``: reps x days, ``week``: reps x weeks, both in steps that still fit. Days count from the first one."""

    day: Ints
    week: Ints
    first_weekday: int

    def copy(self) -> Room:
        return Room(self.day.copy(), self.week.copy(), self.first_weekday)

    def week_of(self, days: Ints) -> Ints:
        """The number of the ISO week of each day."""
        return (days + self.first_weekday) // _WEEK

    def starts(self, day: int) -> int:
        """The Monday of the ISO week of a day; before the first day it is negative."""
        return day - (day + self.first_weekday) % _WEEK

    def ends(self, day: int) -> int:
        """The Sunday of the ISO week of a day."""
        return self.starts(day) + _WEEK - 1

    def take_day(self, reps: Ints, day: int) -> Bools:
        """Which of the steps of one day fit into it, the first ones of each rep; ``reps`` is sorted. Weeks are left
        to ``take_week``."""
        fits: Bools = _place(reps) < self.day[reps, day]
        np.subtract.at(self.day[:, day], reps[fits], 1)
        return fits

    def take_week(self, reps: Ints, days: Ints) -> Bools:
        """Which of the steps that found a day in one week fit into the week, the first ones of each rep; the others
        give their day back. ``reps`` is sorted, ``days`` runs parallel."""
        weeks = self.week_of(days)
        fits: Bools = _place(reps) < self.week[reps, weeks]
        np.subtract.at(self.week, (reps[fits], weeks[fits]), 1)
        np.add.at(self.day, (reps[~fits], days[~fits]), 1)
        return fits

    def free_days(self, reps: Ints, days: Ints) -> None:
        """Free the days of steps that moved within their week."""
        np.add.at(self.day, (reps, days), 1)

    def give_back(self, reps: Ints, days: Ints) -> None:
        """Free the room of steps that moved away."""
        self.free_days(reps, days)
        np.add.at(self.week, (reps, self.week_of(days)), 1)


def _place(reps: Ints) -> Ints:
    """The place of each step among those of its rep, from 0; ``reps`` is sorted."""
    place: Ints = np.arange(len(reps)) - np.searchsorted(reps, reps)
    return place


def make_room(team: Team, keys: list[str], first: np.datetime64, days: int) -> Room:
    """The room of each rep over ``days`` days from ``first``, nothing taken yet; days off have none."""
    import pandas as pd

    daily, weekly = team.limits(pd.Index(keys))
    weekday = int(first.astype(np.int64) + _MONDAY - 1) % _WEEK
    day = np.repeat(daily[:, None], days, axis=1)
    for number, key in enumerate(keys):
        away = (team.away[key] - first).astype(np.int64) if key in team.away else np.empty(0, np.int64)
        day[number, away[(away >= 0) & (away < days)]] = 0
    return Room(day, np.repeat(weekly[:, None], (days + weekday) // _WEEK + 1, axis=1), weekday)
