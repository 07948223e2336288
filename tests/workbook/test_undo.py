"""Kept files and undo: byte for byte, one write at a time, never over somebody's edit."""

from __future__ import annotations

import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadbook.errors import Busy, RefusedFile
from leadbook.workbook import backups, durable
from leadbook.workbook.protocol import rewrite_file, undo
from tests.workbook import faults

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its faulty runs")

SECRET = b"0912 345 678"
STATES = [SECRET + b" version %d" % n * (n + 1) for n in range(12)]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "team.xlsm"
    path.write_bytes(STATES[0])
    return path


def write(book: Path, content: bytes) -> None:
    rewrite_file(book, lambda old: content, verify=lambda old, new: None)


@pytest.mark.req("X17")
def test_undo_goes_back_one_write_at_a_time(book: Path) -> None:
    for state in STATES[1:4]:
        write(book, state)
    for state in (STATES[2], STATES[1], STATES[0]):
        outcome = undo(book)
        assert outcome.changed and book.read_bytes() == state
    with pytest.raises(RefusedFile) as refused:
        undo(book)
    assert refused.value.key == "nothing_to_undo" and book.read_bytes() == STATES[0]
    write(book, STATES[5])
    undo(book)
    assert book.read_bytes() == STATES[0]


@pytest.mark.req("X17")
def test_undo_refuses_after_an_edit_unless_told_to_discard_it(book: Path) -> None:
    write(book, STATES[1])
    book.write_bytes(b"typed by a person")
    with pytest.raises(Busy) as busy:
        undo(book)
    assert busy.value.key == "edited_since" and book.read_bytes() == b"typed by a person"
    undo(book, discard_edits=True)
    assert book.read_bytes() == STATES[0]


@pytest.mark.req("X17")
def test_undo_stops_at_an_edit_between_two_writes(book: Path) -> None:
    write(book, STATES[1])
    book.write_bytes(b"typed by a person")
    write(book, STATES[2])
    undo(book)
    assert book.read_bytes() == b"typed by a person"
    with pytest.raises(Busy):
        undo(book)


@pytest.mark.req("X1", "X17")
def test_undo_killed_at_every_step_can_be_run_again(book: Path) -> None:
    write(book, STATES[1])
    write(book, STATES[2])
    for at, code in faults.at_each_step(lambda: undo(book), faults.kill):
        assert code == -signal.SIGKILL
        assert book.read_bytes() in (STATES[1], STATES[2]), f"step {at}"
        if book.read_bytes() == STATES[2]:
            undo(book)
        assert book.read_bytes() == STATES[1]
        undo(book)
        assert book.read_bytes() == STATES[0], f"step {at}"
        write(book, STATES[1])
        write(book, STATES[2])


@pytest.mark.req("X17")
def test_a_write_killed_at_every_step_does_not_confuse_undo(book: Path) -> None:
    write(book, STATES[1])
    for at, _ in faults.at_each_step(lambda: write(book, STATES[2]), faults.kill):
        if book.read_bytes() == STATES[2]:
            undo(book)
        assert book.read_bytes() == STATES[1]
        undo(book)
        assert book.read_bytes() == STATES[0], f"step {at}"
        write(book, STATES[1])


def test_a_failed_write_leaves_no_record(book: Path) -> None:
    write(book, STATES[1])
    kept = sorted(os.listdir(backups.folder_of(book)))

    def edited(old: bytes) -> bytes:
        book.write_bytes(STATES[7])
        return STATES[2]

    with pytest.raises(Busy):
        rewrite_file(book, edited, verify=lambda old, new: None)
    assert sorted(os.listdir(backups.folder_of(book))) == kept and book.read_bytes() == STATES[7]


@pytest.mark.req("X17")
def test_a_damaged_kept_file_is_not_put_back(book: Path) -> None:
    write(book, STATES[1])
    [record] = backups.records(book)
    (backups.folder_of(book) / record.name).write_bytes(b"rotten")
    with pytest.raises(RefusedFile) as refused:
        undo(book)
    assert refused.value.key == "backup_damaged" and book.read_bytes() == STATES[1]


@pytest.mark.req("X17")
def test_the_last_five_are_kept(book: Path) -> None:
    for state in STATES[1:]:
        write(book, state)
    kept = backups.records(book)
    wanted = {durable.sha256(s) for s in (STATES[0], *STATES[-6:-1])}  # the first of this week as well
    assert {r.before for r in kept} >= {durable.sha256(s) for s in STATES[-6:-1]}
    assert {r.before for r in kept} <= wanted | {durable.sha256(s) for s in STATES}
    assert 5 <= len(kept) <= 7
    for state in reversed(STATES[-6:-1]):
        undo(book)
        assert book.read_bytes() == state


@pytest.mark.req("X17")
def test_the_first_of_each_week_is_kept_for_eight_weeks(book: Path) -> None:
    folder = backups.make_folder(book)
    start = datetime(2024, 1, 1, 9, tzinfo=UTC)  # a Monday
    for day in range(7 * 12):
        time = (start + timedelta(days=day)).strftime("%Y%m%dT%H%M%S.%fZ")
        content = b"day %d" % day
        record = backups.Record(f"{time}-x.xlsm", durable.sha256(content), "", time)
        (folder / record.name).write_bytes(content)
        (folder / f"{record.name}.json").write_text(
            json.dumps({"name": record.name, "before": record.before, "after": "", "time": time})
        )
    backups.prune(book)
    days = [int((folder / r.name).read_bytes()[4:]) for r in backups.records(book)]
    assert days == [*range(28, 78, 7), 79, 80, 81, 82, 83]
    assert len(os.listdir(folder)) == 2 * len(days)


@pytest.mark.req("X15", "X16")
def test_records_and_log_hold_no_content_and_purge_removes_the_files(book: Path) -> None:
    write(book, STATES[1])
    write(book, STATES[2])
    folder = backups.folder_of(book)
    for path in folder.iterdir():
        if path.suffix in (".json", ".jsonl"):
            assert SECRET not in path.read_bytes()
    assert backups.purge(book) == 4
    assert os.listdir(folder) == ["audit.jsonl"]


def test_kept_files_are_as_private_as_the_book(book: Path) -> None:
    os.chmod(book, 0o600)
    write(book, STATES[1])
    folder = backups.folder_of(book)
    assert folder.stat().st_mode & 0o077 == 0
    assert all(p.stat().st_mode & 0o077 == 0 for p in folder.iterdir())
