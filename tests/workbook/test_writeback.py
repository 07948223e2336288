"""Results into a book that people own: their bytes stay, ours are right (DESIGN §5, X8, X12, X19)."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_book import build, pack, parts, row

from leadbook.errors import RefusedFile
from leadbook.workbook.celltext import Formula
from leadbook.workbook.changes import BlockChange, Change, TableChange, WriteResult
from leadbook.workbook.ownership import Ownership, diff_packages, ownership
from leadbook.workbook.package import Package
from leadbook.workbook.tables import RawTable, read_tables
from leadbook.workbook.writeback import write_back

FIXTURE = Path(__file__).parent.parent / "fixtures" / "rich.xlsx"
RESULTS, LEADS = "xl/worksheets/sheet2.xml", "xl/worksheets/sheet1.xml"
DAY = date(2024, 5, 1)


def results(keys: list[str], **more: Any) -> TableChange:
    count = len(keys)
    columns = {"rank": list(range(1, count + 1)), "lead_key": keys, "score": [5 - i % 5 for i in range(count)],
               "likelihood": [0.5] * count, "reviewed": [DAY] * count}
    return TableChange("LB_Results", {**columns, **more}, row_key="lead_key")


def run(content: dict | bytes, *changes: Change) -> tuple[WriteResult, dict[str, RawTable], Package]:
    """Write, and check what must always hold: nothing else changed, and a second write changes nothing."""
    old = Package.from_bytes(content if isinstance(content, bytes) else pack(content))
    result = write_back(old, changes)
    new = Package.from_bytes(result.data)
    assert diff_packages(old, new, ownership(old, changes)) == []
    assert write_back(new, changes).data == result.data
    return result, read_tables(new), new


def column(table: RawTable, key: str | None) -> list[Any]:
    return next(table.values[c.index].tolist() for c in table.columns if c.key == key)


def edited(part: str, *pairs: tuple[str, str]) -> dict:
    content = parts()
    for old, new in pairs:
        assert old in content[part], old
        content[part] = content[part].replace(old, new)
    return content


def test_fixture_is_what_the_builder_makes() -> None:
    committed, built = Package.from_bytes(FIXTURE.read_bytes()), Package.from_bytes(build())
    assert committed.names == built.names
    assert all(committed.read(name) == built.read(name) for name in built.names)


@pytest.mark.req("X8", "X19")
@pytest.mark.parametrize("keys", [[], ["k-pier"], ["k-pier", "k-sao-mai", "k-minghe"], [f"k{i}" for i in range(9)]])
def test_replaced_results_leave_every_other_part_byte_identical(keys: list[str]) -> None:
    old = Package.from_bytes(FIXTURE.read_bytes())
    result, tables, new = run(FIXTURE.read_bytes(), results(keys))
    owned = {RESULTS, "xl/tables/table2.xml", "xl/workbook.xml"}
    assert set(result.touched) <= owned
    assert new.names == old.names
    assert all(new.read(name) == old.read(name) for name in old.names if name not in owned)
    got = column(tables["LB_Results"], "lead_key")
    assert got[: len(keys)] == keys
    assert b'fullCalcOnLoad="1"' in new.read("xl/workbook.xml")


def test_own_columns_move_with_their_lead_and_notes_of_vanished_leads_stay() -> None:
    result, tables, new = run(build(), results(["k-pier", "k-new", "k-sao-mai"]))
    table = tables["LB_Results"]
    assert dict(zip(column(table, "lead_key"), column(table, None), strict=True)) == {
        "k-pier": "old friend", "k-new": None, "k-sao-mai": "call first"}
    result, tables, _ = run(result.data, results(["k-new"]))
    table = tables["LB_Results"]
    assert column(table, "lead_key") == ["k-new", "k-pier", "k-sao-mai"]
    assert column(table, None) == [None, "old friend", "call first"]
    assert column(table, "score") == [5.0, None, None]
    assert [(n.code, n["rows"]) for n in result.notes] == [("kept_user_rows", 2)]


def test_table_filter_rules_and_dimension_follow_the_body() -> None:
    _, _, new = run(build(), results([f"k{i}" for i in range(20)][:10]))
    sheet, table = new.read(RESULTS).decode(), new.read("xl/tables/table2.xml").decode()
    # two leads that people wrote about are kept below the ten new ones
    assert 'ref="A5:F17" totalsRowShown' in table and '<autoFilter ref="A5:F17"/>' in table
    assert '<conditionalFormatting sqref="C6:C17">' in sheet and "<xm:sqref>D6:D17</xm:sqref>" in sheet
    assert "<xm:sqref>I3</xm:sqref>" in sheet and "<xm:f>Results!C6:C8</xm:f>" in sheet
    assert 'ref="A1:J20"' in sheet
    smaller = write_back(new, [results(["k-sao-mai", "k-pier"])])
    assert '<conditionalFormatting sqref="C6:C7">' in Package.from_bytes(smaller.data).read(RESULTS).decode()


def test_no_results_is_one_blank_row() -> None:
    content = edited(RESULTS, ('<c r="F6" t="inlineStr"><is><t>call first</t></is></c>', ""),
                     ('<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>', ""))
    _, tables, new = run(content, results([]))
    assert str(tables["LB_Results"].ref) == "A5:F6" and len(tables["LB_Results"].rows) == 0
    assert 'r="A7"' not in new.read(RESULTS).decode()


@pytest.mark.req("X12")
def test_formats_stay_with_the_column_and_text_stays_text() -> None:
    change = results(["=1+1", "@x"], score=[2.5, DAY], reviewed=[7, None])
    _, _, new = run(build(), change)
    sheet = new.read(RESULTS).decode()
    assert '<c r="B6" t="inlineStr"><is><t>=1+1</t></is></c>' in sheet
    assert '<c r="C6" s="2"><v>2.5</v></c>' in sheet and '<c r="C7" s="5"><v>45413</v></c>' in sheet
    assert '<c r="E6" s="2"><v>7</v></c>' in sheet and '<c r="E7" s="5"/>' in sheet


@pytest.mark.parametrize(("below", "address"), [
    (row(10, [None, None, "mine"]), "C10"), (row(9, ["=A1"]), "A9")])
def test_growing_over_other_cells_is_refused_with_the_address(below: str, address: str) -> None:
    content = edited(RESULTS, ('<row r="20"', below + '<row r="20"'))
    with pytest.raises(RefusedFile) as refused:
        write_back(Package.from_bytes(pack(content)), [results([f"k{i}" for i in range(9)])])
    assert refused.value.key == "cells_below_table"
    assert refused.value.params["cell"] == address and refused.value.params["sheet"] == "Results"
    _, tables, _ = run(content, results(["k-sao-mai", "k-pier"]))
    assert column(tables["LB_Results"], "lead_key") == ["k-sao-mai", "k-pier"]


def test_a_totals_row_stays_and_the_body_does_not_grow_over_it() -> None:
    content = edited("xl/tables/table2.xml", ('ref="A5:F8" totalsRowShown="0"', 'ref="A5:F8" totalsRowCount="1"'),
                     ('<autoFilter ref="A5:F8"', '<autoFilter ref="A5:F7"'))
    _, tables, new = run(content, results(["k-sao-mai"]))
    assert str(tables["LB_Results"].ref) == "A5:F8"
    assert "k-pier" in new.read(RESULTS).decode()
    with pytest.raises(RefusedFile):
        write_back(Package.from_bytes(pack(content)), [results([f"k{i}" for i in range(3)])])


@pytest.mark.parametrize("what", ["link", "merge", "formula", "comment"])
def test_what_cannot_move_keeps_the_order(what: str) -> None:
    content = parts()
    sheet = content[RESULTS]
    if what == "link":
        sheet = sheet.replace("<pageMargins", '<hyperlinks><hyperlink ref="B8" location="Leads!A1"/></hyperlinks><pageMargins')
    elif what == "merge":
        sheet = sheet.replace("<conditionalFormatting", '<mergeCells count="1"><mergeCell ref="E8:F8"/></mergeCells><conditionalFormatting', 1)
    elif what == "formula":
        sheet = sheet.replace('<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>', '<c r="F8"><f>C8*2</f><v>4</v></c>')
    else:
        rels = "xl/worksheets/_rels/sheet2.xml.rels"
        content[rels] = content[rels].replace("</Relationships>", '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/'
                                              'officeDocument/2006/relationships/comments" Target="../comments2.xml"/></Relationships>')
        content["xl/comments2.xml"] = content["xl/comments1.xml"].replace('ref="A7"', 'ref="C8"')
    content[RESULTS] = sheet
    result, tables, _ = run(content, results(["k-pier", "k-new", "k-sao-mai"]))
    assert result.kept_order
    table = tables["LB_Results"]
    where = dict(zip(column(table, "lead_key"), table.rows.tolist(), strict=True))
    assert where == {"k-sao-mai": 6, "k-new": 7, "k-pier": 8}
    assert column(table, "rank") == [3.0, 2.0, 1.0]


def test_same_order_needs_no_fallback() -> None:
    content = edited(RESULTS, ('<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>', '<c r="F8"><f>C8*2</f><v>4</v></c>'))
    result, tables, new = run(content, results(["k-sao-mai", "k-minghe", "k-pier", "k-new"]))
    assert not result.kept_order and "<f>C8*2</f>" in new.read(RESULTS).decode()
    assert column(tables["LB_Results"], "lead_key")[3] == "k-new"


def test_moving_a_formula_drops_the_calculation_chain() -> None:
    content = edited(RESULTS, ('<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>',
                               '<c r="F8"><f>LB_Results[[#This Row],[Score]]*2</f><v>4</v></c>'))
    result, _, new = run(content, results(["k-pier", "k-sao-mai", "k-minghe"]))
    assert '<c r="F6"><f>LB_Results[[#This Row],[Score]]*2</f>' in new.read(RESULTS).decode()
    assert "xl/calcChain.xml" not in new.names and "xl/calcChain.xml" in result.touched
    assert b"calcChain" not in new.read("[Content_Types].xml") + new.read("xl/_rels/workbook.xml.rels")


FILTER = '<filterColumn colId="{}"><filters{}>{}</filters></filterColumn>'


def filtered(inner: str) -> dict:
    content = edited("xl/tables/table2.xml", ('<autoFilter ref="A5:F8"/>', f'<autoFilter ref="A5:F8">{inner}</autoFilter>'))
    content[RESULTS] = content[RESULTS].replace('<row r="7" ', '<row r="7" hidden="1" ')
    return content


def test_a_plain_filter_is_applied_to_the_new_rows() -> None:
    plain = FILTER.format(1, "", '<filter val="k-pier"/><filter val="K-NEW"/>')
    result, _, new = run(filtered(plain), results(["k-a", "k-pier", "k-new", "k-sao-mai"]))
    sheet = new.read(RESULTS).decode()
    assert re.findall(r'<row r="([0-9]+)"[^>]*hidden="1"', sheet) == ["4", "6", "9"]
    assert plain in new.read("xl/tables/table2.xml").decode() and result.notes == []


@pytest.mark.parametrize("inner", ['<filterColumn colId="2"><top10 val="3"/></filterColumn>', FILTER.format(3, "", '<filter val="50%"/>')])
def test_any_other_filter_is_cleared_and_told(inner: str) -> None:
    result, _, new = run(filtered(inner + '<sortState ref="A6:F8"><sortCondition ref="A6:A8"/></sortState>'), results(["k-a", "k-pier"]))
    table = new.read("xl/tables/table2.xml").decode()
    assert "filterColumn" not in table and "sortState" not in table
    assert {note.code for note in result.notes} >= {"filter_cleared", "sort_cleared"}
    assert re.findall(r'<row r="([0-9]+)"[^>]*hidden="1"', new.read(RESULTS).decode()) == ["4"]


def test_patched_cells_only() -> None:
    _, tables, new = run(build(), TableChange("lb_leads", {"tier": ["A", "C"], "score": [5, 1]}, "patch", rows=[9, 6]))
    assert column(tables["LB_Leads"], "tier") == ["C", "B", None, "A"]
    assert column(tables["LB_Leads"], "score") == [1.0, 3.0, None, 5.0]
    assert '<c r="E9" s="8" t="inlineStr"><is><t>A</t></is></c>' in new.read(LEADS).decode()
    assert 'ref="A5:F9"' in new.read("xl/tables/table1.xml").decode()


def test_updates_and_appended_rows_never_move_a_row() -> None:
    change = TableChange("LB_Leads", {"company_name": ["Fluss Werk", "明河机械二", "Gió Nam"], "score": [1, 2, 3]}, "append_update",
                         rows=[0, 7, 0])
    old = Package.from_bytes(build())
    result = write_back(old, [change])
    new = Package.from_bytes(result.data)
    assert diff_packages(old, new, ownership(old, [change])) == []
    table = read_tables(new)["LB_Leads"]
    assert column(table, "company_name") == ["Xưởng Sao Mai", "明河机械二", "North Pier Tools", "Thuyền Giấy", "Fluss Werk", "Gió Nam"]
    assert column(table, None) == ["gọi lại", None, "x & y", None, None, None]
    sheet = new.read(LEADS).decode()
    assert 'sqref="A6:F11"' in sheet and 'sqref="C6:C11"' in sheet and "<xm:sqref>E6:E11</xm:sqref>" in sheet
    assert '<c r="D10" s="5"/>' in sheet and str(table.ref) == "A5:F11"


def test_a_block_is_filled_and_the_rest_of_it_blanked() -> None:
    _, _, new = run(build(), BlockChange("LB_Block", [["hot", 3, Formula("B12*2", 6)], ["cold"]]))
    sheet = new.read("xl/worksheets/sheet3.xml").decode()
    block = sheet[sheet.index('<row r="12"'):sheet.index("</sheetData>")]
    assert re.findall(r"<t>([^<]*)</t>|<v>([^<]*)</v>", block) == [("hot", ""), ("", "3"), ("", "6"), ("cold", "")]


@pytest.mark.parametrize(("change", "key"), [
    (TableChange("LB_Nothing", {"a": []}), "table_missing"), (TableChange("LB_Results", {"nope": [1]}), "column_missing"),
    (BlockChange("LB_None", []), "name_missing")])
def test_what_is_not_there_is_named(change: Change, key: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        write_back(Package.from_bytes(build()), [change])
    assert refused.value.key == key


def test_nothing_to_change_is_the_same_file() -> None:
    data = build()
    same = TableChange("LB_Leads", {"tier": [None, "B"], "score": [None, 3]}, "patch", rows=[6, 7])
    assert write_back(Package.from_bytes(data), [same]).data == data
    assert write_back(Package.from_bytes(data), []).touched == {}


def test_recalculation_flag_at_its_place_in_the_schema() -> None:
    for old, new in [('<calcPr calcId="191029"/>', ""), ('<calcPr calcId="191029"/>', '<calcPr fullCalcOnLoad="0" calcId="1"></calcPr>')]:
        _, _, package = run(edited("xl/workbook.xml", (old, new)), results(["k"]))
        book = package.read("xl/workbook.xml").decode()
        assert book.count('fullCalcOnLoad="1"') == 1
        assert book.index("</definedNames>") < book.index("<calcPr") < book.index("<pivotCaches>")


def test_the_checker_sees_foreign_changes() -> None:
    old = Package.from_bytes(build())
    change = [results(["k-pier"])]
    own = ownership(old, change)
    tampered = {
        RESULTS: (b"<v>7</v>", b"<v>8</v>"), LEADS: (b"high", b"x"),
        "xl/charts/chart1.xml": (b"Extras!$A$2", b"Extras!$A$9"), "xl/tables/table2.xml": (b"TableStyleMedium2", b"TableStyleLight1"),
    }
    for part, (a, b) in tampered.items():
        assert a in old.read(part)
        new = Package.from_bytes(old.rewrite({part: old.read(part).replace(a, b)}))
        assert [line.split(":")[0] for line in diff_packages(old, new, own)] == [part]
    assert diff_packages(old, old, Ownership()) == []
    gone = Package.from_bytes(old.rewrite({RESULTS: old.read(RESULTS).replace(b"old friend", b"new friend")}))
    assert "user cells lost" in diff_packages(old, gone, own)[0]
    dropped = Package.from_bytes(old.rewrite({}, {"customXml/item1.xml"}))
    assert diff_packages(old, dropped, own) == ["customXml/item1.xml: missing"]


lead = st.sampled_from(["k-sao-mai", "k-minghe", "k-pier", "k4", "k5", "=k6", "k7"])
value = st.one_of(st.none(), st.text(max_size=5), st.integers(-5, 5), st.dates(min_value=date(1950, 1, 1)), st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(lead, unique=True, max_size=7), min_size=1, max_size=3), st.data())
def test_any_run_of_results_keeps_notes_and_other_bytes(runs: list[list[str]], data: st.DataObject) -> None:
    book = build()
    for keys in runs:
        scores = data.draw(st.lists(value, min_size=len(keys), max_size=len(keys)))
        result, tables, _ = run(book, results(keys, score=scores))
        table = tables["LB_Results"]
        notes = dict(zip(column(table, "lead_key"), column(table, None), strict=True))
        assert notes["k-sao-mai"] == "call first" and notes["k-pier"] == "old friend"
        assert column(table, "lead_key")[: len(keys)] == keys
        book = result.data


CHANGES: list[Change] = [results(["k-pier", "Công ty mới", "k-sao-mai", "=2+2"]), BlockChange("LB_Block", [["hot", 3]]),
                         TableChange("LB_Leads", {"tier": ["A"], "score": [5]}, "patch", rows=[6])]


@pytest.mark.req("X8")
def test_the_package_check_finds_no_fault(tmp_path: Path) -> None:
    checker = Path(os.environ.get("OOXML_CHECK", Path(__file__).parents[2] / ".ci" / "check_ooxml.py"))
    if not checker.exists():
        pytest.skip("set OOXML_CHECK to the package checker")
    result, _, _ = run(FIXTURE.read_bytes(), *CHANGES)
    target = tmp_path / "out.xlsx"
    target.write_bytes(result.data)
    for book in (FIXTURE, target):
        done = subprocess.run([sys.executable, str(checker), str(book)], capture_output=True, text=True)
        assert (done.stdout, done.returncode) == ("", 0)


def test_openpyxl_sees_the_new_values(tmp_path: Path) -> None:
    result, _, _ = run(build(), *CHANGES)
    target = tmp_path / "out.xlsx"
    target.write_bytes(result.data)
    page = openpyxl.load_workbook(target)["Results"]
    assert [page.cell(r, 2).value for r in range(6, 10)] == ["k-pier", "Công ty mới", "k-sao-mai", "=2+2"]
    assert page["B9"].data_type in ("s", "inlineStr") and page.tables["LB_Results"].ref == "A5:F9"


@pytest.mark.slow
@pytest.mark.libreoffice
def test_libreoffice_opens_it_and_sees_the_new_values(tmp_path: Path) -> None:
    result, _, _ = run(FIXTURE.read_bytes(), *CHANGES)
    source = tmp_path / "out.xlsx"
    source.write_bytes(result.data)
    subprocess.run(["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to",
                    "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2", "--outdir", str(tmp_path),
                    str(source)], check=True, capture_output=True, timeout=120)
    lines = list(csv.reader((tmp_path / "out-Results.csv").read_text("utf-8").splitlines()))
    assert [line[1] for line in lines[5:9]] == ["k-pier", "Công ty mới", "k-sao-mai", "=2+2"]
    assert [line[5] for line in lines[5:9]] == ["old friend", "", "call first", ""]
