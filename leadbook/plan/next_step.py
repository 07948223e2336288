"""The next step of every lead: kind, window, wanted day, hour, channel and reason (U01–U03, U05–U08, R09, R14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.model.workdays import add_days, days_between, on_or_after
from leadbook.model.worktime import clock_text, work_time
from leadbook.plan.cadence import NEVER, Gaps, Turn, as_days, base_gaps, review_span, turns
from leadbook.plan.first_call import Slots, call_slots
from leadbook.plan.revisit import given_up, revisit_days

Days = npt.NDArray[np.datetime64]
_TIERS: Final = ("A", "B", "C", "D", "nurture", "disqualified")
PROMISED: Final = ("agreed_plan", "first_call")  # done by their day, before everything else
_OUT_OF_TURN: Final = ("lift_gate", "prepare_offer", "visit", "ask")
_FIXED_CHANNEL: Final = {"visit": "visit", "first_call": "phone"}
# What this stage reads of a lead; the whole state is 200 columns wide.
READS: Final = (
    "tier", "stage", "held", "outcome", "closed_date", "revisit_on", "plan_at", "plan_due", "first_quote_at",
    "first_quote_at.has_time", "last_reaction", "preferred_time", "preferred_channel", "work_region",
)  # fmt: skip
_ONE_DAY: Final = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Window:
    """The days of a step, one a lead (NaT = open): not before ``earliest``, meant for ``target``, by ``latest``.

    ``promised`` is the day that was promised, working or not; NaT for steps that nobody was promised.
    """

    earliest: Days
    target: Days
    latest: Days
    promised: Days


def _kinds(
    state: pd.DataFrame, turn: Turn, waits: npt.NDArray[np.bool_], policy: Policy, today: date
) -> tuple[pd.Series, pd.Series]:
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
        (given_up(state), "review", "revisit"),
        (state["outcome"].notna(), "", "closed"),
        (overdue_plan, "agreed_plan", "overdue_plan"),
        (planned, "agreed_plan", "agreed_plan"),
        (quoted & timed & waits, "first_call", "first_call_waits"),
        (quoted & timed, "first_call", "first_call"),
        (quoted, "first_call", "first_call_no_time"),
        (state["tier"].eq("disqualified"), "review", "review"),
        (state["held"], "lift_gate", "lift_gate"),
        (state["review_due"].le(now) & turn.review, "review", "review_due"),
        (state["stage"].eq("qualified_lead") & state["tier"].isin(["A", "B"]), "prepare_offer", "prepare_offer"),
        (warm, "visit", "visit"),
        (state["asks"] & state["tier"].isin(["A", "B", "C"]), "ask", "ask"),
    ]
    masks = [mask.fillna(False).to_numpy(bool) for mask, _, _ in rules]
    usual = turn.kind.fillna("call").to_numpy()
    # Cadence "ask" without an open question is a plain call.
    usual = np.where((usual == "ask") & ~state["asks"].to_numpy(), "call", usual)
    kind = np.select(masks, [k for _, k, _ in rules], default=usual)
    reason = np.select(masks, [r for _, _, r in rules], default=usual)
    index = state.index
    return pd.Series(kind, index=index, dtype=object).replace("", None), pd.Series(reason, index=index, dtype=object)


def _window(
    state: pd.DataFrame, kind: pd.Series, reason: pd.Series, turn: Turn, base: Gaps, slots: Slots, policy: Policy,
    today: date,
) -> Window:  # fmt: skip
    regions, year, size = state["work_region"], today.year, len(state)
    touch, agreed, never = as_days(state["last_touch"]), as_days(state["plan_due"]), np.full(size, NEVER)
    special = kind.isin(_OUT_OF_TURN).to_numpy()
    low, high = np.where(special, base[0], turn.low), np.where(special, base[1], turn.high)
    first = np.full(size, np.datetime64(today))
    usual = [
        add_days(touch, low, regions, year),
        np.where(special, add_days(touch, (low + high) // 2, regions, year), turn.target),
        # Without any contact the gap runs from today: a new step is for today, an open one keeps its date.
        add_days(np.where(np.isnat(touch), first, touch), high, regions, year),
    ]
    looked = np.where(given_up(state), revisit_days(state, policy, today), as_days(state["review_due"]))
    look = on_or_after(looked, regions, year)
    looks = add_days(look, review_span(state["tier"], policy), regions, year)
    by_agreed = _not_after(agreed, regions, today)
    quoted = as_days(state["first_quote_at"]) + _ONE_DAY
    rules = [
        (kind.eq("agreed_plan"), (never, by_agreed, by_agreed, agreed)),
        (kind.eq("first_call"), (np.minimum(quoted, slots.day), slots.day, slots.day, slots.day)),
        (reason.isin(["revisit", "review_due"]), (look, look, looks, never)),
    ]
    masks = [mask.to_numpy(bool) for mask, _ in rules]
    parts = [np.select(masks, [days[n] for _, days in rules], default=d) for n, d in enumerate((*usual, never))]
    return Window(*parts)


def _not_after(days: Days, regions: pd.Series, today: date) -> Days:
    """Each day, or the working day before it: what was promised by a Sunday is done on the Friday."""
    later = on_or_after(days, regions, today.year)
    moved = ~np.isnat(days) & (later != days)
    back = add_days(later, np.where(moved, -1, 0), regions, today.year)
    return np.where(moved, back, later)


def next_steps(state: pd.DataFrame, policy: Policy, today: date) -> pd.DataFrame:
    """One row a lead: ``kind``, ``reason`` (codes), ``channel``, the days ``earliest``, ``target``, ``latest``,
    ``promised`` and ``due`` (datetime64), ``time`` and ``other_time`` (HH:MM or missing), ``slot`` (the text of a
    first call's slot), ``deadline`` (the moment by which it was to be made), ``missed`` (working days since a promise
    was not kept in time; 0 for none).

    ``state`` needs ``READS`` (``held``: a gate holds it), ``last_touch``, ``asks`` (bool: a question is open) and
    ``review_due``; columns ``done.<kind>`` and ``done.first`` where known. ``kind`` is missing for won leads. ``due``
    is the day without regard to anyone's capacity: a working day of the lead's region, never before ``today``.
    ``other_time`` holds when a first call is not on the day of its slot.
    """
    time, regions = work_time(policy), state["work_region"]
    wish = np.asarray(state["preferred_time"].map(time.hours()).fillna(-1), dtype=np.int64)
    deadline = state["first_quote_at"] + pd.Timedelta(hours=policy.number("first_call_hours"))
    slots, turn = call_slots(deadline, wish, regions, time, today), turns(state, policy, today)
    base = base_gaps(state["tier"], policy)
    kind, reason = _kinds(state, turn, slots.waits, policy, today)
    window = _window(state, kind, reason, turn, base, slots, policy, today)
    first = on_or_after(np.full(len(state), np.datetime64(today)), regions, today.year)
    channel = kind.map(_FIXED_CHANNEL).fillna(state["preferred_channel"])
    channel = channel.fillna(turn.channel.where(~kind.isin(_OUT_OF_TURN), base[2]))
    calls = kind.eq("first_call").to_numpy()
    out = pd.DataFrame({"kind": kind, "reason": reason, "channel": channel}, index=state.index)
    # A missing target leaves the first working day.
    days = {**vars(window), "due": np.fmax(window.target, first)}
    for name, values in days.items():
        out[name] = pd.Series(values.astype("datetime64[s]"), index=state.index).where(kind.notna())
    other = _clock_texts(np.where(calls & (wish < 0), time.start, wish))
    out["other_time"], out["slot"] = other, _clock_texts(np.where(calls, slots.minute, -1))
    on_slot = calls & (days["due"] == slots.day)
    out["time"] = np.where(on_slot, out["slot"], other)
    out.loc[kind.isna(), ["channel", "time", "other_time"]] = None
    out["deadline"] = deadline.where(calls)
    out["missed"] = _missed(window.promised, regions, today)
    return out


def _missed(promised: Days, regions: pd.Series, today: date) -> npt.NDArray[np.int64]:
    """Working days since each promised day that has passed, today included; 0 for none, and 1 before the first one."""
    out = np.zeros(len(promised), np.int64)
    passed = promised < np.datetime64(today)  # never for NaT
    since = pd.Series(promised[passed] + _ONE_DAY, index=regions.index[passed])
    count = days_between(since, today + timedelta(1), regions[passed])
    out[passed] = np.maximum(count.to_numpy(), 1)
    return out


def _clock_texts(minutes: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """``HH:MM`` of each minute, ``None`` below zero; every distinct one is worded once."""
    distinct, codes = np.unique(minutes, return_inverse=True)
    texts = [clock_text(int(minute)) if minute >= 0 else None for minute in distinct.tolist()]
    return np.array([*texts, None], dtype=object)[codes]
