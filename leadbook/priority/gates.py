"""Gates: hard rules with evidence, date and expiry. They never touch the total (C10, C13, C17, K03)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.labels import LANGUAGES, fold, load_labels
from leadbook.model.policy import Gate, Policy

# The date that the evidence of a gate carries, by what the gate reads; first known one counts.
_DATED: Final = {
    "unanswered": ("attempts_end",),
    "budget_status": ("budget_date", "last_contact", "last_touch"),
    "compliance_open": ("compliance_date",),
}
_DEFAULT_DATE: Final = ("last_contact", "last_touch")


APART: Final = "; "  # between the gates of a lead


@dataclass(frozen=True)
class Gates:
    """``closed``: bool, rows = leads, columns = ``gates`` (policy order: authority, need, urgency, money).

    ``since`` holds the date of the evidence (NaT where unknown), ``expired`` where a cause is too old to count.
    """

    gates: tuple[Gate, ...]
    closed: npt.NDArray[np.bool_]
    expired: npt.NDArray[np.bool_]
    since: npt.NDArray[np.datetime64]

    def with_effect(self, effect: str) -> npt.NDArray[np.bool_]:
        """Leads that at least one closed gate of this effect applies to."""
        chosen = np.array([g.effect == effect for g in self.gates], dtype=bool)
        hit: npt.NDArray[np.bool_] = np.any(self.closed[:, chosen], axis=1)
        return hit


    def listed(self, words: Sequence[str]) -> npt.NDArray[np.object_]:
        """The closed gates of each lead by these words, in the order of the policy; ``None`` when all are open."""
        out = np.full(len(self.closed), None, dtype=object)
        for column, word in enumerate(words):
            hit = self.closed[:, column]
            out[hit] = [word if before is None else f"{before}{APART}{word}" for before in out[hit]]
        return out

    def ids(self) -> npt.NDArray[np.object_]:
        return self.listed([gate.id for gate in self.gates])

    def names(self) -> npt.NDArray[np.object_]:
        return self.listed([gate.name for gate in self.gates])


def gate_ids(texts: pd.Series, policy: Policy) -> pd.Series:
    """Gates that a history line lists, by id: lines of older books hold names, in any of the languages.

    So another language of the book, or a gate that was renamed since, never looks like a gate that changed.
    """
    known = {fold(gate.name): gate.id for gate in policy.gates} | {fold(gate.id): gate.id for gate in policy.gates}
    for language in LANGUAGES:
        words = load_labels(language)
        names = {gate.id: f"policy_row.gate.{gate.id}.name" for gate in policy.gates}
        known |= {fold(words.text(name)): gate for gate, name in names.items() if words.has(name)}

    def ids(text: str) -> str:
        return APART.join(known.get(fold(part), part) for part in text.split(APART))

    return texts.astype(object).map({text: ids(text) for text in texts.dropna().unique()}).astype(object)


def _caught(features: pd.DataFrame, gate: Gate) -> npt.NDArray[np.bool_]:
    values = features[gate.reads]
    if gate.kind == "band":
        bound = min(float(answer) for answer in gate.answers)
        return (values.astype(float) >= bound).fillna(False).to_numpy(bool)
    if gate.kind == "flag":
        return values.eq(True).fillna(False).to_numpy(bool)
    return values.isin(gate.answers).to_numpy(bool)


def _evidence_date(features: pd.DataFrame, gate: Gate) -> npt.NDArray[np.datetime64]:
    columns = [features[name] for name in _DATED.get(gate.reads, _DEFAULT_DATE)]
    day = columns[0]
    for other in columns[1:]:
        day = day.fillna(other)
    return day.to_numpy().astype("datetime64[D]")


def evaluate_gates(
    features: pd.DataFrame, conditions: dict[str, npt.NDArray[np.bool_]], policy: Policy, today: date
) -> Gates:
    """Every gate for every lead; a later gate never hides an earlier one (C17).

    ``conditions`` holds, by gate id, where the gate's ``when`` is met. A cause whose evidence is older
    than ``expires_days`` counts no more; evidence without a date does not expire.
    """
    gates = tuple(policy.gates)
    shape = (len(features), len(gates))
    closed, expired = np.zeros(shape, bool), np.zeros(shape, bool)
    since = np.full(shape, np.datetime64("NaT"), dtype="datetime64[D]")
    for column, gate in enumerate(gates):
        caught = _caught(features, gate) & conditions[gate.id]
        since[:, column] = np.where(caught, _evidence_date(features, gate), np.datetime64("NaT"))
        if gate.expires_days is not None:
            with np.errstate(invalid="ignore"):
                age = (np.datetime64(today) - since[:, column]).astype("timedelta64[D]").astype(float)
            expired[:, column] = caught & ~np.isnat(since[:, column]) & (age > gate.expires_days)
        closed[:, column] = caught & ~expired[:, column]
    return Gates(gates, closed, expired, since)
