"""Who holds a lead, marketing or sales, and since when (T11). Read from LB_History, never computed again later."""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import pandas as pd

MARKETING, QUALIFIED, SALES, CUSTOMER, RETURNED = (
    "marketing", "marketing_qualified", "sales_qualified", "customer", "returned",
)  # fmt: skip
# What the facts of today ask for; the first rule that applies, else marketing.
#   customer             the outcome is "won"
#   sales_qualified      open, stage qualified lead, tier A or B
#   marketing_qualified  open, stage lead or qualified lead, tier A, B or C
_SALES_TIERS: Final = ("A", "B")
_MARKETING_TIERS: Final = ("A", "B", "C")
# The state that follows from the last one (rows) and what is asked for (columns), where that is not simply what is
# asked for: sales keeps what it took over until nothing speaks for it, and what it gives back is called returned.
_NEXT: Final = {(SALES, QUALIFIED): SALES, (SALES, MARKETING): RETURNED, (RETURNED, MARKETING): RETURNED}


def asked_for(state: pd.DataFrame) -> pd.Series:
    """The state that stage, tier and outcome ask for (codes, index as ``state``)."""
    open_ = state["outcome"].isna()
    rules = [
        (state["outcome"].eq("won"), CUSTOMER),
        (open_ & state["stage"].eq("qualified_lead") & state["tier"].isin(_SALES_TIERS), SALES),
        (open_ & state["stage"].isin(["lead", "qualified_lead"]) & state["tier"].isin(_MARKETING_TIERS), QUALIFIED),
    ]
    found = np.select([rule for rule, _ in rules], [name for _, name in rules], default=MARKETING)
    return pd.Series(found, index=state.index, dtype=object)


def hand_off(state: pd.DataFrame, history: pd.DataFrame, today: date) -> pd.DataFrame:
    """Columns ``handoff`` (code) and ``handoff_since`` (datetime64), one row a lead.

    ``history``: LB_History as a typed frame. The newest line before today says the last state; ``since`` is the first
    line of its unbroken run, or today when the state is new.
    """
    last = _last_runs(history, today).reindex(state["lead_key"]).set_axis(state.index)
    asked = asked_for(state)
    now = asked.copy()
    for (then, wanted), follows in _NEXT.items():
        now = now.mask(last["handoff"].eq(then) & asked.eq(wanted), follows)
    since = last["since"].where(now.eq(last["handoff"]), pd.Timestamp(today))
    return pd.DataFrame({"handoff": now, "handoff_since": pd.to_datetime(since)}, index=state.index)


def _last_runs(history: pd.DataFrame, today: date) -> pd.DataFrame:
    """``handoff`` of the newest line before today and ``since``, the first day of that unbroken run, by lead key."""
    older = history.loc[history["date"] < pd.Timestamp(today), ["lead_key", "date", "handoff"]]
    lines = older.sort_values("date", kind="stable")
    text = lines["handoff"].fillna("")
    changed = text.ne(text.groupby(lines["lead_key"]).shift())
    # The last line that began something new is the beginning of the state that holds.
    begun = lines[changed].drop_duplicates("lead_key", keep="last").set_index("lead_key")
    return begun[["handoff", "date"]].rename(columns={"date": "since"})
