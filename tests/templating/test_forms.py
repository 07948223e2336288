"""The forms: sound packages, the same bytes, every field named in four languages, drop-downs that hold, no lock."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_from_string, range_boundaries

from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import build_catalogue, load_catalogue
from leadbook.model.policy import default_policy, make_policy
from leadbook.model.questions import bank
from leadbook.templating.__main__ import build_forms
from leadbook.templating.form import build_form
from leadbook.templating.formcells import ALIASES, slots
from leadbook.templating.formpanels import ANSWER, FINDINGS
from leadbook.templating.scorecard import thresholds

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue()
every_language = pytest.mark.parametrize("language", LANGUAGES)
KEYS = [slot.key for slot in slots(CATALOGUE)]


@cache
def forms() -> dict[str, bytes]:
    return build_forms()


def package(language: str) -> bytes:
    return forms()[f"form.{language}.xlsx"]


@cache
def opened(language: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(package(language)))


def place(language: str, name: str) -> tuple[Any, str]:
    """Sheet and range of a defined name."""
    [(sheet, area)] = opened(language).defined_names[name].destinations
    return opened(language)[sheet], area.replace("$", "")


def block(language: str, name: str) -> list[list[Any]]:
    sheet, area = place(language, name)
    cells = sheet[area]
    rows = cells if isinstance(cells, tuple) else ((cells,),)
    return [[cell.value for cell in row] for row in rows]


def rules(language: str) -> dict[tuple[str, str], Any]:
    """(sheet, first cell) to its validation."""
    found = {}
    for sheet in opened(language).worksheets:
        for rule in sheet.data_validations.dataValidation:
            for area in rule.sqref.ranges:
                found[sheet.title, area.coord.split(":")[0]] = rule
    return found


def rule_of(language: str, key: str) -> Any:
    sheet, address = place(language, f"LB_F.{key}")
    return rules(language).get((sheet.title, address))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def days_part(data: bytes) -> str:
    """The part of the sheet of free days, which follows the installed ``holidays``."""
    names = openpyxl.load_workbook(io.BytesIO(data)).sheetnames
    return f"xl/worksheets/sheet{names.index('Days') + 1}.xml"


def test_packages_have_no_fault(tmp_path: Path, package_check: Callable[[Path], list[str]]) -> None:
    files = []
    for name, data in forms().items():
        files.append(tmp_path / name)
        files[-1].write_bytes(data)
    assert [package_check(path) for path in files] == [[]] * len(LANGUAGES)


@every_language
def test_committed_form_equals_a_rebuild(language: str) -> None:
    committed = (ROOT / "templates" / f"form.{language}.xlsx").read_bytes()
    ours, theirs = parts(package(language)), parts(committed)
    assert list(ours) == list(theirs)
    free = {days_part(committed), "xl/workbook.xml"}  # the names of the days tell how many there are
    different = [name for name, new in ours.items() if new != theirs[name] and name not in free]
    assert not different, "run: python -m leadbook.templating templates"


@pytest.mark.req("T01")
def test_same_arguments_give_the_same_bytes() -> None:
    labels = load_labels("vi")
    one, two = (build_form(labels, CATALOGUE, default_policy(), rep="Lan", reps=["An"]) for _ in range(2))
    assert one == two
    assert one != build_form(labels, CATALOGUE, default_policy(), rep="An", reps=["Lan"])


@pytest.mark.req("F01", "F24")
@every_language
def test_every_field_of_a_rep_has_a_named_cell_with_its_label_beside_it(language: str) -> None:
    labels = load_labels(language)
    for slot in slots(CATALOGUE):
        sheet, address = place(language, f"LB_F.{slot.key}")
        row, column = range_boundaries(address)[1], range_boundaries(address)[0]
        own = f"form.part.{slot.key}"
        label = labels.text(own) if labels.has(own) else labels.header("lead", slot.field.key)
        assert sheet.cell(row, column - 1).value == label
        assert sheet.cell(row, column - 2).value == slot.key  # the third way to find a cell
        assert sheet.cell(row, column).value is None
    # What a team lead sets by hand belongs to the book, not to a customer's form (K04).
    rep_fields = {field.key for field in CATALOGUE.lead.owned("rep") if field.section != "override"}
    assert {slot.field.key for slot in slots(CATALOGUE)} == rep_fields
    assert place(language, "LB_F.budget.kind")[1] == place(language, "LB_F.budget_status")[1]


@every_language
def test_keys_sheet_repeats_names_and_places(language: str) -> None:
    sheet = opened(language)["Keys"]
    rows = {row[0]: (row[1], row[2]) for row in sheet.iter_rows(values_only=True)}
    assert set(rows) == {*KEYS, *ALIASES.values()}
    for key, (name, address) in rows.items():
        there, area = place(language, f"LB_F.{key}")
        assert (there.title, area) == (name, address)
    assert [ws.sheet_state for ws in opened(language).worksheets] == ["visible"] * 5 + ["veryHidden"] * 4


@pytest.mark.req("F02", "F04", "F15", "F16", "F18")
@every_language
def test_drop_downs_offer_the_choices_of_the_language(language: str) -> None:
    labels, seen = load_labels(language), 0
    for slot in slots(CATALOGUE):
        if slot.list is None:
            continue
        rule = rule_of(language, slot.key)
        assert rule.type == "list" and rule.formula1.startswith("LB_List."), slot.key
        shown = [row[0] for row in block(language, rule.formula1)]
        assert shown == [labels.choice(slot.list, code) for code in CATALOGUE.choices[slot.list]]
        seen += 1
    assert seen >= 28
    for rule in rules(language).values():
        assert len(rule.formula1 or "") <= 255
        named = re.findall(r"LB_[A-Za-z_.]+", rule.formula1 or "")
        known = set(opened(language).defined_names)
        assert all(name in known or any(k.startswith(name) for k in known) for name in named)


@pytest.mark.req("K05")
@every_language
def test_every_input_cell_says_its_filling_rule(language: str) -> None:
    labels = load_labels(language)
    for slot in slots(CATALOGUE):
        rule = rule_of(language, slot.key)
        assert rule is not None and rule.prompt, slot.key
        assert len(rule.prompt) <= 255 and len(rule.promptTitle or "") <= 32
        if not slot.part and not labels.has(f"form.part.{slot.key}.help"):
            assert rule.prompt == labels.text(f"lead.{slot.key}.help")
    low = rule_of(language, "budget.low")
    assert (low.type, low.formula1, low.errorStyle or "stop") == ("decimal", "0", "stop")


@pytest.mark.req("R02")
@every_language
def test_required_marks_follow_the_customer_type(language: str) -> None:
    fields = block(language, "LB_RequiredFields")[0]
    assert {"decision_chain", "past_projects", "company_size"} <= set(fields)
    for key in fields:
        sheet, address = place(language, f"LB_F.{key}")
        formulas = _formats_at(sheet, address)
        assert any("LB_Required" in f and "LB_F.customer_type" in f for f in formulas), key
        column, row = coordinate_from_string(address)
        label = f"{chr(ord(column) - 1)}{row}"
        assert any("LB_Required" in f for f in _formats_at(sheet, label)), f"no asterisk at the label of {key}"


@every_language
def test_cells_with_findings_turn_red(language: str) -> None:
    for slot in slots(CATALOGUE):
        sheet, address = place(language, f"LB_F.{slot.key}")
        assert f'ISNUMBER(MATCH("{slot.field.key}",LB_FormIssueKeys,0))' in _formats_at(sheet, address)


def _formats_at(sheet: Any, address: str) -> list[str]:
    """The formulas of all conditional formats that cover a cell."""
    return [rule.formula[0] for area in sheet.conditional_formatting if address in area for rule in area.rules]


@pytest.mark.req("R08")
@every_language
def test_interactions_are_a_real_table_with_hidden_keys(language: str) -> None:
    labels = load_labels(language)
    sheet = opened(language)[labels.text("sheet.interactions")]
    table = sheet.tables["LB_Interactions"]
    left, top, right, bottom = range_boundaries(table.ref)
    keys = [field.key for field in CATALOGUE.table("interaction").fields if not field.key.startswith("lead_")]
    assert [sheet.cell(top - 1, column).value for column in range(left, right + 1)] == keys
    assert sheet.row_dimensions[top - 1].hidden
    assert [column.name for column in table.tableColumns] == [labels.header("interaction", key) for key in keys]
    assert bottom - top >= 12
    assert place(language, "LB_Form.at")[1].startswith(f"A{top + 1}:")


# The bank as the requirements have it: how many questions of each kind, from broad to narrow.
BANK = {"opening": 1, "star": 3, "authority": 4, "need": 4, "urgency": 3, "money": 4}
IDS = [kind if count == 1 else f"{kind}_{n}" for kind, count in BANK.items() for n in range(1, count + 1)]


def asked(language: str) -> dict[str, tuple[int, str]]:
    """Row and text of each question in the guide of an empty form, as a program shows it."""
    labels = load_labels(language)
    book = openpyxl.load_workbook(io.BytesIO(package(language)), data_only=True)
    shown = [str(cell.value or "") for cell in book[labels.text("sheet.form_questions")]["B"]]
    blanks = {name: labels.text(f"guide.fill.{name}") for name in ("business_area", "situation")}
    texts = {name: labels.text(f"question.{name}", **blanks) for name in IDS}
    return {name: (shown.index(text) + 1, text) for name, text in texts.items()}


@pytest.mark.req("Q01", "Q02", "Q03", "Q04", "R03", "R06")
@every_language
def test_question_guide_holds_the_bank_in_order_and_marks_open_ones(language: str) -> None:
    sheet = opened(language)[load_labels(language).text("sheet.form_questions")]
    assert [question["id"] for question in bank()] == IDS
    found = asked(language)
    rows = [row for row, _ in found.values()]
    assert rows == sorted(rows) and len(set(rows)) == 19
    for question in bank():
        row = found[str(question["id"])][0]
        formulas = _formats_at(sheet, f"B{row}")
        assert len(formulas) == 1 and sheet[f"A{row}"].value.startswith(f"=IF({formulas[0]},")
        for field in question["fields"]:  # type: ignore[attr-defined]
            cells = [slot for slot in slots(CATALOGUE) if slot.field.key == field]
            names = [slot.name for slot in cells if slot.part in ("", "low", "high")]
            assert names and all(f'{name}=""' in formulas[0] for name in names)


@pytest.mark.req("R03", "R06", "Q01", "Q02", "Q03", "Q04")
def test_no_question_is_left_in_another_language() -> None:
    texts = {language: {name: text for name, (_, text) in asked(language).items()} for language in LANGUAGES}
    for name in IDS:
        assert len({texts[language][name] for language in LANGUAGES}) == len(LANGUAGES), name
    for language in LANGUAGES:
        assert len(set(texts[language].values())) == 19
        assert not [text for text in texts[language].values() if re.search(r"\{[a-z_]+\}", text)]


@pytest.mark.req("R06")
def test_each_missing_answer_about_the_need_has_its_questions_of_situation_task_and_result() -> None:
    """Situation, task, action and result ask for the difficulty, what is wanted, and what was tried."""
    star = {str(q["id"]): set(q["fields"]) for q in bank() if str(q["id"]).startswith("star")}  # type: ignore[call-overload]
    assert set(star) == {"star_1", "star_2", "star_3"}
    assert "pain_points" in star["star_1"] and {"goals", "new_needs"} <= star["star_2"]
    assert {"past_projects", "competition"} <= star["star_3"]
    needs = {"pain_points", "goals", "explicit_need", "implicit_need", "need_clarity", "new_needs"}
    by_question = [set(q["fields"]) for q in bank() if q["criterion"] == "need"]  # type: ignore[call-overload]
    assert all(any(field in fields for fields in by_question) for field in needs)


@pytest.mark.req("R03")
@every_language
def test_every_blank_of_a_question_is_filled_by_the_form_or_shown_in_brackets_with_a_word_about_it(
    language: str,
) -> None:
    labels = load_labels(language)
    sheet = opened(language)[labels.text("sheet.form_questions")]
    blanks = {name: labels.text(f"guide.fill.{name}") for name in ("business_area", "situation")}
    with_blank = {name: [b for b in blanks if f"{{{b}}}" in labels.texts[f"question.{name}"]] for name in IDS}
    assert {name: found for name, found in with_blank.items() if found} == {
        "opening": ["business_area"], "star_1": ["situation"]
    }  # fmt: skip
    rows = asked(language)
    formula = sheet.cell(rows["opening"][0], 2).value
    assert f'IF(LB_F.industry="","{blanks["business_area"]}",LB_F.industry)' in formula
    assert blanks["situation"] in sheet.cell(rows["star_1"][0], 2).value
    assert all(text[0] in "[［" and text[-1] in "]］" for text in blanks.values())
    assert re.search(r"[\[［].+[\]］]", labels.text("form.questions.purpose"))
    assert sheet["A2"].value == labels.text("form.questions.purpose")


@every_language
def test_blocks_have_their_size_and_nothing_is_locked(language: str) -> None:
    sizes = {
        "LB_Form.preliminary": (5, 2), "LB_Form.answer": (len(ANSWER), 2), "LB_Form.findings": (FINDINGS, 5),
        "LB_FormIssueKeys": (FINDINGS, 1), "LB_Form.as_of": (1, 1), "LB_Form.rep": (1, 1),
    }  # fmt: skip
    assert {name: (len(block(language, name)), len(block(language, name)[0])) for name in sizes} == sizes
    assert all(row[1] is None for row in block(language, "LB_Form.answer"))
    assert block(language, "LB_Form.as_of") == [["=TODAY()"]]
    assert not any(ws.protection.sheet for ws in opened(language).worksheets)
    assert opened(language).security is None or not opened(language).security.lockStructure
    first = opened(language).worksheets[0]
    assert first.title == load_labels(language).text("sheet.form")
    assert (first.page_setup.paperSize, first.page_setup.orientation) == (9, "portrait")


@every_language
def test_every_text_is_translated(language: str) -> None:
    shown = [ws for ws in opened(language).worksheets if ws.sheet_state == "visible"]
    texts = {c.value for ws in shown for row in ws.iter_rows() for c in row if isinstance(c.value, str)}
    unresolved = re.compile(r"\b(template|form|guide|question|sheet|section|choice|result)\.[a-z_]+[a-z_.0-9]*")
    named = re.compile(r"LB_Form\.[a-z_]+")
    assert not [text for text in texts if unresolved.search(named.sub("", text))]
    assert not [text for text in texts if re.search(r"\{[a-z_]+\}", text)]


def test_properties_carry_the_policy_and_the_rep() -> None:
    policy = make_policy("other", default_policy().settings, default_policy().rows[:-1])
    data = build_form(load_labels("en"), CATALOGUE, policy, rep="Lan", reps=["An", "Lan"])
    book = openpyxl.load_workbook(io.BytesIO(data))
    properties = {p.name: p.value for p in book.custom_doc_props.props}
    assert properties == {
        "leadbook.kind": "form", "leadbook.language": "en", "leadbook.template": "1",
        "leadbook.policy": policy.fingerprint, "leadbook.rep": "Lan",
    }  # fmt: skip
    assert policy.fingerprint != default_policy().fingerprint
    [(sheet, area)] = book.defined_names["LB_F.owner"].destinations
    assert book[sheet][area].value == "Lan"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_formulas_are_those_of_excel_2010(language: str) -> None:
    """No function that needs a prefix, and no array formula."""
    allowed = {
        "ABS", "AND", "COUNT", "COUNTA", "DATE", "DAY", "IF", "IFERROR", "INDEX", "INT", "ISNUMBER", "MATCH", "MAX",
        "MIN", "MOD", "MONTH", "NETWORKDAYS", "OR", "ROUND", "SUBSTITUTE", "SUM", "SUMPRODUCT", "TEXT", "TODAY", "YEAR",
    }  # fmt: skip
    for name, data in parts(package(language)).items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        assert b'<f t="array"' not in data
        for formula in re.findall(r"<f>([^<]*)</f>", data.decode()):
            bare = re.sub(r"&quot;|\"[^\"]*\"", '"', re.sub(r"&quot;.*?&quot;", '""', formula))
            assert set(re.findall(r"([A-Z][A-Z0-9_.]*)\(", re.sub(r'"[^"]*"', "", bare))) <= allowed, formula
            assert len(formula) < 8192 and "_xlfn" not in formula


def test_a_field_of_an_extension_gets_its_cell(tmp_path: Path) -> None:
    extension = tmp_path / "more.json"
    notes = {"id": "X", "section": "plan", "order": 405, "kind": "choice", "widget": "list", "width": 12,
             "sensitivity": "public", "owner": "rep", "list": "level"}  # fmt: skip
    own = {"pilot": {"enum": ["high", "mid", "low"], "x-leadbook": notes}}
    import json

    words = {lang: {"lead.pilot": f"Pilot {lang}"} for lang in LANGUAGES}
    extension.write_text(json.dumps({"properties": own, "labels": words}), encoding="utf-8")
    catalogue = build_catalogue(ROOT / "schemas", extension)
    rows = [*default_policy().rows, {"section": "factor", "id": "pilot", "criterion": "need", "reads": "pilot",
                                     "kind": "choice", "answer": "high", "points": 9}]  # fmt: skip
    policy = make_policy("more", default_policy().settings, rows)
    data = build_form(load_labels("vi", catalogue.extra_labels), catalogue, policy)
    book = openpyxl.load_workbook(io.BytesIO(data))
    [(sheet, area)] = book.defined_names["LB_F.pilot"].destinations
    row, column = book[sheet][area].row, book[sheet][area].column
    assert book[sheet].cell(row, column - 1).value == "Pilot vi"
    formulas = [c.value for line in book["Score"].iter_rows() for c in line if isinstance(c.value, str)]
    assert any("LB_F.pilot" in formula for formula in formulas)


def test_thresholds_are_the_totals_where_the_score_changes() -> None:
    import pandas as pd

    from leadbook.scoring.score import likelihood, score_of

    policy = default_policy()
    for score, bound in zip((2, 3, 4, 5), thresholds(policy), strict=True):
        found = score_of(likelihood(pd.Series([bound - 1.0, float(bound)]), policy), policy)
        assert list(found) == [score - 1, score]
    flat = make_policy("flat", {**policy.settings, "score_2": 0, "score_5": 2}, policy.rows)
    low, *_, high = thresholds(flat)
    assert low < -(10**6) and high > 10**6


def test_holidays_of_the_form_are_those_of_the_program() -> None:
    import numpy as np

    from leadbook.model.workdays import calendar
    from leadbook.templating.formdays import moved_days

    moved = {(region, day): sign for day, sign, region in moved_days(2026)}
    epoch = np.datetime64("1899-12-30")
    assert moved["CN", int((np.datetime64("2026-02-14") - epoch).astype(int))] == -1  # a worked Saturday
    for region in ("CN", "TW", "HK", "VN"):
        for day in np.arange("2024-01-01", "2028-01-01", dtype="datetime64[D]"):
            sign = moved.get((region, int((day - epoch).astype(int))), 0)
            worked = bool(np.is_busday(day)) if sign == 0 else sign == -1
            assert worked == bool(np.is_busday(day, busdaycal=calendar(region, 2027)))
