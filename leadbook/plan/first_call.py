"""The call after the first quote: its deadline by the clock, and the working slot for it (U01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.workdays import on_or_after
from leadbook.model.worktime import HOUR, WorkTime

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slots:
    """When to call, one a lead: ``day`` and ``minute`` of the slot, and whether it is a later one than the deadline."""

    day: Days
    minute: Ints
    waits: npt.NDArray[np.bool_]


def call_slots(deadline: pd.Series, wish: Ints, regions: pd.Series, time: WorkTime, today: date) -> Slots:
    """The slot of each deadline (datetime64, the clock of the lead's region); NaT days where there is none.

    A deadline in working time is the slot itself, or the wished minute (-1 = none) when that comes before it on the
    same day. Outside working time the slot is the start of the next working time.
    """
    day = deadline.to_numpy().astype("datetime64[D]")
    known = ~np.isnat(day)
    minute = np.where(known, deadline.dt.hour.fillna(0) * HOUR + deadline.dt.minute.fillna(0), 0).astype(np.int64)
    over = minute > time.end
    next_day = on_or_after(day + over.astype("timedelta64[D]"), regions, today.year)
    waits = known & ((next_day != day) | over | (minute < time.start))
    inside = np.where((wish >= 0) & (wish < minute), wish, minute)
    return Slots(next_day, np.where(waits, time.start, inside), waits)
