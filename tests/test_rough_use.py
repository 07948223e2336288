"""What hurried people do to their books and files: each has its answer, none ends in a mistake of ours."""

from __future__ import annotations

import io
import json
import os
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from leadbook.app.explain import find_row
from leadbook.app.new import new_book
from leadbook.app.process import Target, check_book, process_book
from leadbook.app.run import Options
from leadbook.errors import InvalidPolicy, UsedWrongly
from leadbook.model.catalogue import build_catalogue
from leadbook.model.policy import read_policy
from leadbook.workbook.package import Package
from leadbook.workbook.tables import read_tables
from tests.test_packaging import ROOT

TODAY = date(2026, 11, 16)


def edited(path: Path, change: Callable[[Any], None]) -> Path:
    """The book changed with openpyxl, as another program would save it."""
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    held = io.BytesIO()
    workbook.save(held)
    path.write_bytes(held.getvalue())
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "b.xlsx"
    path.write_bytes((ROOT / "samples" / "team.en.xlsx").read_bytes())
    return path


def column(path: Path, table: str, key: str) -> list[Any]:
    raw = read_tables(Package.from_bytes(path.read_bytes()))[table]
    found = raw.column(key)
    assert found is not None
    return list(raw.values[found.index])


def test_a_number_beyond_the_calendar_is_a_finding_on_its_cell(book: Path) -> None:
    edited(book, lambda w: w["Interactions"].__setitem__("C6", 1e308))
    run = check_book(book, Options(TODAY))
    here = [t for t in run.told if t.place.cell == "C6" and t.place.sheet == "Interactions"]
    [told] = [t for t in here if t.finding.name == "not_a_date"]
    assert told.finding.kind.code == "LB101" and len(told.shown.message) < 120


@pytest.mark.parametrize(
    "field", ["value_sources", "signals", "company_size", "next_plan", "contact_means", "needed_by"]
)
def test_a_story_in_a_field_for_a_short_answer_is_refused_at_once(book: Path, field: str) -> None:
    letter = next(
        c.letter for c in read_tables(Package.from_bytes(book.read_bytes()))["LB_Leads"].columns if c.key == field
    )
    edited(book, lambda w: w["Leads"].__setitem__(f"{letter}6", "x" * 30_000))
    told = [t for t in check_book(book, Options(TODAY)).told if t.place.cell == f"{letter}6"]
    assert "LB137" in {t.finding.kind.code for t in told}


def test_a_column_typed_beside_the_results_stays_beside_its_lead(book: Path) -> None:
    process_book(book, Options(TODAY), Target())
    right = read_tables(Package.from_bytes(book.read_bytes()))["LB_Results"].ref.right + 1
    keys = column(book, "LB_Results", "lead_key")

    def note(workbook: Any) -> None:
        for n, key in enumerate(keys):
            workbook["Results"].cell(6 + n, right).value = f"note on {key}"

    edited(book, note)
    done = process_book(book, Options(date(2027, 2, 22)), Target())
    sheet = openpyxl.load_workbook(book)["Results"]
    after = column(book, "LB_Results", "lead_key")
    assert [sheet.cell(6 + n, right).value for n in range(len(keys))] == [
        f"note on {key}" for key in after[: len(keys)]
    ]
    assert "LB406" in {t.finding.kind.code for t in done.run.told}


@pytest.mark.parametrize("sheet", ["Matrix", "Dashboard", "Guide", "Issues", "History", "Follow-ups", "Runs"])
def test_a_deleted_sheet_of_results_is_told_and_the_rest_is_written(book: Path, sheet: str) -> None:
    edited(book, lambda w: w.remove(w[sheet]))
    done = process_book(book, Options(TODAY), Target())
    assert done.outcome is not None and done.outcome.changed
    told = [t for t in done.run.told if t.finding.name == "sheet_missing"]
    assert [sheet in t.shown.message for t in told] == [True]
    assert len(column(book, "LB_Results", "rank")) == 60


@pytest.mark.parametrize(
    "content", [[], "x", {"properties": {"a": 1}}, {"labels": 5}, {"properties": []}, {"choices": {"a": 1}}]
)
def test_an_extension_of_another_shape_is_refused_with_its_part(tmp_path: Path, content: object) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InvalidPolicy) as fault:
        build_catalogue(ROOT / "schemas", path)
    assert fault.value.key == "extension_broken" and fault.value.exit_code == 4


@pytest.mark.parametrize("content", [{"settings": [], "rows": []}, {"settings": {}, "rows": [1]}, [], {"rows": {}}])
def test_a_policy_of_another_shape_is_refused(tmp_path: Path, content: object) -> None:
    path = tmp_path / "p.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InvalidPolicy) as fault:
        read_policy(path)
    assert fault.value.key == "policy_not_a_policy"


def test_a_copy_is_another_file_of_the_same_kind(book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    for output, key in (
        (book, "output_is_book"),
        (tmp_path / "c.txt", "output_extension"),
        (tmp_path / "c.xlsm", "output_extension"),
    ):
        with pytest.raises(UsedWrongly) as fault:
            process_book(book, Options(TODAY), Target(output))
        assert fault.value.key == key
    assert book.read_bytes() == before and sorted(p.name for p in tmp_path.iterdir()) == ["b.xlsx"]


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_new_book_can_be_read_by_the_team(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        new_book(tmp_path / "n.xlsx", "en")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "n.xlsx").stat().st_mode) == 0o644


def test_a_lead_is_found_by_a_part_of_its_name(book: Path) -> None:
    run = check_book(book, Options(TODAY))
    rows = {
        find_row(run, name)
        for name in ("eskmouth power", "ESKMOUTH POWER TOOLS BV", "Eskmouth Power Tools B.V.", "eskmouthpowertools")
    }
    assert len(rows) == 1
    with pytest.raises(UsedWrongly):
        find_row(run, "")


def test_a_setting_that_is_no_number_is_named_with_file_and_cell(book: Path) -> None:
    raw = read_tables(Package.from_bytes(book.read_bytes()))["LB_Settings"]
    letter = next(c.letter for c in raw.columns if c.key == "value")
    edited(book, lambda w: w["Policy"].__setitem__(f"{letter}6", "abc"))
    with pytest.raises(InvalidPolicy) as fault:
        check_book(book, Options(TODAY))
    assert fault.value.params["place"] == f"b.xlsx: Policy!{letter}6"


def test_roc_years_without_a_region_are_read_in_a_taiwanese_book(tmp_path: Path) -> None:
    book = tmp_path / "tw.xlsx"
    new_book(book, "zh-Hant")
    raw = read_tables(Package.from_bytes(book.read_bytes()))["LB_Leads"]
    at = {c.key: c.letter for c in raw.columns}

    def fill(workbook: Any) -> None:
        sheet = workbook.worksheets[0]
        sheet[f"{at['company_name']}6"] = "測試股份有限公司"
        sheet[f"{at['last_contact']}6"] = "115/11/12"

    run = check_book(edited(book, fill), Options(TODAY))
    assert str(run.intake.leads["last_contact"].iloc[0].date()) == "2026-11-12"
