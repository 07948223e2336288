"""What is open and what to expect of it, by rep, currency and tier (T12). Currencies are never added up."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.priority.tiers import TIERS

BY: Final = ["rep", "currency", "tier"]
# Eight times out of ten a sum of independent wins lies this many standard deviations around its mean.
SPREAD: Final = 1.2816


def forecast(state: pd.DataFrame, policy: Policy, probabilities: pd.Series | None = None) -> pd.DataFrame:
    """One row for each rep, currency and tier with open leads that are not disqualified.

    Columns: ``rep`` (missing without an owner), ``currency``, ``tier``; ``leads``, ``without_amount``, ``unproved``
    (int: leads with an amount and no percentage); ``amount_low``, ``amount_high`` (NaN without any amount);
    ``expected``, ``expected_low``, ``expected_high`` (NaN until every amount of the row has a percentage).
    ``probabilities``: earned percentages 0..1, index as ``state``, missing where none has been earned.
    Expected is Σ % × middle of the range. Its interval holds eight times out of ten: the ends of the ranges, and
    each deal is won or not.
    """
    open_ = state[state["active"]]
    low = open_["expected_amount.low"].fillna(open_["expected_amount.high"]).astype(float)
    high = open_["expected_amount.high"].fillna(low).astype(float)
    priced = low.notna() & open_["expected_amount.currency"].notna()
    low, high = low.where(priced), high.where(priced)
    chance = pd.Series(np.nan, index=open_.index) if probabilities is None else probabilities.reindex(open_.index)
    chance = chance.astype(float)
    lead_currency = open_["expected_amount.currency"].fillna(open_["currency"])
    lines = pd.DataFrame(
        {
            "rep": open_["owner"], "currency": lead_currency.fillna(str(policy.setting("currency"))),
            "tier": pd.Categorical(open_["tier"], categories=TIERS, ordered=True), "leads": 1,
            "without_amount": (~priced).astype(int), "unproved": (priced & chance.isna()).astype(int),
            "amount_low": low, "amount_high": high, "expected": chance * (low + high) / 2,
            "mean_low": chance * low, "mean_high": chance * high,
            "spread_low": chance * (1 - chance) * low**2, "spread_high": chance * (1 - chance) * high**2,
        }
    )  # fmt: skip
    out = lines.groupby(BY, dropna=False, observed=True).sum(min_count=1).reset_index()
    proved = (out["unproved"] == 0) & out["amount_low"].notna()
    below = (out["mean_low"] - SPREAD * np.sqrt(out["spread_low"])).clip(lower=0)
    above = np.minimum(out["mean_high"] + SPREAD * np.sqrt(out["spread_high"]), out["amount_high"])
    out["expected"] = out["expected"].where(proved)
    out["expected_low"], out["expected_high"] = below.where(proved), above.where(proved)
    return out.drop(columns=["mean_low", "mean_high", "spread_low", "spread_high"]).astype({"tier": object})


def by_rep_and_tier(lines: pd.DataFrame, policy: Policy) -> tuple[pd.DataFrame, list[str]]:
    """(middle of the open amount in the book's currency, rows = reps, columns = tiers; currencies without a rate).

    Without a rate for every currency the frame is empty: a sum over some of them would be wrong.
    """
    rates = {row["id"]: float(row["points"]) for row in policy.section("rate")}
    rates.setdefault(str(policy.setting("currency")), 1.0)
    priced = lines[lines["amount_low"].notna()]
    missing = sorted(set(priced["currency"]) - set(rates))
    if missing or priced.empty:
        return pd.DataFrame(columns=list(TIERS), dtype=float), missing
    middle = (priced["amount_low"] + priced["amount_high"]) / 2 * priced["currency"].map(rates)
    table = middle.groupby([priced["rep"].astype(object).fillna(""), priced["tier"]]).sum().unstack().fillna(0.0)
    table = table.reindex(columns=list(TIERS), fill_value=0.0)
    return table.loc[table.sum(axis=1).sort_values(ascending=False, kind="stable").index], []
