"""The fixed blocks of Matrix, Dashboard and Guide (DESIGN §4: charts point at them and are never rewritten)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd

from leadbook.app.stages import Ranked
from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import SCORED, Policy
from leadbook.priority.tiers import cutoffs
from leadbook.workbook.changes import BlockChange

QUADRANTS: Final = ("do_first", "schedule", "respond", "watch")
LIST_ROWS: Final = 12
CHART_LEADS: Final = 60
CHART_REPS: Final = 20
CHART_WEEKS: Final = 26
QUALITY_FIELDS: Final = 15
LISTED_FIELDS: Final = 6
Line = list[Any]


def _day(moment: Any) -> date | None:
    return None if pd.isna(moment) else pd.Timestamp(moment).date()


def _place(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def matrix(ranked: Ranked, plan: pd.DataFrame, labels: Labels) -> list[BlockChange]:
    """Four lists people read (top 12 and "N more"), the number of unplaced leads, and the points of the chart."""
    columns = ["company_name", "tier", "score", "owner", "quadrant", "urgency", "importance", "rank"]
    state = ranked.state.loc[ranked.state["active"], columns].sort_values("rank", kind="stable")
    out = []
    for quadrant in QUADRANTS:
        inside = state[state["quadrant"].eq(quadrant)]
        shown = inside.head(LIST_ROWS)
        lines: list[Line] = [
            [name, labels.choice("tier", tier), int(score), _day(due), owner if isinstance(owner, str) else None]
            for name, tier, score, due, owner in zip(
                shown["company_name"], shown["tier"], shown["score"], plan["due"].reindex(shown.index),
                shown["owner"], strict=True,
            )
        ]  # fmt: skip
        more = len(inside) - LIST_ROWS
        lines += [[None] * 5] * (LIST_ROWS - len(lines))
        lines.append([labels.text("result_text.more", count=more) if more > 0 else None])
        out.append(BlockChange(f"LB_Matrix.{quadrant}", lines))
    out.append(BlockChange("LB_Matrix.unplaced", [[int(state["quadrant"].eq("unplaced").sum())]]))
    placed = state[state["quadrant"].isin(QUADRANTS)].head(CHART_LEADS)
    points = [
        [name, int(urgency), *(int(importance) if quadrant == q else None for q in QUADRANTS)]
        for name, urgency, importance, quadrant in zip(
            placed["company_name"], placed["urgency"], placed["importance"], placed["quadrant"], strict=True
        )
    ]
    return [*out, BlockChange("LB_Matrix.points", points)]


def fill_rates(leads: pd.DataFrame, catalogue: Catalogue, policy: Policy) -> list[tuple[str, float]]:
    """(field, share of leads that answered it) for fields the policy scores, emptiest first (T10)."""
    from leadbook.model.questions import ORIGIN

    read = {ORIGIN.get(f.reads, f.reads) for section in SCORED for f in policy.factors(section)}
    keys = [f.key for f in catalogue.lead.fields if f.key in read and f.owner == "rep"]
    rates = [(key, float(leads[key].notna().mean()) if len(leads) else 0.0) for key in keys]
    return sorted(rates, key=lambda pair: (pair[1], pair[0]))


def unused(rates: list[tuple[str, float]]) -> list[str]:
    """Fields that no lead answers: what the form could do without (T10)."""
    return [key for key, rate in rates if rate == 0]


def without_effect(ranked: Ranked, rates: list[tuple[str, float]], policy: Policy) -> list[str]:
    """Fields that some leads answer and that gave no lead a point, nor count for anything else (T10)."""
    from leadbook.model.questions import origin

    card = ranked.scores.card
    telling = {origin(factor.reads) for n, factor in enumerate(card.factors) if card.points[:, n].any()}
    telling |= {origin(f.reads) for section in SCORED if section != "factor" for f in policy.factors(section)}
    telling |= {origin(gate.reads) for gate in policy.gates}
    return [key for key, rate in rates if rate > 0 and key not in telling]


def field_list(keys: list[str], labels: Labels, most: int = LISTED_FIELDS) -> str:
    """The first fields by name, and how many more there are."""
    names = ", ".join(labels.field_name(key) for key in keys[:most])
    more = len(keys) - most
    return f"{names}, {labels.text('result_text.more', count=more)}" if more > 0 else names


def _usefulness(nobody: list[str], idle: list[str], labels: Labels) -> str:
    """Fields that nobody fills, and those that are filled in vain, on one line."""
    if not nobody and not idle:
        return labels.text("template.dash.all_used")
    most = LISTED_FIELDS // 2 if nobody and idle else LISTED_FIELDS
    named = {"unused": nobody, "no_effect": idle}
    notes = [labels.text(f"template.dash.{key}", fields=field_list(keys, labels, most))
             for key, keys in named.items() if keys]  # fmt: skip
    return notes[0] if len(notes) == 1 else labels.text("template.dash.two_notes", one=notes[0], other=notes[1])


def _by_rep(plan: pd.DataFrame) -> list[Line]:
    open_ = plan[plan["kind"].notna() & plan["owner"].notna()]
    counted = open_.groupby("owner").agg(open=("kind", "size"), overdue=("overdue", "sum")).reset_index()
    ordered = counted.sort_values(["overdue", "open", "owner"], ascending=[False, False, True], kind="stable")
    return [[str(r), int(n), int(late)] for r, n, late in ordered.head(CHART_REPS).itertuples(index=False)]


def dashboard(
    ranked: Ranked,
    plan: pd.DataFrame,
    weeks: pd.DataFrame,
    counts: Mapping[str, int],
    policy: Policy,
    catalogue: Catalogue,
    labels: Labels,
    today: date,
) -> list[BlockChange]:
    """Figures and chart blocks of the Dashboard. ``weeks``: LB_Weeks as it will be written; ``counts``: findings."""
    state = ranked.state
    tiers = state["tier"].value_counts()
    quadrants = state.loc[state["active"], "quadrant"].value_counts()
    summary = [
        today, len(state), counts["interactions"], int(tiers.get("A", 0)), int(ranked.high["high_value"].sum()),
        int(plan["overdue"].sum()), counts["error"], counts["warning"],
    ]  # fmt: skip
    rates = fill_rates(state, catalogue, policy)
    quality = [[labels.field_name(key), round(rate, 4)] for key, rate in rates]
    said = _usefulness(unused(rates), without_effect(ranked, rates, policy), labels)
    shown = weeks.tail(CHART_WEEKS)
    history = shown[["week", "up", "down", "tier_A", "errors"]].astype(object).to_numpy().tolist()
    return [
        BlockChange("LB_Dash.summary", [[value] for value in summary]),
        BlockChange("LB_Dash.tiers", [[int(tiers.get(t, 0))] for t in catalogue.choices["tier"]]),
        BlockChange("LB_Dash.quadrants", [[int(quadrants.get(q, 0))] for q in (*QUADRANTS, "unplaced")]),
        BlockChange("LB_Dash.weeks", history),
        BlockChange("LB_Dash.overdue", _by_rep(plan)),
        BlockChange("LB_Dash.quality", quality[:QUALITY_FIELDS]),
        BlockChange("LB_Dash.unused_note", [[said if len(state) else None]]),
    ]


def guide(policy: Policy, catalogue: Catalogue, labels: Labels, today: date) -> list[BlockChange]:
    """How scoring works under the policy in force, dated (Q05)."""
    factors = policy.factors()
    criteria = []
    for criterion in catalogue.choices["criterion"]:
        own = [f for f in factors if f.criterion == criterion]
        low, high = sum(min(f.extremes[0], 0) for f in own), sum(max(f.extremes[1], 0) for f in own)
        criteria.append([labels.choice("criterion", criterion), low, high, len(own)])
    tiers = [[labels.choice("tier", tier), points] for tier, points in cutoffs(policy)]
    return [
        BlockChange("LB_Guide.stamp", [[today, policy.fingerprint]]),
        BlockChange("LB_Guide.criteria", criteria),
        BlockChange("LB_Guide.tiers", [*tiers, [labels.choice("tier", "nurture"), None]]),
    ]
