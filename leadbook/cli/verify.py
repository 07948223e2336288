"""``leadbook verify BOOK…``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadbook.cli.failures import reader_language, sentence
from leadbook.cli.options import _PATH, json_option, language_option, remember_book
from leadbook.cli.passwords import key_for

if TYPE_CHECKING:
    from leadbook.app.verify import Verdict
    from leadbook.labels import Labels


@click.command("verify")
@click.argument("books", type=_PATH, nargs=-1, required=True, callback=remember_book)
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Print only what is wrong.")
@language_option
def command(books: tuple[Path, ...], as_json: bool, quiet: bool, lang: str | None) -> int:
    """Tell for each book or form whether it is whole and whose results it carries; nothing is written.

    Looks at the package, its tables, key rows and names, at leftovers beside it, the audit log and the kept versions.
    """
    import json

    from leadbook.app.verify import exit_code, verify
    from leadbook.labels import load_labels

    labels = load_labels(lang or reader_language())
    verdicts = [verify(book, key_for(book)) for book in books]
    if as_json:
        click.echo(json.dumps([verdict.as_json() for verdict in verdicts], ensure_ascii=False, indent=1))
    for verdict in () if as_json else verdicts:
        if verdict.refused is not None:
            click.echo(sentence(verdict.refused), err=len(verdicts) == 1)
        elif verdict.faults or not quiet:
            click.echo(_line(labels, verdict))
            for fault in verdict.faults:
                click.echo("  " + labels.text(f"verify.fault.{fault.code}", **fault.params))
    return exit_code(verdicts)


def _line(labels: Labels, verdict: Verdict) -> str:
    state = labels.text("verify.faults", count=len(verdict.faults)) if verdict.faults else labels.text("verify.whole")
    told = {"time": verdict.written or "?", "version": verdict.version or "?"}
    return labels.text("verify.line", file=verdict.file, state=state, by=labels.text(f"verify.by.{verdict.by}", **told))
