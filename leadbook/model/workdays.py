"""Working days of a region: weekends, public holidays and make-up workdays (DESIGN §8)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from importlib.util import find_spec
from types import ModuleType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

_YEARS_BACK: Final = 4
_YEARS_AHEAD: Final = 3
_WEEKENDS: Final = 40  # years each way
_MOVED: Final = 3  # where the notice of a moved day holds the day that is worked in return
COUNTRIES: Final = ("CN", "TW", "HK", "VN")
# Governments that move working days by a notice each year; the others fix their holidays by law well ahead.
_BY_NOTICE: Final = ("CN", "VN")
Days = npt.NDArray[np.datetime64]


@cache
def calendar(region: str, year: int) -> np.busdaycalendar:
    """The working days of ``region``; holidays from four years before ``year`` to three years after it.

    Regions without a maintained holiday list know Saturdays and Sundays only. Every weekday bit is
    set and each free day is listed, since that is the only way to say that a Saturday is worked.
    """
    # Weekends reach further than holidays: an old contact or a far date never falls on a Sunday.
    days = np.arange(f"{year - _WEEKENDS}-01-01", f"{year + _WEEKENDS}-01-01", dtype="datetime64[D]")
    free = days[np.is_busday(days, weekmask="0000011")]
    if region in COUNTRIES:
        import holidays

        with _countries_one_by_one():
            known = holidays.country_holidays(region, years=range(year - _YEARS_BACK, year + _YEARS_AHEAD + 1))
        free = np.union1d(free, _days(known))
        free = np.setdiff1d(free, _days(getattr(known, "weekend_workdays", ())))
    return np.busdaycalendar(weekmask="1111111", holidays=free)


def _days(dates: Iterable[date]) -> Days:
    return np.array(list(dates), dtype="datetime64[D]")


@contextmanager
def _countries_one_by_one() -> Iterator[None]:
    """``holidays.countries`` imports every country (0.2 s of CPU); a bare package in its place only those asked for."""
    name = "holidays.countries"
    found = None if name in sys.modules else find_spec(name)
    if found is None:
        yield
        return
    sys.modules[name] = package = ModuleType(name)
    package.__path__ = list(found.submodule_search_locations or ())
    try:
        yield
    finally:
        del sys.modules[name]


@cache
def final_until(region: str, year: int) -> date | None:
    """The last day for which the working days of ``region`` are announced; ``None`` where nothing is announced at all.

    Where days are moved by notice this is the end of the newest year with such a notice in the holiday data;
    elsewhere the end of what ``calendar`` of ``year`` covers.
    """
    if region not in COUNTRIES:
        return None
    if region not in _BY_NOTICE:
        return date(year + _YEARS_AHEAD, 12, 31)
    import holidays

    with _countries_one_by_one():
        known = holidays.country_holidays(region, years=[year])
    moved = [noted for noted, days in known.special_public_holidays.items() if _moves_work(days)]
    return date(max(moved, default=year - 1), 12, 31)


def _moves_work(days: tuple[object, ...]) -> bool:
    """Whether a year's special days name a working day in return: (month, day, worked month, worked day …)."""
    rows = days if days and isinstance(days[0], tuple) else (days,)
    return any(isinstance(row, tuple) and len(row) > _MOVED and isinstance(row[_MOVED], int) for row in rows)


def working(days: Days, region: str, year: int) -> npt.NDArray[np.bool_]:
    """Whether each day is worked in ``region``; ``year`` as in ``calendar``."""
    return np.is_busday(days, busdaycal=calendar(region, year))


def _by_region(regions: pd.Series) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    codes, names = pd.factorize(regions)
    return [(str(name), codes == code) for code, name in enumerate(names)]


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
