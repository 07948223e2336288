"""``leadbook new book PATH``."""

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
    """Create a new team book at PATH (.xlsx), in the language of --lang."""
    from leadbook.app.new import new_book
    from leadbook.labels import load_labels

    language = lang or reader_language()
    new_book(path, language)
    click.echo(load_labels(language).text("summary.created", file=str(path)))
    return 0
