"""Progress on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from leadbook.cli.failures import reader_language

_WIDTH = 24


class Shown:
    """Shows the stage (``read``, ``score``, ``write``) while it runs, and how far a long one has come."""

    def __init__(self, status: Any, text: Callable[[str], str]) -> None:
        self.status, self.text, self.stage = status, text, ""

    def __call__(self, stage: str) -> None:
        self.stage = self.text(f"summary.progress_{stage}")
        self.status.update(self.stage)

    def count(self, done: int, of: int) -> None:
        """A bar for ``done`` of ``of`` files."""
        full = _WIDTH * done // max(of, 1)
        self.status.update(f"{self.stage} {'━' * full}{'╌' * (_WIDTH - full)} {done}/{of}")


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A callable that is told each stage; without a terminal it shows nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    from leadbook.labels import load_labels

    labels = load_labels(reader_language())
    with Console(stderr=True).status("leadbook") as status:
        yield Shown(status, labels.text)


def counted(show: Callable[[str], None]) -> Callable[[int, int], None]:
    """What ``show`` does with counts of files."""
    return show.count if isinstance(show, Shown) else lambda done, of: None
