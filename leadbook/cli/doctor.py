"""``leadbook doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbook.cli.failures import reader_language
from leadbook.cli.options import _PATH, language_option, remember_book
from leadbook.cli.passwords import key_for

if TYPE_CHECKING:
    from leadbook.app.item import Item
    from leadbook.labels import Labels


@click.command("doctor")
@click.argument("book", type=_PATH, required=False, callback=remember_book)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what is missing.")
@language_option
def command(book: Path | None, as_json: bool, quiet: bool, lang: str | None) -> int:
    """Tell what is in place on this machine, and how to mend what is not.

    With BOOK also whether its Refresh button can work here.
    """
    import json
    from dataclasses import asdict

    from leadbook.app.doctor import examine, examine_button
    from leadbook.labels import load_labels

    labels = load_labels(lang or reader_language())
    chain = examine_button(labels, book, key=key_for(book) if book else None)
    groups = {"doctor.title": list(examine(labels, Path.cwd())), "doctor.chain": list(chain)}
    items = [item for group in groups.values() for item in group]
    if as_json:
        click.echo(json.dumps([asdict(item) for item in items], ensure_ascii=False, indent=1))
    else:
        for title, group in groups.items():
            shown = [item for item in group if not quiet or item.present is False]
            if shown:
                click.echo(labels.text(title))
            for item in shown:
                click.echo("  " + _line(labels, item))
    return 0 if all(item.present is not False or not item.needed for item in items) else 1


def _line(labels: Labels, item: Item) -> str:
    if item.present is None:
        return f"? {item.name}: {item.note}"
    if item.present:
        return f"+ {item.name}: {labels.text('doctor.ok')}" + (f" ({item.note})" if item.note else "")
    return f"- {item.name}: {labels.text('doctor.missing')}" + (f"  {item.fix}" if item.fix else "")
