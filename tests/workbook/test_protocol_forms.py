"""A whole run with forms, disturbed: book and forms are each the old or the complete new one, never in between."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadbook.workbook.guard import guard
from tests import forms
from tests.books import process
from tests.workbook import faults

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks its faulty runs")
STRIDE = 13  # every so many steps one run: they take long


@pytest.fixture
def ready(team: Path, inbox: Path) -> tuple[Path, Path]:
    for made in forms.make_forms(2, 9):
        (inbox / f"f{made.language}.xlsx").write_bytes(made.data)
    return team, inbox


def run(team: Path, inbox: Path) -> int:
    return process(team, "--forms", inbox, "-q").code


def files(team: Path) -> dict[str, bytes]:
    """Every file that people see, by its place."""
    found = (path for path in team.parent.rglob("*") if path.is_file())
    named = {str(path.relative_to(team.parent)): path for path in found}
    return {name: path.read_bytes() for name, path in named.items() if ".leadbook" not in name}


def disturbed(team: Path, inbox: Path, disturb: faults.Disturb, tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """(step, exit code, the book of that run) of runs disturbed at every ``STRIDE``-th step."""
    for at in range(1, 10_000, STRIDE):
        work = tmp_path / f"run{at}"
        work.mkdir()
        book, box = Path(shutil.copy(team, work)), Path(shutil.copytree(inbox, work / inbox.name))

        def action(at: int = at, book: Path = book, box: Path = box) -> None:
            with faults.disturbed(at, disturb) as seen:
                code = run(book, box)
            os._exit(faults.SURVIVED if len(seen) < at else code)

        code = faults.in_child(action)
        yield at, code, book
        shutil.rmtree(work)
        if code == faults.SURVIVED:
            return


@pytest.mark.req("X1", "X7", "X10")
@pytest.mark.slow
def test_a_run_with_forms_killed_anywhere_leaves_whole_files(ready: tuple[Path, Path], tmp_path: Path) -> None:
    team, inbox = ready
    old, states, count = files(team), set(), 0
    for at, code, book in disturbed(team, inbox, faults.kill, tmp_path):
        count += 1
        assert code in (-signal.SIGKILL, faults.SURVIVED), f"step {at}"
        now = files(book)
        for name in old:
            guard(now[name], name)
            states.add((name, now[name] == old[name]))
        assert all(Path(name).name.startswith(".") for name in now.keys() - old.keys()), f"step {at}"
        assert run(book, book.parent / inbox.name) in (0, 1)
        after = files(book)
        assert after.keys() == old.keys(), f"step {at}: litter stays"
        assert all(after[name] != old[name] for name in old), f"step {at}: not everything was done by the next run"
    assert count > 5 and states == {(name, same) for name in old for same in (True, False)}


@pytest.mark.req("X2", "X10")
@pytest.mark.slow
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES], ids=errno.errorcode.get)
def test_an_error_anywhere_is_told_and_leaves_whole_files(ready: tuple[Path, Path], tmp_path: Path, code: int) -> None:
    team, inbox = ready
    old = files(team)
    for at, exit_code, book in disturbed(team, inbox, faults.fail(code), tmp_path):
        assert exit_code in (0, 1, 3, faults.SURVIVED), f"step {at}"
        now = files(book)
        for name in old:
            guard(now[name], name)
        assert exit_code != 3 or now["team.xlsx"] == old["team.xlsx"], f"step {at}"
