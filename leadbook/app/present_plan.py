"""Steps in words: purpose and reason of each, and the rows of LB_FollowUps (DESIGN §8)."""

from __future__ import annotations

import pandas as pd

from leadbook.app.questions import ORIGIN, question_for
from leadbook.app.stages import Ranked
from leadbook.app.words import Objects, choices, dates, numbers, texts
from leadbook.labels import Labels
from leadbook.model.policy import Policy
from leadbook.plan import StepChanges
from leadbook.workbook.changes import TableChange

_OWN = ("rank", "step_id", "lead_key", "lead_name", "owner", "kind", "due", "channel", "purpose", "reason", "tier")


def worded_plan(plan: pd.DataFrame, ranked: Ranked, policy: Policy, labels: Labels) -> pd.DataFrame:
    """``plan`` with ``purpose`` and ``reason`` in words (objects); codes of ``reason`` move to ``reason_code``."""
    hours = policy.number("first_call_hours")
    cadence = {row["id"]: row for row in policy.section("cadence")}
    factors = ranked.scores.card.factors
    state, any_topic = ranked.state, labels.text("plan.topic.default")
    purposes, why = [], []
    columns = zip(
        plan["kind"], plan["reason"], plan["tier"], ranked.ask, ranked.ask_points, state["plan_text"],
        state["industry.code"], state["gates"], state["first_quote_at"], state["outcome"], strict=True,
    )  # fmt: skip
    for kind, reason, tier, ask, gain, promised, industry, gate, quote, outcome in columns:
        rule = cadence.get(tier, {})
        asked = ORIGIN.get(factors[ask].reads, factors[ask].reads) if ask >= 0 else ""
        words = {
            "text": promised if isinstance(promised, str) else "",
            "topic": labels.choice("industry", industry) if isinstance(industry, str) else any_topic,
            "question": question_for(asked, labels) if asked else "",
            "gate": gate or "",
            "tier": labels.choice("tier", tier),
            "low": rule.get("points", ""),
            "high": rule.get("most", ""),
            "points": int(gain) if ask >= 0 else 0,
            "quote": "" if pd.isna(quote) else f"{quote:%Y-%m-%d %H:%M}",
            "hours": f"{hours:g}",
            "deadline": "" if pd.isna(quote) else f"{quote + pd.Timedelta(hours=hours):%Y-%m-%d %H:%M}",
            "outcome": labels.choice("outcome", outcome) if isinstance(outcome, str) else "",
        }
        purposes.append(labels.text(f"plan.purpose.{kind}", **words) if isinstance(kind, str) else None)
        why.append(labels.text(f"plan.reason.{reason}", **words))
    out = plan.assign(reason_code=plan["reason"])
    out["purpose"] = pd.Series(purposes, index=plan.index, dtype=object)
    out["reason"] = pd.Series(why, index=plan.index, dtype=object)
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
