"""LB_Worklists: who needs attention, and why; short lists that people work from (T09, T13, R14, R19, K04, M4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from leadbook.app.override_words import each_set_by_hand, set_by_hand
from leadbook.app.present_plan import deadline_texts, kept_elsewhere
from leadbook.app.present_results import chain_notes
from leadbook.app.stages import Ranked
from leadbook.app.words import Objects, choices, dates, days, numbers, texts, worded
from leadbook.labels import Labels
from leadbook.model.policy import Policy
from leadbook.model.questions import question_for
from leadbook.plan.cadence import base_gaps
from leadbook.workbook.changes import TableChange

TABLE: Final = "LB_Worklists"
# Silence of more than this many longest gaps of the lead's tier: the lead has gone quiet.
QUIET_GAPS: Final = 2
_ASLEEP: Final = ("nurture", "disqualified")
_GOOD: Final = ("A", "B")
# What the lists look at; the whole state is 200 columns wide.
_READ: Final = [
    "lead_key", "company_name", "tier", "score", "rank", "active", "outcome", "quadrant", "movement", "last_tier",
    "last_touch", "silent_days", "chain_seen", "chain_stale",
    "revisit_on", "machine_tier", "machine_score", "override", "override_by", "override_on", "override_until",
    "override_reason", "override_tier", "override_score", "override_blocked", "override_gates", "overridden",
]  # fmt: skip
NOW: Final = ("first_call", "promise", "overdue", "do_first", "fell")  # what cannot wait stands first
Words = Callable[[pd.DataFrame], Objects]


@dataclass(frozen=True)
class _List:
    """One list: its leads in order (index = lead rows, ``since`` = datetime), and what is said about them."""

    name: str
    rows: pd.DataFrame
    what: Words
    reason: Words


def worklists(
    ranked: Ranked, plan: pd.DataFrame, policy: Policy, labels: Labels, today: date,
    assigned: pd.DataFrame | None = None,
) -> pd.DataFrame:  # fmt: skip
    """All lists as one frame in the order of the choices: ``list`` (code), ``row`` (lead row, NaN on the line that
    counts the rest), ``place``, ``since``, ``what``, ``reason``, ``more`` (how many did not fit).

    ``plan``: the current step of each lead, index as the leads. ``assigned``: proposed owners by lead row, ``rep``
    (missing when none fits), ``reason`` (words) and ``since``. Each list shows the first ``worklist_rows`` leads.
    """
    state = _judged(ranked, plan, policy)
    made = [
        _now(state, plan, labels, today), _review(state, labels, today), _stale(state, policy, labels),
        _revival(state, plan, labels), _dead(state, labels, policy, today), _overrides(state, labels),
    ]  # fmt: skip
    if assigned is not None and len(assigned):
        made.append(_assigned(state, assigned, labels))
    most = int(policy.number("worklist_rows"))
    return pd.concat([_shown(each, most) for each in made], ignore_index=True)


def _judged(ranked: Ranked, plan: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The state with the longest gap of its tier, and what the plan knows about contacts (``plan.contacts``)."""
    state = ranked.state[_READ]
    _, longest, _ = base_gaps(state["tier"], policy)
    known = plan[["touched", "silent", "paused", "informed", "review_due"]]
    return pd.concat([state, known], axis=1).assign(gap=longest, open=state["outcome"].isna())


def _shown(made: _List, most: int) -> pd.DataFrame:
    head = made.rows.head(most)
    out = pd.DataFrame(
        {
            "list": made.name, "row": head.index.astype(float), "place": np.arange(1, len(head) + 1, dtype=float),
            "since": head["since"].to_numpy(), "what": made.what(head), "reason": made.reason(head), "more": 0,
        }
    )  # fmt: skip
    if len(made.rows) > len(head):
        rest = {"list": made.name, "since": pd.NaT, "more": len(made.rows) - len(head)}
        out = pd.concat([out, pd.DataFrame([rest])], ignore_index=True)
    return out


def _days(values: pd.Series, labels: Labels, key: str) -> Objects:
    """The text ``key`` with each row's day as ``{date}``; rows without a day stay ``None``."""
    return worded(values.dt.normalize(), lambda day: labels.text(key, date=f"{day:%Y-%m-%d}"))


def _objects(values: list[Any]) -> Objects:
    out = np.full(len(values), None, dtype=object)
    out[:] = values
    return out


def _said(*parts: Objects) -> Objects:
    """The texts of each row joined by a semicolon; ``None`` where there is none."""
    return np.array(["; ".join(filter(None, row)) or None for row in zip(*parts, strict=True)], dtype=object)


def _steps(plan: pd.DataFrame, labels: Labels) -> Words:
    """The purpose of each lead's step, else its kind."""

    def what(rows: pd.DataFrame) -> Objects:
        steps = plan.loc[rows.index]
        kinds, purposes = choices(steps["kind"], "step_kind", labels), texts(steps["purpose"])
        return np.array([purpose or kind for purpose, kind in zip(purposes, kinds, strict=True)], dtype=object)

    return what


def _now(state: pd.DataFrame, plan: pd.DataFrame, labels: Labels, today: date) -> _List:
    """Who needs attention at once: late, promised or to be called today, urgent and important, or falling (T13)."""
    now = pd.Timestamp(today)
    due = plan["due"] <= now
    rules = pd.DataFrame(
        {
            "overdue": plan["overdue"].fillna(False).astype(bool),
            "first_call": plan["kind"].eq("first_call") & due,
            "promise": plan["kind"].eq("agreed_plan") & due,
            "do_first": state["active"] & state["quadrant"].eq("do_first"),
            "fell": state["open"] & state["movement"].eq("down") & state["last_tier"].isin(_GOOD),
        }
    )[list(NOW)]
    rows = state.assign(since=plan["due"].fillna(now), first=rules.to_numpy().argmax(axis=1))[rules.any(axis=1)]
    rows = rows.sort_values(["first", "rank"], kind="stable")

    return _List(
        "now", rows, _steps(plan, labels), lambda shown: _why_now(shown, rules.loc[shown.index], plan, labels)
    )


def _why_now(shown: pd.DataFrame, rules: pd.DataFrame, plan: pd.DataFrame, labels: Labels) -> Objects:
    """Every rule that put a lead on the list; a promise and a deadline as they were given, the planned day apart."""
    steps = plan.loc[shown.index]
    promised = rules["first_call"] | rules["promise"]
    dated = promised | rules["overdue"]
    called = pd.Series(deadline_texts(steps), index=steps.index, dtype=object).where(rules["first_call"])
    missed = steps["missed"].where(promised & (steps["missed"] > 0))
    due = days(steps["due"])

    def text(name: str, **words: Any) -> str:
        return labels.text(f"worklist_text.now.{name}", **words)

    late = [None if pd.isna(n) else text("missed", late=int(n), due=day) for n, day in zip(missed, due, strict=True)]
    return _said(
        worded(called, lambda moment: text("first_call", deadline=moment)),
        _days(steps["promised"].where(rules["promise"]), labels, "worklist_text.now.promise"),
        _objects(late),
        worded(steps["due"].where(promised & kept_elsewhere(steps)), lambda day: text("moved", due=f"{day:%Y-%m-%d}")),
        _days(shown["since"].where(rules["overdue"] & ~promised), labels, "worklist_text.now.overdue"),
        _days(shown["since"].where(rules["do_first"] & ~dated), labels, "worklist_text.now.do_first_on"),
        _objects([text("do_first") if also else None for also in rules["do_first"] & dated]),
        worded(shown["last_tier"].where(rules["fell"]), lambda tier: text("fell", tier=labels.choice("tier", tier))),
    )


def _same(text: str) -> Words:
    return lambda rows: np.full(len(rows), text, dtype=object)


def _review(state: pd.DataFrame, labels: Labels, today: date) -> _List:
    """Open leads whose newest information is from an earlier quarter (R14)."""
    due = state[state["open"] & (state["review_due"] <= pd.Timestamp(today))]
    rows = due.assign(since=due["review_due"]).sort_values(["since", "rank"], kind="stable")
    return _List(
        "review_due", rows, _same(labels.text("worklist_text.review_due.what")),
        lambda shown: _days(shown["informed"], labels, "worklist_text.review_due.reason"),
    )  # fmt: skip


def _stale(state: pd.DataFrame, policy: Policy, labels: Labels) -> _List:
    """Leads that people work on whose decision chain nobody has confirmed for long (R19)."""
    old = state[state["active"] & state["chain_stale"]]
    rows = old.assign(since=old["chain_seen"]).sort_values("rank", kind="stable")
    question = question_for("decision_chain", labels)
    return _List("stale_chain", rows, _same(question), lambda shown: chain_notes(shown, policy, labels))


def _revival(state: pd.DataFrame, plan: pd.DataFrame, labels: Labels) -> _List:
    """Leads given up for asleep that moved up, or that spoke again after a long silence (T09)."""
    woken = state["movement"].eq("up") & state["last_tier"].isin(_ASLEEP)
    spoke = (state["paused"] > QUIET_GAPS * state["gap"]) & (state["silent_days"] <= state["gap"])
    rows = state.assign(since=state["last_touch"], woken=woken, spoke=spoke)[state["active"] & (woken | spoke)]
    rows = rows.sort_values("rank", kind="stable")

    def reason(shown: pd.DataFrame) -> Objects:
        up = worded(shown["last_tier"].where(shown["woken"]), lambda tier: labels.text(
            "worklist_text.revival.up", tier=labels.choice("tier", tier)))  # fmt: skip
        again = worded(shown["paused"].where(shown["spoke"]), lambda days: labels.text(
            "worklist_text.revival.spoke", days=int(days)))  # fmt: skip
        return _said(up, again)

    return _List("revival", rows, _steps(plan, labels), reason)


def _dead(state: pd.DataFrame, labels: Labels, policy: Policy, today: date) -> _List:
    """Leads that people work on and that have been silent for more than twice the longest gap of their tier (T09)."""
    quiet = state[state["active"] & (state["silent"] > QUIET_GAPS * state["gap"])]
    usual = quiet["touched"].dt.normalize() + pd.Timedelta(days=int(policy.number("revisit_days")))
    again = quiet["revisit_on"].fillna(usual)
    again = again.where(again >= pd.Timestamp(today), pd.Timestamp(today))
    rows = quiet.assign(since=quiet["touched"], again=again).sort_values("rank", kind="stable")

    def reason(shown: pd.DataFrame) -> Objects:
        pairs = zip(shown["silent"], shown["gap"], shown["tier"], strict=True)
        words = [(int(days), int(gap), labels.choice("tier", tier)) for days, gap, tier in pairs]
        lines = [labels.text("worklist_text.dead.reason", days=d, gap=g, tier=t) for d, g, t in words]
        return _objects(lines)

    return _List("dead", rows, lambda shown: _days(shown["again"], labels, "worklist_text.dead.what"), reason)


def _overrides(state: pd.DataFrame, labels: Labels) -> _List:
    """What was set by hand as it was typed, also where a gate holds it back: who, when, why, until when (K04)."""
    rows = state[set_by_hand(state)]
    rows = rows.assign(since=rows["override_on"]).sort_values(["override_until", "rank"], kind="stable")

    def what(shown: pd.DataFrame) -> Objects:
        return _objects([one.words(labels) for one in each_set_by_hand(shown)])

    def reason(shown: pd.DataFrame) -> Objects:
        columns = (shown["override_by"], shown["override_on"], shown["override_until"], shown["override_reason"])
        lines = [labels.text("worklist_text.override.reason", by=by, date=f"{on:%Y-%m-%d}", until=f"{until:%Y-%m-%d}",
                             reason=why) for by, on, until, why in zip(*columns, strict=True)]  # fmt: skip
        return _objects(lines)

    return _List("override", rows, what, reason)


def as_proposed(assigned: pd.DataFrame, ranked: Ranked, listed: pd.DataFrame, today: date) -> pd.DataFrame:
    """``assigned`` with ``since``; who was proposed before keeps the day and the reason of that proposal.

    ``listed``: LB_Worklists as a typed frame.
    """
    before = listed[listed["list"].eq("assigned")].drop_duplicates("lead_key").set_index("lead_key")
    keys = ranked.state["lead_key"].reindex(assigned.index)
    old = before[["owner", "since", "reason"]].reindex(keys).set_axis(assigned.index)
    same = assigned["rep"].notna() & assigned["rep"].eq(old["owner"]) & old["since"].notna()
    return assigned.assign(
        reason=old["reason"].where(same, assigned["reason"]),
        since=old["since"].where(same, pd.Timestamp(today)),
    )


def _assigned(state: pd.DataFrame, assigned: pd.DataFrame, labels: Labels) -> _List:
    """Leads without an owner and the rep that is proposed for each (M4)."""
    chosen = assigned[["rep", "reason", "since"]].rename(columns={"reason": "chosen_for"})
    rows = state.join(chosen, how="inner").sort_values("rank", kind="stable")
    nobody = labels.text("worklist_text.assigned_none")

    def what(shown: pd.DataFrame) -> Objects:
        named = worded(shown["rep"], lambda rep: labels.text("worklist_text.assigned", rep=rep))
        return np.where(shown["rep"].isna(), nobody, named)

    return _List("assigned", rows, what, lambda shown: texts(shown["chosen_for"]))


def worklists_change(lists: pd.DataFrame, ranked: Ranked, plan: pd.DataFrame, labels: Labels) -> TableChange:
    """The lists as the rows of LB_Worklists; the last line of a list that was cut says how many more there are."""
    leads = ranked.state[_READ].reindex(lists["row"]).reset_index(drop=True)
    names = texts(leads["company_name"])
    rest = lists["more"].where(lists["more"] > 0)
    more = worded(rest, lambda count: labels.text("result_text.more", count=int(count)))
    columns: dict[str, Any] = {
        "list": choices(lists["list"], "worklist", labels), "place": numbers(lists["place"]),
        "lead_key": texts(leads["lead_key"]), "lead_name": np.where(lists["row"].isna(), more, names),
        "owner": texts(plan["owner"].reindex(lists["row"]).reset_index(drop=True)),
        "tier": choices(leads["tier"], "tier", labels),
        "since": dates(pd.to_datetime(lists["since"])), "what": texts(lists["what"]),
        "reason": texts(lists["reason"]),
    }  # fmt: skip
    return TableChange(TABLE, columns, "replace")
