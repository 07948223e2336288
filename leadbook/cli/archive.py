"""``leadbook archive BOOK``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbook.cli.options import (
    book_argument,
    day_of,
    json_option,
    language_option,
    quiet_option,
    tell_notices,
    writing_options,
)
from leadbook.cli.passwords import key_for

if TYPE_CHECKING:
    from leadbook.app.archive import Archiving


@click.command("archive")
@book_argument
@click.option("--before", metavar="DATE", help="Only steps done (or, without that day, due) before this date.")
@click.option("--today", help="Archive as of this date (default: today).")
@json_option
@quiet_option
@language_option
@writing_options
def command(
    book: Path, before: str | None, today: str | None, as_json: bool, quiet: bool, lang: str | None, dry_run: bool,
    wait: float, output: Path | None,
) -> int:  # fmt: skip
    """Move the closed follow-ups of BOOK, whole rows with your own columns, to its Done sheet."""
    from leadbook.app.archive import archive_book
    from leadbook.app.process import Target

    limit = day_of(before) if before is not None else None
    done = archive_book(book, Target(output, wait, dry_run), day_of(today), limit, lang, key_for(book))
    if as_json:
        click.echo(json.dumps(_report(done), ensure_ascii=False, indent=1))
    elif not quiet:
        _tell(done, book, output, dry_run)
    if not quiet:
        tell_notices(done.labels, done.outcome)
    return 0


def _report(done: Archiving) -> dict[str, object]:
    written = done.outcome.path.name if done.outcome and done.outcome.changed else None
    return {
        "archived": done.count, "by_status": dict(done.moved), "left": done.stay, "columns_added": list(done.columns),
        "written": written,
    }  # fmt: skip


def _tell(done: Archiving, book: Path, output: Path | None, dry_run: bool) -> None:
    text = done.labels.text
    if not done.count:
        click.echo(text("archive.nothing", sheet=done.sheet, file=str(book)))
        return
    kinds = " · ".join(f"{done.labels.choice('step_status', code)} {count}" for code, count in done.moved.items())
    click.echo(text("archive.moved", count=done.count, statuses=kinds, left=done.stay, sheet=done.sheet))
    if done.columns:
        click.echo(text("archive.columns", columns=", ".join(done.columns)))
    if dry_run:
        click.echo(text("summary.dry_run"))
    elif output:
        click.echo(text("summary.written_copy", file=str(output)))
    else:
        click.echo(text("summary.written", file=str(book)))
