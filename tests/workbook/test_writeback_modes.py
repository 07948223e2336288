"""Patches, appended rows, blocks, and the checker of a finished write (DESIGN §5, X8)."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich_book import build
from writing import FIXTURE, LEADS, RESULTS, column, edited, results, run

from leadbook.errors import RefusedFile
from leadbook.workbook.celltext import Formula
from leadbook.workbook.changes import BlockChange, Change, TableChange
from leadbook.workbook.ownership import Ownership, diff_packages, ownership
from leadbook.workbook.package import Package
from leadbook.workbook.tables import read_tables
from leadbook.workbook.writeback import write_back


def test_patched_cells_only() -> None:
    _, tables, new = run(
        build(), TableChange("lb_leads", {"tier": ["A", "C"], "score": [5, 1]}, "patch", rows=[9, 6])
    )
    assert column(tables["LB_Leads"], "tier") == ["C", "B", None, "A"]
    assert column(tables["LB_Leads"], "score") == [1.0, 3.0, None, 5.0]
    assert '<c r="E9" s="8" t="inlineStr"><is><t>A</t></is></c>' in new.read(LEADS).decode()
    assert 'ref="A5:F9"' in new.read("xl/tables/table1.xml").decode()


def test_updates_and_appended_rows_never_move_a_row() -> None:
    change = TableChange(
        "LB_Leads",
        {"company_name": ["Fluss Werk", "明河机械二", "Gió Nam"], "score": [1, 2, 3]},
        "append_update",
        rows=[0, 7, 0],
    )
    old = Package.from_bytes(build())
    result = write_back(old, [change])
    new = Package.from_bytes(result.data)
    assert diff_packages(old, new, ownership(old, [change])) == []
    table = read_tables(new)["LB_Leads"]
    assert column(table, "company_name") == [
        "Xưởng Sao Mai",
        "明河机械二",
        "North Pier Tools",
        "Thuyền Giấy",
        "Fluss Werk",
        "Gió Nam",
    ]
    assert column(table, None) == ["gọi lại", None, "x & y", None, None, None]
    sheet = new.read(LEADS).decode()
    assert 'sqref="A6:F11"' in sheet and 'sqref="C6:C11"' in sheet and "<xm:sqref>E6:E11</xm:sqref>" in sheet
    assert '<c r="D10" s="5"/>' in sheet and str(table.ref) == "A5:F11"


def test_a_block_is_filled_and_the_rest_of_it_blanked() -> None:
    _, _, new = run(build(), BlockChange("LB_Block", [["hot", 3, Formula("B12*2", 6)], ["cold"]]))
    sheet = new.read("xl/worksheets/sheet3.xml").decode()
    block = sheet[sheet.index('<row r="12"') : sheet.index("</sheetData>")]
    assert re.findall(r"<t>([^<]*)</t>|<v>([^<]*)</v>", block) == [
        ("hot", ""),
        ("", "3"),
        ("", "6"),
        ("cold", ""),
    ]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (TableChange("LB_Nothing", {"a": []}), "table_missing"),
        (TableChange("LB_Results", {"nope": [1]}), "column_missing"),
        (BlockChange("LB_None", []), "name_missing"),
    ],
)
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
    for old, new in [
        ('<calcPr calcId="191029"/>', ""),
        ('<calcPr calcId="191029"/>', '<calcPr fullCalcOnLoad="0" calcId="1"></calcPr>'),
    ]:
        _, _, package = run(edited("xl/workbook.xml", (old, new)), results(["k"]))
        book = package.read("xl/workbook.xml").decode()
        assert book.count('fullCalcOnLoad="1"') == 1
        assert book.index("</definedNames>") < book.index("<calcPr") < book.index("<pivotCaches>")


def test_the_checker_sees_foreign_changes() -> None:
    old = Package.from_bytes(build())
    change = [results(["k-pier"])]
    own = ownership(old, change)
    tampered = {
        RESULTS: (b"<v>7</v>", b"<v>8</v>"),
        LEADS: (b"high", b"x"),
        "xl/charts/chart1.xml": (b"Extras!$A$2", b"Extras!$A$9"),
        "xl/tables/table2.xml": (b"TableStyleMedium2", b"TableStyleLight1"),
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
value = st.one_of(
    st.none(), st.text(max_size=5), st.integers(-5, 5), st.dates(min_value=date(1950, 1, 1)), st.booleans()
)


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


CHANGES: list[Change] = [
    results(["k-pier", "Công ty mới", "k-sao-mai", "=2+2"]),
    BlockChange("LB_Block", [["hot", 3]]),
    TableChange("LB_Leads", {"tier": ["A"], "score": [5]}, "patch", rows=[6]),
]


@pytest.mark.req("X8")
def test_the_package_check_finds_no_fault(tmp_path: Path, package_check: Callable[[Path], list[str]]) -> None:
    result, _, _ = run(FIXTURE.read_bytes(), *CHANGES)
    target = tmp_path / "out.xlsx"
    target.write_bytes(result.data)
    assert [package_check(book) for book in (FIXTURE, target)] == [[], []]


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
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2",
            "--outdir",
            str(tmp_path),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    lines = list(csv.reader((tmp_path / "out-Results.csv").read_text("utf-8").splitlines()))
    assert [line[1] for line in lines[5:9]] == ["k-pier", "Công ty mới", "k-sao-mai", "=2+2"]
    assert [line[5] for line in lines[5:9]] == ["old friend", "", "call first", ""]
