"""Interactions find their lead, and the newest one speaks for it (R08, U08)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import found, taken_in


def lead(name: str, **answers: Any) -> dict[str, Any]:
    return {"company_name": name, "customer_type": "new", **answers}


def talk(name: str | None, at: Any = "2026-05-04 10:00", **more: Any) -> dict[str, Any]:
    return {"lead_name": name, "at": at, "channel": "phone", "our_participants": "Ana Kim", **more}


def rows_of(leads: list[dict[str, Any]], *talks: dict[str, Any]) -> list[float | None]:
    linked = taken_in(leads, talks).interactions["lead_row"]
    return [None if pd.isna(row) else row for row in linked]


@pytest.mark.req("R08")
@pytest.mark.parametrize("name", ["明河机械有限公司", "明河機械有限公司", "明河机械", " 明河 机械 "])
def test_any_spelling_of_the_name_finds_the_lead(name: str) -> None:
    assert rows_of([lead("别的有限公司"), lead("明河机械有限公司")], talk(name)) == [7]


@pytest.mark.req("R08")
def test_the_key_cell_outranks_the_name() -> None:
    leads = [lead("Alder Ltd", tax_id="01-7"), lead("Birch Ltd", lead_id="L-2"), lead("Cedar Ltd")]
    talks = [
        talk("Cedar Ltd", lead_key="017"),
        talk("Cedar Ltd", lead_key="01-7"),
        talk("Cedar Ltd", lead_key="L-2"),
        talk(None, lead_key="cedar"),
        talk("Alder Ltd", lead_key="nothing of the kind"),
    ]
    assert rows_of(leads, *talks) == [6, 6, 7, 8, 6]


@pytest.mark.req("R08")
def test_what_was_said_to_a_duplicate_counts_for_the_first_row_of_the_company() -> None:
    leads = [lead("Alder Ltd"), lead("Birch Ltd"), lead("ALDER LTD.", tax_id="77")]
    assert rows_of(leads, talk("Alder Ltd"), talk(None, lead_key="77")) == [6, 6]


@pytest.mark.req("R08")
def test_without_a_lead_the_nearest_name_is_proposed_and_not_taken() -> None:
    taken = taken_in(
        [lead("Alder Pressworks Ltd")], [talk("Aldr Pressworks Ltd"), talk("Somebody Else GmbH"), talk(None)]
    )
    told = [f for f in taken.findings if f.name == "interaction_without_lead"]
    assert [f.row for f in told] == [6, 7, 8]
    assert [f.params["suggestion"] for f in told] == ["Alder Pressworks Ltd", "–", "–"]
    assert taken.interactions["lead_row"].isna().all()


@pytest.mark.req("R08")
def test_the_newest_interaction_is_told_when_the_row_is_older() -> None:
    leads = [lead("Alder Ltd", last_contact="2026-05-04"), lead("Birch Ltd", last_contact="2026-05-20")]
    taken = taken_in(
        leads,
        [talk("Alder Ltd", "2026-05-20 09:00"), talk("Alder Ltd", "2026-05-06"), talk("Birch Ltd", "2026-05-20 18:00")],
    )
    told = [f for f in taken.findings if f.name == "newer_interaction"]
    assert [(f.row, f.params["at"], f.params["last_contact"]) for f in told] == [(6, "2026-05-20", "2026-05-04")]


@pytest.mark.req("U08", "F21")
def test_the_agreed_step_comes_from_the_newest_talk_that_has_one() -> None:
    leads = [
        lead("Alder Ltd", last_contact="2026-05-04", next_plan="call on 2026-06-20"),
        lead("Birch Ltd"),
        lead("Cedar Ltd", last_contact="2026-06-01", next_plan="visit on 2026-07-01"),
    ]
    talks = [
        talk("Alder Ltd", "2026-05-20 10:00", next_plan="6月30日前提供方案"),
        talk("Alder Ltd", "2026-05-10 10:00", next_plan="call 2026-06-18"),
        talk("Alder Ltd", "2026-05-25 10:00"),
        talk("Birch Ltd", "2026-05-20 10:00", next_plan="gửi báo giá trước 20/7"),
        talk("Cedar Ltd", "2026-05-20 10:00", next_plan="call 2026-06-18"),
    ]
    taken = taken_in(leads, talks)
    assert taken.leads["plan_text"].tolist() == ["6月30日前提供方案", "gửi báo giá trước 20/7", "visit on 2026-07-01"]
    assert [str(day.date()) for day in taken.leads["plan_due"]] == ["2026-06-30", "2026-07-20", "2026-07-01"]


@pytest.mark.req("F21")
def test_a_year_left_out_comes_from_the_day_of_the_talk_and_rolls_over_new_year() -> None:
    talks = [
        talk("Alder Ltd", "2025-12-20 10:00", next_plan="1月5日前提供方案"),
        talk("Birch Ltd", "2025-10-15 10:00", next_plan="11月5日前提供方案"),
    ]
    taken = taken_in([lead("Alder Ltd"), lead("Birch Ltd")], talks)
    assert [str(day.date()) for day in taken.leads["plan_due"]] == ["2026-01-05", "2025-11-05"]


def test_a_talk_in_the_future_is_told_and_counts_as_undated() -> None:
    taken = taken_in(
        [lead("Alder Ltd", last_contact="2026-05-04")],
        [talk("Alder Ltd", "2026-06-16 08:00", next_plan="call 2026-09-09")],
    )
    assert found(taken, "date_in_future") == [("interaction", 6, "at")]
    assert found(taken, "newer_interaction") == []
    assert pd.isna(taken.leads["plan_due"].iloc[0])


@pytest.mark.req("R08")
@settings(max_examples=8, deadline=None)
@given(st.permutations(range(5)))
def test_the_order_of_interactions_does_not_matter(order: list[int]) -> None:
    talks = [talk("Alder Ltd", f"2026-05-{4 + n:02} 10:00", next_plan=f"call 2026-07-{1 + n:02}") for n in range(5)]
    taken = taken_in([lead("Alder Ltd", last_contact="2026-05-04")], [talks[n] for n in order])
    assert str(taken.leads["plan_due"].iloc[0].date()) == "2026-07-05"
    assert next(f for f in taken.findings if f.name == "newer_interaction").params["at"] == "2026-05-08"
