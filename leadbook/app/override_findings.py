"""Findings about values set by hand: not applied, ended, or kept lower by a gate (K04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from leadbook.app.stages import Ranked
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy
from leadbook.priority.override import ENDED, EVIDENCE, FUTURE, INCOMPLETE

_CARRIED: Final = [
    "lead_key", "company_name", "tier", "override_tier", "override_on", "override_until", "override_gates",
]  # fmt: skip


def from_overrides(ranked: Ranked, policy: Policy, findings: Findings) -> None:
    """What is set by hand and does not count, or not fully. A warning; that one has ended is a hint, once a lead."""
    state = ranked.state[[*_CARRIED, "override", "override_blocked", "override_reason", "override_by"]]
    days = int(policy.number("override_days"))
    for field in EVIDENCE:
        for lead in _leads(state[state["override"].eq(INCOMPLETE) & state[field].isna()]):
            _add(findings, "override_incomplete", field, lead, {"missing_field": field}, {"missing_field": "field"})
    for lead in _leads(state[state["override"].eq(FUTURE)]):
        _add(findings, "override_in_future", "override_on", lead, {"day": _day(lead["override_on"])})
    for lead in _leads(state[state["override"].eq(ENDED)]):
        _add(findings, "override_ended", "override_on", lead, {"until": _day(lead["override_until"]), "days": days})
    for lead in _leads(state[state["override_blocked"]]):
        params = {"wanted": lead["override_tier"], "kept": lead["tier"], "gate": lead["override_gates"]}
        _add(findings, "override_blocked", "override_tier", lead, params, {"wanted": "tier", "kept": "tier"})


def _leads(rows: pd.DataFrame) -> list[dict[str, Any]]:
    records = rows[_CARRIED].reset_index(names="row").to_dict("records")
    return [{str(name): value for name, value in record.items()} for record in records]


def _day(moment: pd.Timestamp) -> str:
    return moment.date().isoformat()


def _add(
    findings: Findings, name: str, field: str, lead: Mapping[str, Any], params: Mapping[str, Any],
    codes: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    day = lead["override_on"]
    shown = {"override_on": None if pd.isna(day) else _day(day), "override_tier": lead["override_tier"]}
    findings.add(
        name, "lead", field=field, row=int(lead["row"]), value=shown.get(field), params=params, codes=codes or {},
        lead_key=lead["lead_key"], lead_name=lead["company_name"],
    )  # fmt: skip
