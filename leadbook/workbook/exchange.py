"""The two files between macro and command: one record a line, fields separated by tabs.

Cells (macro to command): ``leadbook-cells 1`` (with a third field ``utf-8`` if the file is not ASCII); for each
sheet with a leadbook table ``S name`` and a line ``row column type text [f]`` for each cell that is not empty:
``n`` number, ``d`` number shown as a date (serial of the 1900 system), ``s`` text, ``b`` 1 or 0, ``e`` error code;
``f`` marks a formula. Or whole rows, ``R row text text …`` from column 1 on: a text after ``'``, a number as
LibreOffice types it, any other text as it is. Of two lines for a cell the later counts. ``N name target`` may tell
where a defined name or a table is now. ``END`` and the number of cell lines and rows.

Answer (command to macro): ``leadbook-answer 1 exit-code``; ``T text`` lines of the message; ``B sheet top left rows
columns`` followed by that many lines of cells, a type letter before each value, ``f=`` before a formula, nothing to
clear a cell; ``N table sheet range`` for each table whose range changes. ``END`` and the number of blocks. It is UTF-8
when the cells were, because LibreOffice needs as long for one escape as for a thousand plain letters.
"""

from __future__ import annotations

import re
from typing import Final

CELLS_HEAD: Final = "leadbook-cells"
ANSWER_HEAD: Final = "leadbook-answer"
VERSION: Final = "1"
_ODD = re.compile(r"[^\x20-\x5b\x5d-\x7e]")
_BREAKING = re.compile("[\\x00-\\x1f\\\\\\x7f\\x85\\u2028\\u2029\\ud800-\\udfff\\ufffe\\uffff]")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\")


def escaped(text: str, wide: bool = False) -> str:
    """ASCII without tabs and line ends: everything else, and the backslash, as ``\\uXXXX`` (UTF-16 units).

    ``wide`` leaves letters that UTF-8 can hold and that end no line.
    """
    return (_BREAKING if wide else _ODD).sub(_units, text)


def _units(match: re.Match[str]) -> str:
    raw = match[0].encode("utf-16-be", "surrogatepass").hex().upper()
    return "".join(f"\\u{raw[i : i + 4]}" for i in range(0, len(raw), 4))


def unescaped(text: str) -> str:
    """The text of an escaped field. ValueError when a backslash begins no escape."""
    if "\\" not in text:
        return text
    out = _ESCAPE.sub(_char, text)
    return out.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _char(match: re.Match[str]) -> str:
    if match[1] is None:
        raise ValueError("stray backslash")
    return chr(int(match[1], 16))
