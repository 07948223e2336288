"""Checking rows that moved: those that stay are the same rows in the same order, bytes of their cells and all.

Works from the bytes with its own patterns, apart from the writer, so that the two cannot share a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

_ROW: Final = re.compile(rb"<((?:\w+:)?)row\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?row\s*>)", re.DOTALL)
_CELL: Final = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c\s*>)", re.DOTALL)
_PLACE: Final = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f\s*>)")
_ADDRESS: Final = re.compile(rb"(?<=[A-Za-z$])([0-9]+)")
_SHARED: Final = re.compile(rb"""\bt\s*=\s*["']shared["']""")


@dataclass(frozen=True)
class Left:
    """Rows ``gone`` left the rows ``gone[0]`` to ``last`` of a sheet; ``blank`` empty ones may stand at the end."""

    gone: tuple[int, ...]
    last: int
    blank: int


def without_rows(xml: bytes, left: Left) -> bytes:
    """A sheet part (UTF-8) less all rows from the first that left to the last that moved."""
    number = 0

    def kept(match: re.Match[bytes]) -> bytes:
        nonlocal number
        number = _number(match[2], number)
        return b"" if left.gone[0] <= number <= left.last else match[0]

    return _ROW.sub(kept, xml)


def rows_kept(old: bytes, new: bytes, left: Left) -> list[str]:
    """What is not as it should be: one line for each row that is not the next one that stays."""
    before, after = _rows(old, left), _rows(new, left)
    gone = set(left.gone)
    stay = [row for row in before if row not in gone]
    want = {row - sum(1 for g in left.gone if g < row): row for row in stay}
    found = []
    for row, line in after.items():
        if row in want:
            if not _same(before[want[row]], line, want[row], row):
                found.append(f"row {want[row]}: changed on its way to row {row}")
        elif not (left.blank and row > left.last - len(gone) and _is_blank(line)):
            found.append(f"row {row}: not one that stays")
    return found + [f"row {old_row}: lost" for row, old_row in want.items() if row not in after]


def _number(attributes: bytes, last: int) -> int:
    match = _PLACE.search(attributes)
    return int(match[2]) if match else last + 1


def _rows(xml: bytes, left: Left) -> dict[int, tuple[bytes, bytes]]:
    """Row number -> (attributes but the number, content) of the rows in question."""
    found, number = {}, 0
    for match in _ROW.finditer(xml):
        number = _number(match[2], number)
        if left.gone[0] <= number <= left.last:
            found[number] = (_PLACE.sub(b"", match[2]).strip(), match[3] or b"")
    return found


def _same(old: tuple[bytes, bytes], new: tuple[bytes, bytes], old_row: int, new_row: int) -> bool:
    one, two = _CELL.findall(old[1]), _CELL.findall(new[1])
    if old[0] != new[0] or len(one) != len(two):
        return False
    return all(_cell(a, b, old_row, new_row) for a, b in zip(one, two, strict=True))


def _cell(old: Collection[bytes], new: Collection[bytes], old_row: int, new_row: int) -> bool:
    (_, head, body), (_, head_now, body_now) = old, new
    one, two = _PLACE.search(head), _PLACE.search(head_now)
    if (one and two and one[1] != two[1]) or _PLACE.sub(b"", head).strip() != _PLACE.sub(b"", head_now).strip():
        return False
    was, now = list(_FORMULA.finditer(body)), list(_FORMULA.finditer(body_now))
    if _FORMULA.sub(b"", body) != _FORMULA.sub(b"", body_now) or len(was) != len(now):
        return False
    return all(_SHARED.search(a[1]) or _agree(a[2] or b"", b[2] or b"", old_row, new_row)
               for a, b in zip(was, now, strict=True))


def _agree(old: bytes, new: bytes, old_row: int, new_row: int) -> bool:
    """Whether two formulas differ in nothing but the number of their own row."""
    one, two = _ADDRESS.split(old), _ADDRESS.split(new)
    own = str(old_row).encode(), str(new_row).encode()
    pairs = enumerate(zip(one, two, strict=False))
    return len(one) == len(two) and all(a == b or (n % 2 and (a, b) == own) for n, (a, b) in pairs)


def _is_blank(line: tuple[bytes, bytes]) -> bool:
    return all(not body for _, _, body in _CELL.findall(line[1]))
