"""The README's sessions print what the README says they print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readme import README, ROOT, run, sessions, workplace

TEXT = README.read_text(encoding="utf-8")


@pytest.mark.slow
def test_sessions_print_what_the_readme_shows(tmp_path: Path) -> None:
    folder = workplace(tmp_path)
    steps = [step for session in sessions(TEXT) for step in session.steps]
    assert len(steps) >= 4
    for command, shown in steps:
        assert run(command, folder) == shown, f"$ {command}   (refresh with: python -m tests.readme)"


def test_pictures_and_pages_are_there() -> None:
    import re

    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", TEXT) if "://" not in t]
    assert targets and [t for t in targets if not (ROOT / t).exists()] == []
