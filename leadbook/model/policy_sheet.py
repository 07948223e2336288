"""Between the policy's flat rows (codes) and the rows of the Policy sheet (labels of one language)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any, Final

from leadbook.labels import Labels, Reverse
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import COLUMNS, NUMBERS, Policy, Row, default_policy, make_policy, tidy

_DIGITS: Final = 15  # what a number cell of Excel keeps
# Which choice list a column holds, by section where that differs.
_LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "section": {"": "policy_section"},
    "criterion": {"": "criterion"},
    "kind": {"": "factor_kind", "cadence": "step_kind"},
    "effect": {"gate": "gate_effect", "risk": "risk_class", "cadence": "recurrence"},
    "cap": {"": "tier"},
}
_ANSWER_LISTS: Final = {"cadence": "channel", "need_rule": "industry"}
_FEATURE_LISTS: Final = {
    "authority_class": "role", "budget_confirmed": "budget_status", "size_band": "size_band",
    "last_reaction": "reaction", "industry_code": "industry", "risk_class": "risk_class",
}  # fmt: skip


def answer_list(row: Row, catalogue: Catalogue) -> str | None:
    """The choice list that the answers of a policy row come from, or ``None`` for numbers and text."""
    if row["section"] in _ANSWER_LISTS:
        return _ANSWER_LISTS[row["section"]]
    if row.get("effect") == "action":
        return "risk_class"
    reads = row.get("reads", "")
    if reads in _FEATURE_LISTS:
        return _FEATURE_LISTS[reads]
    return next((f.list for f in catalogue.lead.fields if f.key == reads), None)


def _list_of(column: str, row: Row, catalogue: Catalogue) -> str | None:
    if column == "answer":
        return answer_list(row, catalogue)
    by_section = _LISTS.get(column, {})
    return by_section.get(row["section"]) or by_section.get("")


def _number(text: str) -> Any:
    try:
        return tidy(float(text))
    except ValueError:
        return text


def _cell(answer: str) -> Any:
    """An answer as a cell: a number where the number says exactly the same, else its text ("007" stays)."""
    number = _number(answer)
    exact = not isinstance(number, str) and isfinite(number) and str(number) == answer and len(answer) <= _DIGITS
    return number if exact else answer


def _written(value: Any) -> str:
    """A cell as the policy stores it: text as it is, numbers in one spelling."""
    return value if isinstance(value, str) else str(tidy(value))


def to_sheet(policy: Policy, catalogue: Catalogue, labels: Labels) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(rows of LB_Policy, rows of LB_Settings) in one language; one dict a row, keys = field keys."""
    out = []
    for row in policy.rows:
        shown: dict[str, Any] = {}
        for column, value in row.items():
            name = _list_of(column, row, catalogue)
            if name and value in catalogue.choices[name]:
                shown[column] = labels.choice(name, value)
            elif column == "reads":
                shown[column] = labels.field_name(value)
            else:
                shown[column] = _cell(value) if column == "answer" else value
        out.append(shown)
    settings = []
    for key, value in policy.settings.items():
        base = f"policy_row.setting.{key}"
        known = {p: labels.text(f"{base}.{p}") for p in WORDS if labels.has(f"{base}.{p}")}
        settings.append({"setting": key, "value": value, **known})
    return out, settings


WORDS: Final = ("name", "reason")


def localise(policy: Policy, labels: Labels) -> Policy:
    """The policy with names and reasons of its known rows in the language of ``labels``."""
    rows = []
    for row in policy.rows:
        base = f"policy_row.{row['section']}.{row['id']}"
        if row["section"] == "cadence" and labels.has(f"{base}.{row['kind']}.reason"):
            base = f"{base}.{row['kind']}"  # a tier has several rows
        words = {p: labels.text(f"{base}.{p}") for p in WORDS if p in row and labels.has(f"{base}.{p}")}
        rows.append({**row, **words})
    return Policy(policy.name, policy.settings, tuple(rows))


def default_policy_rows(catalogue: Catalogue, labels: Labels) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The sheet rows of the default policy in one language (a new book starts with them)."""
    return to_sheet(localise(default_policy(), labels), catalogue, labels)


def _reads_code(text: str, reverse: Reverse) -> str:
    return reverse.header("feature", text) or reverse.header("lead", text) or text


def _codes(row: dict[str, Any], catalogue: Catalogue, reverse: Reverse) -> dict[str, Any]:
    """The row with labels turned into codes; ``answer`` last, since other columns decide its list."""
    for column in ("criterion", "kind", "effect", "cap", "answer"):
        if column in row and (list_name := _list_of(column, row, catalogue)):
            row[column] = reverse.choice(list_name, row[column]) or row[column]
        elif column == "answer" and column in row:
            row[column] = _written(row[column])
    return row


def from_sheet(
    name: str,
    rows: Iterable[Mapping[str, Any]],
    settings: Iterable[Mapping[str, Any]],
    catalogue: Catalogue,
    reverse: Reverse,
) -> Policy:
    """The policy that a Policy sheet holds, whatever language its labels are in.

    ``rows`` and ``settings`` are dicts by field key with raw cell values; blank cells are ``None``.
    """
    out = []
    for shown in rows:
        row: dict[str, Any] = {}
        for column in COLUMNS:
            value = shown.get(column)
            if value is None or value == "":
                continue
            if column in NUMBERS:
                row[column] = _number(value) if isinstance(value, str) else tidy(value)
                continue
            if not isinstance(value, str):
                value = _written(value)
            row[column] = value.strip()
            if column == "reads":
                row[column] = _reads_code(row[column], reverse)
            elif column == "section":
                row[column] = reverse.choice("policy_section", row[column]) or row[column]
        out.append(_codes(row, catalogue, reverse) if "section" in row else row)
    named = {s["setting"]: s.get("value") for s in settings if s.get("setting")}
    kept = {key: None if value == "" else tidy(value) for key, value in named.items()}
    return make_policy(name, kept, out)
