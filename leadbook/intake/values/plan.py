"""The next step agreed with a customer and the day it is due (F21, U08)."""

from __future__ import annotations

import re

from leadbook.intake.values.base import Context, Parsed, Problem, Raw, as_text
from leadbook.intake.values.days import days_within, resolve
from leadbook.intake.values.daywords import prepare
from leadbook.intake.values.relative import may_be_relative, relative_day

_DATED = re.compile(r"(?<![0-9])[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}(?![0-9])")
_DIGIT = re.compile(r"[0-9]")


def stands_alone(raw: Raw) -> bool:
    """Whether the day meant is the same in every region and on every day: each date of the text has its year."""
    if not isinstance(raw, str):
        return False
    rest = _DATED.sub("\0", prepare(raw))
    return _DIGIT.search(rest) is None and not may_be_relative(rest)


def next_plan(raw: Raw, ctx: Context) -> Parsed:
    """Give {text, due: 'YYYY-MM-DD' | None}; a day without a year is the first one on or after `ctx.anchor`.

    Remarks: plan_date_unclear (a date is meant but not certain, or several are named: the first is taken),
    impossible_date, date_ambiguous, boolean_value (no value).
    """
    text = as_text(raw)
    if isinstance(text, Problem):
        return Parsed(None, text)
    if not text.strip():
        return Parsed(None)
    due, problem = due_day(text, ctx)
    return Parsed({"text": text.strip(), "due": due}, problem)


def due_day(text: str, ctx: Context) -> tuple[str | None, Problem | None]:
    """Give the due day named in a sentence and what is uncertain about it."""
    prepared = prepare(text)
    places = sorted(days_within(prepared, ctx), key=lambda place: place[0])
    readings = [resolve(day, ctx) for _, day, _ in places]
    for start, _, end in places:
        prepared = prepared[:start] + "\0" * (end - start) + prepared[end:]
    relative, unclear = relative_day(prepared, ctx.anchor)
    due = [str(reading.value) for reading in readings if reading.value is not None]
    due += [relative.isoformat()] if relative else []
    if not due:
        return None, _why_not(readings, unclear)
    if len(set(due)) > 1 or any(reading.value is None for reading in readings):
        return due[0], Problem("plan_date_unclear")
    remarks = [reading.problem for reading in readings if reading.problem]
    return due[0], next((remark for remark in remarks if remark.name == "date_ambiguous"), None)


def _why_not(readings: list[Parsed], unclear: bool) -> Problem | None:
    problem = readings[0].problem if readings else None
    if problem is not None and problem.name != "year_missing":
        return problem
    return Problem("plan_date_unclear") if unclear or readings else None
