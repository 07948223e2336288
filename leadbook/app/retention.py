"""Closed leads that are kept longer than the policy says: a hint with the command, never an erasure (P01)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import pandas as pd

from leadbook.intake import Intake
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy

SETTING: Final = "retention_days"


def past_retention(intake: Intake, policy: Policy, file: str, today: date, findings: Findings) -> None:
    """One hint for each lead that was closed more than ``retention_days`` ago; none without that setting."""
    days = policy.setting(SETTING)
    if days is None:
        return
    leads = intake.leads
    closed = pd.to_datetime(leads["closed_date"])
    old = leads["outcome"].notna() & (closed < pd.Timestamp(today - timedelta(days=int(days)))).fillna(False)
    columns = (leads.index[old], closed[old], leads.loc[old, "lead_key"], leads.loc[old, "company_name"])
    for row, day, key, name in zip(*columns, strict=True):
        command = f'leadbook forget "{file}" --lead "{key}"'
        findings.add(
            "past_retention", "lead", field="closed_date", row=int(row), value=f"{day:%Y-%m-%d}", lead_key=key,
            lead_name=name, params={"days": int(days), "command": command},
        )  # fmt: skip
