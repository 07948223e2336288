"""``leadbook doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.failures import reader_language
from leadbook.cli.options import language_option


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@language_option
def command(as_json: bool, lang: str | None) -> int:
    """Tell what is in place on this machine, and how to mend what is not."""
    import json
    from dataclasses import asdict

    from leadbook.app.doctor import examine
    from leadbook.labels import load_labels

    labels = load_labels(lang or reader_language())
    items = list(examine(labels, Path.cwd()))
    if as_json:
        click.echo(json.dumps([asdict(item) for item in items], ensure_ascii=False, indent=1))
    else:
        click.echo(labels.text("doctor.title"))
        for item in items:
            state = labels.text("doctor.ok" if item.present else "doctor.missing")
            hint = f"  {item.fix}" if item.fix and not item.present else ""
            click.echo(f"  {'+' if item.present else '-'} {item.name}: {state}{hint}")
    return 0 if all(item.present or not item.needed for item in items) else 1
