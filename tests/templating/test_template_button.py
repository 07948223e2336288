"""The book with the button: macros, three buttons in the frozen part, a cell for the outcome; else the same book."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from leadbook.labels import LANGUAGES, load_labels
from leadbook.templating.__main__ import build_all
from leadbook.templating.draft import SHEETS as ALL_SHEETS
from leadbook.vba.macro import macro_modules
from leadbook.workbook.button import button_sheets
from leadbook.workbook.package import Package
from tests.vba.reading import code, project_in, sources

SHEETS = ("leads", "results", "dashboard")
STATUS = {"leads": "LB_Leads.status", "results": "LB_Results.status", "dashboard": "LB_Dash.status"}
every_language = pytest.mark.parametrize("language", LANGUAGES)
every_kind = pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])


@cache
def books() -> dict[str, bytes]:
    return build_all()


@cache
def opened(language: str, suffix: str) -> Any:
    return openpyxl.load_workbook(io.BytesIO(books()[f"book.{language}{suffix}"]))


def parts(language: str, suffix: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(books()[f"book.{language}{suffix}"])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def target(language: str, suffix: str, name: str) -> tuple[Any, str]:
    book = opened(language, suffix)
    [(sheet, area)] = book.defined_names[name].destinations
    return book[sheet], area.replace("$", "")


def drawings(language: str) -> dict[str, str]:
    """Sheet key to its VML."""
    pkg, labels = Package.from_bytes(books()[f"book.{language}.xlsm"]), load_labels(language)
    keys = {labels.text(f"sheet.{key}"): key for key in SHEETS}
    return {keys[s.name]: pkg.read(pkg.related(s.part, "vmlDrawing")[0]).decode() for s in pkg.sheets if s.name in keys}


def anchor(vml: str) -> list[int]:
    found = re.search(r"<x:Anchor>([^<]*)</x:Anchor>", vml)
    assert found
    return [int(n) for n in found[1].split(",")]


@every_language
def test_three_sheets_have_the_button_and_the_same_bytes_come_again(language: str) -> None:
    labels = load_labels(language)
    pkg = Package.from_bytes(books()[f"book.{language}.xlsm"])
    assert button_sheets(pkg, "Refresh") == [labels.text(f"sheet.{key}") for key in SHEETS]
    assert build_all() == books()


@every_language
def test_button_says_its_word_and_tells_those_who_cannot_see_it(language: str) -> None:
    text = load_labels(language).text
    for vml in drawings(language).values():
        assert f">{text('button.caption')}</font>" in vml
        assert f'alt="{text("button.alt")}"' in vml
        assert "<x:FmlaMacro>[0]!Refresh</x:FmlaMacro>" in vml


@every_language
def test_button_and_status_stay_in_sight_and_cover_nothing(language: str) -> None:
    for key, vml in drawings(language).items():
        left, _, top, _, right, _, bottom, _ = anchor(vml)
        sheet, status = target(language, ".xlsm", STATUS[key])
        assert (top, bottom) == (0, 0)  # the title row
        frozen = sheet[sheet.freeze_panes]
        assert frozen.row > 1
        if key != "dashboard":
            assert right < frozen.column - 1 or right == frozen.column - 2
            assert status == f"{get_column_letter(frozen.column)}1"  # the first cell beside the frozen columns
        assert right < sheet[status].column - 1
        assert all(sheet.cell(1, column + 1).value is None for column in range(max(left, 1), sheet[status].column))
        title = str(sheet.cell(1, 2 if key == "dashboard" else 1).value)
        # 18 point letters: at most 13 pixels for a Latin one, 24 for a Chinese one
        room = sum(_pixels(sheet, n) for n in range(1 if key == "dashboard" else 0, left)) + anchor(vml)[1]
        assert sum(24 if ord(ch) > 0x2E80 else 13 for ch in title) < room


def _pixels(sheet: Any, column: int) -> float:
    size = sheet.column_dimensions[get_column_letter(column + 1)]
    return 0 if size.hidden else float(size.width) * 7


@every_language
@every_kind
def test_cells_of_the_macro_are_there_and_empty(language: str, suffix: str) -> None:
    for key, name in STATUS.items():
        sheet, cell = target(language, suffix, name)
        assert sheet.title == load_labels(language).text(f"sheet.{key}")
        assert sheet[cell].value is None
    guide, cell = target(language, suffix, "LB_Macro.command")
    text = load_labels(language).text
    assert (guide.title, guide[cell].value) == (text("sheet.guide"), None)
    assert guide.cell(guide[cell].row - 1, guide[cell].column).value == text("guide.refresh.command")


@every_language
@every_kind
def test_texts_of_the_macro_stand_on_the_hidden_sheet(language: str, suffix: str) -> None:
    texts = load_labels(language).texts
    sheet, area = target(language, suffix, "LB_Macro.texts")
    found = {row[0].value: row[1].value for row in sheet[area]}
    assert found == {key.removeprefix("macro."): text for key, text in texts.items() if key.startswith("macro.")}
    assert len(found) >= 10
    assert sheet.sheet_state == "veryHidden"


@every_language
def test_help_stands_where_there_is_a_button_and_only_there(language: str) -> None:
    labels = load_labels(language)
    said = labels.text("button.help")
    for key in SHEETS:
        purpose = labels.text(f"template.purpose.{key}")
        gap = "" if language.startswith("zh") else " "
        for suffix, line in ((".xlsm", f"{said}{gap}{purpose}"), (".xlsx", purpose)):
            sheet = opened(language, suffix)[labels.text(f"sheet.{key}")]
            assert sheet.cell(2, 2 if key == "dashboard" else 1).value == line


@every_language
def test_the_two_kinds_differ_only_by_the_button(language: str) -> None:
    plain, macros = parts(language, ".xlsx"), parts(language, ".xlsm")
    assert "xl/vbaProject.bin" in macros
    added = set(macros) - set(plain)
    assert {name for name in added if not name.startswith(("xl/drawings/vmlDrawing", "xl/worksheets/_rels"))} == {
        "xl/vbaProject.bin"
    }
    assert set(plain) <= set(macros)
    changed = {name for name in plain if plain[name] != macros[name]}
    sheets = {name for name in plain if name.startswith("xl/worksheets/sheet")}
    others = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"}
    assert {name for name in changed - sheets - others if not name.startswith("xl/worksheets/_rels/")} == set()


def test_the_project_holds_the_reviewed_text_and_one_module_for_each_sheet() -> None:
    found = sources(project_in(books()["book.vi.xlsm"]))
    workbook = parts("vi", ".xlsm")["xl/workbook.xml"].decode()
    assert 'codeName="ThisWorkbook"' in workbook
    sheets = [data.decode() for name, data in parts("vi", ".xlsm").items() if name.startswith("xl/worksheets/sheet")]
    names = {re.search(r'<sheetPr[^>]*codeName="([^"]+)"', xml)[1] for xml in sheets}  # type: ignore[index]
    assert set(found) == {"ThisWorkbook", *names, *macro_modules()}
    assert len(names) == len(ALL_SHEETS)
    for name, text in macro_modules().items():
        assert code(found[name]) == code(text.replace("\r\n", "\n").replace("\n", "\r\n"))


def test_the_macros_that_are_built_in_are_the_ones_that_ship() -> None:
    folder = Path(__file__).resolve().parents[2] / "templates" / "macro"
    assert sorted(p.stem for p in folder.iterdir() if p.suffix in (".bas", ".cls")) == sorted(macro_modules())
