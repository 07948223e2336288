"""The stages of a run in their order: intake, scoring, priority, plan. No file, no terminal."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.intake import Intake
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import Factor, Policy
from leadbook.model.questions import askable, origin, questions_by_field
from leadbook.plan import Asked, best_questions, review_due
from leadbook.priority import (
    Gates,
    apply_overrides,
    assess_risk,
    assign_tiers,
    compare,
    customer_level,
    evaluate_gates,
    hand_off,
    high_value,
    override_states,
    place,
    qualification,
    stage,
)
from leadbook.priority.high_value import match_share
from leadbook.priority.movement import comparable, last_states
from leadbook.scoring import Scores, build_features, evaluate, score_leads
from leadbook.scoring.points import holds
from leadbook.scoring.score import most_telling


@dataclass(frozen=True)
class Ranked:
    """All that is known about the scored leads, one row a lead (index = sheet row of the lead).

    ``state`` joins features, scores, placement, tier, stage, movement and rank; ``qualified`` holds the four
    answers; ``ask`` is the factor to ask about next (-1 = none); ``high`` the parts of the high-value flag.
    """

    state: pd.DataFrame
    scores: Scores
    gates: Gates
    qualified: pd.DataFrame
    high: pd.DataFrame
    ask: npt.NDArray[np.int64]

    @cached_property
    def open_questions(self) -> Asked:
        """The questions whose answers could move each lead's total most (Q01–Q04)."""
        card, bank = self.scores.card, questions_by_field()
        open_ = card.applies & ~card.answered & askable(card.factors)
        questions = [bank.get(origin(factor.reads)) for factor in card.factors]
        span = np.where(open_, card.highest - card.lowest, 0)
        return best_questions(span, [factor.criterion for factor in card.factors], questions)


@dataclass(frozen=True)
class Scored:
    """Features, scores and placement of some leads, all with the index of the leads."""

    features: pd.DataFrame
    scores: Scores
    placed: pd.DataFrame


def score_and_place(
    intake: Intake,
    policy: Policy,
    catalogue: Catalogue,
    today: date,
    factors: Callable[[str], list[Factor]] | None = None,
) -> Scored:
    """Points, score and place in the matrix. ``factors`` gives those of a section when not all can apply."""
    chosen = factors or policy.factors
    features = build_features(intake.leads, intake.interactions, intake.contradictions, policy, today)
    features = pd.concat([features, assess_risk(features, policy, today)], axis=1)
    card = evaluate(features, chosen("factor"), policy, today)
    scores = score_leads(card, features.index, policy, catalogue.choices["criterion"])
    matching = np.array([f.extremes[1] if f.criterion in ("need", "fit") else 0 for f in card.factors])
    features["match_share"] = match_share(scores.table, pd.Series(card.applies @ matching, index=features.index))
    urgency, importance = (evaluate(features, chosen(s), policy, today).points for s in ("urgency", "importance"))
    return Scored(features, scores, place(features, urgency, importance, policy))


def rank_leads(
    intake: Intake, history: pd.DataFrame, policy: Policy, catalogue: Catalogue, today: date,
    lacks: Collection[str] = (),
) -> Ranked:  # fmt: skip
    """Score and prioritise the leads of one intake. ``history``: LB_History as a typed frame (may be empty); ``lacks``:
    keys of columns that the book's own does not have."""
    scored = score_and_place(intake, policy, catalogue, today)
    features, scores, placed = scored.features, scored.scores, scored.placed
    gates = evaluate_gates(features, {g.id: holds(features, g.when) for g in policy.gates}, policy, today)
    answers = qualification(features)
    worth = evaluate(features, policy.factors("value"), policy, today)
    level = customer_level(features, worth.points, worth.answered, policy)
    state = pd.concat([features, scores.table, placed, stage(features, answers), level], axis=1)
    state["answers"], state["policy"] = intake.answers, policy.fingerprint
    state["gates"], state["gate_ids"] = gates.names(), gates.ids()
    lines = comparable(history, policy, lacks)
    before = last_states(lines, today)
    last = before[["tier", "last_machine_tier"]].reindex(state["lead_key"]).astype(object).set_axis(state.index)
    # What was set by hand holds nothing near a cut-off once it has ended: the machine's own last tier does.
    tiers = assign_tiers(state["total"], gates, last["last_machine_tier"], policy, state["outcome"].notna())
    state = pd.concat([state, tiers, override_states(features, policy, today)], axis=1)
    by_hand = apply_overrides(state, gates, policy)
    state = pd.concat([state.drop(columns=["tier", "score", "held_by"]), by_hand], axis=1)
    state = pd.concat([state, hand_off(state, lines, today)], axis=1)
    state = pd.concat([state, compare(state, before)], axis=1).copy()  # one block a type, not one a column
    state["last_tier"] = last["tier"]
    state["review_due"] = review_due(state["last_touch"], state["work_region"], today)
    ask = most_telling(scores, askable(scores.card.factors))
    state["held"] = gates.with_effect("hold")
    state["rank"] = _rank(state, catalogue.choices["tier"])
    # What people work on: neither closed nor disqualified; the matrix shows only these.
    state["active"] = state["outcome"].isna() & state["tier"].ne("disqualified")
    return Ranked(state, scores, gates, answers, high_value(features, policy), ask)


def _rank(state: pd.DataFrame, tiers: tuple[str, ...]) -> pd.Series:
    """1 = best: open leads before closed ones, then tier, total, urgency; the key settles ties."""
    keys = pd.DataFrame(
        {
            "closed": state["outcome"].notna(),
            "tier": state["tier"].map({t: n for n, t in enumerate(tiers)}),
            "total": -state["total"],
            "urgency": -state["urgency"].fillna(-1),
            "key": state["lead_key"].astype(str),
        }
    )
    order = keys.sort_values(["closed", "tier", "total", "urgency", "key"], kind="stable").index
    return pd.Series(np.arange(1, len(order) + 1), index=order).reindex(state.index)
