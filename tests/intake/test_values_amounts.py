"""Numbers, money, budgets and company sizes."""

from __future__ import annotations

import datetime
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.intake.values.base import Context
from leadbook.intake.values.budget import find_budget
from leadbook.intake.values.money import money, print_money
from leadbook.intake.values.numbers import integer, number
from leadbook.intake.values.size import company_size, print_company_size

TODAY = datetime.date(2024, 3, 1)
EN = Context(today=TODAY)
VI = Context(today=TODAY, lang="vi", currency="VND")
TW = Context(today=TODAY, lang="zh-Hant", region="TW", currency="TWD")
M, B = 10**6, 10**9


def outcome(parsed):
    return parsed.value, parsed.problem and parsed.problem.name


@pytest.mark.req("F23")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3", (3, None)), ("３", (3, None)), (3.0, (3, None)), ("三", (3, None)), ("4分", (4, None)),
        ("4 điểm", (4, None)),
        ("3.0", (3, None)), (0.0, (None, "out_of_range")), ("6", (None, "out_of_range")),
        (3.5, (None, "not_an_integer")),
        ("3,5", (None, "not_an_integer")), ("100%", (None, "not_an_integer")),
        ("high", (None, "not_a_number")),
        ("4/5", (None, "not_a_number")), (True, (None, "boolean_value")), (" ", (None, None)),
        (float("inf"), (None, "not_a_number")), ("9" * 5000, (None, "not_a_number")),
    ],
)  # fmt: skip
def test_scores_from_one_to_five(typed, expected):
    assert outcome(integer(typed, 1, 5)) == expected


def test_range_problem_names_the_limits():
    assert integer("6", 1, 5).problem.params == {"minimum": 1, "maximum": 5}


@pytest.mark.parametrize(
    ("typed", "lang", "expected"),
    [
        ("1,234", "en", 1234), ("1,234.5", "en", 1234.5), ("1.234.567", "en", 1234567),
        ("1.234,5", "en", 1234.5),
        ("1.234", "en", 1.234), ("1.234", "vi", 1234), ("1,5", "vi", 1.5), ("0,125", "en", 0.125),
        ("0.125", "vi", 0.125),
        ("30%", "en", 0.3), ("１２％", "en", 0.12), ("-5", "en", -5), ("1 234 567", "en", 1234567),
        ("1.5E+12", "en", 1.5e12),
        (0.1, "en", 0.1), ("一百二十", "zh-Hans", 120), ("两千", "zh-Hans", 2000),
    ],
)  # fmt: skip
def test_numbers_in_four_habits(typed, lang, expected):
    assert outcome(number(typed, lang=lang)) == (expected, None)


@pytest.mark.req("F03", "F13")
@pytest.mark.parametrize(
    ("typed", "low", "high", "currency"),
    [
        ("200-300万元", 2 * M, 3 * M, "CNY"), ("２００－３００万元", 2 * M, 3 * M, "CNY"),
        ("200~300万元", 2 * M, 3 * M, "CNY"),
        ("200万至300万元", 2 * M, 3 * M, "CNY"), ("1-5亿元", 1e8, 5e8, "CNY"), ("1亿-5亿元", 1e8, 5e8, "CNY"),
        ("8000万-1亿元", 8e7, 1e8, "CNY"), ("1亿2000万元", 1.2e8, 1.2e8, "CNY"),
        ("三百万元", 3 * M, 3 * M, "CNY"),
        ("三到五百万元", 3 * M, 5 * M, "CNY"), ("一百二十万元", 1.2e6, 1.2e6, "CNY"),
        ("人民币200万", 2 * M, 2 * M, "CNY"),
        ("1,200,000 CNY", 1.2e6, 1.2e6, "CNY"), ("30萬美元", 3e5, 3e5, "USD"),
        ("USD 1.2m", 1.2e6, 1.2e6, "USD"),
        ("US$20k-30k", 2e4, 3e4, "USD"), ("between 2 and 3 million dollars", 2 * M, 3 * M, "USD"),
        ("NT$ 300萬", 3 * M, 3 * M, "TWD"),
        ("新台幣300萬元", 3 * M, 3 * M, "TWD"), ("2–3 tỷ đồng", 2 * B, 3 * B, "VND"),
        ("từ 2 đến 3 tỷ đồng", 2 * B, 3 * B, "VND"),
        ("500 triệu đồng", 5e8, 5e8, "VND"), ("1.200.000 đ", 1.2e6, 1.2e6, "VND"),
        ("1,5 tỷ VND", 1.5 * B, 1.5 * B, "VND"),
        ("1.500 tỷ đồng", 1500 * B, 1500 * B, "VND"), ("2 tỷ 500 triệu đồng", 2.5 * B, 2.5 * B, "VND"),
        ("2tr5 đ", 2.5e6, 2.5e6, "VND"),
        ("hai tỷ rưỡi đồng", 2.5 * B, 2.5 * B, "VND"), ("500 nghìn đồng", 5e5, 5e5, "VND"),
        ("HK$2m", 2 * M, 2 * M, "HKD"),
        ("不超过300万元", 0, 3 * M, "CNY"), ("300萬元以內", 0, 3 * M, "CNY"),
        ("dưới 500 triệu đồng", 0, 5e8, "VND"),
        ("up to €50,000", 0, 5e4, "EUR"), ("至少200万元", 2 * M, None, "CNY"),
        ("200万元以上", 2 * M, None, "CNY"),
        (">200万元", 2 * M, None, "CNY"), ("trên 2 tỷ đồng", 2 * B, None, "VND"),
        ("USD 2m+", 2 * M, None, "USD"),
    ],
)  # fmt: skip
def test_money_in_four_languages(typed, low, high, currency):
    assert outcome(money(typed, EN)) == (
        {"low": low, "high": high, "currency": currency, "approximate": False}, None)  # fmt: skip


@pytest.mark.req("F13")
@pytest.mark.parametrize(
    "typed",
    [
        "約300萬元",
        "300万元左右",
        "大概三百万元",
        "~300万元",
        "about CNY 3m",
        "khoảng 3 triệu tệ",
        "300多万元",
    ],
)
def test_about_is_kept(typed):
    assert money(typed, EN).value == {"low": 3 * M, "high": 3 * M, "currency": "CNY", "approximate": True}


@pytest.mark.parametrize(
    ("typed", "context", "currency", "problem"),
    [
        ("300萬元", TW, "TWD", None), ("300万元", EN, "CNY", None), ("$300萬", TW, "TWD", None),
        ("$5m", EN, "USD", "currency_assumed"),
        ("$5m", VI, "USD", "currency_assumed"), ("500 triệu", VI, None, "missing_currency"),
        ("250,000.50", EN, None, "missing_currency"),
        (5e5, EN, None, "missing_currency"), ("¥200万", EN, "CNY", "currency_assumed"),
        ("¥200万", Context(today=TODAY, lang="zh-Hans"), "CNY", None),
    ],
)  # fmt: skip
def test_currency_from_the_context_or_missing(typed, context, currency, problem):
    parsed = money(typed, context)
    assert parsed.value["currency"] == currency
    assert (parsed.problem and parsed.problem.name) == problem


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("5-1亿", "reversed_range"), ("300-200万元", "reversed_range"), ("几百万", "unreadable_amount"),
        ("待定", "unreadable_amount"),
        ("USD 5 EUR", "unreadable_amount"), ("-5", "unreadable_amount"), (-5.0, "unreadable_amount"),
        ("1-2-3万", "unreadable_amount"),
        (float("nan"), "unreadable_amount"), ("9" * 30, "unreadable_amount"), (True, "boolean_value"),
    ],
)  # fmt: skip
def test_unusable_money_gives_no_value(typed, problem):
    assert outcome(money(typed, EN)) == (None, problem)


@pytest.mark.req("F13")
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("采购自动化生产线，预算200-300万元", (2 * M, 3 * M, "CNY")),
        ("預算約300萬元，明年導入", (3 * M, 3 * M, "CNY")),
        ("预算（含税）200万元", (2 * M, 2 * M, "CNY")), ("预算为三百万元", (3 * M, 3 * M, "CNY")),
        ("2024年预算200万元", (2 * M, 2 * M, "CNY")), ("预算不超过300万元，共5台", (0, 3 * M, "CNY")),
        ("ngân sách khoảng 2-3 tỷ đồng cho năm nay", (2 * B, 3 * B, "VND")),
        ("Kinh phí hai tỷ đồng", (2 * B, 2 * B, "VND")),
        ("three lines, budget of USD 1.2m, urgent", (1.2e6, 1.2e6, "USD")),
        ("budget for 2024: 200k USD", (2e5, 2e5, "USD")),
    ],
)  # fmt: skip
def test_budget_in_a_sentence(sentence, expected):
    value = find_budget(sentence, EN).value
    assert (value["low"], value["high"], value["currency"]) == expected


@pytest.mark.req("F13", "C18")
@pytest.mark.parametrize(
    "sentence",
    ["投入200万元", "预算未定，共500人", "预算500人用", "no budget yet, 3 lines", "ngân sách chưa rõ", ""],
)
def test_no_budget_is_invented(sentence):
    assert find_budget(sentence, EN) is None


def test_reversed_budget_is_reported():
    assert outcome(find_budget("预算5-1亿", EN)) == (None, "reversed_range")


@pytest.mark.req("F03")
@pytest.mark.parametrize(
    ("typed", "people", "revenue", "assets"),
    [
        ("500-1000人，年营收1-5亿元", (500, 1000), (1e8, 5e8, "CNY"), None),
        ("500-1000人，年营收1-5亿元，固定资产2亿", (500, 1000), (1e8, 5e8, "CNY"), (2e8, 2e8, "CNY")),
        ("員工人數：500；年營收：3億元", (500, 500), (3e8, 3e8, "CNY"), None),
        ("1,000人/年营收1,200万元/总资产3亿元", (1000, 1000), (1.2e7, 1.2e7, "CNY"), (3e8, 3e8, "CNY")),
        ("120 nhân viên, doanh thu 2-3 tỷ đồng, tài sản 10 tỷ đồng", (120, 120), (2 * B, 3 * B, "VND"),
            (10 * B, 10 * B, "VND")),
        ("500 employees; revenue USD 5m\nassets USD 2m", (500, 500), (5 * M, 5 * M, "USD"),
            (2 * M, 2 * M, "USD")),
        ("约500人", (500, 500), None, None), ("500人以上", (500, None), None, None),
        ("<50", (0, 50), None, None),
        ("50 người", (50, 50), None, None), ("2万人", (20000, 20000), None, None),
        (500.0, (500, 500), None, None),
        ("年营收1-5亿元", None, (1e8, 5e8, "CNY"), None),
    ],
)  # fmt: skip
def test_company_sizes(typed, people, revenue, assets):
    def amount(ends):
        return ends and {"low": ends[0], "high": ends[1], "currency": ends[2], "approximate": False}

    headcount = people and {"low": people[0], "high": people[1]}
    assert outcome(company_size(typed, EN)) == (
        {"headcount": headcount, "revenue": amount(revenue), "assets": amount(assets)}, None)  # fmt: skip


@pytest.mark.req("F03")
@pytest.mark.parametrize(
    ("typed", "problem"),
    [("1000-500人", "reversed_range"), ("500人，年营收5-1亿元", "reversed_range"),
        ("很大", "unreadable_size"), (5.5, "unreadable_size"),
     ("3亿元", "unreadable_size"), (True, "boolean_value"), ("", None)],
)  # fmt: skip
def test_unusable_sizes(typed, problem):
    assert outcome(company_size(typed, EN)) == (None, problem)


def test_an_odd_part_does_not_cost_the_others():
    parsed = company_size("500人，行业第一", EN)
    assert parsed.value["headcount"] == {"low": 500, "high": 500}
    assert (parsed.problem.name, parsed.problem.params) == ("size_part_unreadable", {"part": "行业第一"})


AMOUNT = st.integers(0, 10**14) | st.floats(0, 1e9).map(lambda value: round(value, 4)).map(
    lambda value: int(value) if value.is_integer() else value)  # fmt: skip


@st.composite
def monies(draw):
    low, high = sorted((draw(AMOUNT), draw(AMOUNT)))
    return {"low": low, "high": draw(st.sampled_from([low, high, None])),
            "currency": draw(st.sampled_from(["CNY", "VND", "USD", "TWD", None])),
            "approximate": draw(st.booleans())}  # fmt: skip


@pytest.mark.req("F03")
@given(monies(), st.sampled_from([EN, VI, TW]))
@settings(max_examples=200)
def test_printed_money_reads_back_the_same(value, context):
    assert money(print_money(value), context).value == value


@pytest.mark.req("F03")
@given(
    st.none() | st.tuples(st.integers(0, 10**6), st.integers(0, 10**6) | st.none()),
    st.none() | monies(),
    st.none() | monies(),
)
@settings(max_examples=150)
def test_printed_size_reads_back_the_same(people, revenue, assets):
    headcount = None
    if people:
        low, high = people
        headcount = {"low": low, "high": None if high is None else max(low, high)}
    if revenue and assets:
        assets["currency"] = revenue["currency"]
    value = {"headcount": headcount, "revenue": revenue, "assets": assets}
    printed = print_company_size(value)
    assert company_size(printed, EN).value == (value if printed else None)


ALPHABET = st.sampled_from(list("0123456789,.-~+<> 万亿元千百十人年营收资产约以上至k m$¥đtỷ triệu预算;/"))
ANYTHING = st.text(max_size=30) | st.text(ALPHABET, max_size=16) | st.floats() | st.booleans()


@pytest.mark.req("F03")
@given(ANYTHING, st.sampled_from([EN, VI, TW]))
@settings(max_examples=300)
def test_whatever_is_understood_prints_stably(raw, context):
    size = company_size(raw, context).value
    if size is not None:
        assert company_size(print_company_size(size), context).value == size
    amount = money(raw, context).value
    if amount is not None:
        json.dumps(amount)
        assert money(print_money(amount), context).value == amount
    for parsed in (number(raw), integer(raw), find_budget(str(raw), context)):
        json.dumps(parsed and parsed.value)
