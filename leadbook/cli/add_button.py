"""``leadbook add-button BOOK``."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.options import _PATH, book_argument, language_option


@click.command("add-button")
@book_argument
@click.option("-o", "--output", type=_PATH, help="Write the new book here (default: BOOK with the ending .xlsm).")
@language_option
def command(book: Path, output: Path | None, lang: str | None) -> int:
    """Write BOOK (.xlsx) as a new .xlsm book with the Refresh button; BOOK stays as it is."""
    from leadbook.app.add_button import add_button_to

    added = add_button_to(book, output, lang)
    text = added.labels.text
    click.echo(text("summary.button_added", output=str(added.path), sheets=", ".join(added.sheets), file=str(book)))
    click.echo(text("summary.button_next", output=str(added.path)))
    return 0
