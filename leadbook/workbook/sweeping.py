"""What killed runs left beside files that no later run has to write, such as forms whose answer stands (X7)."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from leadbook.errors import LeadbookError
from leadbook.workbook import leftovers
from leadbook.workbook.locks import Lock

_OURS: Final = re.compile(r"\.(.+)\.lb-(?:lock|tmp\..*)\Z", re.DOTALL)


def sweep(folders: Iterable[Path]) -> None:
    """Remove left-over temporary files and locks in these folders; those of runs at work stay. Never raises for what
    cannot be removed: the next run tries again."""
    for folder in folders:
        with contextlib.suppress(OSError):
            names = set(os.listdir(folder))
            for name in {found[1] for found in map(_OURS.match, names) if found} & names:
                _clear(folder / name)


def _clear(file: Path) -> None:
    """Under the file's own lock, which takes over the lock of a dead run."""
    lock = Lock(file)
    with contextlib.suppress(LeadbookError, OSError):
        lock.acquire()
        try:
            leftovers.clear(file)
        finally:
            lock.release()
