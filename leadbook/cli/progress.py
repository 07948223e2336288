"""Progress on stderr, and only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from leadbook.cli.failures import reader_language


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """A callable that shows the stage (``read``, ``score``, ``write``) while it runs."""
    if quiet or not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console

    from leadbook.labels import load_labels

    labels = load_labels(reader_language())
    with Console(stderr=True).status("leadbook") as status:
        yield lambda stage: status.update(labels.text(f"summary.progress_{stage}"))
