"""Planned steps join the rows that people already work in: updated in place, appended, never lost (DESIGN §5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import count

import numpy as np
import pandas as pd

CLOSED = ("done", "skipped", "cancelled")


@dataclass(frozen=True)
class StepChanges:
    """``updates``: leadbook's columns for existing rows, indexed by their sheet row. ``appends``: new rows.
    ``settled``: sheet rows that are no longer planned; they keep their words and lose only their rank.
    ``current``: the open step of each lead, indexed like the plan."""

    updates: pd.DataFrame
    appends: pd.DataFrame
    settled: tuple[int, ...]
    current: pd.DataFrame


def step_id(lead_key: str, number: int) -> str:
    """A stable id: the n-th step of one lead, whatever else changes in the book."""
    return "S" + hashlib.sha256(f"{lead_key}\n{number}".encode()).hexdigest()[:10]


def _fresh_ids(keys: Iterable[str], numbers: Iterable[int], known: pd.Series) -> list[str]:
    """The next id of each lead that no row of the table carries, even after rows were deleted."""
    used = set(known.dropna())
    pairs = zip(keys, numbers, strict=True)
    return [next(i for n in count(int(first)) if (i := step_id(key, n)) not in used) for key, first in pairs]


def _kept_due(plan: pd.DataFrame, old_due: pd.Series) -> pd.Series:
    """An open step keeps its date until something new happened, so that it can become overdue."""
    keeps = (plan["target"].isna() | (plan["target"] <= old_due)) & (old_due <= plan["due"])
    return plan["due"].where(~keeps, old_due)


def join_steps(plan: pd.DataFrame, steps: pd.DataFrame, today: date) -> StepChanges:
    """Match the plan with the rows of LB_FollowUps.

    ``plan`` (index = lead rows): ``lead_key``, ``lead_name``, ``owner``, ``kind``, ``due``, ``target``, ``channel``,
    ``purpose``, ``reason``, ``tier``, ``urgency``, ``total``. ``steps`` (index = sheet rows): the table as read.
    Ranks run over open steps: earliest due first, then urgency (U07), then total.
    """
    open_rows = steps[~steps["status"].isin(CLOSED)].dropna(subset=["lead_key"])
    newest = open_rows.reset_index(names="row").drop_duplicates("lead_key", keep="last").set_index("lead_key")
    matched = newest["row"].reindex(plan["lead_key"]).set_axis(plan.index)
    has_row = matched.notna()
    current = plan.copy()
    old_due = newest["due"].reindex(plan["lead_key"]).set_axis(plan.index)
    same_kind = newest["kind"].reindex(plan["lead_key"]).set_axis(plan.index).eq(plan["kind"])
    current["due"] = _kept_due(plan, old_due.where(same_kind & has_row))
    active = plan["kind"].notna()
    numbers = steps.groupby("lead_key").size().reindex(plan["lead_key"]).fillna(0).astype(int).to_numpy() + 1
    fresh = _fresh_ids(plan["lead_key"], numbers, steps["step_id"])
    known = newest["step_id"].reindex(plan["lead_key"]).set_axis(plan.index)
    current["step_id"] = known.where(has_row & known.notna(), pd.Series(fresh, index=plan.index, dtype=object))
    order = current[active].sort_values(
        ["due", "urgency", "total", "lead_key"], ascending=[True, False, False, True], kind="stable"
    )
    current["rank"] = pd.Series(np.arange(1, len(order) + 1), index=order.index).reindex(plan.index)
    current["overdue"] = active & (current["due"] < pd.Timestamp(today))
    updates = current[has_row].set_axis(matched[has_row].astype(int))
    settled = tuple(int(row) for row in steps.index if row not in updates.index)
    return StepChanges(updates.sort_index(), current[active & ~has_row].sort_values("rank"), settled, current)
