"""Short cuts of intake: whatever they answer, the general reading answers too."""

from __future__ import annotations

import datetime
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from raw_tables import taken_in

from leadbook.intake import quick
from leadbook.intake.parsers import ALONE, parser_of
from leadbook.intake.schema_check import _plain, failing, rows_of, suspects
from leadbook.intake.values import amounts, base, days, fold, money, relative
from leadbook.intake.values.base import Context
from leadbook.intake.values.daywords import prepare
from leadbook.labels import load_reverse
from leadbook.model.catalogue import load_catalogue

TODAY = datetime.date(2025, 6, 18)
REVERSE = load_reverse()
FIELDS = {f.kind: f for t in load_catalogue().tables.values() for f in t.fields if not f.parser}
REGIONS = ("TW", "CN", "VN", None)
CONTEXTS = [
    Context(today=TODAY, lang=lang, region=region, currency=currency, day_first=first, anchor=TODAY)
    for lang, region, currency, first in (
        ("en", None, None, True), ("en", "US", "USD", False), ("zh-Hans", "CN", "CNY", True),
        ("zh-Hant", "TW", "TWD", True), ("zh-Hant", None, None, True), ("vi", "VN", "VND", True),
    )
]  # fmt: skip
WORDS = (
    "2025-06-18", "2025/6/8", "2025年6月18日", "113/5/1", "民國", "20250618", "5/6", "3", "12", "1,200", "2.5",
    "0", " ", " ", "  ", "-", "–", "/", ".", ":", ";", "，", "、", "09:30", "24:00", "9", "年", "月", "日",
    "底", "周", "下", "三", "五百", "百", "十", "万", "萬", "亿", "k", "m", "bn", "tr", "tỷ", "triệu", "nghìn",
    "một", "năm", "rưỡi", "约", "以上", "以内", "+", "~", "<", "usd", "USD ", "US$", "cny", " CNY", "$", "¥",
    "元", "块钱", "港元", "đồng", "đ", "nt$", "人民币", "人", "people", " employees", "nhân viên", "doanh thu",
    "revenue", "资产", "assets", "tháng", "thang", "ngày", "tuần", "next week", "in", "friday", "tomorrow",
    "end of", "may", "june", "st", "by", "Send", "报价", "WeChat: ", "wechat", "zalo: ", "Phone: ",
    "0912345678", "13812345678", "8613812345678", "id_99157", "x@example.com", "ext", "Ａ１", "\u200b", "\n",
    "e\u0301", "ﾊ", "總經理", "Đỗ",
)  # fmt: skip
TYPED = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map("".join)
DIGITS = st.text("0123456789", min_size=1, max_size=5)
SHAPES = st.sampled_from(
    [
        "{0}人", "{0}-{1}人", "约{0}人", "{0} employees", "US${0}k-{1}k", "USD {0}k",
        "vnd {0}-{1}.5m", "{0}.{1}万 EUR", "CNY{0}-{1}", "{0}.{1} usd", "¥{0}万", "{0}-{1}万元",
        "{0},{1} CNY", "{0} triệu đồng", "{0}.{1}m CNY", "202{0}-1-{1}", "2025/{0}/{1}", "2025年{0}月{1}日",
        "20{0}-06-1{1} 0{0}:3{1}", "138{0}{1}", "Zalo: 09{0}{1}", "WeChat: id_{0}", "x{0}@example{1}.com",
        "Send by 2025-{0}-{1}",
    ]
)  # fmt: skip
CELLS = TYPED | st.builds(lambda shape, a, b: shape.format(a, b), SHAPES, DIGITS, DIGITS)
NUMBERS = (
    st.floats(-10, 200_000) | st.integers(-5, 120_000).map(float) | st.integers(13 * 10**9, 2 * 10**10).map(float)
    | st.integers(14_000, 110_000).flatmap(lambda day: st.integers(0, 1439).map(lambda m: day + m / 1440))
    | st.sampled_from([60.0, 14_610.0, 14_611.0, 109_937.99999, 109_938.0, 109_939.0, 45_000.999_99, float("nan")])
)  # fmt: skip


@pytest.mark.parametrize("kind", quick.BY_KIND)
@given(cells=st.lists(CELLS | NUMBERS, min_size=1, max_size=8))
@settings(max_examples=150)
def test_a_quick_answer_is_the_answer_of_the_parser(kind, cells):
    if kind in ("text", "link"):
        cells = [cell for cell in cells if isinstance(cell, str)]
    values, problems = quick.BY_KIND[kind](cells)
    parse = parser_of(FIELDS[kind], REVERSE)
    for n, (cell, value) in enumerate(zip(cells, values, strict=True)):
        for context in CONTEXTS if value is not None else ():
            answer = parse(cell, context)
            assert (answer.value, answer.problem) == (value, problems.get(n))
            assert type(answer.value) is type(value)


@pytest.mark.parametrize(
    ("kind", "cell"),
    [("date", 45_000.0), ("date", "2025/6/8"), ("datetime", 45_000.25), ("datetime", "2025-06-08 09:30"),
     ("contact", 13_812_345_678.0), ("money", 540_000.0), ("money", "6.6m CNY"), ("money", "USD 20-30k"),
      ("contact", "Zalo: 0912345678"), ("size", "约50-80人"), ("text", " a ")],
)  # fmt: skip
def test_the_common_spellings_are_answered_quickly(kind, cell):
    assert quick.BY_KIND[kind]([cell])[0][0] is not None


@pytest.mark.parametrize("kind", ALONE)
@given(cell=CELLS | NUMBERS)
@settings(max_examples=200)
def test_a_cell_that_stands_alone_reads_the_same_in_every_region_and_on_every_day(kind, cell):
    if not ALONE[kind](cell):
        return
    parse = parser_of(FIELDS[kind], REVERSE)
    for context in CONTEXTS:
        told = {
            repr(parse(cell, Context(today=TODAY, lang=context.lang, currency=context.currency, region=r, anchor=a)))
            for r in REGIONS for a in (None, TODAY, datetime.date(2023, 12, 31))
        }  # fmt: skip
        assert len(told) == 1


@given(text=TYPED | st.text(max_size=12), keep_lines=st.booleans())
def test_plain_letters_are_normal_already(text, keep_lines):
    lines = text.translate(base._WIDE).splitlines() if keep_lines else [text.translate(base._WIDE)]
    cleaned = [base._clean_line(line) for line in lines]
    assert base.normalise(text, keep_lines=keep_lines) == "\n".join(line for line in cleaned if line)


@given(text=TYPED | st.text(max_size=12))
def test_letters_are_folded_one_by_one(text):
    simple = text.translate(fold.simplified_table())
    assert fold.simplify(text) == simple
    assert fold.fold(text) == "".join(map(fold._fold_char, simple))
    assert fold.strip_tones(text) == "".join(map(fold._bare, unicodedata.normalize("NFC", text)))


@given(text=CELLS.map(lambda typed: base.normalise(typed).lower()))
@example("usdcny 5")
@example("us$5k cny")
@example("cny5 usd")
def test_a_lone_currency_sign_is_found_as_by_trying_all(text):
    for context in CONTEXTS:
        rest, codes, remark = money._currency(text, context)
        tried, slow = text, set()
        for code, pattern in money._SIGNS:
            tried, count = pattern.subn(" ", tried)
            slow |= {code} if count else set()
        if slow:
            assert (codes, remark) == (slow, None)
            assert rest.split() == re.sub(r"[$¥]|元|块钱|塊錢|块|塊|圆|圓", " ", tried).split()
        else:
            assert remark is not None or codes


@given(text=CELLS.map(lambda typed: base.normalise(typed).lower()))
def test_amounts_without_words_have_none_to_take_away(text):
    if amounts._UNWORDED.fullmatch(text.strip()):
        assert amounts._without_words(text) == (text.strip(), set())


@given(text=CELLS.map(prepare))
def test_no_relative_day_without_one_of_its_words(text):
    if not relative.may_be_relative(text):
        assert not any(pattern.search(text) for pattern, _ in relative._RULES)
        assert relative._HINT.search(text) is None


@given(text=CELLS.map(prepare))
def test_a_written_day_has_the_sign_of_its_form(text):
    for pattern, _, sign in days.PATTERNS:
        assert pattern.search(text) is None or sign in text


@given(cells=st.lists(st.sampled_from(["500人", "a", "Alder Ltd", "-3", "2025-06-18", " "]), max_size=6))
@settings(max_examples=20, deadline=None)
def test_distinct_values_are_refused_as_whole_rows_are(cells):
    rows = [{"company_name": f"Alder {n} Ltd", "pain_points": c, "company_size": c} for n, c in enumerate(cells)]
    leads = taken_in(rows).tables["lead"]
    faults = failing(rows_of(leads), _plain(leads.table.schema))
    assert suspects(leads) == sorted({position for position, _, _ in faults})


def test_a_value_that_the_schema_refuses_is_found_among_the_distinct_ones():
    leads = taken_in([{"company_name": f"Alder {n} Ltd", "pain_points": "stops"} for n in range(3)]).tables["lead"]
    column = leads.columns["pain_points"]
    column.distinct[0] = ["not a text"]
    assert suspects(leads) == np.flatnonzero(column.codes == 0).tolist() == [0, 1, 2]
