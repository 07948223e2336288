"""Forms into the book: many at once, damaged ones among them, again and again (R04, M1, M3; DESIGN §4, §5)."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from leadbook.app.book import open_book, policy_of
from leadbook.app.collect import collect as collected
from leadbook.app.collect import gather
from leadbook.app.run import Options
from leadbook.app.runner import Pool, Serial, runner_of
from leadbook.app.take_in import take_in_forms
from leadbook.assets import folder, read_json
from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.findings import finding_kinds
from leadbook.workbook.crypt import decrypt, encrypt, is_encrypted
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from tests.books import DAY, LEADS, edited, leadbook, packed, parts, plain_book, process, put, sheet_part, table
from tests.forms import DAMAGES, customer_sheet, filled, make_forms, template

TODAY = date.fromisoformat(DAY)
OPTIONS = Options(TODAY)


def collect(path: Path, *words: object) -> Any:
    return leadbook("collect", path, *words, "--today", DAY)


def leads(path: Path) -> dict[str, dict[str, Any]]:
    return {row["company_name"]: row for row in table(path, "LB_Leads")}


def cell_of(key: str) -> str:
    """The cell of an answer in the ready form."""
    target = Package.from_bytes(template(), "form.xlsx").defined_names[f"LB_F.{key}"]
    return target.rpartition("!")[2].replace("$", "")


def codes(path: Path) -> list[str]:
    return [row["code"] for row in table(path, "LB_Issues")]


NEW = {
    "company_name": "Silver Birch Looms Ltd", "customer_type": "New customer", "pain_points": "slow change-over",
    "budget.low": 200000, "budget.high": 300000, "budget.currency": "USD", "budget_status": "Approved",
    "last_contact": date(2026, 6, 10), "owner": "Ana Kim", "company_size": "120 people",
    "contact_name": "Q*", "decision_chain.contact_role": "Decides", "contact_title": "CEO",
}  # fmt: skip
SAID = [{"at": datetime(2026, 6, 10, 10, 0), "channel": "Phone", "our_participants": "Ana Kim",
         "content": "asked for a quote"}]  # fmt: skip


@pytest.mark.req("M1", "M3", "X10")
@pytest.mark.slow
def test_400_forms_of_four_languages_with_damaged_ones_among_them(
    tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    team, made = put(tmp_path, plain_book()), make_forms(400)
    kinds, chance = list(DAMAGES), random.Random(7)
    spoilt = dict.fromkeys(chance.sample(range(400), 20))
    expected = {}
    for number, form in enumerate(made):
        place = tmp_path / "inbox" / form.language / f"{number:03d}.xlsx"
        place.parent.mkdir(parents=True, exist_ok=True)
        data = form.data
        if number in spoilt:
            change, reason = DAMAGES[kinds[len(expected) % len(kinds)]]
            data = change(form.data)
            expected[f"inbox/{form.language}/{place.name}"] = reason
        place.write_bytes(data)
    blank = [f"inbox/blank/form-{number:02d}.xlsx" for number in range(1, 4)]
    (tmp_path / "inbox" / "blank").mkdir()
    assert leadbook("new", "form", tmp_path / "inbox/blank/form.xlsx", "--lang", "vi", "--rep", "An", "-n", 3).code == 0
    for name in ("~$000.xlsx", ".000.xlsx.lb-tmp.1", ".old.leadbook/kept.xlsx", "notes.txt"):
        (tmp_path / "inbox" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "inbox" / name).write_bytes(b"not to be read")

    said = process(team, "--forms", tmp_path / "inbox", "--json")
    assert said.code == 1, said.err
    report = json.loads(said.out)
    jsonschema.validate(report, read_json(folder("schemas") / "run_report.schema.json"))
    assert {r["file"]: r["reason"] for r in report["forms"]["refused"]} == expected
    assert all(r["file"] in r["message"] for r in report["forms"]["refused"])
    assert report["forms"]["files"] == 403 and report["forms"]["answered"] == 380
    assert report["forms"]["not_filled"] == blank
    good = [form for number, form in enumerate(made) if number not in spoilt]
    rows = leads(team)
    assert set(rows) == {form.name for form in good} | {str(row["company_name"]) for row in LEADS}
    assert [rows[form.name]["owner"] for form in good] == [form.answers["owner"] for form in good]
    ids = [rows[form.name]["lead_id"] for form in good]
    assert len(set(ids)) == 380 and all(str(i).startswith("L") for i in ids)
    assert len(table(team, "LB_Interactions")) == 2 + sum(len(form.talks) for form in good)
    assert len(table(team, "LB_Results")) == 385
    named = {f"{c['sheet']}!{c['cell']}" for c in report["forms"]["cells"]}
    assert len(named) == len(report["forms"]["cells"]) > 380 * 5
    assert package_check(team) == []
    assert all(package_check(tmp_path / "inbox" / f.language / f"{n:03d}.xlsx") == [] for n, f in enumerate(made[:8])
               if n not in spoilt)  # fmt: skip

    before = {path: path.read_bytes() for path in (tmp_path / "inbox").rglob("*.xlsx")} | {team: team.read_bytes()}
    again = collect(team, tmp_path / "inbox", "--json")
    assert again.code == 1
    report = json.loads(again.out)
    assert report["written"] is None and report["forms"]["cells"] == [] and report["forms"]["answered"] == 0
    assert {entry["state"] for entry in report["forms"]["taken_in"]} == {"unchanged"}
    assert {path: path.read_bytes() for path in before} == before
    process(team, "--forms", tmp_path / "inbox")
    for name in ("LB_Leads", "LB_Interactions", "LB_Forms", "LB_Changes", "LB_Results", "LB_Issues", "LB_History"):
        assert table(team, name) == table(before[team], name), name
    del before[team]
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.req("M3")
def test_worker_processes_give_the_same_bytes_as_one_process(tmp_path: Path, team: Path, inbox: Path) -> None:
    for number, form in enumerate(make_forms(24, seed=5)):
        (inbox / f"{number}.xlsx").write_bytes(form.data)
    (inbox / "bad.xlsx").write_bytes(b"PK\x03\x04")
    counted: list[tuple[int, int]] = []
    serial = gather([inbox], team, None, runner=Serial(), tick=lambda done, of: counted.append((done, of)))
    pool = gather([inbox], team, None, runner=Pool(2))
    assert runner_of(1).__class__ is Serial and isinstance(runner_of(2), Pool) and runner_of(None) is None
    assert counted == [(n, 25) for n in range(1, 26)]
    assert serial == pool and len(serial.refused) == 1
    one, _ = take_in_forms(team.read_bytes(), "team.xlsx", serial, OPTIONS)
    two, _ = take_in_forms(team.read_bytes(), "team.xlsx", pool, OPTIONS)
    assert one == two != team.read_bytes()


@pytest.mark.req("M3")
@pytest.mark.slow
def test_jobs_of_the_command_line_give_the_same_book_and_the_same_forms(tmp_path: Path) -> None:
    made, found = make_forms(40, seed=9), []
    for jobs in ("1", "3"):
        (tmp_path / jobs / "inbox").mkdir(parents=True)
        team = put(tmp_path / jobs, plain_book())
        for number, form in enumerate(made):
            data = DAMAGES["flipped byte"][0](form.data) if number == 7 else form.data
            (tmp_path / jobs / "inbox" / f"{number}.xlsx").write_bytes(data)
        said = collect(team, team.parent / "inbox", "--jobs", jobs, "--json")
        assert said.code == 1, said.err
        files = {path.name: path.read_bytes() for path in (team, *(team.parent / "inbox").glob("*.xlsx"))}
        report = json.loads(said.out)
        del report["seconds"]
        found.append((report, files))
    assert found[0] == found[1] and len(found[0][1]) == 41
    assert collect(team, tmp_path / "1" / "inbox", "--jobs", 0).code == 2


@pytest.mark.req("M1")
def test_a_new_form_becomes_a_row_with_an_id_of_its_own(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW, SAID))
    said = collect(team, inbox)
    assert said.code == 0, said.out + said.err
    row = leads(team)["Silver Birch Looms Ltd"]
    assert row["lead_id"] == "L00001" and row["budget"] == "USD 200,000-300,000" and row["owner"] == "Ana Kim"
    assert row["last_contact"] == datetime(2026, 6, 10) and row["decision_chain"] == "Decision maker: CEO Q*"
    talk = table(team, "LB_Interactions")[-1]
    assert (talk["lead_name"], talk["lead_key"]) == ("Silver Birch Looms Ltd", "L00001")
    assert (talk["at"], talk["channel"]) == (datetime(2026, 6, 10, 10, 0), "Phone")


@pytest.mark.req("M1", "R04")
def test_a_form_is_written_in_the_language_of_the_book(tmp_path: Path, inbox: Path) -> None:
    team = put(tmp_path, plain_book("zh-Hans"))
    answers = {"company_name": "Công ty CP Thép Xanh", "customer_type": "Khách hàng mới", "founded": "3/2015",
               "expected_amount.low": 2e9, "expected_amount.high": 3e9, "currency": "VND", "needed_by": "05/11/2026",
               "industry": "Sản xuất", "urgency_stated": "Cao"}  # fmt: skip
    (inbox / "a.xlsx").write_bytes(filled(answers, language="vi"))
    assert collect(team, inbox).code == 0
    row, labels = leads(team)["Công ty CP Thép Xanh"], load_labels("zh-Hans")
    assert row["customer_type"] == labels.choice("customer_type", "new")
    assert row["urgency_stated"] == labels.choice("level", "high")
    assert row["industry"] == labels.choice("industry", "C")
    assert row["needed_by"] == datetime(2026, 11, 5)


@pytest.mark.req("R04", "F01")
@pytest.mark.parametrize(
    "name", ["明河機械有限公司", "明河机械 有限公司", "明河机械", "明河机械股份有限公司", "明河機械有限責任公司"]
)
def test_the_same_company_is_found_however_its_name_is_written(team: Path, inbox: Path, name: str) -> None:
    (inbox / "a.xlsx").write_bytes(filled({"company_name": name, "goals": "扩产"}, language="zh-Hans"))
    assert collect(team, inbox).code == 0
    assert len(table(team, "LB_Leads")) == 5
    assert leads(team)["明河机械有限公司"]["goals"] == "扩产"


@pytest.mark.req("F01")
@pytest.mark.parametrize("name", ["明河机械集团有限公司", "明河机械控股有限公司", "明河机械有限公司苏州分公司"])
def test_groups_holdings_and_branches_are_companies_of_their_own_and_told_as_similar(
    team: Path, inbox: Path, name: str
) -> None:
    (inbox / "a.xlsx").write_bytes(filled({"company_name": name, "customer_type": "新客户"}, language="zh-Hans"))
    process(team, "--forms", inbox)
    assert len(table(team, "LB_Leads")) == 6 and leads(team)[name]["lead_id"] == "L00001"
    told = [row for row in table(team, "LB_Issues") if row["code"] == finding_kinds()["near_lead"].code]
    assert len(told) == (0 if "分公司" in name else 1)  # a branch is too unlike to be asked about
    assert all("明河机械有限公司" in row["message"] and name in row["message"] for row in told)


@pytest.mark.req("F01")
def test_a_tax_id_decides_before_the_name(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled({"company_name": "North Pier Holdings Ltd", "tax_id": "99-88", "goals": "x"}))
    other = {"company_name": "North Pier Tools Ltd", "tax_id": "7777", "customer_type": "new"}
    (inbox / "b.xlsx").write_bytes(filled(other))
    process(team, "--forms", inbox)
    rows = table(team, "LB_Leads")
    assert [(r["company_name"], r["tax_id"]) for r in rows if "Pier" in r["company_name"]] == [
        ("North Pier Tools Ltd", "9988"), ("North Pier Tools Ltd", "7777")
    ]  # fmt: skip
    (inbox / "c.xlsx").write_bytes(filled({"company_name": "North Pier Tools Ltd", "goals": "z"}))
    told = [r["message"] for r in table(team, "LB_Issues") if r["code"] == "LB222"]
    assert [text for text in told if "North Pier Holdings Ltd" in text and cell_of("company_name") in text]
    said = collect(team, inbox)
    text = load_labels("en").text("error.form_ambiguous", file="inbox/c.xlsx", name="North Pier Tools Ltd")
    assert said.code == 1 and text in said.out
    assert table(team, "LB_Leads") == rows


@pytest.mark.req("R04", "R17")
def test_a_changed_form_says_which_fields_changed_from_what_to_what(team: Path, inbox: Path) -> None:
    first = filled(NEW, SAID)
    (inbox / "a.xlsx").write_bytes(first)
    collect(team, inbox)
    (inbox / "a.xlsx").write_bytes(
        filled({"customer_type": "Potential customer", "pain_points": "many stops", "goals": None,
                "company_size": None}, start=first)
    )  # fmt: skip
    said = collect(team, inbox)
    assert said.code == 0
    row = leads(team)["Silver Birch Looms Ltd"]
    assert (row["customer_type"], row["pain_points"], row["company_size"]) == ("Potential customer", "many stops", None)
    hidden = load_labels("en").text("summary.hidden")
    assert "New customer → Potential customer" in said.out
    assert f"{hidden} → {hidden}" in said.out and "many stops" not in said.out
    assert "many stops" in collect_values(team, inbox, first)
    lines = [(r["field"], r["before"], r["after"], r["source"]) for r in table(team, "LB_Changes")]
    assert ("Customer type", "New customer", "Potential customer") in [line[:3] for line in lines]
    assert ("Company size", "120 people", None) in [line[:3] for line in lines]
    assert all(line[3].startswith("inbox/a.xlsx") for line in lines)


def collect_values(team: Path, inbox: Path, first: bytes) -> str:
    (inbox / "a.xlsx").write_bytes(filled({"pain_points": "back again"}, start=first))
    return str(collect(team, inbox, "--show-values", "--dry-run").out)


@pytest.mark.req("R08", "M3")
def test_interactions_are_united_without_duplicates(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW, SAID))
    more = {**SAID[0], "content": "Asked for  a quote", "reaction": "Positive"}
    later = {"at": datetime(2026, 6, 12, 9, 0), "channel": "Email", "content": "sent it"}
    (inbox / "b.xlsx").write_bytes(filled({"company_name": NEW["company_name"]}, [more, later]))
    collect(team, inbox)
    said = [t for t in table(team, "LB_Interactions") if t["lead_key"] == "L00001"]
    assert [(t["at"], t["reaction"]) for t in said] == [(SAID[0]["at"], "Positive"), (later["at"], None)]
    worded = [{**SAID[0], "content": "asked for a quote for two looms"}]
    (inbox / "a.xlsx").write_bytes(filled(NEW, worded))
    collect(team, inbox)
    said = [t for t in table(team, "LB_Interactions") if t["lead_key"] == "L00001"]
    assert [(t["at"], t["content"]) for t in said] == [
        (SAID[0]["at"], "asked for a quote for two looms"), (later["at"], "sent it")
    ]  # fmt: skip


@pytest.mark.req("M3")
def test_a_customer_list_with_headers_of_any_language_becomes_one_lead_a_row(team: Path, inbox: Path) -> None:
    rows = [{"company_name": f"Công ty TNHH Sông {n}{n}{n}", "region": "Việt Nam", "tax_id": f"03{n}", "own": n,
             "customer_type": "Khách hàng mới"} for n in range(1, 4)]  # fmt: skip
    known = {"company_name": "North Pier Tools Ltd", "focus": "g"}
    (inbox / "list.xlsx").write_bytes(customer_sheet([*rows, known], "vi"))
    said = collect(team, inbox)
    assert said.code == 0, said.out
    found = leads(team)
    assert len(found) == 8 and found["North Pier Tools Ltd"]["focus"] == "g"
    assert [found[str(row["company_name"])]["tax_id"] for row in rows] == ["031", "032", "033"]
    assert collect(team, inbox).code == 0 and leads(team) == found


@pytest.mark.req("M3")
def test_a_book_among_the_forms_is_named_and_skipped(tmp_path: Path, team: Path, inbox: Path) -> None:
    (inbox / "other.xlsx").write_bytes(plain_book("vi"))
    (inbox / "copy.xlsm").write_bytes((folder("templates") / "book.zh-Hant.xlsm").read_bytes())
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    process(team, "-q")
    shutil.copytree(tmp_path / ".team.leadbook", inbox / ".team.leadbook")
    said = collect(team, tmp_path, "--json")
    assert said.code == 0
    report = json.loads(said.out)
    jsonschema.validate(report, read_json(folder("schemas") / "run_report.schema.json"))
    skipped = [(line["file"], line["reason"]) for line in report["forms"]["skipped"]]
    base = tmp_path.name
    assert skipped == [(f"{base}/inbox/{name}", "form_is_book") for name in ("copy.xlsm", "other.xlsx")]
    assert (report["forms"]["files"], report["forms"]["refused"]) == (3, [])
    assert len(leads(team)) == 6
    out = collect(team, inbox).out
    assert load_labels("en").text("collect.skipped", count=2) in out
    assert load_labels("en").text("error.form_is_book", file="inbox/other.xlsx") in out


@pytest.mark.req("M3")
def test_what_of_a_customer_list_was_not_understood_is_named(team: Path, inbox: Path) -> None:
    rows = [{"company_name": "Red Oak Mills Ltd", "region": "Việt Nam", "Fax": 1, "customer_type": "Khách hàng mới",
             "tier": "A"}]  # fmt: skip
    data = edited(customer_sheet(rows, "vi"), lambda workbook: workbook.create_sheet("Ghi chú").append(["x"]))

    def beyond(workbook: Any) -> None:
        workbook.active["H4"] = "no header above"

    (inbox / "list.xlsx").write_bytes(edited(data, beyond))
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    said = json.loads(collect(team, inbox, "--json").out)["forms"]
    tier = load_labels("vi").header("lead", "tier")
    parts_ = ["Fax (Sheet!C)", f"{tier} (Sheet!E)", "Sheet!H", "Ghi chú"]
    assert said["not_understood"] == [{"file": "inbox/list.xlsx", "parts": parts_}]
    line = load_labels("en").text("collect.unread", file="inbox/list.xlsx", parts=", ".join(parts_))
    assert line in collect(team, inbox).out
    assert "Red Oak Mills Ltd" in leads(team)


@pytest.mark.req("M3")
def test_every_sheet_with_headers_is_a_customer_list_and_keys_are_headers_too(team: Path, inbox: Path) -> None:
    def more(workbook: Any) -> None:
        sheet = workbook.create_sheet("South")
        sheet.append(["company_name", "region", "customer_type", "goals"])
        sheet.append(["Blue Fir Looms Ltd", "VN", "new", "grow"])

    rows = [{"company_name": "Red Oak Mills Ltd", "region": "CN", "customer_type": "new"}]
    (inbox / "list.xlsx").write_bytes(edited(customer_sheet(rows), more))
    said = json.loads(collect(team, inbox, "--json").out)["forms"]
    assert said["not_understood"] == [] and leads(team)["Blue Fir Looms Ltd"]["goals"] == "grow"
    assert "Red Oak Mills Ltd" in leads(team)


@pytest.mark.req("M3")
def test_an_answer_to_a_field_that_the_book_does_not_know_is_named(team: Path, inbox: Path) -> None:
    content = parts(filled({**NEW, "focus": "price"}))
    workbook = content["xl/workbook.xml"].replace(b'"LB_F.focus"', b'"LB_F.machine_count"')
    (inbox / "a.xlsx").write_bytes(packed({**content, "xl/workbook.xml": workbook}))
    said = json.loads(collect(team, inbox, "--json").out)["forms"]
    assert [(e["file"], e["parts"]) for e in said["not_understood"]] == [
        ("inbox/a.xlsx", [f"machine_count (Customer form!{cell_of('focus')})"])
    ]  # fmt: skip


@pytest.mark.req("X17")
def test_forms_and_run_are_one_write_that_undo_takes_back(team: Path, inbox: Path) -> None:
    before = team.read_bytes()
    (inbox / "a.xlsx").write_bytes(filled(NEW, SAID))
    process(team, "--forms", inbox)
    log = (team.parent / ".team.leadbook" / "audit.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(log) == 1 and json.loads(log[0])["counts"]["forms_new"] == 1
    assert leadbook("undo", team).code == 0
    assert team.read_bytes() == before


def test_ids_are_never_given_twice(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    process(team, "--forms", inbox)

    def delete(workbook: Any) -> None:
        sheet = workbook["Leads"]
        for cell in sheet[11]:
            cell.value = None

    team.write_bytes(edited(team.read_bytes(), delete))
    said = collect(team, inbox)
    gone = load_labels("en").text("collect.gone", count=1, files="inbox/a.xlsx", sheet_name="Collected forms")
    assert said.code == 0 and gone in said.out and len(table(team, "LB_Leads")) == 5
    (inbox / "b.xlsx").write_bytes(filled({"company_name": "Red Oak Mills Ltd", "customer_type": "New customer"}))
    collect(team, inbox)
    assert leads(team)["Red Oak Mills Ltd"]["lead_id"] == "L00002"


def test_forms_of_another_policy_are_named(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    before = load_labels("en").text("collect.old_policy").partition("{")[0]
    assert before not in collect(team, inbox).out
    content = parts(filled({**NEW, "company_name": "Red Oak Mills Ltd"}))
    custom = content["docProps/custom.xml"]
    older = re.sub(rb"(leadbook\.policy.*?<vt:lpwstr>)[0-9a-f]{12}", rb"\g<1>0123456789ab", custom)
    assert older != custom
    (inbox / "b.xlsx").write_bytes(packed({**content, "docProps/custom.xml": older}))
    said = collect(team, inbox)
    assert load_labels("en").text("collect.old_policy", count=1, files="inbox/b.xlsx") in said.out


def test_a_dry_run_and_a_copy_leave_book_and_forms_alone(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    before, form = team.read_bytes(), (inbox / "a.xlsx").read_bytes()
    assert collect(team, inbox, "--dry-run").code == 0
    copy = team.with_name("copy.xlsx")
    assert process(team, "--forms", inbox, "-o", copy).code in (0, 1)
    assert (team.read_bytes(), (inbox / "a.xlsx").read_bytes()) == (before, form)
    assert "Silver Birch Looms Ltd" in leads(copy)


def test_a_folder_that_is_not_there_stops_before_anything(team: Path, inbox: Path) -> None:
    before = team.read_bytes()
    said = collect(team, inbox / "nowhere")
    assert said.code == 3 and "nowhere" in said.err and team.read_bytes() == before


def test_the_book_itself_may_lie_in_the_folder(tmp_path: Path, team: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(filled(NEW))
    assert collect(team, tmp_path).code == 0
    assert len(table(team, "LB_Leads")) == 6
    assert collect(team, tmp_path).code == 0


@pytest.mark.req("X8")
def test_only_the_cells_that_are_named_differ(
    team: Path, inbox: Path, package_check: Callable[[Path], list[str]]
) -> None:
    known = {"company_name": "North Pier Tools Ltd", "focus": "price"}
    (inbox / "a.xlsx").write_bytes(filled(NEW, SAID))
    (inbox / "b.xlsx").write_bytes(filled(known))
    before = team.read_bytes()
    book_ = open_book(before, "team.xlsx", load_catalogue())
    done = collected(book_, policy_of(book_), gather([inbox], team, None), OPTIONS)
    own = ownership(book_.package, done.written.changes, dict(book_.tables))
    assert collect(team, inbox, "--no-answer").code in (0, 1)
    assert diff_packages(book_.package, Package.from_bytes(team.read_bytes(), "team.xlsx"), own) == []
    old, new = (openpyxl.load_workbook(io.BytesIO(data)) for data in (before, team.read_bytes()))
    differing = {
        f"{name}!{cell.coordinate}"
        for name in ("Leads", "Interactions", "Team", "Policy") for row in new[name] for cell in row
        if cell.value != old[name][cell.coordinate].value
    }  # fmt: skip
    assert differing == {f"{cell.sheet}!{cell.cell}" for cell in done.written.cells}
    assert package_check(team) == []
    part = sheet_part(before, "Leads")
    for cell in ("B7", "N8"):  # a row above the new ones, in columns that these got
        content = parts(team)
        mine = f'<c r="{cell}"><v>1</v></c>'.encode()
        xml, count = re.subn(rf'<c r="{cell}"[^>]*?(/>|>.*?</c>)'.encode(), mine, content[part])
        assert count == 1
        spoilt = Package.from_bytes(packed({**content, part: xml}), "team.xlsx")
        assert diff_packages(book_.package, spoilt, own) != []


@pytest.mark.req("X9")
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_a_book_without_a_place_to_remember_forms_is_refused_in_a_sentence(
    tmp_path: Path, inbox: Path, language: str
) -> None:
    sheet = load_labels(language).text("sheet.forms")

    def delete(workbook: Any) -> None:
        del workbook[sheet]
        for name in [name for name in workbook.defined_names if name.startswith(("LB_Forms", "LB_Changes"))]:
            del workbook.defined_names[name]

    team = put(tmp_path, edited(plain_book(language), delete))
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    before = team.read_bytes(), (inbox / "a.xlsx").read_bytes()
    for said in (collect(team, inbox), process(team, "--forms", inbox)):
        sentence = load_labels(language).text("error.forms_sheet_missing", file="team.xlsx", sheet_name=sheet)
        assert said.code == 3 and sheet in said.err and "leadbook upgrade" in said.err
        assert sentence in said.err or language != "en"
    assert (team.read_bytes(), (inbox / "a.xlsx").read_bytes()) == before
    assert process(team).code in (0, 1)


@pytest.mark.req("X9", "X10", "R18")
def test_a_form_with_a_password_is_named_with_its_reason_and_stays_locked(
    team: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = inbox / "locked.xlsx"
    locked.write_bytes(encrypt(filled(NEW), "a word", "locked.xlsx"))
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    before = locked.read_bytes()
    monkeypatch.setenv("LEADBOOK_PASSWORD", "a word")  # opens books; what a form says would lie open in the book
    for said in (collect(team, inbox), process(team, "--forms", inbox)):
        assert said.code == 1 and load_labels("en").text("error.form_encrypted", file="inbox/locked.xlsx") in said.out
    assert "Silver Birch Looms Ltd" in leads(team) and locked.read_bytes() == before


def test_a_locked_book_takes_in_forms_and_stays_locked(
    team: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "a.xlsx").write_bytes(filled(NEW))
    team.write_bytes(encrypt(team.read_bytes(), "a word", "team.xlsx"))
    monkeypatch.setenv("LEADBOOK_PASSWORD", "a word")
    assert collect(team, inbox).code == 0 and is_encrypted(team.read_bytes())
    rows = table(decrypt(team.read_bytes(), "a word", "team.xlsx"), "LB_Leads")
    assert "Silver Birch Looms Ltd" in {row["company_name"] for row in rows}
