"""LB_Results in the reader's language: one row a lead, best first."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.app.stages import Ranked
from leadbook.app.words import Objects, choices, dates, joined, numbers, texts, worded
from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.codes import ANUM
from leadbook.model.policy import Condition, Policy, condition
from leadbook.model.policy_sheet import answer_list
from leadbook.model.questions import ORIGIN, question_for
from leadbook.scoring.points import holds
from leadbook.scoring.reasons import top_reasons

REASONS = 3


def reasons(ranked: Ranked, labels: Labels, *, against: bool = False) -> Objects:
    """The strongest factors for (or against) each lead, with their points."""
    columns, points = top_reasons(ranked.scores.card, REASONS, against=against)
    names = [factor.name for factor in ranked.scores.card.factors]
    return joined(columns, points, lambda c, p: labels.text("result_text.points", name=names[c], points=f"{p:+d}"))


def doubts(ranked: Ranked, policy: Policy, labels: Labels) -> Objects:
    """The strongest factors against each lead; a decision chain that counts less because it is old is one (R19)."""
    against, old = reasons(ranked, labels, against=True), chain_notes(ranked.state, policy, labels)
    return np.array(["; ".join(filter(None, pair)) or None for pair in zip(against, old, strict=True)], dtype=object)


def chain_notes(rows: pd.DataFrame, policy: Policy, labels: Labels) -> Objects:
    """For leads with an old decision chain, since when it was not confirmed and how much it counts (R19)."""
    share = next((float(r["points"]) for r in policy.section("discount") if r["id"] == "stale_chain"), 1.0)
    return worded(
        rows["chain_seen"].where(rows["chain_stale"]).dt.normalize(),
        lambda day: labels.text("result_text.chain_stale", date=f"{day:%Y-%m-%d}", share=f"{share:.0%}"),
    )


def ask_next(ranked: Ranked, labels: Labels) -> Objects:
    """The question whose answer could move the total most."""
    factors = ranked.scores.card.factors

    def text(column: int) -> str:
        field = ORIGIN.get(factors[column].reads, factors[column].reads)
        question = question_for(field, labels)
        return labels.text("result_text.missing_question", field=labels.field_name(field), question=question)

    return worded(pd.Series(ranked.ask).where(ranked.ask >= 0).astype("Int64"), lambda c: text(int(c)))


def gate_texts(ranked: Ranked, catalogue: Catalogue, labels: Labels) -> Objects:
    """Closed gates with effect, evidence, date and expiry, in the order of the policy (C13, C17)."""
    out = np.full(len(ranked.state), None, dtype=object)
    for column, gate in enumerate(ranked.gates.gates):
        rows = np.flatnonzero(ranked.gates.closed[:, column])
        if not len(rows):
            continue
        values = ranked.state[gate.reads].iloc[rows]
        list_name = answer_list({"section": "gate", "reads": gate.reads}, catalogue)
        days = ranked.gates.since[rows, column]
        known: dict[Any, str] = {}
        for row, value, day in zip(rows, values, days, strict=True):
            # The same evidence on the same day reads the same.
            text = known.get((value, day)) or _gate_text(gate, value, day, list_name, labels)
            known[value, day] = text
            out[row] = text if out[row] is None else f"{out[row]}; {text}"
    return out


def _gate_text(gate: Any, value: Any, day: np.datetime64, list_name: str | None, labels: Labels) -> str:
    reading = labels.field_name(gate.reads)
    if gate.kind != "flag":
        shown = labels.choice(list_name, value) if list_name else f"{value:g}"
        reading = f"{reading}: {shown}"
    words = {"gate": gate.name, "effect": labels.choice("gate_effect", gate.effect), "evidence": reading}
    if np.isnat(day):
        return labels.text("result_text.gate", **words)
    if gate.expires_days is None:
        return labels.text("result_text.gate_since", **words, date=str(day))
    until = day + np.timedelta64(int(gate.expires_days), "D")
    return labels.text("result_text.gate_expires", **words, date=str(day), expires=str(until))


def qualification_texts(ranked: Ranked, labels: Labels) -> Objects:
    """The four answers in their order: authority, need, urgency, money (C17)."""
    rows = ranked.qualified[list(ANUM)].itertuples(index=False)
    packed = pd.Series(["|".join(row) for row in rows], index=ranked.qualified.index, dtype=object)

    def text(answers: str) -> str:
        pairs = zip(ANUM, answers.split("|"), strict=True)
        return "; ".join(
            labels.text(f"result_text.qualified_{a}", criterion=labels.choice("criterion", c)) for c, a in pairs
        )

    return worded(packed, text)


def tags(ranked: Ranked, labels: Labels) -> Objects:
    """Computed tags with their namespace; the team's own tags are another column and stay as they are (R10)."""
    state, text, choice = ranked.state, labels.text, labels.choice
    parts = [
        worded(state["industry.code"], lambda c: text("result_text.tag_industry", value=choice("industry", c))),
        worded(state["size_band"], lambda c: text("result_text.tag_size", value=choice("size_band", c))),
        worded(state["pain_points"], lambda t: text("result_text.tag_pain", value=" ".join(str(t).split())[:24])),
        worded(state["decision_style"], lambda c: text("result_text.tag_style", value=choice("decision_style", c))),
    ]
    return np.array(["; ".join(filter(None, row)) or None for row in zip(*parts, strict=True)], dtype=object)


def suggested_needs(state: pd.DataFrame, policy: Policy, labels: Labels) -> Objects:
    """Needs foreseen by the policy's rules, with their reason; no rule, no word (R12, R17)."""
    out = np.full(len(state), None, dtype=object)
    known = state.assign(industry_code=state["industry.code"])
    for row in policy.section("need_rule"):
        hit: npt.NDArray[np.bool_] = np.ones(len(state), dtype=bool)
        if "reads" in row:
            hit &= holds(known, Condition(row["reads"], row["answer"]))
        if "when" in row:
            hit &= holds(state, condition(row["when"]))
        text = labels.text("result_text.need_suggestion", name=row.get("name", row["id"]), reason=row.get("reason", ""))
        out[hit] = [text if before is None else f"{before}; {text}" for before in out[hit]]
    return out


def likelihood_texts(state: pd.DataFrame, labels: Labels) -> Objects:
    """What the score means, or how the lead ended (T02)."""
    closed = worded(state["outcome"], lambda c: labels.text("result_text.closed", outcome=labels.choice("outcome", c)))
    scored = worded(state["score"], lambda s: labels.text("result_text.likelihood_note", score=int(s)))
    return np.where(state["outcome"].notna(), closed, scored)


def results(
    ranked: Ranked, plan: pd.DataFrame, policy: Policy, catalogue: Catalogue, labels: Labels
) -> dict[str, Objects]:
    """The columns of LB_Results by field key, rows in order of rank. ``plan``: current steps, index as the leads."""
    state, criteria = ranked.state, catalogue.choices["criterion"]
    out: dict[str, Objects] = {
        "rank": numbers(state["rank"]), "lead_key": texts(state["lead_key"]), "lead_name": texts(state["company_name"]),
        "owner": texts(state["owner"]), "tier": choices(state["tier"], "tier", labels),
        "machine_tier": choices(state["machine_tier"], "tier", labels),
        "score": numbers(state["score"]), "machine_score": numbers(state["machine_score"]),
        "likelihood": likelihood_texts(state, labels),
        "total": numbers(state["total"]), "total_low": numbers(state["total_low"]),
        "total_high": numbers(state["total_high"]), "coverage": numbers(state["coverage"].round(4)),
        "movement": choices(state["movement"], "movement", labels), "cause": choices(state["cause"], "cause", labels),
        "stage": choices(state["stage"], "stage", labels), "handoff": choices(state["handoff"], "handoff", labels),
        "handoff_since": dates(state["handoff_since"]),
        "customer_level": choices(state["customer_level"], "customer_level", labels),
        "quadrant": choices(state["quadrant"], "quadrant", labels),
        "urgency": numbers(state["urgency"]), "importance": numbers(state["importance"]),
        "gates": gate_texts(ranked, catalogue, labels), "qualification": qualification_texts(ranked, labels),
        "high_value": choices(ranked.high["high_value"].map({True: "yes", False: "no"}), "yes_no", labels),
        "reasons_for": reasons(ranked, labels), "reasons_against": doubts(ranked, policy, labels),
        "ask_next": ask_next(ranked, labels), "next_step": texts(plan["purpose"]), "next_step_due": dates(plan["due"]),
        "review_due": dates(plan["review_due"]), "rep_score": numbers(state["rep_score"]),
        "risk_class": choices(state["risk_class"], "risk_class", labels), "tags_computed": tags(ranked, labels),
        "predicted_need": texts(plan["need"]), "base": numbers(state["base"]),
    }  # fmt: skip
    out |= {f"points_{c}": numbers(state[f"points_{c}"]) for c in criteria}
    order = np.argsort(state["rank"].to_numpy(), kind="stable")
    return {key: values[order] for key, values in out.items()}
