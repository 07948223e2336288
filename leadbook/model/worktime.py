"""Working time of a day: from when to when, and which hour a customer's preference means (U01, R09)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leadbook.model.policy import Policy

HOUR: Final = 60
_DAY: Final = 24 * HOUR
_CLOCK: Final = re.compile(r"(?:[0-9-]{10} )?\s*([0-9]{1,2})\s*[:：hH時时点點]\s*([0-9]{2})?(?::[0-9]{2})?\s*分?\s*")
AFTERNOON: Final = 14 * HOUR


def clock(value: object) -> int | None:
    """Minutes after midnight of ``09:00``, ``9h30``, ``9时`` or a time cell (part of a day); else ``None``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return round(value * _DAY) if 0 <= value <= 1 else None
    found = _CLOCK.fullmatch(str(value)) if isinstance(value, str) else None
    if found is None:
        return None
    minutes = int(found[1]) * HOUR + int(found[2] or 0)
    return minutes if int(found[2] or 0) < HOUR and minutes <= _DAY else None


def clock_text(minutes: int) -> str:
    """``HH:MM`` of minutes after midnight."""
    return f"{minutes // HOUR:02}:{minutes % HOUR:02}"


@dataclass(frozen=True)
class WorkTime:
    """Minutes after midnight between which people work; ``start`` < ``end``."""

    start: int
    end: int

    def hours(self) -> Mapping[str, int]:
        """The minute that each preferred time of day means, always inside working time."""
        last = max(self.end - HOUR, self.start)
        wished = {"morning": self.start, "afternoon": AFTERNOON, "evening": last}
        return {name: min(max(minute, self.start), last) for name, minute in wished.items()}


def work_time(policy: Policy) -> WorkTime:
    """The team's working time; nine to six where the settings cannot be read (``check_policy`` names those)."""
    start, end = clock(policy.setting("work_from")), clock(policy.setting("work_to"))
    return WorkTime(9 * HOUR if start is None else start, 18 * HOUR if end is None else end)
