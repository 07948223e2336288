"""Who does many small pieces of work: this process, or several; the results are the same and in the same order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

# Measured at 4,000 forms on two busy cores (benchmarks/forms.py): 12.5 s of CPU in one process; in two 15.5 s in all,
# 7.2 s each, and once 1.1 times as fast, once slower. Fewer forms do not make up for the start of the processes.
ENOUGH_FOR_POOL: Final = 4_000
_CHUNK: Final = 32
_PIECES: Final = 4  # for each process, at least


class Runner(Protocol):
    """Maps a function over items; a cluster can take this place. Function, items and results must be picklable."""

    def map(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        """Results in the order of the items; exceptions of ``work`` come out here."""


class Serial:
    """One after the other, in this process."""

    def map(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        return map(work, items)


class Pool:
    """Worker processes, started afresh (spawn), so that nothing of this process leaks into them."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1

    def map(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[Any]:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        # Pieces small enough that every process gets some of them.
        piece = max(1, min(_CHUNK, len(items) // (self.workers * _PIECES)))
        with ProcessPoolExecutor(self.workers, mp_context=get_context("spawn")) as pool:
            yield from pool.map(work, items, chunksize=piece)


def runner_for(items: int) -> Runner:
    """Processes only where they pay."""
    return Pool() if items >= ENOUGH_FOR_POOL and (os.cpu_count() or 1) > 1 else Serial()


def runner_of(jobs: int | None) -> Runner | None:
    """The runner that somebody asked for by the number of processes; ``None`` leaves it to ``runner_for``."""
    return None if jobs is None else Serial() if jobs == 1 else Pool(jobs)
