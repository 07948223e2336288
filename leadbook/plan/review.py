"""When the information on a lead is due for review: each calendar quarter (R14)."""

from __future__ import annotations

from datetime import date

import pandas as pd

from leadbook.model.workdays import on_or_after


def review_due(newest: pd.Series, regions: pd.Series, today: date) -> pd.Series:
    """First working day of the quarter after the newest information (datetime64); NaT when nothing is known."""
    start = newest.dt.to_period("Q").add(1).dt.start_time
    days = on_or_after(start.to_numpy().astype("datetime64[D]"), regions, today.year)
    return pd.Series(days.astype("datetime64[s]"), index=newest.index)
