"""After any command: contact and free text on no terminal, no field at all in logs, reports and TMPDIR (X15, P03)."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from leadbook.app import forget, mask, share
from leadbook.cli.main import leadbook as group
from tests.books import DAY, leadbook, put
from tests.forms import filled
from tests.privacy.cage import VICTIM, caged, furnished

ROOT = Path(__file__).resolve().parents[2]
# The company's name, its key and tax number may be printed; logs and files of ours hold not even these.
PUBLIC = re.compile(r"kanarische mühlen gmbh|kanarischemuhlen|kanari77120045|kanariblatt|kanarispalte", re.IGNORECASE)
FORM = {
    "company_name": "Forelle Tools GmbH", "customer_type": "new", "contact_name": "Kanarina Fisch",
    "contact_means": "kanari-forelle", "pain_points": "Kanarikummer", "conversation": "Kanariplausch",
    "owner": "Ana Kim", "decision_chain": "Decides: CEO Kanarolf Meer",
}  # fmt: skip


def commands(book: Path, forms: Path, out: Path) -> dict[str, list[Sequence[object]]]:
    """Words for every command of the program; a new command must be added here, see the test below."""
    on = ("--today", DAY)
    return {
        "new": [["new", "book", out / "new.xlsx"], ["new", "form", out / "form.xlsx", "--book", book]],
        "check": [["check", book, *on, "-v", "--profile", "deep_mining"], ["check", book, *on, "--json"]],
        "collect": [["collect", book, forms, *on, "-v"], ["collect", book, forms, *on, "--json"]],
        "process": [["process", book, *on, "-v"], ["process", book, *on, "--json"],
                    ["process", book, "--forms", forms, *on, "-v"], ["process", book, "--policy", forms]],
        "refresh": [["refresh", book, *on]],
        "add-button": [["add-button", book]],
        "export": [["export", book, "--to", to, "-o", out / f"e.{to}"] for to in ("csv", "json", "md", "txt")]
        + [["export", book, "--to", "ics", "-o", out / "ics"], ["export", book, "--to", "md"]],
        "archive": [["archive", book, *on], ["archive", book, *on, "--json"]],
        "upgrade": [["upgrade", book]],
        "explain": [["explain", book, VICTIM, *on], ["explain", book, "Kanari", *on, "--json"]],
        "learn": [["learn", book]],
        "verify": [["verify", book], ["verify", book, "--json"]],
        "import": [["import", book, book]],
        "share": [["share", book, out / "s.xlsx", "--audience", "management"],
                  ["share", book, out / "t.xlsx", "--audience", "marketing", "--json"]],
        "undo": [["undo", book, "--discard-edits"]],
        "mask": [["mask", book, "--dry-run"], ["mask", book, "--json"]],
        "forget": [["forget", book, "--lead", "Kan"], ["forget", book, "--lead", VICTIM, "--dry-run"],
                   ["forget", book, "--lead", VICTIM, "--yes", "--json"]],
        "doctor": [["doctor", book]],
        "demo": [["demo", out / "demo"]],
    }  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a book and two forms; TMPDIR and the working folder are empty ones."""
    for name in ("scratch", "cwd", "out", "forms"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    for name in ("TMPDIR", "TMP", "TEMP"):
        monkeypatch.setenv(name, str(tmp_path / "scratch"))
    put(tmp_path, furnished(caged()))
    put(tmp_path / "forms", filled(FORM), "one.xlsx")
    put(tmp_path / "forms", b"Kanarimuell", "two.xlsx")
    return tmp_path


def kanari(text: str) -> list[str]:
    """Lines with a canary that is not a public name."""
    return [line for line in text.splitlines() if "kanari" in PUBLIC.sub("", line).casefold()]


def private(folder: Path) -> list[str]:
    """Logs, reports, records and scratch files with any canary, the public ones too."""
    scratch = [p for p in (folder / "scratch").rglob("*") if p.is_file()]
    ours = [p for p in folder.rglob("*") if p.suffix in (".jsonl", ".log") or p.name.startswith("leadbook-report")]
    ours += [p for p in folder.rglob("*.json") if ".leadbook" in str(p.parent) or ".forgotten-" in p.name]
    return [str(p) for p in {*scratch, *ours} if b"kanari" in p.read_bytes().lower() or p in scratch]


@pytest.mark.req("X15", "R18", "P03", "F07")
def test_no_command_prints_or_logs_what_is_private(place: Path) -> None:
    book, forms, out = place / "team.xlsx", place / "forms", place / "out"
    wanted = commands(book, forms, out)
    known = group.list_commands(None)  # type: ignore[arg-type]
    assert set(known) <= set(wanted), "a new command: say here how it is run"
    told = 0
    for name in sorted(known, key=list(wanted).index):
        for words in wanted[name]:
            said = leadbook(*words)
            assert said.code != 70, (words, said.err)
            assert kanari(said.out + said.err) == [], words
            assert private(place) == [], words
            told += len(said.out + said.err)
    assert told > 5_000
    log = (place / ".team.leadbook" / "audit.jsonl").read_text()
    for action in ("write", "collect", "share:management", "share:marketing", "undo", "mask", "forget"):
        assert f'"action": "{action}"' in log, action


@pytest.mark.req("X15")
def test_a_mistake_of_ours_reports_no_value_in_any_new_command(
    place: Path, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise ValueError(f"{VICTIM} in an exception")

    book = place / "team.xlsx"
    before = book.read_bytes()
    for module in (forget, mask, share):
        monkeypatch.setattr(module, "open_book", broken)
    for words in (["share", book, place / "o.xlsx", "--audience", "partner"], ["mask", book],
                  ["forget", book, "--lead", VICTIM, "--yes"]):  # fmt: skip
        said = leadbook(*words)
        assert said.code == 70 and kanari(said.out + said.err) == [] and VICTIM not in said.err
    assert list(Path().glob("leadbook-report-*.txt")) and private(place) == []
    assert book.read_bytes() == before


@pytest.mark.req("X15", "X7", "P01")
@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["process", "team.xlsx", "--today", DAY, "-q"],
        ["share", "team.xlsx", "out/s.xlsx", "--audience", "management", "--force"],
        ["forget", "team.xlsx", "--lead", VICTIM, "--yes"],
        ["mask", "team.xlsx"],
    ],
    ids=lambda words: str(words[0]),
)
def test_killed_at_any_moment_nothing_is_left_in_tmpdir_and_the_book_is_whole(place: Path, words: list[str]) -> None:
    original = (place / "team.xlsx").read_bytes()
    run = [sys.executable, "-m", "leadbook", *words]
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.monotonic()
    done = subprocess.run(run, env=surroundings, cwd=place, check=False, capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    whole, chance = time.monotonic() - start, random.Random(7)
    for _ in range(4):
        (place / "team.xlsx").write_bytes(original)
        (place / "out" / "s.xlsx").unlink(missing_ok=True)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started = subprocess.Popen(run, env=surroundings, cwd=place, **quiet)
        time.sleep(whole * chance.uniform(0.4, 1.0))
        started.send_signal(signal.SIGKILL)
        started.wait()
        assert list((place / "scratch").iterdir()) == [] and private(place) == []
        assert leadbook("check", place / "team.xlsx", "--today", DAY).code in (0, 1)
        shared = place / "out" / "s.xlsx"
        assert not shared.exists() or shared.read_bytes()[-22:-18] == b"PK\x05\x06"
    assert leadbook("process", place / "team.xlsx", "--today", DAY).code in (0, 1)
    assert [p.name for p in place.iterdir() if ".lb-" in p.name] == []
