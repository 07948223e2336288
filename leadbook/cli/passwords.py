"""Passwords come from a hidden prompt or the environment, never from the command line (R18)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from leadbook.cli.failures import reader_language

if TYPE_CHECKING:
    from leadbook.app.unlock import Key

VARIABLE: Final = "LEADBOOK_PASSWORD"
NEW_VARIABLE: Final = "LEADBOOK_NEW_PASSWORD"


def key_for(book: Path) -> Key:
    """The key of a book: the environment's, or asked for on a terminal when the book needs one.

    Raises RefusedFile as ``check_path`` does.
    """
    from leadbook.app.unlock import Key
    from leadbook.workbook.crypt import is_encrypted
    from leadbook.workbook.guard import check_path

    password = os.environ.get(VARIABLE)
    if password is None and sys.stdin is not None and sys.stdin.isatty():
        check_path(book)
        try:
            locked = is_encrypted(book.read_bytes())
        except OSError:
            locked = False  # whoever reads the book says what is wrong with it
        password = _asked("password.ask", book.name) if locked else None
    return Key(password)


def new_password(file: str) -> str | None:
    """The password of a new file, asked for twice on a terminal; without one that of the book, ``None`` without any."""
    password = os.environ.get(NEW_VARIABLE)
    if password is None and sys.stdin is not None and sys.stdin.isatty():
        password = _asked("password.new", file, again=True)
    return os.environ.get(VARIABLE) if password is None else password


def _asked(label: str, file: str, again: bool = False) -> str:
    from leadbook.labels import load_labels

    text = load_labels(reader_language()).text
    repeat = text("password.again") if again else False
    answer: str = click.prompt(text(label, file=file), hide_input=True, confirmation_prompt=repeat, err=True)
    return answer
