"""The macro that ships, read back from a template by pyOpenVBA and put through its VBA parser."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyopenvba import ExcelFile, check_file
from pyopenvba.exceptions import VBACompileError
from pyopenvba.interpreter import parse_module

from leadbook.labels import LANGUAGES
from leadbook.templating.draft import SHEETS
from leadbook.vba import vba_project
from leadbook.vba.macro import macro_modules
from tests.vba.reading import code, project_in, sources

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
BROKEN = "Sub X()\n  If True Then\n    Y\nEnd Sub\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_is_sound_for_another_reader(language: str) -> None:
    report = check_file(TEMPLATES / f"book.{language}.xlsm")
    assert (report.issues, report.complete) == ((), True)
    names = ExcelFile(TEMPLATES / f"book.{language}.xlsm").module_names()
    assert names == ["ThisWorkbook", *(f"Sheet{n}" for n in range(1, len(SHEETS) + 1)), *macro_modules()]


@pytest.mark.parametrize("name", macro_modules())
def test_every_module_is_vba(name: str) -> None:
    text = sources(project_in((TEMPLATES / "book.en.xlsm").read_bytes()))[name]
    assert parse_module(text, name=name) is not None


def test_the_gate_closes_on_a_missing_end_if() -> None:
    text = sources(vba_project({"M": BROKEN}, ["ThisWorkbook"]))["M"]
    assert code(text).startswith("Sub X()")
    with pytest.raises(VBACompileError):
        parse_module(text, name="M")
