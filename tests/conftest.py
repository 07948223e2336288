"""What all tests share: where the package check lies, and when a missing program may skip a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.books import plain_book, put

ROOT = Path(__file__).resolve().parents[1]
IN_CI = bool(os.environ.get("CI"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need LibreOffice skip with a reason where it is missing; in CI they run or fail."""
    if shutil.which("soffice") or IN_CI:
        return
    for item in items:
        if item.get_closest_marker("libreoffice"):
            item.add_marker(pytest.mark.skip(reason="LibreOffice (soffice) is not installed"))


def package_check_path() -> Path | None:
    """check_ooxml.py: named by LEADBOOK_CHECK, else beside the project."""
    named = os.environ.get("LEADBOOK_CHECK")
    found = Path(named) if named else ROOT.parent / "shared" / "tools" / "check_ooxml.py"
    return found if found.is_file() else None


@pytest.fixture
def package_check() -> Callable[[Path], list[str]]:
    """A function that gives the faults that would make Excel offer to repair a file; never skips in CI."""
    script = package_check_path()
    if script is None:
        if IN_CI:
            pytest.fail("the package check was not found: set LEADBOOK_CHECK")
        pytest.skip("the package check was not found: set LEADBOOK_CHECK to check_ooxml.py")

    def check(path: Path) -> list[str]:
        done = subprocess.run([sys.executable, str(script), str(path)], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.splitlines()

    return check


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Messages in English whatever the machine's locale."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")
    yield


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A small team book in a folder of its own."""
    return put(tmp_path, plain_book())


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The folder for forms beside it."""
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"
