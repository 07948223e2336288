"""Movement: this run against the last state before this ISO week, with its cause (DESIGN §7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.priority.gates import APART, gate_ids
from leadbook.priority.override import bounds
from leadbook.priority.tiers import TIERS

COMPARED: Final = ("tier", "total", "score", "quadrant", "stage", "gate_ids")
_BY_HAND: Final = ("machine_tier", "machine_score")


def iso_week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def comparable(history: pd.DataFrame, policy: Policy, lacks: Collection[str] = ()) -> pd.DataFrame:
    """LB_History with what movements compare: ``gate_ids``, ``overridden`` (bool: tier or score was set by hand),
    ``last_machine_tier``, the tier that the points gave, ``bound``, the best tier (as a rank) that the gates left
    to a hand, and ``tells_hand``, ``tells_handoff`` (bool: a line can tell this at all).

    ``lacks``: keys of columns that the book's History does not have; what they would say is never a change.
    """
    gates = gate_ids(history["gates"], policy)
    return history.assign(
        gate_ids=gates,
        overridden=history[list(_BY_HAND)].notna().any(axis=1),
        last_machine_tier=history["machine_tier"].fillna(history["tier"]),
        bound=_bound(gates, bounds(policy)),
        tells_hand=not set(_BY_HAND) & set(lacks),
        tells_handoff="handoff" not in lacks,
    )


def _bound(gates: pd.Series, ranks: dict[str, int]) -> pd.Series:
    worst = {text: max(ranks.get(gate, 0) for gate in text.split(APART)) for text in gates.dropna().unique()}
    return gates.map(worst).fillna(0).astype(int)


def last_states(history: pd.DataFrame, today: date) -> pd.DataFrame:
    """The newest history line of each lead before this ISO week, indexed by ``lead_key``."""
    monday = pd.Timestamp(date.fromisocalendar(*today.isocalendar()[:2], 1))
    older = history[history["date"] < monday]
    newest = older.sort_values("date", kind="stable").drop_duplicates("lead_key", keep="last")
    return newest.set_index("lead_key")


def latest_states(history: pd.DataFrame, today: date) -> pd.DataFrame:
    """The newest history line of each lead before today, indexed by ``lead_key`` (what a new line is compared with)."""
    older = history[history["date"] < pd.Timestamp(today)]
    newest = older.sort_values("date", kind="stable").drop_duplicates("lead_key", keep="last")
    return newest.set_index("lead_key")


def _differs(state: pd.DataFrame, old: pd.DataFrame) -> pd.Series:
    """Where any compared column is another than before (bool, indexed like ``state``)."""
    out = state["overridden"].ne(old["overridden"].eq(True)) & old["tells_hand"].eq(True)
    for column in COMPARED:
        out |= state[column].ne(old[column]) & ~(state[column].isna() & old[column].isna())
    # A line of an older book says nothing about the hand-off.
    return out | (state["handoff"].ne(old["handoff"]) & old["handoff"].notna())


def _set_again(state: pd.DataFrame, old: pd.DataFrame) -> pd.Series:
    """Where a value set by hand gave way to another one (bool)."""
    pairs = (("tier", "machine_tier"), ("score", "machine_score"))
    both = [state[m].notna() & old[m].notna() & state[shown].ne(old[shown]) for shown, m in pairs]
    return both[0] | both[1]


def _begun_or_ended(state: pd.DataFrame, old: pd.DataFrame, step: pd.Series) -> pd.Series:
    """Where a value set by hand counts now and did not before, or the other way round (bool)."""
    # A line that cannot tell leaves only a tier that moved to where the hand put it.
    told = old["tells_hand"].eq(True) | (state["held_by"].eq("override") & step.ne(0))
    return state["overridden"].ne(old["overridden"].eq(True)) & told


def _opened_or_shut(state: pd.DataFrame, old: pd.DataFrame) -> pd.Series:
    """Where a value set by hand began or ended to count because of a gate (bool): what the hand wrote stayed."""
    wanted = state["override_tier"].map({tier: n for n, tier in enumerate(TIERS)})
    opened = state["overridden"] & (wanted < old["bound"])
    shut = ~state["overridden"] & state["override_blocked"]
    return opened | shut


def compare(state: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Columns ``movement`` (new, up, down, same) and ``cause``, indexed like ``state``.

    ``state`` has ``lead_key``, the compared columns, ``answers`` (fingerprint of the answers),
    ``interactions`` (their number), ``policy`` (fingerprint), ``held_by`` and the columns of ``apply_overrides``.
    ``before`` comes from ``comparable``. Tier decides the direction.
    """
    old = before.reindex(state["lead_key"]).set_axis(state.index)
    known = old["tier"].notna()
    rank = {tier: n for n, tier in enumerate(TIERS)}
    step = state["tier"].map(rank) - old["tier"].map(rank)
    movement = np.select([~known, step < 0, step > 0], ["new", "up", "down"], default="same")
    changed = known & _differs(state, old)
    regated = state["gate_ids"].fillna("").ne(old["gate_ids"].fillna(""))
    by_hand = _begun_or_ended(state, old, step) & ~(regated & _opened_or_shut(state, old))
    again = _set_again(state, old)
    cause = np.select(
        [
            ~known,
            ~changed,
            by_hand & state["overridden"],
            by_hand,
            state["policy"].ne(old["policy"]),
            regated,
            again,
            # What holds a tier away from its cut-off says more than why the total moved (DESIGN §7).
            state["held_by"].isin(["hysteresis", "capacity"]),
            state["interactions"].ne(old["interactions"]),
            state["answers"].ne(old["answers"]),
        ],
        ["first_run", "", "override", "override_ended", "policy", "gate", "override", "held", "interaction",
         "new_answer"],
        default="time",
    ).astype(object)
    cause = np.where(cause == "held", state["held_by"].fillna("").to_numpy(), cause)
    out = pd.DataFrame({"movement": movement}, index=state.index, dtype=object)
    out["cause"] = pd.Series(cause, index=state.index, dtype=object).replace("", None)
    return out
