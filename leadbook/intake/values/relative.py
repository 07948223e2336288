"""Days named from another day: 下周三, next Monday, thứ Hai tuần sau, 三天后, cuối tháng (F21)."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Callable

from leadbook.intake.values.base import alternation
from leadbook.intake.values.daywords import MONTH_NAME, MONTHS
from leadbook.intake.values.han import SMALL, han_int

_WEEKDAYS = {
    "一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6,
    "monday": 0, "mon": 0, "tuesday": 1, "tue": 1, "wednesday": 2, "wed": 2, "thursday": 3, "thu": 3,
    "friday": 4, "fri": 4, "saturday": 5, "sat": 5, "sunday": 6, "sun": 6,
    "thứ hai": 0, "thứ 2": 0, "thứ ba": 1, "thứ 3": 1, "thứ tư": 2, "thứ 4": 2, "thứ năm": 3, "thứ 5": 3,
    "thứ sáu": 4, "thứ 6": 4, "thứ bảy": 5, "thứ 7": 5, "chủ nhật": 6,
}  # fmt: skip
_EN_DAY = rf"(?P<w>{alternation([day for day in _WEEKDAYS if day.isascii()])})\b"
_VN_DAY = rf"(?P<w>{alternation([day for day in _WEEKDAYS if ' ' in day])})"
_ZH_DAY = r"(?:周|週|星期|礼拜|禮拜)(?P<w>[一二三四五六日天])"
_WORD_COUNTS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10,
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "mười": 10,
}  # fmt: skip
_COUNT = rf"(?P<n>[0-9]{{1,3}}|[{SMALL}]{{1,4}}|{alternation(list(_WORD_COUNTS))})"
_Rule = Callable[[re.Match[str], datetime.date], datetime.date | None]


def _week(weeks: int) -> _Rule:
    def rule(found: re.Match[str], anchor: datetime.date) -> datetime.date | None:
        monday = anchor - datetime.timedelta(days=anchor.weekday())
        day = monday + datetime.timedelta(days=_WEEKDAYS[_group(found, "w")], weeks=weeks)
        return day if day >= anchor else None

    return rule


def _next_english(found: re.Match[str], anchor: datetime.date) -> datetime.date | None:
    # "next Friday" said on a Wednesday is this week's for some and the following week's for others
    return None if _WEEKDAYS[_group(found, "w")] > anchor.weekday() else _week(1)(found, anchor)


def _days(scale: int) -> _Rule:
    def rule(found: re.Match[str], anchor: datetime.date) -> datetime.date | None:
        count = _count(found)
        return None if count is None else anchor + datetime.timedelta(days=count * scale)

    return rule


def _fixed(days: int) -> _Rule:
    return lambda _found, anchor: anchor + datetime.timedelta(days=days)


def _months(found: re.Match[str], anchor: datetime.date) -> datetime.date | None:
    count = _count(found)
    if count is None:
        return None
    year, month = divmod(anchor.month - 1 + count, 12)
    return _in_month(anchor.year + year, month + 1, anchor.day)


def _month_end(months: int) -> _Rule:
    def rule(_found: re.Match[str], anchor: datetime.date) -> datetime.date:
        year, month = divmod(anchor.month - 1 + months, 12)
        return _in_month(anchor.year + year, month + 1, 31)

    return rule


def _named_month_end(found: re.Match[str], anchor: datetime.date) -> datetime.date | None:
    name = found.groupdict().get("mon")
    month = MONTHS[name] if name else int(_group(found, "m"))
    if not 1 <= month <= 12:
        return None
    return _in_month(anchor.year + (month < anchor.month), month, 31)


def _year_end(_found: re.Match[str], anchor: datetime.date) -> datetime.date:
    return datetime.date(anchor.year, 12, 31)


def _in_month(year: int, month: int, day: int) -> datetime.date:
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _group(found: re.Match[str], name: str) -> str:
    """Give a group that stands in both branches of a pattern, as `w` and as `w2`."""
    groups = found.groupdict()
    return groups.get(name) or groups.get(f"{name}2") or ""


def _count(found: re.Match[str]) -> int | None:
    word = _group(found, "n")
    value = int(word) if word.isdigit() else _WORD_COUNTS.get(word, han_int(word))
    return value if value is not None and 0 < value < 1000 else None


# one row a phrase, the longer phrases first
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (rf"下下[个個]?{_ZH_DAY}", _week(2)),
        (rf"(?<!下)下[个個]?{_ZH_DAY}", _week(1)),
        (rf"(?:本|这|這)[个個]?{_ZH_DAY}", _week(0)),
        (rf"\b{_EN_DAY} (?:of )?next week"
            rf"|\bnext week(?: on)? {_EN_DAY.replace('?P<w>', '?P<w2>')}", _week(1)),
        (rf"\bnext {_EN_DAY}", _next_english),
        (rf"\bthis {_EN_DAY}", _week(0)),
        (rf"{_VN_DAY},? (?:tuần|tuan) (?:sau|tới)", _week(1)),
        (rf"{_VN_DAY},? (?:tuần|tuan) này", _week(0)),
        (rf"{_COUNT}\s*(?:天之?[后後内內]|日[内內])", _days(1)),
        (rf"\b(?:in|within) {_COUNT} days?\b|\b{_COUNT.replace('?P<n>', '?P<n2>')} days? (?:later"
            rf"|from now)\b", _days(1)),
        (rf"\b{_COUNT} ngày (?:nữa|sau|tới)\b|\b(?:trong"
            rf"|sau)(?: vòng)? {_COUNT.replace('?P<n>', '?P<n2>')} ngày\b(?! làm)", _days(1)),
        (rf"{_COUNT}\s*[个個]?(?:周|週|星期|礼拜|禮拜)(?:之)?[后後内內]", _days(7)),
        (rf"\b(?:in|within) {_COUNT} weeks?\b|\b{_COUNT.replace('?P<n>', '?P<n2>')} weeks? (?:later"
            rf"|from now)\b", _days(7)),
        (rf"\b{_COUNT} tuần (?:nữa|sau|tới)\b|\b(?:trong"
            rf"|sau)(?: vòng)? {_COUNT.replace('?P<n>', '?P<n2>')} tuần\b", _days(7)),
        (rf"{_COUNT}\s*[个個]月(?:之)?[后後内內]", _months),
        (rf"\b(?:in|within) {_COUNT} months?\b|\b{_COUNT.replace('?P<n>', '?P<n2>')} months? (?:later"
            rf"|from now)\b", _months),
        (rf"\b{_COUNT} tháng (?:nữa|sau|tới)\b|\b(?:trong"
            rf"|sau)(?: vòng)? {_COUNT.replace('?P<n>', '?P<n2>')} tháng\b", _months),
        (r"下[个個]?月[底末]|cuối tháng (?:sau|tới)|\bend of next month\b", _month_end(1)),
        (r"(?<![0-9年])(?P<m>[0-9]{1,2})\s*月[份]?[底末]|cuối tháng (?P<m2>[0-9]{1,2})(?![0-9/]"
            r"| năm)", _named_month_end),
        (rf"\bend of {MONTH_NAME}(?! ?[0-9])", _named_month_end),
        (r"(?<![0-9下] )(?<![0-9下])月[底末]|cuối tháng(?: này)?(?! ?[0-9])|\bend of (?:the "
            r"|this )?month\b|\bmonth[- ]end\b", _month_end(0)),
        (r"(?<!明)年[底末]|cuối năm(?: nay)?(?! sau)(?! ?[0-9])|\bend of (?:the |this )?year\b"
            r"|\byear[- ]end\b", _year_end),
        (r"大后天|大後天", _fixed(3)),
        (r"(?<!大)[后後]天|\bday after tomorrow\b|ngày kia|ngày mốt", _fixed(2)),
        (r"明[天日]|\btomorrow\b|ngày mai", _fixed(1)),
        (r"今[天日]|\btoday\b|hôm nay", _fixed(0)),
    )
)  # fmt: skip
_HINT = re.compile(
    r"下[个個]?[周週月]|下(?:星期|礼拜|禮拜|季度|旬)|周末|週末|月[初中底末]|[上中下]旬|年[底初末]|工作日|(?:周|週|星期|礼拜|禮拜)[一二三四五六日天]"
    r"|\b(?:next|this) (?:week|month|quarter|year)\b|\bweekend\b|\b(?:business|working) days?\b|\b(?:mon"
    r"|tues|wednes|thurs|fri|satur|sun)day\b"
    r"|tuần (?:sau|tới|này)|tháng (?:sau|tới|này)|cuối (?:tuần|quý|tháng)|đầu tháng|giữa tháng"
    r"|ngày làm việc|thứ (?:hai|ba|tư|sáu|bảy|[2-7])|chủ nhật"
    r"|\bend of\b|sau tết|春节后|年后|年後"
)  # fmt: skip


# every phrase above has one of these in it
_ANY_WORD = re.compile(
    r"[周週星礼禮天日月年旬季节]|week|day|month|year|end of|next|this|tomorrow"
    r"|tuần|tuan|tháng|ngày|năm|hôm|quý|thứ|nhật|tết"
)


def may_be_relative(prepared: str) -> bool:
    """Whether prepared text has a word that a relative day could be made of."""
    return _ANY_WORD.search(prepared) is not None


def relative_day(prepared: str, anchor: datetime.date | None) -> tuple[datetime.date | None, bool]:
    """Give the day meant, and whether one is hinted at without being certain (or without an anchor)."""
    if not may_be_relative(prepared):
        return None, False
    days = set()
    found_any = False
    for pattern, rule in _RULES:
        if pattern.search(prepared) is None:
            continue
        found_any = True
        days |= {_applied(rule, found, anchor) for found in pattern.finditer(prepared)}
        # what a longer phrase has used is gone for the shorter ones
        prepared = pattern.sub("\0", prepared)
    if not found_any:
        return None, bool(_HINT.search(prepared))
    day = days.pop() if len(days) == 1 else None
    return day, day is None


def _applied(rule: _Rule, found: re.Match[str], anchor: datetime.date | None) -> datetime.date | None:
    try:
        return rule(found, anchor) if anchor is not None else None
    except (OverflowError, ValueError):
        return None
