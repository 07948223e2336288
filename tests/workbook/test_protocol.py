"""The write protocol under injected faults: the old book or the new one, nobody's edit lost, no litter."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from leadbook.errors import Busy, LeadbookError, RefusedFile
from leadbook.workbook import leftovers, locks, processes, swap
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.protocol import Outcome, rewrite_file
from tests.workbook import faults, oddzips

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its faulty runs")

OLD = oddzips.with_openpyxl(30)
MARK = b"|processed"
NEW = OLD + MARK
THEIRS = oddzips.with_openpyxl(31)
FOLDER = ".team.leadbook"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "w" / "team.xlsx"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def accept(old: bytes, new: bytes) -> None:
    """Verifies nothing."""


def process(book: Path, **options: object) -> Outcome:
    return rewrite_file(book, lambda old: old + MARK, verify=accept, **options)  # type: ignore[arg-type]


def litter(book: Path) -> list[str]:
    return sorted(set(os.listdir(book.parent)) - {book.name, FOLDER})


def reset(book: Path) -> None:
    subprocess.run(["rm", "-rf", str(book.parent)], check=True)
    book.parent.mkdir()
    book.write_bytes(OLD)


def refusal(action: Callable[[], object]) -> LeadbookError:
    with pytest.raises(LeadbookError) as refused:
        action()
    return refused.value


def audit_lines(book: Path) -> list[dict[str, object]]:
    path = book.parent / FOLDER / "audit.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.mark.req("X3", "X16", "X17", "X20")
def test_a_run_writes_keeps_the_old_file_and_logs_one_line(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = book.parent.parent / "tmpdir"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    os.chmod(book, 0o640)
    outcome = process(book)
    assert outcome.changed and outcome.path == book and not outcome.notices
    assert book.read_bytes() == NEW
    assert stat.S_IMODE(book.stat().st_mode) == 0o640
    assert outcome.backup is not None and outcome.backup.read_bytes() == OLD
    assert litter(book) == [] and os.listdir(scratch) == []
    [line] = audit_lines(book)
    assert (line["file"], line["before"], line["after"]) == ("team.xlsx", outcome.before, outcome.after)
    assert (line["action"], line["exit"], line["user"]) == ("write", 0, processes.user())


@pytest.mark.req("X19")
@pytest.mark.parametrize("result", [None, OLD])
def test_nothing_to_write_writes_nothing(book: Path, result: bytes | None) -> None:
    before = book.stat()
    outcome = rewrite_file(book, lambda old: result, verify=accept)
    assert not outcome.changed and outcome.before == outcome.after
    assert os.listdir(book.parent) == ["team.xlsx"]
    assert (book.stat().st_mtime_ns, book.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


@pytest.mark.parametrize("where", ["compute", "verify"])
def test_a_failed_computation_or_check_leaves_everything(book: Path, where: str) -> None:
    def stop(*_: bytes) -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        if where == "compute":
            rewrite_file(book, stop, verify=accept)
        else:
            rewrite_file(book, lambda old: NEW, verify=stop)  # type: ignore[arg-type]
    assert book.read_bytes() == OLD
    assert os.listdir(book.parent) == ["team.xlsx"]


@pytest.mark.req("X1", "X5", "X7", "X16")
def test_killed_at_every_step_the_book_is_old_or_new_and_the_next_run_tidies(book: Path) -> None:
    states, steps = set(), 0
    for at, code in faults.at_each_step(lambda: process(book), faults.kill):
        steps = at
        assert code == -signal.SIGKILL
        content = book.read_bytes()
        assert content in (OLD, NEW), f"step {at}"
        states.add(content)
        assert all(n.startswith(".team.xlsx.lb-") for n in litter(book)), f"step {at}"
        outcome = process(book)
        assert outcome.changed and book.read_bytes() == content + MARK, f"step {at}"
        assert litter(book) == [], f"step {at}"
        assert audit_lines(book)[-1]["after"] == outcome.after
        assert not [n for n in os.listdir(book.parent / FOLDER) if n.endswith(".tmp")]
        reset(book)
    assert states == {OLD, NEW} and steps > 20


@pytest.mark.req("X2", "X7")
@pytest.mark.parametrize("code", faults.ERRORS, ids=errno.errorcode.get)
def test_an_error_at_every_step_is_one_refusal_or_no_matter(book: Path, code: int) -> None:
    seen = set()
    for at, exit_code in faults.at_each_step(lambda: process(book), faults.fail(code)):
        assert exit_code in (0, RefusedFile.exit_code), f"step {at}"
        assert book.read_bytes() == (OLD if exit_code else NEW), f"step {at}"
        seen.add(exit_code)
        left = litter(book)
        process(book)
        assert litter(book) == [], f"step {at} left {left}"
        reset(book)
    assert seen == {0, RefusedFile.exit_code}


@pytest.mark.req("X7")
@pytest.mark.parametrize(
    ("number", "expected"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_at_every_step_is_cleaned_up(book: Path, number: int, expected: int) -> None:
    states = set()
    for at, code in faults.at_each_step(lambda: process(book), faults.send(number)):
        assert code == expected, f"step {at}"
        assert book.read_bytes() in (OLD, NEW)
        assert litter(book) == [], f"step {at}"
        states.add(book.read_bytes())
        reset(book)
    assert states == {OLD, NEW}


def test_a_signal_during_long_work_acts_at_once(book: Path) -> None:
    def work(old: bytes) -> bytes:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(20)
        return NEW

    began = time.monotonic()
    assert faults.in_child(lambda: rewrite_file(book, work, verify=accept)) == 143
    assert time.monotonic() - began < 5
    assert os.listdir(book.parent) == ["team.xlsx"] and book.read_bytes() == OLD


def test_handlers_are_given_back_and_threads_are_served(book: Path) -> None:
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    process(book)
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before
    thread = threading.Thread(target=process, args=(book,))
    thread.start()
    thread.join()
    assert book.read_bytes() == NEW + MARK


def _save_by_rename(book: Path) -> None:
    new = book.with_name("~office.tmp")
    new.write_bytes(THEIRS)
    book_replace(new, book)


def _save_in_place(book: Path) -> None:
    with open(book, "r+b") as stream:
        stream.write(THEIRS)
        stream.truncate()


def _save_by_delete(book: Path) -> None:
    """As Excel does (KB 814068): the original is deleted, then the new file gets its name."""
    new = book.with_name("1A2B3C4D")
    new.write_bytes(THEIRS)
    remove_file(book)
    book_replace(new, book)


book_replace, remove_file = os.replace, os.unlink


@pytest.mark.req("X4")
@pytest.mark.parametrize("save", [_save_by_rename, _save_in_place, _save_by_delete])
def test_a_save_at_any_moment_is_never_overwritten(book: Path, save: Callable[[Path], None]) -> None:
    codes = set()
    for at, code in faults.at_each_step(lambda: process(book), lambda name, args: save(book)):
        assert code in (0, Busy.exit_code), f"step {at}"
        assert book.read_bytes() in (THEIRS, THEIRS + MARK), f"step {at}: exit {code}"
        assert litter(book) == [], f"step {at}"
        codes.add(code)
        reset(book)
    assert codes == {0, Busy.exit_code}


@pytest.mark.req("X4")
def test_killed_just_after_swapping_out_an_edit_the_next_run_puts_it_back(book: Path) -> None:
    def action() -> None:
        real = swap._exchange

        def exchange(new: Path, target: Path) -> bool:
            _save_by_rename(book)
            real(new, target)
            os.kill(os.getpid(), signal.SIGKILL)
            return True

        swap._exchange = exchange
        process(book)

    assert faults.in_child(action) == -signal.SIGKILL
    if book.read_bytes() != NEW:
        pytest.skip("this file system cannot exchange two files")
    outcome = process(book)
    assert "rescued_edit" in outcome.notices
    assert book.read_bytes() == THEIRS + MARK and litter(book) == []


@pytest.mark.req("X4")
def test_an_edit_that_cannot_be_put_back_is_kept(book: Path) -> None:
    left = leftovers.temp_name(book, "a" * 64, "b" * 64)
    left.write_bytes(THEIRS)
    outcome = process(book)
    assert "rescued_edit" in outcome.notices and book.read_bytes() == NEW
    [kept] = (book.parent / FOLDER).glob("rescued-*")
    assert kept.read_bytes() == THEIRS and litter(book) == []


@pytest.mark.req("X1")
def test_without_an_exchange_call_the_book_is_replaced(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "_exchange", lambda new, target: False)
    assert process(book).changed and book.read_bytes() == NEW and litter(book) == []


def test_a_file_held_by_a_scanner_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap, "PAUSES", (0.1, 0.2, 0.3))
    calls: list[int] = []
    slept: list[float] = []

    def held(code: int, times: int) -> str:
        calls.append(code)
        if len(calls) <= times:
            error = OSError(errno.EACCES, "held")
            error.winerror = code  # type: ignore[attr-defined]
            raise error
        return "done"

    assert swap.retry(lambda: held(32, 3), slept.append) == "done"
    assert slept == [0.1, 0.2, 0.3]
    calls.clear()
    with pytest.raises(OSError, match="held"):
        swap.retry(lambda: held(32, 99), slept.append)
    assert len(calls) == 4
    calls.clear()
    with pytest.raises(OSError, match="held"):
        swap.retry(lambda: held(1314, 1), slept.append)
    assert len(calls) == 1


def _together(book: Path, wait: float) -> list[int]:
    """Exit codes of eight processes that start at the same moment."""
    gate_out, gate_in = os.pipe()
    pids = []
    for number in range(8):
        pid = os.fork()
        if not pid:
            os.close(gate_in)
            os.read(gate_out, 1)
            code = faults.in_child(
                lambda n=number: rewrite_file(
                    book, lambda old: old + b"|%d" % n, verify=accept, wait_seconds=wait
                )
            )
            os._exit(code % 256)
        pids.append(pid)
    os.close(gate_in)
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
    os.close(gate_out)
    return codes


@pytest.mark.req("X5")
@pytest.mark.parametrize("stale", [False, True])
def test_eight_at_once_one_works_the_others_are_told(book: Path, stale: bool) -> None:
    for _ in range(5):
        if stale:
            _leave_lock(book, pid=_dead_pid())
        codes = _together(book, 0)
        assert set(codes) <= {0, Busy.exit_code} and 0 in codes
        tags = book.read_bytes()[len(OLD) :].split(b"|")[1:]
        assert sorted(tags) == sorted(b"%d" % i for i, code in enumerate(codes) if code == 0)
        assert litter(book) == []
        reset(book)


@pytest.mark.req("X5")
def test_eight_at_once_that_wait_all_get_their_turn(book: Path) -> None:
    assert _together(book, 60) == [0] * 8
    tags = book.read_bytes()[len(OLD) :].split(b"|")[1:]
    assert sorted(tags) == [b"%d" % i for i in range(8)]
    assert litter(book) == [] and len(audit_lines(book)) == 8


def _dead_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def _leave_lock(book: Path, **about: object) -> Path:
    lock = locks.Lock(book).path
    what = {"pid": 1, "start": "", "host": processes.host(), "user": "lan", "time": 0, "token": "x", **about}
    lock.write_text(json.dumps(what))
    return lock


@pytest.mark.req("X5")
def test_locks_of_the_living_hold_and_of_the_dead_do_not(book: Path) -> None:
    _leave_lock(book, pid=_dead_pid())
    assert process(book).changed
    _leave_lock(book, pid=os.getpid(), start="another-1")  # the number was given out again
    assert process(book).changed
    lock = _leave_lock(book, pid=os.getpid(), start=processes.start_of(os.getpid()))
    busy = refusal(lambda: process(book))
    assert (type(busy), busy.key, busy.params["user"]) == (Busy, "locked_by", "lan")
    assert lock.exists()


@pytest.mark.req("X5")
def test_a_lock_of_another_host_counts_until_it_is_old(book: Path) -> None:
    lock = _leave_lock(book, host="pc-17")
    busy = refusal(lambda: process(book))
    assert (busy.key, busy.params["host"]) == ("locked_by", "pc-17") and book.read_bytes() == OLD
    os.utime(lock, (time.time() - 7200,) * 2)
    outcome = process(book)
    assert outcome.changed and "stole_foreign_lock" in outcome.notices and litter(book) == []


def test_a_torn_lock_counts_for_seconds_only(book: Path) -> None:
    lock = locks.Lock(book).path
    lock.write_bytes(b'{"pid"')
    assert refusal(lambda: process(book)).key == "locked_by"
    os.utime(lock, (time.time() - 60,) * 2)
    assert process(book).changed


def test_a_run_whose_lock_was_taken_gives_way(book: Path) -> None:
    def work(old: bytes) -> bytes:
        _leave_lock(book, host="pc-17")
        return NEW

    assert refusal(lambda: rewrite_file(book, work, verify=accept)).key == "changed_meanwhile"
    assert book.read_bytes() == OLD
    assert litter(book) == [".team.xlsx.lb-lock"]


def _excel_owner(user: str) -> bytes:
    raw = user.encode()
    return bytes([len(raw)]) + raw.ljust(54) + bytes([len(user), 0]) + user.ljust(54).encode("utf-16-le")


@pytest.mark.req("X6")
@pytest.mark.parametrize(
    ("name", "content", "user"),
    [
        ("~$team.xlsx", _excel_owner("Chen Wei"), "Chen Wei"),
        ("~$team.xlsx", _excel_owner("陈伟"), "陈伟"),
        ("~$team.xlsx", b"", ""),
        (".~team.xlsx", _excel_owner("Lan"), "Lan"),
        (".~lock.team.xlsx#", b",Nguyen Lan,pc-17,15.01.2024 09:30,file:///x;", "Nguyen Lan"),
        (".~lock.team.xlsx#", b"Lan,login,pc-17,15.01.2024 09:30,file:///x;", "Lan"),
    ],
)
def test_an_open_book_is_refused_with_the_name(book: Path, name: str, content: bytes, user: str) -> None:
    (book.parent / name).write_bytes(content)
    began = time.monotonic()
    busy = refusal(lambda: process(book))
    assert (type(busy), busy.key, busy.params["user"]) == (Busy, "open_by", user)
    assert time.monotonic() - began < 2
    assert book.read_bytes() == OLD and sorted(os.listdir(book.parent)) == sorted([name, "team.xlsx"])


@pytest.mark.req("X6")
def test_a_book_opened_meanwhile_is_left_and_waiting_helps(book: Path) -> None:
    owner = book.parent / "~$team.xlsx"

    def work(old: bytes) -> bytes:
        owner.write_bytes(_excel_owner("Lan"))
        return NEW

    assert refusal(lambda: rewrite_file(book, work, verify=accept)).key == "open_by"
    assert book.read_bytes() == OLD and litter(book) == ["~$team.xlsx"]
    closing = threading.Timer(0.3, owner.unlink)
    closing.start()
    assert process(book, wait_seconds=10).changed
    closing.join()


@pytest.mark.req("X20")
def test_a_symlink_is_written_through_and_its_neighbours_count(book: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(book)
    (tmp_path / "~$link.xlsx").write_bytes(_excel_owner("Lan"))
    assert refusal(lambda: process(link)).key == "open_by"
    (tmp_path / "~$link.xlsx").unlink()
    assert process(link).path == book
    assert link.is_symlink() and book.read_bytes() == NEW
    assert sorted(os.listdir(tmp_path)) == ["link.xlsx", "w"]


@pytest.mark.req("X20")
def test_extended_attributes_are_kept(book: Path) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("no extended attributes on this system")
    try:
        os.setxattr(book, "user.label", b"internal")
    except OSError:
        pytest.skip("no extended attributes on this file system")
    process(book)
    assert os.getxattr(book, "user.label") == b"internal"


@pytest.mark.req("X2", "X9")
def test_read_only_things_are_refused_even_for_root(book: Path) -> None:
    os.chmod(book, 0o444)
    assert refusal(lambda: process(book)).key == "read_only"
    os.chmod(book, 0o644)
    os.chmod(book.parent, 0o555)
    try:
        assert refusal(lambda: process(book)).key == "folder_read_only"
    finally:
        os.chmod(book.parent, 0o755)
    assert os.listdir(book.parent) == ["team.xlsx"] and book.read_bytes() == OLD


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    assert refusal(lambda: process(tmp_path / "pipe.xlsx")).key == "not_a_file"
    (tmp_path / "link.xlsx").symlink_to("pipe.xlsx")
    assert refusal(lambda: process(tmp_path / "link.xlsx")).key == "not_a_file"


@pytest.mark.req("X2")
@pytest.mark.parametrize("room", [0, 10, 200, len(OLD) // 2, len(OLD) - 1, len(OLD), len(NEW) - 1])
def test_a_file_size_limit_is_one_refusal(book: Path, room: int) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        process(book)

    assert faults.in_child(limited) == RefusedFile.exit_code
    assert book.read_bytes() == OLD and litter(book) == []


@pytest.mark.req("X2")
def test_a_full_disk_is_one_refusal(tmp_path: Path) -> None:
    mount = tmp_path / "disk"
    mount.mkdir()
    codes = set()
    for pages in range(0, 3 * len(NEW) // 4096 + 8):
        size = (len(OLD) // 4096 + 1 + pages) * 4096
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(mount)],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip("mounting a small disk is not permitted here")
        try:
            book = mount / "team.xlsx"
            book.write_bytes(OLD)
            code = faults.in_child(lambda book=book: process(book))
            assert code in (0, RefusedFile.exit_code)
            assert book.read_bytes() == (OLD if code else NEW) and litter(book) == []
            codes.add(code)
        finally:
            subprocess.run(["umount", str(mount)], check=True)
    assert codes == {0, RefusedFile.exit_code}


@pytest.mark.req("T01")
def test_output_goes_elsewhere_and_never_over_a_file(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.xlsx"
    os.chmod(book, 0o444)  # the book is only read
    outcome = process(book, output=copy)
    assert outcome.path == copy and copy.read_bytes() == NEW and book.read_bytes() == OLD
    assert os.listdir(book.parent) == ["team.xlsx"] and sorted(os.listdir(tmp_path)) == ["copy.xlsx", "w"]
    assert refusal(lambda: process(book, output=copy)).key == "output_exists"
    assert refusal(lambda: process(book, output=tmp_path / "no" / "copy.xlsx")).key == "output_folder_missing"
    os.chmod(book, 0o644)
    assert process(book, output=tmp_path / "w" / ".." / "w" / "team.xlsx").path == book
    assert book.read_bytes() == NEW


@pytest.mark.req("X1")
def test_output_killed_at_every_step_is_missing_or_complete(book: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.xlsx"
    for at, _ in faults.at_each_step(lambda: process(book, output=copy), faults.kill):
        assert not copy.exists() or copy.read_bytes() == NEW, f"step {at}"
        assert book.read_bytes() == OLD
        copy.unlink(missing_ok=True)


@pytest.mark.req("X16")
def test_the_audit_line_can_be_taken_over_and_a_torn_line_goes(book: Path) -> None:
    entries: list[AuditEntry] = []
    process(book, audit=entries.append)
    assert [e.file for e in entries] == ["team.xlsx"] and audit_lines(book) == []
    log = book.parent / FOLDER / "audit.jsonl"
    log.write_bytes(b'{"time": "2020-01-01", "file": "first"}\n{"torn": ')
    process(book)
    # last year's lines have moved; the line that is missing for what stands in the book is made up for
    assert [line["action"] for line in audit_lines(book)] == ["write_killed", "write"]
    assert (log.parent / "audit-2020.jsonl").read_bytes().count(b"\n") == 1


def test_names_at_the_limit_of_the_file_system_work(tmp_path: Path) -> None:
    book = tmp_path / ("客" * 80 + ".xlsx")
    book.write_bytes(OLD)
    assert process(book).changed and book.read_bytes() == NEW
    assert len(os.listdir(tmp_path)) == 2
