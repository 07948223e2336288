"""What reps did so far: the day that each closed step counts on, and how well each lead is known by it (R14, U02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.codes import CLOSED
from leadbook.model.workdays import days_between

Seconds = npt.NDArray[np.datetime64]
_NOT_A_LOOK: Final = ("send_content", "seminar")  # steps after which no more is known than before
_NEVER: Final = np.datetime64("NaT", "s")


def counted_days(steps: pd.DataFrame, today: date) -> pd.Series:
    """The day on which each done step counts (datetime64; NaT for steps that are not done).

    As typed in *done on*; without a day there, the planned day, at the latest the day on which it was seen done:
    the day it was archived, else ``today``. ``days_to_keep`` writes that day down, so that later runs find the same.
    """
    now = pd.Series(pd.Timestamp(today), index=steps.index)
    seen = steps["archived_on"].fillna(now) if "archived_on" in steps else now
    planned = steps["due"].fillna(seen)
    days = steps["done_on"].fillna(planned.where(planned <= seen, seen)).where(steps["status"].eq("done"))
    return days.astype("datetime64[s]")


def days_to_keep(steps: pd.DataFrame, today: date) -> pd.Series:
    """Days to write down as planned, by sheet row: of done steps without a day whose planned day is not here yet."""
    unsaid = steps["status"].eq("done") & steps["done_on"].isna()
    days = counted_days(steps, today)
    return days[unsaid & (steps["due"].isna() | (steps["due"] > days))]


@dataclass(frozen=True)
class Done:
    """What was done with each lead; every series has the index of the leads (datetime64, NaT for never).

    ``kinds``: the newest day of each kind of step. ``first``: the oldest day of any. ``looked``: the newest review,
    also one that was skipped. ``before``: the newest day before that of the lead's own newest contact.
    """

    kinds: pd.DataFrame
    first: pd.Series
    looked: pd.Series
    before: pd.Series

    def of(self, kind: str) -> pd.Series:
        """When a step of this kind was last done."""
        return self._as_series([self.kinds[kind].to_numpy()] if kind in self.kinds else [])

    @property
    def newest(self) -> pd.Series:
        """When anything was last done."""
        return self._as_series([self.kinds[kind].to_numpy() for kind in self.kinds])

    @property
    def informed(self) -> pd.Series:
        """When something was last done that tells more about the lead."""
        return self._as_series([self.kinds[kind].to_numpy() for kind in self.kinds if kind not in _NOT_A_LOOK])

    def _as_series(self, days: list[Seconds]) -> pd.Series:
        none: Seconds = np.full(len(self.first), _NEVER)
        return pd.Series(reduce(np.fmax, (each.astype("datetime64[s]") for each in days), none), index=self.first.index)


def done_so_far(steps: pd.DataFrame, archive: pd.DataFrame | None, state: pd.DataFrame, today: date) -> Done:
    """``steps`` and ``archive``: LB_FollowUps and LB_Done as typed frames; ``state``: one row a lead, with its key and
    ``last_touch``."""
    tables = [steps] if archive is None or archive.empty else [steps, archive]
    closed = pd.concat([_closed(table, today) for table in tables], ignore_index=True)
    done = closed[closed["on"].notna()]
    keys = state["lead_key"]

    def by_lead(days: pd.Series) -> pd.Series:
        return days.reindex(keys).set_axis(state.index).astype("datetime64[s]")

    reviews = closed[closed["kind"].eq("review")]
    kinds = done.groupby(["lead_key", "kind"], sort=False)["on"].max().unstack()
    spoken = state["last_touch"].dt.normalize().set_axis(keys)
    spoken = spoken[~spoken.index.duplicated()].reindex(done["lead_key"]).to_numpy()
    return Done(
        kinds.reindex(keys).set_axis(state.index),
        by_lead(done.groupby("lead_key", sort=False)["on"].min()),
        by_lead(reviews.groupby("lead_key", sort=False)["over"].max()),
        by_lead(done[done["on"].to_numpy() < spoken].groupby("lead_key", sort=False)["on"].max()),
    )


def _closed(steps: pd.DataFrame, today: date) -> pd.DataFrame:
    """The closed rows: ``lead_key``, ``kind`` (empty where missing), ``on``, the day a done one counts, and ``over``,
    the day that any of them was over."""
    rows = steps[steps["status"].isin(CLOSED)]
    on = counted_days(rows, today)
    over = on.fillna(rows["done_on"]).fillna(rows["due"]).astype("datetime64[s]")
    return rows[["lead_key"]].assign(kind=rows["kind"].fillna(""), on=on, over=over)


def contacts(state: pd.DataFrame, done: Done, today: date) -> pd.DataFrame:
    """What the lists of the book look at, index as ``state`` (which needs the newest contacts and ``work_region``).

    ``touched``: the newest contact, a step that was done counts as one; ``silent``: working days since;
    ``informed``: the newest information; ``paused``: working days of silence before the lead's own newest contact.
    """
    own, before = state["last_touch"], state["previous_touch"]
    touched = _later(own, done.newest)
    earlier = _later(before, done.before)
    return pd.DataFrame({
        "touched": touched,
        "silent": days_between(touched, today, state["work_region"]),
        "informed": _later(own, done.informed),
        "paused": days_between(earlier, today, state["work_region"]) - state["silent_days"],
    })  # fmt: skip


def _later(one: pd.Series, other: pd.Series) -> pd.Series:
    """The later moment of each row; NaT only where both are."""
    both = np.fmax(one.to_numpy().astype("datetime64[s]"), other.to_numpy().astype("datetime64[s]"))
    return pd.Series(both, index=one.index)
