"""The next step of every lead: kind, due date, channel and reason (U01–U03, U05–U08, R14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.model.workdays import add_days, on_or_after

Days = npt.NDArray[np.datetime64]
_TIERS = ("A", "B", "C", "D", "nurture", "disqualified")


@dataclass(frozen=True)
class _Cadence:
    """One row a lead: the policy's gaps, step kind and channel for its tier."""

    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]
    kind: pd.Series
    channel: pd.Series


def _cadence(tier: pd.Series, policy: Policy) -> _Cadence:
    rows = {row["id"]: row for row in policy.section("cadence")}
    low = {t: int(rows[t]["points"]) for t in rows}
    high = {t: int(rows[t]["most"]) for t in rows}
    return _Cadence(
        tier.map(low).fillna(5).to_numpy(np.int64),
        tier.map(high).fillna(22).to_numpy(np.int64),
        tier.map({t: rows[t]["kind"] for t in rows}),
        tier.map({t: rows[t]["answer"] for t in rows}),
    )


def _kinds(state: pd.DataFrame, cadence: _Cadence, policy: Policy, today: date) -> tuple[pd.Series, pd.Series]:
    """(step kind, reason code): the first rule that applies, in order of rank (U08 first)."""
    now = pd.Timestamp(today)
    # A contact keeps the promise when it came on the agreed day or later, and after the promise was noted.
    kept = (state["last_touch"] >= state["plan_due"]) & ~(state["last_touch"] <= state["plan_at"])
    planned = state["plan_due"].notna() & ~kept
    overdue_plan = planned & (state["plan_due"] < now)
    quoted = state["first_quote_at"].notna() & ~(state["last_touch"] > state["first_quote_at"])
    warm_tiers = _TIERS[: _TIERS.index(str(policy.setting("visit_from_tier"))) + 1]
    warm = state["tier"].isin(warm_tiers) & state["last_reaction"].eq("positive")
    timed = state["first_quote_at.has_time"].fillna(False).astype(bool)
    rules: list[tuple[pd.Series, str, str]] = [
        (state["outcome"].notna(), "", "closed"),
        (overdue_plan, "agreed_plan", "overdue_plan"),
        (planned, "agreed_plan", "agreed_plan"),
        (quoted & timed, "first_call", "first_call"),
        (quoted, "first_call", "first_call_no_time"),
        (state["tier"].eq("disqualified"), "review", "review"),
        (state["held"], "lift_gate", "lift_gate"),
        (state["review_due"].le(now) & state["tier"].isin(["D", "nurture"]), "review", "review_due"),
        (state["stage"].eq("qualified_lead") & state["tier"].isin(["A", "B"]), "prepare_offer", "prepare_offer"),
        (warm, "visit", "visit"),
        (state["asks"] & state["tier"].isin(["A", "B", "C"]), "ask", "ask"),
    ]
    masks = [mask.fillna(False).to_numpy(bool) for mask, _, _ in rules]
    fallback = cadence.kind.fillna("call").to_numpy()
    # Cadence "ask" without an open question is a plain call.
    fallback = np.where((fallback == "ask") & ~state["asks"].to_numpy(), "call", fallback)
    kind = np.select(masks, [k for _, k, _ in rules], default=fallback)
    reason = np.select(masks, [r for _, _, r in rules], default=fallback)
    index = state.index
    return pd.Series(kind, index=index, dtype=object).replace("", None), pd.Series(reason, index=index, dtype=object)


def _targets(state: pd.DataFrame, kind: pd.Series, cadence: _Cadence, policy: Policy, today: date) -> Days:
    """The working day each step is meant for, before the past is clipped to today; NaT without any contact."""
    regions, year = state["work_region"], today.year
    touch = state["last_touch"].to_numpy().astype("datetime64[D]")
    gap = np.where(kind.isin(["send_content", "review"]), cadence.high, (cadence.low + cadence.high) // 2)
    # Without any contact there is no target: a new step is for today, an open one keeps its date.
    usual = add_days(touch, np.maximum(gap, cadence.low), regions, year)
    agreed = _not_after(state["plan_due"].to_numpy().astype("datetime64[D]"), regions, today)
    hours = pd.Timedelta(hours=policy.number("first_call_hours"))
    deadline = (state["first_quote_at"] + hours).to_numpy().astype("datetime64[D]")
    called = on_or_after(deadline, regions, year)
    review = on_or_after(state["review_due"].to_numpy().astype("datetime64[D]"), regions, year)
    plain_review = kind.eq("review").to_numpy() & state["tier"].isin(["D", "nurture"]).to_numpy()
    return np.select(
        [kind.eq("agreed_plan").to_numpy(), kind.eq("first_call").to_numpy(), plain_review],
        [agreed, called, review],
        default=usual,
    )


def _not_after(days: Days, regions: pd.Series, today: date) -> Days:
    """Each day, or the working day before it: what was promised by a Sunday is done on the Friday."""
    later = on_or_after(days, regions, today.year)
    moved = ~np.isnat(days) & (later != days)
    back = add_days(later, np.where(moved, -1, 0), regions, today.year)
    return np.where(moved, back, later)


def next_steps(state: pd.DataFrame, policy: Policy, today: date) -> pd.DataFrame:
    """Columns ``kind``, ``reason`` (codes), ``target``, ``due`` (datetime64), ``channel``; one row a lead.

    ``state`` needs the features plus ``tier``, ``stage``, ``held`` (bool: a gate holds it), ``asks`` (bool: an
    answer is missing that could move the total), ``review_due``, ``plan_due``. ``kind`` is missing for closed
    leads. ``due`` is always a working day of the lead's region, never before ``today``.
    """
    cadence = _cadence(state["tier"], policy)
    kind, reason = _kinds(state, cadence, policy, today)
    target = _targets(state, kind, cadence, policy, today)
    first = on_or_after(np.full(len(state), np.datetime64(today)), state["work_region"], today.year)
    due = np.fmax(target, first)  # a missing target leaves the first working day
    fixed = kind.map({"visit": "visit", "first_call": "phone"})
    channel = fixed.fillna(state["preferred_channel"]).fillna(cadence.channel)
    out = pd.DataFrame({"kind": kind, "reason": reason, "channel": channel}, index=state.index)
    out["target"] = target.astype("datetime64[s]")
    out["due"] = due.astype("datetime64[s]")
    out.loc[kind.isna(), ["target", "due"]] = pd.NaT
    out.loc[kind.isna(), "channel"] = None
    return out
