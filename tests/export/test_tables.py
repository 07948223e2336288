"""Tables as CSV, JSON and Parquet: typed, complete, safe to open (T03, X12)."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbook.export.texts import harmless
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from tests.books import DAY, LEADS, TALKS, book, edited, leadbook, process, put
from tests.export.books import planned, step

ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠a", "  =1", "\u200b=1",
           "a;=1", "a\n=1", 'a;"=1', "=cmd|' /C calc'!A0")  # fmt: skip


def exported(folder: Path, data: bytes, to: str, *words: object) -> bytes:
    out = folder / f"out.{to}"
    said = leadbook("export", put(folder, data), "--to", to, "-o", out, "--today", DAY, *words)
    assert said.code == 0, said.err
    return out.read_bytes()


def lines(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_is_what_excel_opens_right(tmp_path: Path) -> None:
    data = exported(tmp_path, book(), "csv", "--table", "LB_Leads")
    assert data.startswith(b"\xef\xbb\xbf") and data.count(b"\r\n") == len(LEADS) + 1
    rows = lines(data)
    assert [row["company_name"] for row in rows] == [lead["company_name"] for lead in LEADS]
    assert rows[0]["industry.code"] == "C" and rows[0]["last_contact"] == "2026-06-01"
    assert rows[0]["company_size.headcount.low"] == "500" and rows[0]["tags"] == "重点; 老乡"
    assert b'"new","' in data and b",500,1000," in data  # text in quotes, numbers bare


@pytest.mark.req("X12")
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_becomes_a_formula(tmp_path: Path, attack: str) -> None:
    leads = [{**LEADS[0], "company_name": f"{attack} 有限公司", "product": f"{attack} x", "satisfaction": 4}]
    [row] = lines(exported(tmp_path, book(leads), "csv", "--table", "LB_Leads", "--show-values"))
    for key in ("company_name", "product"):
        cell = row[key]
        assert "'" in cell and cell.replace("'", "").split() == leads[0][key].replace("'", "").split()
        assert not _a_program_may_calculate(cell)
    assert row["satisfaction"] == "4"
    [same] = json.loads(exported(tmp_path, book(leads), "json", "--table", "LB_Leads", "--show-values"))
    assert same["company_name"].split() == leads[0]["company_name"].split()


def _a_program_may_calculate(text: str) -> bool:
    """Whether any cell that a spreadsheet could cut out of the text starts a formula, whatever its separator."""
    pieces = text.replace(";", "\n").replace("\t", "\n").replace("\r", "\n").split("\n")
    return any(piece.strip(' "\u200b\ufeff').startswith(tuple("=+-@＝＋－＠")) for piece in pieces)


@given(st.text(alphabet=st.sampled_from('=+-@＝＋－＠;\t\r\n "\u200b\'aé王'), max_size=12))
def test_harmless_text_has_no_formula_and_loses_nothing(text: str) -> None:
    safe = harmless(text)
    assert not _a_program_may_calculate(safe) and safe.replace("'", "") == text.replace("'", "")
    assert not safe.startswith(("\t", "\r", "\n"))


def test_numbers_stay_numbers_and_a_leading_zero_stays_text(tmp_path: Path) -> None:
    leads = [{**LEADS[2], "tax_id": "00998800", "clicks": 12}]
    data = exported(tmp_path, book(leads), "csv", "--table", "LB_Leads")
    assert b'"00998800"' in data and b",12," in data
    [row] = json.loads(exported(tmp_path, book(leads), "json", "--table", "LB_Leads"))
    assert row["tax_id"] == "00998800" and row["clicks"] == 12 and row["complaints"] is None


@pytest.mark.req("T03")
def test_json_read_back_gives_the_same_book(tmp_path: Path) -> None:
    """Out of one book, into a fresh one, and out again: every value is the same, in type and code."""
    first = json.loads(exported(tmp_path, book(), "json", "--table", "LB_Leads", "--show-values"))
    again = [{key: _cell(value) for key, value in row.items()} for row in first]
    second = json.loads(exported(tmp_path, book(again), "json", "--table", "LB_Leads", "--show-values"))
    assert second == first and len(first) == len(LEADS)
    talks = json.loads(exported(tmp_path, book(), "json", "--table", "LB_Interactions", "--show-values"))
    rows = [{key: _cell(value) for key, value in row.items()} for row in talks]
    back = json.loads(exported(tmp_path, book(talks=rows), "json", "--table", "LB_Interactions", "--show-values"))
    assert back == talks and talks[0]["at"] == "2026-06-01T10:00" and len(talks) == len(TALKS)


def _cell(value: Any) -> Any:
    """A JSON value as a person would type it into a cell."""
    if isinstance(value, dict) and "headcount" in value:
        sizes = {"headcount": "{} people", "revenue": "revenue {}", "assets": "assets {}"}
        return ", ".join(text.format(_range(value[key])) for key, text in sizes.items() if value[key])
    if isinstance(value, dict) and "text" in value:
        return value["text"]
    if isinstance(value, dict) and "low" in value:
        return _range(value)
    if isinstance(value, dict):
        return value["code"] + (f"-{value['detail']}" if value["detail"] else "")
    if isinstance(value, list) and isinstance(value[0], dict) and "role" in value[0]:
        roles = {"decides": "Decides", "influences": "Influences"}
        return "; ".join(f"{roles[link['role']]}: {link['title']} {link['name']}" for link in value)
    if isinstance(value, list):
        return ", ".join(item["value"] if isinstance(item, dict) else item for item in value)
    return value.replace("T", " ") if isinstance(value, str) and value[4:5] == "-" and value[10:11] == "T" else value


def _range(value: dict[str, Any]) -> str:
    low, high = value["low"], value["high"]
    amount = str(low) if low == high else f"{low}-{high}"
    return f"{amount} {value['currency']}" if value.get("currency") else amount


@pytest.mark.req("R18")
def test_personal_columns_and_free_text_are_hidden_unless_asked_for(tmp_path: Path) -> None:
    hidden = load_labels("en").text("summary.hidden")
    [row, *_] = json.loads(exported(tmp_path, book(), "json", "--table", "LB_Leads"))
    closed = {f.key for f in load_catalogue().lead.fields if not f.public}
    assert {key for key, value in row.items() if value == hidden} == closed & set(LEADS[0])
    [open_row, *_] = json.loads(exported(tmp_path, book(), "json", "--table", "LB_Leads", "--show-values"))
    assert hidden not in open_row.values() and open_row["pain_points"] == "停机多"
    steps = [step(1), step(2, purpose="Do what was agreed: Kanari"), step(3, purpose="typed by hand")]
    rows = lines(exported(tmp_path, planned(steps), "csv", "--table", "LB_FollowUps"))
    assert [row["purpose"] == hidden for row in rows] == [False, True, True]
    told = ["Do what was agreed: Kanari", "Arrange a visit and show a success case", "Review", None]
    data = planned([], more={"worklist": [{"lead_key": "k", "what": text} for text in told]})
    rows = json.loads(exported(tmp_path, data, "json", "--table", "worklist"))
    assert [row["what"] for row in rows] == [hidden, *told[1:]]


def test_columns_that_people_added_travel_only_with_all_values(tmp_path: Path) -> None:
    def add(workbook: Any) -> None:
        sheet = workbook["Leads"]
        at = len(load_catalogue().lead.fields) + 1
        sheet.cell(5, at).value, sheet.cell(6, at).value = "+Our own", "kept"
        reference = sheet.tables["LB_Leads"].ref
        from openpyxl.utils import get_column_letter

        sheet.tables["LB_Leads"].ref = reference.replace(get_column_letter(at - 1), get_column_letter(at))
        column = sheet.tables["LB_Leads"].tableColumns[-1].__copy__()
        column.id, column.name = at, "+Our own"
        sheet.tables["LB_Leads"].tableColumns.append(column)

    data = edited(book(), add)
    [row, *_] = json.loads(exported(tmp_path, data, "json", "--table", "leads", "--show-values"))
    assert [value for key, value in row.items() if key.endswith("Our own")] == ["kept"]
    assert not [key for key in json.loads(exported(tmp_path, data, "json", "--table", "leads"))[0] if "Our own" in key]
    assert b"\"'+Our own\"" in exported(tmp_path, data, "csv", "--table", "leads", "--show-values")


def test_parquet_keeps_types(tmp_path: Path) -> None:
    from pyarrow import parquet

    exported(tmp_path, book(), "parquet", "--table", "LB_Leads", "--show-values")
    read = parquet.read_table(tmp_path / "out.parquet")
    kinds = {name: str(read.schema.field(name).type) for name in read.schema.names}
    assert kinds["last_contact"] == "date32[day]" and kinds["first_quote_at"] == "timestamp[ms]"
    assert kinds["satisfaction"] == "int64" and kinds["expected_amount.low"] == "double"
    row = read.to_pylist()[0]
    assert row["last_contact"] == date(2026, 6, 1) and row["tags"] == ["重点", "老乡"]
    assert row["first_quote_at"] == datetime(2026, 6, 12, 17, 0) and row["company_size.revenue.approximate"] is False
    exported(tmp_path, book(), "parquet", "--table", "LB_Leads")
    hidden = parquet.read_table(tmp_path / "out.parquet")
    assert str(hidden.schema.field("expected_amount").type) == "string" and hidden.num_rows == len(LEADS)


def test_without_pyarrow_the_way_to_install_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = leadbook("export", put(tmp_path, book()), "--to", "parquet")
    assert said.code == 2 and "pip install 'leadbook[parquet]'" in said.err and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_found_by_its_name_key_or_sheet_in_any_language(tmp_path: Path, language: str) -> None:
    data = book()
    sheet = load_labels(language).text("sheet.interactions")
    for name in (sheet, f" {sheet.upper()} ", "lb_interactions", "interaction", "Interactions"):
        assert len(json.loads(exported(tmp_path, data, "json", "--table", name))) == len(TALKS)


def test_an_unknown_table_is_answered_by_those_there_are(tmp_path: Path, english: None) -> None:
    said = leadbook("export", put(tmp_path, book()), "--to", "csv", "--table", "Sales")
    assert said.code == 2 and '"Sales"' in said.err and "LB_Leads" in said.err and "LB_Results" in said.err


@pytest.mark.parametrize("to", ["csv", "json"])
def test_all_tables_go_into_a_folder(tmp_path: Path, to: str) -> None:
    said = leadbook("export", put(tmp_path, book()), "--to", to, "--table", "all")
    names = {file.name for file in (tmp_path / "team.tables").iterdir()}
    assert said.code == 0 and {f"team.{key}.{to}" for key in load_catalogue().tables} == names


def test_one_rep_gets_only_what_is_theirs(tmp_path: Path, english: None) -> None:
    rows = json.loads(exported(tmp_path, book(), "json", "--table", "LB_Leads", "--rep", "ana kim"))
    assert [row["owner"] for row in rows] == ["Ana Kim", "Ana Kim"]
    said = leadbook("export", tmp_path / "team.xlsx", "--to", "json", "--table", "LB_Runs", "--rep", "Ana Kim")
    assert said.code == 2 and "LB_Runs" in said.err


def test_a_cell_that_cannot_be_understood_is_named_and_the_rest_is_done(tmp_path: Path, english: None) -> None:
    leads = [{**LEADS[0], "last_contact": "soon"}, LEADS[1]]
    out = tmp_path / "leads.json"
    said = leadbook("export", put(tmp_path, book(leads)), "--to", "json", "--table", "leads", "-o", out)
    rows = json.loads(out.read_text(encoding="utf-8"))
    assert said.code == 1 and "Leads!" in said.err and "soon" not in said.err
    assert len(rows) == 2 and rows[0]["last_contact"] is None


@pytest.mark.slow
@pytest.mark.req("R16")
def test_two_outputs_of_one_run_agree(tmp_path: Path, team: Path) -> None:
    """What the digest's reader, the calendar's reader and the table's reader are told is one and the same plan."""
    process(team)
    data = team.read_bytes()
    results = {r["lead_key"]: r for r in json.loads(exported(tmp_path, data, "json"))}
    steps = [s for s in json.loads(exported(tmp_path, data, "json", "--table", "LB_FollowUps")) if s["rank"]]
    assert len(results) == len(LEADS) and steps
    for one in steps:
        assert results[one["lead_key"]]["owner"] == one["owner"] and results[one["lead_key"]]["tier"] == one["tier"]
        calendar = leadbook("export", team, "--to", "ics", "--rep", one["owner"], "-o", tmp_path / "r.ics")
        assert calendar.code == 0 and f"UID:{one['step_id']}." in (tmp_path / "r.ics").read_text(encoding="utf-8")
    leads = {r["company_name"]: r for r in json.loads(exported(tmp_path, data, "json", "--table", "Leads"))}
    assert all(leads[r["lead_name"]]["tier"] == r["tier"] for r in results.values())
