"""``leadbook undo BOOK``."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.failures import reader_language
from leadbook.cli.options import _span, book_argument, json_option, language_option, quiet_option


@click.command("undo")
@book_argument
@click.option("--discard-edits", is_flag=True, help="Go back even when the book was edited since the last run.")
@click.option("--wait", default="0", callback=_span, help="Wait this long for a busy book, such as 15m.")
@json_option
@quiet_option
@language_option
def command(book: Path, discard_edits: bool, wait: float, as_json: bool, quiet: bool, lang: str | None) -> int:
    """Bring BOOK back as it was before the last run; again for the run before that."""
    import json

    from leadbook.labels import load_labels
    from leadbook.workbook.protocol import undo

    outcome = undo(book, discard_edits=discard_edits, wait_seconds=wait)
    labels = load_labels(lang or reader_language())
    assert outcome.undone is not None, "undo says which write it took back"
    if as_json:
        click.echo(json.dumps({"written": outcome.path.name, "undone": outcome.undone.isoformat(timespec="seconds")}))
    elif not quiet:
        time = f"{outcome.undone.astimezone():%Y-%m-%d %H:%M:%S}"
        click.echo(labels.text("summary.undone", file=str(book), time=time))
    return 0
