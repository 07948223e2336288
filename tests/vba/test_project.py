"""A VBA project written from text: sound for olefile, the same text for olevba, compiled by pyOpenVBA."""

from __future__ import annotations

import io
import random
import string
import struct
from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.vba import vba_project
from leadbook.vba.macro import MACRO, macro_modules, macro_version
from tests.vba.reading import code, decompressed, excel_made, project_in, sources

DOCUMENTS = ["ThisWorkbook", "Sheet1", "Sheet2"]
SHEET_BASE = 'Attribute VB_Base = "0{00020820-0000-0000-C000-000000000046}"'
PRINTABLE = "".join(chr(n) for n in range(32, 127))
LINES = st.lists(st.text(PRINTABLE, max_size=60), max_size=120).map("\n".join)


def streams(project: bytes) -> dict[str, bytes]:
    with olefile.OleFileIO(io.BytesIO(project)) as ole:
        return {"/".join(path): ole.openstream(path).read() for path in ole.listdir()}


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.from_regex(r"\A[A-Za-z][A-Za-z0-9_]{0,12}\Z"), LINES, max_size=4))
def test_every_text_comes_back_whole(modules: dict[str, str]) -> None:
    modules = {f"M{n}{name}": "'\n" + text for n, (name, text) in enumerate(modules.items())}
    found = sources(vba_project(modules, DOCUMENTS))
    assert set(found) == {*modules, *DOCUMENTS}
    for name, text in modules.items():
        assert found[name].startswith(f'Attribute VB_Name = "{name}"\r\n')
        assert code(found[name]).rstrip("\r\n ") == text.replace("\n", "\r\n").rstrip("\r\n ")


@pytest.mark.parametrize("size", [0, 1, 4000, 4094, 4095, 4096, 4097, 8191, 8192, 8193, 70_000])
def test_texts_around_a_chunk_and_beyond_the_small_streams(size: int) -> None:
    noise = "".join(random.Random(size).choices(string.printable[:95], k=size))
    for text in (("Dim x As Long\n" * (size // 14 + 1))[:size], noise):
        got = code(sources(vba_project({"M": text}, DOCUMENTS))["M"])
        assert got.rstrip("\r\n ") == text.replace("\n", "\r\n").rstrip("\r\n ")


def test_same_input_same_bytes_and_order_of_modules_does_not_matter() -> None:
    texts = {"B": "Sub X()\nEnd Sub\n", "A": "'\n"}
    first = vba_project(texts, DOCUMENTS)
    assert first == vba_project(dict(reversed(texts.items())), DOCUMENTS)
    assert first != vba_project(texts, [*DOCUMENTS, "Sheet3"])


def test_source_only_as_the_specification_asks() -> None:
    found = streams(vba_project({"M": "'\n"}, DOCUMENTS))
    assert found["VBA/_VBA_PROJECT"] == bytes.fromhex("CC61FFFF000000")
    assert set(found) == {"PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT", "VBA/M"} | {
        f"VBA/{name}" for name in DOCUMENTS
    }
    lines = found["PROJECT"].decode("cp1252").split("\r\n")
    assert lines[1:5] == [*(f"Document={name}/&H00000000" for name in DOCUMENTS), "Module=M"]
    assert "M\0M\0\0\0".encode("latin-1") in found["PROJECTwm"]


def revealed(line: str) -> bytes:
    """The plain bytes of a protection line of the PROJECT stream ([MS-OVBA] 2.4.3.3)."""
    data = bytes.fromhex(line.split('"')[1])
    seed, key = data[0], data[2] ^ data[0]
    assert data[1] ^ seed == 2
    plain, before, at = [], key, 3
    while at < len(data):
        before = data[at] ^ (data[at - 2] + before & 0xFF)
        plain.append(before)
        at += 1
    rest = bytes(plain[(seed & 6) // 2 :])
    assert struct.unpack_from("<I", rest)[0] == len(rest) - 4
    return rest[4:]


def test_the_project_is_open_and_visible() -> None:
    text = streams(vba_project({}, DOCUMENTS))["PROJECT"].decode("cp1252")
    lines = {line.partition("=")[0]: line for line in text.split("\r\n")}
    assert {key: revealed(lines[key]) for key in ("CMG", "DPB", "GC")} == {
        "CMG": bytes(4), "DPB": b"\0", "GC": b"\xff",
    }  # fmt: skip
    project_id = lines["ID"].split('"')[1]
    key = bytes.fromhex(lines["GC"].split('"')[1])
    assert key[2] ^ key[0] == sum(project_id.encode()) & 0xFF


def record_ids(project: bytes) -> tuple[list[int], list[int]]:
    """The ids of the records of a ``dir`` stream: of the project, and of its last module."""
    records, at, ids = decompressed(streams(project)["VBA/dir"]), 0, []
    while at + 6 <= len(records):
        number, size = struct.unpack_from("<HI", records, at)
        ids.append(number)
        at += 6 + (6 if number == 0x09 else size)
    return ids[: ids.index(0x0F)], ids[len(ids) - ids[::-1].index(0x19) - 1 :]


@pytest.mark.parametrize("path", excel_made(), ids=lambda p: p.name)
def test_records_and_keys_stand_as_in_a_project_that_excel_wrote(path: Path) -> None:
    theirs, ours = project_in(path.read_bytes()), vba_project({"M": "'\n"}, DOCUMENTS)
    (head, module), (our_head, our_module) = record_ids(theirs), record_ids(ours)
    compatible_version, references = {0x4A}, {0x16, 0x3E, 0x0D, 0x0E, 0x2F, 0x30, 0x33}
    skip = compatible_version | references
    assert [n for n in our_head if n not in skip] == [n for n in head if n not in skip]
    # Read-only and private are optional; a class says 0x22 where a module says 0x21.
    assert our_module == [0x21 if n == 0x22 else n for n in module if n not in (0x25, 0x28)]
    their_lines = streams(theirs)["PROJECT"].decode("cp1252").split("\r\n")
    keys = [line.partition("=")[0] for line in streams(ours)["PROJECT"].decode().split("\r\n")]
    order = list(dict.fromkeys(line.partition("=")[0] for line in their_lines))
    common = [key for key in dict.fromkeys(keys) if key in order]
    assert common == [key for key in order if key in common] and "GC" in common
    for key in ("CMG", "DPB", "GC"):
        mine, yours = (next(t for t in text if t.startswith(f"{key}=")) for text in (
            streams(ours)["PROJECT"].decode().split("\r\n"), their_lines))  # fmt: skip
        assert revealed(mine) == revealed(yours)


def test_documents_take_code_and_classes_their_attributes() -> None:
    shown = 'VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1  \'True\nEND\nAttribute VB_Name = "Tool"\n' \
            "Attribute VB_PredeclaredId = True\nPublic Size As Long\n"  # fmt: skip
    opened = 'Attribute VB_Name = "ThisWorkbook"\nPrivate Sub Workbook_Open()\nEnd Sub\n'
    project = vba_project({"Tool": shown, "ThisWorkbook": opened}, ["ThisWorkbook", "Chart1"], charts=["Chart1"])
    found = sources(project)
    assert code(found["ThisWorkbook"]) == "Private Sub Workbook_Open()\r\nEnd Sub\r\n"
    assert 'VB_Base = "0{00020819-' in found["ThisWorkbook"]
    assert 'VB_Base = "0{00020821-' in found["Chart1"]
    assert "Attribute VB_PredeclaredId = True\r\n" in found["Tool"]
    assert code(found["Tool"]) == "Public Size As Long\r\n"
    assert "Class=Tool" in streams(project)["PROJECT"].decode()


def test_code_names_of_a_taiwanese_excel_are_held() -> None:
    names = ["ThisWorkbook", "工作表1", "工作表2"]
    found = streams(vba_project({}, names))
    assert {"VBA/工作表1", "VBA/工作表2"} <= set(found)
    assert "Document=工作表1/" in found["PROJECT"].decode("cp936")


@pytest.mark.parametrize(
    ("modules", "documents", "reason"),
    [
        ({"M": "' \u00e9\n"}, DOCUMENTS, "module M, line 1: only ASCII"),
        ({"M": "'\n\n'\u4e2d"}, DOCUMENTS, "line 3"),
        ({"1M": ""}, DOCUMENTS, "not a module name"),
        ({"M" * 32: ""}, DOCUMENTS, "not a module name"),
        ({"thisworkbook": ""}, DOCUMENTS, "same name"),
        ({}, ["ThisWorkbook", "工作表1", "Bảng1", "ชีต1"], "no code page"),
    ],
)
def test_what_cannot_be_stored_is_refused(modules: dict[str, str], documents: list[str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        vba_project(modules, documents)


def test_many_modules_need_more_than_one_sector_of_everything() -> None:
    modules = {f"Module{n}": f"Sub S{n}()\n" + "x = 1\n" * n * 5 + "End Sub\n" for n in range(120)}
    found = sources(vba_project(modules, DOCUMENTS))
    assert {name: code(found[name]) for name in modules} == {
        name: text.replace("\n", "\r\n") for name, text in modules.items()
    }


def test_the_macro_that_ships_is_in_the_project_word_for_word() -> None:
    found = sources(vba_project(macro_modules(), DOCUMENTS))
    for name, text in macro_modules().items():
        ours = text.replace("\r\n", "\n").replace("\n", "\r\n")
        assert code(found[name]) == code(ours), name
    subs = [name for name, text in macro_modules().items() if f"Public Sub {MACRO}()" in text]
    assert len(subs) == 1  # a button names the Sub without its module
    assert macro_version(macro_modules()[subs[0]])
