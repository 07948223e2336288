"""The ``leadbook`` command: commands are imported when they are used, so that help is instant."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from typing import Final

import click

from leadbook import __version__
from leadbook.cli.failures import chosen_books, chosen_language, exit_for

_COMMANDS: Final = {
    "new": "Create a new workbook from the template.",
    "check": "Check a book and list what is wrong; nothing is written.",
    "process": "Score, rank and plan, and write the results into the book.",
    "collect": "Take forms into the book, without computing results.",
    "refresh": "Write fresh results into a book while it is open; the button runs this.",
    "add-button": "Write a book as .xlsm with the Refresh button in it.",
    "export": "Hand out calendars, tables or a digest of what stands in a book.",
    "archive": "Move closed follow-ups, whole rows with your own columns, to the Done sheet.",
    "upgrade": "Add to an older book what a newer template has; nothing else changes.",
    "explain": "Tell how one lead got its score, tier and next step.",
    "share": "Write a copy with only what one audience may see.",
    "mask": "Mask the full names of contacts that stand in a book.",
    "forget": "Erase one customer from a book, its history and its earlier files.",
    "undo": "Bring back the book as it was before the last run.",
    "verify": "Tell whether books and forms are whole, and whose results they carry.",
    "doctor": "Tell what is in place on this machine, and how to mend what is not.",
    "demo": "Create a sample book, process it and show the summary.",
}


class Commands(click.Group):
    """Names and one-line helps are known here; the module of a command loads on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"leadbook.cli.{name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="leadbook")
def leadbook() -> None:
    """Score, rank and plan sales leads inside the team's own Excel workbook."""


def _answer_signals() -> None:
    """SIGTERM and SIGHUP end the run like Ctrl-C does: with clean-up, a sentence and their own exit code."""

    def end(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; ends with the exit codes of DESIGN §10."""
    _answer_signals()
    chosen_language.clear()  # of another run in this process
    chosen_books.clear()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no large matrices here: starting threads only costs
    gc.disable()  # a short run makes many objects and hardly any cycles
    try:
        code = leadbook.main(args=arguments, prog_name="leadbook", standalone_mode=False)
    except BaseException as fault:  # every end has its code, also ours
        sys.exit(exit_for(fault))
    code = code if isinstance(code, int) else 0
    if arguments is None:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """End the program at once: everything is written, and taking down the arrays of a large book only costs."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return  # the usual end of a program tells it
    os._exit(code)
