"""How one lead got its score, tier and next step (DESIGN §6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd

from leadbook.app.present_results import chain_notes
from leadbook.app.run import Run
from leadbook.app.story import by_hand
from leadbook.errors import UsedWrongly
from leadbook.intake.values.company import company_key
from leadbook.labels import fold
from leadbook.model.questions import ORIGIN, question_for
from leadbook.priority.override import ENDED
from leadbook.priority.tiers import cutoffs

_SIMILAR = 3


@dataclass(frozen=True)
class Part:
    """One factor of one lead: points given and what it could still give."""

    criterion: str
    name: str
    points: int
    answered: bool
    lowest: int
    highest: int
    reason: str


def find_row(run: Run, wanted: str) -> int:
    """The sheet row of a lead named by key, id, tax id or company name; ``UsedWrongly`` names similar ones."""
    state, keys = run.ranked.state, run.intake.keys
    for column in ("lead_key", "tax_key", "name_key"):
        hit = keys.index[keys["scored"] & keys[column].isin([wanted, company_key(wanted)])]
        if len(hit):
            return int(hit[0])
    inside = [row for row, name in state["company_name"].items() if fold(wanted) and fold(wanted) in fold(str(name))]
    if len(inside) == 1:
        return int(str(inside[0]))
    from rapidfuzz import process

    names = [str(name) for name in state["company_name"]]
    near = ", ".join(match[0] for match in process.extract(wanted, names, limit=_SIMILAR)) or "–"
    raise UsedWrongly("lead_not_found", lead=wanted, file=run.book.name, similar=near)


def state_of(run: Run, row: int) -> pd.Series:
    """All that is known about the lead of one sheet row."""
    return cast(pd.Series, run.ranked.state.loc[row])  # sheet rows are unique


def parts(run: Run, row: int) -> list[Part]:
    """Every factor that applies to the lead, in the order of the policy."""
    card = run.ranked.scores.card
    at = run.ranked.state.index.get_loc(row)
    return [
        Part(f.criterion, f.name, int(card.points[at, n]), bool(card.answered[at, n]), *f.extremes, f.reason)
        for n, f in enumerate(card.factors)
        if card.applies[at, n]
    ]


def story(run: Run, wanted: str) -> Iterator[str]:
    """The explanation line by line, in the book's language."""
    row = find_row(run, wanted)
    labels, state = run.book.labels, state_of(run, row)
    text, total = labels.text, int(state["total"])
    yield text("explain.head", name=state["company_name"], key=state["lead_key"])
    yield text("explain.total", total=total, score=int(state["score"]), coverage=f"{state['coverage']:.0%}")
    yield text("explain.range", low=int(state["total_low"]), high=int(state["total_high"]))
    yield _tier(run, state)
    yield from _by_hand(run, state)
    shown = {axis: "–" if pd.isna(state[axis]) else int(state[axis]) for axis in ("urgency", "importance")}
    yield text("explain.placement", **shown, quadrant=labels.choice("quadrant", state["quadrant"]))
    yield from _relation(run, state)
    yield ""
    yield text("explain.points")
    yield f"  {int(state['base']):+4d}  {text('explain.base')}"
    every = parts(run, row)
    for part in [p for p in every if p.answered]:
        yield f"  {part.points:+4d}  {labels.choice('criterion', part.criterion)}: {part.name}. {part.reason}"
    yield from (f"  {note}" for note in chain_notes(run.ranked.state.loc[[row]], run.policy, labels) if note)
    yield from _gates(run, row)
    missing = [p for p in every if not p.answered]
    if missing:
        yield text("explain.missing")
        for part in missing:
            criterion = labels.choice("criterion", part.criterion)
            yield f"  {part.lowest:+d} … {part.highest:+d}  {criterion}: {part.name}"
    yield from _ask(run, row)
    yield from _step(run, row)


def _tier(run: Run, state: pd.Series) -> str:
    labels, tier = run.book.labels, str(state["tier"])
    cause = state["held_by"]
    if isinstance(cause, str):
        return labels.text("explain.tier_by", tier=labels.choice("tier", tier), cause=labels.choice("cause", cause))
    bound = dict(cutoffs(run.policy)).get(tier)
    return labels.text("explain.tier", tier=labels.choice("tier", tier), cutoff="–" if bound is None else f"{bound:g}")


def _by_hand(run: Run, state: pd.Series) -> Iterator[str]:
    """What was set by hand: who, when, until when; the reason is free text and stays in the workbook (K04)."""
    labels = run.book.labels
    if state["override"] == ENDED:
        yield labels.text("explain.override_ended", until=f"{state['override_until']:%Y-%m-%d}")
    for one in (one for one in by_hand(run) if one.key == state["lead_key"]):
        yield labels.text(
            "explain.override", what=one.what.words(labels), by=one.by, until=one.until,
            date=f"{state['override_on']:%Y-%m-%d}", sheet_name=labels.text("sheet.leads"),
        )  # fmt: skip


def _relation(run: Run, state: pd.Series) -> Iterator[str]:
    """Who holds the lead since when (T11), and what an existing customer is worth (T07)."""
    labels, since = run.book.labels, f"{state['handoff_since']:%Y-%m-%d}"
    yield labels.text("explain.handoff", handoff=labels.choice("handoff", state["handoff"]), date=since)
    if isinstance(state["customer_level"], str):
        level = labels.choice("customer_level", state["customer_level"])
        yield labels.text("explain.level", level=level, value=int(state["customer_value"]))


def _gates(run: Run, row: int) -> Iterator[str]:
    text, at = run.book.labels.text, run.ranked.state.index.get_loc(row)
    closed = np.flatnonzero(run.ranked.gates.closed[at])
    if not len(closed):
        yield text("explain.no_gates")
        return
    yield text("explain.gates")
    for column in closed:
        gate = run.ranked.gates.gates[column]
        yield f"  {gate.name} ({run.book.labels.choice('gate_effect', gate.effect)}). {gate.reason}"


def _ask(run: Run, row: int) -> Iterator[str]:
    at = run.ranked.state.index.get_loc(row)
    column = int(run.ranked.ask[at])
    if column >= 0:
        reads = run.ranked.scores.card.factors[column].reads
        labels = run.book.labels
        yield f"{labels.header('result', 'ask_next')}: {question_for(ORIGIN.get(reads, reads), labels)}"


def _step(run: Run, row: int) -> Iterator[str]:
    step, labels = run.plan.loc[row], run.book.labels
    if isinstance(step["kind"], str):
        channel, kind = labels.choice("channel", step["channel"]), labels.choice("step_kind", step["kind"])
        yield labels.text("explain.step", due=f"{step['due']:%Y-%m-%d}", channel=channel, purpose=kind)
    yield f"  {step['reason']}"
