"""``leadbook export BOOK --to FORMAT``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leadbook.cli.options import book_argument, json_option, language_option, run_options
from leadbook.cli.passwords import key_for

if TYPE_CHECKING:
    from leadbook.app.export_wanted import Exported

_FORMATS: Final = ("ics", "csv", "json", "parquet", "md", "txt")
_PATH: Final = click.Path(path_type=Path)
_CELLS: Final = 5


@click.command("export")
@book_argument
@click.option("--to", type=click.Choice(_FORMATS), required=True,
              help="ics: calendars; csv, json, parquet: a table; md, txt: a digest to paste into a chat.")  # fmt: skip
@click.option("--rep", help="Only what is this rep's.")
@click.option("--table", help="Which table: LB_Leads, the name of its sheet, or all (default: LB_Results).")
@click.option("-o", "--output", type=_PATH, help="Where to: a file, or a folder for several files.")
@click.option("--today", help="The day of the digest (default: today).")
@click.option("--extension", type=_PATH, help="Your own fields: a JSON file (docs/fields.md).")
@click.option("--show-values", is_flag=True, help="Write personal fields and free text, too.")
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors and the digest.")
@language_option
def command(
    book: Path, to: str, rep: str | None, table: str | None, output: Path | None, today: str | None,
    extension: Path | None, show_values: bool, as_json: bool, quiet: bool, lang: str | None,
) -> int:  # fmt: skip
    """Hand out what stands in BOOK: calendars, tables or digests; the book itself is only read."""
    from leadbook.app.export import export_book
    from leadbook.app.export_wanted import Wanted

    options = run_options(lang, None, today, extension, None, lambda stage: None, key_for(book))
    done = export_book(book, Wanted(to, rep, table, output, show_values), options)
    if as_json:
        click.echo(json.dumps(_report(done), ensure_ascii=False, indent=1))
        return done.exit_code
    if done.text:
        click.echo(done.text, nl=False)
    if not quiet:
        _tell(done)
    return done.exit_code


def _report(done: Exported) -> dict[str, object]:
    return {
        "written": [path.name for path in done.files], "text": done.text or None, "hidden": done.hidden,
        "unplaced": done.unplaced, "lost": done.lost,
    }  # fmt: skip


def _tell(done: Exported) -> None:
    """What was written on stdout; what is not in it on stderr, so that a digest can be piped."""
    text = done.book.labels.text
    for path in done.files:
        click.echo(text("summary.written_copy", file=str(path)))
    if done.hidden:
        click.echo(text("export.hidden", count=len(done.hidden)), err=True)
    if done.unplaced:
        click.echo(text("export.unplaced", count=done.unplaced), err=True)
    if done.lost:
        cells = ", ".join(done.lost[:_CELLS]) + (" …" if len(done.lost) > _CELLS else "")
        click.echo(text("export.lost", count=len(done.lost), cells=cells), err=True)
