"""LB_Forecast and the forecast of the Dashboard: open amounts as ranges, expectations only where proved (T12)."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from leadbook.app.words import Objects, choices, numbers, texts
from leadbook.labels import Labels
from leadbook.model.policy import Policy
from leadbook.priority.forecast import by_rep_and_tier
from leadbook.priority.tiers import TIERS
from leadbook.workbook.changes import BlockChange, TableChange

CHART_REPS: Final = 12
CHART_TIERS: Final = TIERS[:5]  # nobody expects money of a disqualified lead
_AMOUNTS: Final = ("amount_low", "amount_high", "expected", "expected_low", "expected_high")


def _notes(lines: pd.DataFrame, labels: Labels) -> Objects:
    """Why a row expects nothing yet, and what its sums leave out."""
    proved = lines["expected"].notna()
    pairs = zip(proved, lines["leads"] - lines["without_amount"], lines["unproved"], lines["without_amount"],
                strict=True)  # fmt: skip
    said = []
    for done, priced, unproved, without in pairs:
        parts = []
        if not done and priced:
            key = "none_proved" if unproved == priced else "some_unproved"
            parts.append(labels.text(f"forecast_text.{key}", count=int(unproved)))
        if without:
            parts.append(labels.text("forecast_text.without_amount", count=int(without)))
        said.append(" ".join(parts) or None)
    return texts(pd.Series(said, index=lines.index, dtype=object))


def forecast_change(lines: pd.DataFrame, labels: Labels) -> TableChange:
    """Rows of LB_Forecast: by rep, then currency, then tier; leads without an owner stand last."""
    columns: dict[str, Any] = {
        "rep": texts(lines["rep"].astype(object).fillna(labels.text("forecast_text.no_owner"))),
        "currency": texts(lines["currency"]),
        "tier": choices(lines["tier"], "tier", labels), "leads": numbers(lines["leads"]),
        "without_amount": numbers(lines["without_amount"]), **{key: numbers(lines[key].round(2)) for key in _AMOUNTS},
        "note": _notes(lines, labels),
    }  # fmt: skip
    return TableChange("LB_Forecast", columns, "replace")


def forecast_blocks(lines: pd.DataFrame, policy: Policy, labels: Labels) -> list[BlockChange]:
    """The chart of the Dashboard in the book's currency, and the line above it; without all rates only the line."""
    table, missing = by_rep_and_tier(lines, policy)
    currency, without = str(policy.setting("currency")), int(lines["without_amount"].sum())
    if missing:
        note = labels.text("forecast_text.rates_missing", currencies=", ".join(missing))
    elif table.empty:
        note = labels.text("forecast_text.no_amounts")
    else:
        note = labels.text("forecast_text.chart", currency=currency, count=without)
    nobody = labels.text("forecast_text.no_owner")
    rows = [
        [rep or nobody, *(round(float(value), 2) for value in values)]
        for rep, values in zip(table.index, table[list(CHART_TIERS)].to_numpy(), strict=True)
    ]
    return [BlockChange("LB_Dash.forecast", rows[:CHART_REPS]), BlockChange("LB_Dash.forecast_note", [[note]])]
