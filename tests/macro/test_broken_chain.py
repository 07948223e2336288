"""Whatever breaks between button and results: a message that says what to do, and the book as it was."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from leadbook.labels import load_labels
from leadbook.workbook.package import Package
from leadbook.workbook.tables import read_tables
from tests.macro.program import (
    Office,
    answering,
    command,
    named_cell,
    opened,
    program,
    real_command,
    reason,
    refresh,
    sample,
    stays,
)

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]
ANSWERS = 'if [ "$1" = --version ]; then exit 0; fi; '
WHOLE = "leadbook-answer\t1\t0\nT\tok\nB\tResults\t6\t1\t1\t2\nsa\tn1\nEND\t1\n"


@pytest.mark.parametrize("language", ["en", "zh-Hans", "vi"])
def test_no_command(office: Office, tmp_path: Path, language: str) -> None:
    (office.folder / "bin" / "leadbook").unlink(missing_ok=True)
    book, labels = office.put(tmp_path, language), load_labels(language)
    with opened(office.context, book) as document:
        at = named_cell(document, "LB_Macro.command").AbsoluteName.replace("$", "").rpartition(".")[2]
        said = reason(stays(document, book), language)
    assert said == labels.text("macro.no_command", cell=f"{labels.text('sheet.guide')}!{at}")


def test_the_cell_names_a_command_that_is_nowhere_else(office: Office, tmp_path: Path) -> None:
    (office.folder / "bin" / "leadbook").unlink(missing_ok=True)
    away = tmp_path / "other tools"
    away.mkdir()
    real_command(away).rename(away / "leadbook")
    book = office.put(tmp_path)
    with opened(office.context, book) as document:
        named_cell(document, "LB_Macro.command").setString(str(away / "leadbook"))
        assert "60 leads" in refresh(document)
        named_cell(document, "LB_Macro.command").setString(f"sh '{away}/bin/nothing' leadbook")
        assert "was not found" in reason(refresh(document), "en")


def test_the_cell_starts_nothing_but_leadbook(office: Office, tmp_path: Path) -> None:
    (office.folder / "bin" / "leadbook").unlink(missing_ok=True)
    other = command(tmp_path, f'touch "{tmp_path}/ran"', "tool")
    book = office.put(tmp_path)
    with opened(office.context, book) as document:
        folder = tmp_path / "leadbook"
        folder.mkdir()
        inside = command(folder, f'touch "{tmp_path}/ran"', "x.sh")
        for words in (str(other), f"leadbook; {other}", f"$({other}) leadbook", f"leadbook & {other}", str(inside),
                      f"{other} leadbook", f"/bin/sh -c {other} leadbook", f"{other} -m leadbook"):
            named_cell(document, "LB_Macro.command").setString(words)
            assert "was not found" in reason(refresh(document), "en")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(("language", "code"), [("en", 3), ("zh-Hans", 70), ("vi", 0)])
def test_a_command_that_leaves_no_answer(office: Office, tmp_path: Path, language: str, code: int) -> None:
    command(office.folder, f"{ANSWERS}echo 'no disk \\\\ here' >&2; exit {code}")
    book = office.put(tmp_path, language)
    with opened(office.context, book) as document:
        said = reason(stays(document, book), language)
    assert said == load_labels(language).text("macro.failed", code=code, said="no disk \\ here")


def test_a_command_that_says_nothing_at_all(office: Office, tmp_path: Path) -> None:
    command(office.folder, f"{ANSWERS}exit 9")
    book = office.put(tmp_path)
    with opened(office.context, book) as document:
        said = reason(stays(document, book), "en")
    assert "exit code 9" in said and load_labels("en").text("macro.nothing_said") in said


HALVES = (
    WHOLE.replace("END\t1\n", ""),
    WHOLE.replace("END\t1", "END\t2"),
    WHOLE.replace("sa\tn1", "sa"),
    WHOLE.replace("sa\tn1\n", ""),
    WHOLE.replace("Results", "Ergebnisse"),
    WHOLE.replace("answer\t1", "answer\t2"),
    WHOLE[:40],
    "\n",
    "Traceback (most recent call last):\n",
)


def test_half_an_answer_is_not_used(office: Office, tmp_path: Path) -> None:
    book = office.put(tmp_path)
    with opened(office.context, book) as document:
        for answer in HALVES:
            answering(office.folder, answer)
            assert reason(stays(document, book), "en") == load_labels("en").text("macro.half_answer"), answer
        answering(office.folder, WHOLE)
        assert refresh(document).endswith("ok")
        assert document.Sheets.getByName("Results").getCellRangeByName("A6").String == "a"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_reason_of_the_command_is_told(office: Office, tmp_path: Path, language: str) -> None:
    answering(office.folder, "leadbook-answer\t1\t75\nT\tbusy \\u5FD9\nT\ttry later\nEND\t0\n", 75)
    book = office.put(tmp_path, language)
    with opened(office.context, book) as document:
        assert reason(stays(document, book), language) == "busy 忙 | try later"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_bad_policy_names_its_cell(office: Office, tmp_path: Path, language: str) -> None:
    real_command(office.folder)
    book, labels = office.put(tmp_path, language), load_labels(language)
    policy = read_tables(Package.from_bytes(book.read_bytes()))["LB_Policy"]
    column = next(c for c in policy.columns if c.key == "points")
    with opened(office.context, book) as document:
        sheet = document.Sheets.getByName(labels.text("sheet.policy"))
        row = next(n for n in range(6, 90) if sheet.getCellRangeByName(f"{column.letter}{n}").Value)
        sheet.getCellRangeByName(f"{column.letter}{row}").setString("many")
        said = reason(stays(document, book), language)
    assert f"{column.letter}{row}" in said and labels.text("sheet.policy") in said


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_file_that_was_damaged_meanwhile(office: Office, tmp_path: Path, language: str) -> None:
    real_command(office.folder)
    book = office.put(tmp_path, language)
    with opened(office.context, book) as document:
        book.write_bytes(b"PK\x03\x04 cut off")
        said = reason(stays(document, book), language)
    assert said == load_labels(language).text("error.truncated_file", file="team.xlsm")


def test_a_command_that_hangs_is_stopped(tmp_path: Path) -> None:
    command(tmp_path, f'{ANSWERS}echo $$ > "{tmp_path}/pid"; exec sleep 600')
    book = sample(tmp_path, "zh-Hans")
    with program(tmp_path, LEADBOOK_SECONDS="2") as context, opened(context, book) as document:
        said = reason(stays(document, book), "zh-Hans")
    assert said == load_labels("zh-Hans").text("macro.hangs", seconds=2)
    number = (tmp_path / "pid").read_text().strip()
    alive = Path("/proc", number, "stat")
    assert not alive.exists() or alive.read_text().split()[2] == "Z"


def test_a_book_that_others_have_locked(office: Office, tmp_path: Path) -> None:
    book = office.put(tmp_path, "vi")
    with opened(office.context, book, ReadOnly=True) as document:
        assert document.isReadonly()
        assert reason(stays(document, book), "vi") == load_labels("vi").text("macro.read_only")


def test_a_book_that_was_never_saved(office: Office, tmp_path: Path) -> None:
    book = office.put(tmp_path, "zh-Hans")
    with opened(office.context, book, AsTemplate=True) as document:
        assert document.URL == ""
        assert reason(stays(document, book), "zh-Hans") == load_labels("zh-Hans").text("macro.unsaved")


def test_a_name_too_long_for_files_beside_it(office: Office, tmp_path: Path) -> None:
    real_command(office.folder)
    book = office.put(tmp_path, "zh-Hans", f"{'客' * 80}.xlsm")
    with opened(office.context, book) as document:
        said = reason(stays(document, book), "zh-Hans")
    assert said == load_labels("zh-Hans").text("macro.folder", folder=str(tmp_path))


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_protected_sheet_is_named(office: Office, tmp_path: Path, language: str) -> None:
    real_command(office.folder)
    book, name = office.put(tmp_path, language), load_labels(language).text("sheet.matrix")
    with opened(office.context, book) as document:
        document.Sheets.getByName(name).protect("")
        assert reason(stays(document, book), language) == load_labels(language).text("macro.protected", sheet=name)


def test_a_range_that_refuses_takes_the_others_back(office: Office, tmp_path: Path) -> None:
    """Part of an array formula cannot be overwritten; what was written before it is taken back."""
    real_command(office.folder)
    book = office.put(tmp_path)
    with opened(office.context, book) as document:
        box = document.NamedRanges.getByName("LB_Matrix.points").getReferredCells()
        box.getCellRangeByPosition(0, 0, 0, 1).setArrayFormula("=ROW(A1:A2)")
        document.Sheets.getByName("Dashboard").getCellRangeByName("C5").setString("=kept")
        tables = sizes(document)
        said = reason(stays(document, book), "en")
        assert sizes(document) == tables
    begin, end = load_labels("en").text("macro.not_written", error="@").split("@")
    assert said.startswith(f"{begin}Matrix.") and said.endswith(end)


def sizes(document: Any) -> dict[str, int]:
    ranges = document.DatabaseRanges
    return {name: ranges.getByName(name).DataArea.EndRow for name in ranges.ElementNames}


def test_a_book_without_texts_speaks_english(office: Office, tmp_path: Path) -> None:
    command(office.folder, f"{ANSWERS}exit 3")
    book = office.put(tmp_path, "vi")
    with opened(office.context, book) as document:
        document.NamedRanges.removeByName("LB_Macro.texts")
        assert "left no answer" in reason(stays(document, book), "en")


def test_a_command_that_may_not_be_run(office: Office, tmp_path: Path) -> None:
    path = real_command(office.folder)
    path.chmod(path.stat().st_mode & ~(stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH))
    book = office.put(tmp_path)
    with opened(office.context, book) as document:
        assert "was not found" in reason(stays(document, book), "en")
