"""Rows that only have a format cost next to nothing; they are edited, checked and compared like all others (X13)."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from leadbook.errors import RefusedFile
from leadbook.workbook import cells_slow, tail
from leadbook.workbook.cells import read_sheet
from leadbook.workbook.ownership import Ownership, diff_packages
from leadbook.workbook.package import Package
from leadbook.workbook.refs import Box
from leadbook.workbook.scan import layout
from leadbook.workbook.splice import ColumnEdit, Edits, splice
from tests import books

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
FILLED = '<row r="1"><c r="A1" s="1"><v>7</v></c></row><row r="2"><c r="B2" s="2"/><c r="C2"><v>1</v></c></row>'
LAST = 1_048_576


def blank(first: int, last: int, letters: str = "ABC", step: int = 1) -> str:
    """Rows in which each cell has a format and nothing else."""
    rows = range(first, last + 1, step)
    return "".join(f'<row r="{n}">' + "".join(f'<c r="{x}{n}" s="3"/>' for x in letters) + "</row>" for n in rows)


def sheet(rows: str) -> bytes:
    return f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>".encode()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blank end of a few rows is one already."""
    monkeypatch.setattr(tail, "FROM", 300)
    monkeypatch.setattr(tail, "CHUNK", 64)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ten blank cells can be held."""
    monkeypatch.setattr(tail, "MOST", 10)
    monkeypatch.setattr(cells_slow, "MOST", 10)


def team_book(rows: str) -> bytes:
    """The usual book with more rows at the end of its leads."""
    content = books.parts(books.plain_book())
    part = books.sheet_part(books.plain_book(), "Leads")
    content[part] = content[part].replace(b"</sheetData>", rows.encode() + b"</sheetData>")
    return books.packed(content)


def run_in_a_process(folder: Path, *words: str) -> tuple[int, float]:
    """Exit code and peak memory in MiB of a command of its own."""
    code = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run([sys.executable, '-m', 'leadbook', *sys.argv[1:]], stdout=subprocess.DEVNULL)\n"
        "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout
    exit_code, peak = map(int, said.split())
    return exit_code, peak / (1024 if sys.platform != "darwin" else 1 << 20)


@pytest.mark.req("X13")
@pytest.mark.skipif(sys.platform == "win32", reason="peak memory of a child is told on POSIX only")
@pytest.mark.parametrize("command", ["check", "process"])
def test_five_million_formatted_cells_cost_no_gigabyte(tmp_path: Path, command: str) -> None:
    content = books.parts(books.plain_book())
    part = books.sheet_part(books.plain_book(), "Leads")
    content[part] = content[part].replace(b"</sheetData>", blank(5000, LAST, "ABCDE").encode() + b"</sheetData>")
    with zipfile.ZipFile(tmp_path / "team.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, data in content.items():
            package.writestr(name, data)
    code, peak = run_in_a_process(tmp_path, command, "team.xlsx", "--today", books.DAY)
    assert code <= 1
    assert peak < 600  # with every cell held it took 1.3 GiB


def test_what_is_read_is_the_same_without_the_blank_end(small: None) -> None:
    cells = read_sheet(sheet(FILLED + blank(3, 60)), [])
    there = {(r, c): v for r, c, v in zip(cells.row, cells.col, cells.value, strict=True) if v is not None}
    assert there == {(1, 1): 7.0, (2, 3): 1.0}
    assert len(cells) < 60
    assert cells.layout is not None and cells.layout.until < cells.layout.stop


@pytest.mark.req("X8")
def test_edits_in_front_of_inside_and_behind_the_blank_end(small: None) -> None:
    """A sheet with gaps in its blank end: the same bytes as when everything is held."""
    dice = random.Random(5)
    for _ in range(150):
        xml = sheet(FILLED + blank(3, 12) + blank(15, 60, "AC", step=dice.choice((1, 2, 3))))
        rows = sorted(dice.sample(range(1, 80), dice.randint(1, 6)))
        values = [dice.choice((None, 5, "new")) for _ in rows]
        edits = [ColumnEdit(dice.randint(1, 5), rows, values, dice.choice((None, 4)))]
        hidden = dict.fromkeys(dice.sample(range(1, 80), dice.randint(0, 2)), True)
        known = read_sheet(xml, []).layout
        assert known is not None and known.until < known.stop
        whole = layout(xml)
        assert whole is not None and whole.until == whole.stop
        assert splice(xml, Edits(edits, hidden=hidden), known) == splice(xml, Edits(edits, hidden=hidden), whole)


@pytest.mark.req("X13")
def test_too_many_formatted_cells_are_refused_with_what_to_do(few: None, tmp_path: Path) -> None:
    rows = blank(5000, 5020) + '<row r="6000"><c r="A6000"><v>1</v></c></row>'
    for spelled in (rows, rows.replace('"', "'")):
        book = books.put(tmp_path, team_book(spelled))
        before = book.read_bytes()
        said = books.process(book, "--lang", "en")
        assert said.code == 3
        assert "Leads" in said.err and "team.xlsx" in said.err and "Ctrl+End" in said.err
        assert book.read_bytes() == before


def test_too_much_content_is_refused(few: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "FILLED", 2)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 9))
    with pytest.raises(RefusedFile) as refused:
        read_sheet(sheet(rows), [])
    assert refused.value.key == "too_large"


@pytest.mark.parametrize(
    "rows",
    [
        blank(3, 60) + blank(50, 55),  # rows again
        blank(3, 60, "ABA"),  # a cell twice
        blank(3, 60).replace('r="B50"', 'r="B51"'),  # a cell of another row
    ],
)
def test_a_blank_end_that_is_out_of_order_is_refused(small: None, rows: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_sheet(sheet(FILLED + rows), [])
    assert refused.value.key == "broken_cell"


@pytest.mark.parametrize("harm", [("</row>", ""), ('s="3"', 's="3'), ('s="3"', 's="&"')])
def test_a_damaged_blank_end_is_refused(small: None, harm: tuple[str, str]) -> None:
    rows = blank(3, 60)
    at = rows.index('<row r="50"')
    with pytest.raises(RefusedFile):
        read_sheet(sheet(FILLED + rows[:at] + rows[at:].replace(*harm, 1)), [])


@pytest.mark.req("X8")
def test_a_change_in_the_blank_end_is_seen_when_books_are_compared(small: None) -> None:
    rows = blank(5000, 5100)
    part = books.sheet_part(books.plain_book(), "Leads")
    old = Package.from_bytes(team_book(rows))
    allowed = Ownership(cells={part: [Box(6, 1, 20, 3)]})
    for find, instead in (('r="B5050" s="3"', 'r="B5050" s="2"'), ('<row r="5100">', '<row r="5100" hidden="1">')):
        assert find in rows
        new = Package.from_bytes(team_book(rows.replace(find, instead)))
        assert diff_packages(old, new, allowed) == [f"{part}: changed outside of what is owned"]
    assert diff_packages(old, Package.from_bytes(team_book(rows)), allowed) == []


@pytest.mark.req("X19")
@pytest.mark.parametrize(
    "words",
    [("process",), ("mask",), ("forget", "--lead", "Quiet Harbour GmbH", "--yes"), ("verify",), ("check",)],
)
def test_commands_do_the_same_with_and_without_a_blank_end_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    made = []
    for held in (True, False):
        monkeypatch.setattr(tail, "FROM", 1 << 40 if held else 300)
        monkeypatch.setattr(tail, "CHUNK", 64)
        folder = tmp_path / str(held)
        folder.mkdir()
        book = books.put(folder, team_book(blank(30, 900)))
        today = () if words[0] in ("mask", "verify", "forget") else ("--today", books.DAY)
        said = books.leadbook(words[0], book, *words[1:], *today)
        assert said.code <= 1, said.err
        made.append({name: _undated(data) for name, data in books.parts(book).items()})
    assert made[0] == made[1]


def _undated(xml: bytes) -> bytes:
    """Without the moment of the run."""
    return re.sub(rb"<v>4[0-9]{4}\.[0-9]+</v>", b"", xml)
