"""``leadbook process BOOK``: the weekly run."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.options import (
    answer_option,
    book_argument,
    forms_option,
    jobs_option,
    reading_options,
    run_options,
    writing_options,
)
from leadbook.cli.passwords import key_for
from leadbook.cli.progress import counted, progress


@click.command("process")
@book_argument
@forms_option
@answer_option
@jobs_option
@reading_options
@writing_options
def command(
    book: Path, forms: tuple[Path, ...], no_answer: bool, jobs: int | None, lang: str | None, policy: Path | None,
    today: str | None, extension: Path | None, profile: str | None, as_json: bool, show_values: bool, verbose: bool,
    quiet: bool, dry_run: bool, wait: float, output: Path | None,
) -> int:  # fmt: skip
    """Score, rank and plan the leads of BOOK and write the results back into it."""
    from leadbook.cli.memory import keep_freed, plain_pandas

    keep_freed()
    plain_pandas()
    from leadbook.app.process import Target, process_book
    from leadbook.app.runner import runner_of
    from leadbook.app.unlock import plain_kept
    from leadbook.cli.summary import print_run

    key = key_for(book)
    with progress(quiet or as_json) as show:
        options = run_options(lang, policy, today, extension, profile, show, key)
        target = Target(output, wait, dry_run, forms, not no_answer)
        done = process_book(book, options, target, counted(show), runner_of(jobs))
    print_run(done.run, done, as_json=as_json, quiet=quiet, verbose=verbose, show_values=show_values)
    if not (as_json or quiet):
        click.echo(_ending(done, book, output, dry_run))
        if key.password and (bare := plain_kept(book)):
            click.echo(done.run.book.labels.text("password.plain_kept", file=str(book), count=bare), err=True)
    return done.exit_code


def _ending(done: object, book: Path, output: Path | None, dry_run: bool) -> str:
    from leadbook.app.process import Processed

    assert isinstance(done, Processed)
    text = done.run.book.labels.text
    if dry_run:
        return text("summary.dry_run")
    if done.outcome is None or not done.outcome.changed:
        return text("summary.unchanged", file=str(book))
    return text("summary.written_copy", file=str(output)) if output else text("summary.written", file=str(book))
