"""Is this policy usable? Every fault is named with its row before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from leadbook.errors import InvalidPolicy
from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import Policy, Row, condition
from leadbook.model.policy_sheet import answer_list

Place = Callable[[int, str], str]
_SCORED: Final = ("factor", "urgency", "importance")
FEATURES: Final = (
    "authority_class", "chain_completeness", "contacts_known", "days_to_need", "budget_confirmed", "budget_cover",
    "industry_code", "size_band", "last_touch", "last_reaction", "signal_balance", "days_to_budget_month", "deal_size",
    "unanswered", "contradictions", "compliance_open", "risk_class", "match_share",
)  # fmt: skip
# Columns that a row of each part must fill.
_NEEDED: Final = {
    "factor": ("criterion", "reads", "kind", "points"), "urgency": ("reads", "kind", "points"),
    "importance": ("reads", "kind", "points"), "gate": ("reads", "kind", "effect"), "tier": ("points",),
    "cadence": ("kind", "answer", "points", "most"), "product": (), "need_rule": ("name",), "signal": ("points",),
    "discount": ("points",), "risk": ("effect",), "high_value": ("reads", "answer"), "rate": ("points",),
}  # fmt: skip
_NUMBERS: Final = (
    "base", "even_odds_total", "points_to_double_odds", "score_2", "score_3", "score_4", "score_5", "urgency_cutoff",
    "importance_cutoff", "hysteresis_points", "rate_max_age_days", "urgent_within_days", "rep_score_gap",
    "single_contact_headcount", "background_half_life_days",
)  # fmt: skip
Fault = tuple[int, str, str, dict[str, object]]


def check_policy(policy: Policy, catalogue: Catalogue, labels: Labels, place: Place) -> None:
    """Raise ``InvalidPolicy`` with the place (file row or sheet cell) of the first fault; return when there is none."""
    for row, column, problem, params in _faults(policy, catalogue):
        text = labels.text(f"policy_problem.{problem}", **params)
        raise InvalidPolicy("policy_row_broken", place=place(row, column), problem=text)
    for key, value in _setting_faults(policy):
        raise InvalidPolicy(
            "policy_row_broken",
            place=labels.text("sheet.policy"),
            problem=labels.text("policy_problem.setting", setting=key, value=value),
        )


def _setting_faults(policy: Policy) -> Iterator[tuple[str, object]]:
    for key in _NUMBERS:
        value = policy.settings.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            yield key, "–" if value is None else value
    for key in ("points_to_double_odds", "background_half_life_days"):
        if not policy.number(key) > 0:
            yield key, policy.settings[key]
    if not float(policy.number("base")).is_integer():
        yield "base", policy.settings["base"]
    bounds = [policy.number(f"score_{n}") for n in (2, 3, 4, 5)]
    if bounds != sorted(bounds):
        yield "score_2", bounds[0]
    for key in ("currency", "region", "visit_from_tier"):
        if not isinstance(policy.settings.get(key), str):
            yield key, policy.settings.get(key) or "–"


def _faults(policy: Policy, catalogue: Catalogue) -> Iterator[Fault]:
    seen: set[tuple[object, ...]] = set()
    last_bound: dict[tuple[str, str], float] = {}
    for number, row in enumerate(policy.rows):
        section = row.get("section", "")
        if section not in _NEEDED:
            yield number, "section", "section", {"value": section}
            continue
        yield from _blank(number, row)
        yield from _words(number, row, catalogue)
        if section in (*_SCORED, "gate"):
            yield from _answers(number, row, catalogue, last_bound)
            key = (section, row["id"], row.get("answer"))
            if key in seen:
                yield number, "answer", "duplicate", {"value": row.get("answer", "")}
            seen.add(key)
    cut = [float(row["points"]) for row in policy.section("tier")]
    if cut != sorted(cut, reverse=True):
        first = next(n for n, row in enumerate(policy.rows) if row["section"] == "tier")
        yield first, "points", "tiers", {}


def _blank(number: int, row: Row) -> Iterator[Fault]:
    for column in ("id", *_NEEDED[row["section"]]):
        if column not in row and not (row.get("effect") == "action" and column == "reads"):
            yield number, column, "column_missing", {"column": column}
    for column in ("points", "half_life", "most", "expires_days"):
        if column in row and (isinstance(row[column], bool) or not isinstance(row[column], int | float)):
            yield number, column, "points", {"value": row[column]}


def _words(number: int, row: Row, catalogue: Catalogue) -> Iterator[Fault]:
    fields = {f.key for f in catalogue.lead.fields}
    if "reads" in row and row["reads"] not in fields and row["reads"] not in FEATURES:
        yield number, "reads", "reads", {"value": row["reads"]}
    if "criterion" in row and row["criterion"] not in catalogue.choices["criterion"]:
        yield number, "criterion", "criterion", {"value": row["criterion"]}
    if row["section"] in (*_SCORED, "gate") and row.get("kind") not in catalogue.choices["factor_kind"]:
        yield number, "kind", "kind", {"value": row.get("kind", "")}
    if row["section"] == "gate" and row.get("effect") not in catalogue.choices["gate_effect"]:
        yield number, "effect", "effect", {"value": row.get("effect", "")}
    if "cap" in row and row["cap"] not in catalogue.choices["tier"]:
        yield number, "cap", "cap", {"value": row["cap"]}
    if row["section"] in (*_SCORED, "gate", "need_rule") and "when" in row:
        test = condition(row["when"])
        if test is not None and test.reads not in fields:
            yield number, "when", "reads", {"value": test.reads}


def _answers(number: int, row: Row, catalogue: Catalogue, last: dict[tuple[str, str], float]) -> Iterator[Fault]:
    answer = row.get("answer", "")
    if row.get("kind") == "choice":
        allowed = catalogue.choices.get(answer_list(row, catalogue) or "", ())
        if allowed and answer not in allowed:
            yield number, "answer", "answer", {"value": answer, "reads": row.get("reads", "")}
    elif row.get("kind") == "band":
        try:
            bound = float(answer)
        except ValueError:
            yield number, "answer", "bound", {"value": answer}
            return
        if bound <= last.get((row["section"], row["id"]), float("-inf")):
            yield number, "answer", "order", {}
        last[row["section"], row["id"]] = bound
