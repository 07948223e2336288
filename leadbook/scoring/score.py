"""From points to total, likelihood, score, coverage and the range a total could still take (DESIGN §6)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Policy
from leadbook.scoring.points import Scorecard

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scores:
    """``table``: one row a lead with ``total``, ``total_low``, ``total_high`` (int), ``likelihood`` and
    ``coverage`` (float 0..1), ``score`` (int 1–5), ``base`` and ``points_<criterion>`` (int, summing to total)."""

    card: Scorecard
    table: pd.DataFrame


def likelihood(total: pd.Series, policy: Policy) -> pd.Series:
    """Logistic of the total: even odds at ``even_odds_total``, doubling each ``points_to_double_odds``."""
    steps = (total - policy.number("even_odds_total")) / policy.number("points_to_double_odds")
    odds_against: pd.Series = np.exp2(-steps)
    return 1.0 / (1.0 + odds_against)


def score_of(chance: pd.Series, policy: Policy) -> pd.Series:
    """Score 1–5 by the policy's cut-offs of the likelihood (T02)."""
    bounds = [policy.number(f"score_{n}") for n in (2, 3, 4, 5)]
    return pd.Series(1 + np.searchsorted(bounds, chance, side="right"), index=chance.index)


def score_leads(card: Scorecard, index: pd.Index, policy: Policy, criteria: tuple[str, ...]) -> Scores:
    """Scores of every lead from its points. Missing answers give 0 and lower coverage, nothing else."""
    base = int(policy.number("base"))
    total = base + card.points.sum(axis=1)
    missing = card.applies & ~card.answered
    lowest, highest = np.minimum(card.lowest, 0), np.maximum(card.highest, 0)
    span = card.highest - card.lowest
    scorable = (card.applies * span).sum(axis=1)
    table = pd.DataFrame(
        {
            "total": total,
            "total_low": total + (missing * lowest).sum(axis=1),
            "total_high": total + (missing * highest).sum(axis=1),
            "coverage": (card.answered * span).sum(axis=1) / np.maximum(scorable, 1),
            "base": base,
        },
        index=index,
    )
    table["likelihood"] = likelihood(table["total"], policy)
    table["score"] = score_of(table["likelihood"], policy)
    held = np.array([f.criterion for f in card.factors])
    for criterion in criteria:
        table[f"points_{criterion}"] = card.points[:, held == criterion].sum(axis=1)
    return Scores(card, table)


def most_telling(scores: Scores, askable: npt.NDArray[np.bool_]) -> Ints:
    """For each lead the column of the missing factor whose answer could move the total most, -1 for none.

    Only factors flagged in ``askable`` count; the first in policy order wins when two weigh the same.
    """
    card = scores.card
    if not card.factors:
        return np.full(len(scores.table), -1)
    span = np.where(card.applies & ~card.answered & askable, card.highest - card.lowest, -1)
    best = span.argmax(axis=1)
    return np.where(span[np.arange(len(span)), best] > 0, best, -1)
