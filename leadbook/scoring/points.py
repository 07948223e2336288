"""Factors to points: one evaluator for each kind, over whole columns (DESIGN §6, T01)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from unicodedata import normalize

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.model.policy import Condition, Factor, Policy
from leadbook.scoring.discounts import weights

Floats = npt.NDArray[np.floating[Any]]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scorecard:
    """Points of every factor for every lead. All arrays: rows = leads, columns = ``factors``.

    ``points`` are whole numbers (0 where unanswered), ``answered`` and ``applies`` are flags.
    """

    factors: tuple[Factor, ...]
    points: Ints
    answered: Bools
    applies: Bools

    @property
    def lowest(self) -> Ints:
        return np.array([f.extremes[0] for f in self.factors], dtype=np.int64)

    @property
    def highest(self) -> Ints:
        return np.array([f.extremes[1] for f in self.factors], dtype=np.int64)


def _present(values: pd.Series) -> Bools:
    return values.notna().to_numpy()


def _choice(values: pd.Series, factor: Factor, features: pd.DataFrame) -> tuple[Floats, Bools]:
    worth = dict(factor.answers)
    codes, distinct = pd.factorize(values)
    points = np.array([*(worth.get(answer, np.nan) for answer in distinct), np.nan], dtype=float)[codes]
    return np.nan_to_num(points), ~np.isnan(points)


def _band(values: pd.Series, factor: Factor, features: pd.DataFrame) -> tuple[Floats, Bools]:
    bounds = np.array([float(answer) for answer, _ in factor.answers])
    table = np.array([0.0, *(points for _, points in factor.answers)])
    numbers = values.astype(float)
    known = _present(numbers)
    return np.where(known, table[np.searchsorted(bounds, numbers.fillna(bounds[0]), side="right")], 0.0), known


def _flag(values: pd.Series, factor: Factor, features: pd.DataFrame) -> tuple[Floats, Bools]:
    known = _present(values)
    return np.where(known, factor.answers[0][1], 0.0), known


def _count(values: pd.Series, factor: Factor, features: pd.DataFrame) -> tuple[Floats, Bools]:
    each, most = factor.answers[0][1], factor.most or 0.0
    given = values.astype(float).clip(lower=0) * each
    capped = given.clip(upper=most) if each >= 0 else given.clip(lower=most)
    return capped.fillna(0.0).to_numpy(), _present(values)


def _ratio(values: pd.Series, factor: Factor, features: pd.DataFrame) -> tuple[Floats, Bools]:
    share = values.astype(float).clip(0, 1)
    return (share.fillna(0.0) * factor.answers[0][1]).to_numpy(), _present(share)


def _recency(values: pd.Series, factor: Factor, features: pd.DataFrame) -> tuple[Floats, Bools]:
    silent = features["silent_days"]
    left = factor.answers[0][1] * np.exp2(-silent / (factor.half_life or 1.0))
    return left.fillna(0.0).to_numpy(), _present(silent)


_KINDS: Final[Mapping[str, Callable[[pd.Series, Factor, pd.DataFrame], tuple[Floats, Bools]]]] = {
    "choice": _choice, "band": _band, "flag": _flag, "count": _count, "ratio": _ratio, "recency": _recency,
}  # fmt: skip


def holds(features: pd.DataFrame, when: Condition | None) -> Bools:
    """Where a condition is met; everywhere for ``None``. Unknown business models count as B2B."""
    if when is None:
        return np.ones(len(features), dtype=bool)
    values = features[when.reads]
    if when.words:
        words = re.compile(normalize("NFC", when.answer), re.IGNORECASE)
        codes, texts = pd.factorize(values)
        composed = (text if (text := str(said)).isascii() else normalize("NFC", text) for said in texts)
        hits = [words.search(text) is not None for text in composed]
        return np.array([*hits, False])[codes]  # the code of an unknown text, -1, is the last one
    if when.reads == "business_model":
        values = values.fillna("b2b")
    return values.eq(when.answer).fillna(False).to_numpy(bool)


def evaluate(features: pd.DataFrame, factors: list[Factor], policy: Policy, today: date) -> Scorecard:
    """Points of ``factors`` for every row of ``features``; parts are whole numbers, so they sum exactly (T01)."""
    shape = (len(features), len(factors))
    points, answered, applies = np.zeros(shape, np.int64), np.zeros(shape, bool), np.zeros(shape, bool)
    for column, factor in enumerate(factors):
        raw, known = _KINDS[factor.kind](features[factor.reads], factor, features)
        if factor.discount:
            raw = np.where(raw > 0, raw * weights(features, factor, policy, today).to_numpy(), raw)
        applies[:, column] = holds(features, factor.when)
        answered[:, column] = known & applies[:, column]
        points[:, column] = np.where(answered[:, column], np.rint(raw), 0)
    return Scorecard(tuple(factors), points, answered, applies)
