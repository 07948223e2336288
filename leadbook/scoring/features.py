"""Derived values that the policy's factors and gates read, one column each, one row a lead."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.model.workdays import days_between
from leadbook.scoring.chain import chain_age
from leadbook.scoring.contacts import contact_values

SIZE_BOUNDS = (11, 100, 1000)  # people: up to 10 micro, up to 99 small, up to 999 medium (C19)
SIZE_BANDS = np.array(["micro", "small", "medium", "large"], dtype=object)


def _text(values: pd.Series | None, index: pd.Index) -> pd.Series:
    return pd.Series(None, index=index, dtype=object) if values is None else values


def size_band(leads: pd.DataFrame) -> pd.Series:
    """Size band by headcount (the lower figure, else the upper one); missing stays missing."""
    people = leads["company_size.headcount_low"].fillna(leads["company_size.headcount_high"])
    band = pd.Series(SIZE_BANDS[np.digitize(people.fillna(0), SIZE_BOUNDS)], index=leads.index, dtype=object)
    return band.where(people.notna(), None)


def authority_class(leads: pd.DataFrame, band: pd.Series) -> pd.Series:
    """The contact's say: from title and size (C19), raised when the chain itself names this title as deciding.

    Top managers decide in firms below 100 people and influence from there on, as long as the
    chain does not say otherwise (C05, C19).
    """
    by_title = leads["contact_title.role"]
    top = leads["contact_title.top"].fillna(False).astype(bool)
    small = band.isin(["micro", "small"]) | band.isna()
    out = by_title.where(~(top & ~small), "influences")
    out = out.where(~(top & small), "decides")
    named = leads["decision_chain.contact_role"]
    return named.where(named.notna(), out)


def in_book_currency(leads: pd.DataFrame, field: str, policy: Policy) -> tuple[pd.Series, pd.Series]:
    """(low, high) of a money field in the book's currency; unknown currency or rate leaves NaN (DESIGN §7)."""
    rates = {row["id"]: float(row["points"]) for row in policy.section("rate")}
    rates.setdefault(str(policy.setting("currency")), 1.0)
    rate = leads[f"{field}.currency"].map(rates).astype(float)
    return leads[f"{field}.low"] * rate, leads[f"{field}.high"] * rate


def _budget(leads: pd.DataFrame, policy: Policy) -> tuple[pd.Series, pd.Series]:
    evidence = leads["budget_evidence"]
    # An estimate never counts (C18); a budget without evidence is one, too.
    usable = evidence.isin(["stated", "history"])
    low, high = in_book_currency(leads, "budget", policy)
    wanted_low, wanted_high = in_book_currency(leads, "expected_amount", policy)
    wanted = wanted_low.fillna(wanted_high)
    # Rounded, so that 0.8 of an amount is 0.8 after its currency is changed, too.
    cover = (high.fillna(low) / wanted.where(wanted > 0)).round(9).where(usable)
    return leads["budget_status"].where(usable, None), cover


def _signals(leads: pd.DataFrame, policy: Policy, today: date) -> pd.Series:
    """Sum of the directions of press signals that are young enough (C20); missing when there are none."""
    rules = policy.section("signal")
    listed = leads["signals"].dropna().explode().dropna()
    if listed.empty:
        return pd.Series(np.nan, index=leads.index)
    code = listed.map(lambda item: item["code"])
    day = pd.to_datetime(listed.map(lambda item: item["date"]), format="ISO8601", errors="coerce")
    age = (pd.Timestamp(today) - day).dt.days
    direction = code.map({row["id"]: row["points"] for row in rules}).astype(float)
    limit = code.map({row["id"]: row.get("expires_days", 10**6) for row in rules}).astype(float)
    total = direction.where(~(age > limit)).groupby(level=0).sum(min_count=1)
    return total.reindex(leads.index)


def _days_to_month(leads: pd.DataFrame, today: date) -> pd.Series:
    month = leads["budget_month"]
    ahead = (month - today.month) % 12
    return (ahead * 30.4 - today.day + 1).clip(lower=0).where(month.notna())


def _compliance(leads: pd.DataFrame, policy: Policy) -> pd.Series:
    codes = {c.strip() for c in str(policy.setting("regulated_industries") or "").split(",")}
    regulated = leads["industry.code"].isin(codes)
    settled = leads["compliance_status"].isin(["held", "not_required"])
    return (regulated & ~settled).astype(object).where(regulated | leads["compliance_status"].notna(), None)


def build_features(
    leads: pd.DataFrame, interactions: pd.DataFrame, contradictions: pd.Series, policy: Policy, today: date
) -> pd.DataFrame:
    """All derived values: ``leads`` plus one column a feature (rows and index as in ``leads``).

    ``contradictions`` counts contradictory answers by lead row (R17); ``today`` is the as-of date.
    Sources: C05, C06, C08, C11, C18–C20, F08, F13, R19.
    """
    contact = contact_values(leads, interactions)
    band = size_band(leads)
    confirmed, cover = _budget(leads, policy)
    deal_low, deal_high = in_book_currency(leads, "expected_amount", policy)
    to_need = (leads["needed_by"] - pd.Timestamp(today)).dt.days.clip(lower=0)
    home = str(policy.setting("region"))
    region = leads["region"].fillna(home)
    features = {
        "size_band": band,
        "authority_class": authority_class(leads, band),
        "chain_completeness": leads["decision_chain.completeness"],
        "contacts_known": leads["decision_chain.people"],
        "days_to_need": to_need,
        "days_to_budget_month": _days_to_month(leads, today),
        "budget_confirmed": confirmed,
        "budget_cover": cover,
        "deal_size": deal_low.fillna(deal_high),
        "industry_code": leads["industry.code"],
        "last_touch": contact["last_touch"],
        "previous_touch": contact["previous_touch"],
        "silent_days": days_between(contact["last_touch"], today, region),
        "last_reaction": contact["last_reaction"],
        "unanswered": contact["unanswered"],
        "attempts_end": contact["attempts_end"],
        "interactions": contact["count"],
        "signal_balance": _signals(leads, policy, today),
        "contradictions": contradictions.reindex(leads.index).fillna(0),
        "compliance_open": _compliance(leads, policy),
        "work_region": region,
    }
    age = chain_age(leads, contact["last_touch"], policy, today)
    return pd.concat([leads, pd.DataFrame(features, index=leads.index), age], axis=1)
