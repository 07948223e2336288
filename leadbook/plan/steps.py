"""Planned steps join the rows that people already work in: updated in place, appended, never lost (DESIGN §5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from leadbook.model.codes import CLOSED
from leadbook.plan.done import days_to_keep
from leadbook.plan.schedule import schedule
from leadbook.plan.team import Team


@dataclass(frozen=True)
class StepChanges:
    """``current``: the open step of each lead, indexed like the plan, with ``row``, its sheet row (NaN for a new one).
    ``settled``: sheet rows that are no longer planned; they keep their words and lose only their rank.
    ``counted``: by sheet row the day that a step done without a day counts on from now on."""

    current: pd.DataFrame
    settled: tuple[int, ...]
    counted: pd.Series

    @cached_property
    def updates(self) -> pd.DataFrame:
        """leadbook's columns for existing rows, indexed by their sheet row."""
        there = self.current[self.current["row"].notna()]
        return there.set_axis(there["row"].astype(int)).sort_index()

    @cached_property
    def appends(self) -> pd.DataFrame:
        """New rows in their order."""
        return self.current[self.current["row"].isna() & self.current["kind"].notna()].sort_values("rank")


def step_id(lead_key: str, number: int) -> str:
    """A stable id: the n-th step of one lead, whatever else changes in the book."""
    return "S" + hashlib.sha256(f"{lead_key}\n{number}".encode()).hexdigest()[:10]


def _fresh_ids(keys: Iterable[str], numbers: Iterable[int], known: pd.Series) -> list[str]:
    """The next id of each lead that no row of the table carries, even after rows were deleted."""
    used, out = set(known.dropna()), list[str]()
    for key, number in zip(keys, numbers, strict=True):
        fresh = step_id(key, number)
        while fresh in used:
            number += 1
            fresh = step_id(key, number)
        out.append(fresh)
    return out


def open_steps(steps: pd.DataFrame) -> pd.DataFrame:
    """The open row of each lead, the lowest one where there are several: index = lead key, ``row`` = sheet row."""
    rows = steps[~steps["status"].isin(CLOSED)].dropna(subset=["lead_key"])
    return rows.reset_index(names="row").drop_duplicates("lead_key", keep="last").set_index("lead_key")


def join_steps(
    plan: pd.DataFrame, steps: pd.DataFrame, today: date, team: Team | None = None, archive: pd.DataFrame | None = None
) -> StepChanges:
    """Match the plan with the rows of LB_FollowUps and give every step its day within the capacity of ``team``.

    ``plan`` (index = lead rows): ``lead_key``, ``lead_name``, ``owner``, ``work_region``, ``purpose``, ``tier``,
    ``urgency``, ``high_value``, ``total`` and the columns of ``next_steps``. ``steps`` (index = sheet rows): the table
    as read; ``archive``: LB_Done, whose ids are not used again. ``current`` adds ``row``, ``step_id``, ``rank``,
    ``overdue``, ``late``, ``stuck`` and ``wanted``, the day without regard to capacity.
    Ranks run over open steps: earliest due first, then urgency (U07), high value (R13), total.
    """
    newest, keys = open_steps(steps), plan["lead_key"]

    def at_lead(column: str) -> pd.Series:
        return newest[column].reindex(keys).set_axis(plan.index)

    matched, active = at_lead("row"), plan["kind"].notna()
    has_row = matched.notna()
    current = _scheduled(plan, at_lead("due").where(at_lead("kind").eq(plan["kind"]) & has_row), active, team, today)
    known = at_lead("step_id").astype(object)
    new = keys[active & ~(has_row & known.notna())]
    ever = [table[["lead_key", "step_id"]] for table in (steps, archive) if table is not None and len(table)]
    rows = pd.concat(ever) if ever else steps[["lead_key", "step_id"]]
    numbers = rows.groupby("lead_key").size().reindex(new).fillna(0).astype(int) + 1
    known.loc[new.index] = _fresh_ids(new, numbers, rows["step_id"])
    current["step_id"] = known
    order = current[active].sort_values(
        ["due", "urgency", "high_value", "total", "lead_key"], ascending=[True, False, False, False, True],
        kind="stable",
    )  # fmt: skip
    current["rank"] = pd.Series(np.arange(1, len(order) + 1), index=order.index).reindex(plan.index)
    current["overdue"] = active & (current["due"] < pd.Timestamp(today))
    current["row"] = matched.astype(float)
    settled = tuple(steps.index[~steps.index.isin(matched[has_row])].astype(int).tolist())
    return StepChanges(current, settled, days_to_keep(steps, today))


def _scheduled(
    plan: pd.DataFrame, old_due: pd.Series, active: pd.Series, team: Team | None, today: date
) -> pd.DataFrame:
    """The plan with the days that there is room for; an open step keeps its date while that is still right."""
    days = schedule(plan.assign(old_due=old_due)[active], team or Team(), today).reindex(plan.index)
    slot_day = plan["kind"].eq("first_call") & (days["due"] != plan["target"])
    return plan.assign(
        wanted=plan["due"],
        due=days["due"],
        late=days["late"].eq(True),
        stuck=days["stuck"].eq(True),
        time=plan["time"].where(~slot_day, plan["other_time"]),
    )
