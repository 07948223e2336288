"""Steps in words: purpose and reason of each, and the rows of LB_FollowUps (DESIGN §8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from leadbook.app.present_results import suggested_needs
from leadbook.app.stages import Ranked
from leadbook.app.words import Objects, choices, dates, days, filled, moments, numbers, texts, worded
from leadbook.labels import Labels
from leadbook.model.policy import Policy
from leadbook.model.questions import ORIGIN, question_for
from leadbook.plan import Asked, StepChanges
from leadbook.plan.cadence import base_gaps
from leadbook.workbook.changes import TableChange

_OWN = (
    "rank", "step_id", "lead_key", "lead_name", "owner", "kind", "due", "time", "channel", "purpose", "reason", "tier",
)  # fmt: skip
_NAME_THE_DAY = ("first_call_waits", "revisit")  # reasons that name the day for which a step is meant
_TALKS = ("first_call", "call", "visit", "prepare_offer", "agreed_plan")  # steps at which a need can be brought up


def questions_in(asked: Asked, ranked: Ranked, spoken: pd.Series, books: Mapping[str, Labels]) -> Objects:
    """The open questions of each lead, numbered when there are several, in the language of its row of ``spoken``."""
    factors, language = ranked.scores.card.factors, spoken.to_numpy()
    columns, codes = asked.columns, np.full(len(spoken), None, dtype=object)
    for name, labels in books.items():
        here = np.flatnonzero(language == name)
        distinct, which = np.unique(columns[here], axis=0, return_inverse=True)
        pool = [_numbered([question_for(ORIGIN.get(factors[c].reads, factors[c].reads), labels) for c in row if c >= 0])
                for row in distinct.tolist()]  # fmt: skip
        codes[here] = np.array([*pool, None], dtype=object)[which]
    return codes


def _numbered(questions: list[str]) -> str:
    return questions[0] if len(questions) == 1 else " ".join(f"({n}) {text}" for n, text in enumerate(questions, 1))


def _points(asked: Asked) -> Objects:
    """What each question could move: ``12 · 8 · 6``."""
    distinct, which = np.unique(asked.points, axis=0, return_inverse=True)
    pool = [" · ".join(str(p) for p in row if p) for row in distinct.tolist()]
    return np.array([*pool, None], dtype=object)[which]


def _or_blank(values: Objects, blank: str = "") -> Objects:
    return np.where(values == None, blank, values)  # noqa: E711


def worded_plan(
    plan: pd.DataFrame, ranked: Ranked, policy: Policy, labels: Labels, questions: Objects | None = None
) -> pd.DataFrame:
    """``plan`` with ``purpose``, ``reason`` and ``need`` (foreseen) in words; codes of ``reason`` move to
    ``reason_code``.

    ``questions`` are the texts of open questions where they are not in the language of ``labels``.
    """
    hours, state, asked = policy.number("first_call_hours"), ranked.state, ranked.open_questions
    if questions is None:
        here = pd.Series(labels.language, index=plan.index, dtype=object)
        questions = questions_in(asked, ranked, here, {labels.language: labels})
    low, high, _ = base_gaps(plan["tier"], policy)
    deadline = state["first_quote_at"] + pd.Timedelta(hours=hours)
    slot_day = days(plan["target"].where(plan["reason"].isin(_NAME_THE_DAY)))
    words = {
        "text": _or_blank(texts(state["plan_text"])),
        "topic": _or_blank(choices(state["industry.code"], "industry", labels), labels.text("plan.topic.default")),
        "question": _or_blank(questions),
        "gate": _or_blank(texts(state["gates"])),
        "tier": choices(plan["tier"], "tier", labels),
        "low": low.tolist(),
        "high": high.tolist(),
        "points": _points(asked),
        "quote": moments(state["first_quote_at"]),
        "hours": [f"{hours:g}"] * len(plan),
        "quote_day": days(state["first_quote_at"]),
        "deadline": moments(deadline),
        "deadline_day": days(deadline),
        "promised": days(plan["promised"]),
        "slot": slot_day + " " + _or_blank(texts(plan["slot"])),
        "outcome": _or_blank(choices(state["outcome"], "outcome", labels)),
        "date": slot_day,
    }
    need = pd.Series(suggested_needs(state, policy, labels), index=plan.index, dtype=object)
    out = plan.assign(reason_code=plan["reason"], need=need)
    purpose = filled(plan["kind"].where(~plan["reason"].eq("revisit"), "revisit"), "plan.purpose", words, labels)
    purpose = _with_need(purpose, out, labels)
    out["purpose"] = pd.Series(_with_strategy(purpose, plan, labels), index=plan.index, dtype=object)
    reason = filled(plan["reason"], "plan.reason", words, labels)
    out["reason"] = pd.Series(_with_days(reason, out, labels), index=plan.index, dtype=object)
    return out


def kept_elsewhere(plan: pd.DataFrame) -> pd.Series:
    """Promises that are still kept, yet are not planned for the day that was given."""
    no_time = plan["reason_code"].eq("first_call_no_time")
    given = plan["promised"].where(~no_time, plan["deadline"].dt.normalize())
    return plan["promised"].notna() & plan["missed"].eq(0) & plan["due"].ne(given)


def deadline_texts(plan: pd.DataFrame) -> Objects:
    """The deadline of each first call as it was given: with its hour, unless the quote came without one."""
    no_time = plan["reason_code"].eq("first_call_no_time").to_numpy()
    return np.where(no_time, days(plan["deadline"]), moments(plan["deadline"]))


def _with_days(reason: Objects, plan: pd.DataFrame, labels: Labels) -> Objects:
    """A promise is named as it was given; that it was missed, and the day of the step, are said apart (U01, U08)."""
    late, moved = plan["missed"].to_numpy(np.int64), kept_elsewhere(plan).to_numpy(bool)
    names = np.full(len(plan), None, dtype=object)
    names[late > 0], names[moved] = "missed", "moved"
    words: dict[str, Sequence[Any]] = {
        "reason": reason.tolist(), "late": late.tolist(), "due": days(plan["due"].where(names != None)).tolist(),  # noqa: E711
    }  # fmt: skip
    more = filled(pd.Series(names, index=plan.index), "plan.more", words, labels)
    return np.where(names == None, reason, more)  # noqa: E711


def _with_need(purpose: Objects, plan: pd.DataFrame, labels: Labels) -> Objects:
    """A need that the policy's rules foresee is something to talk about, marked as our guess (R12, R17)."""
    needs = plan["need"]
    here = (plan["kind"].isin(_TALKS) & needs.notna()).to_numpy()
    known = worded(needs[here], lambda need: labels.text("plan.more.need", need=need))
    out = purpose.copy()
    out[here] = purpose[here] + " " + known
    return out


def _with_strategy(purpose: Objects, plan: pd.DataFrame, labels: Labels) -> Objects:
    """High-value leads carry their own strategy (R13)."""
    here = (plan["high_value"].astype(bool) & plan["kind"].notna() & ~plan["reason"].eq("revisit")).to_numpy()
    out = purpose.copy()
    out[here] = purpose[here] + " " + labels.text("plan.more.high_value")
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
    if len(changes.counted):
        seen = {"due": dates(changes.counted)}
        out.append(TableChange("LB_FollowUps", seen, "patch", [int(row) for row in changes.counted.index]))
    if changes.settled:
        blank = {"rank": [None] * len(changes.settled)}
        out.append(TableChange("LB_FollowUps", blank, "patch", list(changes.settled)))
    return out
