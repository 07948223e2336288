"""A long fuzzing run: ``python -m tests.fuzz.run --count 20000``; prints what was tried and every mistake once."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests import books, forms
from tests.fuzz import mutators, trial


@dataclass
class Tally:
    """What one worker has seen."""

    tried: Counter[str] = field(default_factory=Counter)
    codes: Counter[int] = field(default_factory=Counter)
    faults: dict[str, tuple[int, str]] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    peak: float = 0.0


def starts() -> dict[str, bytes]:
    """The sound files that are spoilt: small books of ours, the book as another program saved it, a form."""
    small = books.book(books.LEADS[:2], books.TALKS[:1])
    return {
        "book": small,
        "resaved": books.edited(small, lambda workbook: None),
        "form": forms.filled({"company_name": "North Pier Tools Ltd", "contact_name": "J*"}),
    }


def one(number: int, seed: int, sources: dict[str, bytes], folder: Path, tally: Tally, team: Path) -> None:
    """Trial ``number`` of the run with ``seed``, one book or a folder of forms taken into ``team``; the same numbers
    make the same trial."""
    chance = Random(f"{seed}/{number}")
    name = chance.choices(list(sources), (5, 2, 3))[0]
    made = [mutators.spoilt(sources[name], chance) for _ in range(FORMS if name == "form" else 1)]
    form = tuple(word.replace("{book}", str(team)) for word in FORM)
    words = form if name == "form" else trial.CHECK if chance.random() < 0.5 else trial.PROCESS
    ended = trial.attempt(folder, [data for _, data in made], words)
    for kind, _ in made:
        tally.tried[f"{words[0]} {name}, {kind}"] += 1
    tally.codes[ended.code] += 1
    tally.slowest = max(tally.slowest, ended.seconds)
    if ended.fault:
        mark = _mark(ended.fault)
        tally.count[mark] += 1
        tally.faults.setdefault(mark, (number, ended.fault))
    tally.peak = trial.peak_mib()


FORMS = 40  # spoilt forms of one folder: none stops the others
FORM = ("collect", "{book}", "{folder}", "--no-answer", "--dry-run", "--today", books.DAY, "-q")


def _mark(fault: str) -> str:
    """The kind of mistake: the last place in our own code, and the kind of error."""
    ours = re.findall(r'File "[^"]*/(leadbook/[^"]+)", line (\d+), in (\w+)', fault)
    last = fault.strip().splitlines()[-1]
    return f"{':'.join(ours[-1])} {last.partition(':')[0]}" if ours else re.sub(r"\d+", "#", last[:80])


def work(job: tuple[int, int, int, float]) -> Tally:
    """Every ``step``-th input from ``first`` on, until ``until``."""
    first, step, seed, until = job
    tally, sources = Tally(), starts()
    with tempfile.TemporaryDirectory(prefix="leadbook-fuzz-") as held:
        folder = Path(held) / "w"
        folder.mkdir()
        team = Path(held) / "team.xlsx"
        team.write_bytes(sources["book"])
        number = first
        while time.time() < until and number < LIMIT[0]:
            one(number, seed, sources, folder, tally, team)
            number += step
    return tally


LIMIT = [10**9]


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--count", type=int, default=20_000)
    told.add_argument("--minutes", type=float, default=60)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--workers", type=int, default=2)
    told.add_argument("--only", type=int, help="run one input again and show its trace")
    asked = told.parse_args()
    if asked.only is not None:
        LIMIT[0] = asked.only + 1
        tally = work((asked.only, 1, asked.seed, time.time() + 600))
        print(tally, *(fault for _, fault in tally.faults.values()), sep="\n")
        return
    LIMIT[0] = asked.count
    until = time.time() + asked.minutes * 60
    jobs = [(n, asked.workers, asked.seed, until) for n in range(asked.workers)]
    with multiprocessing.get_context("fork").Pool(asked.workers) as pool:
        tallies = pool.map(work, jobs, 1)
    _print(tallies)


def _print(tallies: list[Tally]) -> None:
    tried: Counter[str] = sum((t.tried for t in tallies), Counter())
    count: Counter[str] = sum((t.count for t in tallies), Counter())
    codes: Counter[int] = sum((t.codes for t in tallies), Counter())
    faults: dict[str, tuple[int, str]] = {}
    for tally in tallies:
        for mark, found in tally.faults.items():
            faults[mark] = min(found, faults.get(mark, found))
    told: dict[str, Any] = {
        "files": sum(tried.values()), "by kind": dict(tried.most_common()), "exit codes": dict(sorted(codes.items())),
        "mistakes": sum(count.values()), "slowest, CPU seconds": round(max(t.slowest for t in tallies), 2),
        "peak MiB of a worker": round(max(t.peak for t in tallies)),
    }  # fmt: skip
    print(json.dumps(told, indent=1))
    for mark, number in count.most_common():
        print(f"\n{number} x {mark} (input {faults[mark][0]})\n{faults[mark][1][-1500:]}")


if __name__ == "__main__":
    main()
