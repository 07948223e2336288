"""What two spellings of a sheet part share byte for byte: left out before the rest is looked at closely."""

from __future__ import annotations

from typing import Final

_ROW: Final = b'<row r="'
_CELL: Final = b'<c r="'


def without_shared_heads(one: bytes, two: bytes) -> tuple[bytes, bytes]:
    """Both parts without the cells in which a row of both begins alike; every row keeps its own tag.

    Cut only in front of a cell, so that what is left are whole cells. Parts with other rows stay as they are.
    """
    old, new = one.split(_ROW), two.split(_ROW)
    if len(old) != len(new) or any(b"!" in xml and b"<!" in xml for xml in (one, two)):  # one byte is found much faster
        return one, two
    for n in range(1, len(old) - 1):
        before, after = old[n], new[n]
        cut = before.rfind(_CELL, 0, _alike(before, after))
        head = before.find(b">") + 1
        if 0 < head < cut:
            old[n], new[n] = before[:head] + before[cut:], after[:head] + after[cut:]
    return _ROW.join(old), _ROW.join(new)


def _alike(one: bytes, two: bytes) -> int:
    """How many bytes both begin with."""
    low, high = 0, min(len(one), len(two))
    if one[:high] == two[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if one[low:middle] == two[low:middle] else (low, middle)
    return low


def without_shared_rows(one: bytes, two: bytes) -> tuple[bytes, bytes]:
    """Both parts without the plain rows that they share (each says its own number)."""
    old, new = one.split(_ROW), two.split(_ROW)
    shared = set(old[1:-1]) & set(new[1:-1])
    kept = [[lines[0], *(line for line in lines[1:] if line not in shared)] for lines in (old, new)]
    return _ROW.join(kept[0]), _ROW.join(kept[1])
