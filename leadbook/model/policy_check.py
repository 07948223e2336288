"""Is this policy usable? Every fault is named with its row before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from math import isfinite, nan
from typing import Final

from leadbook.errors import InvalidPolicy
from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import SCORED, Policy, Row, condition
from leadbook.model.policy_sheet import answer_list
from leadbook.model.worktime import clock

Place = Callable[[int, str], str]
SETTING: Final = -1  # the row number that stands for a setting; the column is then its key
FEATURES: Final = (
    "authority_class", "chain_completeness", "contacts_known", "days_to_need", "budget_confirmed", "budget_cover",
    "industry_code", "size_band", "last_touch", "last_reaction", "signal_balance", "days_to_budget_month", "deal_size",
    "unanswered", "contradictions", "compliance_open", "risk_class", "match_share",
)  # fmt: skip
# Derived values that are numbers; a band, count or ratio of anything else cannot be computed.
_MEASURED: Final = (
    "chain_completeness", "contacts_known", "days_to_need", "days_to_budget_month", "budget_cover", "signal_balance",
    "deal_size", "unanswered", "contradictions", "match_share",
)  # fmt: skip
_NUMBER_KINDS: Final = ("integer", "number", "percent")
_PLAIN_KINDS: Final = (*_NUMBER_KINDS, "text", "choice")  # one value a cell, so that it can be compared with an answer
# Columns that a row of each part must fill.
_NEEDED: Final = {
    "factor": ("criterion", "reads", "kind", "points"), "urgency": ("reads", "kind", "points"),
    "importance": ("reads", "kind", "points"), "value": ("reads", "kind", "points"),
    "gate": ("reads", "kind", "effect"), "tier": ("points",), "level": ("points",),
    "cadence": ("kind", "answer", "points", "most"), "product": (), "need_rule": ("name",), "signal": ("points",),
    "discount": ("points",), "risk": ("effect", "reads", "answer"), "high_value": ("reads", "answer"),
    "rate": ("points",),
}  # fmt: skip
_NUMBERS: Final = (
    "base", "even_odds_total", "points_to_double_odds", "score_2", "score_3", "score_4", "score_5", "urgency_cutoff",
    "importance_cutoff", "hysteresis_points", "rate_max_age_days", "urgent_within_days", "rep_score_gap",
    "single_contact_headcount", "background_half_life_days", "first_call_hours",
)  # fmt: skip
# Settings that count days or rows; a book of an older template may lack them.
_COUNTS: Final = ("override_days", "revisit_days", "chain_max_age_days", "worklist_rows", "relation_leads")
_LADDERS: Final = {"tier": "tier", "level": "customer_level"}  # sections of cut-offs, best first, and their names
Fault = tuple[int, str, str, dict[str, object]]


def check_policy(policy: Policy, catalogue: Catalogue, labels: Labels, place: Place) -> None:
    """Raise ``InvalidPolicy`` with the place (file row or sheet cell) of the first fault; return when there is none."""
    for row, column, problem, params in _faults(policy, catalogue):
        key = "error.policy_when_broken" if problem == "when" else f"policy_problem.{problem}"
        text = labels.text(key, **params)
        raise InvalidPolicy("policy_row_broken", place=place(row, column), problem=text)
    for key, value in _setting_faults(policy, catalogue):
        raise InvalidPolicy(
            "policy_row_broken",
            place=place(SETTING, key),
            problem=labels.text("policy_problem.setting", setting=key, value=value),
        )


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and isfinite(value)


def _setting_faults(policy: Policy, catalogue: Catalogue) -> Iterator[tuple[str, object]]:
    for key in _NUMBERS:
        value = policy.settings.get(key)
        if not _is_number(value):
            yield key, "–" if value is None else value
    for key in ("points_to_double_odds", "background_half_life_days"):
        if not policy.number(key) > 0:
            yield key, policy.settings[key]
    if not float(policy.number("base")).is_integer():
        yield "base", policy.settings["base"]
    bounds = [policy.number(f"score_{n}") for n in (2, 3, 4, 5)]
    if bounds != sorted(bounds):
        yield "score_2", bounds[0]
    seats = policy.settings.get("tier_a_capacity")
    if seats is not None and not (_is_number(seats) and seats >= 0):
        yield "tier_a_capacity", seats
    for key in _COUNTS:
        count = policy.setting(key)
        if not (_is_number(count) and count > 0 and float(count).is_integer()):
            yield key, "–" if count is None else count
    yield from _working_faults(policy)
    for key, codes in (("currency", "currency"), ("region", "region"), ("visit_from_tier", "tier")):
        if policy.settings.get(key) not in catalogue.choices[codes]:
            yield key, policy.settings.get(key) or "–"


def _working_faults(policy: Policy) -> Iterator[tuple[str, object]]:
    """Limits of steps and the hours of work; a book of an older template may lack them."""
    for key in ("daily_capacity", "weekly_capacity"):
        most = policy.setting(key)
        if most is not None and not (_is_number(most) and most >= 0 and float(most).is_integer()):
            yield key, most
    kept = policy.setting("retention_days")
    if kept is not None and not (_is_number(kept) and kept > 0 and float(kept).is_integer()):
        yield "retention_days", kept
    hours = [clock(policy.setting(key)) for key in ("work_from", "work_to")]
    for key, minute in zip(("work_from", "work_to"), hours, strict=True):
        if minute is None:
            yield key, policy.setting(key) or "–"
    if None not in hours and hours[0] >= hours[1]:  # type: ignore[operator]
        yield "work_to", policy.setting("work_to")


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
        if section in (*SCORED, "gate", "high_value"):
            yield from _answers(number, row, catalogue, last_bound)
            key = (section, row["id"], row.get("answer"))
            if key in seen:
                yield number, "answer", "duplicate", {"value": row.get("answer", "")}
            seen.add(key)
    for section in _LADDERS:
        cut = [float(row["points"]) for row in policy.section(section)]
        if cut != sorted(cut, reverse=True):
            first = next(n for n, row in enumerate(policy.rows) if row["section"] == section)
            yield first, "points", f"{section}s", {}
    yield from _worse_when_better(policy, catalogue)


def _worse_when_better(policy: Policy, catalogue: Catalogue) -> Iterator[Fault]:
    """Factors that give fewer points for an answer that the schema calls better (DESIGN §6)."""
    better = {f.key: f.better for f in catalogue.lead.fields if f.better}
    for factor in policy.factors():
        points = dict(factor.answers) if factor.kind == "choice" else {}
        ladder = [answer for answer in better.get(factor.reads, ()) if answer in points]
        for worse, good in pairwise(ladder):
            if points[good] < points[worse]:
                yield _row_of(policy, factor.id, good), "points", "monotone", {"reads": factor.reads}


def _row_of(policy: Policy, factor: str, answer: str) -> int:
    wanted = ("factor", factor, answer)
    return next(n for n, r in enumerate(policy.rows) if (r["section"], r["id"], r.get("answer")) == wanted)


def _blank(number: int, row: Row) -> Iterator[Fault]:
    for column in ("id", *_NEEDED[row["section"]]):
        if column not in row and not (row.get("effect") == "action" and column == "reads"):
            yield number, column, "column_missing", {"column": column}
    for kind, column in (("count", "most"), ("recency", "half_life")):
        if row["section"] in SCORED and row.get("kind") == kind and column not in row:
            yield number, column, "column_missing", {"column": column}
    for column in ("points", "half_life", "most", "expires_days"):
        if column in row and not _is_number(row[column]):
            yield number, column, "points", {"value": row[column]}


def _words(number: int, row: Row, catalogue: Catalogue) -> Iterator[Fault]:
    section, reads = row["section"], row.get("reads", "")
    # What leadbook computes itself is no answer; the match share is known only after the factors.
    fields = {f.key: f.kind for f in catalogue.lead.fields if f.owner == "rep"}
    known = {*fields, *FEATURES} - ({"match_share"} if section == "factor" else set())
    if "reads" in row and reads not in known:
        yield number, "reads", "reads", {"value": reads}
    if "criterion" in row and row["criterion"] not in catalogue.choices["criterion"]:
        yield number, "criterion", "criterion", {"value": row["criterion"]}
    if section in (*SCORED, "gate", "high_value") and not _kind_fits(row, fields, catalogue):
        yield number, "kind", "kind", {"value": f"{row.get('kind', '')} ({reads})"}
    effects = {"gate": catalogue.choices["gate_effect"], "risk": (*catalogue.choices["risk_class"], "action")}
    if section in effects and row.get("effect") not in effects[section]:
        yield number, "effect", "effect", {"value": row.get("effect", "")}
    if section == "cadence":
        yield from _cadence(number, row, catalogue)
    if "cap" in row and row["cap"] not in catalogue.choices["tier"]:
        yield number, "cap", "cap", {"value": row["cap"]}
    ladder = _LADDERS.get(section, "tier" if section == "cadence" else None)
    if ladder and row["id"] not in catalogue.choices[ladder]:
        yield number, "id", "cap" if ladder == "tier" else "level", {"value": row["id"]}
    if section in (*SCORED, "gate", "need_rule") and "when" in row:
        yield from _when(number, str(row["when"]), fields)


def _cadence(number: int, row: Row, catalogue: Catalogue) -> Iterator[Fault]:
    """Step, channel and what recurs (monthly, quarterly) are choices; the smaller gap comes first."""
    for column, list_name in (("kind", "step_kind"), ("answer", "channel"), ("effect", "recurrence")):
        if column in row and row[column] not in catalogue.choices[list_name]:
            yield number, column, "cadence", {"value": row[column]}
    low, high = row.get("points"), row.get("most")
    if _is_number(low) and _is_number(high) and not 0 <= float(str(low)) <= float(str(high)):
        yield number, "most", "gaps", {}


def _kind_fits(row: Row, fields: Mapping[str, str], catalogue: Catalogue) -> bool:
    """Whether the values that a row reads can be judged in its way."""
    kind, reads = row.get("kind"), row.get("reads", "")
    if row["section"] == "high_value" or kind in ("band", "count", "ratio"):
        fits = reads in _MEASURED or fields.get(reads) in _NUMBER_KINDS
    elif kind == "recency":
        fits = reads == "last_touch"
    elif kind == "choice":
        fits = reads not in fields or fields[reads] in _PLAIN_KINDS
    else:
        fits = kind in catalogue.choices["factor_kind"]
    return fits and (row["section"] != "gate" or kind in ("choice", "band", "flag"))


def _when(number: int, text: str, fields: Mapping[str, str]) -> Iterator[Fault]:
    try:
        test = condition(text)
        if test is not None and test.words:
            re.compile(test.answer)
    except (InvalidPolicy, re.error):
        yield number, "when", "when", {"when": text}
        return
    if test is not None and test.reads not in fields:
        yield number, "when", "reads", {"value": test.reads}


def _answers(number: int, row: Row, catalogue: Catalogue, last: dict[tuple[str, str], float]) -> Iterator[Fault]:
    answer = row.get("answer", "")
    if row.get("kind") == "choice":
        allowed = catalogue.choices.get(answer_list(row, catalogue) or "", ())
        if allowed and answer not in allowed:
            yield number, "answer", "answer", {"value": answer, "reads": row.get("reads", "")}
    elif row.get("kind") == "band" or row["section"] == "high_value":
        try:
            bound = float(answer)
        except ValueError:
            bound = nan
        if not isfinite(bound):
            yield number, "answer", "bound", {"value": answer}
            return
        if bound <= last.get((row["section"], row["id"]), float("-inf")):
            yield number, "answer", "order", {}
        last[row["section"], row["id"]] = bound
