"""Columns are found by key row, then by header in any language; a doubtful one is asked about, never used (R20)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import Raw, found, raw_table, taken_in

from leadbook.intake.headers import Header, map_columns
from leadbook.labels import LANGUAGES, load_labels, load_reverse
from leadbook.model.catalogue import load_catalogue
from leadbook.model.findings import Findings

LEAD = load_catalogue().lead
KEYS = LEAD.keys()


def mapped(*headers: tuple[str, str | None]) -> tuple[dict[str, int], list[str], Findings]:
    findings = Findings()
    columns = [Header(n, text, key) for n, (text, key) in enumerate(headers, 1)]
    found = map_columns(columns, LEAD, load_reverse(), findings)
    return dict(found.fields), [h.text for h in found.own], findings


def kinds(findings: Findings) -> list[tuple[str, str | None, str | None]]:
    return [(f.name, f.field, f.value) for f in findings]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_header_of_every_language_names_its_own_field(language: str) -> None:
    labels = load_labels(language)
    fields, own, findings = mapped(*((labels.header("lead", key), None) for key in KEYS))
    assert fields == {key: n for n, key in enumerate(KEYS, 1)}
    assert own == [] and len(findings) == 0


@settings(max_examples=20, deadline=None)
@given(st.permutations(KEYS), st.lists(st.sampled_from(LANGUAGES), min_size=len(KEYS), max_size=len(KEYS)))
def test_the_key_row_finds_columns_in_any_order_under_any_header(order: list[str], languages: list[str]) -> None:
    shown = [
        (load_labels(lang).header("lead", other), key)
        for lang, other, key in zip(languages, reversed(order), order, strict=True)
    ]
    fields, _, findings = mapped(*shown)
    assert fields == {key: n for n, key in enumerate(order, 1)}
    assert len(findings) == 0


@pytest.mark.parametrize(
    "spelling",
    [
        "客户名称（全称）",
        "ＣＯＭＰＡＮＹ　ＮＡＭＥ",
        "company name",
        "Tên công ty",
        "ten cong ty",
        "公司名稱",
        "Customer:",
    ],
)
def test_headers_are_read_without_case_width_marks_and_spacing(spelling: str) -> None:
    fields, _, _ = mapped((spelling, None), ("customer_type", "customer_type"))
    assert fields["company_name"] == 1


def test_a_field_said_twice_is_an_error_and_the_first_is_used() -> None:
    fields, own, findings = mapped(("Company name", None), ("客户名称", None), ("Customer type", None))
    assert fields["company_name"] == 1 and own == ["客户名称"]
    assert ("column_duplicate", "company_name", "客户名称") in kinds(findings)
    fields, _, findings = mapped(("客户名称", None), ("anything", "company_name"), ("Customer type", None))
    assert fields["company_name"] == 2
    assert ("column_duplicate", "company_name", "客户名称") in kinds(findings)


def test_a_nearly_known_header_is_asked_about_and_not_used() -> None:
    fields, own, findings = mapped(("Company nmae", None), ("Customer type", None))
    assert "company_name" not in fields and own == ["Company nmae"]
    assert kinds(findings) == [("column_doubtful", "company_name", "Company nmae")]


def test_a_missing_required_column_is_told_and_an_optional_one_is_not() -> None:
    _, _, findings = mapped(("Company name", None), ("Pain points", None))
    assert kinds(findings) == [("column_missing", "customer_type", None)]


@pytest.mark.req("R20")
@pytest.mark.parametrize(
    "text", ["身份证号", "Passport no", "CCCD", "Ngày sinh", "銀行帳號", "Home address", "Birthday gift"]
)
def test_over_collection_is_noticed(text: str) -> None:
    _, own, findings = mapped(("Company name", "company_name"), ("Customer type", "customer_type"), (text, None))
    assert own == [text]
    assert [f.name for f in findings] == ["extra_column_sensitive"]


@pytest.mark.req("R20")
def test_a_harmless_extra_column_is_kept_in_silence() -> None:
    _, own, findings = mapped(
        ("Company name", "company_name"), ("Customer type", "customer_type"), ("颜色", None), ("", None)
    )
    assert own == ["颜色", ""] and len(findings) == 0


@pytest.mark.req("R20")
def test_an_extra_column_changes_neither_answers_nor_findings() -> None:
    rows = [{"company_name": "Alder Ltd", "customer_type": "new", "Lucky number": 7, "pain_points": "停机"}]
    plain = [(key, key) for key in KEYS]
    with_own = [*plain[:3], ("Lucky number", None), *plain[3:]]
    first, second = (taken_in(_table(rows, headers)) for headers in (plain, with_own))
    assert first.leads.equals(second.leads)
    assert first.answers.equals(second.answers)
    assert [f.name for f in first.findings] == [f.name for f in second.findings]


def _table(rows: list[dict[str, object]], headers: list[tuple[str, str | None]]) -> Raw:
    return raw_table("lead", rows, headers)


def test_a_table_with_headers_in_four_languages_at_once_is_read() -> None:
    headers = [
        ("公司名称", None),
        ("Loại khách hàng", None),
        (load_labels("zh-Hant").header("lead", "pain_points"), None),
        ("Needed by", None),
    ]
    rows = [
        {"公司名称": "Alder Ltd", "Loại khách hàng": "Khách hàng mới", "Needed by": "30/9/2026", headers[2][0]: "停機"}
    ]
    taken = taken_in(_table(rows, headers))
    assert taken.leads["customer_type"].tolist() == ["new"]
    assert str(taken.leads["needed_by"].iloc[0].date()) == "2026-09-30"
    assert taken.leads["pain_points"].tolist() == ["停機"]


def test_without_a_leads_column_for_the_type_each_row_says_what_is_missing() -> None:
    taken = taken_in(_table([{"Company name": "Alder Ltd"}], [("Company name", None)]))
    assert found(taken, "column_missing") == [("lead", None, "customer_type")]
    assert found(taken, "customer_type_missing") == [("lead", 6, "customer_type")]
    assert len(taken.leads) == 1
