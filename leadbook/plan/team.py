"""The team as the plan sees it: who may do how many steps, and when they are away (T08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

Days = npt.NDArray[np.datetime64]
NO_LIMIT = 1 << 40  # steps; more than a book can hold
COLUMNS = ("rep", "level", "languages", "regions", "skills", "daily", "weekly", "row")


def rep_key(names: pd.Series) -> pd.Series:
    """Names as they are compared: without regard to case and outer blanks."""
    return names.astype("string").str.strip().str.casefold()


@dataclass(frozen=True)
class Team:
    """``reps``: one row a rep (index = key of the name) with ``rep``, ``level``, ``languages``, ``regions``,
    ``skills`` (lists), ``daily``, ``weekly`` (steps, ``NO_LIMIT`` for none) and ``row`` of the sheet.
    ``away``: the days off by key. ``daily`` and ``weekly`` hold for people who are not on the sheet."""

    reps: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({c: [] for c in COLUMNS}, dtype=object))
    away: Mapping[str, Days] = field(default_factory=dict)
    daily: int = NO_LIMIT
    weekly: int = NO_LIMIT

    def limits(self, keys: pd.Index) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """(daily, weekly) most steps of each key."""
        known = self.reps.reindex(keys)
        found = [known[c].fillna(n).to_numpy(np.int64) for c, n in (("daily", self.daily), ("weekly", self.weekly))]
        return found[0], found[1]
