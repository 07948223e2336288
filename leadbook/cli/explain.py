"""``leadbook explain BOOK LEAD``."""

from __future__ import annotations

from pathlib import Path

import click

from leadbook.cli.options import book_argument, reading_options, run_options
from leadbook.cli.passwords import key_for


@click.command("explain")
@book_argument
@click.argument("lead")
@reading_options
def command(
    book: Path, lead: str, lang: str | None, policy: Path | None, today: str | None, extension: Path | None,
    profile: str | None, as_json: bool, show_values: bool, verbose: bool, quiet: bool,
) -> int:  # fmt: skip
    """Tell how LEAD (company name, key or tax ID) of BOOK got its score, tier and next step."""
    import json
    from dataclasses import asdict

    from leadbook.app.explain import find_row, parts, state_of, story
    from leadbook.app.process import check_book

    key = key_for(book)
    run = check_book(book, run_options(lang, policy, today, extension, profile, lambda stage: None, key))
    if as_json:
        row = find_row(run, lead)
        state = state_of(run, row)
        shown = {"lead_key": state["lead_key"], "name": state["company_name"], "total": int(state["total"]),
                 "base": int(state["base"]), "parts": [asdict(part) for part in parts(run, row)]}  # fmt: skip
        click.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    elif not quiet:
        for line in story(run, lead):
            click.echo(line)
    return 0
