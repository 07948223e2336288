"""``leadbook mask BOOK``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leadbook.cli.options import _span, book_argument, json_option, language_option, quiet_option, run_options
from leadbook.cli.passwords import key_for

if TYPE_CHECKING:
    from leadbook.app.mask import Masking

_SHOWN: Final = 40


@click.command("mask")
@book_argument
@click.option("--dry-run", is_flag=True, help="Tell which cells would be masked, write nothing.")
@click.option("--purge-backups", is_flag=True, help="Delete the earlier files that still hold the names; no undo.")
@click.option("--wait", default="0", callback=_span, help="Wait this long for a busy book, such as 15m.")
@click.option("--show-values", is_flag=True, help="Print the names, before and after.")
@json_option
@quiet_option
@language_option
def command(
    book: Path, dry_run: bool, purge_backups: bool, wait: float, show_values: bool, as_json: bool, quiet: bool,
    lang: str | None,
) -> int:  # fmt: skip
    """Mask the full names of contacts in BOOK: surname or initial and an asterisk, as the form asks for."""
    from leadbook.app.mask import mask_book
    from leadbook.app.process import Target

    options = run_options(lang, None, None, None, None, lambda stage: None, key_for(book))
    done = mask_book(book, options, Target(wait=wait, dry_run=dry_run), purge_backups)
    if as_json:
        click.echo(json.dumps(_report(done, show_values), ensure_ascii=False, indent=1))
    elif not quiet:
        _tell(done, book, dry_run, purge_backups, show_values)
    return done.exit_code


def _report(done: Masking, show_values: bool) -> dict[str, object]:
    wanted = ("sheet", "cell", "field", *(("before", "after") if show_values else ()))
    cells = [{name: getattr(cell, name) for name in wanted} for cell in done.cells]
    return {
        "cells": cells, "own_cells": done.also, "left": done.left, "texts": done.texts,
        "earlier_files": done.kept, "purged": done.purged,
        "written": bool(done.outcome and done.outcome.changed),
    }  # fmt: skip


def _tell(done: Masking, book: Path, dry_run: bool, purge: bool, show_values: bool) -> None:
    text = done.labels.text
    if not done.cells:
        click.echo(text("mask.nothing", file=str(book)))
    else:
        places = [cell.place for cell in done.cells]
        click.echo(text("mask.done", cells=len(places), places=_few(places)))
        for cell in done.cells if show_values else ():
            click.echo(f"  {cell.place} {cell.field}: {cell.before} -> {cell.after}")
    if done.also:
        click.echo(text("mask.also", cells=done.also))
    if done.left:
        click.echo(text("mask.left", places=_few(done.left)))
    if done.texts:
        click.echo(text("mask.texts", count=len(done.texts), places=_few(done.texts)))
    if dry_run:
        click.echo(text("summary.dry_run"))
    elif purge:
        click.echo(text("mask.purged", file=str(book), count=done.purged))
    elif done.outcome and done.outcome.changed:
        click.echo(text("mask.kept", file=str(book), count=done.kept))


def _few(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
