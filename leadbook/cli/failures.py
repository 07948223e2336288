"""How a run that stops is told: one sentence in the reader's language, and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from leadbook import __version__
from leadbook.errors import LeadbookError, RefusedFile

_LOCALES: Final = (("zh_TW", "zh-Hant"), ("zh_HK", "zh-Hant"), ("zh_MO", "zh-Hant"), ("zh", "zh-Hans"), ("vi", "vi"))
chosen_language: list[str] = []  # what --lang said, so that errors speak it too
chosen_books: list[Path] = []  # the books that the command names, so that errors speak their language


def reader_language() -> str:
    """The language of messages when no book is open: --lang, else that of the book that the command names, else the
    locale, else English."""
    return chosen_language[-1] if chosen_language else _of_books() or _of_locale()


def _of_books() -> str:
    """The language that the first of the books says it is in; "" when it does not."""
    if not chosen_books:
        return ""
    from leadbook.labels import LANGUAGES
    from leadbook.workbook.peek import LANGUAGE_PROPERTY, peek_property

    said = peek_property(chosen_books[0], LANGUAGE_PROPERTY)
    return said if said in LANGUAGES else ""


def _of_locale() -> str:
    said = next((os.environ[v] for v in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(v)), "")
    return next((language for prefix, language in _LOCALES if said.startswith(prefix)), "en")


def exit_for(fault: BaseException) -> int:
    """Tell on stderr what stopped the run and give its exit code."""
    if isinstance(fault, click.ClickException):
        fault.show()
    else:
        text = sentence(fault)
        if text:
            _say(text)
    return code_for(fault)


def code_for(fault: BaseException) -> int:
    """The exit code of what stopped a run (DESIGN §10)."""
    if isinstance(fault, SystemExit):
        return fault.code if isinstance(fault.code, int) else 0
    if isinstance(fault, click.exceptions.Exit):
        return int(fault.exit_code)
    if isinstance(fault, KeyboardInterrupt | click.Abort):
        return 130
    if isinstance(fault, click.ClickException):
        return 2
    if isinstance(fault, BrokenPipeError):
        return 0
    if isinstance(fault, LeadbookError):
        return fault.exit_code
    return RefusedFile.exit_code if isinstance(fault, OSError | MemoryError) else 70


def sentence(fault: BaseException) -> str:
    """What stopped a run, in the reader's language; empty for an end that needs no word. A mistake of our
    own is written to a report file, once."""
    if isinstance(fault, SystemExit | click.exceptions.Exit | BrokenPipeError):
        return _worded("interrupted") if code_for(fault) > 128 else ""
    if isinstance(fault, KeyboardInterrupt | click.Abort):
        return _worded("interrupted")
    if isinstance(fault, click.ClickException):
        return fault.format_message()
    if isinstance(fault, LeadbookError) and fault.exit_code != 70:
        return _worded(fault.key, **fault.params)
    if isinstance(fault, OSError):  # the machine's doing, not a mistake in the program
        file = Path(os.fsdecode(fault.filename)).name if isinstance(fault.filename, str | bytes) else ""
        return _worded("system", file=file, reason=fault.strerror or type(fault).__name__)
    if isinstance(fault, MemoryError):
        return _worded("out_of_memory")
    report = getattr(fault, "leadbook_report", None) or _report(fault)
    fault.leadbook_report = report  # type: ignore[attr-defined]
    return _worded("internal", report=report)


def _worded(key: str, **params: object) -> str:
    from leadbook.labels import load_labels

    shown = {name: value if value != "" else "?" for name, value in params.items()}
    return load_labels(reader_language()).text(f"error.{key}", **shown)


def _say(text: str) -> None:
    try:
        print(text, file=sys.stderr, flush=True)
    except OSError:  # a full disk behind stderr must not hide the exit code
        sys.stderr = None


def _report(fault: BaseException) -> str:
    """A file that helps us and holds no value: where it happened and the kind of error, not its message."""
    frames = traceback.extract_tb(fault.__traceback__)
    lines = [f"leadbook {__version__}, Python {sys.version.split()[0]}, {sys.platform}", type(fault).__name__]
    lines += [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
    if isinstance(fault, LeadbookError):
        lines.append(fault.key)
    name = f"leadbook-report-{datetime.now():%Y%m%d-%H%M%S}.txt"
    try:
        Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError:
        return "–"
    return name
