"""Our reader of VBA projects against our writer and the Excel-made projects that xlwings ships."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.vba import vba_project
from leadbook.vba.compression import compress
from leadbook.vba.macro import macro_modules, macro_version
from leadbook.vba.reading import decompress, module_texts
from tests.vba.reading import excel_made, project_in, sources

DOCUMENTS = ["ThisWorkbook", "Sheet1", "工作表2"]


def test_the_shipped_macro_is_read_back_with_its_version() -> None:
    texts = module_texts(vba_project(macro_modules(), DOCUMENTS))
    for name, text in macro_modules().items():
        assert texts[name].replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert [v for v in map(macro_version, texts.values()) if v] == ["1"]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("abc XYZ09\r\n"), max_size=9000).map(str.encode))
def test_decompress_undoes_compress(data: bytes) -> None:
    assert decompress(compress(data)) == data


@pytest.mark.parametrize("path", excel_made(), ids=lambda p: p.name)
def test_projects_that_excel_wrote_are_read_as_olevba_reads_them(path: Path) -> None:
    project = project_in(path.read_bytes())
    assert module_texts(project) == sources(project)


def test_damage_is_an_error_and_never_hangs() -> None:
    project = vba_project(macro_modules(), DOCUMENTS)
    pick = random.Random(5)
    refused = 0
    for _ in range(300):
        broken = bytearray(project)
        for _ in range(pick.randint(1, 40)):
            broken[pick.randrange(len(broken))] = pick.randrange(256)
        cut = bytes(broken[: pick.choice([len(broken), pick.randrange(len(broken))])])
        try:
            module_texts(cut)
        except ValueError:
            refused += 1
    assert refused > 50


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)])
def test_what_is_no_project_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="compound|VBA project"):
        module_texts(data)
