"""``leadbook new book PATH`` and ``leadbook new form PATH``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbook.cli.failures import reader_language
from leadbook.cli.options import json_option, language_option, quiet_option, remember_book

if TYPE_CHECKING:
    from leadbook.labels import Labels


@click.group("new")
def command() -> None:
    """Create a new workbook from the template."""


@command.command("book")
@click.argument("path", type=click.Path(path_type=Path))
@json_option
@quiet_option
@language_option
def book(path: Path, as_json: bool, quiet: bool, lang: str | None) -> int:
    """Create a new team book at PATH in the language of --lang; .xlsm has the Refresh button, .xlsx has no macro."""
    from leadbook.app.new import new_book
    from leadbook.labels import load_labels

    language = lang or reader_language()
    new_book(path, language)
    _tell([path], load_labels(language), as_json, quiet)
    return 0


@command.command("form")
@click.argument("path", type=click.Path(path_type=Path))
@json_option
@quiet_option
@language_option
@click.option("--rep", default="", help="Who fills the form: written in as owner of the customer.")
@click.option("-n", "--count", type=click.IntRange(1, 999), help="Make this many, numbered PATH-01, PATH-02 …")
@click.option("--book", "book_path", type=click.Path(path_type=Path), callback=remember_book,
              help="Score by the policy of this book.")  # fmt: skip
def form(
    path: Path, as_json: bool, quiet: bool, lang: str | None, rep: str, count: int | None, book_path: Path | None
) -> int:
    """Create a customer form at PATH (.xlsx) with a live score; nothing is overwritten."""
    from leadbook.app.new import new_forms
    from leadbook.labels import load_labels

    made = new_forms(path, lang, reader_language(), rep.strip(), count, book_path)
    _tell(made, load_labels(lang or reader_language()), as_json, quiet)
    return 0


def _tell(made: Sequence[Path], labels: Labels, as_json: bool, quiet: bool) -> None:
    import json

    first, last = str(made[0]), str(made[-1])
    if as_json:
        click.echo(json.dumps({"written": [path.name for path in made]}, ensure_ascii=False, indent=1))
    elif not quiet and len(made) == 1:
        click.echo(labels.text("summary.created", file=first))
    elif not quiet:
        click.echo(labels.text("summary.created_many", count=len(made), first=first, last=last))
