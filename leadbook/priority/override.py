"""Tier and score set by hand: who, when, why and until when; the computed value stays beside them (K04)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.priority.gates import Gates
from leadbook.priority.tiers import TIERS

SET: Final = ("override_tier", "override_score")
EVIDENCE: Final = ("override_reason", "override_by", "override_on")
IN_FORCE, ENDED, FUTURE, INCOMPLETE = "in_force", "ended", "future", "incomplete"
_RANK: Final = {tier: rank for rank, tier in enumerate(TIERS)}
# Gates that only evidence opens, never a hand: compliance (C10) and high risk (K03). A disqualified lead may be lifted.
_BINDING: Final = ("hold", "cap")


def bounds(policy: Policy) -> dict[str, int]:
    """The best tier (as a rank) that each gate leaves to a hand-set one, by gate id; gates that a hand lifts are not
    among them."""
    return {gate.id: _RANK[gate.cap or "nurture"] for gate in policy.gates if gate.effect in _BINDING}


def override_states(leads: pd.DataFrame, policy: Policy, today: date) -> pd.DataFrame:
    """Columns ``override`` (in_force, ended, future, incomplete; missing without one) and ``override_until``.

    One row a lead. In force from the day it was set until ``override_days`` later, that day included; it needs
    a reason, a name and a date.
    """
    given = leads[list(SET)].notna().any(axis=1)
    now, day = pd.Timestamp(today), leads["override_on"]
    until = day + pd.Timedelta(days=int(policy.number("override_days")))
    state = np.select(
        [~given, day > now, leads[list(EVIDENCE)].isna().any(axis=1), until < now],
        ["", FUTURE, INCOMPLETE, ENDED],
        default=IN_FORCE,
    )
    named = pd.Series(state, index=leads.index, dtype=object).replace("", None)
    return pd.DataFrame({"override": named, "override_until": until.where(given)})


def _held_back(
    gates: Gates, given: npt.NDArray[np.bool_], wanted: npt.NDArray[np.int64], bound: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.object_]]:
    """The tier (as a rank) that the gates leave of the ``wanted`` one, and the names of the gates that lower it;
    only where a tier is ``given``."""
    left = wanted.copy()
    lowering = np.zeros_like(gates.closed)
    for column, gate in enumerate(gates.gates):
        rank = bound.get(gate.id, 0)
        lowering[:, column] = given & gates.closed[:, column] & (wanted < rank)
        left = np.where(lowering[:, column], np.maximum(left, rank), left)
    return left, replace(gates, closed=lowering).names()


def apply_overrides(state: pd.DataFrame, gates: Gates, policy: Policy) -> pd.DataFrame:
    """New ``tier``, ``score``, ``held_by``, plus ``machine_tier`` and ``machine_score`` (missing where no value set by
    hand counts), ``overridden`` (bool: one counts), ``override_blocked`` (bool: a gate keeps the lead below the tier
    set by hand) and ``override_gates`` (the names of those gates).

    ``state`` has the machine's ``tier``, ``score``, ``held_by`` and the columns of ``override_states``.
    """
    force = state["override"].eq(IN_FORCE)
    given = force & state["override_tier"].notna()
    by_score = force & state["override_score"].between(1, 5)
    wanted = np.asarray(state["override_tier"].map(_RANK).fillna(0), dtype=np.int64)
    left, lowered_by = _held_back(gates, given.to_numpy(bool), wanted, bounds(policy))
    tier = pd.Series(np.array(TIERS, dtype=object)[left], index=state.index)
    blocked = given & (left > wanted)
    by_tier = given & ~(blocked & tier.eq(state["tier"]))  # where gates leave nothing of it, the machine's tier stands
    out = pd.DataFrame(index=state.index)
    out["machine_tier"] = state["tier"].where(by_tier, None)
    out["machine_score"] = state["score"].astype(float).where(by_score)
    out["tier"] = state["tier"].where(~by_tier, tier)
    score = state["override_score"].astype(float)
    out["score"] = state["score"].where(~by_score, score).astype(np.int64)
    held = pd.Series(np.where(blocked, "gate", "override"), index=state.index, dtype=object)
    out["held_by"] = state["held_by"].where(~given, held)
    out["overridden"], out["override_blocked"] = by_tier | by_score, blocked
    out["override_gates"] = pd.Series(lowered_by, index=state.index, dtype=object)
    return out
