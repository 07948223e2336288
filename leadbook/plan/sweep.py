"""Sweeps over days, week by week: each step takes the first day with room, the more important one before the other.

Within a week days are given out as if it had no limit of its own; then the week keeps as many as it holds, the most
important ones, and the others look further. Nobody kept would have another day by that: a day depends on those alone
who are more important.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadbook.plan.room import Room

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
NOWHERE = -1
_NOBODY: Ints = np.empty(0, np.int64)


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

    ``start`` and ``end`` run parallel to ``some``. Who is more important chooses first, of days and of weeks (U07).
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
        given, monday = [_NOBODY], min(room.ends(day) + 1, days)
        for on in range(day, monday):
            upto = int(np.searchsorted(begins, on, side="right"))
            waiting, at = np.sort(np.r_[waiting, arriving[at:upto]]), max(at, upto)
            took, waiting = _settle(steps, room, waiting[until[waiting] >= on], placed, on)
            given.append(took)
        waiting = np.sort(np.r_[waiting, _over(steps, room, np.sort(np.concatenate(given)), placed)])
        day = monday
    return placed[some]


def backward(steps: Steps, room: Room, some: Ints, start: Ints, end: Ints) -> Ints:
    """The last day with room from ``end`` down to ``start``; who has no earlier day (or week) left chooses first."""
    placed = np.full(len(steps.rep), NOWHERE)
    lowest, highest = np.zeros(len(steps.rep), np.int64), np.full(len(steps.rep), NOWHERE)
    lowest[some], highest[some] = start, end
    waiting, day = np.sort(some), int(end.max(initial=NOWHERE))
    while day >= 0 and len(waiting):
        given, monday = [_NOBODY], max(room.starts(day), 0)
        for on in range(day, monday - 1, -1):
            waiting = waiting[lowest[waiting] <= on]
            here = waiting[highest[waiting] >= on]
            here = here[np.lexsort((here, lowest[here] < on, steps.rep[here]))]
            took, left = _settle(steps, room, here, placed, on)
            waiting = np.sort(np.r_[waiting[highest[waiting] < on], left])
            given.append(took)
        all_ = np.concatenate(given)
        all_ = all_[np.lexsort((all_, lowest[all_] < monday, steps.rep[all_]))]
        waiting = np.sort(np.r_[waiting, _over(steps, room, all_, placed)])
        day = monday - 1
    return placed[some]


def earlier(steps: Steps, room: Room, some: Ints, start: Ints, position: Ints) -> Ints:
    """Steps that have a day move to the first one with room from ``start`` on; gives their new days.

    A day that becomes free is offered to the others, too.
    """
    now = np.full(len(steps.rep), NOWHERE)
    begin = np.zeros(len(steps.rep), np.int64)
    now[some], begin[some] = position, start
    waiting, day, last = np.sort(some), int(start.min(initial=0)), int(position.max(initial=0))
    while day < last and len(waiting):
        sunday, placed, coming = room.ends(day), np.full(len(steps.rep), NOWHERE), [_NOBODY]
        for on in range(day, min(sunday + 1, last)):
            waiting = waiting[now[waiting] > on]
            here = waiting[(begin[waiting] <= on) & (placed[waiting] == NOWHERE)]
            took, _ = _settle(steps, room, here, placed, on)
            # Who is in this week already takes no more of it by moving.
            inside = took[now[took] <= sunday]
            room.free_days(steps.rep[inside], now[inside])
            now[inside] = on
            coming.append(took[now[took] > sunday])
        moved = np.sort(np.concatenate(coming))
        _over(steps, room, moved, placed)
        moved = moved[placed[moved] != NOWHERE]
        room.give_back(steps.rep[moved], now[moved])
        now[moved] = placed[moved]
        waiting = waiting[now[waiting] > sunday]
        day = sunday + 1
    return now[some]


def _settle(steps: Steps, room: Room, ids: Ints, placed: Ints, day: int) -> tuple[Ints, Ints]:
    """Give the day to those who fit; (they, the others in their order)."""
    asking = ids[steps.works[steps.region[ids], day]]
    took = asking[room.take_day(steps.rep[asking], day)] if len(asking) else asking
    placed[took] = day
    left: Ints = ids[placed[ids] == NOWHERE]
    return took, left


def _over(steps: Steps, room: Room, ids: Ints, placed: Ints) -> Ints:
    """Keep as many as the week holds, the first ones of each rep; gives the others, who have no day again."""
    fits = room.take_week(steps.rep[ids], placed[ids])
    over: Ints = ids[~fits]
    placed[over] = NOWHERE
    return over


def in_order(steps: Steps, some: Ints, days: Ints) -> Ints:
    """The same days, given to steps with the same rep, region and window in order of importance (U07)."""
    window = [values[some] for values in (steps.latest, steps.wanted, steps.earliest, steps.region, steps.rep)]
    by_rank, by_day = np.lexsort((some, *window)), np.lexsort((days, *window))
    out = days.copy()
    out[by_rank] = days[by_day]
    return out
