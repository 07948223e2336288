"""Options that several commands share (DESIGN §10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from leadbook.cli.failures import chosen_books, chosen_language
from leadbook.errors import UsedWrongly

if TYPE_CHECKING:
    from leadbook.app.run import Options
    from leadbook.app.unlock import Key
    from leadbook.labels import Labels
    from leadbook.workbook.protocol import Outcome

LANGUAGES: Final = ("en", "zh-Hans", "zh-Hant", "vi")
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|)\Z")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
_MOST_JOBS: Final = 61  # as many processes as Windows can wait for
_PROFILES: Final = ("first_contact", "periodic_revisit", "deep_mining", "cross_department")
_PATH: Final = click.Path(path_type=Path)
Command = Callable[..., Any]


def _remember(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value:
        chosen_language.append(value)
    return value


def _span(ctx: click.Context, param: click.Parameter, value: str) -> float:
    found = _SPAN.match(value.strip())
    if found is None:
        raise click.BadParameter("write a time such as 30s, 15m or 1h")
    return float(found[1]) * _SECONDS[found[2]]


def remember_book(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """What a command is told before it has opened its book is said in the language of that book."""
    for book in value if isinstance(value, tuple) else (value,):
        if book:
            chosen_books.append(Path(book))
    return value


def book_argument(command: Command) -> Command:
    return click.argument("book", type=_PATH, callback=remember_book)(command)


def language_option(command: Command) -> Command:
    text = "Language of messages and results (default: the book's)."
    return click.option("--lang", type=click.Choice(LANGUAGES), callback=_remember, is_eager=True, help=text)(command)


def quiet_option(command: Command) -> Command:
    return click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")(command)


def reading_options(command: Command) -> Command:
    """--lang --policy --today --extension --profile --json --show-values -v -q"""
    for option in (
        quiet_option,
        click.option("-v", "--verbose", is_flag=True, help="Print every finding and the time of each stage."),
        click.option("--show-values", is_flag=True, help="Print values of personal fields, too."),
        click.option("--json", "as_json", is_flag=True, help="Print the run report as JSON."),
        click.option("--profile", type=click.Choice(_PROFILES), help="Also report what this situation still needs."),
        click.option("--extension", type=_PATH, help="Your own fields: a JSON file (docs/fields.md)."),
        click.option("--today", help="Compute as of this date (default: today)."),
        click.option("--policy", type=_PATH, help="Use this policy file instead of the Policy sheet."),
        language_option,
    ):
        command = option(command)
    return command


def json_option(command: Command) -> Command:
    return click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")(command)


def writing_options(command: Command) -> Command:
    """--dry-run --wait -o"""
    for option in (
        click.option("-o", "--output", type=_PATH, help="Write a copy here; the book stays as it is."),
        click.option("--wait", default="0", callback=_span, help="Wait this long for a busy book, such as 15m."),
        click.option("--dry-run", is_flag=True, help="Compute and report, write nothing."),
    ):
        command = option(command)
    return command


def answer_option(command: Command) -> Command:
    text = "Leave the forms as they are; their answer blocks are not filled."
    return click.option("--no-answer", is_flag=True, help=text)(command)


def jobs_option(command: Command) -> Command:
    text = "Read forms in this many processes (default: one, several for thousands of forms). The result is the same."
    return click.option("--jobs", type=click.IntRange(1, _MOST_JOBS), help=text)(command)


def forms_option(command: Command) -> Command:
    text = "Take in the forms of this folder first (may be given several times)."
    return click.option("--forms", "forms", multiple=True, type=_PATH, metavar="DIR", help=text)(command)


def run_options(
    lang: str | None, policy: Path | None, today: str | None, extension: Path | None, profile: str | None,
    progress: Any, key: Key | None = None,
) -> Options:  # fmt: skip
    """The options of a run from the words of the command line; ``key`` opens a book with a password."""
    from leadbook.app.run import Options
    from leadbook.app.unlock import Key
    from leadbook.workbook.processes import user

    return Options(day_of(today), lang, policy, profile, extension, user(), progress=progress, key=key or Key())


def tell_notices(labels: Labels, outcome: Outcome | None) -> None:
    """What is worth telling about the write itself, on stderr."""
    for notice in outcome.notices if outcome else ():
        click.echo(labels.text(f"notice.{notice}"), err=True)


def day_of(text: str | None) -> date:
    """A date from the words of the command line; without them today. Raises UsedWrongly ``date_unreadable``."""
    from leadbook.intake.columns import parse_date

    day = date.today() if text is None else parse_date(text, date.today())
    if day is None:
        raise UsedWrongly("date_unreadable", value=text)
    return day
