"""Cell addresses inside formulas: found, moved with their row, carried over to other columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .refs import Box, column, letter, parse_box

_TEXT: Final = r'"(?:[^"]|"")*"'
_STRUCTURED: Final = r"\[[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\]"
_CORNER: Final = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_TOKENS: Final = re.compile(
    rf"{_TEXT}|{_STRUCTURED}|"
    rf"(?P<sheet>(?:'(?:[^']|'')+'|(?<![\w.])[^\W\d][\w.]*)!)?(?<![\w.$])(?P<area>{_CORNER}(?::{_CORNER})?)(?![\w(.!])"
)
_PART: Final = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Reference:
    """One area that a formula names: where in its text, on which sheet ("" = its own), and the area as written."""

    start: int
    end: int
    sheet: str
    area: str
    box: Box


def references(formula: str) -> Iterator[Reference]:
    """The areas named by address, in order; texts and structured references hold none."""
    for match in _TOKENS.finditer(formula):
        box = parse_box(match["area"]) if match["area"] else None
        if box is not None:
            sheet = (match["sheet"] or "")[:-1]
            if sheet.startswith("'"):
                sheet = sheet[1:-1].replace("''", "'")
            yield Reference(match.start("area"), match.end("area"), sheet, match["area"], box)


def rewritten(formula: str, change: Callable[[Reference], str | None]) -> str | None:
    """The formula with each area replaced by what ``change`` gives; None as soon as it gives None."""
    out, at = [], 0
    for found in references(formula):
        new = change(found)
        if new is None:
            return None
        out += [formula[at : found.start], new]
        at = found.end
    return "".join([*out, formula[at:]])


def with_row(area: str, row: int) -> str:
    """An area of one row, set in another row."""
    return _PART.sub(lambda part: f"{part[1]}{part[2]}{part[3]}{row}", area)


def filled_down(formula: str, rows: int) -> str:
    """The formula as Excel fills it ``rows`` further down: rows without ``$`` move along."""

    def moved(found: Reference) -> str:
        return _PART.sub(
            lambda part: part[0] if part[3] else f"{part[1]}{part[2]}{int(part[4]) + rows}", found.area
        )

    return rewritten(formula, moved) or formula


def carried(formula: str, columns: Mapping[int, int], across: int, down: int) -> str | None:
    """A rule's formula for another column of another table: columns without ``$`` first move ``across``, then each
    becomes the column that ``columns`` gives, and rows move ``down``. None when a column has no counterpart there
    or the formula names another sheet."""

    def part_of(part: re.Match[str]) -> str:
        at = column(part[2]) + (0 if part[1] else across)
        return f"{part[1]}{letter(columns[at])}{part[3]}{int(part[4]) + down}"

    def moved(found: Reference) -> str | None:
        if found.sheet:
            return None
        try:
            return _PART.sub(part_of, found.area)
        except KeyError:
            return None

    return rewritten(formula, moved)
