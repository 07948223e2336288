"""The sessions of the README are real: ``python -m tests.readme`` writes their output, a test runs them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Session:
    """One console block: its place in the text and its commands with the output that is printed there."""

    start: int
    end: int
    steps: tuple[tuple[str, str], ...]


def sessions(text: str) -> Iterator[Session]:
    for block in _BLOCK.finditer(text):
        steps: list[tuple[str, str]] = []
        for line in block[1].splitlines(keepends=True):
            if line.startswith("$ "):
                steps.append((line[2:].rstrip("\n"), ""))
            else:
                command, output = steps[-1]
                steps[-1] = (command, output + line)
        yield Session(block.start(1), block.end(1), tuple(steps))


def run(command: str, folder: Path) -> str:
    """What a shell prints for one command in ``folder`` (stdout and stderr together)."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "COLUMNS": "100"},
    )  # fmt: skip
    return done.stdout


def workplace(folder: Path) -> Path:
    """A folder in which the README's commands can be typed: the samples are there, nothing else."""
    (folder / "samples").symlink_to(ROOT / "samples")
    return folder


def rewritten(text: str) -> str:
    """The README with the output of every session as it is now."""
    parts, at = [], 0
    with tempfile.TemporaryDirectory() as place:
        folder = workplace(Path(place))
        for session in sessions(text):
            parts.append(text[at : session.start])
            for command, _ in session.steps:
                parts.append(f"$ {command}\n{run(command, folder)}")
            at = session.end
    return "".join([*parts, text[at:]])


if __name__ == "__main__":
    README.write_text(rewritten(README.read_text(encoding="utf-8")), encoding="utf-8")
