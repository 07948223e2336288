"""The guard: one distinct reason for each kind of file that is not a plain workbook."""

from __future__ import annotations

import os
import struct
import time
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.errors import RefusedFile
from leadbook.workbook.archive import Archive
from leadbook.workbook.guard import Limits, check_path, guard
from tests.workbook import oddzips

BOOK = oddzips.with_xlsxwriter(20)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"


def _with(changes: dict[str, bytes], without: tuple[str, ...] = ()) -> bytes:
    parts = dict(oddzips.parts_of(BOOK)) | changes
    return oddzips.zipped((n, c) for n, c in parts.items() if n not in without)


def _plus(name: str, content: bytes = b"<a/>") -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return oddzips.zipped([*oddzips.parts_of(BOOK), (name, content)])


def _replace(part: str, old: bytes, new: bytes) -> bytes:
    content = dict(oddzips.parts_of(BOOK))[part]
    assert old in content
    return _with({part: content.replace(old, new)})


def _lying_size() -> bytes:
    """A part that inflates to more than it declares."""
    data = bytearray(_with({"xl/long.xml": b"<a>" + b" " * 5000 + b"</a>"}))
    entry = Archive(bytes(data)).by_name["xl/long.xml"]
    struct.pack_into("<I", data, data.index(entry.central) + 24, 100)
    struct.pack_into("<I", data, entry.start + 22, 100)
    return bytes(data)


def _overlapping() -> bytes:
    """Two directory records that share one local record."""
    data = _plus("xl/one.xml")
    archive = Archive(data)
    entry = archive.by_name["xl/one.xml"]
    at = data.rindex(b"PK\x05\x06")
    sig, a, b, n, total, size, offset, c = struct.unpack_from("<4s4H2IH", data, at)
    end = struct.pack("<4s4H2IH", sig, a, b, n + 1, total + 1, size + len(entry.central), offset, c)
    return data[:at] + entry.central + end


def _other_local_name() -> bytes:
    data = bytearray(_plus("xl/one.xml"))
    data[data.index(b"xl/one.xml") : data.index(b"xl/one.xml") + 10] = b"xl/two.xml"
    return bytes(data)


def _other_local_size() -> bytes:
    data = bytearray(_plus("xl/one.xml"))
    struct.pack_into("<I", data, Archive(bytes(data)).by_name["xl/one.xml"].start + 22, 3)
    return bytes(data)


def _encrypted_entry() -> bytes:
    data = bytearray(BOOK)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def _bad_crc() -> bytes:
    data = bytearray(oddzips.zipped(oddzips.parts_of(BOOK), zipfile.ZIP_STORED))
    data[data.index(b"<sheetData")] ^= 1
    return bytes(data)


_SECOND = (
    b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    b' Target="xl/styles.xml"/></Relationships>'
)
DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
HIDDEN = b'<?xml version="1.0"?><!-- ' + b"x" * 20_000 + b' --><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'
WIDE = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16")
MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"

REFUSED: dict[str, tuple[str, Callable[[], bytes]]] = {
    "nothing in it": ("empty_file", lambda: b""),
    "old Excel": ("old_xls", lambda: OLE + b"\0" * 600),
    "password to open": (
        "encrypted_file",
        lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
    ),
    "password in the zip": ("encrypted_file", _encrypted_entry),
    "web page": ("html_file", lambda: b"\xef\xbb\xbf\n <HTML><table><tr><td>1</td></tr></table></HTML>"),
    "web page archive": ("html_file", lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n"),
    "csv": ("text_file", lambda: "名称,电话\n甲,1\n".encode()),
    "csv in GB18030": ("text_file", lambda: "名称,电话\n甲,1\n".encode("gb18030")),
    "csv in UTF-16": ("text_file", lambda: "name\tphone\n".encode("utf-16")),
    "XML spreadsheet 2003": (
        "xml_2003_file",
        lambda: b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    ),
    "pdf": ("unknown_file", lambda: b"%PDF-1.7\n%\xe2\xe3"),
    "picture": ("unknown_file", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
    "download broken off": ("truncated_file", lambda: BOOK[: len(BOOK) // 2]),
    "last bytes missing": ("truncated_file", lambda: BOOK[:-5]),
    "middle missing": ("damaged_zip", lambda: BOOK[:900] + BOOK[1400:]),
    "one bit flipped": ("damaged_zip", _bad_crc),
    "some other zip": ("not_a_workbook", lambda: oddzips.zipped([("readme.txt", b"hello")])),
    "empty zip": ("not_a_workbook", lambda: oddzips.zipped([])),
    "no content types": ("not_a_workbook", lambda: _with({}, ("[Content_Types].xml",))),
    "no workbook": ("not_a_workbook", lambda: _with({}, ("xl/workbook.xml",))),
    "text document": (
        "not_a_workbook",
        lambda: _replace(
            "[Content_Types].xml", b"spreadsheetml.sheet.main+xml", b"wordprocessingml.document.main+xml"
        ),
    ),
    "binary workbook": (
        "xlsb_file",
        lambda: _replace(
            "[Content_Types].xml",
            b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"application/vnd.ms-excel.sheet.binary.macroEnabled.main",
        ),
    ),
    "ods": (
        "ods_file",
        lambda: oddzips.zipped(
            [("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"<a/>")]
        ),
    ),
    "Numbers": ("numbers_file", lambda: oddzips.zipped([("Index/Document.iwa", b"x")])),
    "strict OOXML": (
        "strict_ooxml",
        lambda: _replace("xl/workbook.xml", MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main"),
    ),
    "same name twice": ("ambiguous_package", lambda: _plus(SHEET)),
    "same name in capitals": ("ambiguous_package", lambda: _plus("xl/worksheets/SHEET1.xml")),
    "overlapping entries": ("ambiguous_package", _overlapping),
    "another name in the local header": ("ambiguous_package", _other_local_name),
    "another size in the local header": ("ambiguous_package", _other_local_size),
    "same name percent-encoded": ("ambiguous_package", lambda: _plus("xl/worksheets/sheet%31.xml")),
    "Word document": ("word_document", lambda: oddzips.zipped([("word/document.xml", b"<a/>")])),
    "presentation": ("presentation", lambda: oddzips.zipped([("ppt/presentation.xml", b"<a/>")])),
    "two main documents": ("contradictory_package", lambda: _replace("_rels/.rels", b"</Relationships>", _SECOND)),
    "two kinds of one part": (
        "contradictory_package",
        lambda: _replace(
            "[Content_Types].xml", b"</Types>", b'<Override PartName="/xl/workbook.xml" ContentType="a/b"/></Types>'
        ),
    ),
    "two targets of one relationship": (
        "contradictory_package",
        lambda: _replace(
            "xl/_rels/workbook.xml.rels",
            b"</Relationships>",
            b'<Relationship Id="rId1" Type="a/b" Target="c"/></Relationships>',
        ),
    ),
    "two sheets in one part": (
        "contradictory_package",
        lambda: _replace("xl/workbook.xml", b'r:id="rId2"', b'r:id="rId1"'),
    ),
    "two sheets of one name": (
        "damaged_workbook",
        lambda: _replace("xl/workbook.xml", b'name="Lists"', b'name="LEADS"'),
    ),
    "part in an unknown encoding": (
        "damaged_xml", lambda: _with({SHEET: b'<?xml version="1.0" encoding="x-unknown"?><worksheet/>'})
    ),
    "climbing name": ("unsafe_names", lambda: _plus("../../evil.xml")),
    "absolute name": ("unsafe_names", lambda: _plus("/etc/evil.xml")),
    "drive letter": ("unsafe_names", lambda: _plus("C:evil.xml")),
    "backslash": ("unsafe_names", lambda: _plus("xl\\evil.xml")),
    "control character": ("unsafe_names", lambda: _plus("xl/\x1b[31m.xml")),
    "doctype in the sheet": ("doctype", lambda: _with({SHEET: DOCTYPE})),
    "doctype in the workbook": ("doctype", lambda: _with({"xl/workbook.xml": DOCTYPE})),
    "doctype behind a long comment": ("doctype", lambda: _with({"customXml/item1.xml": HIDDEN})),
    "doctype in UTF-16": ("doctype", lambda: _with({"xl/styles.xml": WIDE})),
    "doctype in a part with an odd name": ("doctype", lambda: _with({"xl/sheet.bin": DOCTYPE})),
    "sheet that is no XML": ("damaged_xml", lambda: _with({SHEET: b"\x01\x02\x03 nothing"})),
    "ratio 1000 to 1": ("zip_bomb", lambda: _with({"xl/media/a.bin": b"\0" * (8 << 20)})),
    "longer than declared": ("zip_bomb", _lying_size),
    "two thousand parts": (
        "too_many_parts",
        lambda: oddzips.zipped([*oddzips.parts_of(BOOK), *((f"xl/p{i}.xml", b"<a/>") for i in range(2000))]),
    ),
    "sheet part missing": ("missing_part", lambda: _with({}, (SHEET,))),
}


@pytest.mark.req("X9", "X13")
@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_each_kind_is_refused_with_its_own_reason(kind: str) -> None:
    key, make = REFUSED[kind]
    with pytest.raises(RefusedFile) as refused:
        guard(make(), "team.xlsx")
    assert refused.value.key == key
    assert refused.value.params["file"] == "team.xlsx"


@pytest.mark.req("X13")
def test_overlapping_entries_are_refused_before_any_name_is_looked_at() -> None:
    with pytest.raises(RefusedFile) as refused:
        Archive(_overlapping(), "team.xlsx")
    assert refused.value.key == "ambiguous_package"


@pytest.mark.req("X9")
def test_there_are_enough_distinct_reasons() -> None:
    assert len({key for key, _ in REFUSED.values()}) >= 12


@pytest.mark.req("X14")
@pytest.mark.parametrize("deep", [True, False])
@pytest.mark.parametrize("odd", sorted(oddzips.ODD))
def test_legal_but_unusual_books_pass(odd: str, deep: bool) -> None:
    assert guard(oddzips.ODD[odd](BOOK), "team.xlsx", deep=deep) is None
    assert guard(oddzips.prefixed(oddzips.with_openpyxl()), "team.xlsx", deep=deep) is None


def test_a_picture_may_bring_its_own_doctype() -> None:
    svg = b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg/>'
    assert guard(_with({"xl/media/image1.svg": svg}), "team.xlsx") is None


@pytest.mark.req("X13")
def test_a_bomb_costs_neither_time_nor_memory() -> None:
    bomb = _with({SHEET: b"<worksheet>" + b" " * (200 << 20) + b"</worksheet>"})
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(RefusedFile):
        guard(bomb, "team.xlsx")
    with pytest.raises(RefusedFile):
        guard(bomb, "team.xlsx", limits=Limits(ratio=1 << 30, part=100 << 20))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - began < 5
    assert peak < 64 << 20


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_book_is_refused_or_read_but_never_crashes(data: st.DataObject) -> None:
    broken = bytearray(BOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        if data.draw(st.booleans()):
            broken[at] = data.draw(st.integers(0, 255))
        else:
            del broken[at : at + data.draw(st.integers(1, 200))]
    try:
        guard(bytes(broken), "team.xlsx")
    except RefusedFile as refused:
        assert refused.params["file"] == "team.xlsx"


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", OLE, b"\xff\xfe", b"<?xml "])
)
def test_random_bytes_are_always_refused(tail: bytes, head: bytes) -> None:
    with pytest.raises(RefusedFile):
        guard(head + tail, "team.xlsx")


@pytest.mark.req("X9")
def test_paths_are_looked_at_before_they_are_opened(tmp_path: Path) -> None:
    def key(name: str) -> str:
        with pytest.raises(RefusedFile) as refused:
            check_path(tmp_path / name)
        assert refused.value.params["file"] == Path(name).name
        return refused.value.key

    (tmp_path / "folder.xlsx").mkdir()
    os.mkfifo(tmp_path / "pipe.xlsx")
    os.symlink("nowhere.xlsx", tmp_path / "dangling.xlsx")
    os.symlink("loop.xlsx", tmp_path / "loop.xlsx")
    with open(tmp_path / "huge.xlsx", "wb") as stream:
        stream.truncate((1 << 30) + 1)  # a hole: it takes no room on the disk
    for name in (
        "a.xls",
        "a.xlsb",
        "a.ods",
        "a.csv",
        "a.html",
        "a.docx",
        "~$a.xlsx",
        "good.xlsx",
        "GOOD2.XLSM",
    ):
        (tmp_path / name).write_bytes(b"x")
    assert key("none.xlsx") == key("dangling.xlsx") == key("good.xlsx/inner.xlsx") == "file_missing"
    assert key("folder.xlsx") == "is_folder"
    assert key("pipe.xlsx") == "not_a_file"
    assert key("/dev/zero") == "not_a_file"
    assert key("loop.xlsx") == "symlink_loop"
    assert key("huge.xlsx") == "file_too_large"
    assert key("n" * 300 + ".xlsx") == "not_readable"
    assert key("~$a.xlsx") == "owner_file"
    assert key("a.docx") == "wrong_extension"
    assert [key(f"a.{e}") for e in ("xls", "xlsb", "ods", "csv", "html")] == [
        "old_xls",
        "xlsb_file",
        "ods_file",
        "text_file",
        "html_file",
    ]
    check_path(tmp_path / "good.xlsx")
    check_path(tmp_path / "GOOD2.XLSM")
