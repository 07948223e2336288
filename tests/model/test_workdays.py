"""Working days of each region against a count day by day."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.model.workdays import add_days, days_between, final_until, on_or_after
from tests.plan.book import works

REGIONS = ("CN", "TW", "HK", "VN", "other")


@pytest.mark.req("C11", "U02")
@settings(max_examples=30, deadline=None)
@given(st.dates(date(2024, 1, 1), date(2026, 12, 31)), st.integers(0, 15), st.sampled_from(REGIONS))
def test_counting_agrees_with_a_calendar_read_day_by_day(start: date, count: int, region: str) -> None:
    day = start
    while not works(day, region):
        day += timedelta(1)
    for _ in range(count):
        day += timedelta(1)
        while not works(day, region):
            day += timedelta(1)
    one = np.array([start], dtype="datetime64[D]")
    regions = pd.Series([region])
    assert add_days(one, np.array([count]), regions, 2026)[0] == np.datetime64(day)
    end = start + timedelta(30)
    expected = sum(works(start + timedelta(n), region) for n in range(30))
    assert days_between(pd.Series(one.astype("datetime64[s]")), end, regions)[0] == expected


@pytest.mark.parametrize(
    ("region", "day", "worked"),
    [
        ("CN", date(2026, 2, 14), True),  # a Saturday made up for the Spring Festival
        ("CN", date(2026, 2, 17), False), ("CN", date(2026, 10, 7), False), ("CN", date(2026, 10, 8), True),
        ("TW", date(2026, 2, 17), False), ("TW", date(2026, 10, 7), True), ("HK", date(2026, 12, 25), False),
        ("VN", date(2026, 2, 17), False), ("VN", date(2026, 9, 2), False), ("other", date(2026, 12, 25), True),
        ("other", date(2026, 12, 26), False), ("CN", date(1999, 5, 2), False), ("other", date(2050, 1, 2), False),
    ],
)  # fmt: skip
def test_known_days(region: str, day: date, worked: bool) -> None:
    found = on_or_after(np.array([day], dtype="datetime64[D]"), pd.Series([region]), 2026)[0]
    assert (found == np.datetime64(day)) == worked


def test_unknown_days_stay_unknown_and_the_future_counts_as_no_silence() -> None:
    regions = pd.Series(["CN", "CN"])
    nothing = np.array(["NaT", "2026-11-09"], dtype="datetime64[D]")
    assert np.isnat(on_or_after(nothing, regions, 2026)[0])
    silent = days_between(pd.Series(nothing.astype("datetime64[s]")), date(2026, 11, 4), regions)
    assert np.isnan(silent[0]) and silent[1] == 0


@pytest.mark.parametrize(("region", "moves"), [("CN", True), ("VN", True), ("TW", False), ("HK", False)])
def test_a_calendar_is_final_until_the_newest_notice(region: str, moves: bool) -> None:
    """Where working days are moved by notice, no later year has a moved day in the data; elsewhere the law says all."""
    until = final_until(region, 2026)
    assert until is not None and (until.month, until.day) == (12, 31)
    later = range(until.year + 1, until.year + 4)
    moved = {day.year for day in getattr(holidays.country_holidays(region, years=later), "weekend_workdays", ())}
    assert not moved & {*later}
    assert until == date(until.year, 12, 31) >= date(2026, 12, 31) and (moves or until.year == 2029)


def test_where_nothing_is_announced_nothing_is_missing() -> None:
    assert final_until("other", 2026) is None
