"""Which factors speak for and against a lead (top reasons ±)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from leadbook.scoring.points import Scorecard

Ints = npt.NDArray[np.int64]


def top_reasons(card: Scorecard, most: int, *, against: bool = False) -> tuple[Ints, Ints]:
    """(factor columns, points), each rows × ``most``; column -1 where fewer factors count.

    Ordered by weight, then by the order of the policy, so that the same input gives the same words.
    """
    if not card.factors:
        return np.full((len(card.points), most), -1), np.zeros((len(card.points), most), np.int64)
    sign = -1 if against else 1
    weight = card.points * sign
    order = np.argsort(-weight, axis=1, kind="stable")[:, :most]
    points = np.take_along_axis(card.points, order, axis=1)
    columns = np.where(points * sign > 0, order, -1)
    return columns, np.where(columns >= 0, points, 0)
