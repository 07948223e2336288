"""A LibreOffice of the test's own: started with a fresh profile, ended by its own process id."""

from __future__ import annotations

import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FILL = Path(__file__).with_name("fill.py")
Step = tuple[str, str, Any]


@contextmanager
def office(folder: Path) -> Iterator[str]:
    """The pipe name of a running headless LibreOffice."""
    pipe = f"lb{uuid.uuid4().hex[:12]}"
    command = ["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation=file://{folder}/profile",
               f"--accept=pipe,name={pipe};urp;"]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield pipe
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
        _end_group(running.pid)


def _end_group(pid: int) -> None:
    """soffice starts soffice.bin; both belong to the process group that we opened."""
    import os
    import signal
    from contextlib import suppress

    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def edit(pipe: str, book: Path, steps: list[Step]) -> list[str]:
    """Type and read cells of a workbook in the running LibreOffice; saves when something was typed."""
    done = subprocess.run(
        ["/usr/bin/python3", str(FILL), pipe, str(book), json.dumps(steps)],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    read: list[str] = json.loads(done.stdout)
    return read


def tidy(pipe: str, book: Path, steps: list[list[Any]]) -> None:
    """Sort, rename, insert and hide in a workbook in the running LibreOffice, which then saves it."""
    done = subprocess.run(
        ["/usr/bin/python3", str(FILL.with_name("tidy.py")), pipe, str(book), json.dumps(steps)],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def buttons(pipe: str, book: Path) -> list[list[str]]:
    """Sheet, caption and bound script of every control that the running LibreOffice shows."""
    done = subprocess.run(
        ["/usr/bin/python3", str(FILL.with_name("buttons.py")), pipe, str(book)],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


def probe(pipe: str, book: Path, cases: list[list[Step]], outputs: list[tuple[str, str]]) -> list[list[Any]]:
    """What the outputs of one open workbook show for each set of typed values; nothing is saved."""
    plan = book.with_suffix(".plan.json")
    plan.write_text(json.dumps({"cases": cases, "outputs": outputs}), encoding="utf-8")
    done = subprocess.run(
        ["/usr/bin/python3", str(FILL.with_name("probe.py")), pipe, str(book), str(plan)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"probe ended with {done.returncode}: {done.stderr}"
    shown: list[list[Any]] = json.loads(done.stdout)
    return shown
