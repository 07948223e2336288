"""High value: budget enough, decision chain clear, high match; each with its evidence (R13)."""

from __future__ import annotations

import pandas as pd

from leadbook.model.policy import Policy


def match_share(points: pd.DataFrame, best: pd.Series) -> pd.Series:
    """Share of the points that need and fit can give (float, may be negative).

    ``best`` is the most that the factors of need and fit which apply to each lead can give.
    """
    return (points["points_need"] + points["points_fit"]) / best.clip(lower=1)


def high_value(features: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """One bool column for each part of the policy's high-value rule plus ``high_value`` (all of them).

    An unknown part is not met. ``features`` must carry ``match_share``.
    """
    parts = {
        row["id"]: (features[row["reads"]].astype(float) >= float(row["answer"])).fillna(False)
        for row in policy.section("high_value")
    }
    out = pd.DataFrame(parts, index=features.index).astype(bool)
    out["high_value"] = out.all(axis=1) if parts else False
    return out
