"""Steps in words: purpose and reason of each, and the rows of LB_FollowUps (DESIGN §8)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from leadbook.app.stages import Ranked
from leadbook.app.words import Objects, choices, dates, filled, moments, numbers, texts, worded
from leadbook.labels import Labels
from leadbook.model.policy import Policy
from leadbook.model.questions import ORIGIN, question_for
from leadbook.plan import StepChanges
from leadbook.workbook.changes import TableChange

_OWN = ("rank", "step_id", "lead_key", "lead_name", "owner", "kind", "due", "channel", "purpose", "reason", "tier")


def worded_plan(plan: pd.DataFrame, ranked: Ranked, policy: Policy, labels: Labels) -> pd.DataFrame:
    """``plan`` with ``purpose`` and ``reason`` in words (objects); codes of ``reason`` move to ``reason_code``."""
    hours, state, factors = policy.number("first_call_hours"), ranked.state, ranked.scores.card.factors
    cadence, any_topic = {row["id"]: row for row in policy.section("cadence")}, labels.text("plan.topic.default")
    asked = pd.Series(ranked.ask).where(ranked.ask >= 0)

    def question(column: float) -> str:
        reads = factors[int(column)].reads
        return question_for(ORIGIN.get(reads, reads), labels)

    def or_blank(values: Objects, blank: str = "") -> Objects:
        return np.where(values == None, blank, values)  # noqa: E711

    words = {
        "text": or_blank(texts(state["plan_text"])),
        "topic": or_blank(choices(state["industry.code"], "industry", labels), any_topic),
        "question": or_blank(worded(asked, question)),
        "gate": or_blank(texts(state["gates"])),
        "tier": choices(plan["tier"], "tier", labels),
        "low": worded(plan["tier"], lambda tier: cadence.get(tier, {}).get("points", "")),
        "high": worded(plan["tier"], lambda tier: cadence.get(tier, {}).get("most", "")),
        "points": np.where(ranked.ask >= 0, ranked.ask_points, 0).tolist(),
        "quote": moments(state["first_quote_at"]),
        "hours": [f"{hours:g}"] * len(plan),
        "deadline": moments(state["first_quote_at"] + pd.Timedelta(hours=hours)),
        "outcome": or_blank(choices(state["outcome"], "outcome", labels)),
    }
    out = plan.assign(reason_code=plan["reason"])
    out["purpose"] = pd.Series(filled(plan["kind"], "plan.purpose", words, labels), index=plan.index, dtype=object)
    out["reason"] = pd.Series(filled(plan["reason"], "plan.reason", words, labels), index=plan.index, dtype=object)
    return out


def _columns(rows: pd.DataFrame, labels: Labels) -> dict[str, Objects]:
    shown = {
        "rank": numbers(rows["rank"]),
        "kind": choices(rows["kind"], "step_kind", labels),
        "due": dates(pd.to_datetime(rows["due"])),
        "channel": choices(rows["channel"], "channel", labels),
        "tier": choices(rows["tier"], "tier", labels),
    }
    return {key: shown.get(key, texts(rows[key])) for key in _OWN}


def follow_ups(changes: StepChanges, labels: Labels) -> list[TableChange]:
    """What a run writes into LB_FollowUps: existing rows in place, new ones at the end, old ones lose their rank."""
    both = pd.concat([changes.updates, changes.appends]) if len(changes.appends) else changes.updates
    rows = [int(row) for row in changes.updates.index] + [0] * len(changes.appends)
    out = []
    if rows:
        out.append(TableChange("LB_FollowUps", _columns(both, labels), "append_update", rows))
    if changes.settled:
        blank = {"rank": [None] * len(changes.settled)}
        out.append(TableChange("LB_FollowUps", blank, "patch", list(changes.settled)))
    return out
