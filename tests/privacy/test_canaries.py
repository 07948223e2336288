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
from tests.privacy.cage import PERSON, VICTIM, caged, every_text, furnished, planted

ROOT = Path(__file__).resolve().parents[2]
# The company's name, its key and tax number may be printed; logs and files of ours hold not even these.
PUBLIC = re.compile(r"kanarische mühlen gmbh|kanarischemuhlen|kanari77120045|kanariblatt|kanarispalte", re.IGNORECASE)
SHARED = ("management", "marketing", "delivery", "partner")
# What stands around the cells of a lead, see ``cage.furnished``.
FURNITURE = (
    "kanarinotiz", "kanari.link", "kanarikopf", "kanarieins", "kanarizelle", "kanaridiagramm", "kanariautor",
    "kanarileser", "kanarititel", "kanarischlag", "kanaritext", "kanarieigen", "kanarimemo", "kanariperson",
    "kanarifaden", "kanaripivot", "kanarilink", "kanaricache", "kanarifirma", "kanaribild", "kanaridrucker",
    "kanarimakro",
)  # fmt: skip
# Never in any copy: people, their addresses, and all that stands around the cells.
SECRETS = (*FURNITURE, "vogelsang", "ottmar", "adler", "kanari.vogel")
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
        "share": [["share", book, out / f"{audience}.xlsx", "--audience", audience, *more]
                  for audience, more in (*((each, ()) for each in SHARED), ("partner", ("--force", "--json")))],
        "undo": [["undo", book, "--discard-edits"]],
        "mask": [["mask", book, "--dry-run"], ["mask", book, "--json"]],
        "forget": [["forget", book, "--lead", "Kan"], ["forget", book, "--lead", VICTIM, "--dry-run"],
                   ["forget", book, "--lead", VICTIM, "--yes", "--json"]],
        "doctor": [["doctor", book]],
        "demo": [["demo", out / "demo"]],
    }  # fmt: skip


def failing(place: Path) -> list[Sequence[object]]:
    """Runs that cannot end well: the book is open, cut off, not there, of another kind; words that do not fit."""
    book = place / "team.xlsx"
    (place / "cut.xlsx").write_bytes(book.read_bytes()[:-400])
    (place / "Kanaribuch.txt").write_text(VICTIM)
    (place / "~$busy.xlsx").write_bytes(b"\x09Ana Kim  ".ljust(165))
    (place / "busy.xlsx").write_bytes(book.read_bytes())
    taken = place / "out" / "taken.xlsx"
    taken.write_bytes(book.read_bytes())
    cut, text, partner = place / "cut.xlsx", place / "Kanaribuch.txt", ("--audience", "partner")
    return [
        ["process", place / "busy.xlsx"], ["process", cut], ["check", cut, "--json"], ["process", text],
        ["process", book, "--forms", place / "nowhere"], ["process", book, "--today", "Kanaritag"],
        ["process", book, "-o", book], ["collect", cut, place], ["explain", book, "Mühlen GmbH & Söhne"],
        ["explain", book, ""], ["mask", cut], ["share", book, taken, *partner],
        ["share", book, place / "out" / "x.xls", *partner],
        ["share", book, place / "out" / "x.xlsx", "--audience", "Kanaripublikum"],
        ["export", book, "--to", "csv", "--table", "no"], ["export", book, "--to", "csv", "-o", book],
        ["forget", book, "--lead", "nobody at all", "--yes"], ["forget", cut, "--lead", VICTIM, "--yes"],
        ["archive", cut], ["upgrade", cut], ["undo", place / "busy.xlsx"], ["verify", cut], ["doctor", cut],
        ["add-button", cut], ["refresh", cut], ["explain", cut, VICTIM],
    ]  # fmt: skip


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


def handed_out(folder: Path) -> list[str]:
    """Exports with a canary that is not a public name; unzipped parts of shared copies with what nobody but the team
    may see, and, in those for people outside, with any canary."""
    found = []
    for path in (folder / "out").rglob("*"):
        if path.suffix in (".csv", ".json", ".md", ".txt", ".ics"):
            found += [f"{path.name}: {line}" for line in kanari(path.read_text(encoding="utf-8-sig"))]
        elif path.stem in SHARED:
            texts = {part: PUBLIC.sub("", text) for part, text in every_text(path).items()}
            wanted = SECRETS if path.stem in ("management", "delivery") else ("kanari",)
            found += [f"{path.name}/{part}: {word}" for part, text in texts.items() for word in wanted if word in text]
    return found


@pytest.mark.req("X15", "R18", "P03", "F07")
def test_no_command_prints_or_logs_what_is_private(place: Path) -> None:
    book, forms, out = place / "team.xlsx", place / "forms", place / "out"
    wanted = commands(book, forms, out)
    known = group.list_commands(None)  # type: ignore[arg-type]
    assert set(known) <= set(wanted), "a new command: say here how it is run"
    told = ran = 0
    for name in sorted(known, key=list(wanted).index):
        for words in wanted[name]:
            said = leadbook(*words)
            assert said.code != 70, (words, said.err)
            assert kanari(said.out + said.err) == [], words
            assert private(place) == [], words
            assert handed_out(place) == [], words
            told += len(said.out + said.err)
            ran += 1
    assert told > 5_000 and ran >= 30
    assert {path.stem for path in out.glob("*.xlsx")} >= set(SHARED)
    assert len(planted()) + len(FURNITURE) + len(FORM) >= 40  # fields of a lead, things around it, a form
    log = (place / ".team.leadbook" / "audit.jsonl").read_text()
    for action in ("write", "collect", "share:management", "share:marketing", "undo", "mask", "forget"):
        assert f'"action": "{action}"' in log, action


@pytest.mark.req("X15", "P03")
def test_no_run_that_fails_prints_or_logs_what_is_private(place: Path) -> None:
    runs = failing(place)
    before = (place / "team.xlsx").read_bytes()
    for words in runs:
        said = leadbook(*words)
        assert said.code not in (0, 70), words
        shown = "\n".join(line for line in (said.out + said.err).splitlines() if not _asked_for(line, words))
        assert kanari(shown) == [], words
        assert private(place) == [] and handed_out(place) == [], words
    assert len(runs) >= 25 and (place / "team.xlsx").read_bytes() == before


def _asked_for(line: str, words: Sequence[object]) -> bool:
    """A line that repeats a word of the command line itself."""
    return any(str(word) in line or Path(str(word)).name in line for word in words if "kanari" in str(word).casefold())


@pytest.mark.req("X15")
def test_a_mistake_of_ours_anywhere_reports_no_value(
    place: Path, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    """Every command in turn meets an exception that holds a person's name, in whatever opens the book."""

    def broken(*_: object, **__: object) -> object:
        raise ValueError(f"{VICTIM} {PERSON} in an exception")

    wanted = commands(place / "team.xlsx", place / "forms", place / "out")
    leadbook("check", place / "team.xlsx")  # all modules are there
    before = (place / "team.xlsx").read_bytes()
    for module in [m for name, m in sys.modules.items() if name.startswith("leadbook.app")]:
        for opener in ("open_book", "opened"):
            if hasattr(module, opener):
                monkeypatch.setattr(module, opener, broken)
    mistakes = 0
    for name in ("check", "process", "collect", "refresh", "export", "archive", "upgrade", "explain", "share", "mask"):
        for words in wanted[name]:
            said = leadbook(*words)
            mistakes += said.code == 70
            assert kanari(said.out + said.err) == [] and VICTIM not in said.err and PERSON not in said.err, words
            assert private(place) == [], words
    assert mistakes >= 12 and list(Path().glob("leadbook-report-*.txt"))
    assert (place / "team.xlsx").read_bytes() == before


@pytest.mark.req("X15")
def test_a_mistake_of_ours_reports_reports_no_value_in_any_new_command(
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
        ["process", "team.xlsx", "--forms", "forms", "--today", DAY, "-q"],
        ["collect", "team.xlsx", "forms", "--today", DAY, "-q"],
        ["archive", "team.xlsx", "--today", DAY],
        ["export", "team.xlsx", "--to", "csv", "-o", "out/e.csv"],
        ["share", "team.xlsx", "out/s.xlsx", "--audience", "management", "--force"],
        ["forget", "team.xlsx", "--lead", VICTIM, "--yes"],
        ["mask", "team.xlsx"],
    ],
    ids=lambda words: " ".join(word for word in words[:3] if word != "team.xlsx"),
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
        assert handed_out(place) == []
        assert leadbook("check", place / "team.xlsx", "--today", DAY).code in (0, 1)
        shared = place / "out" / "s.xlsx"
        assert not shared.exists() or shared.read_bytes()[-22:-18] == b"PK\x05\x06"
    assert leadbook("process", place / "team.xlsx", "--today", DAY).code in (0, 1)
    assert [p.name for p in place.iterdir() if ".lb-" in p.name] == []
