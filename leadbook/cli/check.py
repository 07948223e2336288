"""``leadbook check BOOK``: every finding, nothing written."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.options import book_argument, reading_options, run_options
from leadbook.cli.passwords import key_for
from leadbook.cli.progress import progress


@click.command("check")
@book_argument
@reading_options
def command(
    book: Path, lang: str | None, policy: Path | None, today: str | None, extension: Path | None, profile: str | None,
    as_json: bool, show_values: bool, verbose: bool, quiet: bool,
) -> int:  # fmt: skip
    """Check BOOK against the schemas and list what is wrong; nothing is written."""
    import json

    from leadbook.app.process import check_book
    from leadbook.app.story import report
    from leadbook.cli.summary import finding_lines

    key = key_for(book)
    with progress(quiet or as_json) as show:
        run = check_book(book, run_options(lang, policy, today, extension, profile, show, key))
    text = run.book.labels.text
    if as_json:
        click.echo(json.dumps(report(run, None, show_values), ensure_ascii=False, indent=1))
    elif not quiet:
        shown = [t for t in run.told if verbose or profile or t.finding.kind.severity != "hint"]
        for line in finding_lines(shown, show_values):
            click.echo(line)
        counts = run.counts
        click.echo(text("summary.findings", errors=counts["error"], warnings=counts["warning"], hints=counts["hint"]))
        click.echo(text("summary.checked"))
    return run.exit_code
