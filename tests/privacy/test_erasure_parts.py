"""What an erasure does to the parts around the cells, and that its own check notices anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from leadbook.workbook.erase import Erasing, silenced, without_links, without_relations
from leadbook.workbook.erasecheck import strange_differences
from leadbook.workbook.package import Package
from leadbook.workbook.reader import Reader
from leadbook.workbook.refs import Box
from leadbook.workbook.scrub import parts_with, scrubbed, without_texts
from leadbook.workbook.tables import read_tables
from tests.books import LEADS, book, edited, leadbook, packed, parts, plain_book, put, sheet_part
from tests.forms import filled
from tests.privacy.cage import traces

BOX = [Box(7, 1, 7, 60)]


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    content: Mapping[str, bytes] = parts(data)
    assert change(content[part]) != content[part]
    return packed({**content, part: change(content[part])})


@pytest.mark.req("P01")
def test_strings_that_no_cell_uses_are_emptied_and_all_indexes_hold() -> None:
    data = plain_book()
    name = "North Pier Tools Ltd"
    strings: list[bytes] = re.findall(rb"<si>.*?</si>", parts(data)["xl/sharedStrings.xml"], re.DOTALL)
    number = strings.index(b"<si><t>%s</t></si>" % name.encode())
    old = b't="s"><v>%d</v>' % number
    for part in [p for p in parts(data) if p.startswith("xl/worksheets/sheet")]:
        if old in parts(data)[part]:
            data = changed(data, part, lambda xml: xml.replace(old, b"><v>1</v>"))
    assert traces(data, name) == ["xl/sharedStrings.xml"]
    new, touched = scrubbed(Package.from_bytes(data, "t"), ())
    assert touched == {"xl/sharedStrings.xml"} and traces(new, name) == []
    before, after = (Reader(Package.from_bytes(d, "t")) for d in (data, new))
    assert all(list(before.cells(p).value) == list(after.cells(p).value) for p in before.sheet_parts.values())


@pytest.mark.req("P01")
@pytest.mark.parametrize(
    ("xml", "bare"),
    [
        ("<c:pt idx='0'><c:v>Alder Ltd</c:v></c:pt>", "<c:pt idx='0'><c:v></c:v></c:pt>"),
        ('<sharedItems><s v="Alder Ltd"/></sharedItems>', '<sharedItems><s v=""/></sharedItems>'),
        ('<sharedItems><n v="77120045"/></sharedItems>', '<sharedItems><n v="0"/></sharedItems>'),
        ('<filter val="Alder Ltd"/>', '<filter val=""/>'),
        ('<c:tickLblPos val="Alder Ltd"/>', '<c:tickLblPos val="Alder Ltd"/>'),
        ("<xdr:colOff>77120045</xdr:colOff>", "<xdr:colOff>77120045</xdr:colOff>"),
        ("<a:t>Alder Ltd and others</a:t>", "<a:t>Alder Ltd and others</a:t>"),
    ],
)
def test_caches_lose_whole_texts_and_settings_stay(xml: str, bare: str) -> None:
    assert without_texts(xml.encode(), {"Alder Ltd", "77120045"}).decode() == bare


@pytest.mark.req("P01")
def test_notes_threads_and_links_on_the_rows_are_silenced_and_no_others() -> None:
    note = b'<comment ref="%s" authorId="0"><text><r><t>secret</t></r></text></comment>'
    new, count = silenced(b"<comments>" + note % b"A7" + note % b"A8" + b"</comments>", BOX)
    assert count == 1 and new.count(b"secret") == 1 and b'ref="A7" authorId="0"><text><t></t></text>' in new
    thread = b'<threadedComment ref="B7" id="{1}"><text>hi @Ana</text><mentions><mention/></mentions></threadedComment>'
    new, _ = silenced(b"<ThreadedComments>" + thread + b"</ThreadedComments>", BOX)
    assert b"hi" not in new and b"mention" not in new
    links = b'<hyperlinks><hyperlink ref="A7" r:id="rId3" display="x"/><hyperlink ref="A9" location="y"/></hyperlinks>'
    new, gone = without_links(links, BOX)
    assert gone == [b"rId3"] and new == b'<hyperlinks><hyperlink ref="A9" location="y"/></hyperlinks>'
    assert without_links(b'<hyperlinks><hyperlink ref="A7"/></hyperlinks>', BOX)[0] == b""
    one, two = b'<Relationship Id="rId3" Target="mailto:a"/>', b'<Relationship Id="rId4" Target="b"/>'
    assert without_relations(b"<R>" + one + two + b"</R>", {b"rId3"}) == b"<R>" + two + b"</R>"


@pytest.mark.req("P01", "X8")
def test_the_check_notices_every_other_difference() -> None:
    data = plain_book()
    pkg = Package.from_bytes(data, "t")
    reader = Reader(pkg)
    tables = read_tables(pkg, reader=reader)
    work = Erasing(pkg, tables, reader)
    part = tables["LB_Leads"].part
    work.blank(part, Box(7, 1, 7, 200))
    fine = work.data()

    def strange(new: bytes) -> list[str]:
        return strange_differences(pkg, Package.from_bytes(new, "t"), work.touched, work.boxes, ())

    assert strange(fine) == []
    assert strange(changed(fine, "xl/sharedStrings.xml", lambda xml: xml.replace(b"Quiet Harbour", b"Quiet Harbor")))
    assert strange(changed(fine, part, lambda xml: xml.replace(b'<pageMargins left="0.4"', b'<pageMargins left="0.5"')))
    assert strange(changed(fine, "xl/styles.xml", lambda xml: xml.replace(b"</styleSheet>", b" </styleSheet>")))
    lost = parts(fine)
    del lost["docProps/custom.xml"]
    assert strange(packed(lost))
    assert parts_with(Package.from_bytes(data, "t"), ["leadbook.language"]) == ["docProps/custom.xml"]


@pytest.mark.req("P01", "X8")
def test_a_repeated_formula_stays_and_forgets_what_it_showed(tmp_path: Path) -> None:
    def own(workbook: Any) -> None:
        sheet = workbook.create_sheet("Mine")
        for row in range(6, 12):
            sheet.cell(row, 1).value = f"=Leads!B{row}"

    data = edited(book(LEADS[2:4], []), own)
    part = sheet_part(data, "Mine")
    shown = b"<f>Leads!B6</f><v>North Pier Tools Ltd</v>"
    data = changed(data, part, lambda xml: xml.replace(b"<f>Leads!B6</f><v></v>", shown))
    data = changed(data, part, lambda xml: xml.replace(b'<c r="A6">', b'<c r="A6" t="str">'))
    path = put(tmp_path, data)
    assert leadbook("forget", path, "--lead", "9988", "--yes").code == 0
    assert b"<f>Leads!B6</f></c>" in parts(path)[part] and traces(path, "North Pier") == []
    assert load_workbook(path)["Mine"]["A6"].value == "=Leads!B6"


@pytest.mark.req("P01")
def test_forms_that_hold_the_customer_are_named_and_deleted_only_when_asked(tmp_path: Path, english: None) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    put(inbox, filled({"company_name": "Zelkova Ltd", "customer_type": "new", "pain_points": "Kanari"}), "z.xlsx")
    put(inbox, filled({"company_name": "Maple Ltd", "customer_type": "new"}), "m.xlsx")
    path = put(tmp_path, plain_book())
    leadbook("process", path, "--forms", inbox, "--today", "2026-06-15")
    before = path.read_bytes()
    said = leadbook("forget", path, "--lead", "Zelkova Ltd", "--yes")
    assert said.code == 1 and "z.xlsx" in said.out and (inbox / "z.xlsx").exists()
    path.write_bytes(before)
    said = leadbook("forget", path, "--lead", "Zelkova Ltd", "--yes", "--forms", inbox)
    assert said.code == 0 and not (inbox / "z.xlsx").exists() and (inbox / "m.xlsx").exists()
    assert not [p for p in tmp_path.rglob("*.xlsx") if traces(p, "Zelkova")]
