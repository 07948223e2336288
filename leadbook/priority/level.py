"""What an existing customer is worth: buying power, loyalty, history, demand growth, profit (T07)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy

LEVELS: Final = ("key", "core", "regular", "occasional")
_KEPT: Final = ("existing", "strategic")


def customer_level(
    features: pd.DataFrame, points: npt.NDArray[np.int64], answered: npt.NDArray[np.bool_], policy: Policy
) -> pd.DataFrame:
    """Columns ``customer_value`` (0–100 or NaN) and ``customer_level``, one row a lead.

    ``points`` and ``answered`` are those of the policy's value part (rows = leads). Only existing and strategic
    customers get a level, and only when at least one of the answers is there; below the last cut-off: occasional.
    """
    counts = features["customer_type"].isin(_KEPT).to_numpy() & answered.any(axis=1)
    value = points.sum(axis=1).clip(0, 100)
    level = np.full(len(features), LEVELS[-1], dtype=object)
    for row in reversed(policy.section("level")):
        level = np.where(value >= float(row["points"]), row["id"], level)
    shown = pd.Series(value.astype(float), index=features.index).where(counts)
    named = pd.Series(level, index=features.index, dtype=object).where(counts, None)
    return pd.DataFrame({"customer_value": shown, "customer_level": named})
