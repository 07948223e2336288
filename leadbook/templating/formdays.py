"""Working days for a form's formulas: the weekdays that are free and the weekend days that are worked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from leadbook.model.workdays import COUNTRIES, calendar

DAYS_SHEET: Final = "Days"
_BACK, _AHEAD = 5, 3
_EPOCH: Final = np.datetime64("1899-12-30")
NAMES: Final = ("day", "sign", "region")


def moved_days(year: int) -> Iterator[tuple[int, int, str]]:
    """(serial, 1 for a free weekday or −1 for a worked weekend day, region) from five years before ``year``
    to three years after it."""
    for region in COUNTRIES:
        for each in range(year - _BACK, year + _AHEAD + 1):
            days = np.arange(f"{each}-01-01", f"{each + 1}-01-01", dtype="datetime64[D]")
            weekday = np.is_busday(days)
            worked = np.is_busday(days, busdaycal=calendar(region, each))
            for day in days[weekday != worked]:
                yield int((day - _EPOCH).astype(int)), 1 if np.is_busday(day) else -1, region


def write_days(workbook: Any, sheet: Any, year: int) -> None:
    """The list and its names ``LB_Days.day``, ``.sign`` and ``.region``."""
    rows = list(moved_days(year))
    for row, (day, sign, region) in enumerate(rows):
        sheet.write_number(row, 0, day)
        sheet.write_number(row, 1, sign)
        sheet.write_string(row, 2, region)
    for column, name in zip("ABC", NAMES, strict=True):
        workbook.define_name(f"LB_Days.{name}", f"={DAYS_SHEET}!${column}$1:${column}${len(rows)}")
