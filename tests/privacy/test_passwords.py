"""Books with a password: read with it, written back locked with it, never in plain bytes on the disk (R18, P01)."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import random
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import msoffcrypto
import pytest
from openpyxl import Workbook

from leadbook.errors import RefusedFile
from leadbook.workbook import crypt
from tests.books import BODY_ROW, DAY, columns, edited, leadbook, plain_book, put, table
from tests.lo.office import office
from tests.privacy.cage import caged

SECRET = "Schlüssel 密码 7"


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LEADBOOK_PASSWORD", SECRET)
    return SECRET


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    return put(tmp_path, crypt.encrypt(plain_book(), SECRET, "team.xlsx"))


def unlocked(path: Path, password: str = SECRET) -> bytes:
    """The workbook inside, as another program opens it."""
    file, out = msoffcrypto.OfficeFile(io.BytesIO(path.read_bytes())), io.BytesIO()
    file.load_key(password=password, verify_password=True)
    file.decrypt(out)
    return out.getvalue()


def plain_files(folder: Path) -> list[str]:
    """Files that begin like a zip or hold the sheets of one."""
    return [p.name for p in folder.rglob("*") if p.is_file() and b"xl/worksheets" in p.read_bytes()]


@pytest.mark.req("R18")
def test_commands_that_read_work_with_the_password(locked: Path, password: str, tmp_path: Path) -> None:
    before = locked.read_bytes()
    assert leadbook("check", locked, "--today", DAY).code == 0
    assert "North Pier" in leadbook("explain", locked, "9988", "--today", DAY).out
    out = tmp_path / "leads.csv"
    assert leadbook("export", locked, "--to", "csv", "--table", "LB_Leads", "-o", out).code == 0 and out.stat().st_size
    assert leadbook("share", locked, tmp_path / "s.xlsx", "--audience", "partner").code == 0
    assert locked.read_bytes() == before


@pytest.mark.req("R18")
def test_a_locked_book_gets_its_button_and_stays_locked(locked: Path, password: str, english: None) -> None:
    before = locked.read_bytes()
    said = leadbook("add-button", locked)
    made = locked.with_suffix(".xlsm")
    assert said.code == 0 and "same password" in said.out and password not in said.out + said.err
    assert crypt.is_encrypted(made.read_bytes()) and b"vbaProject" in unlocked(made)
    assert plain_files(locked.parent) == [] and locked.read_bytes() == before


@pytest.mark.req("R18")
def test_doctor_looks_into_a_locked_book_and_says_what_the_button_needs(
    locked: Path, password: str, english: None
) -> None:
    said = leadbook("doctor", locked)
    assert said.code == 1 and "opens without a password: missing" in said.out and "leadbook process" in said.out
    assert password not in said.out + said.err
    plain = locked.with_name("plain.xlsx")
    plain.write_bytes(plain_book())
    assert "without a password" not in leadbook("doctor", plain).out


@pytest.mark.req("R18", "X9")
@pytest.mark.parametrize("answer", [(), ("--answer", "answer.txt")], ids=["file", "button"])
def test_refresh_says_that_the_button_cannot_ask_and_what_works(
    locked: Path, password: str, english: None, monkeypatch: pytest.MonkeyPatch, answer: tuple[str, ...]
) -> None:
    monkeypatch.chdir(locked.parent)
    before = locked.read_bytes()
    said = leadbook("refresh", "team.xlsx", "--today", DAY, *answer)
    assert said.code == 3 and "leadbook process team.xlsx" in said.err and "password" in said.err
    assert locked.read_bytes() == before
    if answer:
        assert "leadbook process team.xlsx" in (locked.parent / "answer.txt").read_text(encoding="utf-8")


@pytest.mark.req("R18", "X9")
def test_without_or_with_a_wrong_password_nothing_happens_and_a_sentence_says_why(
    locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    before = locked.read_bytes()
    commands = (["check", locked], ["process", locked], ["explain", locked, "x"], ["mask", locked],
                ["export", locked, "--to", "csv"], ["share", locked, tmp_path / "o.xlsx", "--audience", "partner"],
                ["forget", locked, "--lead", "x", "--yes"], ["doctor", locked], ["add-button", locked])  # fmt: skip
    for said in [leadbook(*words) for words in commands]:
        assert said.code == 3 and "LEADBOOK_PASSWORD" in said.err and "Traceback" not in said.err
    monkeypatch.setenv("LEADBOOK_PASSWORD", "falsch")
    for said in [leadbook(*words) for words in commands]:
        assert said.code == 3 and "does not open" in said.err and "falsch" not in said.err
    assert locked.read_bytes() == before and sorted(p.name for p in tmp_path.iterdir()) == ["team.xlsx"]


@pytest.mark.req("R18", "X1", "X17")
def test_processing_keeps_book_and_earlier_files_locked_and_undo_is_exact(
    locked: Path, password: str, tmp_path: Path
) -> None:
    before = locked.read_bytes()
    assert leadbook("process", locked, "--today", DAY).code == 0
    assert crypt.is_encrypted(locked.read_bytes()) and len(table(unlocked(locked), "LB_Results")) == 5
    assert plain_files(tmp_path) == []
    (kept,) = (tmp_path / ".team.leadbook").glob("*.xlsx")
    assert kept.read_bytes() == before
    assert leadbook("undo", locked).code == 0 and locked.read_bytes() == before


@pytest.mark.req("R18")
def test_earlier_files_from_before_the_password_are_told_and_can_go(
    tmp_path: Path, password: str, english: None
) -> None:
    path = put(tmp_path, plain_book())
    leadbook("process", path, "--today", DAY)
    path.write_bytes(crypt.encrypt(path.read_bytes(), SECRET, "team.xlsx"))  # as Excel does it
    said = leadbook("process", path, "--today", "2026-06-16")
    assert "--purge-backups" in said.err and plain_files(tmp_path)
    leadbook("mask", path, "--purge-backups")
    assert plain_files(tmp_path) == []
    assert "--purge-backups" not in leadbook("process", path, "--today", "2026-06-17").err


@pytest.mark.req("R18")
def test_on_a_terminal_the_password_is_asked_for_and_not_shown(locked: Path) -> None:
    surroundings = {k: v for k, v in os.environ.items() if not k.startswith("LEADBOOK")} | {"LC_ALL": "C.UTF-8"}
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover  (another process)
        words = [sys.executable, "-m", "leadbook", "check", str(locked), "--today", DAY]
        os.execve(sys.executable, words, surroundings)
    seen = b""
    while b"Password of team.xlsx" not in seen:
        seen += os.read(terminal, 4096)
    time.sleep(0.3)
    os.write(terminal, SECRET.encode() + b"\n")
    with contextlib.suppress(OSError):  # the end of a terminal
        while piece := os.read(terminal, 4096):
            seen += piece
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, seen
    assert SECRET.encode() not in seen and b"Findings" in seen


@pytest.mark.req("R18", "X19")
def test_a_run_that_changes_nothing_leaves_the_locked_book_alone(locked: Path, password: str) -> None:
    before = locked.read_bytes()
    assert leadbook("mask", locked).code == 0 and locked.read_bytes() == before


@pytest.mark.req("R18")
def test_archiving_and_upgrading_work_on_a_locked_book(tmp_path: Path, password: str) -> None:
    plain = put(tmp_path, plain_book(), "plain.xlsx")
    assert leadbook("process", plain, "--today", DAY).code == 0

    def worked(workbook: Workbook) -> None:
        sheet = workbook["Follow-ups"]
        at = columns(sheet)
        sheet.cell(BODY_ROW, at["status"]).value = "Done"
        sheet.cell(BODY_ROW, at["done_on"]).value = date.fromisoformat(DAY)

    safe = tmp_path / "safe"
    safe.mkdir()
    locked = put(safe, crypt.encrypt(edited(plain.read_bytes(), worked), SECRET, "team.xlsx"))
    assert leadbook("archive", locked, "--today", DAY).code == 0
    assert len(table(unlocked(locked), "LB_Done")) == 1
    assert leadbook("upgrade", locked).code == 0
    assert crypt.is_encrypted(locked.read_bytes()) and plain_files(safe) == []


def test_masking_and_forgetting_work_on_a_locked_book(tmp_path: Path, password: str) -> None:
    path = put(tmp_path, crypt.encrypt(caged(), SECRET, "team.xlsx"))
    assert leadbook("mask", path).code in (0, 1)
    assert leadbook("forget", path, "--lead", "kanarischemuhlen", "--yes").code in (0, 1)
    assert crypt.is_encrypted(path.read_bytes()) and plain_files(tmp_path) == []
    assert all("Kanari" not in str(row) for row in table(unlocked(path), "LB_Leads"))


@pytest.mark.req("R18", "P02")
def test_a_locked_copy_opens_with_its_own_password_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    book, out = put(tmp_path, plain_book()), tmp_path / "out.xlsx"
    said = leadbook("share", book, out, "--audience", "partner", "--encrypt")
    assert said.code == 3 and not out.exists()  # no password was given
    monkeypatch.setenv("LEADBOOK_NEW_PASSWORD", SECRET)
    said = leadbook("share", book, out, "--audience", "partner", "--encrypt")
    assert said.code == 0 and SECRET not in said.out + said.err
    assert unlocked(out).startswith(b"PK")
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        unlocked(out, "other")
    log = (tmp_path / ".team.leadbook" / "audit.jsonl").read_text()
    assert '"encrypted": 1' in log and SECRET not in log


@pytest.mark.req("R18")
def test_what_more_than_a_password_protects_is_not_written(
    locked: Path, password: str, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    """A label or certificate beside the password would be lost by locking the file anew."""
    monkeypatch.setattr(crypt, "_KNOWN", frozenset({"EncryptionInfo"}))
    before = locked.read_bytes()
    said = leadbook("process", locked, "--today", DAY)
    assert said.code == 3 and "more than a password" in said.err and locked.read_bytes() == before


@pytest.mark.req("R18", "X13")
@pytest.mark.parametrize("seed", range(12))
def test_damaged_locked_files_are_refused(seed: int) -> None:
    data, chance = bytearray(crypt.encrypt(plain_book(), SECRET, "t")), random.Random(seed)
    for _ in range(1 + seed % 4):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    broken = bytes(data) if seed % 3 else bytes(data[: chance.randrange(512, len(data))])
    try:
        assert crypt.decrypt(broken, SECRET, "t") == plain_book()  # an unused byte of the container
    except RefusedFile as refused:
        assert refused.key in ("encryption_damaged", "password_wrong", "encryption_unknown")


def test_a_costly_password_check_is_refused() -> None:
    data = crypt.encrypt(plain_book(), SECRET, "t").replace(b'spinCount="100000"', b'spinCount="999999999"'[:18])
    with pytest.raises(RefusedFile, match="encryption_"):
        crypt.decrypt(data.replace(b'spinCount="100000"', b'spinCount="999999"'), "x", "t")


@pytest.mark.req("R18", "X1", "X7")
@pytest.mark.slow
def test_killed_at_any_moment_no_plain_byte_is_on_the_disk(tmp_path: Path) -> None:
    """Neither beside the book nor in TMPDIR; and the book opens with its password."""
    home, scratch = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    scratch.mkdir()
    path = put(home, crypt.encrypt(plain_book(), SECRET, "team.xlsx"))
    words = [sys.executable, "-m", "leadbook", "process", str(path), "--today", DAY, "-q"]
    surroundings = {**os.environ, "LEADBOOK_PASSWORD": SECRET, "TMPDIR": str(scratch)}
    start = time.monotonic()
    subprocess.run(words, env=surroundings, check=True, cwd=Path(__file__).parents[2])
    whole = time.monotonic() - start
    for n in range(12):
        run = subprocess.Popen(words, env=surroundings, cwd=Path(__file__).parents[2])
        time.sleep(whole * (0.3 + 0.7 * n / 12))
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert plain_files(tmp_path) == [] and list(scratch.iterdir()) == []
        assert unlocked(path).startswith(b"PK")


@pytest.mark.req("R18", "P02")
@pytest.mark.libreoffice
@pytest.mark.slow
def test_libreoffice_opens_what_we_lock_and_we_read_and_write_what_it_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word = "Schluessel-7"
    path, theirs = put(tmp_path, crypt.encrypt(plain_book(), word, "team.xlsx")), tmp_path / "theirs.xlsx"
    script = Path(__file__).resolve().parents[1] / "lo" / "locked.py"
    with office(tmp_path) as pipe:
        told = subprocess.run(["/usr/bin/python3", str(script), pipe, str(path), word, "Leads", "B6", str(theirs)],
                              capture_output=True, text=True, timeout=180, check=False)  # fmt: skip
    assert told.stdout.strip() == "明河机械有限公司", told.stderr
    monkeypatch.setenv("LEADBOOK_PASSWORD", word)
    assert crypt.is_encrypted(theirs.read_bytes()) and leadbook("check", theirs, "--today", DAY).code in (0, 1)
    assert leadbook("process", theirs, "--today", DAY).code in (0, 1) and crypt.is_encrypted(theirs.read_bytes())
