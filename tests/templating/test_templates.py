"""The ready books: sound packages, the schema's fields and choices in four languages, fixed chart ranges."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import openpyxl
import pytest
from openpyxl.utils.cell import range_boundaries

from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.call_note import BLANKS, call_note
from leadbook.model.catalogue import TABLES, load_catalogue
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book
from leadbook.templating.__main__ import build_all

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = load_catalogue()
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FIXED = re.compile(r"^(?:'((?:[^']|'')+)'|([^'!]+))!\$[A-Z]{1,3}\$[0-9]+(?::\$[A-Z]{1,3}\$[0-9]+)?$")
every_language = pytest.mark.parametrize("language", LANGUAGES)


@cache
def books() -> dict[str, bytes]:
    return build_all()


def package(language: str) -> bytes:
    return books()[f"book.{language}.xlsx"]


@cache
def opened(language: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(package(language)))


def build(language: str, content: dict[str, list[dict[str, object]]]) -> bytes:
    labels = load_labels(language)
    return build_book(labels, CATALOGUE, *default_policy_rows(CATALOGUE, labels), content)


def parts(data: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def tables(language: str) -> dict[str, tuple[Any, Any]]:
    return {t.name: (ws, t) for ws in opened(language).worksheets for t in ws.tables.values()}


def left_of(table: Any) -> int:
    return int(range_boundaries(table.ref)[0] or 1)


def block(language: str, name: str) -> list[list[Any]]:
    """The values of a defined range, row by row."""
    book = opened(language)
    [(sheet, area)] = book.defined_names[name].destinations
    cells = book[sheet][area]
    rows = cells if isinstance(cells, tuple) else ((cells,),)
    return [[c.value for c in row] for row in rows]


def test_packages_have_no_fault(tmp_path: Path, package_check: Callable[[Path], list[str]]) -> None:
    files = []
    for name, data in books().items():
        files.append(tmp_path / name)
        files[-1].write_bytes(data)
    filled = tmp_path / "filled.xlsx"
    filled.write_bytes(build("en", {"lead": [{"company_name": "Acme"}], "team": [{"rep": "An"}]}))
    assert [package_check(path) for path in (*files, filled)] == [[]] * (len(files) + 1)


@every_language
@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_committed_template_equals_a_rebuild(language: str, suffix: str) -> None:
    name = f"book.{language}{suffix}"
    ours, theirs = parts(books()[name]), parts((ROOT / "templates" / name).read_bytes())
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    different = [name for (name, new), (_, old) in zip(ours, theirs, strict=True) if new != old]
    assert not different, "run: python -m leadbook.templating templates"


@pytest.mark.req("T01")
def test_same_arguments_give_the_same_bytes() -> None:
    assert build("vi", {}) == build("vi", {})


@every_language
def test_tables_carry_the_schema_in_the_language(language: str) -> None:
    labels, found = load_labels(language), tables(language)
    assert set(found) == {CATALOGUE.table(key).name for key in TABLES}
    for key in TABLES:
        table = CATALOGUE.table(key)
        sheet, placed = found[table.name]
        left, keys = left_of(placed), list(table.keys())
        columns = range(left, left + len(keys))
        assert sheet.title == labels.text(f"sheet.{table.sheet}")
        assert [sheet.cell(4, column).value for column in columns] == keys
        assert sheet.row_dimensions[4].hidden
        headers = [labels.header(key, name) for name in keys]
        assert [sheet.cell(5, column).value for column in columns] == headers
        assert [column.name for column in placed.tableColumns] == headers
        assert block(language, f"{table.name}.keys") == [keys]
        assert sheet.freeze_panes is not None and sheet.freeze_panes.endswith("6")


@every_language
def test_every_text_of_the_book_is_translated(language: str) -> None:
    texts = {c.value for ws in opened(language).worksheets[:-1] for row in ws.iter_rows() for c in row if c.value}
    unresolved = re.compile(r"^(template|guide|tip|question|sheet|section|choice)\.[a-z_.0-9]+$")
    assert not [text for text in texts if isinstance(text, str) and unresolved.match(text)]
    assert not [text for text in texts if isinstance(text, str) and re.search(r"\{[a-z_]+\}", text)]


@every_language
def test_first_body_row_shows_values_by_their_kind(language: str) -> None:
    formats = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm", "percent": "0%", "integer": "0"}
    formats["number"] = "General"
    for key in TABLES:
        sheet, placed = tables(language)[CATALOGUE.table(key).name]
        for column, field in enumerate(CATALOGUE.table(key).fields, left_of(placed)):
            cell = sheet.cell(6, column)
            if field.kind != "link":
                amount = key == "forecast" and field.kind == "number"
                assert cell.number_format == ("#,##0" if amount else formats.get(field.kind, "@")), (key, field.key)
            assert bool(cell.alignment.wrap_text) == (field.wrap and field.kind not in formats), (key, field.key)
            assert cell.alignment.vertical == "top"


@every_language
def test_body_rows_have_no_fixed_height(language: str) -> None:
    names = {ws.title for ws, _ in tables(language).values()}
    for sheet in opened(language).worksheets:
        if sheet.title in names:
            assert not [row for row, size in sheet.row_dimensions.items() if row >= 6 and size.height is not None]


def validations(language: str, key: str) -> dict[str, Any]:
    """Field key to the validation of its column."""
    sheet, placed = tables(language)[CATALOGUE.table(key).name]
    first, found = left_of(placed), {}
    fields = CATALOGUE.table(key).fields
    for rule in sheet.data_validations.dataValidation:
        [area] = rule.sqref.ranges
        assert (area.min_row, area.max_row, area.size["columns"]) == (6, 10005, 1)
        if first <= area.min_col < first + len(fields):  # Policy holds two tables side by side
            found[fields[area.min_col - first].key] = rule
    return found


@pytest.mark.req("F04", "F15", "F18")
@every_language
def test_drop_downs_show_the_choices_of_the_language(language: str) -> None:
    labels, seen = load_labels(language), 0
    for key in TABLES:
        rules = validations(language, key)
        for field in CATALOGUE.table(key).owned("rep"):
            if field.kind != "choice":
                continue
            rule = rules[field.key]
            assert (rule.type, rule.errorStyle or "stop", bool(rule.showErrorMessage)) == ("list", "stop", True)
            shown = [row[0] for row in block(language, rule.formula1)]
            assert shown == [labels.choice(field.list, code) for code in CATALOGUE.choices[str(field.list)]]
            seen += 1
    assert seen >= 30


@pytest.mark.req("F02")
@every_language
def test_second_level_of_industry_follows_the_first_and_own_words_stay_possible(language: str) -> None:
    labels = load_labels(language)
    rules = validations(language, "lead")
    assert rules["industry"].errorStyle == rules["industry_detail"].errorStyle == "information"
    assert 'INDIRECT("LB_Detail."&' in rules["industry_detail"].formula1
    names = [row[0] for row in block(language, "LB_IndustryLabels")]
    codes = [row[0] for row in block(language, "LB_IndustryCodes")]
    for code in CATALOGUE.choices["industry"]:
        assert codes[names.index(labels.choice("industry", code))] == code
        assert [row[0] for row in block(language, f"LB_Detail.{code}")][0] == labels.text(
            f"choice.industry_detail.{code}01"
        )


@pytest.mark.req("F09", "F17", "F23", "K05")
@every_language
def test_limits_and_messages_of_validations(language: str) -> None:
    labels = load_labels(language)
    for key in TABLES:
        for name, rule in validations(language, key).items():
            for text, most in ((rule.prompt, 255), (rule.error, 255), (rule.promptTitle, 32), (rule.errorTitle, 32)):
                assert len(text or "") <= most
            assert len(rule.formula1 or "") <= 255
            if labels.has(f"{key}.{name}.help"):
                assert rule.prompt == labels.text(f"{key}.{name}.help")
    lead = validations(language, "lead")
    assert (lead["rep_score"].formula1, lead["rep_score"].formula2, lead["rep_score"].type) == ("1", "5", "whole")
    assert (lead["last_contact"].errorStyle, lead["last_contact"].formula1) == ("warning", "TODAY()")
    assert lead["founded"].type in (None, "none")
    assert all(len(ws.title) <= 31 for ws in opened(language).worksheets)


def schema_needs(kind: str) -> set[str]:
    """What jsonschema misses in a lead that has only its name and type."""
    given = {"company_name": "Acme", "customer_type": kind}
    errors = jsonschema.Draft202012Validator(CATALOGUE.lead.schema).iter_errors(given)
    return {key for error in errors if error.validator == "required" for key in error.validator_value} - set(given)


@pytest.mark.req("R02")
@every_language
@pytest.mark.parametrize("kind", CATALOGUE.choices["customer_type"])
def test_required_marks_equal_the_schema(language: str, kind: str) -> None:
    fields = block(language, "LB_RequiredFields")[0]
    types = [row[0] for row in block(language, "LB_RequiredTypes")]
    marks = block(language, "LB_Required")
    for typed in LANGUAGES:  # a type typed in any of the languages counts
        row = marks[types.index(load_labels(typed).choice("customer_type", kind))]
        marked = {key for key, mark in zip(fields, row, strict=True) if mark == 1}
        assert marked == schema_needs(kind) | set(CATALOGUE.lead.schema["required"])


@every_language
def test_charts_read_fixed_ranges_only(language: str) -> None:
    sheets, count = set(opened(language).sheetnames), 0
    for name, data in parts(package(language)):
        if not re.match(r"xl/charts/chart[0-9]+\.xml", name):
            continue
        count += 1
        root = ElementTree.fromstring(data)
        formulas = [f.text or "" for f in root.iter("{http://schemas.openxmlformats.org/drawingml/2006/chart}f")]
        assert formulas
        for formula in formulas:
            match = FIXED.match(formula)
            assert match, formula
            assert (match[1] or match[2]).replace("''", "'") in sheets
    assert count == 8


@every_language
def test_defined_names_are_valid_and_point_at_sheets(language: str) -> None:
    book = opened(language)
    names = list(book.defined_names)
    for name in names:
        assert re.fullmatch(r"LB_[A-Za-z_.]+", name), name
        [(sheet, area)] = book.defined_names[name].destinations
        assert sheet in book.sheetnames and re.fullmatch(r"[$A-Z0-9:]+", area)
    sizes = {name: (len(block(language, name)), len(block(language, name)[0])) for name in names}
    expected = {
        "LB_Matrix.do_first": (13, 5), "LB_Matrix.schedule": (13, 5), "LB_Matrix.respond": (13, 5),
        "LB_Matrix.watch": (13, 5), "LB_Matrix.unplaced": (1, 1), "LB_Matrix.points": (60, 6),
        "LB_Dash.summary": (8, 1), "LB_Dash.tiers": (6, 1), "LB_Dash.quadrants": (5, 1), "LB_Dash.weeks": (26, 5),
        "LB_Dash.overdue": (20, 3), "LB_Dash.quality": (15, 2), "LB_Dash.forecast": (12, 6),
        "LB_Dash.forecast_note": (1, 1), "LB_Dash.unused_note": (1, 1), "LB_Guide.stamp": (1, 2),
        "LB_Guide.criteria": (8, 4), "LB_Guide.tiers": (5, 2), "LB_Products": (50, 1), "LB_Reps": (200, 1),
        "LB_IssueKeys": (20000, 1),
        "LB_LeadNames": (10000, 1), "LB_Styles": (1, 9),
    }  # fmt: skip
    assert {name: sizes[name] for name in expected} == expected
    # Excel compares names without regard to case, and tables share their name space.
    folded = [name.casefold() for name in [*names, *tables(language)]]
    assert len(folded) == len(set(folded))


@every_language
def test_sheets_stand_in_order_and_lists_are_very_hidden(language: str) -> None:
    labels, book = load_labels(language), opened(language)
    order = ("leads", "interactions", "results", "matrix", "follow_ups", "worklists", "dashboard", "forecast",
             "relations", "issues", "history", "team", "policy", "guide", "runs", "done", "forms", "lists")  # fmt: skip
    assert book.sheetnames == [labels.text(f"sheet.{key}") for key in order]
    assert [ws.sheet_state for ws in book.worksheets] == ["visible"] * 17 + ["veryHidden"]
    properties = {p.name: p.value for p in book.custom_doc_props.props}
    assert properties["leadbook.language"] == language
    assert properties["leadbook.template"] == "2"
    assert re.fullmatch(r"[0-9a-f]{12}", properties["leadbook.policy"])


@pytest.mark.req("Q01", "Q02", "Q03", "Q04", "Q05", "R06", "R21", "U04")
@every_language
def test_guide_answers_its_questions(language: str) -> None:
    labels = load_labels(language)
    sheet = opened(language)[labels.text("sheet.guide")]
    column = [str(c.value or "") for c in sheet["B"]]
    bank = [labels.text(key) for key in labels.texts if key.startswith("question.")]
    asked = [text for text in bank if "{" not in text]
    assert len(asked) >= 16
    places = [column.index(text) for text in asked]
    assert places == sorted(places)
    for heading in ("qualified", "questions", "traits", "scoring", "risk", "tips", "use"):
        assert labels.text(f"guide.{heading}.title") in column
    tips = [labels.text(f"tip.{number:02d}") for number in range(1, 11)]
    places = [column.index(tip) for tip in tips]
    assert len(set(tips)) == 10 and places == sorted(places)
    note = call_note(labels, {})
    assert len(note) == 4 and column.index(note[0]) == column.index(labels.text("guide.note.intro")) + 1
    assert column[column.index(note[0]) :][:4] == note
    blanks = [labels.text(f"call_note.blank.{name}") for name in BLANKS]
    assert all(any(blank in line for line in note) for blank in blanks) and not any("{" in line for line in note)


def test_content_is_written_by_type_and_text_never_becomes_a_formula() -> None:
    rows: list[dict[str, object]] = [
        {"company_name": '=HYPERLINK("x")', "tax_id": "00123", "last_contact": date(2026, 1, 5), "rep_score": 4,
         "first_quote_at": datetime(2026, 1, 5, 14, 30), "founded": "2015-03", "focus": None},
        {"company_name": "Beta"},
    ]  # fmt: skip
    book = openpyxl.load_workbook(io.BytesIO(build("zh-Hant", {"lead": rows, "issue": [{"code": "LB101"}]})))
    sheet = book[load_labels("zh-Hant").text("sheet.leads")]
    at = {key: sheet.cell(6, column) for column, key in enumerate(CATALOGUE.lead.keys(), 1)}
    assert (at["company_name"].data_type, at["company_name"].value) == ("s", '=HYPERLINK("x")')
    assert (at["tax_id"].value, at["founded"].value, at["rep_score"].value) == ("00123", "2015-03", 4)
    assert at["last_contact"].value == datetime(2026, 1, 5)
    assert at["first_quote_at"].value == datetime(2026, 1, 5, 14, 30)
    assert at["focus"].value is None
    assert sheet.tables["LB_Leads"].ref.endswith("17")  # two rows and ten spare ones below the header in row 5
    assert book[load_labels("zh-Hant").text("sheet.issues")].tables["LB_Issues"].ref.endswith("6")
