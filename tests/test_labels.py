"""The words: the same keys everywhere, unique where people type them, and found again in every language."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from leadbook.labels import LANGUAGES, load_labels, load_reverse
from leadbook.labels.reverse import bare, fold
from leadbook.model.catalogue import load_catalogue
from leadbook.model.findings import finding_kinds
from leadbook.model.policy import default_policy

ROOT = Path(__file__).resolve().parents[1]
TEXTS = {language: load_labels(language).texts for language in LANGUAGES}
CATALOGUE, REVERSE, POLICY = load_catalogue(), load_reverse(), default_policy()
HOLES = re.compile(r"\{([a-z_]+)\}")
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_language
def test_every_catalogue_has_the_same_keys_in_the_same_order_of_meaning(language: str) -> None:
    english = TEXTS["en"]
    assert set(TEXTS[language]) == set(english)
    assert not [key for key, text in TEXTS[language].items() if not text.strip()]


@each_language
def test_every_text_has_the_same_placeholders(language: str) -> None:
    wrong = [k for k, text in TEXTS[language].items() if set(HOLES.findall(text)) != set(HOLES.findall(TEXTS["en"][k]))]
    assert wrong == []


@each_language
def test_no_key_stands_twice_in_a_file(language: str) -> None:
    pairs = json.loads(
        (ROOT / "leadbook" / "labels" / f"{language}.json").read_text(encoding="utf-8"), object_pairs_hook=list
    )
    assert [key for key, n in Counter(key for key, _ in pairs).items() if n > 1] == []


@each_language
def test_headers_are_unique_in_each_table_whatever_their_case(language: str) -> None:
    labels = load_labels(language)
    for table in CATALOGUE.tables.values():
        headers = [labels.header(table.key, f.key) for f in table.fields]
        assert all(labels.has(f"{table.key}.{f.key}") for f in table.fields)
        assert len({h.casefold() for h in headers}) == len(headers), table.key
        assert all(len(h) <= 255 and "\n" not in h for h in headers)


@each_language
def test_sheet_names_are_ones_that_excel_takes(language: str) -> None:
    names = [text for key, text in TEXTS[language].items() if key.startswith("sheet.")]
    assert len({n.casefold() for n in names}) == len(names)
    assert all(len(n) <= 31 and not set(n) & set("[]:*?/\\") and not n.startswith("'") for n in names)


@pytest.mark.req("K05")
@each_language
def test_help_fits_an_input_message(language: str) -> None:
    long = {
        k: len(text)
        for k, text in TEXTS[language].items()
        if k.endswith(".help") and len(text.encode("utf-16-le")) > 510
    }
    assert long == {}
    assert all(f"lead.{f.key}.help" in TEXTS[language] for f in CATALOGUE.lead.owned("rep"))


@each_language
def test_choices_are_all_there_and_unique_in_their_list(language: str) -> None:
    labels = load_labels(language)
    for name, codes in CATALOGUE.choices.items():
        assert all(labels.has(f"choice.{name}.{code}") for code in codes), name
        shown = [fold(labels.choice(name, code)) for code in codes]
        assert len(set(shown)) == len(shown), name


@pytest.mark.req("F02", "F04")
@each_language
def test_every_choice_is_found_again_however_it_is_typed(language: str) -> None:
    labels = load_labels(language)
    for name, codes in CATALOGUE.choices.items():
        for code in codes:
            text = labels.choice(name, code)
            forms = (text, text.upper(), f"  {text} ", unicodedata.normalize("NFD", text), text.replace(" ", "\u3000"))
            assert {REVERSE.choice(name, form) for form in forms} == {code}, (name, code, text)
            assert REVERSE.choice(name, code) == code


@pytest.mark.req("F04")
def test_choices_without_diacritics_are_found_where_only_one_can_be_meant() -> None:
    for name, codes in CATALOGUE.choices.items():
        plain = Counter(bare(load_labels("vi").choice(name, code)) for code in codes)
        for code in codes:
            typed = bare(load_labels("vi").choice(name, code))
            found = REVERSE.choice(name, typed)
            assert found == code or (plain[typed] > 1 and found is None) or _taken(name, typed, code), (
                name,
                code,
                typed,
            )


def _taken(name: str, typed: str, code: str) -> bool:
    """Whether the plain text is a label of another choice in another language."""
    labels = chain.from_iterable(
        [(c, load_labels(lang).choice(name, c)) for c in CATALOGUE.choices[name]] for lang in LANGUAGES
    )
    return any(c != code and bare(text) == typed for c, text in labels)


@each_language
def test_every_header_is_found_again(language: str) -> None:
    labels = load_labels(language)
    for table in CATALOGUE.tables.values():
        for field in table.fields:
            text = labels.header(table.key, field.key)
            assert REVERSE.header(table.key, text) == REVERSE.header(table.key, text.upper()) == field.key, (
                table.key,
                text,
            )
            assert REVERSE.header(table.key, field.key) == field.key


@each_language
def test_the_policy_sheet_can_name_every_field_and_derived_value(language: str) -> None:
    from leadbook.model.policy_check import FEATURES

    labels = load_labels(language)
    names = [*FEATURES, *(f.key for f in CATALOGUE.lead.fields)]
    shown = {labels.field_name(name): name for name in names}
    assert len(shown) == len(names)
    for text, name in shown.items():
        assert (REVERSE.header("feature", text) or REVERSE.header("lead", text)) == name, text


@pytest.mark.req("K05")
def test_every_finding_says_what_is_wrong_what_is_accepted_and_how_to_mend_it() -> None:
    missing = [
        f"finding.{name}.{part}" for name in finding_kinds() for part in ("message", "accepted", "fix")
        if f"finding.{name}.{part}" not in TEXTS["en"]
    ]  # fmt: skip
    assert missing == []
    codes = [kind.code for kind in finding_kinds().values()]
    assert len(set(codes)) == len(codes) and all(re.fullmatch(r"LB[0-9]{3}", code) for code in codes)


@pytest.mark.req("K05", "R21")
@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_no_help_explanation_or_tip_is_left_in_another_language(language: str) -> None:
    taught = [key for key in TEXTS["en"] if re.match(r"(finding|error|tip|question)\.|.*\.help\Z", key)]
    assert len(taught) > 500 and sum(key.startswith("tip.") for key in taught) == 10
    wordless = re.compile(r"(\{[a-z_]+\}|[^A-Za-z{])*\Z")  # nothing but placeholders and signs
    same = [key for key in taught if TEXTS[language][key] == TEXTS["en"][key] and not wordless.match(TEXTS["en"][key])]
    assert same == []


@each_language
def test_every_factor_and_gate_has_name_and_reason(language: str) -> None:
    labels = load_labels(language)
    rows = [f"policy_row.{s}.{f.id}" for s in ("factor", "urgency", "importance") for f in POLICY.factors(s)]
    rows += [f"policy_row.gate.{g.id}" for g in POLICY.gates]
    rows += [f"policy_row.setting.{key}" for key in POLICY.settings]
    assert [f"{row}.{part}" for row in rows for part in ("name", "reason") if not labels.has(f"{row}.{part}")] == []


def test_no_policy_label_outlives_its_row() -> None:
    rows = {(r["section"], r["id"]) for r in POLICY.rows} | {("setting", key) for key in POLICY.settings}
    told = {tuple(key.split(".")[1:3]) for key in TEXTS["en"] if key.startswith("policy_row.")}
    assert told - rows == set()


_RAISED = re.compile(r"(?:RefusedFile|Busy|UsedWrongly|InvalidPolicy)\(\s*\"([a-z_]+)\"")


def test_every_error_that_the_code_raises_has_a_text() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "leadbook").rglob("*.py"))
    raised = set(_RAISED.findall(code))
    assert len(raised) > 30
    assert sorted(key for key in raised if f"error.{key}" not in TEXTS["en"]) == []


def test_every_policy_problem_and_plan_word_of_the_code_has_a_text() -> None:
    source = (ROOT / "leadbook" / "model" / "policy_check.py").read_text(encoding="utf-8")
    problems = set(re.findall(r"yield [^\n]*?, \"[a-z_]+\", \"([a-z_]+)\", \{", source)) - {"when"}
    assert {f"policy_problem.{p}" for p in problems} <= set(TEXTS["en"]) and len(problems) > 10
    kinds = CATALOGUE.choices["step_kind"]
    assert all(f"plan.purpose.{kind}" in TEXTS["en"] for kind in kinds)
    plan = (ROOT / "leadbook" / "plan" / "next_step.py").read_text(encoding="utf-8")
    reasons = set(re.findall(r"\"[a-z_]*\", \"([a-z_]+)\"\),", plan)) | {"call", "ask", "send_content", "review"}
    assert "overdue_plan" in reasons and all(f"plan.reason.{reason}" in TEXTS["en"] for reason in reasons)


@pytest.mark.req("Q01", "Q02", "Q03", "Q04", "R06")
def test_every_question_is_asked_in_every_language() -> None:
    bank = json.loads((ROOT / "schemas" / "questions.json").read_text(encoding="utf-8"))
    known = {f.key for f in CATALOGUE.lead.fields}
    assert all(set(row["fields"]) <= known and row["fields"] for row in bank)
    counts = Counter(row["id"].rpartition("_")[0] or row["id"] for row in bank)
    assert counts == {"opening": 1, "star": 3, "authority": 4, "need": 4, "urgency": 3, "money": 4}
    for language in LANGUAGES:
        assert [row["id"] for row in bank if f"question.{row['id']}" not in TEXTS[language]] == []


def test_placeholders_are_filled_and_braces_in_values_survive() -> None:
    labels = load_labels("en")
    assert labels.text("policy_problem.kind", value="{x}") == '"{x}" is not a kind of factor.'
    assert labels.text("no.such.key") == "no.such.key"
    assert labels.header("lead", "made_up") == "made_up" and labels.choice("level", "made_up") == "made_up"
