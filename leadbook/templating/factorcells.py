"""The factors of one section of the policy as columns of formulas: applies, answered, points (docs/scoring.md)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from unicodedata import normalize

from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import Condition, Factor, Policy
from leadbook.model.structured import live_factors
from leadbook.templating.calc import Calc, Column, Value, any_of, number, text
from leadbook.templating.livevalues import LiveValues

_ALWAYS: Final = ("contradictions", "match_share")  # known to be 0 in an empty form
_NOTHING: Final = ('""', "")  # the formula and the value of no answer
Cell = tuple[str, Value]


class FactorCells:
    """Columns over the factors of a section; a section without factors has one cell that gives nothing.

    The ``empty_…`` lists say what holds in an empty form: whether a factor has its answer, its points, and
    the span of each factor that applies and has no answer (else −1).
    """

    factors: list[Factor]
    applies: Column
    answered: Column
    points: Column
    span: Column

    def __init__(self, section: str, values: LiveValues, policy: Policy, catalogue: Catalogue) -> None:
        self.values, self.policy, self.catalogue = values, policy, catalogue
        self.factors = live_factors(policy, section, catalogue)
        shown = self.factors or [Factor(section, "-", "", "", "", "flag", (("", 0.0),))]
        applies = [self._applies(factor) for factor in shown]
        raw = [self._raw(factor) for factor in shown]
        weights = [self._weight(factor) for factor in shown]
        known = self.empty_known = [empty != "" and use == 1 for (_, empty), (_, use) in zip(raw, applies, strict=True)]
        weighed = [_weighed(empty, weight) for (_, empty), weight in zip(raw, weights, strict=True)]
        self.empty_points = [round(w) if k else 0 for w, k in zip(weighed, known, strict=True)]
        spans = [f.extremes[1] - f.extremes[0] for f in shown]
        self.empty_gaps = [
            -1 if k or use != 1 else span for k, (_, use), span in zip(known, applies, spans, strict=True)
        ]
        self._write(values.calc, section, shown, applies, raw, weights, known, weighed, spans)

    def _write(
        self,
        calc: Calc,
        section: str,
        shown: Sequence[Factor],
        applies: Sequence[Cell],
        raw: Sequence[Cell],
        weights: Sequence[tuple[str, float] | None],
        known: Sequence[bool],
        weighed: Sequence[float],
        spans: Sequence[int],
    ) -> None:
        rows = range(len(shown))
        calc.table(section, [f.id for f in shown])
        self.applies = calc.formulas("applies", applies)
        found = calc.formulas("raw", raw)
        self.answered = calc.formulas(
            "answered", [(f'IF({found.cell(n)}="",0,{self.applies.cell(n)})', int(known[n])) for n in rows]
        )
        exact = calc.formulas("weighed", [(_discounted(found.cell(n), weights[n]), weighed[n]) for n in rows])
        whole = [f"{self.answered.cell(n)}*({_half_even(exact.cell(n))})" for n in rows]
        self.points = calc.formulas("points", list(zip(whole, self.empty_points, strict=True)))
        [self.span] = calc.table("span", spans)

    def _applies(self, factor: Factor) -> Cell:
        when = factor.when
        if when is None:
            return "1", 1
        cell = self.values.need(when.reads)
        tests = [f"{cell}={text(code)}" for code in self._codes(when)]
        # A lead without a business model counts as B2B.
        blank = when.reads == "business_model" and not when.words and when.answer == "b2b"
        tests += [f'{cell}=""'] if blank else []
        return f"IF({any_of(tests)},1,0)", int(blank)

    def _codes(self, when: Condition) -> list[str]:
        """The codes of a drop-down for which a condition holds."""
        if not when.words:
            return [when.answer]
        words = normalize("NFC", when.answer)
        codes = self.catalogue.choices[str(self.catalogue.lead.field(when.reads).list)]
        return [code for code in codes if re.search(words, code, re.IGNORECASE)]

    def _raw(self, factor: Factor) -> Cell:
        """Points before discount and rounding, ``""`` without an answer."""
        if factor.kind == "recency":
            silent, first = self.values.need("silent_days"), number(factor.answers[0][1])
            return f'IF({silent}="","",{first}*{_halved(silent, factor.half_life or 1.0)})', ""
        cell = self.values.get(factor.reads)
        if cell is None or (factor.kind == "choice" and not self.values.words(factor.reads)):
            return _NOTHING
        formula, at_zero = self._looked_up(factor, cell)
        return formula, at_zero if factor.reads in _ALWAYS else ""

    def _looked_up(self, factor: Factor, cell: str) -> tuple[str, float]:
        """The formula of a factor over the value in ``cell``, and its points for the value 0."""
        calc, each = self.values.calc, factor.answers[0][1]
        points = [worth for _, worth in factor.answers]
        if factor.kind == "choice":
            answers, column = calc.table(factor.id, [answer for answer, _ in factor.answers], points)
            return f'IFERROR(INDEX({column},MATCH({cell},{answers},0)),"")', 0.0
        if factor.kind == "band":
            bounds = [float(answer) for answer, _ in factor.answers]
            ends, column = calc.table(factor.id, bounds, points)
            reached = [worth for bound, worth in zip(bounds, points, strict=True) if bound <= 0]
            found = f"IFERROR(INDEX({column},MATCH({cell},{ends},1)),0)"
            return f'IF(ISNUMBER({cell}),{found},"")', reached[-1] if reached else 0.0
        if factor.kind == "flag":
            return f'IF({cell}="","",{number(each)})', each
        if factor.kind == "count":
            most, side = factor.most or 0.0, "MIN" if each >= 0 else "MAX"
            nothing = min(0.0, most) if each >= 0 else max(0.0, most)
            return f'IF(ISNUMBER({cell}),{side}(MAX({cell},0)*{number(each)},{number(most)}),"")', nothing
        return f'IF(ISNUMBER({cell}),MIN(MAX({cell},0),1)*{number(each)},"")', 0.0

    def _weight(self, factor: Factor) -> tuple[str, float] | None:
        """Address of the factor's discount and its value in an empty form; ``None`` without one (C02, C04, R05)."""
        if factor.discount not in ("budget", "background"):
            return None
        name = f"weight {factor.discount}"
        known = {str(row["id"]): float(row["points"]) for row in self.policy.section("discount")}
        budget = factor.discount == "budget"
        empty = 0.0 if budget else known.get("unsourced", 1.0) / 2
        if name not in self.values.made:
            formula = self._budget_weight() if budget else self._background_weight(known)
            self.values.made[name] = self.values.calc.put(name, formula, empty)
        return self.values.made[name], empty

    def _budget_weight(self) -> str:
        first = {str(row["id"]): float(row["points"]) for row in reversed(self.policy.section("discount"))}
        evidence = self.values.need("budget_evidence")
        stated, history = (number(first.get(k, 1.0)) for k in ("stated", "budget_history"))
        return f'IF({evidence}="stated",{stated},IF({evidence}="history",{history},0))'

    def _background_weight(self, known: dict[str, float]) -> str:
        source, day, today = (self.values.need(n) for n in ("info_source", "info_date", "as_of"))
        base = number(known.get("unsourced", 1.0))
        if known:
            codes, points = self.values.calc.table("discount", list(known), list(known.values()))
            base = f"IFERROR(INDEX({points},MATCH({source},{codes},0)),{base})"
        half_life = self.policy.number("background_half_life_days")
        return f"{base}*" + _halved(f'IF({day}="",{number(half_life)},MAX(0,{today}-{day}))', half_life)


def _halved(days: str, half_life: float) -> str:
    """What is left after some days; LibreOffice calls a power that is too small an error."""
    return f"2^(-MIN({days}/{number(half_life)},1000))"


def _weighed(raw: Value, weight: tuple[str, float] | None) -> float:
    points = 0.0 if isinstance(raw, str) else float(raw)
    return points * weight[1] if weight is not None and points > 0 else points


def _discounted(cell: str, weight: tuple[str, float] | None) -> str:
    points = cell if weight is None else f"IF({cell}>0,{cell}*{weight[0]},{cell})"
    return f'IF({cell}="",0,{points})'


def _half_even(cell: str) -> str:
    """To the nearest whole number, halves to the even one, as numpy's ``rint``."""
    floor = f"INT({cell})"
    rest = f"({cell}-{floor})"
    return f"{floor}+IF({rest}>0.5,1,IF({rest}=0.5,MOD({floor},2),0))"
