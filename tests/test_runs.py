"""Whole runs over books that people work in: theirs stays theirs, equal input gives equal results (X8, X12, X19)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from copy import copy as copied
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.questions import question_for
from tests.books import (
    BODY_ROW,
    EXTENSION,
    HEADER_ROW,
    KEY_ROW,
    LEADS,
    book,
    columns,
    edited,
    parts,
    plain_book,
    process,
    put,
    sheet_part,
    table,
    table_part,
)

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OURS = ("tier", "score", "next_step_due", "to_fix")


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The usual book after its run; to be read only."""
    path = put(tmp_path_factory.mktemp("usual"), plain_book())
    assert process(path).code == 0
    return path


def results(path: Path) -> list[dict[str, Any]]:
    return table(path, "LB_Results")


def follow_ups(path: Path) -> list[dict[str, Any]]:
    return [{k: row[k] for k in ("lead_key", "kind", "due", "purpose", "owner")} for row in table(path, "LB_FollowUps")]


@pytest.mark.req("X19")
def test_a_second_run_of_the_day_adds_its_own_line_and_nothing_else(usual: Path, tmp_path: Path) -> None:
    path = put(tmp_path, usual.read_bytes())
    first = parts(path)
    process(path)
    second = parts(path)
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {sheet_part(path, "Runs"), table_part(path, "LB_Runs")}
    assert len(table(path, "LB_Runs")) == 2


@pytest.mark.req("X19", "R10")
def test_the_same_input_gives_the_same_bytes_of_results(usual: Path, tmp_path: Path) -> None:
    again = put(tmp_path, plain_book())
    process(again)
    one, two = parts(usual), parts(again)
    differing = {name for name in one if one[name] != two[name]}
    assert differing <= {sheet_part(usual, "Runs")}


# Sheets as people leave them.


def _rows_of(sheet: Any) -> tuple[int, list[list[Any]]]:
    """(last column, body rows) of the Leads table."""
    last = max(columns(sheet).values())
    rows = [
        [sheet.cell(row, column).value for column in range(1, last + 1)]
        for row in range(BODY_ROW, BODY_ROW + len(LEADS))
    ]
    return last, rows


def _sorted(workbook: Any) -> None:
    sheet = workbook["Leads"]
    _, rows = _rows_of(sheet)
    for n, values in enumerate(reversed(rows), BODY_ROW):
        for column, value in enumerate(values, 1):
            sheet.cell(n, column).value = value


def _moved(workbook: Any) -> None:
    """Columns in another order: the sheet turned round, as by cutting and inserting columns."""
    sheet = workbook["Leads"]
    last, _ = _rows_of(sheet)
    for row in range(KEY_ROW, BODY_ROW + len(LEADS)):
        cells = [
            (sheet.cell(row, column).value, copied(sheet.cell(row, column).number_format))
            for column in range(1, last + 1)
        ]
        for column, (value, style) in enumerate(reversed(cells), 1):
            sheet.cell(row, column).value, sheet.cell(row, column).number_format = value, style
    part = sheet.tables["LB_Leads"]
    for column, named in enumerate(part.tableColumns, 1):
        named.name = sheet.cell(HEADER_ROW, column).value


def _renamed(workbook: Any) -> None:
    sheet = workbook["Leads"]
    part = sheet.tables["LB_Leads"]
    for column, named in enumerate(part.tableColumns, 1):
        named.name = f"Our name {column}"
        sheet.cell(HEADER_ROW, column).value = named.name


def _inserted(workbook: Any) -> None:
    from openpyxl.worksheet.table import TableColumn

    sheet = workbook["Leads"]
    part = sheet.tables["LB_Leads"]
    last, _ = _rows_of(sheet)
    sheet.insert_cols(3)
    part.ref = (
        f"A{HEADER_ROW}:{get_column_letter(last + 1)}{part.ref.rpartition(':')[2].lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    )
    part.autoFilter.ref = part.ref
    part.tableColumns.insert(2, TableColumn(id=900, name="Lucky colour"))
    sheet.cell(HEADER_ROW, 3).value = "Lucky colour"
    for row in range(BODY_ROW, BODY_ROW + len(LEADS)):
        sheet.cell(row, 3).value = f"colour {row}"


def _headers_only(workbook: Any) -> None:
    """The hidden key row cleared: columns are found by their headers."""
    sheet = workbook["Leads"]
    last, _ = _rows_of(sheet)
    for column in range(1, last + 1):
        sheet.cell(KEY_ROW, column).value = None


@pytest.mark.req("R20")
@pytest.mark.parametrize("change", [_sorted, _moved, _renamed, _inserted, _headers_only])
def test_sorted_moved_renamed_and_inserted_columns_give_equal_results(
    usual: Path, tmp_path: Path, change: Callable[[Any], None]
) -> None:
    other = put(tmp_path, edited(plain_book(), change), "other.xlsx")
    assert process(other).code == 0
    assert results(usual) == results(other) and len(results(usual)) == len(LEADS)
    assert follow_ups(usual) == follow_ups(other)
    kinds = [sorted((row["code"], row["lead_name"]) for row in table(path, "LB_Issues")) for path in (usual, other)]
    assert kinds[0] == kinds[1]
    if change is not _headers_only:  # without keys leadbook's four columns cannot be told from one's own
        at_lead = [
            {r["company_name"]: [r[k] for k in OURS] for r in table(path, "LB_Leads") if r["company_name"]}
            for path in (usual, other)
        ]
        assert at_lead[0] == at_lead[1] and all(values[0] for values in at_lead[0].values())


@pytest.mark.req("R20")
def test_an_extra_column_is_kept_to_the_byte_and_never_scored(tmp_path: Path) -> None:
    path = put(tmp_path, edited(plain_book(), _inserted))
    before = parts(path)[sheet_part(path, "Leads")]
    process(path)
    after = parts(path)[sheet_part(path, "Leads")]
    own = re.compile(rb'<c r="C(\d+)"[^>]*>.*?</c>')
    assert [m[0] for m in own.finditer(before)] == [m[0] for m in own.finditer(after)]
    assert [row[None] for row in table(path, "LB_Leads") if row["company_name"]] == [
        f"colour {row}" for row in range(6, 11)
    ]


@pytest.mark.req("R10")
def test_hand_tags_stay_and_computed_tags_stand_apart(usual: Path) -> None:
    lead, result = table(usual, "LB_Leads")[0], results(usual)[0]
    assert lead["tags"] == "重点、老乡"
    assert result["lead_name"] == lead["company_name"]
    assert [tag.partition(":")[0] for tag in result["tags_computed"].split("; ")] == ["industry", "size", "pain"]
    assert "老乡" not in result["tags_computed"]


@pytest.mark.req("R20", "R17")
def test_leads_of_people_are_never_filled_in_by_leadbook(usual: Path) -> None:
    before, after = table(plain_book(), "LB_Leads"), table(usual, "LB_Leads")
    assert [{k: v for k, v in row.items() if k not in OURS} for row in after] == [
        {k: v for k, v in row.items() if k not in OURS} for row in before
    ]


# X12, X11.

SIGNS = ("=1+1 Ltd", "+SUM(A1) Ltd", "-2+3 Ltd", "@now Ltd", '=HYPERLINK("http://x.example","x") Ltd', "\t=1 Ltd")


@pytest.mark.req("X12")
def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    leads = [
        {
            "company_name": name,
            "customer_type": "new",
            "pain_points": f"={name}",
            "owner": name,
            "contact_name": f"={name} Full Name",
            "next_plan": f"{name} on 2026-06-20",
            "explicit_need": "=cmd",
            "rep_score": f"={n}",
        }
        for n, name in enumerate(SIGNS)
    ]
    path = put(tmp_path, book(leads, [{"lead_name": "=nobody", "at": "=now", "channel": "=x"}]))
    assert process(path).code == 1
    workbook = load_workbook(path)
    seen = set()
    for title in ("Leads", "Interactions", "Results", "Issues", "Follow-ups", "History", "Runs", "Matrix"):
        for row in workbook[title].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    seen.add(title)
                    assert title == "Issues" and str(cell.value).startswith("=HYPERLINK("), cell.coordinate
                    assert not any(name in str(cell.value) for name in SIGNS)
    assert seen == {"Issues"}
    assert {row["lead_name"] for row in results(path)} == {name.strip() for name in SIGNS}
    assert {row["value"] for row in table(path, "LB_Issues")} >= {"=0", "=nobody", "=now", "=x"}


@pytest.mark.req("X11")
def test_error_cells_and_uncalculated_formulas_become_findings_and_never_blanks(tmp_path: Path) -> None:
    def spoil(workbook: Any) -> None:
        sheet, at = workbook["Leads"], columns(workbook["Leads"])
        sheet.cell(BODY_ROW, at["customer_type"]).value = "#DIV/0!"
        sheet.cell(BODY_ROW, at["pain_points"]).value = "=A1"
        sheet.cell(BODY_ROW + 1, at["needed_by"]).value = "=TODAY()"
        sheet.cell(BODY_ROW + 2, at["company_name"]).value = "=B6"

    path = put(tmp_path, edited(plain_book(), spoil))
    said = process(path, "--json")
    told = {(f["name"], f["cell"], f["field"]) for f in json.loads(said.out)["findings"] if f["severity"] == "error"}
    letter = {key: get_column_letter(1 + n) for n, key in enumerate(load_catalogue().lead.keys())}
    assert told >= {
        ("error_cell", f"{letter['customer_type']}6", "customer_type"),
        ("uncached_formula", f"{letter['pain_points']}6", "pain_points"),
        ("uncached_formula", f"{letter['needed_by']}7", "needed_by"),
        ("identity_missing", f"{letter['company_name']}8", "company_name"),
    }
    assert not any(name in ("answer_missing", "customer_type_missing") and cell.endswith("6") for name, cell, _ in told)
    assert json.loads(said.out)["leads"] == 4


# A team's own field, from template to results (DESIGN §3).


def test_a_field_of_ones_own_goes_through_a_whole_run(tmp_path: Path) -> None:
    extension = tmp_path / "fields.json"
    extension.write_text(json.dumps(EXTENSION, ensure_ascii=False), encoding="utf-8")
    rows = [
        {**LEADS[0], "machine_count": 12, "site_code": "AB-123", "press_brand": "Elm vi"},
        {**LEADS[1], "machine_count": 900, "site_code": "here"},
    ]
    path = put(tmp_path, book(rows, (), catalogue=load_catalogue(extension)))
    before = parts(path)[sheet_part(path, "Leads")]
    said = process(path, "--extension", extension, "--json")
    report = json.loads(said.out)
    found = {(f["name"], f["field"]) for f in report["findings"]}
    assert said.code == 1 and {("out_of_range", "machine_count"), ("does_not_fit_schema", "site_code")} <= found
    assert all("here" not in json.dumps(f) for f in report["findings"])  # its own field said it is internal
    leads = table(path, "LB_Leads")
    assert [(r["machine_count"], r["site_code"], r["press_brand"]) for r in leads] == [
        (12, "AB-123", "Elm vi"),
        (900, "here", None),
    ]
    at = {key: get_column_letter(n) for key, n in columns(load_workbook(path)["Leads"]).items()}
    after = parts(path)[sheet_part(path, "Leads")]
    for key in ("machine_count", "site_code", "press_brand"):
        cells = re.compile(rf'<c r="{at[key]}\d+"[^>]*?(?:/>|>.*?</c>)'.encode())
        assert cells.findall(before) == cells.findall(after) != []
    issues = {row["field"] for row in table(path, "LB_Issues")}
    assert {"Machines", "Site code"} <= issues
    plain = json.loads(process(path, "--dry-run", "--json").out)  # without the extension it is just one's own column
    assert "machine_count" not in {f["field"] for f in plain["findings"]}


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "vi"])
def test_a_book_in_another_language_gives_the_same_numbers(usual: Path, tmp_path: Path, language: str) -> None:
    numbers = ("rank", "lead_key", "total", "total_low", "total_high", "score", "coverage", "urgency", "importance")
    other = put(tmp_path, plain_book(language), "other.xlsx")
    assert process(other).code == 0
    shown = [[tuple(row[k] for k in numbers) for row in results(path)] for path in (usual, other)]
    assert shown[0] == shown[1]
    tiers = {load_labels(language).choice("tier", tier) for tier in load_catalogue().choices["tier"]}
    assert {row["tier"] for row in results(other)} <= tiers


@pytest.mark.req("F11", "R02")
def test_a_missing_answer_comes_with_the_question_that_fills_it(tmp_path: Path) -> None:
    leads = [{k: v for k, v in LEADS[0].items() if k != "pain_points"}]
    path = put(tmp_path, book(leads, ()))
    process(path)
    issue = next(
        row for row in table(path, "LB_Issues") if row["field"] == load_labels("en").header("lead", "pain_points")
    )
    assert issue["code"] == "LB142"
    assert question_for("pain_points", load_labels("en")) in issue["fix"]
    assert issue["field"] in table(path, "LB_Leads")[0]["to_fix"]


@pytest.mark.req("F22", "R12")
def test_the_reps_own_forecast_stays_beside_the_foreseen_need(tmp_path: Path) -> None:
    path = put(
        tmp_path, book([{**LEADS[0], "predicted_need": "spare parts"}, {**LEADS[2], "predicted_need": "a crane"}], ())
    )
    process(path)
    assert [row["predicted_need"] for row in table(path, "LB_Leads")] == ["spare parts", "a crane"]
    foreseen = {row["lead_name"]: row["predicted_need"] for row in results(path)}
    assert foreseen[str(LEADS[2]["company_name"])] is None  # no rule, nothing invented
    assert not any("spare parts" in str(text) or "crane" in str(text) for text in foreseen.values())


@pytest.mark.req("T02")
def test_likelihood_is_the_score_with_its_note_and_no_percentage(usual: Path) -> None:
    for row in results(usual):
        assert row["likelihood"] == load_labels("en").text("result_text.likelihood_note", score=row["score"])
        assert "%" not in row["likelihood"] and str(row["score"]) in row["likelihood"]
