"""Steps to days within everyone's capacity: promises first, kept dates next, then by urgency (T08, U02, U03, U07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.workdays import working
from leadbook.plan.next_step import PROMISED
from leadbook.plan.room import Room, make_room
from leadbook.plan.sweep import NOWHERE, Steps, backward, earlier, forward, in_order
from leadbook.plan.team import Team, rep_key

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
HORIZON: Final = 540  # days that are planned with capacity; what lies further off has room enough
_ROUNDS: Final = 9
_FAR: Final = HORIZON * 99


@dataclass
class _Plan:
    """The work of one schedule: ``at`` is the day of each step so far (``NOWHERE`` = none yet)."""

    steps: Steps
    at: Ints

    def place(self, some: Ints, days: Ints) -> Ints:
        """Note the days of ``some``; gives those that found none."""
        self.at[some] = days
        left: Ints = some[days == NOWHERE]
        return left


def schedule(steps: pd.DataFrame, team: Team, today: date) -> pd.DataFrame:
    """Columns ``due`` (datetime64), ``late`` (after its window for want of room) and ``stuck`` (no room at all).

    ``steps`` (any index, open steps only): ``owner``, ``work_region``, ``kind``, the window ``earliest``, ``due`` (the
    wanted day), ``latest``, ``promised``; ``old_due`` (NaT for new steps), ``urgency``, ``high_value``, ``total``,
    ``lead_key``. Steps that are overdue keep their day and take room from today on. Steps without owner know no
    limit. The same input with the dates given here as ``old_due`` gives the same dates.
    """
    origin = np.datetime64(today)
    ids, frame, kept = _numbered(steps, today)
    regions, region = np.unique(frame["work_region"].astype(str), return_inverse=True)
    days = origin + np.arange(HORIZON)
    works = np.array([working(days, str(name), today.year) for name in regions]).reshape(-1, HORIZON)
    keys, rep = np.unique(frame["rep"].to_numpy(str), return_inverse=True)
    first = works.argmax(axis=1)[region]
    old, raw_latest = _number(frame["old_due"], origin, NOWHERE), _number(frame["latest"], origin, NOWHERE)
    wanted = np.maximum(_number(frame["due"], origin, NOWHERE), first)
    earliest = np.minimum(np.maximum(_number(frame["earliest"], origin, 0), 0), wanted)
    one = Steps(rep, region, earliest, wanted, np.maximum(raw_latest, wanted), works)
    plan = _Plan(one, np.full(len(frame), NOWHERE))
    room = make_room(team, [str(key) for key in keys], origin, HORIZON)
    if "" in keys:
        nobody = int(np.flatnonzero(keys == "")[0])
        room.day[nobody], room.week[nobody] = _FAR, _FAR
    near = wanted < HORIZON
    promised = frame["kind"].isin(PROMISED).to_numpy()
    # A date that is still ahead stays unless a rule forbids it now.
    stays = kept & (old >= earliest) & (old < HORIZON) & ~promised
    stays[stays] = works[region[stays], old[stays]]
    passed = kept & (old < 0)
    owed = promised & ~passed & near
    _promises(plan, room, np.flatnonzero(owed & (raw_latest >= wanted)), np.flatnonzero(owed & (raw_latest < wanted)))
    here = np.flatnonzero(stays)
    plan.place(here, forward(one, room, here, old[here], old[here]))
    _make_way(plan, room, np.flatnonzero(passed))
    fresh = np.flatnonzero(~promised & ~passed & near & (plan.at == NOWHERE))
    stuck = _fill(plan, room, fresh)
    due = np.where(plan.at == NOWHERE, wanted, plan.at)
    due[passed] = np.where(promised, np.maximum(old, np.minimum(raw_latest, -1)), old)[passed]
    late = (due > one.latest) & ~promised & ~passed & near
    out = pd.DataFrame({"due": origin + due, "late": late, "stuck": np.isin(np.arange(len(frame)), stuck)}, index=ids)
    return out.reindex(steps.index).astype({"due": "datetime64[s]"})


def _numbered(steps: pd.DataFrame, today: date) -> tuple[pd.Index, pd.DataFrame, Bools]:
    """(index, rows, whether the old date counts), sorted by rep and importance."""
    at_its_day = steps["old_due"].eq(steps["due"]) & steps["kind"].isin(PROMISED)
    importance = steps["kind"].map({kind: n for n, kind in enumerate(PROMISED)}).fillna(len(PROMISED))
    keys = pd.DataFrame({
        "rep": rep_key(steps["owner"]).fillna("").astype(object), "class": importance, "moved": ~at_its_day,
        "urgency": -steps["urgency"].fillna(-1).astype(float), "value": ~steps["high_value"].astype(bool),
        "total": -steps["total"].astype(float), "key": steps["lead_key"].astype(str),
    })  # fmt: skip
    order = keys.sort_values(list(keys.columns), kind="stable").index
    rows = steps.loc[order].assign(rep=keys["rep"])
    now = pd.Timestamp(today)
    superseded = rows["kind"].isin(PROMISED) & ~(rows["latest"] < now)
    passed = (rows["old_due"] < now) & ~superseded & ~(rows["old_due"] < rows["earliest"])
    valid = rows["old_due"].notna() & ((rows["old_due"] >= now) | passed)
    return rows.index, rows, valid.to_numpy(bool)


def _number(days: pd.Series, origin: np.datetime64, missing: int) -> Ints:
    """Days from ``origin``; ``missing`` for NaT."""
    values = days.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(values), missing, (values - origin).astype(np.int64))


def _promises(plan: _Plan, room: Room, some: Ints, broken: Ints) -> None:
    """On their day, else the nearest day before it; after it, with those already broken, when there is no other."""
    s = plan.steps
    left = plan.place(some, backward(s, room, some, s.earliest[some], s.wanted[some]))
    left = np.union1d(left, broken)
    plan.place(left, forward(s, room, left, s.wanted[left], np.full(len(left), _FAR)))


def _make_way(plan: _Plan, room: Room, passed: Ints) -> None:
    """Overdue steps take room from today on; what came late for want of room moves up where there is some."""
    s, base = plan.steps, room.copy()
    for _ in range(_ROUNDS):
        now = base.copy()
        forward(s, now, passed, np.zeros(len(passed), np.int64), np.full(len(passed), _FAR))
        before = plan.at.copy()
        for start, limit in ((s.wanted, s.latest), (s.earliest, s.latest)):
            late = np.flatnonzero((plan.at > limit) & (plan.at != NOWHERE))
            plan.at[late] = earlier(s, now, late, start[late], plan.at[late])
        room.day[:], room.week[:] = now.day, now.week
        moved = np.flatnonzero(before != plan.at)
        if not len(moved):
            return
        base.give_back(s.rep[moved], before[moved])
        np.subtract.at(base.day, (s.rep[moved], plan.at[moved]), 1)
        np.subtract.at(base.week, (s.rep[moved], base.week_of(plan.at[moved])), 1)


def _fill(plan: _Plan, room: Room, fresh: Ints) -> Ints:
    """New steps: in their window from the wanted day on, else before it, else the first free day; gives the rest."""
    s = plan.steps
    left = plan.place(fresh, forward(s, room, fresh, s.wanted[fresh], s.latest[fresh]))
    left = plan.place(left, backward(s, room, left, s.earliest[left], s.wanted[left] - 1))
    placed = fresh[plan.at[fresh] != NOWHERE]
    plan.at[placed] = in_order(s, placed, plan.at[placed])
    return plan.place(left, forward(s, room, left, s.wanted[left], np.full(len(left), _FAR)))
