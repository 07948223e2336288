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
