"""``upgrade``: an older book gets what the newer template has, and nothing that is there changes.

The books in tests/fixtures/old are templates of earlier versions (14 sheets in English, 13 sheets without "Collected
forms" in Vietnamese), filled with the usual five leads.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.chart import LineChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import TableColumn

from leadbook.app.book import open_book
from leadbook.app.upgrade import VERSION, _planned
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy import default_policy
from leadbook.workbook.additions import lost
from leadbook.workbook.package import Package
from leadbook.workbook.tables import read_tables
from leadbook.workbook.upgrading import upgrade
from tests.books import DAY, columns, edited, leadbook, packed, parts, plain_book, process, put, sheet_part, table
from tests.lo.office import edit, office

ROOT = Path(__file__).resolve().parents[1]
OLD = {"en": "book-14-sheets.en.xlsx", "vi": "book-13-sheets.vi.xlsx"}
every_book = pytest.mark.parametrize("language", OLD)
Check = Callable[[Path], list[str]]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


@cache
def old_book(language: str = "en") -> bytes:
    return (ROOT / "tests" / "fixtures" / "old" / OLD[language]).read_bytes()


def model(language: str) -> Package:
    return Package.from_bytes((ROOT / "templates" / f"book.{language}.xlsx").read_bytes())


def keys_of(data: bytes) -> dict[str, set[str | None]]:
    return {n: {c.key for c in t.columns} for n, t in read_tables(Package.from_bytes(data)).items()}


def cells_of(data: bytes) -> dict[str, dict[str, tuple[Any, str]]]:
    """Sheet -> address -> (value, how it looks) of every cell that holds something, as another program reads it."""
    found: dict[str, dict[str, tuple[Any, str]]] = {}
    for sheet in load_workbook(io.BytesIO(data)):
        filled = (c for row in sheet.iter_rows() for c in row if c.value is not None)
        found[sheet.title] = {
            c.coordinate: (c.value, f"{c.number_format} {c.font.b} {c.font.color} {c.fill.fgColor.rgb} {c.border.left}")
            for c in filled
        }
    return found


def history_sheet(data: bytes) -> str:
    return read_tables(Package.from_bytes(data))["LB_History"].sheet


def right(place: str, by: int) -> str:
    row, column = coordinate_to_tuple(place)
    return f"{get_column_letter(column + by)}{row}"


def moves(title: str, place: str, language: str) -> bool:
    """Whether a cell belongs to LB_Weeks of an old book, which makes room for LB_History."""
    row, column = coordinate_to_tuple(place)
    return title == history_sheet(old_book(language)) and row > 2 and column > 16


@every_book
def test_old_book_gets_all_that_the_template_has_and_keeps_every_cell(
    language: str, tmp_path: Path, package_check: Check
) -> None:
    book = put(tmp_path, old_book(language))
    said = leadbook("upgrade", book)
    assert (said.code, said.err) == (0, "")
    new = book.read_bytes()
    assert package_check(book) == []
    wanted = keys_of((ROOT / "templates" / f"book.{language}.xlsx").read_bytes())
    missing = {name: lacks for name, keys in wanted.items() if (lacks := keys - keys_of(new)[name])}
    # Beside LB_History stands LB_Weeks, which goes to the right.
    assert not missing
    history = history_sheet(old_book(language))
    assert load_labels(language).text("upgrade.move", where=history, names="LB_Weeks") in said.out
    pkg, like = Package.from_bytes(new), model(language)
    assert {sheet.name for sheet in like.sheets} == {sheet.name for sheet in pkg.sheets}
    assert set(like.defined_names) - set(pkg.defined_names) <= {"LB_Macro.command"}
    assert pkg.custom_properties[VERSION] == like.custom_properties[VERSION]
    before, after = cells_of(old_book(language)), cells_of(new)
    for title, cells in before.items():
        assert {place: after[title][place] for place in cells if not moves(title, place, language)} == {
            place: cell for place, cell in cells.items() if not moves(title, place, language)}, title  # fmt: skip
    weeks = {place: cell for place, cell in before[history].items() if moves(history, place, language)}
    there = after[history]
    assert len(weeks) == 3 * 12  # band, keys and headers
    assert {right(place, 3): there[right(place, 3)] for place in weeks} == {
        right(place, 3): cell for place, cell in weeks.items()}  # fmt: skip
    assert [s.name for s in pkg.sheets][: len(before)] == list(before)
    headers = {load_labels(language).header("lead", "override_tier"), load_labels(language).text("sheet.done")}
    assert all(text in said.out for text in headers)


@every_book
def test_second_time_nothing_changes_and_undo_is_exact(language: str, tmp_path: Path) -> None:
    book = put(tmp_path, old_book(language))
    assert leadbook("upgrade", book).code == 0
    once = book.read_bytes()
    again = leadbook("upgrade", book, "--json")
    told = json.loads(again.out)
    assert (again.code, told["added"], told["written"], book.read_bytes()) == (0, [], None, once)
    assert leadbook("undo", book).code == 0
    assert book.read_bytes() == old_book(language)


@every_book
def test_a_run_before_says_so_and_a_run_after_computes_the_same(language: str, tmp_path: Path) -> None:
    before, after = put(tmp_path, old_book(language), "before.xlsx"), put(tmp_path, old_book(language), "after.xlsx")
    first = process(before)
    assert first.code in (0, 1)
    told = json.loads(leadbook("upgrade", after, "--dry-run", "--json").out)
    line = load_labels(language).text("summary.older_template", count=len(told["added"]))
    assert len(told["added"]) > 20 and line in first.out.splitlines()
    assert leadbook("upgrade", after).code == 0
    second = process(after)
    assert second.code == first.code and line not in second.out
    for name in ("LB_Results", "LB_FollowUps", "LB_History"):
        old, new = table(before, name), table(after, name)
        for line in [*old, *new]:
            line.pop("policy", None)  # its fingerprint counts the new settings
        assert old and [{k: line[k] for k in old[0]} for line in new] == old
    ran = put(tmp_path, before.read_bytes(), "ran.xlsx")
    assert leadbook("upgrade", ran).code == 0
    assert table(ran, "LB_FollowUps") == [line | {"time": None} for line in table(before, "LB_FollowUps")]


def test_new_columns_look_and_check_like_those_of_the_template(tmp_path: Path) -> None:
    book = put(tmp_path, old_book())
    assert leadbook("upgrade", book).code == 0
    mine, like = load_workbook(book)["Leads"], load_workbook(ROOT / "templates" / "book.en.xlsx")["Leads"]
    at, there = columns(mine), columns(like)
    for key in ("close_reason", "revisit_on", "override_tier", "override_on"):
        one, two = mine.cell(6, at[key]), like.cell(6, there[key])
        assert (one.number_format, one.fill.fgColor.rgb, one.border.left.style, one.alignment.wrap_text) == (
            two.number_format, two.fill.fgColor.rgb, two.border.left.style, two.alignment.wrap_text
        )  # fmt: skip
        head, model_head = mine.cell(5, at[key]), like.cell(5, there[key])
        assert (head.value, head.fill.fgColor.rgb) == (model_head.value, model_head.fill.fgColor.rgb)
        letters = one.column_letter, two.column_letter
        assert mine.column_dimensions[letters[0]].width == like.column_dimensions[letters[1]].width
        rules = [
            {(v.type, v.formula1, v.prompt) for v in sheet.data_validations.dataValidation if f"{letter}6" in v.cells}
            for sheet, letter in ((mine, letters[0]), (like, letters[1]))
        ]
        assert rules[0] == rules[1] and rules[0]
        red = [r for area in mine.conditional_formatting if f"{letters[0]}6" in area.cells for r in area.rules]
        assert any(f"{letters[0]}$4" in r.formula[0] and "LB_IssueKeys" in r.formula[0] for r in red)
    assert mine.tables["LB_Leads"].ref == f"A5:{mine.cell(1, max(at.values())).column_letter}35"
    assert load_workbook(book).defined_names["LB_Leads.keys"].attr_text.endswith(letters[0] + "$4")


def test_new_settings_and_sections_come_with_their_defaults(tmp_path: Path) -> None:
    book = put(tmp_path, old_book("vi"))
    old_rows = table(book, "LB_Policy"), table(book, "LB_Settings")
    assert leadbook("upgrade", book).code == 0
    rows, settings = table(book, "LB_Policy"), table(book, "LB_Settings")
    assert rows[: len(old_rows[0])] == old_rows[0]
    assert settings[: len(old_rows[1])] == old_rows[1]
    assert {line["setting"] for line in settings} == set(default_policy().settings)
    known = {row["section"] for row in default_policy().rows}
    labels = load_labels("vi")
    fresh = {line["section"] for line in rows} - {line["section"] for line in old_rows[0]}
    assert fresh and fresh <= {labels.choice("policy_section", code) for code in known}
    values = {line["setting"]: line["value"] for line in settings[len(old_rows[1]) :]}
    assert values == {key: default_policy().settings[key] for key in values}


def test_what_the_team_took_out_of_its_policy_stays_out(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        sheet = workbook["Policy"]
        for row in range(6, sheet.max_row + 1):
            if sheet.cell(row, 1).value == "Product":
                for column in range(1, 20):
                    sheet.cell(row, column).value = None

    book = put(tmp_path, edited(old_book(), change))
    assert leadbook("upgrade", book).code == 0
    assert "Product" not in {line["section"] for line in table(book, "LB_Policy")}


def worked_book(workbook: Workbook) -> None:
    """What a team does with its book: own columns, sheets, renamed headers and sheets, marks."""
    leads, results = workbook["Leads"], workbook["Results"]
    found = leads.tables["LB_Leads"]
    right = len(found.tableColumns) + 1
    letter = leads.cell(1, right).column_letter
    found.tableColumns.append(TableColumn(id=500, name="Machine park"))
    found.ref = found.autoFilter.ref = f"A5:{letter}35"
    leads.cell(5, right, "Machine park")
    leads.cell(6, right, "3 presses").fill = PatternFill("solid", fgColor="FFEE00")
    leads["B5"] = "Account"
    found.tableColumns[1].name = "Account"
    results.title = "Our ranking & more"
    for name in workbook.defined_names.values():
        name.attr_text = name.attr_text.replace("'Results'!", "'Our ranking & more'!")
    own = workbook.create_sheet("Done", 2)
    own["A1"], own["B2"] = "our own list", "=Leads!B6"
    workbook["History"]["P9"] = "mine"


def test_a_worked_book_keeps_its_own_columns_sheets_and_headers(tmp_path: Path, package_check: Check) -> None:
    data = edited(old_book(), worked_book)
    book = put(tmp_path, data)
    said = leadbook("upgrade", book)
    assert (said.code, said.err) == (0, "")
    assert package_check(book) == []
    assert "History!P9" in said.out and "Hand-off (LB_History)" in said.out
    workbook = load_workbook(book)
    assert workbook["Done"]["A1"].value == "our own list" and "LB_Done" in workbook["Done 2"].tables
    leads = workbook["Leads"]
    at = columns(leads)
    assert leads["B5"].value == "Account" and at["company_name"] == 2
    assert leads["CA6"].value == "3 presses" and at["close_reason"] == 80
    assert leads.tables["LB_Leads"].tableColumns[78].name == "Machine park"
    assert "machine_tier" in columns(workbook["Our ranking & more"])
    assert "handoff" not in columns(workbook["History"])
    assert workbook["History"]["P9"].value == "mine"
    assert workbook.defined_names["LB_Done.keys"].attr_text == "'Done 2'!$A$4:$P$4"
    titles = workbook["Done 2"].print_title_rows
    assert titles == "$3:$5"
    assert process(book).code in (0, 1)
    assert load_workbook(book)["Leads"]["CA6"].value == "3 presses"
    again = book.read_bytes()
    assert leadbook("upgrade", book).code == 0
    assert book.read_bytes() == again


@cache
def ran_book() -> bytes:
    """The old book after two weeks, before its upgrade."""
    with TemporaryDirectory() as folder:
        book = put(Path(folder), old_book())
        assert process(book).code in (0, 1) and process(book, "--today", "2026-06-22").code in (0, 1)
        return book.read_bytes()


def widths(data: bytes, title: str) -> dict[int, float]:
    sheet = load_workbook(io.BytesIO(data))[title]
    spans = [(d.min, d.max, d.width) for d in sheet.column_dimensions.values()]
    return {column: width for low, high, width in spans for column in range(low, min(high, 60) + 1)}


def test_weeks_make_room_for_history_and_go_on_as_before(tmp_path: Path, package_check: Check) -> None:
    def own(workbook: Workbook) -> None:
        sheet = workbook["History"]
        found = sheet.tables["LB_Weeks"]
        found.tableColumns.append(TableColumn(id=77, name="Our remark"))
        found.ref = found.autoFilter.ref = "Q5:AC7"
        sheet["AC5"], sheet["AC7"] = "Our remark", "fair week"
        sheet.column_dimensions["R"].width = 21
        sheet["A30"] = "below History"
        workbook.create_sheet("Ours")["A1"] = "=SUM(LB_Weeks[Leads])"
        workbook["Ours"]["A2"] = "=History!F6"

    data = edited(ran_book(), own)
    book = put(tmp_path, data)
    before = table(book, "LB_Weeks"), table(book, "LB_History")
    assert len(before[0]) == 2
    assert leadbook("upgrade", book).code == 0
    assert package_check(book) == []
    after = table(book, "LB_Weeks"), table(book, "LB_History")
    assert after[0] == before[0]
    assert [{k: line[k] for k in before[1][0]} for line in after[1]] == before[1]
    assert {"machine_tier", "machine_score", "handoff"} <= set(after[1][0])
    sheet = load_workbook(book)["History"]
    assert (sheet.tables["LB_History"].ref, sheet.tables["LB_Weeks"].ref) == ("A5:R10", "T5:AF7")
    assert sheet.tables["LB_Weeks"].autoFilter.ref == "T5:AF7" and sheet["A30"].value == "below History"
    assert sheet["AF7"].value == "fair week" and sheet["S6"].value is None and sheet["Q7"].value is None
    old, new = widths(data, "History"), widths(book.read_bytes(), "History")
    assert [new.get(n, 13) for n in range(19, 33)] == [old.get(n, 13) for n in range(16, 30)] and new[21] == 21
    assert load_workbook(book).defined_names["LB_Weeks.keys"].attr_text == "'History'!$T$4:$AE$4"
    assert load_workbook(book)["Ours"]["A1"].value == "=SUM(LB_Weeks[Leads])"
    assert process(book, "--today", "2026-06-29").code in (0, 1)
    weeks = table(book, "LB_Weeks")
    assert [line["week"] for line in weeks] == ["2026-W25", "2026-W26", "2026-W27"] and weeks[0] == before[0][0]
    assert load_workbook(book)["History"]["AF7"].value == "fair week"
    assert not [row for row in table(book, "LB_Issues") if row["code"] == "LB411"]
    # Two runs of an old book left one line a lead; now each gets one that can tell who holds it.
    assert [line["handoff"] is None for line in table(book, "LB_History")] == [True] * 5 + [False] * 5
    # The charts of the Dashboard read its own block of weeks, not this table.
    charts = b"".join(xml for name, xml in parts(book).items() if "/charts/chart" in name)
    assert b"History!" not in charts and b"Dashboard" in charts
    block = [[cell.value for cell in row] for row in load_workbook(book)["Dashboard"]["W23:AA48"]]
    assert [row[0] for row in block if row[0]] == ["2026-W25", "2026-W26", "2026-W27"]


def named_by(kind: str) -> Callable[[Workbook], None]:
    """Something of the team's that knows the place of a cell of LB_Weeks."""

    def change(workbook: Workbook) -> None:
        sheet, own = workbook["History"], workbook.create_sheet("Ours")
        if kind == "formula":
            own["B3"] = "=MAX(History!$R$6:$R$20)"
        elif kind == "columns":
            own["B3"] = "=COUNTA(History!Q:Q)"
        elif kind == "chart":
            chart = LineChart()
            chart.add_data(Reference(sheet, min_col=18, min_row=5, max_row=20), titles_from_data=True)
            own.add_chart(chart, "B2")
        elif kind == "name":
            workbook.defined_names["OurWeeks"] = DefinedName("OurWeeks", attr_text="History!$Q$6:$Q$20")
        elif kind == "rule":
            sheet.conditional_formatting.add("R6:R50", CellIsRule("greaterThan", ["5"], fill=PatternFill("solid")))
        elif kind == "beside":
            sheet["AD6"] = "our words"
        elif kind == "below":
            sheet["S12"] = "our words"
        elif kind == "own formula":
            found = sheet.tables["LB_Weeks"]
            found.tableColumns.append(TableColumn(id=77, name="Twice"))
            found.ref = found.autoFilter.ref = "Q5:AC7"
            sheet["AC5"], sheet["AC6"] = "Twice", "=R6*2"

    return change


PLACES = {
    "formula": "Ours!B3", "columns": "Ours!B3", "chart": "chart", "name": "OurWeeks", "rule": "History!R6:R50",
    "beside": "History!AD6", "below": "History!S12", "own formula": "History!AC6",
}  # fmt: skip


@pytest.mark.parametrize("kind", PLACES)
def test_weeks_stay_where_something_knows_their_place_and_it_is_said_every_time(
    kind: str, tmp_path: Path, package_check: Check
) -> None:
    data = edited(ran_book(), named_by(kind))
    book = put(tmp_path, data)
    text = load_labels("en").text
    first = leadbook("upgrade", book)
    assert first.code == 0 and package_check(book) == []
    assert load_workbook(book)["History"].tables["LB_Weeks"].ref == load_workbook(io.BytesIO(data))[
        "History"].tables["LB_Weeks"].ref  # fmt: skip
    second = leadbook("upgrade", book)
    lines = [[line for line in said.out.splitlines() if "LB_History" in line or "not added" in line][-3:]
             for said in (first, second)]  # fmt: skip
    assert lines[0] == lines[1] and PLACES[kind] in lines[1][0]
    told = second.out.splitlines()
    assert told[0] == text("upgrade.missing", file=str(book), version=model("en").custom_properties[VERSION], count=2)
    assert f"  {text('upgrade.room')}" in told and f"  {text('upgrade.memory')}" in told
    said = process(book, "--today", "2026-06-29")
    assert "leadbook upgrade" not in said.out or "LB411" in said.out
    hints = [row for row in table(book, "LB_Issues") if row["code"] == "LB411"]
    assert len(hints) == 1 and "Computed score, Hand-off" in hints[0]["message"]
    assert "leadbook upgrade" in hints[0]["fix"]


def test_once_the_place_is_free_the_rest_comes_and_the_hint_goes(tmp_path: Path, package_check: Check) -> None:
    book = put(tmp_path, edited(ran_book(), named_by("beside")))
    assert leadbook("upgrade", book).code == 0
    book.write_bytes(edited(book.read_bytes(), lambda workbook: workbook["History"]["AD6"].__setattr__("value", None)))
    said = leadbook("upgrade", book, "--json")
    told = json.loads(said.out)
    assert told["moved"] == [{"where": "History", "name": "LB_Weeks"}] and told["skipped"] == []
    assert package_check(book) == []
    tables = load_workbook(book)["History"].tables
    assert tables["LB_History"].ref == "A5:R10" and tables["LB_Weeks"].ref == "T5:AE7"  # a free column between them
    assert process(book, "--today", "2026-06-29").code in (0, 1)
    assert not [row for row in table(book, "LB_Issues") if row["code"] == "LB411"]


@pytest.mark.libreoffice
@pytest.mark.slow
def test_libreoffice_reads_and_saves_a_book_whose_weeks_made_room(tmp_path: Path) -> None:
    book = put(tmp_path, ran_book())
    assert leadbook("upgrade", book).code == 0
    before = table(book, "LB_Weeks")
    with office(tmp_path) as pipe:
        shown = edit(pipe, book, [("History", "T7", "?"), ("History", "U7", "?"), ("Leads", "B6", "New name Ltd")])
    assert shown[:2] == [before[1]["week"], str(before[1]["leads"])]
    assert table(book, "LB_Weeks") == before
    assert process(book, "--today", "2026-06-29").code in (0, 1)
    assert [line["week"] for line in table(book, "LB_Weeks")] == ["2026-W25", "2026-W26", "2026-W27"]


def with_own_time(workbook: Workbook) -> None:
    """A column of the team's own that is called like one that leadbook brought later."""
    sheet = workbook["Follow-ups"]
    found = sheet.tables["LB_FollowUps"]
    right = len(found.tableColumns) + 1
    bottom = sheet.max_row
    found.tableColumns.append(TableColumn(id=500, name="Time"))
    found.ref = found.autoFilter.ref = f"A5:{sheet.cell(1, right).column_letter}{bottom}"
    sheet.cell(5, right, "Time")
    sheet.cell(6, right, "after lunch")


@pytest.mark.req("X8")
def test_a_teams_own_column_is_not_taken_for_a_new_one_of_leadbook(tmp_path: Path, package_check: Check) -> None:
    book = put(tmp_path, old_book())
    assert process(book).code in (0, 1)  # now there are steps to write beside
    book.write_bytes(edited(book.read_bytes(), with_own_time))
    at = load_workbook(book)["Follow-ups"].tables["LB_FollowUps"].ref.partition(":")[2].rstrip("0123456789")
    assert process(book, "--today", "2026-07-20").code in (0, 1)
    assert load_workbook(book)["Follow-ups"][f"{at}6"].value == "after lunch"
    assert leadbook("upgrade", book).code == 0
    assert process(book, "--today", "2026-07-27").code in (0, 1)
    sheet = load_workbook(book)["Follow-ups"]
    assert sheet[f"{at}6"].value == "after lunch" and sheet[f"{at}5"].value == "Time"
    assert sheet.cell(5, columns(sheet)["time"]).value == "Time 2"
    assert package_check(book) == []


def test_upgraded_book_can_archive(tmp_path: Path, package_check: Check) -> None:
    book = put(tmp_path, old_book())
    assert process(book).code in (0, 1)
    assert leadbook("archive", book, "--today", DAY).code == 3
    assert leadbook("upgrade", book).code == 0

    def close(workbook: Workbook) -> None:
        sheet = workbook["Follow-ups"]
        sheet.cell(7, columns(sheet)["status"], "done")
        sheet.cell(7, columns(sheet)["time"], "10:30")

    book.write_bytes(edited(book.read_bytes(), close))
    assert leadbook("archive", book, "--today", DAY).code == 0
    done = table(book, "LB_Done")
    assert len(done) == 1 and done[0]["time"] == "10:30"
    assert package_check(book) == []


def without_sheets(workbook: Workbook) -> None:
    for title, names in (("Dashboard", "LB_Dash."), ("Matrix", "LB_Matrix.")):
        del workbook[title]
        for name in [n for n in workbook.defined_names if n.startswith(names)]:
            del workbook.defined_names[name]


def test_sheets_with_charts_come_back_and_point_at_the_right_cells(tmp_path: Path, package_check: Check) -> None:
    def change(workbook: Workbook) -> None:
        without_sheets(workbook)
        workbook.create_sheet("Dashboard")["A1"] = "our own"

    book = put(tmp_path, edited(plain_book(), change))
    said = leadbook("upgrade", book)
    assert said.code == 0 and "new sheet: Matrix, Dashboard 2" not in said.err
    assert package_check(book) == []
    new = load_workbook(book)
    assert new["Dashboard"]["A1"].value == "our own"
    assert len(new["Dashboard 2"]._charts) == 7 and len(new["Matrix"]._charts) == 1
    charts = [xml for name, xml in parts(book).items() if "/charts/chart" in name]
    areas = {area.rpartition(b"!")[0] for xml in charts for area in re.findall(rb"<c:f>([^<]*)</c:f>", xml)}
    assert areas == {b"'Dashboard 2'", b"Matrix"} or areas == {b"'Dashboard 2'", b"'Matrix'"}
    assert process(book).code in (0, 1)
    tiers = load_workbook(book)["Dashboard 2"]
    assert sum(tiers.cell(row, 24).value or 0 for row in range(6, 12)) == 5


def prefixed(data: bytes) -> bytes:
    """The same book with every element of the main parts under a prefix, as some programs write it."""
    content = parts(data)
    for name, xml in content.items():
        if re.match(r"xl/(workbook|styles|worksheets/sheet\d+|tables/table\d+)\.xml", name):
            text = re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", xml)
            content[name] = text.replace(b' xmlns="', b' xmlns:x="', 1)
    return packed(content)


def test_a_book_with_prefixes_gets_the_same(tmp_path: Path, package_check: Check) -> None:
    plain, other = put(tmp_path, old_book(), "plain.xlsx"), put(tmp_path, prefixed(old_book()), "other.xlsx")
    assert leadbook("upgrade", plain).code == 0
    said = leadbook("upgrade", other)
    assert (said.code, said.err) == (0, "")
    assert package_check(other) == []
    assert cells_of(other.read_bytes()) == cells_of(plain.read_bytes())


def test_another_programs_styles_get_what_they_lack(tmp_path: Path, package_check: Check) -> None:
    data = edited(old_book("vi"), lambda w: setattr(w.worksheets[0]["B6"], "number_format", "0.000"))
    book = put(tmp_path, data)
    assert leadbook("upgrade", book).code == 0
    assert package_check(book) == []
    like = cells_of((ROOT / "templates" / "book.vi.xlsx").read_bytes())
    title = load_labels("vi").text("sheet.done")
    assert cells_of(book.read_bytes())[title] == like[title]
    assert load_workbook(book).worksheets[0]["B6"].number_format == "0.000"


def test_a_book_without_properties_gets_its_version(tmp_path: Path, package_check: Check) -> None:
    content = parts(old_book())
    del content["docProps/custom.xml"]
    for name in ("_rels/.rels", "[Content_Types].xml"):
        content[name] = re.sub(rb"<(?:Relationship|Override) [^>]*custom[^>]*/>", b"", content[name])
    book = put(tmp_path, packed(content))
    assert leadbook("upgrade", book).code == 0
    assert package_check(book) == []
    assert Package.from_bytes(book.read_bytes()).custom_properties[VERSION] == model("en").custom_properties[VERSION]


def test_the_button_and_its_macro_stay(tmp_path: Path, package_check: Check) -> None:
    assert leadbook("add-button", put(tmp_path, old_book())).code == 0
    book = tmp_path / "team.xlsm"
    before = parts(book)
    assert leadbook("upgrade", book).code == 0
    after = parts(book)
    kept = [name for name in before if re.search(r"vbaProject|vmlDrawing", name)]
    assert len(kept) == 4 and all(after[name] == before[name] for name in kept)
    assert package_check(book) == []


def test_todays_books_get_nothing_and_hear_nothing(tmp_path: Path) -> None:
    for language in LANGUAGES:
        book = put(tmp_path, (ROOT / "templates" / f"book.{language}.xlsx").read_bytes(), f"{language}.xlsx")
        kept = book.read_bytes()
        said = leadbook("upgrade", book)
        assert (said.code, book.read_bytes()) == (0, kept)
        assert said.out.splitlines()[0] == load_labels(language).text(
            "upgrade.nothing", file=str(book), version=model(language).custom_properties[VERSION])  # fmt: skip
    book = put(tmp_path, plain_book())
    assert "leadbook upgrade" not in process(book).out


def test_json_dry_run_and_copy(tmp_path: Path) -> None:
    book = put(tmp_path, old_book())
    dry = json.loads(leadbook("upgrade", book, "--dry-run", "--json").out)
    assert book.read_bytes() == old_book() and dry["written"] is None
    assert leadbook("upgrade", book, "-o", tmp_path / "new.xlsx").code == 0
    assert book.read_bytes() == old_book()
    told = json.loads(leadbook("upgrade", book, "--json").out)
    assert told == dry | {"written": "team.xlsx"}
    assert book.read_bytes() == (tmp_path / "new.xlsx").read_bytes()
    assert (told["from"], told["to"]) == ("1", model("en").custom_properties[VERSION])
    assert {"kind": "column", "where": "LB_FollowUps", "name": "Time"} in told["added"]
    assert {item["kind"] for item in told["added"]} == {"sheet", "column", "list", "block", "setting", "policy"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reader_is_told_in_their_language(language: str, tmp_path: Path) -> None:
    said = leadbook("upgrade", put(tmp_path, old_book()), "--dry-run", "--lang", language)
    labels = load_labels(language)
    assert labels.text("upgrade.column", where="LB_FollowUps", names="Time") in said.out
    assert labels.text("summary.dry_run") in said.out


def test_an_open_book_and_a_stranger_are_left_alone(tmp_path: Path) -> None:
    book = put(tmp_path, old_book())
    (tmp_path / "~$team.xlsx").write_bytes(b"\x03Mei".ljust(165, b" "))
    assert leadbook("upgrade", book).code == 75
    stranger = tmp_path / "stranger.xlsx"
    Workbook().save(stranger)
    said = leadbook("upgrade", stranger)
    assert (said.code, "No Leads table" in said.err) == (3, True)


def bump(xml: bytes, old: bytes, new: bytes) -> bytes:
    assert old in xml
    return xml.replace(old, new, 1)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"Sao Mai", b"Sao May"),
        ("xl/worksheets/sheet9.xml", b'width="', b'width="1'),
        ("xl/worksheets/sheet1.xml", b"</sheetData>", b'</sheetData><sheetProtection sheet="1"/>'),
        ("xl/worksheets/sheet5.xml", b'<row r="3"', b'<row ht="99" r="3"'),
        ("xl/styles.xml", b'<sz val="10"/>', b'<sz val="11"/>'),
        ("xl/workbook.xml", b'name="Leads"', b'name="Lead"'),
        ("xl/workbook.xml", b"<definedName name=\"LB_Reps\">'Team'!$A$6", b"<definedName name=\"LB_Reps\">'Team'!$A$7"),
        ("xl/tables/table1.xml", b'<tableColumn id="2"', b'<tableColumn id="2222"'),
        ("xl/charts/chart1.xml", b"<c:chart>", b"<c:chart><!-- -->"),
        ("xl/sharedStrings.xml", b"<si>", b"<si><!-- -->"),
        ("docProps/custom.xml", b"<vt:lpwstr>en<", b"<vt:lpwstr>vi<"),
        ("xl/_rels/workbook.xml.rels", b"worksheets/sheet2.xml", b"worksheets/sheet3.xml"),
    ],
)
def test_the_check_sees_what_an_upgrade_may_not_touch(part: str, old: bytes, new: bytes) -> None:
    book = open_book(old_book(), "team.xlsx", load_catalogue())
    plan, like, session = _planned(book)
    made = upgrade(session, like, plan, (VERSION, "2"))
    assert lost(book.package, Package.from_bytes(made.data), made) == []
    content = parts(made.data)
    content[part] = bump(content[part], old, new)
    assert [line.split(":")[0] for line in lost(book.package, Package.from_bytes(packed(content)), made)] == [part]
    del content["xl/drawings/drawing1.xml"]
    content["xl/strange.xml"] = b"<a/>"
    found = lost(book.package, Package.from_bytes(packed(content)), replace(made))
    assert {"xl/drawings/drawing1.xml: missing", "xl/strange.xml: added"} <= set(found)


@every_book
def test_sheets_that_were_there_differ_only_where_columns_and_lists_came(language: str, tmp_path: Path) -> None:
    """A second look with another parser: outside of new columns, lists, rows and rules each element is as it was."""
    book = put(tmp_path, old_book(language))
    assert leadbook("upgrade", book).code == 0
    old, new = parts(old_book(language)), parts(book)
    changed = ("leads", "results", "follow_ups", "history", "lists", "policy")
    names = {load_labels(language).text(f"sheet.{key}") for key in changed}
    for entry in Package.from_bytes(old_book(language)).sheets:
        part = sheet_part(old_book(language), entry.name)
        if entry.name not in names:
            cells = [list(etree.fromstring(xml[part]).iter("{*}c")) for xml in (old, new)]
            assert [etree.tostring(c) for c in cells[0]] == [
                etree.tostring(c) for c in cells[1] if c.get("r") in {d.get("r") for d in cells[0]}
            ], entry.name
            continue
        before = {c.get("r"): etree.tostring(c) for c in etree.fromstring(old[part]).iter("{*}c")}
        after = {c.get("r"): etree.tostring(c) for c in etree.fromstring(new[part]).iter("{*}c")}
        gone = {place for place in before if place and moves(entry.name, place, language)}
        assert {place: after[place] for place in before if place not in gone} == {
            place: cell for place, cell in before.items() if place not in gone}, entry.name  # fmt: skip
        assert {after[right(str(place), 3)] for place in gone} == {
            before[place].replace(f'r="{place}"'.encode(), f'r="{right(str(place), 3)}"'.encode()) for place in gone}
    untouched = [n for n in old if re.search(r"theme|sharedStrings|charts|drawings|core|app", n)]
    assert len(untouched) > 10 and all(old[n] == new[n] for n in untouched)


@pytest.mark.libreoffice
@pytest.mark.slow
@every_book
def test_libreoffice_opens_upgraded_books(language: str, tmp_path: Path) -> None:
    book = put(tmp_path, old_book(language))
    assert leadbook("upgrade", book).code == 0
    title, leads = load_labels(language).text("sheet.done"), load_labels(language).text("sheet.leads")
    with office(tmp_path) as pipe:
        shown = edit(pipe, book, [(title, "P5", "?"), (leads, "CC5", "?"), (leads, "B6", "?")])
    header = load_labels(language).header
    assert shown[:2] == [header("done", "archived_on"), header("lead", "override_tier")]
    assert shown[2] == "明河机械有限公司"
