"""What a run has to say: figures and lines that can be read aloud, as data for any reporter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from leadbook.app.override_words import READ, SetByHand, each_set_by_hand, set_by_hand
from leadbook.app.present_blocks import fill_rates, unused
from leadbook.app.present_findings import Told
from leadbook.app.run import Run
from leadbook.labels import Labels

SHOWN: Final = 5
_CELLS: Final = 4


@dataclass(frozen=True)
class Move:
    """One lead whose tier changed against the last state before this week."""

    name: str
    key: str
    old: str
    new: str
    up: bool
    cause: str


@dataclass(frozen=True)
class Step:
    """One planned step that is worth saying aloud."""

    name: str
    key: str
    kind: str
    due: str
    owner: str

    def kind_label(self, labels: Labels) -> str:
        """The kind of step in words; its purpose may hold free text and stays in the workbook (DESIGN §10)."""
        return labels.choice("step_kind", self.kind)


@dataclass(frozen=True)
class Group:
    """All findings of one kind: how many, the code, one message, the first cells."""

    count: int
    code: str
    severity: str
    message: str
    cells: tuple[str, ...]


def moves(run: Run) -> list[Move]:
    """Leads that changed their tier, best totals first (codes, not words)."""
    state = run.ranked.state
    changed = state[state["movement"].isin(["up", "down"])].sort_values("rank", kind="stable")
    return [
        Move(r["company_name"], r["lead_key"], r["last_tier"], r["tier"], r["movement"] == "up", r["cause"] or "time")
        for _, r in changed.iterrows()
    ]


def causes(run: Run) -> dict[str, int]:
    """How many leads moved for each cause, the most frequent first: the weekly drift (T06)."""
    state = run.ranked.state
    moved = state.loc[state["movement"].isin(["up", "down"]), "cause"].fillna("time")
    counts = moved.value_counts()
    known = [cause for cause in run.book.catalogue.choices["cause"] if cause in counts.index]
    return {cause: int(counts[cause]) for cause in sorted(known, key=lambda cause: -counts[cause])}


@dataclass(frozen=True)
class Attention:
    """A lead that needs attention now: its step and why, in words without any free text."""

    name: str
    key: str
    kind: str
    owner: str
    reason: str


def attention(run: Run) -> tuple[list[Attention], int]:
    """(leads of the list "now" in its order, how many there are in all) (T13)."""
    rows = run.lists[run.lists["list"].eq("now")]
    shown = rows[rows["row"].notna()].set_index("row")
    leads, steps = run.ranked.state.loc[shown.index], run.plan.loc[shown.index]
    columns = (leads["company_name"], leads["lead_key"], steps["kind"], steps["owner"], shown["reason"])
    found = [
        Attention(name, key, kind if isinstance(kind, str) else "", owner if isinstance(owner, str) else "–", reason)
        for name, key, kind, owner, reason in zip(*columns, strict=True)
    ]
    return found, len(found) + int(rows["more"].sum())


@dataclass(frozen=True)
class ByHand:
    """A tier or score that was set by hand and has not ended; its reason is free text and stays in the workbook."""

    name: str
    key: str
    what: SetByHand
    by: str
    until: str


def by_hand(run: Run) -> list[ByHand]:
    """All overrides that have not ended, also where a gate holds them back; those that end first come first (K04)."""
    state = run.ranked.state
    rows = state.loc[set_by_hand(state), [*READ, "tier", "company_name", "lead_key", "override_by", "override_until",
                                          "rank"]].sort_values(["override_until", "rank"], kind="stable")  # fmt: skip
    columns = (rows["company_name"], rows["lead_key"], each_set_by_hand(rows), rows["override_by"],
               rows["override_until"])  # fmt: skip
    return [
        ByHand(name, key, what, by, f"{until:%Y-%m-%d}") for name, key, what, by, until in zip(*columns, strict=True)
    ]


def _by_hand_line(one: ByHand) -> dict[str, Any]:
    return {"lead_key": one.key, "name": one.name, **asdict(one.what), "by": one.by, "until": one.until}


def never_answered(run: Run) -> list[str]:
    """Scored fields that no lead answers (T10)."""
    if run.ranked.state.empty:
        return []
    return unused(fill_rates(run.ranked.state, run.book.catalogue, run.policy))


def _steps(rows: pd.DataFrame) -> list[Step]:
    columns = ("lead_name", "lead_key", "kind", "due", "owner")
    return [
        Step(name, key, kind, f"{due:%Y-%m-%d}", owner if isinstance(owner, str) else "–")
        for name, key, kind, due, owner in zip(*(rows[column] for column in columns), strict=True)
    ]


def overdue(run: Run) -> list[Step]:
    """Open steps whose date has passed, oldest first."""
    late = run.plan[run.plan["overdue"].fillna(False).astype(bool)]
    return _steps(late.sort_values(["due", "rank"], kind="stable"))


def next_steps(run: Run, most: int) -> list[Step]:
    """The first ``most`` steps to take now, in the order of the plan, without those that are overdue."""
    ahead = run.plan["kind"].notna() & ~run.plan["overdue"].fillna(False).astype(bool)
    return _steps(run.plan[ahead].sort_values("rank", kind="stable").head(most))


def groups(told: Sequence[Told], show_values: bool = False) -> list[Group]:
    """Findings by kind, errors first, then the most frequent."""
    by_code: dict[str, list[Told]] = {}
    for item in told:
        by_code.setdefault(item.finding.kind.code, []).append(item)
    out = []
    for code, items in by_code.items():
        cells = tuple(f"{i.place.sheet}!{i.place.cell}" if i.place.cell else i.place.sheet for i in items[:_CELLS])
        kind = items[0].finding.kind
        out.append(Group(len(items), code, kind.severity, items[0].worded(show_values).message, cells))
    order = {"error": 0, "warning": 1, "hint": 2}
    return sorted(out, key=lambda g: (order[g.severity], -g.count, g.code))


def worst_rows(told: Sequence[Told]) -> list[tuple[str, int]]:
    """(company or cell, number of errors) of the rows with most errors."""
    errors = [t for t in told if t.finding.kind.severity == "error" and t.finding.row]
    counted = Counter(t.finding.lead_name or f"{t.place.sheet}!{t.finding.row}" for t in errors)
    return counted.most_common(3)


def counted(run: Run, column: str) -> dict[str, int]:
    """Leads for each tier (all) or quadrant (those people work on), in the order of the choices."""
    state = run.ranked.state if column == "tier" else run.ranked.state[run.ranked.state["active"]]
    counts = state[column].value_counts()
    return {code: int(counts.get(code, 0)) for code in run.book.catalogue.choices[column]}


def report(run: Run, written: str | None, show_values: bool) -> dict[str, Any]:
    """The run report of ``--json`` (schemas/run_report.schema.json). Values only when asked for."""
    state = run.ranked.state
    return {
        "file": run.book.name,
        "written": written,
        "as_of": run.as_of.isoformat(),
        "language": run.book.labels.language,
        "policy": {"name": run.policy.name, "fingerprint": run.policy.fingerprint},
        "leads": len(state),
        "not_scored": run.intake.not_scored,
        "interactions": len(run.intake.interactions),
        "tiers": counted(run, "tier"),
        "quadrants": counted(run, "quadrant"),
        "moved": [
            {"lead_key": m.key, "name": m.name, "from": m.old, "to": m.new, "cause": m.cause} for m in moves(run)
        ],
        "causes": causes(run),
        "now": [
            {"lead_key": a.key, "name": a.name, "step": a.kind or None, "owner": a.owner} for a in attention(run)[0]
        ],
        "by_hand": [_by_hand_line(one) for one in by_hand(run)],
        "unused_fields": never_answered(run),
        "overdue": [{"lead_key": s.key, "name": s.name, "due": s.due, "owner": s.owner} for s in overdue(run)],
        "results": _results(run),
        "findings": [_finding(item, show_values) for item in run.told],
        "counts": {s: run.counts[s] for s in ("error", "warning", "hint")},
        "seconds": run.seconds,
    }


def _results(run: Run) -> list[dict[str, Any]]:
    state = run.ranked.state.sort_values("rank", kind="stable")
    due = run.plan["due"].reindex(state.index)
    columns = {
        "rank": state["rank"].astype(int), "lead_key": state["lead_key"], "name": state["company_name"],
        "tier": state["tier"], "total": state["total"].astype(int), "score": state["score"].astype(int),
        "coverage": state["coverage"].astype(float).round(4), "quadrant": state["quadrant"], "stage": state["stage"],
        "handoff": state["handoff"], "customer_level": state["customer_level"],
        "next_step": run.plan["kind"].reindex(state.index), "next_step_due": due.dt.strftime("%Y-%m-%d"),
    }  # fmt: skip
    plain = [values.astype(object).where(values.notna(), None).tolist() for values in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*plain, strict=True)]


def _finding(item: Told, show_values: bool) -> dict[str, Any]:
    finding, words = item.finding, item.worded(show_values)
    out = {
        "code": finding.kind.code, "name": finding.name, "severity": finding.kind.severity, "sheet": item.place.sheet,
        "cell": item.place.cell, "field": finding.field, "lead_key": finding.lead_key, "accepted": words.accepted,
        "message": words.message, "fix": words.fix,
    }  # fmt: skip
    if show_values or item.place.public:
        out["value"] = finding.value
    return out
