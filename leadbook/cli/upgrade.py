"""``leadbook upgrade BOOK``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leadbook.cli.options import (
    book_argument,
    json_option,
    language_option,
    quiet_option,
    tell_notices,
    writing_options,
)
from leadbook.cli.passwords import key_for

if TYPE_CHECKING:
    from leadbook.app.upgrade import Upgrading

_MEMORY: Final = "LB_History"


@click.command("upgrade")
@book_argument
@json_option
@quiet_option
@language_option
@writing_options
def command(
    book: Path, as_json: bool, quiet: bool, lang: str | None, dry_run: bool, wait: float, output: Path | None
) -> int:
    """Add to BOOK what a newer template has: sheets, columns, lists, settings. What is there stays as it is."""
    from leadbook.app.process import Target
    from leadbook.app.upgrade import upgrade_book

    done = upgrade_book(book, Target(output, wait, dry_run), lang, key_for(book))
    written = done.outcome.path.name if done.outcome and done.outcome.changed else None
    if as_json:
        click.echo(json.dumps(_report(done, written), ensure_ascii=False, indent=1))
        return 0
    if quiet:
        return 0
    tell_notices(done.labels, done.outcome)
    for line in _lines(done, book):
        click.echo(line)
    text = done.labels.text
    if dry_run:
        click.echo(text("summary.dry_run"))
    elif written is None:
        click.echo(text("summary.unchanged", file=str(book)))
    elif output:
        click.echo(text("summary.written_copy", file=str(output)))
    else:
        click.echo(text("summary.written", file=str(book)))
    return 0


def _report(done: Upgrading, written: str | None) -> dict[str, object]:
    added = [{"kind": item.kind, "where": item.where, "name": item.name} for item in done.items]
    skipped = [asdict(item) for item in done.skipped]
    moved = [{"where": item.where, "name": item.name} for item in done.moved]
    return {"from": done.old, "to": done.new, "added": added, "moved": moved, "skipped": skipped, "written": written}


def _lines(done: Upgrading, book: Path) -> Iterator[str]:
    """One line for each kind and place, then what could not come, in every run as long as that is so."""
    text = done.labels.text
    if not done.items and done.skipped:
        yield text("upgrade.missing", file=str(book), version=done.new, count=len(done.skipped))
    elif not done.items:
        yield text("upgrade.nothing", file=str(book), version=done.new)
    else:
        yield text("upgrade.head", file=str(book), old=done.old or "?", new=done.new, count=len(done.items))
    for (kind, where), items in groupby(done.items, lambda item: (item.kind, item.where)):
        names = ", ".join(item.name for item in items)
        yield "  " + text(f"upgrade.{kind}", where=where, names=names)
    for where, items in groupby(done.moved, lambda item: item.where):
        yield "  " + text("upgrade.move", where=where, names=", ".join(item.name for item in items))
    for item in done.skipped:
        place = item.cell or item.where
        yield "  " + text("upgrade.skipped", name=item.name, where=item.where, cell=place)
    if done.skipped:
        yield "  " + text("upgrade.room")
    if any(item.where == _MEMORY for item in done.skipped):
        yield "  " + text("upgrade.memory")
