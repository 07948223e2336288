"""Who has a book: left-over markers are passed, the living never; locks between users, containers and machines."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadbook.errors import Busy
from leadbook.workbook import durable, leftovers, locks, owners, processes, swap
from leadbook.workbook.protocol import rewrite_file
from tests.workbook import faults
from tests.workbook.test_protocol import MARK, OLD, THEIRS, accept, audit_lines, litter, process, refusal

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its faulty runs")
WEEKS = 15 * 86_400


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "w" / "team.xlsx"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def marker(book: Path, name: str, content: bytes = b"", age: float = 0) -> Path:
    path = book.with_name(name)
    path.write_bytes(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


def libre(host: str) -> bytes:
    return f",Lan,{host},15.01.2026 09:30,file:///x;".encode()


@pytest.mark.req("X6")
def test_a_marker_that_nobody_holds_for_weeks_is_reported_and_passed(book: Path) -> None:
    left = marker(book, "~$team.xlsx", age=WEEKS)
    outcome = process(book)
    assert outcome.changed and "stale_owner_file" in outcome.notices
    assert left.exists(), "it belongs to the other program"


@pytest.mark.req("X6")
def test_a_marker_that_a_program_holds_open_is_never_passed(book: Path) -> None:
    left = marker(book, "~$team.xlsx", age=WEEKS)
    for held in (left, book):
        with held.open("rb"):
            assert refusal(lambda: process(book)).key == "open_by"
    assert process(book).changed


@pytest.mark.req("X6")
def test_a_marker_that_cannot_be_opened_is_never_passed(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    marker(book, "~$team.xlsx", age=WEEKS)
    real = os.open

    def refused(path: object, flags: int, *rest: int) -> int:
        if "~$" in str(path):
            raise PermissionError(13, "held by the server")
        return real(path, flags, *rest)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(os, "open", refused)
    assert refusal(lambda: process(book)).key == "open_by"


@pytest.mark.req("X6")
@pytest.mark.parametrize(("running", "passed"), [(False, True), (True, False), (None, False)])
def test_a_libreoffice_marker_of_this_host_counts_while_libreoffice_runs(
    book: Path, monkeypatch: pytest.MonkeyPatch, running: bool | None, passed: bool
) -> None:
    monkeypatch.setattr(processes, "running", lambda names: running)
    marker(book, ".~lock.team.xlsx#", libre(processes.host()))
    if passed:
        assert "stale_owner_file" in process(book).notices
    else:
        assert refusal(lambda: process(book)).params["user"] == "Lan"


@pytest.mark.req("X6")
def test_a_marker_of_another_host_is_judged_by_its_age(book: Path) -> None:
    marker(book, ".~lock.team.xlsx#", libre("pc-17"), owners.ABANDONED - 3600)
    assert refusal(lambda: process(book)).key == "open_by"
    marker(book, ".~lock.team.xlsx#", libre("pc-17"), owners.ABANDONED + 3600)
    assert process(book).changed


def test_programs_that_run_are_seen() -> None:
    if processes.running(("no-such-program",)) is None:
        pytest.skip("processes cannot be seen here")
    name = Path(f"/proc/{os.getpid()}/comm").read_text().strip()
    assert processes.running((name,)) is True and processes.running(("no-such-program",)) is False


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A book in a folder that another user of this machine may write to."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory() as held:
        Path(held).chmod(0o777)
        book = Path(held) / "team.xlsx"
        book.write_bytes(OLD)
        book.chmod(0o666)
        yield book


def as_nobody(action: object) -> int:
    def work() -> None:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        assert callable(action)
        action()

    return faults.in_child(work)


@pytest.mark.req("X5")
def test_the_lock_of_another_user_holds_and_can_be_read(open_to_all: Path) -> None:
    book = open_to_all
    lock = locks.Lock(book)
    lock.acquire()
    os.utime(lock.path, (time.time() - 60,) * 2)  # older than a torn lock may get
    assert as_nobody(lambda: process(book)) == Busy.exit_code
    assert lock.is_mine() and lock.path.stat().st_mode & 0o044 == 0o044
    lock.path.chmod(0o600)  # as a program of another kind might leave it
    assert as_nobody(lambda: process(book)) == Busy.exit_code and lock.is_mine()
    lock.release()


@pytest.mark.req("X20")
def test_a_book_written_by_another_user_says_that_its_owner_changed(open_to_all: Path) -> None:
    book = open_to_all
    notices: list[str] = []
    out = book.parent / "said"

    def work() -> None:
        notices.extend(process(book).notices)
        out.write_text(json.dumps(notices))

    assert as_nobody(work) == 0
    assert json.loads(out.read_text()) == ["owner_not_kept"] and book.stat().st_uid == 65534


@pytest.mark.req("X20")
def test_the_group_is_kept_where_the_owner_cannot_be(book: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to a group")
    os.chown(book, 12345, 23456)
    process(book)
    assert (book.stat().st_uid, book.stat().st_gid) == (12345, 23456)


def _dead_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def leave_lock(book: Path, age: float = 0, **about: object) -> Path:
    path = locks.Lock(book).path
    what = {"pid": os.getpid(), "start": processes.start_of(os.getpid()), "host": processes.host(),
            "space": processes.space(), "user": "lan", "time": 0, "token": "x", **about}  # fmt: skip
    path.write_text(json.dumps(what))
    os.utime(path, (time.time() - age,) * 2)
    return path


@pytest.mark.req("X5")
def test_a_pid_of_another_container_says_nothing(book: Path) -> None:
    """Two containers may share host name and folder; each numbers its processes from one."""
    leave_lock(book, pid=_dead_pid(), space="pid:[1]")
    assert refusal(lambda: process(book)).key == "locked_by"
    leave_lock(book, locks.FOREIGN_STALE + 60, pid=_dead_pid(), space="pid:[1]")
    assert "stole_foreign_lock" in process(book).notices


@pytest.mark.req("X5")
def test_a_lock_without_a_start_time_does_not_hold_for_ever(book: Path) -> None:
    """Where start times are not known, the pid of a dead run may belong to somebody else by now."""
    leave_lock(book, start="")
    assert refusal(lambda: process(book)).key == "locked_by"
    leave_lock(book, locks.FOREIGN_STALE + 60, start="")
    assert process(book).changed


@pytest.mark.req("X20")
def test_the_mark_of_the_web_is_copied(book: Path) -> None:
    """A stream is named like a file of its own elsewhere, so what is done to it can be seen here, too."""
    mark = Path(f"{book}:Zone.Identifier")
    mark.write_bytes(b"[ZoneTransfer]\r\nZoneId=3\r\n")
    copy = book.with_name("copy.xlsx")
    durable.copy_mark(book, copy)
    assert Path(f"{copy}:Zone.Identifier").read_bytes() == mark.read_bytes()
    durable.copy_mark(book.with_name("none.xlsx"), copy)  # a book without a mark is no failure


@pytest.mark.req("X7")
def test_a_killed_copy_is_tidied_by_the_next_one_and_the_living_are_spared(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.xlsx"
    dead = copy.with_name(f".copy.xlsx.lb-tmp.{_dead_pid()}-a-b")
    alive = leftovers.temp_name(copy, "c", "d")
    for path in (dead, alive):
        path.write_bytes(b"half")
    process(book, output=copy)
    assert copy.exists() and not dead.exists() and alive.exists()


@pytest.mark.req("X1")
def test_a_copy_without_hard_links_is_complete_and_replaces_nothing(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    copy = tmp_path / "copy.xlsx"
    assert process(book, output=copy).changed and copy.read_bytes() == OLD + MARK
    copy.write_bytes(THEIRS)
    new = tmp_path / "new"
    new.write_bytes(b"x")
    with contextlib.suppress(FileExistsError):
        assert swap.put_new(new, copy) is False, "neither link nor rename: the caller writes it anew"
    assert copy.read_bytes() == THEIRS


@pytest.mark.req("X16")
def test_a_write_that_was_killed_before_its_line_gets_one(book: Path) -> None:
    for _, code in faults.at_each_step(lambda: process(book), faults.kill):
        assert code < 0
        written = book.read_bytes() != OLD
        outcome = rewrite_file(book, lambda old: old + b"|again", verify=accept)
        told = [line["after"] for line in audit_lines(book)]
        assert told[-1] == outcome.after
        assert (outcome.before in told) == written
        subprocess.run(["rm", "-rf", str(book.parent)], check=True)
        book.parent.mkdir()
        book.write_bytes(OLD)


@pytest.mark.req("X2")
def test_an_error_at_every_look_is_one_refusal(book: Path) -> None:
    """Reading fails, too: on a network drive that goes away, on a bad disk."""
    for code in faults.READ_ERRORS:
        seen = set()
        book.write_bytes(OLD)
        for at, exit_code in faults.at_each_step(lambda: process(book), faults.fail(code), faults.LOOKS):
            assert exit_code in (0, 3, 75), f"look {at}"
            left = [".team.xlsx.lb-lock"]  # a lock that cannot be read at the end may be another run's
            assert litter(book) in ([], left) or exit_code, f"look {at}"
            assert book.read_bytes() == (OLD if exit_code else OLD + MARK), f"look {at}: exit {exit_code}"
            seen.add(exit_code)
            process(book)
            assert litter(book) == [], f"look {at}"
            book.write_bytes(OLD)
        assert seen > {3}

