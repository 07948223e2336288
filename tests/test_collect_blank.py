"""Forms that nobody has filled yet wait in the inbox; answers without a customer's name are an error (X10, K05)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from leadbook.assets import folder, read_json
from leadbook.labels import LANGUAGES, load_labels
from tests.books import leadbook, process, table
from tests.forms import customer_sheet, filled, template
from tests.test_collect import cell_of, collect

EN = load_labels("en")
ACME = {"company_name": "Silver Birch Looms Ltd", "goals": "grow"}


def not_filled(*names: str) -> str:
    return EN.text("collect.not_filled", count=len(names), files=", ".join(names))


@pytest.mark.req("X10")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("rep", ["", "Lan Phạm"])
def test_forms_handed_out_and_not_filled_yet_are_counted_and_no_error(
    team: Path, inbox: Path, language: str, rep: str
) -> None:
    words = ["--rep", rep] if rep else []
    assert leadbook("new", "form", inbox / "f.xlsx", "--lang", language, *words, "-n", 3).code == 0
    before = {path: path.read_bytes() for path in (team, *inbox.glob("*.xlsx"))}
    said = collect(team, inbox)
    line = not_filled("inbox/f-01.xlsx", "inbox/f-02.xlsx", "inbox/f-03.xlsx")
    assert said.code == 0 and line in said.out and EN.text("collect.refused", count=3) not in said.out
    report = json.loads(collect(team, inbox, "--json").out)
    jsonschema.validate(report, read_json(folder("schemas") / "run_report.schema.json"))
    forms = report["forms"]
    assert forms["not_filled"] == [f"inbox/f-0{n}.xlsx" for n in (1, 2, 3)]
    assert (forms["files"], forms["refused"], forms["skipped"], forms["taken_in"]) == (3, [], [], [])
    assert {path: path.read_bytes() for path in before} == before
    plain = process(team).code
    assert process(team, "--forms", inbox).code == plain
    del before[team]
    assert {path: path.read_bytes() for path in before} == before


def test_who_fills_it_and_as_of_alone_are_no_answers(team: Path, inbox: Path) -> None:
    first = filled({"owner": "Ana Kim", "goals": "  "})
    (inbox / "a.xlsx").write_bytes(first)
    said = collect(team, inbox)
    assert said.code == 0 and not_filled("inbox/a.xlsx") in said.out
    (inbox / "a.xlsx").write_bytes(
        filled({"company_name": "Silver Birch Looms Ltd", "customer_type": "Potential customer"}, start=first)
    )
    said = collect(team, inbox)
    assert said.code == 0 and not_filled("inbox/a.xlsx") not in said.out
    row = next(row for row in table(team, "LB_Leads") if row["company_name"] == "Silver Birch Looms Ltd")
    assert row["owner"] == "Ana Kim"


@pytest.mark.req("X10", "K05")
@pytest.mark.parametrize("language", LANGUAGES)
def test_any_answer_without_the_customers_name_is_an_error_that_names_the_cell(
    team: Path, inbox: Path, language: str
) -> None:
    for name, answers in (("a", {"pain_points": "stops"}), ("b", {"owner": "Ana Kim", "rep_score": 3.0})):
        (inbox / f"{name}.xlsx").write_bytes(filled(answers, language=language))
    talk = {"at": date(2026, 6, 10), "content": "asked"}
    (inbox / "c.xlsx").write_bytes(filled({}, [talk], language=language))
    said = collect(team, inbox)
    assert said.code == 1
    cell = f"{load_labels(language).text('sheet.form')}!{cell_of('company_name')}"
    header = EN.header("lead", "company_name")
    for name in "abc":
        assert EN.text("error.form_nameless", file=f"inbox/{name}.xlsx", field=header, cell=cell) in said.out
    assert len(table(team, "LB_Leads")) == 5


@pytest.mark.req("X10")
def test_a_row_of_a_customer_list_without_a_name_is_named_with_its_cell(team: Path, inbox: Path) -> None:
    rows = [{"region": "CN", "company_name": "Red Oak Mills Ltd", "goals": "x"}, {"region": "VN", "goals": "y"}]
    (inbox / "list.xlsx").write_bytes(customer_sheet(rows))
    said = collect(team, inbox)
    header = EN.header("lead", "company_name")
    assert EN.text("error.form_nameless", file="inbox/list.xlsx", field=header, cell="Sheet!B5") in said.out
    assert said.code == 1 and len(table(team, "LB_Leads")) == 6


@pytest.mark.req("X10", "R17")
def test_a_form_that_was_emptied_after_it_was_taken_in_is_named_and_the_book_keeps_what_it_said(
    team: Path, inbox: Path
) -> None:
    (inbox / "a.xlsx").write_bytes(filled(ACME))
    collect(team, inbox)
    before = team.read_bytes()
    (inbox / "a.xlsx").write_bytes(template())
    said = collect(team, inbox)
    assert said.code == 1 and EN.text("error.form_emptied", file="inbox/a.xlsx") in said.out
    assert not_filled("inbox/a.xlsx") not in said.out and team.read_bytes() == before
