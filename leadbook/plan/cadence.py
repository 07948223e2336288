"""What comes round for each tier, and when: gaps in working days, months in calendar months (U02, U03, R14, R15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy, Row
from leadbook.model.workdays import add_days, on_or_after

Days = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]
Gaps = tuple[Ints, Ints, pd.Series]  # min gap, max gap, channel: one a lead
NEVER: Final = np.datetime64("NaT", "D")
_MONTHS: Final = {"monthly": 1, "quarterly": 3}  # column *effect* of a cadence row
_GAPS: Final = (5, 22)  # of a tier that the policy has no row for


@dataclass(frozen=True)
class Turn:
    """The row of the policy whose turn it is, one a lead: gaps in working days, kind, channel, the day it is for.

    ``review``: the tier has its information looked at each quarter (R14)."""

    low: Ints
    high: Ints
    kind: pd.Series
    channel: pd.Series
    target: Days
    review: npt.NDArray[np.bool_]


def rows_of(tier: str, policy: Policy) -> list[Row]:
    """The rows of a tier that take turns; a review beside other rows has its own day instead."""
    rows = [row for row in policy.section("cadence") if row["id"] == tier]
    taking = [row for row in rows if row["kind"] != "review"]
    return taking or rows


def plus_months(days: pd.Series, months: int) -> Days:
    """The same day some months later; the last of a shorter month where there is no such day (R15)."""
    return (days + pd.DateOffset(months=months)).to_numpy().astype("datetime64[D]")


def as_days(values: pd.Series) -> Days:
    return values.to_numpy().astype("datetime64[D]")


def last_done(state: pd.DataFrame, kind: str) -> pd.Series:
    """When a step of this kind was last done with each lead (column ``done.<kind>``); NaT for never."""
    column = f"done.{kind}"
    return state[column] if column in state else pd.Series(pd.NaT, index=state.index, dtype="datetime64[s]")


def turns(state: pd.DataFrame, policy: Policy, today: date) -> Turn:
    """Whose turn it is: of a tier's rows the one that is due first, the rarer one when two are due together.

    A row with months counts from the last step of its kind; before there was one, the tier's first row counts from
    the newest contact and the others from the first step on record. Gaps count from the newest contact.
    """
    size, touch, regions = len(state), as_days(state["last_touch"]), state["work_region"]
    first = last_done(state, "first").fillna(state["last_touch"])
    low, high = np.full(size, _GAPS[0]), np.full(size, _GAPS[1])
    kind, channel = np.full(size, None, dtype=object), np.full(size, None, dtype=object)
    due, target, months = np.full(size, NEVER), np.full(size, NEVER), np.zeros(size)
    for tier in state["tier"].unique():
        here = np.flatnonzero(state["tier"].eq(tier))
        some, spoken, region = state.iloc[here], touch[here], regions.iloc[here]
        for place, row in enumerate(rows_of(str(tier), policy)):
            gap, every = (int(row["points"]), int(row["most"])), _MONTHS.get(row.get("effect", ""), 0)
            since = last_done(some, row["kind"]).fillna(some["last_touch"] if place == 0 else first.iloc[here])
            spaced = add_days(spoken, np.full(len(here), sum(gap) // 2), region, today.year)
            raw = plus_months(since, every) if every else spaced
            sooner = (raw < due[here]) | ((raw == due[here]) & (every > months[here]))
            wins, at = (sooner, here[sooner]) if place else (slice(None), here)
            kept = _between(raw[wins], spoken[wins], gap, region[wins], today.year)
            due[at], target[at], months[at] = raw[wins], kept, every
            low[at], high[at], kind[at], channel[at] = *gap, row["kind"], row["answer"]
    reviewed = {row["id"] for row in policy.section("cadence") if row["kind"] == "review"}
    index = state.index
    return Turn(
        low, high, pd.Series(kind, index=index, dtype=object), pd.Series(channel, index=index, dtype=object), target,
        state["tier"].isin(reviewed).to_numpy(),
    )  # fmt: skip


def base_gaps(tier: pd.Series, policy: Policy) -> Gaps:
    """(min gap, max gap, channel) of each lead's tier by its first row: what steps out of turn keep to."""
    codes, names = pd.factorize(tier)
    rows = [next(iter(rows_of(name, policy)), {}) for name in names]
    low, high = (np.array([*(int(row.get(c, usual)) for row in rows), usual])[codes]
                 for c, usual in (("points", _GAPS[0]), ("most", _GAPS[1])))  # fmt: skip
    channel = np.array([*(row.get("answer") for row in rows), None], dtype=object)[codes]
    return low, high, pd.Series(channel, index=tier.index, dtype=object)


def review_span(tier: pd.Series, policy: Policy) -> Ints:
    """Working days within which a review that is due should be done, by tier."""
    rows = {row["id"]: int(row["most"] - row["points"]) for row in policy.section("cadence") if row["kind"] == "review"}
    return tier.map(rows).fillna(_GAPS[1]).to_numpy(np.int64)


def _between(days: Days, touch: Days, gap: tuple[int, int], regions: pd.Series, year: int) -> Days:
    """Each day as a working day, not before the min gap and not after the max gap since the newest contact."""
    worked = on_or_after(days, regions, year)
    earliest, latest = (add_days(touch, np.full(len(days), n), regions, year) for n in gap)
    return np.minimum(np.maximum(worked, earliest), latest)
