"""What was set by hand, in words: what was typed, what the points say, and the gate that holds it back (K04)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from leadbook.app.words import numbers, texts
from leadbook.labels import Labels
from leadbook.priority.override import IN_FORCE

READ = (
    "override", "override_tier", "override_score", "override_blocked", "override_gates", "overridden", "machine_tier",
    "machine_score",
)  # fmt: skip


@dataclass(frozen=True)
class SetByHand:
    """One lead's values set by hand as typed (codes), those the points give, and, where ``gates`` (names) hold the
    tier back, the tier that is left (``kept``)."""

    tier: str | None
    score: int | None
    machine_tier: str | None
    machine_score: int | None
    kept: str | None
    gates: str | None

    def words(self, labels: Labels) -> str:
        return "; ".join(self._parts(labels))

    def _parts(self, labels: Labels) -> Iterator[str]:
        if self.tier:
            tiers = {"tier": self.tier, "machine": self.machine_tier, "kept": self.kept}
            shown = {name: labels.choice("tier", code) for name, code in tiers.items() if code}
            if self.gates is None:
                yield labels.text("override_text.tier", tier=shown["tier"], machine=shown["machine"])
            elif self.kept == self.machine_tier:
                yield labels.text("override_text.held", tier=shown["tier"], kept=shown["kept"], gates=self.gates)
            else:
                yield labels.text("override_text.held_part", **shown, gates=self.gates)
        if self.score:
            yield labels.text("override_text.score", score=self.score, machine=self.machine_score)


def set_by_hand(state: pd.DataFrame) -> pd.Series:
    """Which leads have a value set by hand that counts, or that only a gate holds back (bool)."""
    return state["override"].eq(IN_FORCE) & (state["overridden"] | state["override_blocked"])


def each_set_by_hand(rows: pd.DataFrame) -> list[SetByHand]:
    """One for each of the ``rows``, which are leads of ``set_by_hand`` with ``tier`` and the columns of ``READ``."""
    given, blocked = rows["override_tier"].notna(), rows["override_blocked"].astype(bool)
    by_score = rows["machine_score"].notna()
    columns = {
        "tier": rows["override_tier"], "score": rows["override_score"].where(by_score),
        # Where a gate leaves nothing of it, the tier that stands is the computed one.
        "machine_tier": rows["machine_tier"].fillna(rows["tier"]).where(given), "machine_score": rows["machine_score"],
        "kept": rows["tier"].where(blocked), "gates": rows["override_gates"].where(blocked),
    }  # fmt: skip
    figures = {name: numbers(columns.pop(name)) for name in ("score", "machine_score")}
    plain = {name: texts(values) for name, values in columns.items()} | figures
    return [SetByHand(**dict(zip(plain, line, strict=True))) for line in zip(*plain.values(), strict=True)]
