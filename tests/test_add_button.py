"""``new book X.xlsm`` and ``add-button``: the button arrives, everything else stays; runs keep it as it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook

from leadbook.labels import LANGUAGES, load_labels
from leadbook.templating.draft import SHEETS
from leadbook.workbook.button import button_sheets
from leadbook.workbook.package import Package
from tests.books import DAY, edited, leadbook, packed, parts, plain_book, process, put, table
from tests.lo.office import buttons, office
from tests.vba.reading import project_in, sources

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = "vnd.sun.star.script:VBAProject.LeadbookRefresh.Refresh?language=Basic&location=document"
MACRO_PARTS = re.compile(r"xl/(vbaProject\.bin|drawings/vmlDrawing.*|ctrlProps/.*)\Z")
every_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def names_of(language: str) -> list[str]:
    return [load_labels(language).text(f"sheet.{key}") for key in ("leads", "results", "dashboard")]


def sheets_with_button(path: Path) -> list[str]:
    return button_sheets(Package.from_bytes(path.read_bytes()), "Refresh")


def without_names(xml: bytes) -> bytes:
    """A sheet or workbook part without what the button adds to it."""
    xml = re.sub(rb'<sheetPr codeName="[^"]*"/>| codeName="[^"]*"', b"", xml, count=1)
    return re.sub(rb'<legacyDrawing r:id="rId[0-9]+"/>', b"", xml)


def assert_only_the_button_came(before: bytes, after: bytes) -> None:
    old, new = parts(before), parts(after)
    assert set(old) <= set(new)
    more = {name for name in set(new) - set(old) if not name.startswith("xl/worksheets/_rels/")}
    assert more == {"xl/vbaProject.bin", *(f"xl/drawings/vmlDrawing{n}.vml" for n in (1, 2, 3))}
    changed = {name for name in old if old[name] != new[name]}
    expected = {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
    for name in changed - expected:
        if name.startswith("xl/worksheets/_rels/"):
            assert new[name].count(b"<Relationship ") == old[name].count(b"<Relationship ") + 1
        else:
            assert name == "xl/workbook.xml" or name.startswith("xl/worksheets/sheet"), name
            assert without_names(new[name]) == old[name], name


@every_language
def test_sample_gets_the_button_and_keeps_everything(
    language: str, tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    book = put(tmp_path, (ROOT / "samples" / f"team.{language}.xlsx").read_bytes())
    said = leadbook("add-button", book)
    assert (said.code, said.err) == (0, "")
    made = tmp_path / "team.xlsm"
    assert all(name in said.out for name in (str(made), *names_of(language)))
    assert sheets_with_button(made) == names_of(language)
    assert_only_the_button_came(book.read_bytes(), made.read_bytes())
    assert package_check(made) == []
    text = load_labels(language).text("button.caption").encode("ascii", "xmlcharrefreplace")
    assert text in parts(made)["xl/drawings/vmlDrawing1.vml"]


def test_processed_book_gets_the_button_and_runs_go_on_as_before(
    tmp_path: Path, package_check: Callable[[Path], list[str]]
) -> None:
    book = put(tmp_path, (ROOT / "samples" / "team.vi.xlsx").read_bytes())
    assert process(book, "--today", "2026-11-16").code == 1
    assert leadbook("add-button", book).code == 0
    made = tmp_path / "team.xlsm"
    assert_only_the_button_came(book.read_bytes(), made.read_bytes())
    assert process(made, "--today", "2026-11-18").code == process(book, "--today", "2026-11-18").code
    assert table(made, "LB_Results") == table(book, "LB_Results")
    assert package_check(made) == []


@pytest.mark.parametrize("way", ["new", "add"])
def test_a_run_keeps_macro_and_buttons_byte_for_byte(tmp_path: Path, way: str) -> None:
    if way == "new":
        book = tmp_path / "team.xlsm"
        assert leadbook("new", "book", book, "--lang", "zh-Hant").code == 0
    else:
        assert leadbook("add-button", put(tmp_path, plain_book())).code == 0
        book = tmp_path / "team.xlsm"
    first = book.read_bytes()
    before = {name: data for name, data in parts(first).items() if MACRO_PARTS.match(name)}
    assert len(before) == 4
    assert leadbook("check", book, "--today", DAY).code == 0
    assert process(book).code in (0, 1)
    after = parts(book)
    assert {name: after[name] for name in before} == before
    assert len(sheets_with_button(book)) == 3
    if way == "add":
        assert table(book, "LB_Results")
        assert leadbook("explain", book, "North Pier Tools Ltd", "--today", DAY).code == 0
    assert leadbook("undo", book).code == 0
    assert book.read_bytes() == first


@every_language
def test_new_book_with_the_ending_xlsm_is_the_template_with_the_button(language: str, tmp_path: Path) -> None:
    path = tmp_path / "b.xlsm"
    assert leadbook("new", "book", path, "--lang", language).code == 0
    assert path.read_bytes() == (ROOT / "templates" / f"book.{language}.xlsm").read_bytes()
    assert sheets_with_button(path) == names_of(language)


def test_output_goes_where_it_is_asked_for_and_nothing_is_overwritten(tmp_path: Path) -> None:
    book = put(tmp_path, plain_book())
    assert leadbook("add-button", book, "-o", tmp_path / "mit.xlsm").code == 0
    assert not (tmp_path / "team.xlsm").exists()
    kept = (tmp_path / "mit.xlsm").read_bytes()
    again = leadbook("add-button", book, "-o", tmp_path / "mit.xlsm")
    assert (again.code, "mit.xlsm exists already" in again.err) == (3, True)
    assert (tmp_path / "mit.xlsm").read_bytes() == kept
    wrong = leadbook("add-button", book, "-o", tmp_path / "mit.xlsx")
    assert (wrong.code, "must end in .xlsm" in wrong.err) == (2, True)
    assert book.read_bytes() == plain_book()


def test_an_open_book_is_not_copied_behind_its_users_back(tmp_path: Path) -> None:
    book = put(tmp_path, plain_book())
    (tmp_path / "~$team.xlsx").write_bytes(b"\x03Mei".ljust(165, b" "))
    said = leadbook("add-button", book)
    assert (said.code, "is open in another program" in said.err) == (75, True)
    assert not (tmp_path / "team.xlsm").exists()


def test_the_new_book_may_be_read_by_those_who_read_the_old_one(tmp_path: Path) -> None:
    book = put(tmp_path, plain_book())
    book.chmod(0o640)
    assert leadbook("add-button", book).code == 0
    assert (tmp_path / "team.xlsm").stat().st_mode & 0o777 == 0o640


def test_a_book_with_macros_or_button_is_refused_in_a_sentence(tmp_path: Path) -> None:
    book = put(tmp_path, plain_book())
    assert leadbook("add-button", book).code == 0
    macros = leadbook("add-button", tmp_path / "team.xlsm", "-o", tmp_path / "c.xlsm")
    assert (macros.code, "already holds a VBA project" in macros.err) == (3, True)
    content = parts(tmp_path / "team.xlsm")
    del content["xl/vbaProject.bin"]
    content["xl/_rels/workbook.xml.rels"] = re.sub(
        rb'<Relationship [^>]*vbaProject"[^>]*/>', b"", content["xl/_rels/workbook.xml.rels"]
    )
    bare = put(tmp_path, packed(content), "bare.xlsm")
    there = leadbook("add-button", bare, "-o", tmp_path / "d.xlsm")
    assert (there.code, "already has a Refresh button" in there.err) == (3, True)
    assert not list(tmp_path.glob("[cd].xlsm"))


def test_a_workbook_that_is_no_team_book_is_refused(tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.xlsx"
    Workbook().save(stranger)
    said = leadbook("add-button", stranger)
    assert (said.code, "No Leads table" in said.err) == (3, True)
    assert not (tmp_path / "stranger.xlsm").exists()


def test_sheets_that_people_renamed_or_deleted(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        workbook["Leads"].title = "Kunden & mehr"
        del workbook["Dashboard"]

    book = put(tmp_path, edited(plain_book(), change))
    said = leadbook("add-button", book)
    assert said.code == 0
    assert sheets_with_button(tmp_path / "team.xlsm") == ["Kunden & mehr", "Results"]
    assert "Kunden & mehr, Results" in said.out


def test_the_macro_has_a_document_for_every_sheet(tmp_path: Path) -> None:
    def change(workbook: Workbook) -> None:
        chart = workbook.create_chartsheet("Picture")
        chart.sheet_state = "visible"
        workbook.create_sheet("Mine", 0)

    book = put(tmp_path, edited(plain_book(), change))
    assert leadbook("add-button", book).code == 0
    content = parts(tmp_path / "team.xlsm")
    found = sources(project_in((tmp_path / "team.xlsm").read_bytes()))
    given = {
        re.search(rb'codeName="([^"]*)"', content[s.part])[1].decode()  # type: ignore[index]
        for s in Package.from_bytes((tmp_path / "team.xlsm").read_bytes()).sheets
    }
    assert len(given) == len(SHEETS) + 2  # a chart sheet and one of the team
    assert given | {"ThisWorkbook"} <= set(found)
    assert [name for name, text in found.items() if "{00020821-" in text] == ["Chart1"]


@pytest.mark.libreoffice
@pytest.mark.slow
def test_libreoffice_shows_the_buttons_and_binds_them(tmp_path: Path) -> None:
    assert leadbook("add-button", put(tmp_path, (ROOT / "samples" / "team.zh-Hans.xlsx").read_bytes())).code == 0
    assert leadbook("new", "book", tmp_path / "fresh.xlsm", "--lang", "vi").code == 0
    with office(tmp_path) as pipe:
        added, fresh = buttons(pipe, tmp_path / "team.xlsm"), buttons(pipe, tmp_path / "fresh.xlsm")
    assert added == [[name, "刷新", SCRIPT] for name in names_of("zh-Hans")]
    assert fresh == [[name, "Làm mới", SCRIPT] for name in names_of("vi")]


def test_a_folder_is_refused_in_a_sentence(tmp_path: Path) -> None:
    said = leadbook("add-button", tmp_path)
    assert said.code == 3 and "is a folder" in said.err
