"""``undo`` after real runs: byte for byte, and never over somebody's edits (X17)."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadbook.labels import load_labels
from tests.books import BODY_ROW, edited, leadbook, plain_book, process, put


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return put(tmp_path, plain_book())


@pytest.mark.req("X17")
def test_undo_brings_each_earlier_book_back_byte_for_byte(team: Path, english: None) -> None:
    first = team.read_bytes()
    process(team)
    second = team.read_bytes()
    process(team, "--today", "2026-06-23")
    assert leadbook("undo", team).code == 0 and team.read_bytes() == second
    assert leadbook("undo", team).code == 0 and team.read_bytes() == first
    said = leadbook("undo", team)
    assert said.code == 3 and team.read_bytes() == first


@pytest.mark.req("X17")
def test_undo_keeps_edits_unless_told_to_drop_them(team: Path, english: None) -> None:
    first = team.read_bytes()
    process(team)
    mine = edited(team.read_bytes(), lambda workbook: workbook["Leads"].cell(BODY_ROW, 3, "my note"))
    team.write_bytes(mine)
    said = leadbook("undo", team)
    assert said.code == 75 and said.err.strip() == load_labels("en").text("error.edited_since", file="team.xlsx")
    assert team.read_bytes() == mine
    assert leadbook("undo", team, "--discard-edits").code == 0 and team.read_bytes() == first
