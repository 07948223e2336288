"""The answer in the form: score, next step and findings in its own blocks, its content untouched (DESIGN §4)."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from leadbook.labels import load_labels
from leadbook.model.collected import ANSWER
from leadbook.workbook.changes import BlockChange
from leadbook.workbook.formfile import FINDINGS, ISSUE_KEYS, read_file
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from tests.books import DAY, leadbook, packed, parts, process, table
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


def role_of(language: str) -> str:
    return load_labels(language).choice("role", "decides")


@pytest.mark.parametrize(
    ("language", "title", "name", "masked", "link"),
    [("en", "CEO", "John Smith", "J*", "Decision maker: CEO J*"),
     ("zh-Hant", "總經理", "王小明", "王*", "最終決策人：總經理 王*"),
     ("vi", "Giám đốc", "Nguyễn Văn An", "Nguyễn *", "Người quyết định: Giám đốc Nguyễn *")],
)  # fmt: skip
def test_a_name_in_full_reddens_the_contact_and_not_the_chain_made_of_it(
    team: Path, inbox: Path, language: str, title: str, name: str, masked: str, link: str
) -> None:
    form = inbox / "a.xlsx"
    form.write_bytes(filled({
        "company_name": NEW["company_name"], "contact_name": name, "contact_title": title,
        "decision_chain.contact_role": role_of(language),
    }, language=language))  # fmt: skip
    process(team, "--forms", inbox)
    red = {row[0] for row in block(form, ISSUE_KEYS)}
    assert "contact_name" in red and "decision_chain" not in red
    [told] = [row for row in block(form, FINDINGS) if row[1] == load_labels(language).header("lead", "contact_name")]
    assert told[2].endswith(f"!{cell_of('contact_name')}") and masked in f"{told[3]}{told[4]}"
    assert [r["decision_chain"] for r in table(team, "LB_Leads")][-1] == link


def test_the_role_is_written_in_the_language_it_was_chosen_in(team: Path, inbox: Path) -> None:
    content = parts(filled({"company_name": NEW["company_name"], "contact_title": "Giám đốc",
                            "decision_chain.contact_role": role_of("vi")}, language="vi"))  # fmt: skip
    del content["docProps/custom.xml"]  # as some programs save it
    for part in ("[Content_Types].xml", "_rels/.rels"):
        content[part] = re.sub(rb"<(Override|Relationship) [^>]*custom[^>]*/>", b"", content[part])
    (inbox / "a.xlsx").write_bytes(packed(content))
    process(team, "--forms", inbox)
    assert [r["decision_chain"] for r in table(team, "LB_Leads")][-1] == "Người quyết định: Giám đốc"


def test_a_name_in_full_in_the_chain_reddens_the_chain(team: Path, inbox: Path) -> None:
    form = inbox / "a.xlsx"
    form.write_bytes(filled({**NEW, "decision_chain": "Influencer: CTO John Smith"}))
    process(team, "--forms", inbox)
    red = {row[0] for row in block(form, ISSUE_KEYS)}
    assert "decision_chain" in red and "contact_name" not in red


@pytest.mark.parametrize("lost", ["names", "sheet", "findings"])
def test_a_form_that_lost_the_cells_for_its_answer_is_named_with_the_reason(
    team: Path, inbox: Path, lost: str
) -> None:
    content = parts(filled({**NEW, "contact_means": "no idea"}))
    name = {"names": rb"LB_Form\.\w+|LB_FormIssueKeys", "sheet": rb"\w[\w.]*", "findings": rb"LB_Form\.findings"}[lost]
    gone = re.compile(rb'<definedName [^>]*?name="(?:' + name + rb')"[^>]*>[^<]*</definedName>')
    workbook = gone.sub(b"", content["xl/workbook.xml"])
    assert workbook != content["xl/workbook.xml"]
    (inbox / "a.xlsx").write_bytes(packed({**content, "xl/workbook.xml": workbook}))
    (inbox / "b.xlsx").write_bytes(filled({**NEW, "company_name": "Red Oak Mills Ltd"}))
    said = process(team, "--forms", inbox, "--json")
    forms = json.loads(said.out)["forms"]
    reason = "form_without_findings" if lost == "findings" else "form_without_answer"
    assert said.code == 1 and [(n["file"], n["reason"]) for n in forms["not_answered"]] == [("inbox/a.xlsx", reason)]
    assert forms["answered"] == (2 if lost == "findings" else 1)
    assert {NEW["company_name"], "Red Oak Mills Ltd"} <= {r["company_name"] for r in table(team, "LB_Leads")}
    out = collect(team, inbox).out
    assert load_labels("en").text("collect.not_answered", count=1) in out and forms["not_answered"][0]["message"] in out


def test_a_read_only_form_gets_advice_that_fits(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    (inbox / "a.xlsx").chmod(0o444)
    said = process(team, "--forms", inbox)
    assert said.code == 1 and load_labels("en").text("error.form_read_only", file="inbox/a.xlsx") in said.out
    (inbox / "a.xlsx").chmod(0o644)
    inbox.chmod(0o555)
    out = process(team, "--forms", inbox).out
    inbox.chmod(0o755)
    assert load_labels("en").text("error.form_folder_read_only", file="inbox/a.xlsx") in out and " -o" not in out


def test_many_answered_forms_leave_one_hidden_folder_and_can_each_be_taken_back(team: Path, inbox: Path) -> None:
    before = {}
    for number in range(6):
        path = inbox / f"{number}.xlsx"
        path.write_bytes(filled({**NEW, "company_name": f"{chr(97 + number) * 5} Looms Ltd"}))
        before[path] = path.read_bytes()
    process(team, "--forms", inbox)
    assert [path.name for path in inbox.iterdir() if path not in before] == [".leadbook"]
    after = {path: path.read_bytes() for path in before}
    assert [dict(block(path, ANSWER))["Lead key"] for path in before] == [f"L{n:05d}" for n in range(1, 7)]
    for path, data in before.items():
        assert leadbook("undo", path).code == 0 and path.read_bytes() == data
    process(team, "--forms", inbox)
    assert {path: path.read_bytes() for path in before} == after


def test_a_form_keeps_the_folder_that_it_already_has(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    process(team, "--forms", inbox)
    assert (inbox / ".a.leadbook").is_dir()
    first = (inbox / "a.xlsx").read_bytes()
    for name in "ab":
        answers = {**NEW, "company_name": f"{name * 4} Looms Ltd"}
        (inbox / f"{name}.xlsx").write_bytes(filled(answers, start=first if name == "a" else None))
    process(team, "--forms", inbox)
    assert sorted(path.name for path in inbox.glob(".*")) == [".a.leadbook", ".leadbook"]
    assert len(list((inbox / ".a.leadbook").glob("*.xlsx"))) == 2
