"""Cell addresses: letters, numbers and boxes (all 1-based, as people read them)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

MAX_ROW, MAX_COL = 1_048_576, 16_384
_AREA = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Za-z]{1,3})\$?([0-9]{1,7}))?\Z")


@lru_cache(maxsize=MAX_COL)
def letter(col: int) -> str:
    """Column letters of a 1-based column number: 28 -> ``AB``."""
    text = ""
    while col:
        col, rest = divmod(col - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=MAX_COL)
def column(letters: str) -> int:
    """1-based column number of letters: ``AB`` -> 28."""
    number = 0
    for char in letters.upper():
        number = number * 26 + ord(char) - 64
    return number


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of cells, both corners inclusive."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        first = f"{letter(self.left)}{self.top}"
        last = f"{letter(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    def __contains__(self, cell: tuple[int, int]) -> bool:
        return self.top <= cell[0] <= self.bottom and self.left <= cell[1] <= self.right

    def meets(self, other: Box) -> bool:
        """Whether the two boxes share a cell."""
        rows = self.top <= other.bottom and other.top <= self.bottom
        return rows and self.left <= other.right and other.left <= self.right

    def union(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(min(self.top, other.top), min(self.left, other.left),
                   max(self.bottom, other.bottom), max(self.right, other.right))

    def down_to(self, bottom: int) -> Box:
        """The same box with another last row."""
        return replace(self, bottom=bottom)


def parse_box(text: str) -> Box | None:
    """``$A$1:C5`` or ``B2`` -> Box; None for anything else (whole rows, names, #REF!)."""
    match = _AREA.match(text.strip())
    if match is None:
        return None
    left, top = column(match[1]), int(match[2])
    right, bottom = (column(match[3]), int(match[4])) if match[3] else (left, top)
    box = Box(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    return box if box.top >= 1 and box.bottom <= MAX_ROW and box.right <= MAX_COL else None


def parse_target(text: str) -> tuple[str, Box] | None:
    """``'My sheet'!$A$4:$BX$4`` -> (sheet name, Box); None if it is not one area of one sheet."""
    sheet, mark, area = text.strip().lstrip("=").rpartition("!")
    box = parse_box(area) if mark else None
    if box is None:
        return None
    if sheet.startswith("'") and sheet.endswith("'") and len(sheet) > 1:
        sheet = sheet[1:-1].replace("''", "'")
    return sheet, box
