"""What a fresh user broke: cut-off forms, keys that change, moved forms, two firms of one tax id (R04, R17, F01)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leadbook.assets import folder, read_json
from leadbook.labels import load_labels
from leadbook.model.findings import finding_kinds
from leadbook.workbook.package import Package
from tests.books import book, edited, packed, parts, process, put, sheet_part, table, type_in
from tests.forms import filled, template
from tests.test_collect import cell_of, collect

EN = load_labels("en")
CODE = finding_kinds()["same_tax_id"].code
ACME: Mapping[str, Any] = {
    "company_name": "Silver Birch Looms Ltd", "customer_type": "New customer", "pain_points": "slow change-over",
    "focus": "price", "last_contact": date(2026, 6, 10), "owner": "Ana Kim",
}  # fmt: skip


def lead(path: Path, name: str = "Silver Birch Looms Ltd") -> dict[str, Any]:
    found: list[dict[str, Any]] = [row for row in table(path, "LB_Leads") if row["company_name"] == name]
    assert len(found) == 1, found
    return found[0]


def said_again(team: Path, inbox: Path) -> Any:
    """A second run; nothing may change by it."""
    before = {path: path.read_bytes() for path in (team, *inbox.rglob("*.xlsx"))}
    said = collect(team, inbox)
    assert {path: path.read_bytes() for path in before} == before
    return said


def sheet_of(key: str) -> str:
    target = Package.from_bytes(template(), "form.xlsx").defined_names[f"LB_F.{key}"]
    return target.rpartition("!")[0].strip("'")


@pytest.mark.req("X13", "R17")
@pytest.mark.parametrize("end", [b"</worksheet>", b"</sheetData>", b"</row>"])
def test_a_form_whose_sheet_is_cut_off_is_refused_and_blanks_nothing(team: Path, inbox: Path, end: bytes) -> None:
    whole = filled(ACME)
    (inbox / "a.xlsx").write_bytes(whole)
    assert collect(team, inbox).code == 0
    before, content = team.read_bytes(), parts(whole)
    part = sheet_part(whole, sheet_of("company_name"))
    cut = content[part]
    at = cut.rfind(end, 0, cut.rfind(b"</row>", 0, cut.rfind(b"</row>")) + 6 if end == b"</row>" else None)
    (inbox / "a.xlsx").write_bytes(packed({**content, part: cut[:at]}))
    said = collect(team, inbox)
    assert said.code == 1 and "inbox/a.xlsx" in said.out and team.read_bytes() == before
    assert EN.text("collect.refused", count=1) in said.out


@pytest.mark.req("X13")
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml", "docProps/custom.xml",
                                  "[Content_Types].xml", "xl/tables/table1.xml"])  # fmt: skip
def test_any_part_that_is_cut_off_refuses_the_form(team: Path, inbox: Path, part: str) -> None:
    content, before = parts(filled(ACME)), team.read_bytes()
    (inbox / "a.xlsx").write_bytes(packed({**content, part: content[part][: content[part].rindex(b"</")]}))
    said = collect(team, inbox)
    assert said.code == 1 and "inbox/a.xlsx" in said.out and team.read_bytes() == before


@pytest.mark.req("R04", "F01")
def test_a_lead_that_gets_its_tax_id_from_a_form_is_still_known_to_it(tmp_path: Path, inbox: Path) -> None:
    typed = {"company_name": "Silver Birch Looms Ltd", "customer_type": "New customer", "region": "Vietnam"}
    team = put(tmp_path, book([typed], ()))
    first = filled({"company_name": "Silver Birch Looms Ltd", "focus": "price"})
    (inbox / "b.xlsx").write_bytes(first)
    (inbox / "a.xlsx").write_bytes(filled({"company_name": "Silver Birch Looms Ltd", "tax_id": "0100000001",
                                           "goals": "x", "last_contact": date(2026, 6, 10)}))  # fmt: skip
    process(team, "--forms", inbox)
    assert {record["lead_key"] for record in table(team, "LB_Forms")} == {"0100000001"}
    gone = EN.text("collect.gone").partition("(")[0]
    assert gone not in said_again(team, inbox).out
    (inbox / "b.xlsx").write_bytes(filled({"focus": "time"}, start=first))
    assert gone not in collect(team, inbox).out
    assert (lead(team)["focus"], lead(team)["goals"], len(table(team, "LB_Leads"))) == ("time", "x", 1)
    said_again(team, inbox)


@pytest.mark.req("R04", "F01")
def test_a_lead_that_gets_its_tax_id_typed_in_the_book_is_still_known_to_its_form(tmp_path: Path, inbox: Path) -> None:
    typed = {"company_name": "Silver Birch Looms Ltd", "customer_type": "New customer", "region": "Vietnam",
             "pain_points": "stops"}  # fmt: skip
    team = put(tmp_path, book([typed], ()))
    first = filled({"company_name": "Silver Birch Looms Ltd", "focus": "price", "pain_points": "none"})
    (inbox / "b.xlsx").write_bytes(first)
    process(team, "--forms", inbox)
    type_in(team, 6, tax_id="0100000001")
    process(team)
    assert "LB222" in [row["code"] for row in table(team, "LB_Issues")]
    assert EN.text("collect.gone").partition("(")[0] not in collect(team, inbox).out  # the form is told its new key
    said_again(team, inbox)
    (inbox / "b.xlsx").write_bytes(filled({"focus": None}, start=first))
    collect(team, inbox)
    assert (lead(team)["focus"], [r["lead_key"] for r in table(team, "LB_Forms")]) == (None, ["0100000001"])


FIRST: Mapping[str, Any] = {**ACME, "tax_id": "0100000001"}
SECOND: Mapping[str, Any] = {
    **ACME, "company_name": "Red Oak Mills Ltd", "pain_points": "waste", "tax_id": "0100000001",
}  # fmt: skip


@pytest.mark.req("F01", "R17")
@pytest.mark.parametrize("together", [True, False])
def test_two_names_with_one_tax_id_stay_two_leads_and_both_are_named(team: Path, inbox: Path, together: bool) -> None:
    (inbox / "a.xlsx").write_bytes(filled(FIRST))
    if not together:
        process(team, "--forms", inbox)
    (inbox / "b.xlsx").write_bytes(filled(SECOND))
    process(team, "--forms", inbox)
    assert (lead(team)["pain_points"], lead(team, "Red Oak Mills Ltd")["pain_points"]) == ("slow change-over", "waste")
    told = [row["message"] for row in table(team, "LB_Issues") if row["code"] == CODE]
    assert len(told) == 1 and all(name in told[0] for name in ("Silver Birch Looms Ltd", "Red Oak Mills Ltd"))
    said_again(team, inbox)
    (inbox / "b.xlsx").write_bytes(filled({"pain_points": "dust"}, start=(inbox / "b.xlsx").read_bytes()))
    collect(team, inbox)
    assert (lead(team)["pain_points"], lead(team, "Red Oak Mills Ltd")["pain_points"]) == ("slow change-over", "dust")
    said_again(team, inbox)


@pytest.mark.req("F01")
def test_a_form_may_change_the_name_of_its_company(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(FIRST))
    collect(team, inbox)
    renamed = {"company_name": "Golden Birch Looms Ltd", "focus": None}
    (inbox / "a.xlsx").write_bytes(filled(renamed, start=(inbox / "a.xlsx").read_bytes()))
    collect(team, inbox)
    assert lead(team, "Golden Birch Looms Ltd")["focus"] is None and len(table(team, "LB_Leads")) == 6
    said_again(team, inbox)


@pytest.mark.req("X19", "F01")
def test_a_second_run_changes_nothing_when_a_form_was_refused(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled({"tax_id": "0100000001", "goals": "nameless, first in the order of files"}))
    (inbox / "b.xlsx").write_bytes(filled(FIRST))
    (inbox / "c.xlsx").write_bytes(filled(SECOND))
    (inbox / "d.xlsx").write_bytes(filled({**FIRST, "tax_id": "0100000002", "focus": "quality"}))
    (inbox / "e.xlsx").write_bytes(filled({"company_name": "SILVER BIRCH LOOMS LTD.", "goals": "no tax id"}))
    refused = [EN.text("error.form_ambiguous", file=f"inbox/{name}.xlsx", name=said)
               for name, said in (("a", "?"), ("e", "SILVER BIRCH LOOMS LTD."))]  # fmt: skip
    for run in (collect, said_again, said_again):
        said = run(team, inbox)
        assert said.code == 1 and all(text in said.out for text in refused), said.out
    assert len(table(team, "LB_Leads")) == 8 and not any(row["goals"] == "no tax id" for row in table(team, "LB_Leads"))


@pytest.mark.req("X19", "F01")
def test_a_nameless_form_finds_the_lead_of_its_tax_id_in_the_first_run(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled({"tax_id": "0100000001", "goals": "more"}))
    (inbox / "b.xlsx").write_bytes(filled(FIRST))
    assert EN.text("collect.refused", count=1) not in collect(team, inbox).out
    assert lead(team)["goals"] == "more"
    said_again(team, inbox)


@pytest.mark.req("R04")
def test_forms_that_were_united_are_counted_and_named(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(ACME))
    (inbox / "b.xlsx").write_bytes(filled({"company_name": "Silver Birch Looms Ltd", "goals": "more"}))
    (inbox / "c.xlsx").write_bytes(filled({**ACME, "company_name": "Red Oak Mills Ltd"}))
    out = collect(team, inbox).out
    line = EN.text("collect.united_line", name="Silver Birch Looms Ltd", files="inbox/a.xlsx, inbox/b.xlsx")
    assert EN.text("collect.united", count=1) in out and line in out
    assert EN.text("collect.united", count=1) not in collect(team, inbox).out


@pytest.mark.req("R04")
def test_a_form_that_was_moved_and_changed_is_the_same_form(team: Path, inbox: Path) -> None:
    (inbox / "w1").mkdir()
    (inbox / "w2").mkdir()
    old, new = inbox / "w1" / "a.xlsx", inbox / "w2" / "a.xlsx"
    old.write_bytes(filled(ACME))
    collect(team, inbox)
    new.write_bytes(filled({"pain_points": "dust", "focus": None}, start=old.read_bytes()))
    old.unlink()
    collect(team, inbox)
    assert (lead(team)["pain_points"], lead(team)["focus"]) == ("dust", None)
    assert [record["file"] for record in table(team, "LB_Forms")] == ["inbox/w2/a.xlsx"]
    said_again(team, inbox)


@pytest.mark.req("R04")
def test_a_form_that_was_renamed_and_changed_is_the_same_form_if_it_carries_its_answer(
    team: Path, inbox: Path
) -> None:
    old, new = inbox / "a.xlsx", inbox / "b.xlsx"
    old.write_bytes(filled(ACME))
    process(team, "--forms", inbox)
    old.rename(new)
    assert said_again(team, inbox).code == 0
    new.rename(inbox / "c.xlsx")
    changed = {"pain_points": "dust", "focus": None}
    (inbox / "c.xlsx").write_bytes(filled(changed, start=(inbox / "c.xlsx").read_bytes()))
    collect(team, inbox)
    assert (lead(team)["pain_points"], lead(team)["focus"]) == ("dust", None)
    assert [record["file"] for record in table(team, "LB_Forms")] == ["inbox/c.xlsx"]
    said_again(team, inbox)


@pytest.mark.req("R04", "R17")
def test_another_form_about_the_lead_clears_nothing_where_the_first_one_is_gone(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(ACME))
    process(team, "--forms", inbox)
    (inbox / "a.xlsx").unlink()
    (inbox / "b.xlsx").write_bytes(filled({**ACME, "focus": None}))
    collect(team, inbox)
    assert lead(team)["focus"] == "price" and len(table(team, "LB_Forms")) == 2


@pytest.mark.req("R04")
def test_forms_of_one_name_in_folders_of_one_name_stay_apart_in_any_order(team: Path, inbox: Path) -> None:
    other = inbox.parent / "south" / "inbox"
    other.mkdir(parents=True)
    (inbox / "a.xlsx").write_bytes(filled(ACME))
    (other / "a.xlsx").write_bytes(filled({**ACME, "company_name": "Red Oak Mills Ltd"}))
    collect(team, inbox, other)
    names = [f"{inbox.parent.name}/inbox/a.xlsx", "south/inbox/a.xlsx"]
    assert [record["file"] for record in table(team, "LB_Forms")] == names
    changed = filled({"focus": "time"}, start=(other / "a.xlsx").read_bytes())
    (other / "a.xlsx").write_bytes(changed)
    collect(team, other, inbox)
    assert (lead(team)["focus"], lead(team, "Red Oak Mills Ltd")["focus"]) == ("price", "time")
    assert [record["file"] for record in table(team, "LB_Forms")] == names
    (other / "a.xlsx").write_bytes(filled({"focus": None}, start=changed))
    collect(team, other)  # alone it needs no more of its path
    assert lead(team, "Red Oak Mills Ltd")["focus"] is None and len(table(team, "LB_Forms")) == 2


@pytest.mark.req("R04", "R17")
def test_an_answer_that_did_not_count_is_told_with_its_lead_field_and_file(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(ACME))
    (inbox / "b.xlsx").write_bytes(filled({**ACME, "focus": "time", "last_contact": date(2026, 6, 1)}))
    said = collect(team, inbox)
    fields = ", ".join(EN.header("lead", key) for key in ("focus", "last_contact"))
    words = {"history": EN.text("sheet.history"), "sheet_name": EN.text("sheet.forms")}
    assert EN.text("collect.not_in_force", count=2, **words) in said.out
    line = EN.text("collect.not_in_force_line", name="Silver Birch Looms Ltd", fields=fields, file="inbox/b.xlsx")
    assert line in said.out
    (inbox / "b.xlsx").write_bytes(filled({**ACME, "focus": "speed", "last_contact": date(2026, 6, 1)}))
    told = json.loads(collect(team, inbox, "--json").out)
    jsonschema.validate(told, read_json(folder("schemas") / "run_report.schema.json"))
    assert {"lead_key": "L00001", "field": "focus", "file": "inbox/b.xlsx", "why": "older"} in \
        told["forms"]["not_in_force"]  # fmt: skip
    assert json.loads(collect(team, inbox, "--json").out)["forms"]["not_in_force"] == []


@pytest.mark.req("X10")
def test_a_form_without_its_first_sheet_is_told_that_the_cell_of_the_name_is_gone(team: Path, inbox: Path) -> None:
    def delete(workbook: Any) -> None:
        del workbook[sheet_of("company_name")]

    (inbox / "a.xlsx").write_bytes(edited(filled({**ACME, "satisfaction": 4}), delete))
    said = collect(team, inbox)
    assert said.code == 1 and EN.text("error.form_without_name", file="inbox/a.xlsx") in said.out


@pytest.mark.req("R04", "R17")
def test_a_form_of_the_same_name_beside_the_other_is_another_form(team: Path, inbox: Path) -> None:
    (inbox / "w1").mkdir()
    (inbox / "w2").mkdir()
    (inbox / "w1" / "a.xlsx").write_bytes(filled(ACME))
    collect(team, inbox)
    (inbox / "w2" / "a.xlsx").write_bytes(filled({**ACME, "focus": None}))
    collect(team, inbox)
    assert lead(team)["focus"] == "price" and len(table(team, "LB_Forms")) == 2
    said_again(team, inbox)


def with_formula(data: bytes, key: str, formula: str, value: str = "") -> bytes:
    """The form with a formula typed into a cell; ``value``: what a program has stored for it."""
    target = Package.from_bytes(template(), "form.xlsx").defined_names[f"LB_F.{key}"]
    cell, content = target.rpartition("!")[2].replace("$", ""), parts(data)
    part = sheet_part(data, sheet_of(key))
    stored = f'<c r="{cell}"{value[:6] if value.startswith(" t=") else ""}><f>{formula}</f>{value[6:] or ""}</c>'
    xml, count = re.subn(rf'<c r="{cell}"[^>]*?(/>|>.*?</c>)'.encode(), stored.encode(), content[part], flags=re.S)
    assert count == 1
    return packed({**content, part: xml})


@pytest.mark.req("R17")
def test_a_formula_without_a_value_is_named_and_clears_nothing(team: Path, inbox: Path) -> None:
    whole = filled({**ACME, "budget.low": 10000, "budget.high": 20000, "budget.currency": "USD"})
    (inbox / "a.xlsx").write_bytes(whole)
    collect(team, inbox)
    before = lead(team)
    lost = with_formula(with_formula(whole, "focus", "1+1"), "budget.low", "5*2000")
    (inbox / "a.xlsx").write_bytes(lost)
    said = collect(team, inbox)
    cells = [line for line in said.out.splitlines() if "inbox/a.xlsx" in line and "formula" in line]
    assert len(cells) == 1 and all(cell_of(key) in cells[0] for key in ("focus", "budget.low"))
    assert lead(team) == before and before["focus"] == "price"
    (inbox / "a.xlsx").write_bytes(with_formula(whole, "budget.low", "5*2000", " t='n'<v>12000</v>"))
    collect(team, inbox)
    assert lead(team)["budget"] == "USD 12,000-20,000"


@pytest.mark.req("R17", "X11")
def test_an_error_value_in_a_form_is_a_finding(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(with_formula(filled(ACME), "rep_score", "1/0", " t='e'<v>#DIV/0!</v>"))
    process(team, "--forms", inbox)
    issues = [row for row in table(team, "LB_Issues") if row["lead_name"] == ACME["company_name"]]
    assert [row["code"] for row in issues if row["field"] == EN.header("lead", "rep_score")]
    said_again(team, inbox)
