"""The answer in the form: score, next step and findings in its own blocks, its content untouched (DESIGN §4)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from leadbook.labels import load_labels
from leadbook.workbook.changes import BlockChange
from leadbook.workbook.formfile import ANSWER, FINDINGS, ISSUE_KEYS, read_file
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from tests.books import DAY, leadbook, process, table
from tests.forms import filled
from tests.test_collect import NEW, SAID, cell_of, collect


def block(path: Path, name: str) -> list[list[Any]]:
    """The values of a block as another program reads them, blank rows left out."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    [(sheet, area)] = book.defined_names[name].destinations
    rows = [[cell.value for cell in row] for row in book[sheet][area]]
    return [row for row in rows if any(value is not None for value in row)]


def digest(path: Path) -> str:
    return read_file(path.read_bytes(), path.name, {}, lambda: lambda text: None)[0].digest


def test_the_form_tells_what_the_run_found_out_and_nothing_else_of_it_changes(
    team: Path, inbox: Path, package_check: Callable[[Path], list[str]]
) -> None:
    form = inbox / "a.xlsx"
    form.write_bytes(filled({**NEW, "contact_means": "no idea"}, SAID))
    before, mark = form.read_bytes(), digest(form)
    assert process(team, "--forms", inbox).code == 1
    labels = load_labels("en")
    said = dict(block(form, ANSWER))
    result = next(r for r in table(team, "LB_Results") if r["lead_key"] == "L00001")
    for key in ("score", "likelihood", "coverage", "tier", "quadrant", "stage", "next_step"):
        assert said[labels.header("result", key)] == result[key], key
    assert said[labels.header("result", "next_step_due")] == result["next_step_due"]
    assert said["Processed on"].date() == date.fromisoformat(DAY) and said["Lead key"] == "L00001"
    findings = block(form, FINDINGS)
    issues = [r for r in table(team, "LB_Issues") if r["lead_name"] == NEW["company_name"]]
    assert sorted(row[3] for row in findings) == sorted(r["message"] for r in issues)
    place = f"Customer form!{cell_of('contact_means')}"
    assert [row[2] for row in findings if "phone number" in row[3]] == [place]
    assert "contact_means" in {row[0] for row in block(form, ISSUE_KEYS)}
    assert digest(form) == mark
    old, new = Package.from_bytes(before, "a.xlsx"), Package.from_bytes(form.read_bytes(), "a.xlsx")
    ours = [BlockChange(name, []) for name in (ANSWER, FINDINGS, ISSUE_KEYS)]
    assert diff_packages(old, new, ownership(old, ours)) == []
    assert package_check(form) == []


@pytest.mark.parametrize("language", ["vi", "zh-Hans", "zh-Hant"])
def test_a_form_is_answered_in_its_own_language(team: Path, inbox: Path, language: str) -> None:
    labels = load_labels(language)
    answers = {"company_name": "Silver Birch Looms Ltd", "customer_type": labels.choice("customer_type", "new")}
    (inbox / "a.xlsx").write_bytes(filled(answers, language=language))
    process(team, "--forms", inbox)
    said = dict(block(inbox / "a.xlsx", ANSWER))
    result = next(r for r in table(team, "LB_Results") if r["lead_key"] == "L00001")
    tiers = {load_labels("en").choice("tier", c): labels.choice("tier", c) for c in ("A", "B", "C", "D", "nurture")}
    assert said[labels.header("result", "tier")] == tiers[result["tier"]]
    message = labels.text("finding.answer_missing.message", field=labels.header("lead", "company_size"),
                          customer_type=labels.choice("customer_type", "new"))  # fmt: skip
    assert message in [row[3] for row in block(inbox / "a.xlsx", FINDINGS)]


def test_the_answer_is_written_again_only_when_something_changed(team: Path, inbox: Path) -> None:
    form = inbox / "a.xlsx"
    form.write_bytes(filled(NEW, SAID))
    process(team, "--forms", inbox)
    first = form.read_bytes()
    process(team, "--forms", inbox, "--today", "2026-06-16")
    assert form.read_bytes() == first
    assert leadbook("undo", form).code == 0
    process(team, "--forms", inbox)
    assert block(form, ANSWER) and form.read_bytes() == first


def test_mended_answers_leave_no_red_cells(team: Path, inbox: Path) -> None:
    form = inbox / "a.xlsx"
    form.write_bytes(filled({**NEW, "contact_means": "no idea", "rep_score": 9}))
    process(team, "--forms", inbox)
    assert {"contact_means", "rep_score"} <= {row[0] for row in block(form, ISSUE_KEYS)}
    form.write_bytes(filled({"contact_means": "a@example.com", "rep_score": 4}, start=form.read_bytes()))
    process(team, "--forms", inbox)
    assert not {"contact_means", "rep_score"} & {row[0] for row in block(form, ISSUE_KEYS)}


def test_no_answer_leaves_the_forms_alone(team: Path, inbox: Path) -> None:
    form = inbox / "a.xlsx"
    form.write_bytes(filled(NEW))
    before = form.read_bytes()
    assert process(team, "--forms", inbox, "--no-answer").code in (0, 1)
    assert collect(team, inbox, "--no-answer").code in (0, 1)
    assert form.read_bytes() == before and not list(inbox.glob(".*"))


@pytest.mark.req("X6", "X10")
def test_a_form_that_is_open_elsewhere_is_named_and_the_others_are_answered(team: Path, inbox: Path) -> None:
    for name in ("a", "b"):
        (inbox / f"{name}.xlsx").write_bytes(filled({**NEW, "company_name": f"{name * 4} Looms Ltd"}))
    (inbox / "~$a.xlsx").write_bytes(bytes([3]) + b"Lan" + bytes(161))
    before = (inbox / "a.xlsx").read_bytes()
    said = process(team, "--forms", inbox)
    assert said.code == 1
    assert "inbox/a.xlsx is open in another program" in said.out and "Lan" in said.out
    assert (inbox / "a.xlsx").read_bytes() == before
    assert dict(block(inbox / "b.xlsx", ANSWER))["Lead key"] == "L00002"
    assert {"aaaa Looms Ltd", "bbbb Looms Ltd"} <= {r["company_name"] for r in table(team, "LB_Leads")}
    (inbox / "~$a.xlsx").unlink()
    process(team, "--forms", inbox)
    assert dict(block(inbox / "a.xlsx", ANSWER))["Lead key"] == "L00001"
