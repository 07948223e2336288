"""The stages of a run in their order: intake, scoring, priority, plan. No file, no terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.intake import Intake
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import Factor, Policy
from leadbook.model.questions import askable
from leadbook.plan import next_steps, review_due
from leadbook.priority import (
    Gates,
    assess_risk,
    assign_tiers,
    compare,
    evaluate_gates,
    high_value,
    place,
    qualification,
    stage,
)
from leadbook.priority.high_value import match_share
from leadbook.priority.movement import last_states
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
    ask_points: npt.NDArray[np.int64]


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


def rank_leads(intake: Intake, history: pd.DataFrame, policy: Policy, catalogue: Catalogue, today: date) -> Ranked:
    """Score and prioritise the leads of one intake. ``history``: LB_History as a typed frame (may be empty)."""
    scored = score_and_place(intake, policy, catalogue, today)
    features, scores, placed = scored.features, scored.scores, scored.placed
    gates = evaluate_gates(features, {g.id: holds(features, g.when) for g in policy.gates}, policy, today)
    answers = qualification(features)
    state = pd.concat([features, scores.table, placed, stage(features, answers)], axis=1)
    state["answers"], state["gates"] = intake.answers, _gate_names(gates)
    state["policy"] = policy.fingerprint
    before = last_states(history, today)
    last = pd.Series(before["tier"].reindex(state["lead_key"]).to_numpy(), index=state.index, dtype=object)
    state = pd.concat([state, assign_tiers(state["total"], gates, last, policy, state["outcome"].notna())], axis=1)
    state = pd.concat([state, compare(state, before)], axis=1)
    state["last_tier"] = last
    state["review_due"] = review_due(state["last_touch"], state["work_region"], today)
    ask, gain = most_telling(scores, askable(scores.card.factors))
    state["asks"] = ask >= 0
    state["held"] = gates.with_effect("hold")
    state["rank"] = _rank(state, catalogue.choices["tier"])
    # What people work on: neither closed nor disqualified; the matrix shows only these.
    state["active"] = state["outcome"].isna() & state["tier"].ne("disqualified")
    return Ranked(state, scores, gates, answers, high_value(features, policy), ask, gain)


def _gate_names(gates: Gates) -> npt.NDArray[np.object_]:
    """The closed gates of each lead by name, in the order of the policy; ``None`` when all are open."""
    out = np.full(len(gates.closed), None, dtype=object)
    for column, gate in enumerate(gates.gates):
        hit = gates.closed[:, column]
        out[hit] = [gate.name if before is None else f"{before}; {gate.name}" for before in out[hit]]
    return out


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


def plan_steps(ranked: Ranked, steps: pd.DataFrame, policy: Policy, today: date) -> pd.DataFrame:
    """The plan frame of ``join_steps`` without texts; a step done counts as a contact."""
    state = ranked.state
    done = steps[steps["status"].eq("done")]
    touched = pd.concat([state["last_touch"], _done_on(done, state)], axis=1).max(axis=1)
    # What was promised, or the call after the quote, may be done before its day.
    noted = state["plan_at"].fillna(state["last_contact"]).dt.normalize()
    promised = _done_on(done[done["kind"].eq("agreed_plan")], state) > noted
    called = _done_on(done[done["kind"].eq("first_call")], state) >= state["first_quote_at"].dt.normalize()
    now = state.assign(
        last_touch=touched,
        plan_due=state["plan_due"].where(~promised),
        first_quote_at=state["first_quote_at"].where(~called),
    )
    steps_now = next_steps(now, policy, today)
    carried = state[["lead_key", "company_name", "owner", "tier", "urgency", "total"]].rename(
        columns={"company_name": "lead_name"}
    )
    return pd.concat([carried, steps_now], axis=1)


def _done_on(steps: pd.DataFrame, state: pd.DataFrame) -> pd.Series:
    """The newest day on which one of these steps was done, a lead (datetime64, NaT for none)."""
    newest = steps.groupby("lead_key")["done_on"].max()
    return pd.to_datetime(pd.Series(newest.reindex(state["lead_key"]).to_numpy(), index=state.index))
