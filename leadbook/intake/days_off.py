"""Days off as people write them on the Team sheet: dates and ranges, in any form that a date may have (T08)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from leadbook.intake.values.base import Context
from leadbook.intake.values.dates import date as read_date

_PARTS: Final = re.compile(r"[;；、\n]+")
_COMMAS: Final = re.compile(r"[,，]+")
_RANGE: Final = re.compile(r"\s*(?:\.\.+|…|[~～〜–—至到]|\s-\s|\s(?:to|until|đến|tới)\s)\s*")
LONGEST: Final = 400  # days of one range; a longer one is a slip of the hand


def days_off(text: str, context: Context) -> tuple[list[date], list[str]]:
    """(days in order, parts that could not be read) of a text such as ``2026-12-24; 28/12/2026..31/12/2026``."""
    days: set[date] = set()
    unread: list[str] = []
    for part in _pieces(text, context):
        found = _range(part, context)
        if found is None:
            unread.append(part)
        else:
            days.update(found)
    return sorted(days), unread


def _pieces(text: str, context: Context) -> Iterator[str]:
    """The parts between separators; a comma separates only where the part is not one date as it stands."""
    for part in filter(None, (piece.strip() for piece in _PARTS.split(text))):
        if _range(part, context) is not None:
            yield part
        else:
            yield from filter(None, (piece.strip() for piece in _COMMAS.split(part)))


def _range(part: str, context: Context) -> list[date] | None:
    ends = [_day(end, context) for end in _RANGE.split(part)]
    first, last = ends[0], ends[-1]
    if len(ends) > 2 or first is None or last is None or not timedelta(0) <= last - first <= timedelta(LONGEST):
        return None
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _day(text: str, context: Context) -> date | None:
    value = read_date(text.strip(), context).value
    return date.fromisoformat(value) if isinstance(value, str) else None
