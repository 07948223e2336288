"""Times of day, alone or behind a date."""

from __future__ import annotations

from leadbook.intake.values.base import Context, Parsed, Problem, Raw, as_text, failed
from leadbook.intake.values.clock import split_time
from leadbook.intake.values.dates import day_of_number, day_of_text
from leadbook.intake.values.daywords import prepare
from leadbook.intake.values.serials import serial_minutes


def date_time(raw: Raw, ctx: Context) -> Parsed:
    """Give local 'YYYY-MM-DDTHH:MM', or 'YYYY-MM-DD' with the remark time_missing; problems as `date`."""
    text = as_text(raw)
    if isinstance(text, Problem):
        return failed("not_a_date") if text.name == "not_a_number" else Parsed(None, text)
    if not isinstance(raw, str):
        return _of_serial(raw, ctx)
    prepared = prepare(text)
    rest, clock = split_time(prepared)
    if prepared and not rest:
        return failed("not_a_date")  # a time of day alone
    return _joined(day_of_text(rest, ctx), clock)


def _of_serial(serial: float, ctx: Context) -> Parsed:
    if serial < 0 or float(serial).is_integer():
        return _joined(day_of_number(serial, ctx), None)
    days, minutes = serial_minutes(serial)
    return _joined(day_of_number(float(days), ctx), divmod(minutes, 60))


def _joined(day: Parsed, clock: tuple[int, int] | None) -> Parsed:
    if day.value is None:
        return day
    if clock is None:
        return Parsed(day.value, day.problem or Problem("time_missing"))
    return Parsed(f"{day.value}T{clock[0]:02}:{clock[1]:02}", day.problem)
