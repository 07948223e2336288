"""``leadbook demo``."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.failures import reader_language
from leadbook.cli.options import language_option, run_options
from leadbook.cli.progress import progress


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), default="leadbook-demo")
@language_option
def command(folder: Path, lang: str | None) -> int:
    """Create a sample team book in FOLDER, process it, and tell where it is."""
    from leadbook.app.demo import demo_book, demo_date
    from leadbook.app.process import Target, process_book
    from leadbook.cli.summary import print_run

    path = demo_book(folder, lang or reader_language())
    with progress(False) as show:
        done = process_book(path, run_options(None, None, demo_date(), None, None, show), Target())
    print_run(done.run, done, as_json=False, quiet=False, verbose=False, show_values=False)
    text = done.run.book.labels.text
    click.echo()
    click.echo(text("summary.demo_where", file=str(path.resolve())))
    click.echo(text("summary.demo_open"))
    return 0
