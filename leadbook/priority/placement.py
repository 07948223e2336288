"""Urgency × importance, each 0–100, and the quadrant they fall into (R11)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy

UNPLACED: Final = "unplaced"
# (urgent, important) to quadrant
QUADRANTS: Final = {
    (True, True): "do_first", (False, True): "schedule", (True, False): "respond", (False, False): "watch",
}  # fmt: skip
# At least one of these answers must be there; otherwise the axis is unknown, never a default.
ANCHORS: Final = {"urgency": ("urgency_stated", "days_to_need"), "importance": ("importance_stated", "deal_size")}

Ints = npt.NDArray[np.int64]


def _axis(features: pd.DataFrame, points: Ints, axis: str) -> pd.Series:
    anchored = features[list(ANCHORS[axis])].notna().any(axis=1)
    return pd.Series(points.sum(axis=1).clip(0, 100), index=features.index).astype(float).where(anchored)


def place(features: pd.DataFrame, urgency: Ints, importance: Ints, policy: Policy) -> pd.DataFrame:
    """Columns ``urgency``, ``importance`` (0–100 or NaN) and ``quadrant``, one row a lead.

    ``urgency`` and ``importance`` are the points of the policy's urgency and importance parts
    (rows = leads). Without an anchor answer on both axes the lead is ``unplaced``.
    """
    out = pd.DataFrame(
        {"urgency": _axis(features, urgency, "urgency"), "importance": _axis(features, importance, "importance")}
    )
    urgent = out["urgency"] >= policy.number("urgency_cutoff")
    important = out["importance"] >= policy.number("importance_cutoff")
    names = np.array([[QUADRANTS[u, i] for i in (False, True)] for u in (False, True)], dtype=object)
    quadrant = pd.Series(names[urgent.astype(int), important.astype(int)], index=out.index, dtype=object)
    out["quadrant"] = quadrant.where(out[["urgency", "importance"]].notna().all(axis=1), UNPLACED)
    return out
