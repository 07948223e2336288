"""The policy's points as plain Excel formulas: the score that a form shows while it is typed.

Pure: a policy in, cells and formulas out. Points and spans come from the policy, the limits of the score from
``scoring`` itself; what this module adds is how a spreadsheet looks them up. Nothing newer than Excel 2010.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import Policy
from leadbook.model.structured import is_structured
from leadbook.priority.placement import ANCHORS, QUADRANTS, UNPLACED
from leadbook.scoring.score import likelihood, score_of
from leadbook.templating.calc import Calc, Value, number, text
from leadbook.templating.factorcells import FactorCells
from leadbook.templating.livevalues import CELL, LiveValues

MATCHING: Final = ("need", "fit")
_FAR: Final = 10**9  # a total that no lead has


@dataclass(frozen=True)
class Asked:
    """What to ask when a factor has no answer: the question, and the field it fills (``None``: nobody to ask)."""

    question: str
    field: str | None


@dataclass(frozen=True)
class Result:
    """One result: where it stands, and its value in an empty form."""

    cell: str
    empty: Value


@dataclass(frozen=True)
class LiveScore:
    """The grid of formulas and its results by name: score, total, coverage, quadrant, ask_next, urgency, importance."""

    calc: Calc
    results: Mapping[str, Result]


def thresholds(policy: Policy) -> list[int]:
    """The lowest totals of scores 2 to 5, found with the very functions that score a lead."""
    return [_lowest(policy, score) for score in (2, 3, 4, 5)]


def _lowest(policy: Policy, score: int) -> int:
    def reached(total: int) -> bool:
        return int(score_of(likelihood(pd.Series([float(total)]), policy), policy).iloc[0]) >= score

    spans = [f.extremes for f in policy.factors()]
    base = int(policy.number("base"))
    low, high = base + sum(min(s[0], 0) for s in spans) - 1, base + sum(max(s[1], 0) for s in spans) + 1
    if reached(low):
        return -_FAR
    if not reached(high):
        return _FAR
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def compile_policy(
    policy: Policy, catalogue: Catalogue, labels: Labels, asked: Mapping[str, Asked], today: float
) -> LiveScore:
    """All formulas of the live score over the cells ``LB_F.…`` of a form.

    ``asked`` maps what a factor reads to its question; ``today`` is the serial of the day that the stored
    values of an empty form belong to.
    """
    calc = Calc()
    values = LiveValues(calc, policy, catalogue, today)
    values.need("as_of")
    main = FactorCells("factor", values, policy, catalogue)
    base = int(policy.number("base"))
    points = base + sum(main.empty_points)
    total = Result(calc.put("total", f"{number(base)}+SUM({main.points})", points), points)
    share = f"SUMPRODUCT({main.answered}*{main.span})/MAX(SUMPRODUCT({main.applies}*{main.span}),1)"
    coverage = Result(calc.put("coverage", share, _empty_coverage(main)), _empty_coverage(main))
    values.made["match_share"] = _match_share(calc, main)
    axes = {name: _axis(name, values, policy, catalogue) for name in ANCHORS}
    return LiveScore(
        calc,
        {
            "score": _score(calc, total, policy),
            "total": total,
            "coverage": coverage,
            "quadrant": _quadrant(calc, axes, policy, labels),
            "ask_next": _ask(calc, main, asked, catalogue),
            **{name: Result(cell, "") for name, cell in axes.items()},
        },
    )


def _empty_coverage(main: FactorCells) -> float:
    spans = [f.extremes[1] - f.extremes[0] for f in main.factors]
    known = sum(span for span, answered in zip(spans, main.empty_known, strict=False) if answered)
    return known / max(known + sum(gap for gap in main.empty_gaps if gap >= 0), 1)


def _score(calc: Calc, total: Result, policy: Policy) -> Result:
    bounds = thresholds(policy)
    assert isinstance(total.empty, int)
    empty = 1 + sum(total.empty >= bound for bound in bounds)
    steps = "+".join(f"IF({total.cell}>={bound},1,0)" for bound in bounds)
    return Result(calc.put("score", f"1+{steps}", empty), empty)


def _match_share(calc: Calc, main: FactorCells) -> str:
    """Share of the points that the factors of need and fit which apply can give (R13)."""
    matching = [int(f.criterion in MATCHING) for f in main.factors] or [0]
    tops = [f.extremes[1] * hit for f, hit in zip(main.factors, matching, strict=False)] or [0]
    flags, best = calc.table("matching", matching, tops)
    formula = f"SUMPRODUCT({main.points}*{flags})/MAX(SUMPRODUCT({main.applies}*{best}),1)"
    return calc.put("match_share", formula, 0)


def _axis(name: str, values: LiveValues, policy: Policy, catalogue: Catalogue) -> str:
    """Urgency or importance, 0 to 100; ``""`` without one of its two anchor answers (R11)."""
    block = FactorCells(name, values, policy, catalogue)
    blank = ",".join(f'{values.need(anchor)}=""' for anchor in ANCHORS[name])
    return values.calc.put(name, f'IF(AND({blank}),"",MAX(0,MIN(100,SUM({block.points}))))', "")


def _quadrant(calc: Calc, axes: Mapping[str, str], policy: Policy, labels: Labels) -> Result:
    high = {axis: f"{cell}>={number(policy.number(f'{axis}_cutoff'))}" for axis, cell in axes.items()}
    words = {place: text(labels.choice("quadrant", code)) for place, code in QUADRANTS.items()}
    urgent, calm = (f"IF({high['importance']},{words[hot, True]},{words[hot, False]})" for hot in (True, False))
    unplaced = labels.choice("quadrant", UNPLACED)
    blank = ",".join(f'{cell}=""' for cell in axes.values())
    formula = f"IF(OR({blank}),{text(unplaced)},IF({high['urgency']},{urgent},{calm}))"
    return Result(calc.put("quadrant", formula, unplaced), unplaced)


def _ask(calc: Calc, main: FactorCells, asked: Mapping[str, Asked], catalogue: Catalogue) -> Result:
    """The question whose answer would move the total most; a text that waits to be read is not asked for again."""
    known = [asked[f.reads] for f in main.factors] or [Asked("", None)]
    [questions] = calc.table("question", [ask.question for ask in known])
    gains: list[tuple[str, Value]] = []
    for n, ask in enumerate(known):
        field = catalogue.lead.find(ask.field)
        if ask.field is None:
            gains.append(("-1", -1))
            continue
        tests = [f"{main.applies.cell(n)}=1", f"{main.answered.cell(n)}=0"]
        if field is not None and not is_structured(field):
            tests.append(f'{CELL.format(ask.field)}=""')
        gains.append((f"IF(AND({','.join(tests)}),{main.span.cell(n)},-1)", main.empty_gaps[n]))
    column = calc.formulas("gain", gains)
    empties = [int(gain) for _, gain in gains]
    empty = known[empties.index(max(empties))].question if max(empties) > 0 else ""
    formula = f'IF(MAX({column})>0,INDEX({questions},MATCH(MAX({column}),{column},0)),"")'
    return Result(calc.put("ask_next", formula, empty), empty)
