"""The audit log: one line for every file written, only ever longer, numbers and no values (X16, P01)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.books import DAY, leadbook, put
from tests.privacy.cage import VICTIM, caged

FIELDS = {"file", "before", "after", "action", "counts", "exit", "time", "user", "host", "version"}


@pytest.mark.req("X16", "P01")
def test_every_write_adds_one_line_and_changes_none(tmp_path: Path) -> None:
    book, log = put(tmp_path, caged()), tmp_path / ".team.leadbook" / "audit.jsonl"
    commands = (
        ("write", ["process", book, "--today", DAY]),
        ("share:partner", ["share", book, tmp_path / "s.xlsx", "--audience", "partner"]),
        ("mask", ["mask", book]),
        ("undo", ["undo", book]),
        ("mask", ["mask", book, "--purge-backups"]),
        ("forget", ["forget", book, "--lead", VICTIM, "--yes"]),
    )
    before = ""
    for action, words in commands:
        assert leadbook(*words).code in (0, 1)
        now = log.read_text()
        assert now.startswith(before) and now.count("\n") == before.count("\n") + 1
        line = json.loads(now[len(before) :])
        assert line.keys() == FIELDS and line["action"] == action
        assert all(type(number) is int for number in line["counts"].values())
        before = now
    assert "kanar" not in before.casefold()
    chain = [json.loads(line) for line in before.splitlines() if "share" not in line]
    assert all(one["after"] == two["before"] for one, two in zip(chain, chain[1:], strict=False))
    assert leadbook("mask", book, "--dry-run").code == 0 and leadbook("check", book, "--today", DAY).code in (0, 1)
    assert log.read_text() == before  # whoever writes nothing leaves no line
