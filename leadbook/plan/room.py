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

    def take(self, reps: Ints, day: int) -> Bools:
        """Which of the steps of one day fit, the first ones of each rep; ``reps`` is sorted. Their room is taken."""
        week = (day + self.first_weekday) // _WEEK
        starts = np.r_[0, np.flatnonzero(reps[1:] != reps[:-1]) + 1]
        sizes = np.diff(np.r_[starts, len(reps)])
        place = np.arange(len(reps)) - np.repeat(starts, sizes)
        fits: Bools = place < np.minimum(self.day[reps, day], self.week[reps, week])
        np.subtract.at(self.day[:, day], reps[fits], 1)
        np.subtract.at(self.week[:, week], reps[fits], 1)
        return fits

    def give_back(self, reps: Ints, days: Ints) -> None:
        """Free the room of steps that moved away."""
        np.add.at(self.day, (reps, days), 1)
        np.add.at(self.week, (reps, self.week_of(days)), 1)


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
