"""Dates, times and next steps as people type them."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.intake.values.base import Context
from leadbook.intake.values.dated import dated_list
from leadbook.intake.values.dates import date, partial_date
from leadbook.intake.values.plan import next_plan
from leadbook.intake.values.times import date_time

ANCHOR = datetime.date(2023, 10, 15)
LANGS = {"en": None, "zh-Hans": None, "zh-Hant": "TW", "vi": None}


def ctx(lang: str = "en", anchor: datetime.date | None = ANCHOR, **more: object) -> Context:
    today = datetime.date(2024, 3, 1)
    return Context(today=today, lang=lang, region=LANGS[lang], anchor=anchor, **more)  # type: ignore[arg-type]


def outcome(parsed):
    return parsed.value, parsed.problem and parsed.problem.name


@pytest.mark.req("F17")
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "typed",
    [
        "2023年10月15日", "2023-10-15", "2023/10/15", "2023.10.15", "15/10/2023", "15-10-2023",
        "民國112年10月15日",
        "民国112年10月15日", "民國112/10/15", "Oct 15, 2023", "15 October 2023", "15-Oct-2023",
        "October 15th, 2023",
        "15 tháng 10 năm 2023", "ngày 15/10/2023", "ngay 15 thang 10 nam 2023", "15 tháng mười năm 2023",
        "20231015",
        "二〇二三年十月十五日", "２０２３／１０／１５", " 2023-10-15\u200b", "45214", 45214.0, 45214.6,
        20231015.0,
        "2023-10-15 14:30", "2023-10-15T14:30:05", "2023年10月15日 下午3点", "2023年10月15日(星期日)",
        "Sunday, 15 Oct 2023",
        "Chủ nhật, 15/10/2023 lúc 14h30", "15/10/2023 3:05 CH",
    ],
)  # fmt: skip
def test_one_day_in_many_spellings(typed, lang):
    assert outcome(date(typed, ctx(lang))) == ("2023-10-15", None)


@pytest.mark.req("F17")
@pytest.mark.parametrize(
    ("typed", "lang", "expected"),
    [
        ("112/10/15", "zh-Hant", ("2023-10-15", None)),
        ("112年10月15日", "zh-Hant", ("2023-10-15", None)),
        ("1121015", "zh-Hant", ("2023-10-15", None)),
        ("112/10/15", "en", (None, "not_a_date")),
        ("05/11/2023", "vi", ("2023-11-05", None)),
        ("05/11/2023", "en", ("2023-11-05", "date_ambiguous")),
        ("05/05/2023", "en", ("2023-05-05", None)),
        ("10/15/2023", "en", ("2023-10-15", None)),
        ("5/13/2023", "vi", ("2023-05-13", "date_ambiguous")),
        ("15/10/23", "en", ("2023-10-15", "year_assumed")),
        ("23/10/15", "zh-Hans", ("2023-10-15", "year_assumed")),
        ("98年3月1日", "zh-Hans", ("1998-03-01", "year_assumed")),
        ("30/2/2023", "vi", (None, "impossible_date")),
        ("2023年2月30日", "zh-Hans", (None, "impossible_date")),
        ("2023-13-01", "en", (None, "impossible_date")),
        ("29/02/2023", "vi", (None, "impossible_date")),
        ("29/02/2024", "vi", ("2024-02-29", None)),
        ("0000-01-01", "en", (None, "impossible_date")),
        (60.0, "en", (None, "impossible_date")),
        (0.0, "en", (None, "impossible_date")),
        (59.0, "en", (None, "not_a_date")),
        (61.0, "en", (None, "not_a_date")),
        (2023.0, "en", (None, "not_a_date")),
        (-5.0, "en", (None, "not_a_date")),
        (1e9, "en", (None, "not_a_date")),
        (float("nan"), "en", (None, "not_a_date")),
        ("2023-10-15 25:00", "en", (None, "not_a_date")),
        ("soon", "en", (None, "not_a_date")),
        ("周三", "zh-Hans", (None, "not_a_date")),
        (True, "en", (None, "boolean_value")),
        ("\u00a0", "en", (None, None)),
    ],
)
def test_odd_and_impossible_days(typed, lang, expected):
    assert outcome(date(typed, ctx(lang))) == expected


def test_month_first_when_the_book_says_so():
    assert outcome(date("05/11/2023", ctx(day_first=False))) == ("2023-05-11", "date_ambiguous")


@pytest.mark.req("F21")
@pytest.mark.parametrize(
    ("typed", "lang", "expected"),
    [
        ("11月5日", "zh-Hans", "2023-11-05"),
        ("11/5", "zh-Hans", "2023-11-05"),
        ("5/11", "vi", "2023-11-05"),
        ("5 tháng 11", "vi", "2023-11-05"),
        ("Nov 5", "en", "2023-11-05"),
        ("1月5日", "zh-Hans", "2024-01-05"),
        ("10月15日", "zh-Hans", "2023-10-15"),
        ("10月14日", "zh-Hans", "2024-10-14"),
        ("2月29日", "zh-Hans", "2024-02-29"),
    ],
)
def test_year_comes_from_the_anchor(typed, lang, expected):
    parsed = date(typed, ctx(lang))
    assert parsed.value == expected
    assert parsed.problem is not None and parsed.problem.name in ("year_assumed", "date_ambiguous")


def test_without_an_anchor_no_year_is_invented():
    assert outcome(date("11月5日", ctx(anchor=None))) == (None, "year_missing")
    assert outcome(date("2月30日", ctx(anchor=None))) == (None, "impossible_date")


@pytest.mark.req("F21")
@given(
    st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)),
    st.integers(1, 12),
    st.integers(1, 31),
)
@settings(max_examples=150)
def test_inferred_year_lies_within_one_year_of_the_anchor(anchor, month, day):
    parsed = date(f"{month}月{day}日", ctx("zh-Hans", anchor))
    if parsed.value is None:
        assert parsed.problem.name == "impossible_date"
        return
    found = datetime.date.fromisoformat(parsed.value)
    assert (found.month, found.day) == (month, day)
    assert (
        anchor
        <= found
        < datetime.date(anchor.year + 1, anchor.month, min(anchor.day, 28)) + datetime.timedelta(4)
    )
    assert (found.year, found.month, found.day) < (anchor.year + 1, anchor.month, anchor.day)


@given(st.dates(datetime.date(1000, 1, 1), datetime.date(2200, 12, 31)))
@settings(max_examples=80)
def test_every_day_reads_back_from_its_usual_spellings(day):
    spellings = (
        day.isoformat(), f"{day.year}年{day.month}月{day.day}日",
        f"{day.day} tháng {day.month} năm {day.year}",
        f"{day:%b} {day.day}, {day.year}",
    )  # fmt: skip
    for spelling in spellings:
        assert date(spelling, ctx()).value == day.isoformat()


@pytest.mark.req("F17")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2023年10月15日 下午3点半", ("2023-10-15T15:30", None)),
        ("2023年10月15日下午三点", ("2023-10-15T15:00", None)),
        ("2023/10/15 下午 03:30", ("2023-10-15T15:30", None)),
        ("2023年10月15日 上午9時15分", ("2023-10-15T09:15", None)),
        ("15/10/2023 3:05 CH", ("2023-10-15T15:05", None)),
        ("15/10/2023 12:15 SA", ("2023-10-15T00:15", None)),
        ("15/10/2023 lúc 14h30", ("2023-10-15T14:30", None)),
        ("Oct 15, 2023 3 p.m.", ("2023-10-15T15:00", None)),
        ("2023-10-15 12:30 am", ("2023-10-15T00:30", None)),
        ("2023-10-15 12:30 pm", ("2023-10-15T12:30", None)),
        ("2023-10-15T14:30:22", ("2023-10-15T14:30", None)),
        (45214.604166667, ("2023-10-15T14:30", None)),
        (45214.99999, ("2023-10-16T00:00", None)),
        (45214.0, ("2023-10-15", "time_missing")),
        ("2023-10-15", ("2023-10-15", "time_missing")),
        ("2023-10-15 25:00", (None, "not_a_date")),
        ("30/2/2023 14:00", (None, "impossible_date")),
        (60.5, (None, "impossible_date")),
        (False, (None, "boolean_value")),
    ],
)
def test_date_and_time(typed, expected):
    assert outcome(date_time(typed, ctx())) == expected


@pytest.mark.req("F09")
@pytest.mark.parametrize(
    ("typed", "lang", "expected"),
    [
        ("2015", "en", "2015"), ("2015年", "zh-Hans", "2015"), ("năm 2015", "vi", "2015"),
        (2015.0, "en", "2015"),
        ("2015年3月", "zh-Hans", "2015-03"), ("２０１５年３月", "zh-Hans", "2015-03"),
        ("二〇一五年三月", "zh-Hans", "2015-03"),
        ("2015-03", "en", "2015-03"), ("2015/3", "en", "2015-03"), ("2015.3", "en", "2015-03"),
        (2015.3, "en", "2015-03"),
        ("tháng 3 năm 2015", "vi", "2015-03"), ("tháng 3/2015", "vi", "2015-03"), ("3/2015", "vi", "2015-03"),
        ("Mar 2015", "en", "2015-03"), ("March, 2015", "en", "2015-03"), ("201503", "en", "2015-03"),
        ("民國104年3月", "zh-Hant", "2015-03"), ("104年3月", "zh-Hant", "2015-03"),
        ("民國104年", "zh-Hant", "2015"),
        ("成立于2015年3月", "zh-Hans", "2015-03"), ("2015年3月5日", "zh-Hans", "2015-03-05"),
        ("2015-03-01", "en", "2015-03-01"), (45214.0, "en", "2023-10-15"),
    ],
)  # fmt: skip
def test_partial_dates_keep_their_precision(typed, lang, expected):
    assert outcome(partial_date(typed, ctx(lang))) == (expected, None)


@pytest.mark.req("F09")
@pytest.mark.parametrize(
    ("typed", "problem"),
    [("2015年13月", "impossible_date"), ("13/2015", "impossible_date"), ("9999", "impossible_date"),
        (60.0, "impossible_date"),
     ("long ago", "not_a_date"), (2015.77, "impossible_date"), (True, "boolean_value")],
)  # fmt: skip
def test_partial_dates_that_are_none(typed, problem):
    assert outcome(partial_date(typed, ctx())) == (None, problem)


def test_january_and_october_look_alike_as_decimal_numbers():
    assert outcome(partial_date(2015.1, ctx())) == ("2015-01", "date_ambiguous")


@pytest.mark.req("F09")
@given(st.integers(1000, 2200), st.none() | st.integers(1, 12))
@settings(max_examples=80)
def test_partial_precision_survives_a_second_reading(year, month):
    typed = f"{year}年" + (f"{month}月" if month else "")
    value = partial_date(typed, ctx()).value
    assert value == (f"{year:04}-{month:02}" if month else f"{year:04}")
    assert partial_date(value, ctx()).value == value


@pytest.mark.req("F21", "U08")
@pytest.mark.parametrize(
    ("typed", "lang", "due", "problem"),
    [
        ("11月5日前提供定制化方案，安排二次沟通", "zh-Hans", "2023-11-05", None),
        ("十一月五日前提供定制化方案", "zh-Hans", "2023-11-05", None),
        ("1月5日前回覆", "zh-Hant", "2024-01-05", None),
        ("2023年12月1日簽約", "zh-Hant", "2023-12-01", None),
        ("下周三拜访", "zh-Hans", "2023-10-18", None),
        ("下下周一", "zh-Hans", "2023-10-23", None),
        ("三天后电话", "zh-Hans", "2023-10-18", None),
        ("三天后（10月18日）电话", "zh-Hans", "2023-10-18", None),
        ("两周内提交方案", "zh-Hans", "2023-10-29", None),
        ("三個月後回訪", "zh-Hant", "2024-01-15", None),
        ("月底前签约", "zh-Hans", "2023-10-31", None),
        ("下月底", "zh-Hans", "2023-11-30", None),
        ("2月底前", "zh-Hans", "2024-02-29", None),
        ("明天", "zh-Hans", "2023-10-16", None),
        ("大后天", "zh-Hans", "2023-10-18", None),
        ("gửi báo giá trước 5/11", "vi", "2023-11-05", None),
        ("trước ngày 5 tháng 11", "vi", "2023-11-05", None),
        ("gọi lại thứ Hai tuần sau", "vi", "2023-10-16", None),
        ("3 ngày nữa gọi lại", "vi", "2023-10-18", None),
        ("cuối tháng", "vi", "2023-10-31", None),
        ("cuối tháng 11", "vi", "2023-11-30", None),
        ("send the offer by Nov 5", "en", "2023-11-05", None),
        ("next Monday call", "en", "2023-10-16", None),
        ("call in 3 days", "en", "2023-10-18", None),
        ("end of month", "en", "2023-10-31", None),
        ("day after tomorrow", "en", "2023-10-17", None),
        ("demo 5/11", "en", "2023-11-05", "date_ambiguous"),
        ("11月5日发方案，11月20日复盘", "zh-Hans", "2023-11-05", "plan_date_unclear"),
        ("下周联系", "zh-Hans", None, "plan_date_unclear"),
        ("周五前", "zh-Hans", None, "plan_date_unclear"),
        ("5个工作日内", "zh-Hans", None, "plan_date_unclear"),
        ("tuần sau", "vi", None, "plan_date_unclear"),
        ("next week", "en", None, "plan_date_unclear"),
        ("11月31日前", "zh-Hans", None, "impossible_date"),
        ("继续跟进", "zh-Hans", None, None),
        ("准备11月5台设备", "zh-Hans", None, None),
    ],
)  # fmt: skip
def test_due_day_of_the_next_plan(typed, lang, due, problem):
    parsed = next_plan(f" {typed} ", ctx(lang))
    assert parsed.value == {"text": typed, "due": due}
    assert (parsed.problem and parsed.problem.name) == problem


def test_next_friday_is_two_days_to_different_people():
    wednesday = datetime.date(2023, 10, 18)
    assert next_plan("next Friday", ctx("en", wednesday)).value["due"] is None
    assert next_plan("next Tuesday", ctx("en", wednesday)).value["due"] == "2023-10-24"


@pytest.mark.parametrize("typed", ["11月5日前", "下周三", "in 3 days", "cuối tháng"])
def test_a_plan_without_anchor_has_no_due_day(typed):
    parsed = next_plan(typed, ctx(anchor=None))
    assert parsed.value["due"] is None and parsed.problem.name == "plan_date_unclear"


CODES = {"合并": "merger", "利润下降": "profit_falls", "merger": "merger", "sáp nhập": "merger"}


@pytest.mark.req("C20")
@pytest.mark.parametrize(
    ("typed", "expected", "problem"),
    [
        ("合并 2026-03；利润下降 2026-05-01", [("merger", "2026-03"), ("profit_falls", "2026-05-01")], None),
        ("合并2026年3月、利润下降", [("merger", "2026-03"), ("profit_falls", None)], None),
        ("利润下降（2026-05-01）", [("profit_falls", "2026-05-01")], None),
        ("2026-03 合并", [("merger", "2026-03")], None),
        ("sáp nhập tháng 3/2026", [("merger", "2026-03")], None),
        ("merger Oct 15, 2023", [("merger", "2023-10-15")], None),
        ("合并 昨天", [("merger", None)], "not_a_date"),
        ("合并 2026；怪事 2026", [("merger", "2026")], "unknown_choice"),
        ("怪事 2026", None, "unknown_choice"),
    ],
)
def test_dated_signals(typed, expected, problem):
    parsed = dated_list(typed, CODES.get, ctx())
    assert parsed.value == (expected and [{"code": code, "date": day} for code, day in expected])
    assert (parsed.problem and parsed.problem.name) == problem


ALPHABET = st.sampled_from(
    list("0123456789年月日/-. :点半上下午民國周三天后前底tháng ngày năm lúc Oct pm一二十〇T")
)
ANYTHING = st.text(max_size=30) | st.text(ALPHABET, max_size=20) | st.floats() | st.booleans()
ISO = re.compile(r"\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2})?)?)?")


@given(ANYTHING, st.sampled_from(list(LANGS)), st.booleans())
@settings(max_examples=300)
def test_no_value_makes_the_date_parsers_fail(raw, lang, anchored):
    context = ctx(lang, ANCHOR if anchored else None)
    for parser in (date, partial_date, date_time):
        value = parser(raw, context).value
        assert value is None or ISO.fullmatch(value)
    plan = next_plan(raw, context).value
    assert plan is None or plan["due"] is None or datetime.date.fromisoformat(plan["due"])
    dated_list(raw, CODES.get, context)


def test_a_remark_says_what_was_assumed():
    assert date("05/11/2023", ctx()).problem.params == {"assumed": "2023-11-05"}
    assert partial_date("98年3月", ctx("zh-Hans")).problem.params == {"assumed": "1998-03"}
