"""``leadbook collect BOOK DIR…``: forms into the book."""

from __future__ import annotations

import json
from pathlib import Path

import click

from leadbook.cli.options import (
    answer_option,
    book_argument,
    jobs_option,
    reading_options,
    run_options,
    writing_options,
)
from leadbook.cli.passwords import key_for
from leadbook.cli.progress import counted, progress


@click.command("collect")
@book_argument
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@answer_option
@jobs_option
@reading_options
@writing_options
def command(
    book: Path, folders: tuple[Path, ...], no_answer: bool, jobs: int | None, lang: str | None, policy: Path | None,
    today: str | None, extension: Path | None, profile: str | None, as_json: bool, show_values: bool, verbose: bool,
    quiet: bool, dry_run: bool, wait: float, output: Path | None,
) -> int:  # fmt: skip
    """Take the forms in FOLDERS into BOOK: new customers become rows, known ones are brought up to date."""
    from leadbook.app.collecting import collect_book
    from leadbook.app.process import Target
    from leadbook.app.runner import runner_of
    from leadbook.app.story import report
    from leadbook.cli.forms import form_lines, forms_report
    from leadbook.cli.summary import finding_lines

    key = key_for(book)
    with progress(quiet or as_json) as show:
        options = run_options(lang, policy, today, extension, profile, show, key)
        target = Target(output, wait, dry_run, folders, not no_answer)
        done = collect_book(book, folders, options, target, runner=runner_of(jobs), tick=counted(show))
    run, text = done.run, done.run.book.labels.text
    changed = done.outcome is not None and done.outcome.changed
    if as_json:
        forms = forms_report(run, done.collected, done.answered, show_values)
        written = done.outcome.path.name if done.outcome and changed else None
        click.echo(json.dumps({**report(run, written, show_values), "forms": forms}, ensure_ascii=False, indent=1))
    elif not quiet:
        for line in form_lines(run, done.collected, done.answered, verbose=verbose, show_values=show_values):
            click.echo(line)
        counts = run.counts
        click.echo(text("summary.findings", errors=counts["error"], warnings=counts["warning"], hints=counts["hint"]))
        for line in finding_lines([item for item in run.told if verbose], show_values):
            click.echo(f"  {line}")
        if dry_run:
            click.echo(text("summary.dry_run"))
        elif not changed:
            click.echo(text("collect.nothing", file=str(book)))
        elif output:
            click.echo(text("summary.written_copy", file=str(output)))
        else:
            click.echo(text("summary.written", file=str(book)))
    return done.exit_code
