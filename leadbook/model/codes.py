"""Codes that rules of more than one stage name."""

from __future__ import annotations

from typing import Final

ANUM: Final = ("authority", "need", "urgency", "money")  # in the order in which they are asked (C16)
CLOSED: Final = ("done", "skipped", "cancelled")  # a step with one of these is not open
WORKDAYS: Final = 5  # working days of a week
