"""``archive``: closed follow-ups move to LB_Done as whole rows, the others close up, and nobody's word is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table, TableColumn

from leadbook.app.archive import DONE, FOLLOW_UPS, LEFT_BEHIND, _faults, _owned
from leadbook.app.book import open_book
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book
from leadbook.workbook.archiving import archive_rows
from leadbook.workbook.package import Package
from leadbook.workbook.session import Session
from leadbook.workbook.tables import read_tables
from tests.books import (
    BODY_ROW,
    LEADS,
    TEAM,
    columns,
    edited,
    leadbook,
    packed,
    parts,
    process,
    put,
    sheet_part,
    table,
)

DAY = "2026-06-20"
Change = Callable[[Any, dict[str, int]], None]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


@cache
def planned(language: str = "en") -> bytes:
    """A book with five planned steps in rows 6 to 10 of the follow-ups."""
    catalogue, labels = load_catalogue(), load_labels(language)
    policy, settings = default_policy_rows(catalogue, labels)
    steps = [
        {
            "rank": n, "step_id": f"S{n}", "lead_key": f"k{n}", "lead_name": lead["company_name"], "owner": "Ana Kim",
            "kind": labels.choice("step_kind", "call"), "due": date(2026, 6, 15), "purpose": "Ask for the plan",
            "channel": labels.choice("channel", "phone"), "tier": "C", "status": labels.choice("step_status", "open"),
        }
        for n, lead in enumerate(LEADS, 1)
    ]  # fmt: skip
    return build_book(labels, catalogue, policy, settings, {"lead": LEADS, "team": TEAM, "follow_up": steps})


@pytest.fixture
def run_book() -> bytes:
    return planned()


def close(sheet: Any, at: dict[str, int], *rows: int, status: str = "done") -> None:
    for row in rows:
        sheet.cell(row, at["status"], status)


def worked(data: bytes, change: Change, sheet: str = "Follow-ups") -> bytes:
    """The book after people worked in the follow-ups: rows 7 and 9 are closed."""

    def edit(workbook: Workbook) -> None:
        place = workbook[sheet]
        at = columns(place)
        close(place, at, 7, 9)
        change(place, at)

    return edited(data, edit)


def own_column(sheet: Any, header: str, values: dict[int, Any]) -> int:
    """A column that people added at the right edge of the table."""
    found = sheet.tables[FOLLOW_UPS]
    right = sheet.cell(5, 1).column + len(found.tableColumns)
    found.tableColumns.append(TableColumn(id=90 + right, name=header))
    letter = sheet.cell(1, right).column_letter
    found.ref = re.sub(r":[A-Z]+", f":{letter}", found.ref)
    found.autoFilter.ref = found.ref
    sheet.cell(5, right, header)
    for row, value in values.items():
        sheet.cell(row, right, value)
    return right


def formulas(data: bytes, sheet: str, texts: dict[int, str]) -> bytes:
    """Put formulas with stored values where these numbers stand."""
    content = parts(data)
    part = sheet_part(data, sheet)
    for number, xml in texts.items():
        wanted = f"<v>{number}</v>".encode()
        assert content[part].count(wanted) == 1
        content[part] = content[part].replace(wanted, xml.encode())
    return packed(content)


def cell(path: Path, sheet: str, header: str, row: int, *, values: bool = True) -> Any:
    place = load_workbook(path, data_only=values)[sheet]
    at = next(c.column for c in place[5] if c.value == header)
    return place.cell(row, at)


def archive(path: Path, *words: object) -> Any:
    return leadbook("archive", path, "--today", DAY, *words)


def test_closed_rows_move_whole_and_the_others_close_up(
    run_book: bytes, tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(7, at["done_on"], date(2026, 6, 16)).number_format = "dd/mm/yyyy"
        sheet.cell(7, at["result"], "签了 – tốt")
        sheet.cell(8, at["note"], "stays").font = Font(bold=True)
        sheet.cell(9, at["status"], "已跳过")
        right = own_column(sheet, "Hall", {6: "H1", 7: "H2", 8: "H3", 9: 4.5, 10: "H5"})
        sheet.cell(9, right).number_format = '0.00 "km"'
        sheet.cell(9, right).fill = PatternFill("solid", fgColor="FFEE00")
        sheet.row_dimensions[10].height = 40

    book = put(tmp_path, worked(run_book, change))
    before, old = book.read_bytes(), table(book, FOLLOW_UPS)
    said = archive(book)
    assert (said.code, said.err) == (0, "")
    assert "2 closed follow-ups (Done 1 · Skipped 1). 3 rows stay" in said.out and "Hall" in said.out
    new, done = table(book, FOLLOW_UPS), table(book, DONE)
    assert new == [old[0], old[2], old[4]]
    assert [{k: v for k, v in line.items() if k not in ("rank", "archived_on")} for line in done] == [
        {k: v for k, v in line.items() if k != "rank"} for line in (old[1], old[3])
    ]
    assert {line["archived_on"] for line in done} == {datetime(2026, 6, 20)}
    assert [cell(book, "Done", "Hall", row).value for row in (6, 7)] == ["H2", 4.5]
    assert cell(book, "Done", "Hall", 7).number_format == '0.00 "km"'
    assert cell(book, "Done", "Hall", 7).fill.fgColor.rgb == "00FFEE00"
    assert cell(book, "Done", "Done on", 6).number_format == "dd/mm/yyyy"
    assert cell(book, "Follow-ups", "Note", 7).font.bold is True
    assert load_workbook(book)["Follow-ups"].row_dimensions[8].height == 40
    assert package_check(book) == []
    assert leadbook("undo", book).code == 0
    assert book.read_bytes() == before


def rows_of(data: bytes) -> list[bytes]:
    """The rows of the follow-ups without their numbers."""
    xml = parts(data)[sheet_part(data, "Follow-ups")]
    lines = re.findall(rb"<row (.*?)</row>", xml, re.DOTALL)[BODY_ROW - 1:]
    return [re.sub(rb'\br="[A-Z]*[0-9]+"', b"", line) for line in lines]


def test_rows_that_stay_keep_their_bytes_and_other_parts_are_untouched(run_book: bytes, tmp_path: Path) -> None:
    book = put(tmp_path, worked(run_book, lambda sheet, at: None))
    before = book.read_bytes()
    assert archive(book).code == 0
    after = book.read_bytes()
    old = rows_of(before)
    assert rows_of(after) == [old[0], old[2], old[4]]
    one, two = parts(before), parts(after)
    touched = {sheet_part(before, "Follow-ups"), sheet_part(before, "Done"), "xl/workbook.xml"}
    tables = {n for n, x in one.items() if b'displayName="LB_FollowUps"' in x or b'displayName="LB_Done"' in x}
    assert {name for name in one if one[name] != two[name]} <= touched | tables
    assert set(one) == set(two)


def test_second_time_there_is_nothing_to_do(run_book: bytes, tmp_path: Path) -> None:
    book = put(tmp_path, worked(run_book, lambda sheet, at: None))
    assert archive(book).code == 0
    kept = book.read_bytes()
    again = archive(book)
    assert (again.code, again.err) == (0, "")
    assert "Nothing to archive" in again.out
    assert book.read_bytes() == kept


def test_archives_add_up_and_runs_go_on(run_book: bytes, tmp_path: Path) -> None:
    book = put(tmp_path, worked(run_book, lambda sheet, at: None))
    assert archive(book).code == 0
    assert process(book, "--today", "2026-06-22").code in (0, 1)
    words = {line["step_id"]: line for line in table(book, DONE)}
    open_now = table(book, FOLLOW_UPS)
    assert len(words) == 2 and not set(words) & {line["step_id"] for line in open_now}
    book.write_bytes(edited(book.read_bytes(), lambda w: close(w["Follow-ups"], columns(w["Follow-ups"]), 6)))
    assert leadbook("archive", book, "--today", "2026-06-23").code == 0
    assert [line["archived_on"].day for line in table(book, DONE)] == [20, 20, 23]


@pytest.mark.parametrize(("limit", "moved"), [("2026-06-16", 1), ("2026-06-17", 2), ("2026-06-10", 0)])
def test_before_looks_at_the_day_done_else_due(run_book: bytes, tmp_path: Path, limit: str, moved: int) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(7, at["done_on"], date(2026, 6, 16))
        assert sheet.cell(9, at["due"]).value == datetime(2026, 6, 15)

    book = put(tmp_path, worked(run_book, change))
    said = archive(book, "--before", limit, "--json")
    assert said.code == 0
    assert json.loads(said.out)["archived"] == moved
    assert len(table(book, DONE)) == moved


def test_json_and_dry_run(run_book: bytes, tmp_path: Path) -> None:
    book = put(tmp_path, worked(run_book, lambda sheet, at: None))
    kept = book.read_bytes()
    told = json.loads(archive(book, "--dry-run", "--json").out)
    assert told == {"archived": 2, "by_status": {"done": 2}, "left": 3, "columns_added": [], "written": None}
    assert book.read_bytes() == kept
    assert archive(book, "-o", tmp_path / "copy.xlsx").code == 0
    assert book.read_bytes() == kept and len(table(tmp_path / "copy.xlsx", DONE)) == 2
    assert json.loads(archive(book, "--json").out)["written"] == "team.xlsx"
    assert archive(book, "--before", "soon").code == 2


def test_all_rows_closed_leave_one_formatted_row(
    run_book: bytes, tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    book = put(tmp_path, worked(run_book, lambda sheet, at: close(sheet, at, 6, 8, 10)))
    look = cell(book, "Follow-ups", "Due", 6).number_format
    assert archive(book).code == 0
    assert table(book, FOLLOW_UPS) == [] and len(table(book, DONE)) == 5
    assert load_workbook(book)["Follow-ups"].tables[FOLLOW_UPS].ref.endswith("6")
    assert package_check(book) == []
    assert process(book, "--today", "2026-06-22").code in (0, 1)
    assert table(book, FOLLOW_UPS)
    assert cell(book, "Follow-ups", "Due", 6).number_format == look


@pytest.mark.parametrize(
    ("formula", "stays_as", "archived"),
    [
        ("G{row}+7", "=G{row}+7", 46000),
        ("$G${row}*$A$2", "=$G${row}*$A$2", 46000),
        ("LEN(LB_FollowUps[[#This Row],[Company]])", "=LEN(LB_FollowUps[[#This Row],[Company]])", 46000),
        ("ROWS(G$6:G$10)+Team!A8", "=ROWS(G$6:G$10)+Team!A8", 46000),
    ],
)
def test_formulas_of_own_columns_follow_their_row(
    run_book: bytes, tmp_path: Path, formula: str, stays_as: str, archived: float,
    package_check: Callable[[Path], list[str]],
) -> None:  # fmt: skip
    data = worked(run_book, lambda s, at: own_column(s, "Sum", {r: 777000 + r for r in range(6, 11)}))
    texts = {777000 + r: f"<f>{formula.format(row=r)}</f><v>46000</v>" for r in range(6, 11)}
    if "G$6" in formula:  # covers only rows that move when all of them do
        data = edited(data, lambda w: close(w["Follow-ups"], columns(w["Follow-ups"]), 6))
    book = put(tmp_path, formulas(data, "Follow-ups", texts))
    assert archive(book).code == 0
    rows = list(range(6, 9 if "G$6" not in formula else 8))
    assert [cell(book, "Follow-ups", "Sum", r, values=False).value for r in rows] == [
        stays_as.format(row=r) for r in rows
    ]
    assert cell(book, "Follow-ups", "Sum", 6).value == 46000
    frozen = [cell(book, "Done", "Sum", r, values=False).value for r in (6, 7)]
    assert frozen == [archived, archived]
    assert package_check(book) == []


def test_shared_formulas_are_spelled_out_where_they_move(
    run_book: bytes, tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    data = worked(run_book, lambda s, at: own_column(s, "Sum", {r: 777000 + r for r in range(6, 11)}))
    texts = {777000 + r: '<f t="shared" si="0"/><v>5</v>' for r in range(7, 11)}
    texts[777006] = '<f t="shared" ref="Q6:Q10" si="0">G6+7</f><v>5</v>'
    book = put(tmp_path, formulas(data, "Follow-ups", texts))
    assert archive(book).code == 0
    xml = parts(book)[sheet_part(book, "Follow-ups")]
    assert b">G6+7</f>" in xml and b"<f>G7+7</f>" in xml and b"<f>G8+7</f>" in xml
    assert package_check(book) == []


def held_by_comment(sheet: Any, at: dict[str, int]) -> None:
    sheet.cell(8, at["note"]).comment = Comment("look here", "Ana")


def held_by_merge(sheet: Any, at: dict[str, int]) -> None:
    sheet.merge_cells(start_row=10, end_row=10, start_column=at["result"], end_column=at["note"])


def held_by_link(sheet: Any, at: dict[str, int]) -> None:
    sheet.cell(9, at["note"]).hyperlink = "https://example.com/"


def held_by_word(sheet: Any, at: dict[str, int]) -> None:
    sheet.cell(9, at["note"] + 2, "beside the table")


def held_by_rule(sheet: Any, at: dict[str, int]) -> None:
    sheet.conditional_formatting.add("O8:O9", FormulaRule(formula=['$O8<>""'], fill=PatternFill(bgColor="FF0000")))


def held_by_table(sheet: Any, at: dict[str, int]) -> None:
    for row, text in ((5, "Mine"), (6, "a"), (7, "b")):
        sheet.cell(row, at["note"] + 3, text)
    letter = sheet.cell(5, at["note"] + 3).column_letter
    sheet.add_table(Table(displayName="Mine", ref=f"{letter}5:{letter}7"))


def held_by_formula(sheet: Any, at: dict[str, int]) -> None:
    own_column(sheet, "Sum", {8: "=G9+1"})


def held_elsewhere(sheet: Any, at: dict[str, int]) -> None:
    sheet.parent["Team"]["K2"] = "='Follow-ups'!G8"


@pytest.mark.parametrize(
    ("hold", "place"),
    [
        (held_by_comment, "Follow-ups!P8"),
        (held_by_merge, "Follow-ups!O10"),
        (held_by_link, "Follow-ups!P9"),
        (held_by_word, "Follow-ups!R9"),
        (held_by_rule, "Follow-ups!O8"),
        (held_by_table, "Follow-ups!S7"),
        (held_by_formula, "Follow-ups!Q8"),
        (held_elsewhere, "Team!K2"),
    ],
)
def test_what_cannot_move_is_named_and_nothing_moves(
    run_book: bytes, tmp_path: Path, hold: Change, place: str
) -> None:
    book = put(tmp_path, worked(run_book, hold))
    kept = book.read_bytes()
    said = archive(book)
    assert (said.code, place in said.err) == (3, True), said.err
    assert book.read_bytes() == kept


def test_what_stands_above_the_first_closed_row_holds_nothing(run_book: bytes, tmp_path: Path) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(6, at["note"]).comment = Comment("look here", "Ana")
        sheet.cell(6, at["note"] + 2, "beside")
        sheet.cell(8, at["note"] + 2, "goes along")
        sheet.parent["Team"]["K2"] = "=COUNTA('Follow-ups'!$G$6:$G$500)+'Follow-ups'!G6"

    book = put(tmp_path, worked(run_book, change))
    assert archive(book).code == 0
    sheet = load_workbook(book)["Follow-ups"]
    assert sheet["P6"].comment.text == "look here"
    assert [sheet[f"R{row}"].value for row in (6, 7, 8)] == ["beside", "goes along", None]


def test_hidden_rows_of_a_filter_stay_hidden(run_book: bytes, tmp_path: Path) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.row_dimensions[8].hidden = True
        sheet.row_dimensions[9].hidden = True

    book = put(tmp_path, worked(run_book, change))
    assert archive(book).code == 0
    sheet = load_workbook(book)["Follow-ups"]
    assert [row for row in range(6, 12) if sheet.row_dimensions[row].hidden] == [7]
    assert not any(load_workbook(book)["Done"].row_dimensions[row].hidden for row in (6, 7))


def test_a_totals_row_stays_where_it_is(
    run_book: bytes, tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        found = sheet.tables[FOLLOW_UPS]
        found.ref = found.ref.replace("10", "11")
        found.totalsRowCount = 1
        found.tableColumns[at["note"] - 1].totalsRowLabel = "five"
        sheet.cell(11, at["note"], "five")

    book = put(tmp_path, worked(run_book, change))
    assert archive(book).code == 0
    sheet = load_workbook(book)["Follow-ups"]
    assert (sheet.tables[FOLLOW_UPS].ref, sheet["P11"].value) == ("A5:P11", "five")
    assert [sheet.cell(row, 4).value is not None for row in range(6, 11)] == [True, True, True, False, False]
    assert package_check(book) == []


def test_rows_typed_below_the_table_are_rows_too(run_book: bytes, tmp_path: Path) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        for row, text in ((11, "Typed One"), (12, "Typed Two")):
            sheet.cell(row, at["lead_name"], text)
            sheet.cell(row, at["note"], f"note {row}")
        close(sheet, at, 11, status="cancelled")

    book = put(tmp_path, worked(run_book, change))
    assert archive(book).code == 0
    assert [line["note"] for line in table(book, DONE)] == [None, None, "note 11"]
    sheet = load_workbook(book)["Follow-ups"]
    assert sheet["P9"].value == "note 12" and sheet["P12"].value is None


def test_inserted_moved_and_renamed_columns_come_along(run_book: bytes, tmp_path: Path) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        sheet.cell(5, at["result"], "What happened")
        found = sheet.tables[FOLLOW_UPS]
        found.tableColumns[at["result"] - 1].name = "What happened"
        sheet.cell(7, at["result"], "sold")
        own_column(sheet, "Hall", {9: "H9"})

    book = put(tmp_path, worked(run_book, change))
    assert archive(book).code == 0
    assert table(book, DONE)[0]["result"] == "sold"
    book.write_bytes(edited(book.read_bytes(), lambda w: close(w["Follow-ups"], columns(w["Follow-ups"]), 6)))
    book.write_bytes(edited(book.read_bytes(), lambda w: w["Follow-ups"].cell(6, 17).__setattr__("value", "H6")))
    assert archive(book).code == 0
    assert [cell(book, "Done", "Hall", row).value for row in (6, 7, 8)] == [None, "H9", "H6"]
    headers = [c.value for c in load_workbook(book)["Done"][5] if c.value]
    assert headers.count("Hall") == 1


def test_no_room_beside_the_done_table_is_told(run_book: bytes, tmp_path: Path) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        own_column(sheet, "Hall", {9: "H9"})
        sheet.parent["Done"]["Q5"] = "in the way"

    book = put(tmp_path, worked(run_book, change))
    kept = book.read_bytes()
    said = archive(book)
    assert (said.code, "Q5" in said.err) == (3, True)
    assert book.read_bytes() == kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_book_without_the_done_table_is_told_what_to_run(language: str, run_book: bytes, tmp_path: Path) -> None:
    def change(sheet: Any, at: dict[str, int]) -> None:
        del sheet.parent["Done"]
        del sheet.parent.defined_names["LB_Done.keys"]

    book = put(tmp_path, worked(run_book, change))
    said = archive(book, "--lang", language)
    assert said.code == 3
    assert said.err.strip() == load_labels(language).text("error.done_missing", file="team.xlsx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_tells_and_understands(language: str, tmp_path: Path) -> None:
    book = put(tmp_path, planned(language))
    labels = load_labels(language)
    name = labels.text("sheet.follow_ups")
    data = worked(
        book.read_bytes(), lambda s, at: close(s, at, 7, 9, status=labels.choice("step_status", "skipped")), name
    )
    book.write_bytes(data)
    said = archive(book)
    assert said.code == 0
    assert labels.choice("step_status", "skipped") in said.out and name in said.out
    assert len(table(book, DONE)) == 2


def test_a_book_that_is_open_is_left_alone(run_book: bytes, tmp_path: Path) -> None:
    book = put(tmp_path, worked(run_book, lambda sheet, at: None))
    (tmp_path / "~$team.xlsx").write_bytes(b"\x03Mei".ljust(165, b" "))
    assert archive(book).code == 75


@pytest.mark.parametrize(
    ("sheet", "old", "new", "where"),
    [
        ("Follow-ups", b"stays as it is", b"stays as it was", "row 8"),
        ("Follow-ups", b'rgb="FF0F5C63"', b'rgb="FF0F5C64"', "outside"),
        ("Done", b"finished well", b"finished", "not found again"),
        ("Done", b"LB_Done", b"LB_Dune", ""),
    ],
)
def test_the_check_sees_what_archiving_may_not_touch(
    run_book: bytes, sheet: str, old: bytes, new: bytes, where: str
) -> None:
    def change(place: Any, at: dict[str, int]) -> None:
        place.cell(7, at["result"], "finished well")
        place.cell(8, at["note"], "stays as it is")

    book = open_book(worked(run_book, change), "team.xlsx", load_catalogue())
    session = Session(book.package, dict(book.tables), book.reader)
    moved = archive_rows(session, book.tables[FOLLOW_UPS], book.tables[DONE], [7, 9], {}, LEFT_BEHIND)
    assert _faults(book, Package.from_bytes(moved.result.data), moved) == []
    content = parts(moved.result.data)
    part = sheet_part(moved.result.data, sheet) if where else "xl/workbook.xml"
    assert old in content[part]
    content[part] = content[part].replace(old, new, 1)
    found = _faults(book, Package.from_bytes(packed(content)), moved)
    assert found and any(where in line for line in found)
    assert _owned(book, moved).tables


@settings(max_examples=10, deadline=None, phases=(Phase.generate,))  # each example saves a workbook
@given(data=st.data())
def test_any_rows_in_any_order_of_archives_lose_no_word(data: st.DataObject) -> None:
    """Closed rows anywhere, in two archives, with own columns: every row is found once, those that stay in order."""
    notes = data.draw(st.lists(st.text("ab<&中 é\n", max_size=6), min_size=5, max_size=5))
    own = data.draw(st.lists(st.one_of(st.none(), st.integers(-5, 5), st.booleans()), min_size=5, max_size=5))

    def change(sheet: Any, at: dict[str, int]) -> None:
        right = own_column(sheet, "Own", dict(zip(range(6, 11), own, strict=True)))
        for row, note in enumerate(notes, 6):
            sheet.cell(row, at["note"], note or None)
            sheet.cell(row, right).number_format = "0.0"

    now, stay, gone = edited(planned(), lambda w: change(w["Follow-ups"], columns(w["Follow-ups"]))), [*range(1, 6)], []
    for _ in range(2):
        book = open_book(now, "team.xlsx", load_catalogue())
        rows = sorted(data.draw(st.sets(st.sampled_from(range(len(stay))), min_size=1))) if stay else []
        if not rows:
            break
        session = Session(book.package, dict(book.tables), book.reader)
        places = [6 + row for row in rows]
        moved = archive_rows(session, book.tables[FOLLOW_UPS], book.tables[DONE], places, {}, LEFT_BEHIND)
        assert _faults(book, Package.from_bytes(moved.result.data), moved) == []
        gone += [stay[row] for row in rows]
        stay = [step for n, step in enumerate(stay) if n not in rows]
        now = moved.result.data
    assert [line["step_id"] for line in table(now, FOLLOW_UPS)] == [f"S{n}" for n in stay]
    assert [line["step_id"] for line in table(now, DONE)] == [f"S{n}" for n in gone]
    tables = read_tables(Package.from_bytes(now))
    found = {}
    for name in (FOLLOW_UPS, DONE):
        raw = tables[name]
        held = {column.key or column.header: raw.values[column.index].tolist() for column in raw.columns}
        blank = [None] * len(raw.rows)
        found |= dict(zip(held["step_id"], zip(held["note"], held.get("Own", blank), strict=True), strict=True))
    kept = [float(value) if type(value) is int else value for value in own]
    assert [found[f"S{n}"] for n in range(1, 6)] == [(n or None, o) for n, o in zip(notes, kept, strict=True)]
