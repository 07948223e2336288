"""Replaced results in a book that people own: their bytes stay, ours are right (DESIGN §5, X8, X12, X19)."""

from __future__ import annotations

import re

import pytest
from rich_book import build, pack, parts, row
from writing import DAY, FIXTURE, RESULTS, column, edited, results, run

from leadbook.errors import RefusedFile
from leadbook.workbook.package import Package
from leadbook.workbook.writeback import write_back


def test_fixture_is_what_the_builder_makes() -> None:
    committed, built = Package.from_bytes(FIXTURE.read_bytes()), Package.from_bytes(build())
    assert committed.names == built.names
    assert all(committed.read(name) == built.read(name) for name in built.names)


@pytest.mark.req("X8", "X19")
@pytest.mark.parametrize(
    "keys", [[], ["k-pier"], ["k-pier", "k-sao-mai", "k-minghe"], [f"k{i}" for i in range(9)]]
)
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
        "k-pier": "old friend",
        "k-new": None,
        "k-sao-mai": "call first",
    }
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
    content = edited(
        RESULTS,
        ('<c r="F6" t="inlineStr"><is><t>call first</t></is></c>', ""),
        ('<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>', ""),
    )
    _, tables, new = run(content, results([]))
    assert str(tables["LB_Results"].ref) == "A5:F6" and len(tables["LB_Results"].rows) == 0
    assert 'r="A7"' not in new.read(RESULTS).decode()


@pytest.mark.req("X12")
def test_formats_stay_with_the_column_and_text_stays_text() -> None:
    change = results(["=1+1", "@x"], score=[2.5, DAY], reviewed=[7, None])
    _, _, new = run(build(), change)
    sheet = new.read(RESULTS).decode()
    assert '<c r="B6" t="inlineStr"><is><t>=1+1</t></is></c>' in sheet
    assert '<c r="C6" s="3"><v>2.5</v></c>' in sheet and '<c r="C7" s="5"><v>45413</v></c>' in sheet
    assert '<c r="E6" s="2"><v>7</v></c>' in sheet and '<c r="E7" s="2"/>' in sheet


@pytest.mark.parametrize(
    ("below", "address"), [(row(10, [None, None, "mine"]), "C10"), (row(9, ["=A1"]), "A9")]
)
def test_growing_over_other_cells_is_refused_with_the_address(below: str, address: str) -> None:
    content = edited(RESULTS, ('<row r="20"', below + '<row r="20"'))
    with pytest.raises(RefusedFile) as refused:
        write_back(Package.from_bytes(pack(content)), [results([f"k{i}" for i in range(9)])])
    assert refused.value.key == "cells_below_table"
    assert refused.value.params["cell"] == address and refused.value.params["sheet"] == "Results"
    _, tables, _ = run(content, results(["k-sao-mai", "k-pier"]))
    assert column(tables["LB_Results"], "lead_key") == ["k-sao-mai", "k-pier"]


def test_a_totals_row_stays_and_the_body_does_not_grow_over_it() -> None:
    content = edited(
        "xl/tables/table2.xml",
        ('ref="A5:F8" totalsRowShown="0"', 'ref="A5:F8" totalsRowCount="1"'),
        ('<autoFilter ref="A5:F8"', '<autoFilter ref="A5:F7"'),
    )
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
        sheet = sheet.replace(
            "<pageMargins", '<hyperlinks><hyperlink ref="B8" location="Leads!A1"/></hyperlinks><pageMargins'
        )
    elif what == "merge":
        sheet = sheet.replace(
            "<conditionalFormatting",
            '<mergeCells count="1"><mergeCell ref="E8:F8"/></mergeCells><conditionalFormatting',
            1,
        )
    elif what == "formula":
        sheet = sheet.replace(
            '<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>', '<c r="F8"><f>C8*2</f><v>4</v></c>'
        )
    else:
        rels = "xl/worksheets/_rels/sheet2.xml.rels"
        content[rels] = content[rels].replace(
            "</Relationships>",
            '<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/'
            'officeDocument/2006/relationships/comments" Target="../comments2.xml"/></Relationships>',
        )
        content["xl/comments2.xml"] = content["xl/comments1.xml"].replace('ref="A7"', 'ref="C8"')
    content[RESULTS] = sheet
    result, tables, _ = run(content, results(["k-pier", "k-new", "k-sao-mai"]))
    assert result.kept_order
    table = tables["LB_Results"]
    where = dict(zip(column(table, "lead_key"), table.rows.tolist(), strict=True))
    assert where == {"k-sao-mai": 6, "k-new": 7, "k-pier": 8}
    assert column(table, "rank") == [3.0, 2.0, 1.0]


def test_same_order_needs_no_fallback() -> None:
    content = edited(
        RESULTS,
        ('<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>', '<c r="F8"><f>C8*2</f><v>4</v></c>'),
    )
    result, tables, new = run(content, results(["k-sao-mai", "k-minghe", "k-pier", "k-new"]))
    assert not result.kept_order and "<f>C8*2</f>" in new.read(RESULTS).decode()
    assert column(tables["LB_Results"], "lead_key")[3] == "k-new"


def test_moving_a_formula_drops_the_calculation_chain() -> None:
    content = edited(
        RESULTS,
        (
            '<c r="F8" t="inlineStr"><is><t>old friend</t></is></c>',
            '<c r="F8"><f>LB_Results[[#This Row],[Score]]*2</f><v>4</v></c>',
        ),
    )
    result, _, new = run(content, results(["k-pier", "k-sao-mai", "k-minghe"]))
    assert '<c r="F6"><f>LB_Results[[#This Row],[Score]]*2</f>' in new.read(RESULTS).decode()
    assert "xl/calcChain.xml" not in new.names and "xl/calcChain.xml" in result.touched
    assert b"calcChain" not in new.read("[Content_Types].xml") + new.read("xl/_rels/workbook.xml.rels")


FILTER = '<filterColumn colId="{}"><filters{}>{}</filters></filterColumn>'


def filtered(inner: str) -> dict:
    content = edited(
        "xl/tables/table2.xml", ('<autoFilter ref="A5:F8"/>', f'<autoFilter ref="A5:F8">{inner}</autoFilter>')
    )
    content[RESULTS] = content[RESULTS].replace('<row r="7" ', '<row r="7" hidden="1" ')
    return content


def test_a_plain_filter_is_applied_to_the_new_rows() -> None:
    plain = FILTER.format(1, "", '<filter val="k-pier"/><filter val="K-NEW"/>')
    result, _, new = run(filtered(plain), results(["k-a", "k-pier", "k-new", "k-sao-mai"]))
    sheet = new.read(RESULTS).decode()
    assert re.findall(r'<row r="([0-9]+)"[^>]*hidden="1"', sheet) == ["4", "6", "9"]
    assert plain in new.read("xl/tables/table2.xml").decode() and result.notes == []


@pytest.mark.parametrize(
    "inner",
    ['<filterColumn colId="2"><top10 val="3"/></filterColumn>', FILTER.format(3, "", '<filter val="50%"/>')],
)
def test_any_other_filter_is_cleared_and_told(inner: str) -> None:
    result, _, new = run(
        filtered(inner + '<sortState ref="A6:F8"><sortCondition ref="A6:A8"/></sortState>'),
        results(["k-a", "k-pier"]),
    )
    table = new.read("xl/tables/table2.xml").decode()
    assert "filterColumn" not in table and "sortState" not in table
    assert {note.code for note in result.notes} >= {"filter_cleared", "sort_cleared"}
    assert re.findall(r'<row r="([0-9]+)"[^>]*hidden="1"', new.read(RESULTS).decode()) == ["4"]
