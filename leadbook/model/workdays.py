"""Working days of a region: weekends, public holidays and make-up workdays (DESIGN §8)."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

_YEARS_BACK: Final = 4
_YEARS_AHEAD: Final = 3
_WEEKENDS: Final = 40  # years each way
_COUNTRIES: Final = ("CN", "TW", "HK", "VN")
Days = npt.NDArray[np.datetime64]


@cache
def calendar(region: str, year: int) -> np.busdaycalendar:
    """The working days of ``region``; holidays from four years before ``year`` to three years after it.

    Regions without a maintained holiday list know Saturdays and Sundays only. Every weekday bit is
    set and each free day is listed, since that is the only way to say that a Saturday is worked.
    """
    # Weekends reach further than holidays: an old contact or a far date never falls on a Sunday.
    days = np.arange(f"{year - _WEEKENDS}-01-01", f"{year + _WEEKENDS}-01-01", dtype="datetime64[D]")
    free = set(days[np.is_busday(days, weekmask="0000011")].tolist())
    if region in _COUNTRIES:
        import holidays

        known = holidays.country_holidays(region, years=range(year - _YEARS_BACK, year + _YEARS_AHEAD + 1))
        free |= set(known)
        free -= set(getattr(known, "weekend_workdays", ()))
    return np.busdaycalendar(weekmask="1111111", holidays=np.array(sorted(free), dtype="datetime64[D]"))


def _by_region(regions: pd.Series) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    values = regions.to_numpy()
    return [(str(region), values == region) for region in pd.unique(regions)]


def days_between(start: pd.Series, end: date, regions: pd.Series) -> pd.Series:
    """Working days from ``start`` (datetime64) up to ``end``, one float a row; NaN where unknown, never negative."""
    out = np.full(len(start), np.nan)
    begin = start.to_numpy().astype("datetime64[D]")
    known = ~np.isnat(begin)
    for region, here in _by_region(regions):
        rows = here & known
        counted = np.busday_count(begin[rows], np.datetime64(end), busdaycal=calendar(region, end.year))
        out[rows] = np.maximum(counted, 0)
    return pd.Series(out, index=start.index)


def on_or_after(days: Days, regions: pd.Series, year: int) -> Days:
    """Each day, or the next working day of its region; NaT stays NaT. Same length as ``days``."""
    return add_days(days, np.zeros(len(days), dtype=np.int64), regions, year)


def add_days(days: Days, count: npt.NDArray[np.int64], regions: pd.Series, year: int) -> Days:
    """``count`` working days after each day (0 = that day or the next working one); NaT stays NaT."""
    out = days.astype("datetime64[D]").copy()
    known = ~np.isnat(out)
    for region, here in _by_region(regions):
        rows = here & known
        out[rows] = np.busday_offset(out[rows], count[rows], roll="forward", busdaycal=calendar(region, year))
    return out
