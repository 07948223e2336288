"""``leadbook verify``: whole or not, whose results, what lies beside; nothing is written (X18)."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from leadbook.workbook import backups, leftovers
from leadbook.workbook.locks import Lock
from tests import books, forms
from tests.books import leadbook, process, table_part

pytestmark = pytest.mark.usefixtures("english")


def told(path: Path, *words: object) -> tuple[int, dict[str, object]]:
    """Exit code and the verdict as JSON."""
    said = leadbook("verify", path, "--json", *words)
    [verdict] = json.loads(said.out)
    return said.code, verdict


def codes(path: Path) -> list[str]:
    _, verdict = told(path)
    faults = verdict["faults"]
    assert isinstance(faults, list)
    return [fault["code"] for fault in faults]


def change(path: Path, part: str, *pairs: tuple[str, str]) -> None:
    content = books.parts(path)
    text = content[part].decode()
    for old, new in pairs:
        text, count = re.subn(old, new, text, count=1, flags=re.DOTALL)
        assert count, old
    path.write_bytes(books.packed({**content, part: text.encode()}))


@pytest.mark.req("X18")
def test_a_book_is_whole_before_and_after_a_run_and_when_others_saved_it(team: Path) -> None:
    assert told(team)[1]["by"] == "never"
    process(team)
    code, verdict = told(team)
    assert (code, verdict["by"], verdict["backups"], verdict["whole"]) == (0, "ours", 1, True)
    assert verdict["sha256"] == hashlib.sha256(team.read_bytes()).hexdigest()
    run = verdict["last_run"]
    assert isinstance(run, dict) and run["leads"] == len(books.LEADS)
    team.write_bytes(books.edited(team.read_bytes(), lambda workbook: None))
    assert (told(team)[0], told(team)[1]["by"]) == (0, "others")


@pytest.mark.req("X18")
def test_one_line_a_file_and_nothing_is_written(team: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    form.write_bytes(forms.filled({"company_name": "North Pier Tools Ltd"}))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    said = leadbook("verify", team, form)
    assert said.code == 0 and [line.split(":")[0] for line in said.out.splitlines()] == ["team.xlsx", "form.xlsx"]
    assert all("whole" in line for line in said.out.splitlines())
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert leadbook("verify", team, "-q").out == ""


def _headers(path: Path) -> None:
    change(path, table_part(path, "LB_Leads"), ('name="Region"', 'name="Somewhere"'))


def _column(path: Path) -> None:
    change(path, table_part(path, "LB_Leads"), ('<tableColumn id="3".*?(?=<tableColumn)', ""))


def _area(path: Path) -> None:
    change(path, table_part(path, "LB_Leads"), (' ref="[^"]*"', ' ref="everywhere"'))


def _name(path: Path) -> None:
    change(path, "xl/workbook.xml", (r"(<definedName name=\"LB_Leads.keys\"[^>]*>)[^<]*", r"\1Gone!$A$4:$Z$4"))


def _format(path: Path) -> None:
    change(path, books.sheet_part(path, "Leads"), (rf'<c r="{books.place("region")}"[^>]*?(/?)>',
                                                   rf'<c r="{books.place("region")}" s="9999"\1>'))  # fmt: skip


def _cut(path: Path) -> None:
    change(path, "docProps/core.xml", ("</cp:coreProperties>", ""))


def _type(path: Path) -> None:
    content = books.parts(path)
    path.write_bytes(books.packed({**content, "xl/odd.bin2": b"x"}))


def _target(path: Path) -> None:
    content = books.parts(path)
    del content["docProps/app.xml"]
    path.write_bytes(books.packed(content))


def _overlap(path: Path) -> None:
    ref = re.search(rb' ref="([^"]*)"', books.parts(path)[table_part(path, "LB_Settings")])
    assert ref is not None
    change(path, table_part(path, "LB_Policy"), (' ref="[^"]*"', f' ref="{ref[1].decode()}"'))


def _log(path: Path) -> None:
    process(path)
    with (backups.folder_of(path) / "audit.jsonl").open("a") as stream:
        stream.write('{"half')


def _backup(path: Path) -> None:
    process(path)
    [kept] = backups.records(path)
    (backups.folder_of(path) / kept.name).write_bytes(b"rubbish")


def _backup_gone(path: Path) -> None:
    process(path)
    [kept] = backups.records(path)
    (backups.folder_of(path) / kept.name).unlink()


def _litter(path: Path) -> None:
    leftovers.temp_name(path, "a" * 64, "b" * 64).write_bytes(b"x")


def _lock(path: Path) -> None:
    lock = Lock(path)
    lock.acquire()
    holder = json.loads(lock.path.read_bytes())
    lock.path.write_text(json.dumps({**holder, "start": "before"}))


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "header and table differ": (_headers, "table_header"),
    "fewer columns than the area": (_column, "table_width"),
    "area that is none": (_area, "table_area"),
    "tables on one another": (_overlap, "tables_overlap"),
    "name on a sheet that is gone": (_name, "name_lost"),
    "format that is not there": (_format, "format_unknown"),
    "part cut off": (_cut, "damaged"),
    "part without a type": (_type, "no_type"),
    "relationship into nothing": (_target, "target_missing"),
    "log torn": (_log, "log_torn"),
    "kept version rubbish": (_backup, "backup_damaged"),
    "kept version gone": (_backup_gone, "backup_damaged"),
    "temporary file": (_litter, "litter"),
    "lock of a dead run": (_lock, "litter"),
}


@pytest.mark.req("X18")
@pytest.mark.parametrize("kind", FAULTS)
def test_each_fault_is_found_and_named(team: Path, kind: str) -> None:
    spoil, code = FAULTS[kind]
    assert codes(team) == []
    spoil(team)
    assert code in codes(team)
    said = leadbook("verify", team)
    assert said.code == 1 and len(said.out.splitlines()) > 1 and "{" not in said.out


@pytest.mark.req("X18", "X9")
def test_what_cannot_be_read_is_refused_like_anywhere_else(team: Path, tmp_path: Path) -> None:
    half = books.put(tmp_path, team.read_bytes()[:5000], "half.xlsx")
    assert (told(half)[0], told(half)[1]["refused"]) == (3, "truncated_file")
    said = leadbook("verify", half)
    assert said.code == 3 and "half.xlsx" in said.err
    several = leadbook("verify", team, half, tmp_path / "none.xlsx")
    assert several.code == 1 and len(several.out.splitlines()) == 3


@pytest.mark.req("X18")
def test_a_run_at_work_is_no_litter(team: Path) -> None:
    lock = Lock(team)
    lock.acquire()
    try:
        leftovers.temp_name(team, "a" * 64, "b" * 64).write_bytes(b"x")
        assert codes(team) == []
    finally:
        lock.release()
    assert codes(team) == ["litter"] and os.path.exists(team)
