"""What is open, by rep, currency and tier; what to expect, only where percentages have been earned (T12)."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.app.present_blocks import fill_rates, unused, without_effect
from leadbook.app.present_forecast import forecast_blocks, forecast_change
from leadbook.labels import load_labels
from leadbook.priority.forecast import SPREAD, forecast
from tests.books import LEADS, book, edited, process, put, table
from tests.model.leads import CATALOGUE, POLICY, Answers, changed, ranked

EN = load_labels("en")
Row = dict[str, Any]


def lines(leads: list[Answers], chances: list[float | None] | None = None) -> list[Row]:
    state = ranked(leads).state
    given_ = None if chances is None else pd.Series(chances, index=state.index, dtype=float)
    rows: list[Row] = forecast(state, POLICY, given_).to_dict("records")
    return rows


@pytest.mark.req("T12")
def test_ranges_are_summed_within_one_currency_and_tier_and_never_across() -> None:
    rows = lines([
        {"owner": "Ana", "expected_amount": "2-3 million CNY"}, {"owner": "Ana", "expected_amount": "1 million CNY"},
        {"owner": "Ana", "expected_amount": "50000 USD"}, {"owner": "Ana"}, {"expected_amount": "7 USD"},
        {"owner": "Bo", "expected_amount": "9 CNY", "outcome": "won", "closed_date": date(2026, 10, 1)},
    ])  # fmt: skip
    shown = [(r["rep"] if isinstance(r["rep"], str) else None, r["currency"], r["tier"], r["leads"],
              r["without_amount"], r["amount_low"], r["amount_high"]) for r in rows]  # fmt: skip
    assert shown == [
        ("Ana", "CNY", "nurture", 3, 1, 3_000_000, 4_000_000),
        ("Ana", "USD", "nurture", 1, 0, 50_000, 50_000),
        (None, "USD", "nurture", 1, 0, 7, 7),
    ]  # fmt: skip


@pytest.mark.req("T12")
def test_nothing_earned_expects_nothing_and_says_why() -> None:
    leads = [{"owner": "Ana", "expected_amount": "10 CNY"}, {"owner": "Ana"}]
    assert all(math.isnan(row["expected"]) and math.isnan(row["expected_low"]) for row in lines(leads))
    note = forecast_change(forecast(ranked(leads).state, POLICY), EN).columns["note"][0]
    assert "No percentage has been proved" in note and "without an amount (1)" in note
    half = lines([{"owner": "Ana", "expected_amount": "10 CNY"}] * 2, [0.5, None])
    assert math.isnan(half[0]["expected"]) and half[0]["unproved"] == 1


@pytest.mark.req("T12")
def test_the_sum_of_share_times_amount_by_hand() -> None:
    """0.5 × (200 + 300) ÷ 2 + 0.2 × 100 = 145; each deal comes whole or not at all."""
    row = lines([{"owner": "Ana", "expected_amount": "200-300 CNY"}, {"owner": "Ana", "expected_amount": "100 CNY"}],
                [0.5, 0.2])[0]  # fmt: skip
    assert row["expected"] == pytest.approx(145)
    low = 0.5 * 200 + 0.2 * 100 - SPREAD * math.sqrt(0.25 * 200**2 + 0.16 * 100**2)
    high = 0.5 * 300 + 0.2 * 100 + SPREAD * math.sqrt(0.25 * 300**2 + 0.16 * 100**2)
    assert row["expected_low"] == pytest.approx(max(low, 0)) and row["expected_high"] == pytest.approx(high)


@st.composite
def _deals(draw: st.DrawFn) -> list[tuple[str | None, str, float, float, float]]:
    deal = st.tuples(st.sampled_from(["Ana", "Bo", None]), st.sampled_from(["CNY", "USD", "VND"]),
                     st.integers(1, 10**6), st.integers(0, 10**6), st.floats(0, 1))  # fmt: skip
    return [(rep, code, low, low + more, chance) for rep, code, low, more, chance in
            draw(st.lists(deal, min_size=1, max_size=12))]  # fmt: skip


@pytest.mark.req("T12")
@settings(max_examples=25, deadline=None)
@given(_deals())
def test_any_forecast_equals_the_sum_over_its_leads(deals: list[tuple[Any, str, float, float, float]]) -> None:
    rows = lines([{"owner": rep, "expected_amount": f"{low}-{high} {code}"} for rep, code, low, high, _ in deals],
                 [chance for *_, chance in deals])  # fmt: skip
    sums: dict[tuple[Any, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for rep, code, low, high, chance in deals:
        for n, amount in enumerate((low, high, chance * (low + high) / 2)):
            sums[rep, code][n] += amount
    found = {(r["rep"] if isinstance(r["rep"], str) else None, r["currency"]):
             [r["amount_low"], r["amount_high"], r["expected"]] for r in rows}  # fmt: skip
    assert found.keys() == sums.keys()
    for key, amounts in sums.items():
        assert found[key] == pytest.approx(amounts)
    assert all(0 <= r["expected_low"] <= r["expected"] + 1e-6 <= r["expected_high"] + 1e-3 for r in rows)
    assert all(r["expected_high"] <= r["amount_high"] + 1e-6 for r in rows)


# The Dashboard


@pytest.mark.req("T12")
def test_the_chart_adds_up_in_the_books_currency_and_only_with_all_rates() -> None:
    leads = [{"owner": "Ana", "expected_amount": "1-3 million CNY"}, {"owner": "Ana", "expected_amount": "100000 USD"},
             {"owner": "Bo"}]  # fmt: skip
    rows = forecast(ranked(leads).state, POLICY)
    chart, note = forecast_blocks(rows, POLICY, EN)
    assert chart.values == [["Ana", 0.0, 0.0, 0.0, 0.0, 2_000_000 + 100_000 * 7.1]]
    assert "CNY" in note.values[0][0] and note.values[0][0].endswith("1.")
    without = changed(rows=[r for r in POLICY.rows if (r["section"], r["id"]) != ("rate", "USD")])
    chart, note = forecast_blocks(rows, without, EN)
    assert chart.values == [] and "USD" in note.values[0][0]
    chart, note = forecast_blocks(forecast(ranked([{"owner": "Bo"}]).state, POLICY), POLICY, EN)
    assert chart.values == [] and "No open lead" in note.values[0][0]


@pytest.mark.req("T10")
def test_fields_that_nobody_fills_are_named(tmp_path: Path) -> None:
    rates = fill_rates(ranked([{"clicks": 3}, {}]).state, CATALOGUE, POLICY)
    assert dict(rates)["clicks"] == 0.5 and "clicks" not in unused(rates) and "complaints" in unused(rates)
    path = put(tmp_path, book())
    said = process(path).out
    told = next(line for line in said.splitlines() if line.startswith("Never answered: "))
    assert "Budget month" in told and "Company size" not in told
    blocks = _dashboard(path)
    assert blocks["unused_note"].startswith("Never answered, so perhaps not needed: ")


@pytest.mark.req("T10")
def test_fields_that_are_filled_and_give_no_points_are_named_too(tmp_path: Path) -> None:
    """The first policy gives points for clicks; in the second one no answer of theirs counts."""
    told = [{"clicks": 3, "satisfaction": 5, "customer_type": "existing"}, {}]
    idle = changed(rows=[{**row, "points": 0} if row.get("reads") == "clicks" else row for row in POLICY.rows])
    for policy, vain in ((POLICY, []), (idle, ["clicks"])):
        result = ranked(told, policy=policy)
        rates = fill_rates(result.state, CATALOGUE, policy)
        assert [key for key in without_effect(result, rates, policy) if key == "clicks"] == vain
        assert not {*without_effect(result, rates, policy)} & {*unused(rates)}
    path = put(tmp_path, book([{**LEADS[0], "clicks": 0}]))
    process(path)
    never, vain = _dashboard(path)["unused_note"].split(". Answered, but without points for any lead: ")
    assert never.startswith("Never answered, so perhaps not needed: ") and never.endswith("more")
    assert EN.field_name("clicks") in vain


def _dashboard(path: Path) -> dict[str, Any]:
    from openpyxl import load_workbook

    workbook = load_workbook(path)
    first = {
        name.removeprefix("LB_Dash."): defined.attr_text.rpartition("!")[2].replace("$", "").split(":")[0]
        for name, defined in workbook.defined_names.items()
        if name.startswith("LB_Dash.")
    }
    return {name: workbook["Dashboard"][cell].value for name, cell in first.items()}


@pytest.mark.req("T12", "M6")
def test_the_sheet_and_the_dashboard_of_a_run(tmp_path: Path) -> None:
    leads = [dict(row) for row in LEADS]
    leads[0]["expected_amount"] = "200-300万元"
    path = put(tmp_path, book(leads))
    process(path)
    rows = {(r["rep"], r["currency"]): r for r in table(path, "LB_Forecast") if not r["without_amount"]}
    assert rows["王芳", "CNY"]["amount_low"] == 2_000_000 and rows["王芳", "CNY"]["amount_high"] == 3_000_000
    assert rows["Lê Minh", "VND"]["amount_high"] == 3_000_000_000 and rows["Lê Minh", "VND"]["expected"] is None
    blocks = _dashboard(path)
    assert blocks["forecast"] == "王芳" and "CNY" in blocks["forecast_note"]


@pytest.mark.req("M2", "T13")
def test_results_can_be_filtered_by_how_far_a_lead_is_and_what_was_done(tmp_path: Path) -> None:
    """Status, qualified, handed over, next step: each a column of its own under a filter button."""
    path = put(tmp_path, book())
    process(path)
    results, steps, leads = (table(path, name)[0] for name in ("LB_Results", "LB_FollowUps", "LB_Leads"))
    assert {"stage", "handoff", "handoff_since", "tier", "quadrant", "next_step_due", "qualification"} <= results.keys()
    assert {"status", "done_on"} <= steps.keys() and {"outcome", "owner", "tier"} <= leads.keys()
    filtered: list[str | None] = []

    def look(workbook: Any) -> None:
        for sheet in workbook:
            filtered.extend(part.autoFilter.ref for part in sheet.tables.values() if part.autoFilter is not None)

    edited(path.read_bytes(), look)
    assert len(filtered) >= len(CATALOGUE.tables)
