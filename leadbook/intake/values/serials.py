"""Excel serial numbers of the 1900 system as days and minutes."""

from __future__ import annotations

import datetime
import math

LATEST_SERIAL = 109938  # 2200-12-30
_MINUTES = 1440


def serial_day(serial: float) -> datetime.date | str:
    """Give the day of a serial, else the problem: serial 60 and 0 name days that never were."""
    if not math.isfinite(serial) or serial < 0 or serial >= LATEST_SERIAL + 1:
        return "not_a_date"
    whole = int(serial)
    if whole in (0, 60):
        return "impossible_date"
    base = datetime.date(1899, 12, 30) if whole > 60 else datetime.date(1899, 12, 31)
    return base + datetime.timedelta(days=whole)


def serial_minutes(serial: float) -> tuple[int, int]:
    """Give (whole days, minutes of the day), rounded to the minute; midnight may carry to the next day."""
    minutes = round((serial - math.floor(serial)) * _MINUTES)
    return (math.floor(serial) + 1, 0) if minutes == _MINUTES else (math.floor(serial), minutes)
