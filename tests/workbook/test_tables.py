"""Finding tables and their columns, whatever people and other programs did to them."""

from __future__ import annotations

import pytest
from rich_book import build, cell, pack, parts, row

from leadbook.workbook.package import Package
from leadbook.workbook.tables import RawTable, read_tables

KNOWN = {"LB_Leads": {"company_name", "need_level", "needed_by", "tier", "score"}}


def tables(content: dict, **kind) -> dict[str, RawTable]:
    return read_tables(Package.from_bytes(pack(content)), **kind)


def changed(part: str, *pairs: tuple[str, str]) -> dict:
    content = parts()
    for old, new in pairs:
        assert old in content[part], old
        content[part] = content[part].replace(old, new)
    return content


def column(table: RawTable, key: str) -> list:
    found = table.column(key)
    assert found is not None
    return table.values[found.index].tolist()


def test_columns_rows_values_and_dates() -> None:
    table = read_tables(Package.from_bytes(build()))["LB_Leads"]
    assert [c.key for c in table.columns] == [
        "company_name",
        None,
        "need_level",
        "needed_by",
        "tier",
        "score",
    ]
    assert [c.letter for c in table.columns] == list("ABCDEF")
    assert table.columns[1].header == "我的备注" and table.sheet == "Leads" and table.header_row == 5
    assert table.rows.tolist() == [6, 7, 8, 9]
    assert column(table, "needed_by") == [45400.0, 45410.0, None, 45420.0]
    assert table.dates[4].tolist() == [True, True, False, True]
    assert not any(flags.any() for flags in table.formulas.values())
    assert str(table.ref) == "A5:F9" and not table.hidden.any()


def test_table_names_do_not_depend_on_case() -> None:
    content = changed("xl/tables/table1.xml", ("LB_Leads", "lb_leads"))
    assert tables(content)["LB_Leads"].rows.tolist() == [6, 7, 8, 9]


def test_moved_and_renamed_columns_are_found_by_their_keys() -> None:
    content = changed(
        "xl/worksheets/sheet1.xml",
        ("<t>company_name</t>", "<t>KEY</t>"),
        ("<t>need_level</t>", "<t>company_name</t>"),
        ("<t>KEY</t>", "<t>need_level</t>"),
        ("<t>需求</t>", "<t>anything</t>"),
    )
    table = tables(content)["LB_Leads"]
    assert column(table, "company_name") == ["high", "low", "mid", "high"]
    assert table.columns[2].header == "anything"


def test_blank_rows_hidden_rows_and_rows_typed_below_the_table() -> None:
    hidden = row(8, ["North Pier Tools", "x & y", "mid"]).replace("<row ", '<row hidden="1" ')
    content = parts()
    sheet = content["xl/worksheets/sheet1.xml"]
    start, end = sheet.index('<row r="6"'), sheet.index("</sheetData>")
    below = row(10, ["Below One", None, "low"]) + row(11, [None, "note only"]) + row(12, ["After a gap"])
    content["xl/worksheets/sheet1.xml"] = sheet[:start] + row(6, ["First"]) + hidden + below + sheet[end:]
    table = tables(content)["LB_Leads"]
    assert table.rows.tolist() == [6, 8, 10]
    assert table.hidden.tolist() == [False, True, False]
    assert column(table, "company_name") == ["First", "North Pier Tools", "Below One"]
    assert table.bottom == 9


def test_a_formula_that_people_repeat_down_does_not_make_a_lead() -> None:
    content = parts()
    sheet = content["xl/worksheets/sheet1.xml"]
    start, end = sheet.index('<row r="6"'), sheet.index("</sheetData>")
    rows = row(6, ["First", "=LEN(A6)"]) + row(7, [None, "=LEN(A7)"]) + row(8, ["=A6"])
    content["xl/worksheets/sheet1.xml"] = sheet[:start] + rows + sheet[end:]
    table = tables(content)["LB_Leads"]
    assert table.rows.tolist() == [6, 8]
    assert table.formulas[1].tolist() == [False, True] and table.formulas[2].tolist() == [True, False]


def test_a_totals_row_is_no_lead() -> None:
    content = changed(
        "xl/tables/table1.xml",
        ('ref="A5:F9" totalsRowShown="0"', 'ref="A5:F9" totalsRowCount="1"'),
        ('<autoFilter ref="A5:F9"', '<autoFilter ref="A5:F8"'),
    )
    table = tables(content)["LB_Leads"]
    assert table.rows.tolist() == [6, 7, 8] and table.totals and table.bottom == 8


def without_part(content: dict) -> dict:
    del content["xl/tables/table1.xml"]
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    content[rels] = content[rels].replace("../tables/table1.xml", "../tables/gone.xml")
    return content


@pytest.mark.parametrize("named", [True, False])
def test_a_table_lost_in_another_program_is_found_again(named: bool) -> None:
    content = without_part(parts())
    if not named:
        content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(
            'name="LB_Leads.keys"', 'name="other"'
        )
        assert "LB_Leads" not in tables(content)
    table = tables(content, known=KNOWN)["LB_Leads"]
    assert table.table_part is None and table.header_row == 5
    assert table.rows.tolist() == [6, 7, 8, 9] and column(table, "score") == [None, 3.0, None, None]
    assert [c.key for c in table.columns] == [
        "company_name",
        None,
        "need_level",
        "needed_by",
        "tier",
        "score",
    ]


def test_a_row_with_too_few_known_keys_is_not_taken_for_a_table() -> None:
    content = without_part(parts())
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace('name="LB_Leads.keys"', 'name="other"')
    assert "LB_Leads" not in tables(content, known={"LB_Leads": {"company_name", "need_level", "a", "b"}})


def test_keys_far_above_the_header_are_found_by_their_name() -> None:
    content = parts()
    sheet = content["xl/worksheets/sheet1.xml"]
    keys = sheet[sheet.index('<row r="4"') : sheet.index('<row r="5"')]
    moved = keys.replace('r="4"', 'r="2"')
    for letter in "ABCDEF":
        moved = moved.replace(f'r="{letter}4"', f'r="{letter}2"')
    content["xl/worksheets/sheet1.xml"] = sheet.replace(
        keys, moved + '<row r="4">' + cell(1, 4, "a title") + "</row>"
    )
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace("Leads!$A$4:$F$4", "Leads!$A$2:$F$2")
    assert column(tables(content)["LB_Leads"], "need_level") == ["high", "low", "mid", "high"]


def test_tables_of_other_people_have_no_keys() -> None:
    content = changed("xl/tables/table2.xml", ("LB_Results", "Mine"))
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace('name="LB_Results.keys"', 'name="other"')
    assert {c.key for c in tables(content)["Mine"].columns} == {None}
