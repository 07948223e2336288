"""The written forms of a calendar day: a table of patterns, each with the reading it gets."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadbook.intake.values.base import Context, Parsed, failed, understood
from leadbook.intake.values.daywords import MONTH_NAME, MONTHS

EARLIEST_YEAR, LATEST_YEAR = 1000, 2200
ERA = r"(?P<era>民國|民国)"


@dataclass(frozen=True)
class Day:
    """A day as written: `year` None when left out, `remark` what had to be assumed."""

    year: int | None
    month: int
    day: int
    remark: str | None = None


def full_year(digits: str, era: str | None, ctx: Context) -> tuple[int, str | None] | None:
    """Give the year in the common era and the remark, None when the digits are no year in this context."""
    year = int(digits)
    if era:
        return (year + 1911, None) if year else None
    if len(digits) == 4:
        return year, None
    if len(digits) == 3:
        return (year + 1911, None) if ctx.roc_years else None
    if len(digits) != 2:
        return None
    if ctx.roc_years and year >= 40:
        return year + 1911, "year_assumed"
    # 98年 was not meant as 2098
    return (2000 + year if 2000 + year <= ctx.today.year + 20 else 1900 + year), "year_assumed"


def _year_first(found: re.Match[str], ctx: Context) -> Day | None:
    groups = found.groupdict()
    year = full_year(groups["y"], groups.get("era"), ctx)
    return None if year is None else Day(year[0], int(groups["m"]), int(groups["d"]), year[1])


def _triple(found: re.Match[str], ctx: Context) -> Day | None:
    first, second, third = found["a"], found["b"], found["c"]
    short_year_first = len(third) == 2 and (ctx.lang.startswith("zh") or int(first) > 31)
    if short_year_first:
        year = full_year(first, None, ctx)
        return None if year is None else Day(year[0], int(second), int(third), year[1])
    year = full_year(third, None, ctx)
    if year is None:
        return None
    day = _by_order(int(first), int(second), ctx.day_first or ctx.lang == "vi", ctx, dotted=found["s"] == ".")
    return Day(year[0], day.month, day.day, day.remark or year[1])


def _by_order(first: int, second: int, day_first: bool, ctx: Context, *, dotted: bool = False) -> Day:
    if dotted:
        return Day(None, second, first)
    if second > 12 >= first:
        return Day(None, first, second, "date_ambiguous" if ctx.lang == "vi" else None)
    if first > 12:
        return Day(None, second, first)
    remark = None if ctx.lang == "vi" or first == second else "date_ambiguous"
    return Day(None, second, first, remark) if day_first else Day(None, first, second, remark)


def _pair(found: re.Match[str], ctx: Context) -> Day:
    chinese = ctx.lang.startswith("zh")
    return _by_order(
        int(found["a"]), int(found["b"]), ctx.lang == "vi" or (ctx.day_first and not chinese), ctx
    )


def _worded(found: re.Match[str], ctx: Context) -> Day | None:
    groups = found.groupdict()
    month = MONTHS[groups["mon"]] if groups.get("mon") else int(groups["m"])
    digits = groups.get("y") or groups.get("y2")
    if not digits:
        return Day(None, month, int(groups["d"]))
    year = full_year(digits, None, ctx)
    return None if year is None else Day(year[0], month, int(groups["d"]), year[1])


_D2 = r"(?P<d>[0-9]{1,2})"
_M2 = r"(?P<m>[0-9]{1,2})"
_ORDINAL = r"(?:st|nd|rd|th)?(?![0-9])"
_Reading = Callable[[re.Match[str], Context], Day | None]
# The last of each row: a sign that the form cannot do without.
PATTERNS: tuple[tuple[re.Pattern[str], _Reading, str], ...] = tuple(
    (re.compile(rf"(?<![0-9]){pattern}(?![0-9])"), reading, sign)
    for pattern, reading, sign in (
        (rf"(?:{ERA}|公元|西元)?\s*(?P<y>[0-9]{{1,4}})\s*年\s*{_M2}\s*月\s*{_D2}\s*[日号號]?", _year_first, "年"),
        (rf"{ERA}\s*(?P<y>[0-9]{{1,3}})\s*(?P<s>[-/.])\s*{_M2}\s*(?P=s)\s*{_D2}", _year_first, "民"),
        (rf"(?P<y>[0-9]{{3,4}})\s?(?P<s>[-/.])\s?{_M2}\s?(?P=s)\s?{_D2}", _year_first, ""),
        (r"(?:ngày )?(?P<a>[0-9]{1,2})\s?(?P<s>[-/.])\s?(?P<b>[0-9]{1,2})\s?(?P=s)\s?(?P<c>[0-9]{4}"
            r"|[0-9]{2})", _triple, ""),
        (rf"(?:ngày )?(?:m[ồù]ng )?{_D2} ?tháng ?{_M2}(?:,? ?năm (?P<y>[0-9]{{4}}|[0-9]{{2}})"
            rf"|[ ,/-]{{1,2}}(?P<y2>[0-9]{{4}}))?",
         _worded, "tháng"),
        (rf"{MONTH_NAME} ?{_D2}{_ORDINAL}(?:,? ?(?P<y>[0-9]{{4}}))?", _worded, ""),
        (rf"{_D2}{_ORDINAL}[ -]?(?:of )?{MONTH_NAME}(?:[ ,-]{{0,2}}(?P<y>[0-9]{{4}})"
            rf"|[ -]'?(?P<y2>[0-9]{{2}}))?", _worded, ""),
        (r"(?P<y>1[89][0-9]{2}|2[01][0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})", _year_first, ""),
        (rf"{_M2}\s*月\s*{_D2}\s*[日号號]", _worded, "月"),
        (r"(?:ngày )?(?<![/.-])(?P<a>[0-9]{1,2})/(?P<b>[0-9]{1,2})(?![/.-]?[0-9/])", _pair, "/"),
    )
)  # fmt: skip


def whole_day(text: str, ctx: Context) -> Day | None:
    """Read prepared text that is nothing but one day; None when it is not."""
    if "月" in text and text[-1:].isdigit():
        text += "日"
    for pattern, reading, _ in PATTERNS:
        found = pattern.fullmatch(text)
        day = reading(found, ctx) if found else None
        if day is not None:
            return day
    return None


def days_within(text: str, ctx: Context) -> Iterator[tuple[int, Day, int]]:
    """Give (start, day, end) of every day written inside prepared text, pattern by pattern."""
    for pattern, reading, sign in PATTERNS:
        for found in pattern.finditer(text) if sign in text else ():
            day = reading(found, ctx)
            if day is not None:
                text = text[: found.start()] + "\0" * len(found[0]) + text[found.end() :]
                yield found.start(), day, found.end()


def resolve(day: Day, ctx: Context) -> Parsed:
    """Give the ISO day. Problems: impossible_date, year_missing (no anchor), year_assumed, date_ambiguous."""
    if day.year is not None:
        found = _calendar(day.year, day.month, day.day)
        if found is None:
            return failed("impossible_date")
        return understood(found.isoformat(), day.remark)
    if ctx.anchor is None:
        possible = _calendar(2000, day.month, day.day)
        return failed("impossible_date" if possible is None else "year_missing")
    start = ctx.anchor
    for year in (start.year, start.year + 1):
        found = _calendar(year, day.month, day.day)
        if found is not None and found >= start:
            return understood(found.isoformat(), day.remark or "year_assumed")
    return failed("impossible_date")


def _calendar(year: int, month: int, day: int) -> datetime.date | None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None
