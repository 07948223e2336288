"""Forms a second: leadbook's reader beside openpyxl reading the same forms, one process, the same run.

usage: python -m benchmarks.forms [COUNT]     (needs the development extras)
"""

from __future__ import annotations

import gc
import io
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time

import openpyxl

from leadbook.app.collect import gather
from leadbook.app.runner import Pool, Serial
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook.formfile import read_file
from tests.books import plain_book
from tests.forms import make_forms

ROUNDS = 3


def with_leadbook(forms: list[bytes]) -> int:
    """Filled cells found."""
    known = {t.name: t.keys() for t in map(load_catalogue().table, ("lead", "interaction"))}
    return sum(len(read_file(data, "form.xlsx", known, lambda: lambda text: None)[0].cells) for data in forms)


def with_openpyxl(forms: list[bytes]) -> int:
    """The same cells by the same defined names, as a script would read them."""
    found = 0
    for data in forms:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        for name, target in book.defined_names.items():
            if name.startswith("LB_F."):
                [(sheet, cell)] = target.destinations
                value = book[sheet][cell.replace("$", "")].value
                # The status is known by two names.
                found += value is not None
        book.close()
    return found


def timed(work: Callable[[list[bytes]], int], forms: list[bytes]) -> tuple[float, int]:
    """Median CPU seconds of some rounds, and what was found."""
    seconds, found = [], 0
    for _ in range(ROUNDS):
        start = process_time()
        found = work(forms)
        seconds.append(process_time() - start)
    return statistics.median(seconds), found


def cpu_seconds() -> tuple[float, float]:
    """CPU seconds of this process and of the worker processes that have ended."""
    spent = os.times()
    return spent.user + spent.system, spent.children_user + spent.children_system


def main(count: int) -> int:
    gc.disable()  # as the command line does
    forms = [form.data for form in make_forms(min(count, 400))]
    forms = (forms * (count // len(forms) + 1))[:count]
    few = forms[: max(20, count // 10)]
    ours, found = timed(with_leadbook, forms)
    theirs, same = timed(with_openpyxl, few)
    if with_leadbook(few) != same:
        print(f"different cells: {with_leadbook(few)} and {same}", file=sys.stderr)
        return 1
    fast, slow = count / ours, len(few) / theirs
    print(f"leadbook  {fast:8.0f} forms/s  ({1000 / fast:.2f} ms a form, {found} filled cells)")
    print(f"openpyxl  {slow:8.0f} forms/s  ({1000 / slow:.2f} ms a form, {len(few)} of the forms)")
    print(f"ratio     {fast / slow:8.1f}")
    with tempfile.TemporaryDirectory() as place:
        book, inbox = Path(place) / "team.xlsx", Path(place) / "inbox"
        book.write_bytes(plain_book())
        inbox.mkdir()
        for number, data in enumerate(forms):
            (inbox / f"{number:05d}.xlsx").write_bytes(data)
        told = []
        for name, runner in (("one process", Serial()), ("processes", Pool())):
            start, before = perf_counter(), cpu_seconds()
            told.append(gather([inbox], book, None, runner=runner))
            own, theirs = (b - a for a, b in zip(before, cpu_seconds(), strict=True))
            wall = count / (perf_counter() - start)
            spent = f"CPU {own:.1f} s here, {theirs:.1f} s in others"
            print(f"from the folder, {name}: {wall:.0f} forms/s of wall time; {spent}")
    if told[0] != told[1]:
        print("one process and several read different things", file=sys.stderr)
        return 1
    print("both read the same")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 400))
