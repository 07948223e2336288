"""Dates of day precision and of the precision given (F09, F17)."""

from __future__ import annotations

import re

from leadbook.intake.values.base import Context, Parsed, Problem, Raw, as_text, failed, understood
from leadbook.intake.values.clock import split_time
from leadbook.intake.values.days import EARLIEST_YEAR, ERA, LATEST_YEAR, full_year, resolve, whole_day
from leadbook.intake.values.daywords import MONTH_NAME, MONTHS, prepare, without_weekday
from leadbook.intake.values.serials import serial_day

_SERIAL_TEXT = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_COMPACT = re.compile(r"(?:1[89]|2[01])[0-9]{6}")
_ROC_COMPACT = re.compile(r"(1[0-9]{2})([0-9]{2})([0-9]{2})")
_AROUND = re.compile(
    r"^(?:成立[于於]|创立[于於]|創立[于於]|since|established(?: in)?|est\.|thành lập)\s*"
    r"|\s*(?:成立|创立|創立)$"
)
_MONTH_NUMBER = r"(?P<m>[0-9]{1,2})"
_MONTH_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?:{ERA}|公元|西元)?\s*(?P<y>[0-9]{{1,4}})\s*年\s*{_MONTH_NUMBER}\s*月份?",
        rf"{ERA}\s*(?P<y>[0-9]{{1,3}})\s?[-/.]\s?{_MONTH_NUMBER}",
        rf"(?P<y>[0-9]{{3,4}})\s?[-/.]\s?{_MONTH_NUMBER}",
        rf"(?:tháng )?{_MONTH_NUMBER}\s?[-/.]\s?(?P<y>[0-9]{{4}})",
        rf"tháng {_MONTH_NUMBER},? ?(?:năm )?(?P<y>[0-9]{{4}})",
        rf"{MONTH_NAME}[ ,-]{{0,2}}(?P<y>[0-9]{{4}})",
        rf"(?P<y>[0-9]{{4}})[ ,-]{{0,2}}{MONTH_NAME}",
        r"(?P<y>1[89][0-9]{2}|2[01][0-9]{2})(?P<m>[0-9]{2})",
    )
)
_YEAR_FORMS = (
    re.compile(rf"(?:{ERA}|公元|西元)\s*(?P<y>[0-9]{{1,4}})\s*年?"),
    re.compile(r"(?P<y>[0-9]{2,4})\s*年"),
    re.compile(r"(?:năm |in )?(?P<y>[0-9]{4})"),
)
EARLIEST_SERIAL = 14_611  # 1940-01-01


def date(raw: Raw, ctx: Context) -> Parsed:
    """Give 'YYYY-MM-DD'; a time behind the date and the weekday are passed over.

    Problems: not_a_date, impossible_date, year_missing (no value); year_assumed, date_ambiguous (remarks).
    """
    text = as_text(raw)
    if isinstance(text, Problem):
        return failed("not_a_date") if text.name == "not_a_number" else Parsed(None, text)
    if not isinstance(raw, str):
        found = day_of_number(raw, ctx)
        # A bare small number is a count that slipped into the column, not a day a century ago.
        return failed("not_a_date") if found.value is not None and raw < EARLIEST_SERIAL else found
    return day_of_text(without_time(prepare(text)), ctx)


def without_time(prepared: str) -> str:
    """Prepared text without its time of day; a time alone is no day and stays as it is."""
    return split_time(prepared)[0] or prepared


def partial_date(raw: Raw, ctx: Context) -> Parsed:
    """Give 'YYYY', 'YYYY-MM' or 'YYYY-MM-DD', never more precise than typed (F09). Problems as `date`."""
    text = as_text(raw)
    if isinstance(text, Problem):
        return failed("not_a_date") if text.name == "not_a_number" else Parsed(None, text)
    if not isinstance(raw, str):
        return _partial_of_number(raw, text, ctx)
    prepared = _AROUND.sub("", prepare(text))
    return _month(prepared, ctx) or _year(prepared, ctx) or day_of_text(without_time(prepared), ctx)


def day_of_text(prepared: str, ctx: Context) -> Parsed:
    """Read prepared text without a time as one day."""
    text = without_weekday(prepared)
    if not text:
        return failed("not_a_date") if prepared else Parsed(None)
    roc = _ROC_COMPACT.fullmatch(text) if ctx.roc_years else None
    if roc:
        text = f"民國{roc[1]}/{roc[2]}/{roc[3]}"
    if _SERIAL_TEXT.fullmatch(text):
        return day_of_number(float(text), ctx)
    day = whole_day(text, ctx)
    return failed("not_a_date") if day is None else resolve(day, ctx)


def day_of_number(serial: float, ctx: Context) -> Parsed:
    """Read a number as an Excel serial or as 20231015; a bare year such as 2023 is no day."""
    text = as_text(serial)
    if isinstance(text, str) and _COMPACT.fullmatch(text):
        day = whole_day(text, ctx)
        return failed("not_a_date") if day is None else resolve(day, ctx)
    found = "not_a_date" if 1800 <= serial <= LATEST_YEAR else serial_day(serial)
    return failed(found) if isinstance(found, str) else Parsed(found.isoformat())


def _partial_of_number(number: float, text: str, ctx: Context) -> Parsed:
    if 1800 <= number <= LATEST_YEAR:
        if float(number).is_integer():
            return Parsed(text)
        # 2015.3 typed for March; Excel shows 2015.10 as 2015.1, so January and October look alike
        month = _month(text, ctx) or failed("not_a_date")
        return understood(str(month.value), "date_ambiguous") if text.endswith(".1") else month
    if float(number).is_integer() and len(text) == 6 and (month_found := _month(text, ctx)):
        return month_found
    return day_of_number(number, ctx)


def _month(text: str, ctx: Context) -> Parsed | None:
    for form in _MONTH_FORMS:
        found = form.fullmatch(text)
        if not found:
            continue
        groups = found.groupdict()
        year = full_year(groups["y"], groups.get("era"), ctx)
        month = MONTHS[groups["mon"]] if groups.get("mon") else int(groups["m"])
        if year is None:
            continue
        if not (1 <= month <= 12 and EARLIEST_YEAR <= year[0] <= LATEST_YEAR):
            return failed("impossible_date")
        return understood(f"{year[0]:04}-{month:02}", year[1])
    return None


def _year(text: str, ctx: Context) -> Parsed | None:
    for form in _YEAR_FORMS:
        found = form.fullmatch(text)
        year = full_year(found["y"], found.groupdict().get("era"), ctx) if found else None
        if year is None:
            continue
        if not EARLIEST_YEAR <= year[0] <= LATEST_YEAR:
            return failed("impossible_date")
        return understood(f"{year[0]:04}", year[1])
    return None
