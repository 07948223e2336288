# ruff: noqa: E501  (rows of a sheet, as they stand in the file)
"""Reading worksheets: what a cell holds comes out as it stands, however the part is spelled."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.errors import RefusedFile
from leadbook.model.raw import UNCACHED, CellError
from leadbook.workbook import cells_fast, cells_slow, scan
from leadbook.workbook.cells import read_sheet
from leadbook.workbook.celltext import xml_text
from leadbook.workbook.package import Package
from leadbook.workbook.reader import Reader
from leadbook.workbook.strings import read_shared_strings
from leadbook.workbook.styles import date_kind, is_date_code, read_styles

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHARED = ["", "one", "二", "ba ư", "A\nB"]


def sheet(rows: str, after: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet {MAIN}><dimension ref="A1:C3"/>'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>"
    ).encode()


def values(xml: bytes) -> dict[str, object]:
    cells = read_sheet(xml, SHARED)
    return {f"{chr(64 + c)}{r}": v for r, c, v in zip(cells.row, cells.col, cells.value, strict=True)}


def one(cell: str) -> object:
    return values(sheet(f'<row r="1">{cell}</row>'))["A1"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1"><v>12</v></c>', 12.0),
        ('<c r="A1" s="3" t="n"><v>-0.25</v></c>', -0.25),
        ('<c r="A1"><v>1.7976931348623157E+308</v></c>', 1.7976931348623157e308),
        ('<c r="A1"><v>0.30000000000000004</v></c>', 0.30000000000000004),
        ('<c r="A1"><v>99999999999999999999</v></c>', 1e20),
        ('<c r="A1"><v>1_000</v></c>', "1_000"),
        ('<c r="A1"><v>NaN</v></c>', CellError("#NUM!")),
        ('<c r="A1" t="s"><v>2</v></c>', "二"),
        ('<c r="A1" t="s"><v>0</v></c>', None),
        ('<c r="A1" t="str"><f>B1</f><v>x &amp; y</v></c>', "x & y"),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', None),
        ('<c r="A1" t="str"><f>""</f></c>', UNCACHED),
        ('<c r="A1"><f>SUM(B1:B9)</f></c>', UNCACHED),
        ('<c r="A1"><f>SUM(B1:B9)</f><v></v></c>', UNCACHED),
        ('<c r="A1"><f>SUM(B1:B9)</f><v/></c>', UNCACHED),
        ('<c r="A1"><f t="shared" si="0"/><v>5</v></c>', 5.0),
        ('<c r="A1" t="inlineStr"><is><t>đường</t></is></c>', "đường"),
        ('<c r="A1" t="inlineStr"><is><t xml:space="preserve"> a\r\nb </t></is></c>', " a\nb "),
        (
            '<c r="A1" t="inlineStr"><is><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r><rPh sb="0" eb="1"><t>x</t></rPh>'
            "</is></c>",
            "rich",
        ),
        ('<c r="A1" t="inlineStr"><is><t>a_x000D_b_x005F_x0041_</t></is></c>', "a\rb_x0041_"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>0</v></c>', False),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', CellError("#DIV/0!")),
        ('<c r="A1" t="d"><v>2024-03-01</v></c>', 45352.0),
        ('<c r="A1" t="d"><v>1900-01-01T12:00:00</v></c>', 1.5),
        ('<c r="A1" s="4"/>', None),
        ('<c r="A1" s="4" />', None),
        ("<c r='A1' t='str'><v>q</v></c>", "q"),
        ('<c t="n"><v>4</v></c>', 4.0),
        ('<c r="A1" t="str"><v><![CDATA[<b> & ]]>x</v></c>', "<b> & x"),
        ('<c r="A1"><!-- note --><v>7</v></c>', 7.0),
        ('<c r="A1" cm="1"><v>8</v></c>', 8.0),
    ],
)
def test_every_kind_of_cell(cell: str, expected: object) -> None:
    result = one(cell)
    assert type(result) is type(expected)
    assert result == expected


def test_blank_error_and_uncached_are_three_things() -> None:
    found = values(
        sheet('<row r="1"><c r="A1"/><c r="B1" t="e"><v>#N/A</v></c><c r="C1"><f>A1</f></c></row>')
    )
    assert found == {"A1": None, "B1": CellError("#N/A"), "C1": UNCACHED}


def test_prefixes_utf16_and_missing_addresses_read_the_same() -> None:
    plain = sheet(
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c>'
        "</row>"
    )
    text = plain.decode()
    prefixed = (
        re.sub(r"<(/?)(\w+)(?=[ />])", r"<\1x:\2", text)
        .replace("<?x:xml", "<?xml")
        .replace("xmlns=", "xmlns:x=")
    )
    bare = (
        text.replace(' r="B2"', "")
        .replace(' r="A2"', "")
        .replace('<row r="3">', "<row>")
        .replace(' r="A3"', "")
    )
    wide = text.replace("UTF-8", "UTF-16")
    assert "<x:c " in prefixed
    want = {"A2": 1.0, "B2": "one", "A3": 2.0}
    for xml in (
        plain,
        prefixed.encode(),
        bare.encode(),
        wide.encode("utf-16"),
        text.replace('"', "'").encode(),
        b"\xef\xbb\xbf" + plain,
    ):
        assert values(xml) == want


def test_rows_hidden_merges_and_dimension() -> None:
    xml = sheet(
        '<row r="1" hidden="1"><c r="A1"><v>1</v></c></row><row r="2" ht="15" hidden="true"/>'
        '<row r="3" hidden="0"/>',
        '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>',
    )
    for cells in (read_sheet(xml, []), read_sheet(xml.replace(b"<sheetData>", b"<sheetData ><!-- -->"), [])):
        assert cells.hidden == {1, 2}
        assert [str(box) for box in cells.merged] == ["A1:B2"]
        assert str(cells.dimension) == "A1:C3"


@pytest.mark.parametrize(
    "xml",
    [
        sheet('<row r="1"><c r="A1"><v>1</c></row>'),
        b'<?xml version="1.0"?><!DOCTYPE worksheet [<!ENTITY a "b">]>' + sheet("")[56:],
        sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
        sheet('<row r="1"><c r="A9999999"><v>9</v></c></row>'),
    ],
)
def test_broken_parts_are_refused(xml: bytes) -> None:
    with pytest.raises(RefusedFile):
        read_sheet(xml, SHARED)


cell_kinds = st.one_of(
    st.tuples(
        st.just("n"),
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False).map(repr),
            st.integers(-(10**18), 10**18).map(str),
            st.sampled_from(
                ["", "1.", ".5", "-", "+3", "00012", "-0", "1e5", "123456789012345", "0.1234567890123456"]
            ),
        ),
    ),
    st.tuples(st.just("s"), st.sampled_from(["0", "1", "2", "4"])),
    st.tuples(st.just("str"), st.text(max_size=9)),
    st.tuples(st.just("inlineStr"), st.text(max_size=9)),
    st.tuples(st.just("b"), st.sampled_from(["0", "1", "true"])),
    st.tuples(st.just("e"), st.sampled_from(["#N/A", "#REF!"])),
    st.tuples(st.just("d"), st.sampled_from(["2024-02-29", "13:45:00", "2024-01-01T01:02:03Z", "soon"])),
    st.tuples(st.just("-"), st.just("")),
)


def spelled(address: str, kind: str, text: str, style: int, formula: bool) -> str:
    safe = xml_text(text)
    head = (
        f'<c r="{address}"'
        + (f' s="{style}"' if style else "")
        + (f' t="{kind}"' if kind not in "n-" else "")
    )
    rule = "<f>B1&gt;1</f>" if formula else ""
    if kind == "-":
        return head + (f">{rule}</c>" if rule else "/>")
    if kind == "inlineStr":
        return f'{head}><is><t xml:space="preserve">{safe}</t></is></c>'
    return f"{head}>{rule}<v>{safe}</v></c>"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.tuples(cell_kinds, st.integers(0, 70), st.booleans()), max_size=5), max_size=5),
    st.integers(1, 1_048_000),
)
def test_both_ways_of_reading_agree(rows: list, first: int) -> None:
    text = ""
    for i, line in enumerate(rows):
        number = first + 2 * i
        cells = "".join(
            spelled(f"{'ABCXFD'[j]}{number}", kind, body, style, formula)
            for j, ((kind, body), style, formula) in enumerate(line)
        )
        text += f'<row r="{number}" spans="1:5">{cells}</row>'
    xml = sheet(text)
    fast, slow = cells_fast.read(xml, SHARED), cells_slow.read(xml, SHARED)
    assert fast is not None
    for name in ("row", "col", "style", "formula", "iso", "plain_number"):
        assert getattr(fast, name).tolist() == getattr(slow, name).tolist(), name
    assert [(type(v), v) for v in fast.value] == [(type(v), v) for v in slow.value]


PLAIN = sheet(
    '<row r="1" spans="1:3" ht="15" x14ac:dyDescent="0.25"><c r="A1" s="3" t="s"><v>1</v></c><c r="B1"/></row>'
    '<row r="2" hidden="1"/><row r="3"><c r="A3" t="inlineStr"><is><t xml:space="preserve"> a&amp;b&#228;</t></is></c>'
    '<c r="C3"><f t="shared" ref="C3:C4" si="0">1+1</f><v>-2.5</v></c><c r="D3" t="str"><f>A1&amp;"x"</f><v>数</v></c>'
    '</row><row r="4"><c r="C4" t="b"><f t="shared" si="0"/><v>1</v></c><c r="D4" t="e"><v>#N/A</v></c></row>'
).replace(b"<worksheet ", b'<worksheet xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" ')


def test_the_plain_part_takes_the_fast_way() -> None:
    found = cells_fast.read(PLAIN, SHARED)
    assert found is not None and found.hidden == {2} and len(found.row) == 7


@settings(max_examples=2000)
@given(st.data())
def test_what_the_fast_way_reads_is_well_formed_and_read_alike(data: st.DataObject) -> None:
    """Bytes changed, dropped, doubled or put in anywhere: either expat agrees to the letter, or it decides."""
    xml = bytearray(PLAIN)
    odd = st.sampled_from([b"<", b">", b"/", b"&", b'"', b" ", b"\0", b"\x0b", b"\n", b"\xff", b"\xed\xa0\x80", b"]]>",
                           b"&#0;", b"&lt;", b"x", b"1", b"<v>", b"</v>", b"<c>", b"</c>", b"<t>", b' r="1"', b"<!--", b":"])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(xml) - 1))
        end = at + data.draw(st.integers(0, 8))
        xml[at:end] = data.draw(odd | st.just(b"") | st.just(bytes(xml[at:end]) * 2) | st.binary(max_size=2))
    try:
        fast = cells_fast.read(bytes(xml), SHARED)
    except RefusedFile:
        return
    if fast is None:
        return
    slow = cells_slow.read(bytes(xml), SHARED)  # raises if it is not well-formed
    for name in ("row", "col", "style", "formula", "iso", "plain_number"):
        assert getattr(fast, name).tolist() == getattr(slow, name).tolist(), name
    assert [(type(v), v) for v in fast.value] == [(type(v), v) for v in slow.value]
    assert fast.hidden == slow.hidden


def test_large_parts_are_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    xml = sheet("".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c></row>' for r in range(1, 200)))
    whole = cells_fast.read(xml, [])
    monkeypatch.setattr(scan, "CHUNK", 100)
    pieces = cells_fast.read(xml, [])
    assert whole is not None and pieces is not None
    assert pieces.row.tolist() == whole.row.tolist() == list(range(1, 200))
    assert pieces.value.tolist() == whole.value.tolist()


def written_by_xlsxwriter() -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("数据")
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    bold = book.add_format({"bold": True})
    for row in range(40):
        page.write_string(row, 0, f"客户{row % 7}")
        page.write_number(row, 1, row * 1.1)
        page.write_datetime(row, 2, datetime(2024, 1, 1 + row % 28), day)
        page.write_boolean(row, 3, row % 2 == 0)
        page.write_blank(row, 4, None, bold)
    page.write_rich_string("F1", "plain ", bold, "bold")
    page.write_formula("G1", "=1+1", None, 2)
    page.set_row(5, None, None, {"hidden": True})
    book.close()
    return buffer.getvalue()


def written_by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["名称", "n", "when", "ok"])
    page.append(["Công ty", 1.5, date(2024, 5, 6), True])
    page.append(["=1+1", "#N/A", datetime(2024, 5, 6, 7, 8), None])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def compare_with_references(data: bytes) -> None:
    reader = Reader(Package.from_bytes(data))
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    calamine = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    for entry in reader.pkg.sheets:
        cells = reader.cells(entry.part)
        mine = {(int(r), int(c)): v for r, c, v in zip(cells.row, cells.col, cells.value, strict=True)}
        dates = {(int(r), int(c)) for r, c, d in zip(cells.row, cells.col, cells.date, strict=True) if d}
        for line in book[entry.name].iter_rows():
            for cell in line:
                got, want = mine.get((cell.row, cell.column)), cell.value
                assert ((cell.row, cell.column) in dates) == isinstance(want, date)
                if isinstance(want, date):
                    want = openpyxl.utils.datetime.to_excel(want)
                if isinstance(got, CellError):
                    got = got.code
                assert (None if got is UNCACHED else got) == (
                    pytest.approx(want) if type(want) is float else want
                )
        grid = calamine.get_sheet_by_name(entry.name).to_python(skip_empty_area=False)
        seen = {
            (r, c) for (r, c), v in mine.items() if v not in (None, UNCACHED) and not isinstance(v, CellError)
        }
        assert seen == {(r + 1, c + 1) for r, line in enumerate(grid) for c, v in enumerate(line) if v != ""}


@pytest.mark.parametrize("make", [written_by_xlsxwriter, written_by_openpyxl])
def test_agrees_with_openpyxl_and_calamine(make) -> None:
    compare_with_references(make())


@pytest.mark.slow
@pytest.mark.libreoffice
def test_agrees_on_a_book_saved_by_libreoffice(tmp_path: Path) -> None:
    source = tmp_path / "in.xlsx"
    source.write_bytes(written_by_xlsxwriter())
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{tmp_path}/profile",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path / "out"),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    data = (tmp_path / "out" / "in.xlsx").read_bytes()
    xml = Package.from_bytes(data).read("xl/worksheets/sheet1.xml")
    assert cells_fast.read(xml, ["x"] * 99) is not None, "LibreOffice's own spelling should take the fast way"
    compare_with_references(data)


def test_dates_of_a_1904_book_become_1900_serials() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"date_1904": True})
    page = book.add_worksheet()
    page.write_datetime(0, 0, datetime(2024, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    page.write_number(0, 1, 0.25, book.add_format({"num_format": "hh:mm"}))
    page.write_number(0, 2, 100)
    book.close()
    cells = Reader(Package.from_bytes(buffer.getvalue())).cells("xl/worksheets/sheet1.xml")
    assert cells.value.tolist() == [45352.0, 0.25, 100.0]
    assert cells.date.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ('yyyy"年"m"月"d"日"', "calendar"),
        ("dd/mm/yyyy", "calendar"),
        ("[$-804]mmmm", "calendar"),
        ("[h]:mm", "clock"),
        ("mm:ss.0", "clock"),
        ("m/d/yy h:mm", "calendar"),
        ('0.00" days"', ""),
        ("[Red]0.0;[Blue]-0.0", ""),
        ("General", ""),
        (r"0\d", ""),
        ("#,##0.00_);(#,##0.00)", ""),
        ("0.00E+00", ""),
        ("h:mm AM/PM", "clock"),
        ("@", ""),
        ('"d"0', ""),
        ("[ss]", "clock"),
    ],
)
def test_which_formats_are_dates(code: str, kind: str) -> None:
    assert date_kind(code) == kind
    assert is_date_code(code) == bool(kind)


def test_styles_of_builtin_and_custom_formats() -> None:
    xml = (
        f'<styleSheet {MAIN}><numFmts count="1"><numFmt numFmtId="164" formatCode="{escape("yyyy-mm")}"/></numFmts>'
        '<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/>'
        '<xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="46"/></cellXfs></styleSheet>'
    ).encode()
    styles = read_styles(xml)
    assert styles.date.tolist() == [False, True, True, True]
    assert styles.calendar.tolist() == [False, True, True, False]


def test_shared_strings_rich_phonetic_and_escapes() -> None:
    xml = (
        f'<sst {MAIN} count="4" uniqueCount="4"><si><t>plain</t></si><si><r><t>a_x00</t></r><r><rPr><b/></rPr>'
        '<t xml:space="preserve">41_ b</t></r></si><si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'
        "<si><t>_x000D_</t></si><si/></sst>"
    ).encode()
    assert read_shared_strings(xml) == ["plain", "a_x0041_ b", "東京", "\r", ""]
    simple = f'<sst {MAIN}><si><t>a &lt; b</t></si><si><t xml:space="preserve"> c\r\n</t></si></sst>'.encode()
    assert read_shared_strings(simple) == ["a < b", " c\n"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_text_survives_escaping(text: str) -> None:
    assert one(f'<c r="A1" t="inlineStr"><is><t xml:space="preserve">{xml_text(text)}</t></is></c>') == (
        text or None
    )
