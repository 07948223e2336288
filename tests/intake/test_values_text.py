"""Plain text, choices, industries and company names."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.intake.values.base import normalise
from leadbook.intake.values.choice import choice, industry
from leadbook.intake.values.company import company_key, has_legal_form
from leadbook.intake.values.fold import fold, simplified_table, simplify, strip_tones
from leadbook.intake.values.han import han_int
from leadbook.intake.values.text import text


@pytest.mark.parametrize(
    ("typed", "clean"),
    [("ＡＢＣ　１２３", "ABC 123"), ("a\u00a0\t b", "a b"), ("a\u200bb\ufeff", "ab"), (" x\r\ny ", "x y"),
        ("e\u0302", "ê"), ("１，０００％", "1,000%"),
     ("a\x07b", "ab")],
)  # fmt: skip
def test_normalise(typed, clean):
    assert normalise(typed) == clean


def test_normalise_keeps_lines_on_request():
    assert normalise(" a \r\n\n b　c ", keep_lines=True) == "a\nb c"


@given(st.text(max_size=40))
def test_normalise_is_final_and_folding_keeps_positions(typed):
    once = normalise(typed)
    assert normalise(once) == once
    assert len(fold(once)) == len(once)


@pytest.mark.req("F10", "F14")
@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("  精密　零件\n海外市场 ", "精密　零件\n海外市场"),
        (13812345678.0, "13812345678"),
        (0.1 + 0.2, "0.3"),
        (2.5, "2.5"),
        ("   ", None),
    ],
)
def test_free_text_is_trimmed_and_otherwise_untouched(raw, value):
    assert text(raw).value == value and text(raw).problem is None


def test_a_boolean_is_no_text():
    assert text(True).problem.name == "boolean_value"


INDUSTRIES = {"制造业": "C", "製造業": "C", "manufacturing": "C", "IT - services": "I"}


@pytest.mark.req("F02")
@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("制造业-专用设备生产", ("C", "专用设备生产")), ("制造业－专用设备生产", ("C", "专用设备生产")),
        ("製造業 / 專用設備", ("C", "專用設備")),
        ("manufacturing > machines", ("C", "machines")), ("制造业：设备", ("C", "设备")),
        ("制造业", ("C", None)), ("制造业-", ("C", None)),
        ("IT - services", ("I", None)), ("IT - services - cloud", ("I", "cloud")),
    ],
)  # fmt: skip
def test_industry(typed, expected):
    parsed = industry(typed, INDUSTRIES.get)
    assert tuple(parsed.value.values()) == expected and parsed.problem is None


@pytest.mark.req("F02")
def test_unknown_top_level_is_named():
    parsed = industry("魔法-炼金", INDUSTRIES.get)
    assert (parsed.value, parsed.problem.name, parsed.problem.params) == (
        None,
        "unknown_choice",
        {"part": "魔法"},
    )


@pytest.mark.req("F04", "F15", "F16", "F18")
def test_choice():
    codes = {"新客户": "new", "3": "three"}
    assert choice(" 新客户\u200b", codes.get).value == "new"
    assert choice(3.0, codes.get).value == "three"
    assert choice("老朋友", codes.get).problem.params == {"part": "老朋友"}
    assert choice(True, codes.get).problem.name == "boolean_value"
    assert choice("", codes.get).problem is None


@pytest.mark.req("F01")
@pytest.mark.parametrize(
    "name",
    ["华星电子有限公司", "華星電子股份有限公司", "华星有限责任公司", "华星（集团）公司",
        "Công ty TNHH Hoa Sao", "CÔNG TY CỔ PHẦN HOA SAO", "Cong ty CP Hoa Sao",
     "DNTN Hoa Sao", "Hoa Sao JSC", "ABC Co., Ltd.", "ABC Inc", "ABC LLC", "ABC GmbH", "ABC plc",
     "大華企業社", "大華行號", "第一人民医院", "理工大学", "市环保局",
     "Bệnh viện Ban Mai", "Trường Đại học Ban Mai", "Sở Y tế", "ABC University"],
)  # fmt: skip
def test_full_names_and_institutions(name):
    assert has_legal_form(name)


@pytest.mark.req("F01")
@pytest.mark.parametrize(
    "name",
    ["华星", "華星電子", "华星集团", "Hoa Sao", "Cơ khí Hoa Sao", "Bo Concept", "ABC", "Incubator Nine", ""],
)
def test_short_names(name):
    assert not has_legal_form(name)


@pytest.mark.req("F01")
@pytest.mark.parametrize(
    "names",
    [
        ("华星电子有限公司", "華星電子有限公司", "华星电子", " 华星 电子　有限公司", "華星電子股份有限公司"),
        ("华星（集团）有限公司", "華星集團有限公司", "华星集团"),
        ("ABC Co., Ltd.", "ＡＢＣ　Ｌｉｍｉｔｅｄ", "abc", "A.B.C. Inc."),
        (
            "Công ty TNHH MTV Hoa Sao",
            "CÔNG TY CỔ PHẦN HOA SAO",
            "Cong ty TNHH Hoa Sao",
            "Hoa Sao JSC",
            "Hoa Sao",
        ),
    ],
)
def test_spellings_of_one_firm_share_a_key(names):
    assert len({company_key(name) for name in names}) == 1


@pytest.mark.req("F01")
def test_groups_branches_and_other_firms_keep_their_own_key():
    names = [
        "华星有限公司",
        "华星集团有限公司",
        "华星控股有限公司",
        "华星有限公司上海分公司",
        "华星有限公司北京分公司",
        "华兴有限公司",
        "Cơ",
        "有限公司",
    ]
    keys = {company_key(name) for name in names}
    assert len(keys) == len(names) and "" not in keys


@given(st.text(max_size=30))
@settings(max_examples=150)
def test_company_keys_never_fail_and_ignore_width_and_case(name):
    has_legal_form(name)
    assert company_key(name) == company_key(f" {name}\u200b ")


def test_the_character_map_is_final():
    table = simplified_table()
    assert len(table) >= 400
    assert all(len(simple) == 1 and ord(simple) not in table for simple in table.values())
    assert simplify("臺灣電腦軟體") == "台湾电脑软体"


def test_tones_are_stripped():
    assert strip_tones("Đường Nguyễn Huệ 電") == "Duong Nguyen Hue 電"


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("二十三", 23),
        ("十", 10),
        ("二〇二三", 2023),
        ("一百零五", 105),
        ("两千三百", 2300),
        ("一亿二千万", 120000000),
        ("一万亿", 10**12),
        ("廿三", 23),
        ("abc", None),
    ],
)
def test_chinese_numerals(numeral, value):
    assert han_int(numeral) == value
