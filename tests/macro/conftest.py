"""One LibreOffice for the tests of a file that need no screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.macro.program import Office, command, program, sample


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The program, the folder in which it finds its commands (none yet), and a sample book per language."""
    folder = tmp_path_factory.mktemp("office")
    command(folder, "exit 1", "python3")  # a Python without leadbook
    books = {name: sample(folder, name, f"{name}.xlsm").read_bytes() for name in ("en", "zh-Hans", "vi")}
    running = program(folder, LEADBOOK_SECONDS="100")
    yield Office(running.__enter__(), folder, books)
    running.__exit__()
