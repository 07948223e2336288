"""One spoilt file through the command line: how it ended, what it cost, and whether a promise was broken."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from leadbook.cli import failures
from tests.books import DAY, Said, leadbook

HANG: int = 10
CODES = frozenset({0, 1, 2, 3, 4, 75})


class Hang(BaseException):
    """Longer than ``HANG`` seconds of CPU."""


@dataclass(frozen=True)
class Ended:
    """``fault``: empty, or the promise that was broken with the place of our mistake."""

    code: int
    seconds: float
    fault: str
    text: str = ""


@contextlib.contextmanager
def _limited(seconds: int) -> Iterator[None]:
    """Stops after so many CPU seconds of this process: other work on the machine does not count."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Hang

    old = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, old)


@contextlib.contextmanager
def _seen() -> Iterator[list[str]]:
    """The traces of our own mistakes, which people never see."""
    traces: list[str] = []
    real = failures._report

    def kept(fault: BaseException) -> str:
        traces.append("".join(traceback.format_exception(fault)))
        return "–"

    failures._report = kept
    try:
        yield traces
    finally:
        failures._report = real


def attempt(folder: Path, files: Sequence[bytes], words: tuple[str, ...]) -> Ended:
    """Write files into the empty ``folder`` and run a command on them; the folder is emptied again.

    ``words``: the command and its options; ``{file}`` stands for the first file, ``{folder}`` for all of them.
    """
    places = {folder / f"b{n or ''}.xlsx": data for n, data in enumerate(files)}
    for path, data in places.items():
        path.write_bytes(data)
    path = next(iter(places))
    began = time.process_time()
    with _seen() as traces:
        try:
            with _limited(HANG):
                said = leadbook(*(word.replace("{file}", str(path)).replace("{folder}", str(folder)) for word in words))
        except Hang:
            said = Said(-1, "", "")
            traces.append("hang")
    seconds = time.process_time() - began
    fault = _broken(places, said, traces, words)
    _clear(folder)
    return Ended(said.code, seconds, fault, said.out + said.err)


def _broken(places: Mapping[Path, bytes], said: Said, traces: list[str], words: tuple[str, ...]) -> str:
    path = next(iter(places))
    if traces:
        return traces[0]
    if said.code not in CODES:
        return f"exit code {said.code}: {said.err[-300:]}"
    if "Traceback" in said.out + said.err:
        return "a traceback is shown"
    if said.code in (2, 3, 4, 75) and not said.err.strip():
        return f"exit code {said.code} without a word"
    if said.code == 3 and path.name not in said.err:
        return f"a refusal that does not name the file: {said.err.strip()[:200]}"
    writes = words[0] == "process" and said.code in (0, 1)
    if any(path.read_bytes() != data for path, data in places.items()) and not writes:
        return f"the file was changed by {words[0]}, exit code {said.code}"
    beside = {p.name for p in path.parent.iterdir()} - {p.name for p in places}
    left = beside - ({f".{path.stem}.leadbook"} if writes else set())
    return f"left beside the book: {sorted(left)}" if left else ""


def _clear(folder: Path) -> None:
    for at, folders, files in os.walk(folder, topdown=False):
        for name in files:
            (Path(at) / name).unlink()
        for name in folders:
            (Path(at) / name).rmdir()


def peak_mib() -> float:
    """The most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


CHECK = ("check", "{file}", "--today", DAY, "-q")
PROCESS = ("process", "{file}", "--today", DAY, "-q")
