"""Risk class of each lead from credit, payment behaviour and dated events (K01, K02)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from leadbook.model.policy import Policy, Row

_RANK = {"low": 0, "mid": 1, "high": 2}
_CLASS = {rank: name for name, rank in _RANK.items()}


def _hits(leads: pd.DataFrame, rule: Row, today: date) -> pd.Series:
    """Rows on which one risk rule applies (bool, indexed like ``leads``)."""
    reads = str(rule["reads"])
    values = leads[reads]
    if reads != "risk_events":
        return values.eq(rule["answer"]).fillna(False).astype(bool)
    listed = values.dropna().explode().dropna()
    hit = pd.Series(False, index=leads.index)
    if listed.empty:
        return hit
    right = listed.map(lambda item: item["code"]) == rule["answer"]
    day = pd.to_datetime(listed.map(lambda item: item["date"]), format="ISO8601", errors="coerce")
    old = (pd.Timestamp(today) - day).dt.days > rule.get("expires_days", 10**6)
    found = (right & ~old).groupby(level=0).any()
    return hit.where(~hit.index.isin(found.index[found]), True)


def assess_risk(leads: pd.DataFrame, policy: Policy, today: date) -> pd.DataFrame:
    """Columns ``risk_class`` (high, mid, low; missing when nothing is known) and ``risk_rules`` (tuple of rule ids)."""
    rules = [row for row in policy.section("risk") if row.get("effect") != "action"]
    known = leads[["credit_status", "payment_behaviour", "risk_events"]].notna().any(axis=1)
    rank = pd.Series(0, index=leads.index)
    named: list[tuple[str, ...]] = [()] * len(leads)
    for rule in rules:
        hit = _hits(leads, rule, today)
        rank = rank.where(~hit, rank.clip(lower=_RANK[rule["effect"]]))
        for position in np.flatnonzero(hit):
            named[position] = (*named[position], rule["id"])
    rules_met = pd.Series(named, index=leads.index, dtype=object)
    return pd.DataFrame({"risk_class": rank.map(_CLASS).where(known, None), "risk_rules": rules_met})
