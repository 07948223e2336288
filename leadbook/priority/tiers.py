"""Tiers from totals, held near the cut-off and by capacity, lowered by gates (T05, DESIGN §7)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.priority.gates import Gates

TIERS: Final = ("A", "B", "C", "D", "nurture", "disqualified")
_RANK: Final = {tier: rank for rank, tier in enumerate(TIERS)}
_NURTURE: Final = _RANK["nurture"]
Ints = npt.NDArray[np.int64]


def cutoffs(policy: Policy) -> list[tuple[str, float]]:
    """(tier, lowest total) from A to D; below the last one a lead is nurtured."""
    return [(row["id"], float(row["points"])) for row in policy.section("tier")]


def _by_total(total: Ints, policy: Policy, shift: float = 0.0) -> Ints:
    """Tier ranks by the cut-offs, each moved by ``shift`` points."""
    bounds = np.array([points for _, points in cutoffs(policy)]) + shift
    names = [_RANK[tier] for tier, _ in cutoffs(policy)]
    rank = np.full(len(total), _NURTURE, dtype=np.int64)
    for bound, tier in reversed(list(zip(bounds, names, strict=True))):
        rank = np.where(total >= bound, tier, rank)
    return rank


def _held(total: Ints, rank: Ints, last: Ints, policy: Policy) -> Ints:
    """A lead near a cut-off keeps its last tier, at most one tier from where its total would put it."""
    margin = policy.number("hysteresis_points")
    easier, harder = _by_total(total, policy, -margin), _by_total(total, policy, margin)
    known = (last >= 0) & (last <= _NURTURE)
    near = known & (np.abs(last - rank) == 1) & (last >= easier) & (last <= harder)
    return np.where(near, last, rank)


def _capped(total: Ints, rank: Ints, free: npt.NDArray[np.bool_], policy: Policy) -> Ints:
    """Only the best totals stay in A when the policy limits how many (T08)."""
    capacity = policy.settings.get("tier_a_capacity")
    in_a = np.flatnonzero((rank == 0) & free)
    if capacity is None or len(in_a) <= int(capacity):
        return rank
    bound = np.sort(total[in_a])[::-1][max(int(capacity) - 1, 0)] if int(capacity) > 0 else total.max() + 1
    # Equal totals stay together on the lower side, so that no one is preferred without a reason.
    keeps = total[in_a] > bound if (total[in_a] >= bound).sum() > int(capacity) else total[in_a] >= bound
    out = rank.copy()
    out[in_a[~keeps]] = 1
    return out


def assign_tiers(
    total: pd.Series, gates: Gates, last: pd.Series, policy: Policy, closed: pd.Series | None = None
) -> pd.DataFrame:
    """Columns ``tier``, ``cutoff_tier`` and ``held_by`` (``hysteresis``, ``capacity``, ``gate`` or missing).

    ``last`` is the tier before this ISO week (missing for new leads). For leads with the same last tier
    and no gate, a higher total never gets a lower tier. ``closed`` leads (won, lost) take no seat in A.
    """
    points = total.to_numpy()
    by_total = _by_total(points, policy)
    previous = np.asarray(last.map(_RANK).fillna(-1), dtype=np.int64)
    open_ = ~np.any(gates.closed, axis=1)
    if closed is not None:
        open_ &= ~closed.to_numpy(dtype=bool)
    held = _held(points, by_total, previous, policy)
    capped = _capped(points, held, open_, policy)
    final = capped.copy()
    for column, gate in enumerate(gates.gates):
        floor = _RANK["disqualified"] if gate.effect == "disqualify" else _RANK[gate.cap or "nurture"]
        final = np.where(gates.closed[:, column], np.maximum(final, floor), final)
    # A lead that lost its margin to capacity stands where its total puts it: nothing holds it.
    by_capacity = (capped != held) & (capped != by_total)
    held_by = np.select(
        [final != capped, by_capacity, capped != by_total], ["gate", "capacity", "hysteresis"], default=""
    ).astype(object)
    names = np.array(TIERS, dtype=object)
    out = pd.DataFrame({"tier": names[final], "cutoff_tier": names[by_total]}, index=total.index)
    out["held_by"] = pd.Series(held_by, index=total.index, dtype=object).replace("", None)
    return out
