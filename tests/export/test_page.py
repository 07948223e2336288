"""docs/export.md prints what the program prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.page import PAGE
from tests.readme import run, sessions, workplace


@pytest.mark.slow
def test_sessions_print_what_the_page_shows(tmp_path: Path) -> None:
    folder = workplace(tmp_path)
    steps = [step for session in sessions(PAGE.read_text(encoding="utf-8")) for step in session.steps]
    assert len(steps) >= 4
    for command, shown in steps:
        assert run(command, folder) == shown, f"$ {command}   (refresh with: python -m tests.export.page)"
