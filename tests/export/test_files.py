"""Where hand-outs go: never over a workbook, whole or not at all, names that no cell can bend."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from leadbook.export.texts import file_word
from tests.books import leadbook, plain_book, put
from tests.export.books import planned, step
from tests.readme import ROOT

HOSTILE = (
    "../../etc/passwd", "CON", "a/b\\c", "x\x00y", "<script>", "{0.__class__}", "\u202efdp", "…", "é" * 300, "😀",
)  # fmt: skip


@pytest.mark.parametrize("rep", HOSTILE)
def test_file_names_are_made_of_letters_and_digits_only(tmp_path: Path, rep: str) -> None:
    word = file_word(rep)
    assert word.replace("-", "").isalnum() and len(word) <= 47 and file_word(rep + " ") != word
    if "\x00" in rep:  # no cell can hold it
        return
    word = file_word(rep.replace("\u202e", ""))  # reading takes marks of direction away
    inner = tmp_path / "in"
    inner.mkdir()
    said = leadbook("export", put(inner, planned([step(1, owner=rep)])), "--to", "ics")
    assert said.code == 0, said.err
    made = [path.relative_to(inner).as_posix() for path in inner.rglob("*.ics")]
    assert made == [f"team.calendars/team.{word}.ics"] and [p.name for p in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("words", [("csv", "team.xlsx"), ("csv", "other.csv"), ("md", "other.md")])
def test_a_workbook_is_never_written_over(tmp_path: Path, words: tuple[str, str], english: None) -> None:
    to, name = words
    path = put(tmp_path, plain_book())
    if name != "team.xlsx":
        put(tmp_path, plain_book(), name)  # a workbook under another name
    said = leadbook("export", path, "--to", to, "-o", tmp_path / name)
    assert said.code in (2, 3) and name in said.err
    assert path.read_bytes() == plain_book() == (tmp_path / name).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_to_the_book_is_the_book(tmp_path: Path) -> None:
    path = put(tmp_path, plain_book())
    (tmp_path / "out.csv").symlink_to(path)
    said = leadbook("export", path, "--to", "csv", "-o", tmp_path / "out.csv")
    assert said.code == 2 and path.read_bytes() == plain_book()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--to", "csv", "-o", "out.xlsx"), 2), (("--to", "ics", "-o", "all.ics"), 2),
        (("--to", "json", "--table", "all", "-o", "all.json"), 2), (("--to", "csv", "-o", "no/out.csv"), 3),
        (("--to", "md", "--table", "leads"), 2), (("--to", "ics", "--rep", "Nobody"), 2), (("--to", "xml"), 2),
        (("--to", "csv", "--today", "someday"), 2),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    monkeypatch.chdir(tmp_path)
    said = leadbook("export", put(tmp_path, plain_book()), *words)
    assert said.code == code and said.err.strip() and [p.name for p in tmp_path.iterdir()] == ["team.xlsx"]


def test_an_unknown_rep_is_answered_by_the_reps_there_are(tmp_path: Path, english: None) -> None:
    said = leadbook("export", put(tmp_path, plain_book()), "--to", "txt", "--rep", "Lee")
    assert said.code == 2 and '"Lee"' in said.err and "王芳, Lê Minh, Ana Kim" in said.err


def test_what_is_no_book_is_refused(tmp_path: Path, english: None) -> None:
    (tmp_path / "team.xlsx").write_text("name,tier", encoding="utf-8")
    said = leadbook("export", tmp_path / "team.xlsx", "--to", "csv")
    assert said.code == 3 and "team.xlsx" in said.err


def test_an_older_hand_out_is_replaced_in_one_step_and_keeps_its_mode(tmp_path: Path) -> None:
    path, out = put(tmp_path, plain_book()), tmp_path / "leads.csv"
    leadbook("export", path, "--to", "csv", "--table", "leads", "-o", out)
    first = out.read_bytes()
    mask = os.umask(0)
    os.umask(mask)
    assert os.name == "nt" or out.stat().st_mode & 0o777 == 0o666 & ~mask
    out.write_text("older", encoding="utf-8")
    out.chmod(0o600)
    leadbook("export", path, "--to", "csv", "--table", "leads", "-o", out)
    assert out.read_bytes() == first and (os.name == "nt" or out.stat().st_mode & 0o777 == 0o600)
    assert {p.name for p in tmp_path.iterdir()} == {"team.xlsx", "leads.csv"} and path.read_bytes() == plain_book()


def test_a_failed_write_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    path, out = put(tmp_path, plain_book()), tmp_path / "leads.csv"
    out.write_text("older", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    said = leadbook("export", path, "--to", "csv", "-o", out)
    assert said.code == 3 and "No space left" in said.err and out.read_text(encoding="utf-8") == "older"
    assert {p.name for p in tmp_path.iterdir()} == {"team.xlsx", "leads.csv"}


def test_what_a_killed_run_left_is_cleared(tmp_path: Path) -> None:
    path, out = put(tmp_path, plain_book()), tmp_path / "leads.csv"
    left = tmp_path / f".leads.csv.lb-tmp.{2**22 + 1}"  # above the highest process id
    left.write_text("half", encoding="utf-8")
    assert leadbook("export", path, "--to", "csv", "-o", out).code == 0 and not left.exists()


def test_help_loads_nothing_heavy() -> None:
    heavy = ["icalendar", "pyarrow", "pandas", "numpy", "zoneinfo"]
    code = (
        "import sys\nfrom leadbook.cli import main\n"
        "try: main(['export', '--help'])\nexcept SystemExit: pass\n"
        f"print('LOADED', [m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout and "--rep" in done.stdout
