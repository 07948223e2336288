"""A book with things of its owner all over it: after a run all of it is byte-identical (X8, DESIGN §5)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.table import TableColumn

from leadbook.app.run import Options, run_book
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from tests.books import BODY_ROW, DAY, edited, packed, parts, plain_book, process, put, sheet_part, table_part

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OURS = ("tier", "score", "next_step_due", "to_fix")


def _owned_by_somebody(data: bytes) -> bytes:
    """The book with a sheet, a chart, notes, a ribbon part and cells of its owner, put in by hand."""
    content = parts(data)
    leads = sheet_part(data, "Leads")
    xml = content[leads].decode()
    text = '<c r="ZZ{0}" t="inlineStr"><is><t xml:space="preserve"> mine &amp; only mine </t></is></c>'
    own = text + '<c r="AAA{0}"><f>1+1</f><v>2</v></c>'
    for row in (1, BODY_ROW, BODY_ROW + 2):
        xml, done = re.subn(
            rf'(<row r="{row}" [^>]*>.*?)(</row>)',
            lambda m, r=row: m[1] + own.format(r) + m[2],
            xml,
            count=1,
            flags=re.S,
        )
        assert done == 1
    content[leads] = xml.encode()
    rels = f"xl/worksheets/_rels/{Path(leads).name}.rels"
    content[rels] = content[rels].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdOwn" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment" '
        b'Target="../threadedComments/own.xml"/></Relationships>',
    )
    extra = {
        "xl/threadedComments/own.xml": b"<ThreadedComments><threadedComment ref='B6'/></ThreadedComments>",
        "customXml/item9.xml": b"<memo xmlns='urn:example:memo'>kept</memo>",
        "customUI/customUI14.xml": b"<customUI/>",
        "xl/vbaProject.bin": b"\x00\x01macro\xff",
        "xl/printerSettings/printerSettings9.bin": b"\x01\x02printer\xff\x00",
    }
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(
        b"</Types>", b'<Default Extension="bin" ContentType="application/octet-stream"/></Types>'
    )
    return packed(content | extra)


def _cells_outside(xml: bytes, letters: set[str]) -> list[bytes]:
    """Every cell of a sheet part, canonical, without those in the given columns of body rows."""
    root = etree.fromstring(xml)
    kept = []
    for cell in root.iter(f"{MAIN}c"):
        letter, row = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r")).groups()  # type: ignore[union-attr]
        if not (letter in letters and int(row) >= BODY_ROW):
            kept.append(etree.tostring(cell, method="c14n"))
    return kept


def _frame(xml: bytes) -> bytes:
    """A sheet part without its cells, rows and dimension: rules, widths, panes, links, extensions."""
    root = etree.fromstring(xml)
    for tag in ("sheetData", "dimension"):
        for element in root.findall(f"{MAIN}{tag}"):
            root.remove(element)
    return bytes(etree.tostring(root, method="c14n"))


@pytest.mark.req("X8")
def test_what_people_own_is_byte_identical_after_a_run(tmp_path: Path) -> None:
    before = _owned_by_somebody(plain_book())
    path = put(tmp_path, before)
    assert process(path).code == 0
    old, new = parts(before), parts(path)
    assert old.keys() == new.keys()
    titles = {
        t: sheet_part(before, t)
        for t in (
            "Leads",
            "Interactions",
            "Results",
            "Matrix",
            "Follow-ups",
            "Worklists",
            "Forecast",
            "Relations",
            "Dashboard",
            "Issues",
            "History",
            "Team",
            "Policy",
            "Guide",
            "Runs",
            "Lists",
        )
    }
    ours = {
        titles[t]
        for t in ("Leads", "Results", "Matrix", "Follow-ups", "Worklists", "Dashboard", "Forecast", "Relations",
                  "Issues", "History", "Guide", "Runs")  # fmt: skip
    }
    tables = ("Results", "FollowUps", "Worklists", "Forecast", "Relations", "Issues", "History", "Weeks", "Runs")
    ours |= {table_part(before, f"LB_{t}") for t in tables}
    ours.add("xl/workbook.xml")
    changed = {name for name in old if old[name] != new[name]}
    assert changed <= ours and titles["Results"] in changed
    letters = {get_column_letter(c) for c in (1 + load_catalogue().lead.keys().index(key) for key in OURS)}
    leads = titles["Leads"]
    assert _cells_outside(old[leads], letters) == _cells_outside(new[leads], letters)
    for title in ("Leads", "Matrix", "Dashboard", "Guide"):
        assert _frame(old[titles[title]]) == _frame(new[titles[title]]), title
    assert b"mine &amp; only mine" in new[leads] and b"<f>1+1</f><v>2</v>" in new[leads]
    workbook = re.sub(rb"<calcPr[^>]*/>", b"", new["xl/workbook.xml"])
    assert workbook == re.sub(rb"<calcPr[^>]*/>", b"", old["xl/workbook.xml"])


@pytest.mark.req("X8")
def test_the_two_checks_of_ownership_agree(tmp_path: Path) -> None:
    before = _owned_by_somebody(plain_book())
    path = put(tmp_path, before)
    run = run_book(before, "team.xlsx", Options(date.fromisoformat(DAY)))
    process(path)
    old, new = Package.from_bytes(before, "team.xlsx"), Package.from_bytes(path.read_bytes(), "team.xlsx")
    assert diff_packages(old, new, ownership(old, run.changes)) == []
    spoilt = {**parts(path), "customXml/item9.xml": b"<memo/>"}
    assert diff_packages(old, Package.from_bytes(packed(spoilt), "team.xlsx"), ownership(old, run.changes)) != []


# leadbook's tables that a run writes anew without a key to carry people's cells by.
ANEW = ("LB_History", "LB_Weeks", "LB_Worklists", "LB_Issues", "LB_Forecast", "LB_Relations")


@pytest.mark.req("X8")
@pytest.mark.parametrize("name", ANEW)
def test_a_coloured_column_of_the_team_beside_leadbooks_tables_stays_and_grows(name: str, tmp_path: Path) -> None:
    def own(workbook: Any) -> None:
        sheet = next(s for s in workbook if name in s.tables)
        found = sheet.tables[name]
        left, top, right, bottom = range_boundaries(found.ref)
        found.tableColumns.append(TableColumn(id=900, name="Our remark"))
        found.ref = found.autoFilter.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right + 1)}{bottom}"
        sheet.cell(top, right + 1, "Our remark")
        sheet.cell(top + 1, right + 1, "look here").fill = PatternFill("solid", fgColor="FFEE00")

    path = put(tmp_path, edited(plain_book(), own))
    for day in (DAY, "2026-06-22", "2026-06-29"):
        assert process(path, "--today", day).code == 0
    sheet = next(s for s in load_workbook(path) if name in s.tables)
    left, top, right, bottom = range_boundaries(sheet.tables[name].ref)
    cells = [sheet.cell(row, right) for row in range(top + 1, bottom + 1)]
    assert cells[0].value == "look here" and not any(cell.value for cell in cells[1:])
    assert {cell.fill.fgColor.rgb for cell in cells} == {"00FFEE00"}
