"""The next best questions: open answers in order of how much they could move the total (Q01–Q04, C17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from leadbook.model.codes import ANUM

Ints = npt.NDArray[np.int64]
MOST: Final = 3


@dataclass(frozen=True)
class Asked:
    """``columns``: factors to ask for, leads x ``MOST``, -1 where there are fewer; ``points``: what each could move."""

    columns: Ints
    points: Ints

    @property
    def any(self) -> npt.NDArray[np.bool_]:
        """Whether a lead has an open question."""
        return np.asarray((self.columns >= 0).any(axis=1), dtype=bool)


def best_questions(span: Ints, criteria: Sequence[str], questions: Sequence[str | None]) -> Asked:
    """Up to ``MOST`` different questions a lead, the weightiest first; only those about ANUM.

    ``span`` (leads x factors) is how far an answer could move the total, 0 where nothing is open; ``criteria`` and
    ``questions`` name each factor's criterion and question (``None`` where there is no question to ask).
    """
    rank = {name: n for n, name in enumerate(ANUM)}
    usable = [f for f, q in enumerate(questions) if q is not None and criteria[f] in rank]
    usable.sort(key=lambda f: rank[criteria[f]])
    size = len(span)
    if not usable:
        return Asked(np.full((size, MOST), -1), np.zeros((size, MOST), np.int64))
    left = span[:, usable].copy()
    asks = np.array([questions[f] for f in usable], dtype=object)
    columns, points, rows = np.full((size, MOST), -1), np.zeros((size, MOST), np.int64), np.arange(size)
    for place in range(MOST):
        best = left.argmax(axis=1)
        weight = left[rows, best]
        columns[:, place] = np.where(weight > 0, np.array(usable)[best], -1)
        points[:, place] = np.where(weight > 0, weight, 0)
        # One question fills several answers: it is asked once.
        left[asks[None, :] == asks[best][:, None]] = 0
    return Asked(columns, points)
