"""Leads without an owner get a rep: by region, language, skills, level and room, fairly (T05, T08, M4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.codes import WORKDAYS
from leadbook.plan.team import NO_LIMIT, Team

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
# What customers of a region are spoken to in; one of the languages is enough.
SPOKEN: Final = {"CN": ("zh-Hans",), "TW": ("zh-Hant",), "HK": ("zh-Hant", "en"), "VN": ("vi",), "other": ("en",)}
HIGH: Final = ("A", "B")
_LEVELS: Final = {"senior": 0, "regular": 1, "junior": 2}
_SHORTEST: Final = 2  # letters of a skill that is looked for inside other words


@dataclass
class _Desk:
    """What each rep can still take, and how many leads of these each has (arrays run parallel to the reps)."""

    free: Ints
    given: Ints


def assign(
    leads: pd.DataFrame, team: Team, load: pd.Series, away: Mapping[str, int] = MappingProxyType({})
) -> pd.DataFrame:
    """Columns ``rep`` (name or missing), ``reason`` (code) and ``skill`` (the one that decided), index as ``leads``.

    ``leads``: ``work_region``, ``tier``, ``topic`` (words about product and industry), ``rank``, ``soon`` (bool: its
    step falls into the coming five working days), ``before`` (key of the rep it was given, or missing) and ``open``
    (bool: that step is still open). ``load``: steps of the coming five working days by key of the rep. A rep takes no
    more of these than the weekly limit, or the daily one on each of these days less ``away``, their number of days off
    by key of the rep. The same input gives the same reps, in any order
    of rows; equally suitable reps with room differ by one lead at most.
    """
    out = pd.DataFrame({"rep": None, "reason": "no_team", "skill": None}, index=leads.index, dtype=object)
    reps = team.reps.sort_index()
    if reps.empty or leads.empty:
        return out
    daily = np.minimum(reps["daily"].to_numpy(np.int64), NO_LIMIT)
    there = np.array([max(WORKDAYS - away.get(key, 0), 0) for key in reps.index], np.int64)
    most = np.minimum(reps["weekly"].to_numpy(np.int64), daily * there)
    had = load.reindex(reps.index).fillna(0).to_numpy(np.int64)
    desk = _Desk(np.maximum(most - had, 0), np.zeros(len(reps), np.int64))
    chosen = np.full(len(leads), -1)
    order = leads["rank"].argsort(kind="stable").to_numpy()
    before = reps.index.get_indexer(pd.Index(leads["before"]))
    soon = leads["soon"].to_numpy(bool)
    kept = (before >= 0) & leads["open"].to_numpy(bool)
    chosen[kept] = before[kept]
    np.add.at(desk.given, before[kept], 1)
    np.subtract.at(desk.free, before[kept & soon], 1)
    np.maximum(desk.free, 0, out=desk.free)
    out.loc[kept, "reason"] = "kept"
    groups = _groups(leads, order[~kept[order]])
    reasons, skills = np.array(out["reason"], dtype=object), np.full(len(leads), None, dtype=object)
    fitting = {region: _fitting(reps, region) for region in dict.fromkeys(region for (region, *_), _ in groups)}
    named = [_words_of(cell) for cell in reps["skills"]]
    level: Ints = np.array([_LEVELS.get(name, _LEVELS["regular"]) for name in reps["level"]], np.int64)
    alike: Ints = np.zeros(len(reps), np.int64)
    for (region, topic, high), rows in groups:
        fits, why = fitting[region]
        known = [_skill(words, topic.casefold()) for words in named]
        for some in (rows[soon[rows]], rows[~soon[rows]]):
            left = _back_to(desk, some, before, fits, chosen, soon)
            reasons[np.setdiff1d(some, left)] = "again"
            for suitable in _classes(level if high else alike, fits, known):
                took = _share(desk, left, suitable, chosen, soon)
                reasons[took] = "skills" if known[suitable[0]] else "room"
                skills[took] = [known[rep] for rep in chosen[took]]
                left = left[chosen[left] < 0]
            reasons[left] = why if not fits.any() else "no_room"
    names = np.array([*reps["rep"], None], dtype=object)
    columns = {"rep": names[chosen], "reason": reasons, "skill": skills}
    return pd.DataFrame({name: pd.Series(values, index=leads.index, dtype=object) for name, values in columns.items()})


def _groups(leads: pd.DataFrame, order: Ints) -> list[tuple[tuple[str, str, bool], Ints]]:
    """Leads of one region, topic and class together, A and B first, each group in order of rank."""
    high = leads["tier"].isin(HIGH)
    keys = pd.DataFrame({"low": ~high, "region": leads["work_region"].astype(str), "topic": leads["topic"].astype(str)})
    by_rank = keys.iloc[order].reset_index(drop=True)
    number = by_rank.groupby(["low", "region", "topic"], sort=True).ngroup().to_numpy()
    firsts, starts = np.unique(number, return_index=True)
    heads = by_rank.iloc[starts].itertuples(index=False, name=None)
    return [
        ((str(region), str(topic), not low), order[number == group])
        for group, (low, region, topic) in zip(firsts, heads, strict=True)
    ]


def _fitting(reps: pd.DataFrame, region: str) -> tuple[Bools, str]:
    """Who looks after the region and speaks its language (blank cells mean any), and what is missing else."""
    spoken = SPOKEN.get(region, SPOKEN["other"])
    there = np.array([not isinstance(r, list) or not r or region in r for r in reps["regions"]], dtype=bool)
    speaks = np.array([not isinstance(s, list) or not s or bool({*s} & {*spoken}) for s in reps["languages"]], bool)
    return there & speaks, "no_language" if there.any() else "no_region"


def _words_of(skills: object) -> list[tuple[str, str]]:
    """A rep's skills as typed and as they are looked for."""
    named = [str(skill).strip() for skill in skills] if isinstance(skills, list) else []
    return [(skill, skill.casefold()) for skill in named if len(skill) >= _SHORTEST]


def _skill(skills: Sequence[tuple[str, str]], topic: str) -> str | None:
    """The first of a rep's skills that the topic names."""
    return next((skill for skill, word in skills if word in topic), None)


def _classes(level: Ints, fits: Bools, known: Sequence[str | None]) -> list[Ints]:
    """Equally suitable reps together, the most suitable first: a skill, then the level."""
    worth = np.array([skill is None for skill in known]) * len(_LEVELS) + level
    return [np.flatnonzero(fits & (worth == value)) for value in np.unique(worth[fits])]


def _back_to(desk: _Desk, some: Ints, before: Ints, fits: Bools, chosen: Ints, soon: Bools) -> Ints:
    """Leads go back to the rep who had them before, while there is room; gives the others."""
    for rep in np.unique(before[some]):
        if rep >= 0 and fits[rep]:
            _share(desk, some[before[some] == rep], np.array([rep]), chosen, soon)
    return some[chosen[some] < 0]


def _share(desk: _Desk, some: Ints, suitable: Ints, chosen: Ints, soon: Bools) -> Ints:
    """Give leads to equally suitable reps, always to the one with the fewest; gives those that found a rep."""
    if not len(some):
        return some
    limited = bool(soon[some[0]])
    room = desk.free[suitable] if limited else np.where(desk.free[suitable] > 0, len(some), 0)
    count = _levelled(desk.given[suitable], room, len(some))
    turn = np.concatenate([desk.given[rep] + np.arange(n) for rep, n in zip(suitable, count, strict=True)])
    who = np.repeat(np.arange(len(suitable)), count)
    rep = suitable[who[np.lexsort((who, turn))]]
    took = some[: len(rep)]
    chosen[took] = rep
    desk.given[suitable] += count
    if limited:
        desk.free[suitable] -= count
    return took


def _levelled(given: Ints, room: Ints, leads: int) -> Ints:
    """How many each gets so that the counts end as equal as room allows; ties go to the first."""
    top = int(given.max(initial=0)) + leads
    low, high = 0, top
    while low < high:
        level = (low + high) // 2
        low, high = (low, level) if np.clip(level - given, 0, room).sum() >= leads else (level + 1, high)
    whole: Ints = np.clip(low - 1 - given, 0, room)
    more = np.flatnonzero(np.clip(low - given, 0, room) > whole)[: max(leads - int(whole.sum()), 0)]
    whole[more] += 1
    return whole
