"""Tiers: monotone, held by at most one, never more in A than the team can serve."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.model.policy import Policy
from leadbook.priority.gates import Gates
from leadbook.priority.tiers import TIERS, assign_tiers
from tests.model.leads import changed

RANK = {tier: n for n, tier in enumerate(TIERS)}


def tiers(totals: list[int], last: list[str | None], policy: Policy) -> pd.DataFrame:
    """Tiers of leads without any gate."""
    none = np.zeros((len(totals), 0))
    gates = Gates((), none.astype(bool), none.astype(bool), none.astype("datetime64[D]"))
    return assign_tiers(pd.Series(totals, dtype=np.int64), gates, pd.Series(last, dtype=object), policy)


@pytest.mark.req("T05")
@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-10, 110), st.sampled_from([None, *TIERS])), min_size=1, max_size=25),
    st.integers(0, 12),
    st.one_of(st.none(), st.integers(0, 8)),
)
def test_tiers_are_monotone_held_by_one_and_within_capacity(
    leads: list[tuple[int, str | None]], margin: int, capacity: int | None
) -> None:
    policy = changed(hysteresis_points=margin, tier_a_capacity=capacity)
    out = tiers([t for t, _ in leads], [last for _, last in leads], policy)
    rank, cut = out["tier"].map(RANK), out["cutoff_tier"].map(RANK)
    assert (rank - cut).abs().max() <= 1
    assert (out["held_by"].notna() == rank.ne(cut)).all()
    assert out["held_by"].dropna().isin(["hysteresis", "capacity"]).all()
    if capacity is not None:
        assert (out["tier"] == "A").sum() <= capacity
    for (a, (total_a, last_a)), (b, (total_b, last_b)) in combinations(enumerate(leads), 2):
        if last_a == last_b and total_a >= total_b:
            assert rank[a] <= rank[b]
        if last_a == last_b and total_a == total_b:
            assert out["tier"][a] == out["tier"][b]


@pytest.mark.req("T05")
def test_the_cut_offs_themselves() -> None:
    totals = [75, 74, 55, 54, 35, 34, 15, 14, -50]
    assert tiers(totals, [None] * 9, changed())["tier"].tolist() == [
        "A",
        "B",
        "B",
        "C",
        "C",
        "D",
        "D",
        "nurture",
        "nurture",
    ]


@pytest.mark.req("T05", "T06")
def test_a_lead_keeps_its_tier_within_the_margin_on_both_sides() -> None:
    down = tiers([75, 74, 72, 71, 50], ["A"] * 5, changed())
    assert down["tier"].tolist() == ["A", "A", "A", "B", "C"]
    assert down["held_by"].fillna("").tolist() == ["", "hysteresis", "hysteresis", "", ""]
    up = tiers([74, 75, 77, 78], ["B"] * 4, changed())
    assert up["tier"].tolist() == ["B", "B", "B", "A"]
    assert up["held_by"].fillna("").tolist() == ["", "hysteresis", "hysteresis", ""]
    assert tiers([76], ["disqualified"], changed())["tier"].tolist() == ["A"]
    assert tiers([14, 13, 11], ["D"] * 3, changed())["tier"].tolist() == ["D", "D", "nurture"]


def test_capacity_keeps_the_best_and_treats_equals_alike() -> None:
    one_seat = tiers([90, 80, 80, 60], [None] * 4, changed(tier_a_capacity=1))
    assert one_seat["tier"].tolist() == ["A", "B", "B", "B"]
    assert one_seat["held_by"].fillna("").tolist() == ["", "capacity", "capacity", ""]
    two_seats = tiers([90, 80, 80, 60], [None] * 4, changed(tier_a_capacity=2))
    assert two_seats["tier"].tolist() == ["A", "B", "B", "B"]
    assert tiers([90, 80, 80], [None] * 3, changed(tier_a_capacity=3))["tier"].tolist() == ["A"] * 3
    assert tiers([90], [None], changed(tier_a_capacity=0))["tier"].tolist() == ["B"]
