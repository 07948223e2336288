"""``leadbook doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbook.cli.failures import reader_language
from leadbook.cli.options import _PATH, language_option

if TYPE_CHECKING:
    from leadbook.app.item import Item
    from leadbook.labels import Labels


@click.command("doctor")
@click.argument("book", type=_PATH, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@language_option
def command(book: Path | None, as_json: bool, lang: str | None) -> int:
    """Tell what is in place on this machine, and how to mend what is not.

    With BOOK also whether its Refresh button can work here.
    """
    import json
    from dataclasses import asdict

    from leadbook.app.doctor import examine, examine_button
    from leadbook.labels import load_labels

    labels = load_labels(lang or reader_language())
    groups = {"doctor.title": list(examine(labels, Path.cwd())), "doctor.chain": list(examine_button(labels, book))}
    items = [item for group in groups.values() for item in group]
    if as_json:
        click.echo(json.dumps([asdict(item) for item in items], ensure_ascii=False, indent=1))
    else:
        for title, group in groups.items():
            click.echo(labels.text(title))
            for item in group:
                click.echo("  " + _line(labels, item))
    return 0 if all(item.present is not False or not item.needed for item in items) else 1


def _line(labels: Labels, item: Item) -> str:
    if item.present is None:
        return f"? {item.name}: {item.note}"
    if item.present:
        return f"+ {item.name}: {labels.text('doctor.ok')}" + (f" ({item.note})" if item.note else "")
    return f"- {item.name}: {labels.text('doctor.missing')}" + (f"  {item.fix}" if item.fix else "")
