"""The package floor: what is not changed stays byte-identical; what workbook.xml says is read right."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.errors import RefusedFile
from leadbook.workbook.archive import Archive
from leadbook.workbook.package import Package, SheetEntry
from tests.workbook import oddzips

WRITERS = {
    "openpyxl": oddzips.with_openpyxl(),
    "openpyxl, many sheets": oddzips.with_openpyxl(40, 7),
    "xlsxwriter": oddzips.with_xlsxwriter(),
    "xlsxwriter, shared strings off": oddzips.with_xlsxwriter(
        30, constant_memory=False, strings_to_urls=False
    ),
}


@pytest.fixture(params=sorted(WRITERS))
def written(request: pytest.FixtureRequest) -> bytes:
    return WRITERS[request.param]


@pytest.fixture(params=sorted(oddzips.ODD))
def odd(request: pytest.FixtureRequest, written: bytes) -> bytes:
    return oddzips.ODD[request.param](written)


def _raw(data: bytes) -> dict[str, tuple[bytes, bytes]]:
    """Name -> (compressed bytes, central record without its offset)."""
    return {
        e.name: (data[e.body : e.body + e.packed], e.central[:42] + e.central[46:])
        for e in Archive(data).entries
    }


@pytest.mark.req("X8")
def test_rewriting_nothing_gives_the_same_file(odd: bytes) -> None:
    assert Package.from_bytes(odd).rewrite({}) == odd


@pytest.mark.req("X8")
def test_changing_one_part_copies_all_others_raw(odd: bytes) -> None:
    package = Package.from_bytes(odd)
    part = package.sheets[0].part
    new = package.rewrite({part: b"<worksheet>changed</worksheet>"})
    old_raw, new_raw = _raw(odd), _raw(new)
    assert list(old_raw) == list(new_raw)
    assert {n for n in old_raw if old_raw[n] != new_raw[n]} == {part}
    with zipfile.ZipFile(io.BytesIO(new)) as reader:
        assert reader.testzip() is None
        assert reader.read(part) == b"<worksheet>changed</worksheet>"
    with zipfile.ZipFile(io.BytesIO(odd)) as before, zipfile.ZipFile(io.BytesIO(new)) as after:
        assert before.getinfo(part).date_time == after.getinfo(part).date_time
        assert before.comment == after.comment


@pytest.mark.req("X8")
def test_parts_can_be_added_and_removed_and_the_result_is_stable(odd: bytes) -> None:
    package = Package.from_bytes(odd)
    new = package.rewrite({"xl/added.xml": b"<a/>"}, {"docProps/app.xml"})
    assert new == package.rewrite({"xl/added.xml": b"<a/>"}, {"docProps/app.xml"})
    again = Package.from_bytes(new)
    assert again.read("xl/added.xml") == b"<a/>"
    assert "docProps/app.xml" not in again.names
    assert Package.from_bytes(new).rewrite({}) == new
    same = {n: r for n, r in _raw(odd).items() if n != "docProps/app.xml"}
    assert {n: r for n, r in _raw(new).items() if n != "xl/added.xml"} == same


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.binary(max_size=3000), min_size=1, max_size=6),
    pick=st.integers(0, 5),
    content=st.binary(max_size=5000),
    prefix=st.binary(max_size=40),
    store=st.booleans(),
)
def test_any_archive_survives_a_change_of_any_entry(
    sizes: list[bytes], pick: int, content: bytes, prefix: bytes, store: bool
) -> None:
    method = zipfile.ZIP_STORED if store else zipfile.ZIP_DEFLATED
    data = prefix + oddzips.zipped([(f"part{i}", c) for i, c in enumerate(sizes)], method)
    archive, name = Archive(data), f"part{pick % len(sizes)}"
    assert archive.rewrite({}) == data
    with zipfile.ZipFile(io.BytesIO(archive.rewrite({name: content}))) as new:
        assert new.testzip() is None
        expected = {f"part{i}": c for i, c in enumerate(sizes)} | {name: content}
        assert {n: new.read(n) for n in new.namelist()} == expected


def test_openpyxl_opens_a_rewritten_book(written: bytes) -> None:
    package = Package.from_bytes(written)
    part = package.sheets[0].part
    xml = package.read(part).replace(b"<sheetData", b"<!-- mark --><sheetData")
    sheet = openpyxl.load_workbook(io.BytesIO(package.rewrite({part: xml}))).worksheets[0]
    assert [c.value for c in sheet[2]][1].startswith("text")


def test_workbook_level_facts() -> None:
    package = Package.from_bytes(oddzips.with_xlsxwriter())
    assert package.workbook_part == "xl/workbook.xml"
    assert package.sheets == [
        SheetEntry("Leads", "xl/worksheets/sheet1.xml", "visible"),
        SheetEntry("Lists", "xl/worksheets/sheet2.xml", "veryHidden"),
    ]
    assert package.tables == {
        "xl/worksheets/sheet1.xml": ["xl/tables/table1.xml"],
        "xl/worksheets/sheet2.xml": [],
    }
    assert package.defined_names["LB_Options"] == "Lists!$A$1:$A$9"
    assert package.custom_properties == {"leadbook.lang": "vi"}
    assert package.date1904 is False
    assert package.content_type("xl/worksheets/sheet1.xml").endswith("worksheet+xml")
    assert package.content_type("_rels/.rels").endswith("relationships+xml")
    assert {t for t, _ in package.rels("").values()} >= {"officeDocument", "core-properties"}
    assert ("worksheet", "xl/worksheets/sheet1.xml") in package.rels("xl/workbook.xml").values()


@pytest.mark.req("X14")
def test_1904_prefixes_absolute_targets_and_other_case() -> None:
    assert Package.from_bytes(oddzips.with_xlsxwriter(date_1904=True)).date1904 is True
    plain = oddzips.with_openpyxl()
    expected = Package.from_bytes(plain).sheets
    assert Package.from_bytes(oddzips.prefixed(plain)).sheets == expected
    renamed = [(n.replace("worksheets/sheet1", "Worksheets/Sheet1"), c) for n, c in oddzips.parts_of(plain)]
    package = Package.from_bytes(oddzips.zipped(renamed))
    assert package.sheets[0].part == "xl/Worksheets/Sheet1.xml"
    assert package.read("xl/worksheets/sheet1.xml") == package.read("xl/Worksheets/Sheet1.xml")


@pytest.mark.req("X14")
def test_a_utf16_workbook_part_is_read() -> None:
    parts = dict(oddzips.parts_of(oddzips.with_xlsxwriter()))
    text = parts["xl/workbook.xml"].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
    parts["xl/workbook.xml"] = text.encode("utf-16")
    assert [s.name for s in Package.from_bytes(oddzips.zipped(parts.items())).sheets] == ["Leads", "Lists"]


def test_an_external_target_is_never_taken_for_a_part() -> None:
    parts = dict(oddzips.parts_of(oddzips.with_openpyxl()))
    rels = parts["xl/_rels/workbook.xml.rels"].decode()
    parts["xl/_rels/workbook.xml.rels"] = rels.replace(
        'Target="/xl/worksheets/sheet1.xml"', 'Target="/xl/worksheets/sheet1.xml" TargetMode="External"'
    ).encode()
    package = Package.from_bytes(oddzips.zipped(parts.items()))
    with pytest.raises(RefusedFile) as refused:
        _ = package.sheets
    assert refused.value.key == "missing_part"


@pytest.mark.parametrize("target", ["../../etc/passwd", "worksheets/none.xml", ""])
def test_a_sheet_without_its_part_is_refused_not_skipped(target: str) -> None:
    parts = dict(oddzips.parts_of(oddzips.with_openpyxl()))
    rels = parts["xl/_rels/workbook.xml.rels"].decode().replace("/xl/worksheets/sheet1.xml", target)
    parts["xl/_rels/workbook.xml.rels"] = rels.encode()
    with pytest.raises(RefusedFile) as refused:
        _ = Package.from_bytes(oddzips.zipped(parts.items())).sheets
    assert refused.value.key == "missing_part"


def test_a_damaged_part_is_noticed_on_reading() -> None:
    data = bytearray(oddzips.with_openpyxl(200))
    entry = Archive(bytes(data)).by_name["xl/worksheets/sheet1.xml"]
    data[entry.body + entry.packed // 2] ^= 0x55
    with pytest.raises(RefusedFile) as refused:
        Package.from_bytes(bytes(data)).read("xl/worksheets/sheet1.xml")
    assert refused.value.key in {"damaged_zip", "zip_bomb"}
