"""LB_History, LB_Weeks and LB_Runs: what changed, week by week, run by run (DESIGN §5, §7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final

import pandas as pd

from leadbook import __version__
from leadbook.app.stages import Ranked
from leadbook.app.words import choices, dates, numbers, texts
from leadbook.labels import Labels
from leadbook.model.policy import Policy
from leadbook.priority.movement import comparable, compare, iso_week, latest_states
from leadbook.workbook.changes import TableChange

_STATE: Final = ("tier", "score", "quadrant", "stage", "gate_ids", "overridden", "handoff")
_TOLD: Final = {"overridden": "tells_hand", "handoff": "tells_handoff"}
_KEPT: Final = (
    "lead_key", "tier", "machine_tier", "total", "score", "machine_score", "quadrant", "stage", "handoff", "movement",
    "answers", "interactions",
)  # fmt: skip
_LISTS: Final = {
    "tier": "tier", "machine_tier": "tier", "quadrant": "quadrant", "stage": "stage", "handoff": "handoff",
    "movement": "movement", "cause": "cause",
}  # fmt: skip
_NUMBERS: Final = ("total", "score", "machine_score", "interactions")


def states_of(history: pd.DataFrame) -> pd.DataFrame:
    """The lines of LB_History that tell the state of a lead; the others name a value that gave way (R04)."""
    return history[_is_state(history)]


def _is_state(history: pd.DataFrame) -> pd.Series:
    return history["tier"].notna() | history["answers"].notna()


def joined_history(
    history: pd.DataFrame, ranked: Ranked, policy: Policy, today: date, lacks: Collection[str] = ()
) -> pd.DataFrame:
    """LB_History with today's lines: one for each lead whose state differs from its newest line before today.

    States of today are replaced, so that a second run on one day changes nothing; what collecting noted stays.
    Movement is against the state before this week, the cause of a line against the line before it; both stay as they
    were written. ``lacks``: keys of columns that the book's History does not have; they make no line.
    """
    state, before = ranked.state, latest_states(comparable(states_of(history), policy, lacks), today)
    old = before.reindex(state["lead_key"]).set_axis(state.index)
    differs = old["tier"].isna()
    for column in _STATE:
        now, then = state[column].astype(object), old[column].astype(object)
        tells = old[_TOLD[column]].eq(True) if column in _TOLD else True
        differs |= ~((now == then) | (now.isna() & then.isna())) & tells
    # Only a line of an older book, without a hand-off, can differ in nothing that has a cause.
    cause = compare(state, before)["cause"].fillna("first_run")
    fresh = state[differs].sort_values("rank", kind="stable")
    lines = fresh[list(_KEPT)].assign(
        date=pd.Timestamp(today), week=iso_week(today), lead_name=fresh["company_name"], gates=fresh["gate_ids"],
        cause=cause[fresh.index], policy=policy.fingerprint,
    )  # fmt: skip
    kept = history[(history["date"] != pd.Timestamp(today)) | ~_is_state(history)]
    return pd.concat([kept, lines[history.columns]]) if len(lines) else kept


def joined_weeks(weeks: pd.DataFrame, ranked: Ranked, overdue: int, errors: int, today: date) -> pd.DataFrame:
    """LB_Weeks with this week's line, replaced when it was there."""
    tiers = ranked.state["tier"].value_counts()
    moved = ranked.state["movement"].value_counts()
    line: dict[str, Any] = {"week": iso_week(today), "leads": len(ranked.state), "overdue": overdue, "errors": errors}
    line |= {c: int(tiers.get(c.removeprefix("tier_"), 0)) for c in weeks.columns if c.startswith("tier_")}
    line |= {"up": int(moved.get("up", 0)), "down": int(moved.get("down", 0))}
    kept = weeks[weeks["week"] != line["week"]]
    row = pd.DataFrame([line])[list(weeks.columns)]
    return (pd.concat([kept, row]) if len(kept) else row).sort_values("week", kind="stable")


def history_change(history: pd.DataFrame, labels: Labels) -> TableChange:
    columns: dict[str, Any] = {}
    for key in history.columns:
        if key in _LISTS:
            columns[key] = choices(history[key], _LISTS[key], labels)
        elif key == "date":
            columns[key] = dates(history[key])
        else:
            columns[key] = numbers(history[key]) if key in _NUMBERS else texts(history[key])
    return TableChange("LB_History", columns, "replace")


def weeks_change(weeks: pd.DataFrame) -> TableChange:
    columns = {key: texts(weeks[key]) if key == "week" else numbers(weeks[key]) for key in weeks.columns}
    return TableChange("LB_Weeks", columns, "replace")


def run_change(
    counts: Mapping[str, int], leads: int, policy: Policy, user: str, now: datetime, today: date
) -> TableChange:
    """One new line for this run: when, who, version, counts and the fingerprint of what was computed."""
    line: dict[str, Any] = {
        "at": now.replace(microsecond=0, tzinfo=None), "user": user, "version": __version__, "as_of": today,
        "leads": leads, "interactions": counts["interactions"], "errors": counts["error"],
        "warnings": counts["warning"], "hints": counts["hint"],
        "policy": policy.name, "fingerprint": policy.fingerprint,
    }  # fmt: skip
    return TableChange("LB_Runs", {key: [value] for key, value in line.items()}, "append_update", [0])


def leads_change(
    ranked: Ranked, rows: list[int], plan: pd.DataFrame, fixes: Mapping[int, str], labels: Labels
) -> TableChange:
    """The four columns at the right edge of LB_Leads, for every row that people filled."""
    tier = dict(zip(ranked.state.index, choices(ranked.state["tier"], "tier", labels), strict=True))
    score = dict(zip(ranked.state.index, numbers(ranked.state["score"]), strict=True))
    due = dict(zip(plan.index, dates(plan["due"]), strict=True))
    columns = {
        "tier": [tier.get(row) for row in rows], "score": [score.get(row) for row in rows],
        "next_step_due": [due.get(row) for row in rows], "to_fix": [fixes.get(row) for row in rows],
    }  # fmt: skip
    return TableChange("LB_Leads", columns, "patch", rows)


