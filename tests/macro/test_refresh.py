"""What a refresh in LibreOffice takes out of the open book and puts into it, without a screen."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from leadbook.labels import load_labels
from leadbook.model.raw import CellError
from leadbook.workbook.cellsfile import read_cells_file
from leadbook.workbook.overlay import Dump
from leadbook.workbook.package import Package
from leadbook.workbook.tables import read_tables
from tests.books import leadbook, packed, parts
from tests.macro.program import (
    TODAY,
    Office,
    answering,
    assert_same_results,
    call,
    cells,
    command,
    left_over,
    opened,
    real_command,
    reason,
    refresh,
    stays,
)

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]


def counted_from_1904(data: bytes) -> bytes:
    content = parts(data)
    old = b"<workbookPr "
    assert content["xl/workbook.xml"].count(old) == 1
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(old, b'<workbookPr date1904="1" ')
    return packed(content)


@pytest.mark.parametrize(("language", "old_dates"), [("zh-Hans", False), ("vi", False), ("en", True)])
def test_results_are_those_of_process(office: Office, tmp_path: Path, language: str, old_dates: bool) -> None:
    real_command(office.folder)
    book = office.put(tmp_path, language)
    if old_dates:
        book.write_bytes(counted_from_1904(book.read_bytes()))
    run = Path(shutil.copy(book, tmp_path / "run.xlsm"))
    assert leadbook("process", run, "--today", TODAY).code == 1
    on_disk = book.read_bytes()
    with opened(office.context, book) as document, opened(office.context, run) as processed:
        assert (document.NullDate.Year == 1904) == old_dates
        said = refresh(document)
        expected = cells(processed)
        assert_same_results(cells(document), expected, load_labels(language))
        again = refresh(document)  # its tables are longer now than those of the file
        assert_same_results(cells(document), expected, load_labels(language), runs=2)
        assert ranges(document).items() >= grown(processed).items()
    assert said.partition("team.xlsm")[2] == again.partition("team.xlsm")[2] != ""
    assert book.read_bytes() == on_disk and left_over(tmp_path) == []


def ranges(document: Any) -> dict[str, int]:
    found = document.DatabaseRanges
    return {name: found.getByName(name).DataArea.EndRow for name in found.ElementNames}


def grown(document: Any) -> dict[str, int]:
    """Last rows of the tables that a refresh writes, in a processed book."""
    return {name: row for name, row in ranges(document).items() if name not in ("LB_History", "LB_Weeks", "LB_Runs")}


def test_new_rows_look_like_the_first(office: Office, tmp_path: Path) -> None:
    real_command(office.folder)
    with opened(office.context, office.put(tmp_path)) as document:
        refresh(document)
        sheet = document.Sheets.getByName("Results")
        for column in range(0, 30):
            first, last = (sheet.getCellByPosition(column, row) for row in (5, 40))
            for look in ("NumberFormat", "CharFontName", "CharHeight", "IsTextWrapped", "CellBackColor"):
                assert first.getPropertyValue(look) == last.getPropertyValue(look), (column, look)
            assert last.TopBorder.OuterLineWidth == first.BottomBorder.OuterLineWidth > 0


def typed(document: Any) -> dict[str, Any]:
    """Odd contents of every kind on Leads, in column Z from row 200 on: address to the value expected."""
    sheet = document.Sheets.getByName("Leads")
    texts = ["007", "=1+1", "'quoted", "TRUE", "1/2", "12%", "1e5", "tab\there", "two\nlines", "back\\slash \\u0041",
             "客户 Đội 𠮷", "﹣1", "nan", " lead", "@@", "R\t1"]  # fmt: skip
    numbers = [0.1, 1 / 3, 1e21, 1e-9, -0.25, 123456789012.5, -7.0, 13800138000.0]
    formulas = {"=1/0": CellError("#DIV/0!"), "=NA()": CellError("#N/A"), '="te" & "xt"': "text", "=2*21": 42.0,
                '=""': None, "=1=1": True, "=DATE(2026;11;2)": 46328.0, "=EXP(1000)": CellError("#NUM!")}  # fmt: skip
    found: dict[str, Any] = {}
    for row, text in enumerate(texts, 200):
        sheet.getCellRangeByName(f"Z{row}").setString(text)
        found[f"Z{row}"] = text
    for row, number in enumerate(numbers, 300):
        sheet.getCellRangeByName(f"Z{row}").setValue(number)
        found[f"Z{row}"] = number
    for row, (formula, value) in enumerate(formulas.items(), 400):
        sheet.getCellRangeByName(f"Z{row}").NumberFormat = 0
        sheet.getCellRangeByName(f"Z{row}").setFormula(formula)
        found[f"Z{row}"] = value
    moment = sheet.getCellRangeByName("Z500")
    moment.NumberFormat = sheet.getCellRangeByName("Z406").NumberFormat
    moment.setValue(46304.39583333334)
    found["Z500"] = 46304.39583333334
    return found


def dump_of(document: Any, path: Path) -> Dump:
    path.write_text(call(document, "LeadbookCells.CellsText"), encoding="utf-8", newline="")
    return read_cells_file(path)


def test_every_kind_of_cell_arrives_as_it_is(office: Office, tmp_path: Path) -> None:
    with opened(office.context, office.put(tmp_path)) as document:
        expected = typed(document)
        dump = dump_of(document, tmp_path / "cells")
    sheet = dump.sheets["Leads"]
    at = {f"Z{row}": n for n, (row, col) in enumerate(zip(sheet.row, sheet.col, strict=True)) if col == 26}
    for address, value in expected.items():
        found = sheet.value[at[address]]
        assert type(found) is type(value), (address, found)
        if isinstance(value, float):
            assert found == pytest.approx(value, rel=1e-14 if address != "Z500" else 1e-16), address
        else:
            assert found == value, address
    formulas = {address for address, n in at.items() if sheet.formula[n]}
    assert formulas == {address for address in expected if address.startswith("Z4")}
    assert {address for address, n in at.items() if sheet.date[n] and address in expected} == {"Z406", "Z500"}


def test_names_and_tables_are_told_where_they_are_now(office: Office, tmp_path: Path) -> None:
    with opened(office.context, office.put(tmp_path)) as document:
        document.Sheets.getByName("Dashboard").Rows.insertByIndex(2, 3)
        document.Sheets.getByName("Results").setName("Mine & yours")
        names = dump_of(document, tmp_path / "cells").names
    assert names["LB_Results"].startswith("'Mine & yours'!$A$5:")
    old = Package.from_bytes(office.books["en"]).defined_names["LB_Dash.tiers"]
    row = int(old.split("$")[2].rstrip(":"))
    assert names["LB_Dash.tiers"].split("$")[2].rstrip(":") == str(row + 3)


def test_sheets_are_known_by_table_by_key_row_or_all_are_told(office: Office, tmp_path: Path) -> None:
    with opened(office.context, office.put(tmp_path)) as document:
        usual = set(dump_of(document, tmp_path / "cells").sheets)
        for name in document.DatabaseRanges.ElementNames:
            document.DatabaseRanges.removeByName(name)
        by_keys = set(dump_of(document, tmp_path / "cells").sheets)
        for name in [n for n in document.NamedRanges.ElementNames if n.endswith(".keys")]:
            document.NamedRanges.removeByName(name)
        everything = set(dump_of(document, tmp_path / "cells").sheets)
        assert everything == set(document.Sheets.ElementNames)
    assert {"Leads", "Interactions", "Policy", "Team"} <= usual == by_keys
    assert not usual & {"Guide", "Matrix", "Lists"}


def test_every_kind_of_cell_is_put_as_it_is(office: Office, tmp_path: Path) -> None:
    """Texts stay texts, empty fields clear, formulas work, "-" leaves alone; escapes are undone."""
    lines = ["leadbook-answer\t1\t1", "T\tdone \\u2714", "B\tResults\t20\t2\t3\t5",
             "s007\tn12.5\td46328\ts=1+1\tb1", "s\\u5BA2 \\u005C\\u0009x\t\tn-1E-05\ts'q\tn0", "\t\t\t\t",
             "B\tResults\t30\t1\t2\t3", "-\tf=IF(TRUE,\"a,b\",SUM(1,2))\tsx", "n1\t-\ts\\uD842\\uDFB7",
             "B\tLeads\t6\t2\t2\t1", "", "sz", "END\t3"]  # fmt: skip
    answering(office.folder, "\n".join(lines) + "\n", 1)
    with opened(office.context, office.put(tmp_path)) as document:
        results = document.Sheets.getByName("Results")
        for address in ("C21", "D22", "A30", "B31"):
            results.getCellRangeByName(address).setString("old")
        said = refresh(document)
        rows = results.getCellRangeByName("B20:F22").getDataArray()
        below = results.getCellRangeByName("A30:C31").getDataArray()
        shown = results.getCellRangeByName("D20").String
        first = document.Sheets.getByName("Leads").getCellRangeByName("B6:B7").getDataArray()
    assert said.endswith("done ✔")
    assert rows == (("007", 12.5, 46328.0, "=1+1", 1.0), ("客 \\\tx", "", -1e-05, "'q", 0.0), ("", "", "", "", ""))
    assert below == (("old", "a,b", "x"), (1.0, "old", "𠮷"))
    assert "46328" not in shown and shown
    assert first == (("",), ("z",))


@pytest.mark.parametrize("name", ["Đội 客户 名单 'A' 100%.xlsm", 'say "hi" $HOME `x` \\ &.xlsm', "#1 a+b;c.xlsm"])
def test_odd_paths(office: Office, tmp_path: Path, name: str) -> None:
    real_command(office.folder)
    book = office.put(tmp_path / "Kế hoạch 計畫 'q'", "en", name)
    on_disk = book.read_bytes()
    with opened(office.context, book) as document:
        assert "60 leads" in refresh(document)
        assert document.Sheets.getByName("Results").getCellRangeByName("A6").Value == 1
        command(office.folder, 'if [ "$1" = --version ]; then exit 0; fi; exit 3')
        assert "exit code 3" in reason(stays(document, book), "en")
    assert book.read_bytes() == on_disk


def test_what_is_not_saved_counts(office: Office, tmp_path: Path) -> None:
    """A new lead and a deleted one in the open book; the file is not touched."""
    real_command(office.folder)
    book = office.put(tmp_path)
    leads = read_tables(Package.from_bytes(book.read_bytes()))["LB_Leads"]
    at = {column.key: column.letter for column in leads.columns if column.key}
    on_disk = book.read_bytes()
    with opened(office.context, book) as document:
        sheet, results = (document.Sheets.getByName(name) for name in ("Leads", "Results"))
        last = max(n for n in range(6, 80) if sheet.getCellRangeByName(f"{at['company_name']}{n}").String)
        gone = sheet.getCellRangeByName(f"{at['company_name']}7").String
        for key, value in (("company_name", "Chưa lưu 未保存 \\ Ltd"), ("customer_type", "New customer"),
                           ("pain_points", "two\nlines\tand = more")):  # fmt: skip
            sheet.getCellRangeByName(f"{at[key]}{last + 1}").setString(value)
        sheet.getCellRangeByName(f"{at['last_contact']}{last + 1}").setFormula("=DATE(2026;11;2)")
        sheet.getCellRangeByName(f"A7:{at['outcome']}7").clearContents(23)
        said = refresh(document)
        names = {results.getCellRangeByName(f"C{n}").String for n in range(6, 80)}
    assert "Chưa lưu 未保存 \\ Ltd" in names and gone and gone not in names
    assert "60 leads" in said
    assert book.read_bytes() == on_disk


def test_filters_stay_as_they_were(office: Office, tmp_path: Path) -> None:
    real_command(office.folder)
    with opened(office.context, office.put(tmp_path)) as document:
        sheet = document.Sheets.getByName("Leads")
        hidden = sheet.Rows.getByIndex(9)
        hidden.IsVisible = False
        refresh(document)
        assert not hidden.IsVisible and sheet.Rows.getByIndex(10).IsVisible
        assert document.DatabaseRanges.getByName("LB_Results").AutoFilter


def test_a_filter_on_results_is_applied_to_the_new_rows(office: Office, tmp_path: Path) -> None:
    real_command(office.folder)
    with opened(office.context, office.put(tmp_path)) as document:
        assert "60 leads" in refresh(document)
        table = document.DatabaseRanges.getByName("LB_Results")
        sheet, area = document.Sheets.getByName("Results"), table.DataArea
        tier = next(c for c in range(area.EndColumn + 1) if sheet.getCellByPosition(c, area.StartRow).String == "Tier")
        descriptor = table.getFilterDescriptor()
        import uno  # LibreOffice's own package, there as soon as a document is open

        field = uno.createUnoStruct("com.sun.star.sheet.TableFilterField")
        field.Field, field.StringValue = tier, "B"
        field.Operator = uno.Enum("com.sun.star.sheet.FilterOperator", "EQUAL")
        descriptor.setFilterFields((field,))
        table.refresh()
        assert shown_tiers(sheet, area, tier) == {"B"}
        # a lead goes, so that the others move up under rows that are hidden
        document.Sheets.getByName("Leads").getCellRangeByName("A6:BZ30").clearContents(23)
        assert "Refreshed" in refresh(document)
        assert shown_tiers(sheet, table.DataArea, tier) == {"B"}


def shown_tiers(sheet: Any, area: Any, tier: int) -> set[str]:
    rows = sheet.getRows()
    return {sheet.getCellByPosition(tier, row).String for row in range(area.StartRow + 1, area.EndRow + 1)
            if rows.getByIndex(row).IsVisible}
