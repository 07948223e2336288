"""``leadbook new book PATH`` and ``leadbook new form PATH``."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.failures import reader_language
from leadbook.cli.options import language_option


@click.group("new")
def command() -> None:
    """Create a new workbook from the template."""


@command.command("book")
@click.argument("path", type=click.Path(path_type=Path))
@language_option
def book(path: Path, lang: str | None) -> int:
    """Create a new team book at PATH in the language of --lang; .xlsm has the Refresh button, .xlsx has no macro."""
    from leadbook.app.new import new_book
    from leadbook.labels import load_labels

    language = lang or reader_language()
    new_book(path, language)
    click.echo(load_labels(language).text("summary.created", file=str(path)))
    return 0


@command.command("form")
@click.argument("path", type=click.Path(path_type=Path))
@language_option
@click.option("--rep", default="", help="Who fills the form: written in as owner of the customer.")
@click.option("-n", "--count", type=click.IntRange(1, 999), help="Make this many, numbered PATH-01, PATH-02 …")
@click.option("--book", "book_path", type=click.Path(path_type=Path), help="Score by the policy of this book.")
def form(path: Path, lang: str | None, rep: str, count: int | None, book_path: Path | None) -> int:
    """Create a customer form at PATH (.xlsx) with a live score; nothing is overwritten."""
    from leadbook.app.new import new_forms
    from leadbook.labels import load_labels

    made = new_forms(path, lang, reader_language(), rep.strip(), count, book_path)
    labels = load_labels(lang or reader_language())
    if len(made) == 1:
        click.echo(labels.text("summary.created", file=str(made[0])))
    else:
        first, last = str(made[0]), str(made[-1])
        click.echo(labels.text("summary.created_many", count=len(made), first=first, last=last))
    return 0
