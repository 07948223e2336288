"""A short fuzzing run in every test run, and what long ones have found (X13); ``tests.fuzz.run`` goes on for hours."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import books
from tests.fuzz import mutators, run, trial

SECONDS = 40
SOURCES = run.starts()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@pytest.mark.req("X9", "X13")
def test_spoilt_files_are_read_or_refused_but_never_break_a_run(place: Path) -> None:
    """Inputs of today's seed, as many as fit into the time; one that fails says how to repeat it."""
    tally, number, until = run.Tally(), 0, time.process_time() + SECONDS
    folder = place / "w"
    folder.mkdir()
    team = books.put(place, SOURCES["book"])
    while time.process_time() < until:
        run.one(number, 2026, SOURCES, folder, tally, team)
        number += 1
    assert not tally.faults, f"python -m tests.fuzz.run --seed 2026 --only {tally.faults}"
    assert sum(tally.tried.values()) > 100 and len(tally.codes) >= 3
    assert tally.slowest < trial.HANG and tally.peak < 1024


@pytest.mark.req("X13")
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(sorted(mutators.KINDS)))
def test_a_spoilt_book_is_checked(place: Path, seed: int, kind: str) -> None:
    """The same through hypothesis, which looks for the smallest seed that fails."""
    folder = place / "h"
    folder.mkdir(exist_ok=True)
    data = mutators.KINDS[kind](SOURCES["book"], random.Random(seed))
    assert trial.attempt(folder, [data], trial.CHECK).fault == ""


def _in(part: str, old: bytes, new: bytes) -> bytes:
    content = books.parts(SOURCES["book"])
    assert old in content[part], (part, old)
    content[part] = content[part].replace(old, new, 1)
    return books.packed(content)


LEADS = books.sheet_part(SOURCES["book"], "Leads")
TABLE = books.table_part(SOURCES["book"], "LB_Leads")
NAME = books.place("company_name").encode()


def _cell(new: str) -> bytes:
    """The first company name as another cell; ``@`` stands for its address."""
    new = new.replace("@", NAME.decode())
    content = books.parts(SOURCES["book"])
    pattern = re.compile(rb'<c r="' + NAME + rb'"[^>]*?>.*?</c>', re.DOTALL)
    content[LEADS] = pattern.sub(new.encode(), content[LEADS], count=1)
    return books.packed(content)


# What fuzzing has found: how the book was spoilt -> the exit code that it must have.
FOUND: dict[str, tuple[Callable[[], bytes], int]] = {
    "shared string number that is a digit to Unicode only": (lambda: _cell('<c r="@" t="s"><v>²</v></c>'), 3),
    "shared string number in full-width digits": (lambda: _cell('<c r="@" t="s"><v>１</v></c>'), 3),
    "shared string number of 5,000 digits": (lambda: _cell(f'<c r="@" t="s"><v>{"9" * 5000}</v></c>'), 3),
    "half a surrogate pair": (lambda: _cell('<c r="@" t="str"><v>_xD800_ Ltd</v></c>'), 1),
    "address that is none": (lambda: _cell('<c r="A0"><v>1</v></c>'), 3),
    "address of another row": (lambda: _cell('<c r="B99"><v>1</v></c>'), 3),
    "one address twice": (lambda: _cell('<c r="@"><v>1</v></c>' * 2), 3),
    "row number that is a digit to Unicode only": (lambda: _in(LEADS, b'<row r="6"', '<row r="²"'.encode()), 3),
    "encoding that nobody knows": (lambda: _in(LEADS, b'encoding="UTF-8"', b'encoding="x-unknown"'), 3),
    "encoding that is no text encoding": (lambda: _in(LEADS, b'encoding="UTF-8"', b'encoding="zip"'), 3),
    "encoding that cannot replace": (lambda: _in("xl/workbook.xml", b'encoding="UTF-8"', b'encoding="idna"'), 3),
    "format number that is none": (lambda: _in("xl/styles.xml", b"</cellXfs>", b'<xf numFmtId="x"/></cellXfs>'), 3),
    "header row count that is no number": (lambda: _in(TABLE, b" ref=", b' headerRowCount="x" ref='), 3),
    "sheet without its rows": (lambda: _in(LEADS, b"<sheetData>", b"<x:sheetDat xmlns:x='x'>"), 3),
}  # fmt: skip


@pytest.mark.req("X9", "X13")
@pytest.mark.parametrize("found", FOUND)
@pytest.mark.parametrize("words", [trial.CHECK, trial.PROCESS], ids=["check", "process"])
def test_what_fuzzing_found_stays_mended(tmp_path: Path, found: str, words: tuple[str, ...]) -> None:
    make, code = FOUND[found]
    ended = trial.attempt(tmp_path, [make()], words)
    assert (ended.code, ended.fault) == (code, ""), ended.text
