"""How long a refresh takes, and where the time goes: ``python benchmarks/refresh.py LEADS [LEADS …]``.

For each size: the answer route (file and a whole dump of the open book in, answer out, as the LibreOffice macro
uses it) and the live route against LibreOffice Calc over UNO, first and second time. Seconds of the wall clock.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.make_book import make_book  # noqa: E402
from leadbook.app.refresh import refresh_answer, refresh_live  # noqa: E402
from leadbook.app.run import Options  # noqa: E402
from leadbook.workbook.live import attach  # noqa: E402
from tests.live.calc import CalcProgram, connect, opened  # noqa: E402
from tests.live.engine import installed  # noqa: E402
from tests.live.ways import dumped  # noqa: E402
from tests.lo.office import office  # noqa: E402

OPTIONS = Options(date(2026, 11, 16), user="benchmark")


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = perf_counter()
    return work(), perf_counter() - start


def split(label: str, seconds: dict[str, float], total: float) -> None:
    parts = "  ".join(f"{name} {value:.2f}" for name, value in seconds.items())
    print(f"  {label:<22}{total:6.2f}   {parts}", flush=True)


def measure(leads: int, folder: Path, context: Any) -> None:
    book = folder / f"{leads}.xlsx"
    book.write_bytes(make_book(leads))
    print(f"{leads} leads")
    with opened(context, book) as shown, installed(CalcProgram(shown)):
        cells, answer = folder / "cells", folder / "answer"
        cells.write_bytes(dumped(shown, [s for s in shown.sheet_names() if shown.tables(s)], utf8=True))
        done, total = timed(lambda: refresh_answer(book, OPTIONS, answer, cells))
        split("answer", done.run.seconds, total)
        for label in ("live, first time", "live, second time"):
            live, before = timed(lambda: attach(str(book)))
            done, total = timed(lambda live=live: refresh_live(live, OPTIONS))  # type: ignore[misc]
            split(label, {"attach": before, **done.run.seconds}, before + total)


def main(sizes: list[int]) -> None:
    with tempfile.TemporaryDirectory() as name, office(Path(name)) as pipe:
        context = connect(pipe)
        for leads in sizes:
            measure(leads, Path(name), context)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [1000])
