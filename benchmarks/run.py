"""``python benchmarks/run.py [--leads N] [--pairs K]``: leadbook against naive.py on the same book, in pairs.

Both run as child processes, one after the other, on fresh copies of one made book. Shown for each pair: CPU seconds
(user + system), the most memory held (peak RSS), and how many times less CPU leadbook took; then the medians, and
what each stage of leadbook took.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from make_book import TODAY, make_book

HERE: Final = Path(__file__).resolve().parent
LEADBOOK: Final = (sys.executable, "-m", "leadbook")
FINE: Final = (0, 1)  # 1: rows with errors, as a made book has


@dataclass(frozen=True)
class Cost:
    """CPU seconds and peak memory in MiB of one child process."""

    cpu: float
    peak: float


def cost_of(command: list[str], output: Path | None = None) -> Cost:
    """Run a command to its end and measure that child alone; its words go to ``output`` or nowhere."""
    # A warning of pandas about its next default engine would stand between the lines of the table. Both sides run
    # from bytecode, as an installed program does.
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": ""}
    with open(output or os.devnull, "wb") as out:
        child = subprocess.Popen(command, stdout=out, cwd=HERE.parent, env=quiet)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in FINE:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / scale)


def process(book: Path, *more: str) -> list[str]:
    return [*LEADBOOK, "process", str(book), "--today", TODAY.isoformat(), *more]


def fresh(book: Path, name: str) -> Path:
    """A copy in a folder of its own, without anything an earlier run has left."""
    folder = book.parent / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return Path(shutil.copy(book, folder))


def stages(book: Path) -> dict[str, float]:
    """Wall-clock seconds of each stage, as leadbook itself reports them."""
    report = book.parent / "report.json"
    cost_of(process(fresh(book, "stages"), "--json"), report)
    found: dict[str, float] = json.loads(report.read_text(encoding="utf-8"))["seconds"]
    return found


def pairs(book: Path, count: int) -> list[tuple[Cost, Cost]]:
    """(leadbook, naive) measured one right after the other, printed as they come."""
    found = []
    for number in range(1, count + 1):
        ours = cost_of(process(fresh(book, "leadbook")))
        theirs = cost_of([sys.executable, str(HERE / "naive.py"), str(fresh(book, "naive"))])
        found.append((ours, theirs))
        both = {"leadbook": ours, "naive": theirs}
        shown = (f"{name} {cost.cpu:6.2f} s {cost.peak:5.0f} MiB" for name, cost in both.items())
        print(f"  {number}: {'   '.join(shown)}   {theirs.cpu / ours.cpu:5.1f} x", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leads", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book.xlsx"
        book.write_bytes(make_book(chosen.leads))
        print(f"{chosen.leads} leads, {3 * chosen.leads} interactions, {book.stat().st_size / 2**20:.1f} MiB")
        split = stages(book)  # first, so that the pairs find leadbook's bytecode in place
        found = pairs(book, chosen.pairs)
        ours, theirs = (median(pair[n].cpu for pair in found) for n in (0, 1))
        ratio = median(two.cpu / one.cpu for one, two in found)
        print(f"medians: leadbook {ours:.2f} s, naive {theirs:.2f} s, {ratio:.1f} times less CPU")
        print("stages of leadbook (wall clock):", ", ".join(f"{k} {v:.2f} s" for k, v in split.items()))
    helps = [cost_of([*LEADBOOK, "--help"]).cpu for _ in range(5)]
    print(f"leadbook --help: {median(helps):.2f} s of CPU")


if __name__ == "__main__":
    main()
