"""Typed rows against the schema: what is required of whom, and two validators that must agree (R01, R02, T01)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import FIRST_ROW, TODAY, found, policy, raw_table, taken_in

from leadbook.intake.schema_check import _exact, _fast, check_required, failing, rows_of
from leadbook.intake.tables import read_table
from leadbook.intake.values.base import Context
from leadbook.labels import LANGUAGES, load_labels, load_reverse
from leadbook.model.catalogue import Catalogue, load_catalogue
from leadbook.model.findings import Findings
from tests.books import EXTENSION

LEAD = load_catalogue().lead
PROFILES = tuple(LEAD.schema["x-leadbook"]["profiles"])
REQUIRED = {
    "new": {"company_size", "decision_chain", "pain_points"},
    "existing": {"past_projects", "satisfaction", "new_needs"},
    "strategic": {"company_size", "decision_chain", "pain_points", "past_projects", "satisfaction", "new_needs"},
    "potential": {"industry", "company_size"},
}
ANSWERS = {
    "company_size": "500人",
    "decision_chain": "最终决策人：总经理李*",
    "pain_points": "停机多",
    "past_projects": "line 1",
    "satisfaction": 4,
    "new_needs": "line 2",
    "industry": "制造业",
}


@pytest.mark.req("R02")
@pytest.mark.parametrize("kind", REQUIRED)
@pytest.mark.parametrize("field", ANSWERS)
def test_what_each_customer_type_must_answer(kind: str, field: str) -> None:
    complete = taken_in([{"company_name": "Alder Ltd", "customer_type": kind, **ANSWERS}])
    assert found(complete, "answer_missing") == []
    without = taken_in([{"company_name": "Alder Ltd", "customer_type": kind, **ANSWERS, field: None}])
    expected = [("lead", FIRST_ROW, field)] if field in REQUIRED[kind] else []
    assert found(without, "answer_missing") == expected


@pytest.mark.req("C08")
def test_the_short_form_of_existing_customers_skips_only_what_nobody_requires_of_them() -> None:
    skipped = set(LEAD.schema["x-leadbook"]["short_form"]["existing"])
    assert skipped and not skipped & REQUIRED["existing"]
    asked = {}
    for kind in REQUIRED:
        taken = [taken_in([{"company_name": "Alder Ltd", "customer_type": kind}], profile=p) for p in PROFILES]
        asked[kind] = {field for one in taken for _, _, field in found(one, "profile_answer_missing")}
    assert not asked["existing"] & skipped
    assert asked["new"] - asked["existing"] == skipped & asked["new"]


@pytest.mark.req("R01")
@pytest.mark.parametrize("profile", PROFILES)
def test_each_situation_asks_for_its_own_answers(profile: str) -> None:
    wanted = LEAD.schema["x-leadbook"]["profiles"][profile]
    row = {"company_name": "Alder Ltd", "customer_type": "existing"}
    asked = [field for _, _, field in found(taken_in([row], profile=profile), "profile_answer_missing")]
    short = LEAD.schema["x-leadbook"]["short_form"]["existing"]
    assert asked == [field for field in wanted if field not in row and field not in short]
    assert found(taken_in([row]), "profile_answer_missing") == []


@pytest.mark.req("R01")
def test_the_four_situations_ask_for_different_things() -> None:
    assert len({tuple(fields) for fields in LEAD.schema["x-leadbook"]["profiles"].values()}) == 4


def test_what_is_already_an_error_is_not_also_missing() -> None:
    taken = taken_in(
        [
            {"company_name": "Alder Ltd", "customer_type": "new", **ANSWERS, "company_size": "big"},
            {"company_name": "Birch Ltd", "customer_type": "VIP"},
        ]
    )
    assert {(f.name, f.row, f.field) for f in taken.findings if f.kind.severity != "hint"} == {
        ("unreadable_size", 6, "company_size"),
        ("unknown_choice", 7, "customer_type"),
    }


PLAIN = {k: v for k, v in LEAD.schema.items() if k not in ("allOf", "required")}
_CODES = st.sampled_from
_CELLS: dict[str, st.SearchStrategy[Any]] = {
    "company_name": _CODES(["Alder Ltd", "明河机械有限公司"]),
    "customer_type": _CODES([None, *REQUIRED, "VIP"]),
    "outcome": _CODES([None, "won", "lost"]),
    "closed_date": _CODES([None, "2026-06-01", "soon"]),
    **{field: _CODES([None, value]) for field, value in ANSWERS.items()},
}


@pytest.mark.req("R02")
@settings(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries(_CELLS), min_size=1, max_size=6))
def test_required_by_columns_equals_required_by_jsonschema(rows: list[dict[str, Any]]) -> None:
    context = Context(today=TODAY)
    table = read_table(raw_table("lead", rows), LEAD, load_reverse(), context, Findings())
    ours = Findings()
    check_required(table, table.frame["company_name"].notna(), None, ours)
    validator = _exact(LEAD.schema)
    theirs = set()
    for row, answers in zip(table.frame.index, rows_of(table), strict=True):
        for error in validator.iter_errors(answers):
            if error.validator == "required":
                theirs |= {(int(row), key) for key in error.validator_value if key not in answers}
    assert {(f.row, f.field) for f in ours} == theirs


_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**6),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=4),
    _CODES(
        [
            "new",
            "high",
            "CNY",
            "2026-02-30",
            "2026-02-28",
            "2026-6-1",
            "2026-02-28\n",
            "２０２６-01-01",
            "2026-01-01T10:00",
            "2015-03",
        ]
    ),
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            _CODES(
                [
                    "low",
                    "high",
                    "currency",
                    "code",
                    "date",
                    "text",
                    "due",
                    "role",
                    "title",
                    "name",
                    "kind",
                    "value",
                    "headcount",
                    "revenue",
                    "approximate",
                    "detail",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=5,
)
_GOOD: dict[str, Any] = {
    "company_name": "Alder Ltd",
    "customer_type": "new",
    "industry": {"code": "C", "detail": None},
    "founded": "2015-03",
    "company_size": {"headcount": {"low": 5, "high": None}, "revenue": None, "assets": None},
    "last_contact": "2026-05-04",
    "budget": {"low": 1, "high": 2.5, "currency": "CNY", "approximate": False},
    "contact_means": [{"kind": "phone", "value": "1"}],
    "decision_chain": [{"role": "decides", "title": "", "name": "李*"}],
    "next_plan": {"text": "x", "due": None},
    "rep_score": 4,
    "our_participants": ["a", "b"],
    "signals": [{"code": "merger", "date": "2026-03"}],
    "first_quote_at": "2026-06-01T10:00",
}


@st.composite
def _typed_rows(draw: st.DrawFn) -> dict[str, Any]:
    """A valid row with a few answers replaced by anything."""
    row = dict(_GOOD)
    for key in draw(
        st.lists(_CODES(sorted({*_GOOD, "clicks", "needed_by", "tags", "outcome"})), max_size=3, unique=True)
    ):
        row[key] = draw(_VALUES)
    return row


@pytest.mark.req("T01")
@settings(max_examples=250, deadline=None)
@given(_typed_rows())
def test_the_fast_validator_and_jsonschema_agree(row: dict[str, Any]) -> None:
    assert _fast(LEAD.schema).is_valid(row) == _exact(LEAD.schema).is_valid(row)


def test_faults_name_row_field_and_rule() -> None:
    bad = {**_GOOD, "rep_score": 9, "budget": {**_GOOD["budget"], "currency": "dollars"}}
    faults = failing([_GOOD, bad], PLAIN)
    assert {(row, field) for row, field, _ in faults} == {(1, "budget"), (1, "rep_score")}
    assert {rule for _, field, rule in faults if field == "rep_score"} == {"maximum 5"}
    assert all("dollars" not in rule for _, _, rule in faults)


@pytest.mark.req("T01")
def test_what_intake_understood_without_an_error_fits_the_schema() -> None:
    taken = taken_in(
        [
            {
                "company_name": "明河机械有限公司",
                "customer_type": "新客户",
                "company_size": "500-1000人，年营收1-5亿元",
                "contact_means": "13800000000、微信: pear_2026",
                "decision_chain": "最终决策人：总经理李*；影响者：技术主管王*",
                "founded": "2015年3月",
                "last_contact": "2026年5月4日",
                "next_plan": "11月5日前提供方案",
                "budget": "约200-300万元",
                "first_quote_at": "2026-06-01 14:30",
                "signals": "merger 2026-03",
                "tags": "a、b",
                "satisfaction": "4分",
                "urgency_stated": "高",
                "industry": "制造业-专用设备生产",
                "our_participants": "王芳、Lê Minh",
            }
        ]
    )
    assert len(rows_of(taken.tables["lead"])[0]) == 16
    assert failing(rows_of(taken.tables["lead"]), PLAIN) == []


# A team's own field (DESIGN §3): one extension file, nothing in the code names it.


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "fields.json"
    path.write_text(json.dumps(EXTENSION, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def widened(extension: Path) -> Catalogue:
    return load_catalogue(extension)


def test_a_field_of_ones_own_is_read_in_any_language_and_checked(widened: Catalogue) -> None:
    def row(n: int, **own: object) -> dict[str, object]:
        return {"company_name": f"Company {n} Ltd", "customer_type": "new", **own}

    taken = taken_in(
        [
            row(0, machine_count="12", site_code="AB-123", press_brand="Elm vi"),
            row(1, machine_count=900),
            row(2, site_code="nowhere"),
            row(3, press_brand="ash"),
            row(4, press_brand="Oak zh-Hans"),
        ],
        catalogue=widened,
    )
    own = ("machine_count", "site_code", "press_brand")
    told = {(f.name, f.row, f.field) for f in taken.findings if f.field in own}
    assert told == {
        ("out_of_range", 7, "machine_count"),
        ("does_not_fit_schema", 8, "site_code"),
        ("unknown_choice", 9, "press_brand"),
    }
    assert taken.leads["machine_count"].iloc[0] == 12
    assert [taken.leads["press_brand"].iloc[n] for n in (0, 4)] == ["elm", "oak"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_field_of_ones_own_is_in_a_new_template_with_header_key_and_help(widened: Catalogue, language: str) -> None:
    import io

    from openpyxl import load_workbook

    from leadbook.model.policy_sheet import default_policy_rows
    from leadbook.templating import build_book

    labels = load_labels(language, widened.extra_labels)
    rows, given = default_policy_rows(widened, labels)
    book = load_workbook(io.BytesIO(build_book(labels, widened, rows, given, fingerprint=policy().fingerprint)))
    sheet = book[labels.text("sheet.leads")]
    at = next(c.column for c in sheet[4] if c.value == "machine_count")
    assert sheet.cell(5, at).value == EXTENSION["labels"][language]["lead.machine_count"]
    letter = sheet.cell(6, at).column_letter
    rules = {str(rule.sqref).partition(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    rule = rules[f"{letter}6"]
    assert rule.prompt == EXTENSION["labels"][language]["lead.machine_count.help"]
    assert (rule.type, rule.formula1, rule.formula2) == ("whole", "0", "500")
    brand = next(c.column_letter for c in sheet[4] if c.value == "press_brand")
    assert rules[f"{brand}6"].formula1 == "LB_List.press_brand"


def test_an_extension_cannot_replace_a_field_or_leave_its_description_out(tmp_path: Path) -> None:
    from leadbook.errors import InvalidPolicy

    path = tmp_path / "fields.json"
    path.write_text(json.dumps({"properties": {"budget": EXTENSION["properties"]["site_code"]}}))
    with pytest.raises(InvalidPolicy) as clash:
        load_catalogue(path)
    assert (clash.value.key, clash.value.params["field"]) == ("extension_clash", "budget")
    other = tmp_path / "bare.json"
    other.write_text(json.dumps({"properties": {"bare": {"type": "string"}}}))
    with pytest.raises(InvalidPolicy) as bare:
        load_catalogue(other)
    assert (bare.value.key, bare.value.params["field"]) == ("schema_field_incomplete", "bare")


def test_the_schema_itself_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(LEAD.schema)
