"""``leadbook share BOOK OUT --audience NAME``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leadbook.cli.options import book_argument, json_option, language_option, quiet_option, run_options
from leadbook.cli.passwords import key_for, new_password

if TYPE_CHECKING:
    from leadbook.app.share import Shared

_PATH: Final = click.Path(path_type=Path)
_SHOWN: Final = 10


@click.command("share")
@book_argument
@click.argument("out", type=_PATH)
@click.option("--audience", required=True, help="marketing, delivery, management, partner, or one of --audiences.")
@click.option("--audiences", type=_PATH, help="Your own table of audiences: a JSON file (docs/privacy.md).")
@click.option("--encrypt", is_flag=True, help="Lock OUT with a password: asked for, or from LEADBOOK_PASSWORD.")
@click.option("--force", is_flag=True, help="Replace OUT when it is there already.")
@click.option("--today", help="The day written on the copy (default: today).")
@click.option("--extension", type=_PATH, help="Your own fields: a JSON file (docs/fields.md).")
@json_option
@quiet_option
@language_option
def command(
    book: Path, out: Path, audience: str, audiences: Path | None, encrypt: bool, force: bool, today: str | None,
    extension: Path | None, as_json: bool, quiet: bool, lang: str | None,
) -> int:  # fmt: skip
    """Write OUT, a new workbook that holds only what this audience may see of BOOK."""
    from leadbook.app.share import Copy, share_book
    from leadbook.workbook.guard import check_path

    check_path(book)
    key = key_for(book)
    password = new_password(out.name) or "" if encrypt else None
    options = run_options(lang, None, today, extension, None, lambda stage: None, key)
    done = share_book(book, Copy(out, audience, audiences, password, force), options)
    if as_json:
        click.echo(json.dumps(_report(done, out, encrypt), ensure_ascii=False, indent=1))
    elif not quiet:
        _tell(done, out, encrypt)
    return done.exit_code


def _report(done: Shared, out: Path, encrypted: bool) -> dict[str, object]:
    return {
        "written": out.name, "audience": done.audience, "encrypted": encrypted, "rows": done.rows,
        "left_out": {"sheets": done.sheets, "columns": done.columns, "parts": done.parts}, "lost": done.lost,
    }  # fmt: skip


def _tell(done: Shared, out: Path, encrypted: bool) -> None:
    text = done.book.labels.text
    rows = " · ".join(f"{name} {count}" for name, count in done.rows.items())
    click.echo(text("share.done_locked" if encrypted else "share.done", file=str(out), rows=rows))
    for key, names in (("share.left_sheets", done.sheets), ("share.left_columns", done.columns)):
        if names:
            click.echo(text(key, names=_few(names)))
    if done.parts:
        parts = ", ".join(f"{text(f'share.part.{kind}')} {count}" for kind, count in done.parts.items())
        click.echo(text("share.left_parts", parts=parts))
    if done.lost:
        click.echo(text("export.lost", count=len(done.lost), cells=_few(done.lost)), err=True)
    if not done.audited:
        click.echo(text("notice.audit_not_written"), err=True)


def _few(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
