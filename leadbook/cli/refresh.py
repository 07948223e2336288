"""``leadbook refresh BOOK``: what the button in the workbook runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbook.cli.failures import code_for, sentence
from leadbook.cli.options import _span, language_option, remember_book, run_options
from leadbook.cli.progress import progress
from leadbook.errors import LeadbookError, UsedWrongly

if TYPE_CHECKING:
    from leadbook.app.refresh import Refreshed
    from leadbook.app.run import Options

_FILE = click.Path(path_type=Path)


@click.command("refresh")
@click.argument("book", callback=remember_book)
@click.option("--live", is_flag=True, help="Read and write the book that is open in Excel here, unsaved cells too.")
@click.option("--answer", type=_FILE, help="Write what is to be put into cells to this file; BOOK is only read.")
@click.option("--cells", type=_FILE, help="With --answer: the cells of the open book, as the macro saves them.")
@click.option("--today", help="Compute as of this date (default: today).")
@click.option("--policy", type=_FILE, help="Use this policy file instead of the Policy sheet.")
@click.option("--wait", default="0", callback=_span, help="Wait this long for a busy book, such as 15m.")
@click.option("--json", "as_json", is_flag=True, help="Print the run report as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
@language_option
def command(
    book: str, live: bool, answer: Path | None, cells: Path | None, today: str | None, policy: Path | None,
    wait: float, as_json: bool, quiet: bool, lang: str | None,
) -> int:  # fmt: skip
    """Write fresh results into BOOK while it is open: the button in the workbook runs this.

    With --answer, what is to be put into cells is written to a file instead, and BOOK is only read; with both
    --live and --answer that file only holds the message. With neither, the book is refreshed where it is open;
    if it is open nowhere here, its file is written. Refresh makes no snapshot: History stays as it is.
    """
    if cells and (live or not answer):
        raise UsedWrongly("cells_without_answer")
    with progress(quiet or as_json or answer is not None) as show:
        options = partial(run_options, lang, policy, today, None, None, show)
        if answer is not None:
            return _told(_answered(book, answer, cells, live, options), as_json, quiet=True)
        from leadbook.app.refresh import refresh

        done = refresh(book, options(), wait, live_only=live)
    return _told(done, as_json, quiet)


def _answered(book: str, answer: Path, cells: Path | None, live: bool, options: Callable[[], Options]) -> Refreshed:
    """Whatever happens, the macro that waits finds an answer that says so."""
    from leadbook.app.refresh import fail_answer, refresh, refresh_answer, tell_answer

    try:
        if not live:
            return refresh_answer(Path(book), options(), answer, cells)
        done = refresh(book, options(), live_only=True)
        tell_answer(answer, done)
        return done
    except BaseException as fault:
        with suppress(LeadbookError):  # an answer that cannot be written is told on stderr
            fail_answer(answer, sentence(fault), code_for(fault))
        raise


def _told(done: Refreshed, as_json: bool, quiet: bool) -> int:
    import json

    from leadbook.app.refresh import message
    from leadbook.app.story import report

    if as_json:
        click.echo(json.dumps(report(done.run, done.written, False), ensure_ascii=False, indent=1))
    elif not quiet:
        for line in message(done):
            click.echo(line)
    return done.run.exit_code
