"""``leadbook add-button BOOK``."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.options import _PATH, book_argument, json_option, language_option, quiet_option
from leadbook.cli.passwords import key_for


@click.command("add-button")
@book_argument
@click.option("-o", "--output", type=_PATH, help="Write the new book here (default: BOOK with the ending .xlsm).")
@json_option
@quiet_option
@language_option
def command(book: Path, output: Path | None, as_json: bool, quiet: bool, lang: str | None) -> int:
    """Write BOOK (.xlsx) as a new .xlsm book with the Refresh button; BOOK stays as it is."""
    import json

    from leadbook.app.add_button import add_button_to

    added = add_button_to(book, output, lang, key_for(book))
    text = added.labels.text
    if as_json:
        click.echo(json.dumps({"written": added.path.name, "sheets": added.sheets}, ensure_ascii=False, indent=1))
    if as_json or quiet:
        return 0
    click.echo(text("summary.button_added", output=str(added.path), sheets=", ".join(added.sheets), file=str(book)))
    click.echo(text("summary.button_next", output=str(added.path)))
    if added.locked:
        click.echo(text("summary.button_locked", output=str(added.path)))
    return 0
