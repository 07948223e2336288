"""Sweeps over days: each step takes the first day with room, the more important one before the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadbook.plan.room import Room

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NOWHERE = -1


@dataclass(frozen=True)
class Steps:
    """Steps as numbers, sorted by rep and then by importance: ``rep``, ``region`` (codes); ``earliest``, ``wanted``,
    ``latest``: days from the first one. ``works``: regions x days."""

    rep: Ints
    region: Ints
    earliest: Ints
    wanted: Ints
    latest: Ints
    works: Bools


def forward(steps: Steps, room: Room, some: Ints, start: Ints, end: Ints) -> Ints:
    """The first day with room from ``start`` to ``end`` for each of ``some`` steps; ``NOWHERE`` where there is none.

    ``start`` and ``end`` run parallel to ``some``. Who is more important chooses first on every day.
    """
    days = room.day.shape[1]
    placed = np.full(len(steps.rep), NOWHERE)
    until = np.zeros(len(steps.rep), np.int64)
    until[some] = np.minimum(end, days - 1)
    order = np.argsort(start, kind="stable")
    arriving, begins = some[order], start[order]
    waiting, at, day = np.empty(0, np.int64), 0, 0
    while at < len(arriving) or len(waiting):
        if not len(waiting):
            day = max(day, int(begins[at]))
        if day >= days:
            break
        upto = int(np.searchsorted(begins, day, side="right"))
        waiting, at = np.sort(np.r_[waiting, arriving[at:upto]]), max(at, upto)
        waiting = waiting[until[waiting] >= day]
        waiting = _settle(steps, room, waiting, placed, day)
        day += 1
    return placed[some]


def backward(steps: Steps, room: Room, some: Ints, start: Ints, end: Ints) -> Ints:
    """The last day with room from ``end`` down to ``start``; who has no earlier day left chooses first."""
    placed = np.full(len(steps.rep), NOWHERE)
    lowest, highest = np.zeros(len(steps.rep), np.int64), np.full(len(steps.rep), NOWHERE)
    lowest[some], highest[some] = start, end
    waiting = np.sort(some)
    for day in range(int(end.max(initial=NOWHERE)), NOWHERE, -1):
        waiting = waiting[lowest[waiting] <= day]
        if not len(waiting):
            break
        here = waiting[highest[waiting] >= day]
        here = here[np.lexsort((here, lowest[here] < day, steps.rep[here]))]
        left = _settle(steps, room, here, placed, day)
        waiting = np.sort(np.r_[waiting[highest[waiting] < day], left])
    return placed[some]


def earlier(steps: Steps, room: Room, some: Ints, start: Ints, position: Ints) -> Ints:
    """Steps that have a day move to the first one with room from ``start`` on; gives their new days.

    A day that becomes free is offered to the others, too.
    """
    now = np.full(len(steps.rep), NOWHERE)
    begin = np.zeros(len(steps.rep), np.int64)
    now[some], begin[some] = position, start
    waiting = np.sort(some)
    for day in range(int(start.min(initial=0)), int(position.max(initial=0))):
        waiting = waiting[now[waiting] > day]
        if not len(waiting):
            break
        placed = np.full(len(steps.rep), NOWHERE)
        _settle(steps, room, waiting[begin[waiting] <= day], placed, day)
        moved = waiting[placed[waiting] == day]
        room.give_back(steps.rep[moved], now[moved])
        now[moved] = day
    return now[some]


def _settle(steps: Steps, room: Room, ids: Ints, placed: Ints, day: int) -> Ints:
    """Give the day to those who fit; the others are returned in their order."""
    open_ = steps.works[steps.region[ids], day]
    asking = ids[open_]
    if len(asking):
        placed[asking[room.take(steps.rep[asking], day)]] = day
    left: Ints = ids[placed[ids] == NOWHERE]
    return left


def in_order(steps: Steps, some: Ints, days: Ints) -> Ints:
    """The same days, given to steps with the same rep, region and window in order of importance (U07)."""
    window = [values[some] for values in (steps.latest, steps.wanted, steps.earliest, steps.region, steps.rep)]
    by_rank, by_day = np.lexsort((some, *window)), np.lexsort((days, *window))
    out = days.copy()
    out[by_rank] = days[by_day]
    return out
