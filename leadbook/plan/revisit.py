"""When a lost lead is looked at again: never dropped without a date (U06)."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.plan.cadence import as_days, last_done

Days = npt.NDArray[np.datetime64]


def given_up(state: pd.DataFrame) -> pd.Series:
    """Closed without an order: lost, or no decision was made."""
    return state["outcome"].notna() & state["outcome"].ne("won")


def revisit_days(state: pd.DataFrame, policy: Policy, today: date) -> Days:
    """The day to come back to each closed lead, working or not.

    What the rep typed, unless that day was used; else the policy's days after the last look since the closing, the
    closing, the newest contact or, when nothing is known, today.
    """
    wait = np.timedelta64(int(policy.number("revisit_days")), "D")
    closed = state["closed_date"].fillna(state["last_touch"])
    looked = last_done(state, "review")
    since = looked.where(~(looked <= closed))
    typed = state["revisit_on"].where(~(state["revisit_on"] <= since))
    counted = as_days(since.fillna(closed).fillna(pd.Timestamp(today))) + wait
    return np.where(typed.notna(), as_days(typed), counted)
