"""Positive points shrink when the source of an answer is weak or old (C02, R05, C04, R19)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import pandas as pd

from leadbook.model.policy import Factor, Policy

# A derived value is as good as the answer it was derived from.
_ORIGIN = {"size_band": "company_size", "industry_code": "industry"}


def weights(features: pd.DataFrame, factor: Factor, policy: Policy, today: date) -> pd.Series:
    """One weight 0..1 a row for the positive points of ``factor``; 1 where no discount applies."""
    if factor.discount == "budget":
        known = {"stated": _weight(policy, "stated"), "history": _weight(policy, "budget_history")}
        return features["budget_evidence"].map(known).astype(float).fillna(0.0)
    if factor.discount == "chain":
        kept = pd.Series(1.0, index=features.index)
        return kept.where(~features["chain_stale"], _weight(policy, "stale_chain"))
    if factor.discount == "background":
        source, day = _sources(features, _ORIGIN.get(factor.reads, factor.reads))
        by_source = {row["id"]: float(row["points"]) for row in policy.section("discount")}
        base = source.map(by_source).astype(float).fillna(by_source.get("unsourced", 1.0))
        age = (pd.Timestamp(today) - day).dt.days.clip(lower=0)
        half_life = policy.number("background_half_life_days")
        # Without a date the fact is taken to be one half-life old: never better than a dated one of that age.
        faded: pd.Series = np.exp2(-age.fillna(half_life) / half_life)
        return base * faded
    return pd.Series(1.0, index=features.index)


def _weight(policy: Policy, name: str) -> float:
    return next((float(row["points"]) for row in policy.section("discount") if row["id"] == name), 1.0)


def _sources(features: pd.DataFrame, field: str) -> tuple[pd.Series, pd.Series]:
    """(source code, date) of one field: the row's own source, replaced where a single value names another."""
    source, day = features["info_source"].copy(), features["info_date"].copy()
    given = features["value_sources"].dropna()
    for row, entries in zip(given.index, given, strict=True):
        for entry in _of_field(entries, field):
            source[row] = entry["code"].partition("=")[2]
            day[row] = pd.to_datetime(entry["date"], errors="coerce") if entry["date"] else pd.NaT
    return source, day


def _of_field(entries: Iterable[dict[str, str]], field: str) -> list[dict[str, str]]:
    return [entry for entry in entries if entry["code"].partition("=")[0] == field]
