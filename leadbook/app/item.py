"""One thing that ``doctor`` looks at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """``present`` is ``None`` when it cannot be looked at here; then ``note`` says where it can.

    ``needed`` items that are missing make the command fail; ``fix`` says how to mend what is missing.
    """

    name: str
    present: bool | None
    needed: bool
    fix: str = ""
    note: str = ""
