"""``leadbook forget BOOK --lead KEY``."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leadbook.cli.options import _span, book_argument, json_option, language_option, quiet_option, run_options
from leadbook.cli.passwords import key_for
from leadbook.errors import UsedWrongly

if TYPE_CHECKING:
    from leadbook.app.forget import Forgotten

_PATH: Final = click.Path(path_type=Path)
_SHOWN: Final = 20


@click.command("forget")
@book_argument
@click.option("--lead", required=True, metavar="KEY", help="Key, tax ID or company name of the customer.")
@click.option("--forms", "forms", multiple=True, type=_PATH, metavar="DIR",
              help="Delete the customer's forms in this folder, too (may be given several times).")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Tell what would be erased, write nothing.")
@click.option("--wait", default="0", callback=_span, help="Wait this long for a busy book, such as 15m.")
@json_option
@quiet_option
@language_option
def command(
    book: Path, lead: str, forms: tuple[Path, ...], yes: bool, dry_run: bool, wait: float, as_json: bool,
    quiet: bool, lang: str | None,
) -> int:  # fmt: skip
    """Erase one customer from BOOK for good: every sheet, history and earlier file; there is no undo."""
    from leadbook.app.forget import find_customer, forget_book, report
    from leadbook.app.process import Target

    options = run_options(lang, None, None, None, None, lambda stage: None, key_for(book))
    customer, labels = find_customer(book, lead, options)
    if not (yes or dry_run):
        if sys.stdin is None or not sys.stdin.isatty():
            raise UsedWrongly("forget_needs_yes", file=book.name)
        click.confirm(labels.text("forget.ask", name=customer.name, file=str(book)), abort=True, err=True)
    done = forget_book(book, lead, options, Target(wait=wait, dry_run=dry_run, forms=forms))
    if as_json:
        click.echo(json.dumps(report(done), ensure_ascii=False, indent=1))
    elif not quiet:
        _tell(done, book, dry_run)
    return done.exit_code


def _tell(done: Forgotten, book: Path, dry_run: bool) -> None:
    """Where it was; never what stood there."""
    text = done.labels.text
    if dry_run:
        click.echo(text("forget.would", file=str(book)))
    else:
        click.echo(text("forget.done", file=str(book), receipt=done.receipt))
    for sheet, rows in done.rows.items():
        if rows:
            click.echo(f"  {text('forget.sheet', sheet=sheet, rows=_few([str(row) for row in rows]))}")
    counts = done.counts
    click.echo(f"  {text('forget.counts', cells=counts['cells'], notes=done.notes, links=done.links)}")
    click.echo(f"  {text('forget.would_files' if dry_run else 'forget.files', files=done.backups)}")
    if done.forms_gone:
        click.echo(f"  {text('forget.forms_gone', files=_few(done.forms_gone))}")
    stay = [file for file in done.forms if file not in done.forms_gone]
    if stay:
        click.echo(text("forget.forms", files=_few(stay)))
    if done.left:
        click.echo(text("forget.left", places=_few(done.left)))
    if done.unread:
        click.echo(text("forget.unread", count=len(done.unread), places=_few(done.unread)))
    click.echo(text("summary.dry_run") if dry_run else text("forget.next", file=str(book)))


def _few(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
