"""Teams and bare steps for tests of the schedule, and what a person would check about the outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from leadbook.plan import Team
from leadbook.plan.schedule import schedule
from leadbook.plan.team import COLUMNS, NO_LIMIT
from tests.plan.book import works

Step = Mapping[str, Any]
REGIONS = ("CN", "TW", "HK", "VN", "other")
TODAY = date(2026, 9, 28)  # two days before the October holidays of CN


def team(*reps: Mapping[str, Any], daily: int | None = None, weekly: int | None = None) -> Team:
    """A team of reps given by ``rep`` and whatever else counts; limits ``None`` = none."""

    def limit(value: int | None) -> int:
        return NO_LIMIT if value is None else value

    rows = [
        {c: rep.get(c) for c in COLUMNS}
        | {c: limit(rep.get(c, usual)) for c, usual in (("daily", daily), ("weekly", weekly))}
        | {"row": 6 + n}
        for n, rep in enumerate(reps)
    ]
    keys = [str(rep["rep"]).casefold() for rep in reps]
    frame = pd.DataFrame(rows, index=pd.Index(keys, dtype=object), columns=list(COLUMNS))
    away = {key: np.array(rep.get("off", ()), dtype="datetime64[D]") for key, rep in zip(keys, reps, strict=True)}
    return Team(frame, away, limit(daily), limit(weekly))


def frame(steps: Sequence[Step]) -> pd.DataFrame:
    """Steps as the schedule takes them; days as dates or ``None``."""
    usual = {"owner": "ana", "work_region": "other", "kind": "call", "urgency": 0, "high_value": False, "total": 0,
             "earliest": None, "latest": None, "promised": None, "old_due": None}  # fmt: skip
    rows = [{**usual, "lead_key": f"k{n:03}", **step} for n, step in enumerate(steps)]
    out = pd.DataFrame(rows, index=range(6, 6 + len(rows)))
    for column in ("earliest", "due", "latest", "promised", "old_due"):
        out[column] = pd.to_datetime(out[column]).astype("datetime64[s]")
    return out


def planned(steps: pd.DataFrame, crew: Team, today: date = TODAY) -> pd.DataFrame:
    """``steps`` with the days they got (``on``), and whether they came late or found no room."""
    days = schedule(steps, crew, today)
    return steps.assign(on=days["due"].dt.date, late=days["late"], stuck=days["stuck"])


def again(steps: pd.DataFrame, crew: Team, today: date) -> pd.DataFrame:
    """The next run: every step has the date that it got."""
    return planned(steps.assign(old_due=pd.to_datetime(steps["on"]).astype("datetime64[s]")), crew, today)


def same_rep(name: object) -> str | None:
    return name.strip().casefold() if isinstance(name, str) else None


def free_day(rep: str, day: date, region: str, taken: Sequence[date], crew: Team) -> bool:
    """Whether a rep with steps on the days ``taken`` has room for one more."""
    daily, weekly = (int(n[0]) for n in crew.limits(pd.Index([rep])))
    week = sum(other.isocalendar()[:2] == day.isocalendar()[:2] for other in taken)
    off = {away.item() for away in crew.away.get(rep, ())}
    return works(day, region) and day not in off and [*taken].count(day) < daily and week < weekly


def over(steps: pd.DataFrame, crew: Team, today: date) -> list[tuple[object, ...]]:
    """(rep, day or week, steps, limit) wherever a rep has more steps ahead than the limit, or any on a day off."""
    ahead = steps[(steps["on"] >= today) & ~steps["stuck"] & steps["owner"].notna()]
    out: list[tuple[object, ...]] = []
    for rep, some in ahead.groupby(ahead["owner"].map(same_rep)):
        daily, weekly = (int(n[0]) for n in crew.limits(pd.Index([rep])))
        days, weeks = Counter(some["on"]), Counter(day.isocalendar()[:2] for day in some["on"])
        out += [(rep, day, n, daily) for day, n in days.items() if n > daily]
        out += [(rep, week, n, weekly) for week, n in weeks.items() if n > weekly]
        off = {day.item() for day in crew.away.get(str(rep), ())}
        out += [(rep, day, n, "off") for day, n in days.items() if day in off]
    return out


@st.composite
def crews(draw: st.DrawFn) -> Team:
    """One to three reps with tight limits and some days off."""
    limits = st.one_of(st.none(), st.integers(1, 4))
    weekly = st.one_of(st.none(), st.integers(2, 9))
    reps = [
        {"rep": name, "daily": draw(limits), "weekly": draw(weekly),
         "off": [TODAY + timedelta(n) for n in draw(st.lists(st.integers(0, 20), max_size=6))]}
        for name in ("Ana", "Bo", "Chi")[: draw(st.integers(1, 3))]
    ]  # fmt: skip
    return team(*reps, daily=draw(limits), weekly=draw(weekly))


def on_work(day: date, region: str) -> date:
    while not works(day, region):
        day += timedelta(1)
    return day


@st.composite
def some_steps(draw: st.DrawFn, most: int = 24) -> pd.DataFrame:
    """Steps of a few reps (one is not on any team sheet, some nobody's) with windows around today."""
    out = []
    for _ in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from(["call", "call", "call", "visit", "agreed_plan", "first_call"]))
        region = draw(st.sampled_from(REGIONS))
        wanted = on_work(TODAY + timedelta(draw(st.integers(-9, 14))), region)
        low = on_work(wanted - timedelta(draw(st.integers(0, 6))), region)
        step = {"owner": draw(st.sampled_from(["Ana", "ana ", "Bo", "Chi", "Dee", None])), "work_region": region,
                "kind": kind, "urgency": draw(st.sampled_from([None, 0, 30, 60, 90])),
                "total": draw(st.integers(0, 9)), "high_value": draw(st.booleans())}  # fmt: skip
        latest = on_work(wanted + timedelta(draw(st.integers(0, 6))), region)
        days: dict[str, date | None] = {"earliest": min(low, wanted), "latest": latest}
        if kind in ("agreed_plan", "first_call"):
            days = {"earliest": wanted if kind == "first_call" else None, "latest": wanted, "promised": wanted}
        old = draw(st.one_of(st.none(), st.integers(-7, 20)))
        due = max(wanted, on_work(TODAY, region))
        out.append({**step, **days, "due": due, "old_due": None if old is None else TODAY + timedelta(old)})
    return frame(out)
