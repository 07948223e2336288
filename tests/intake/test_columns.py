"""One column: every distinct cell parsed once, every cell either understood or told (X11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_tables import FIRST_ROW, TODAY, cell, found, objects, taken_in

from leadbook.intake.columns import RawColumn, coerce, parse_date, raw_text, serial_text, typed
from leadbook.intake.values.base import Context
from leadbook.labels import load_reverse
from leadbook.model.catalogue import load_catalogue
from leadbook.model.raw import CellError

LEAD = load_catalogue().lead
CONTEXT = Context(today=TODAY)


def column(key: str, *values: object) -> RawColumn:
    cells = [cell(value) for value in values]
    return RawColumn(objects([v for v, _ in cells]), np.array([d for _, d in cells], dtype=bool))


@pytest.mark.req("X11")
@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([f for f in LEAD.fields if f.owner == "rep"]),
    st.lists(
        st.sampled_from(
            [
                None,
                "",
                "高",
                "500-1000人",
                "2026-05-04",
                "200万元",
                3.0,
                3.5,
                True,
                "x",
                "=1+1",
                {"error": "#N/A"},
                {"uncached": True},
                {"date": "2026-05-04"},
                "张*",
                "13800000000",
                "制造业",
                "Decides: CEO J*",
                "   ",
            ]
        ),
        max_size=12,
    ),
)
def test_a_filled_cell_is_understood_or_told_and_equal_cells_are_read_alike(
    field: object, values: list[object]
) -> None:
    raw = column(field.key, *values)  # type: ignore[attr-defined]
    read = coerce(field, raw, CONTEXT, load_reverse())  # type: ignore[arg-type]
    told = {position for position, _ in read.problems}
    canonical = read.values()
    for n, value in enumerate(values):
        if value is None or (isinstance(value, str) and not value.strip()):
            assert canonical[n] is None and n not in told
        else:
            assert canonical[n] is not None or n in told
        alike = [m for m, other in enumerate(values) if other == value and type(other) is type(value)]
        assert all(canonical[m] == canonical[n] for m in alike)
    assert all(len(series) == len(values) for series in typed(read).values())


def test_types_of_the_columns() -> None:
    taken = taken_in(
        [
            {
                "company_name": "Alder Ltd",
                "customer_type": "new",
                "rep_score": "4",
                "needed_by": "2026年9月1日",
                "budget": "200-300万元",
                "company_size": "500-1000人，年营收1-5亿元",
                "first_quote_at": "2026-06-01 14:30",
                "founded": "2015年3月",
                "industry": "制造业-专用设备生产",
                "next_plan": "11月5日前提供方案",
                "last_contact": "2025-10-15",
            },
            {"company_name": "Birch Ltd", "customer_type": "new"},
        ]
    )
    first, second = (taken.leads.loc[row] for row in (6, 7))
    assert (first["budget.low"], first["budget.high"], first["budget.currency"]) == (2e6, 3e6, "CNY")
    assert (first["company_size.headcount_low"], first["company_size.revenue_high"]) == (500, 5e8)
    assert first["first_quote_at"] == pd.Timestamp("2026-06-01 14:30") and first["first_quote_at.has_time"] is True
    assert (
        first["founded"] == "2015-03" and first["industry.code"] == "C" and first["industry.detail"] == "专用设备生产"
    )
    assert first["plan_due"] == pd.Timestamp("2025-11-05") and first["plan_text"] == "11月5日前提供方案"
    assert taken.leads["rep_score"].dtype == "float64" and np.isnan(second["rep_score"])
    assert taken.leads["needed_by"].dtype == "datetime64[s]" and pd.isna(second["needed_by"])
    assert second["budget"] is None and np.isnan(second["budget.low"])


@pytest.mark.req("X11")
def test_error_cells_and_uncalculated_formulas_are_never_blanks() -> None:
    fields = [f.key for f in LEAD.fields if f.owner == "rep" and f.key != "company_name"]
    for name, value in (("error_cell", {"error": "#DIV/0!"}), ("uncached_formula", {"uncached": True})):
        rows = [
            {"company_name": f"Company {n} Ltd", "customer_type": "new", key: value} for n, key in enumerate(fields)
        ]
        assert found(taken_in(rows), name) == [("lead", FIRST_ROW + n, key) for n, key in enumerate(fields)]


@pytest.mark.req("R19")
def test_the_row_decides_what_yuan_and_a_short_year_are() -> None:
    rows = [
        {
            "company_name": f"Company {n} Ltd",
            "customer_type": "new",
            "region": region,
            "expected_amount": "500万元",
            "needed_by": day,
        }
        for n, (region, day) in enumerate([("CN", "2026/9/1"), ("TW", "115/9/1")])
    ]
    taken = taken_in(rows, language="zh-Hant")
    assert taken.leads["needed_by"].tolist() == [pd.Timestamp("2026-09-01")] * 2
    assert taken.leads["expected_amount.currency"].tolist() == ["CNY", "TWD"]


def test_a_budget_in_the_stated_need_is_taken_as_stated() -> None:
    taken = taken_in(
        [
            {"company_name": "Alder Ltd", "customer_type": "new", "explicit_need": "需要新产线，预算200-300万元"},
            {"company_name": "Birch Ltd", "customer_type": "new", "explicit_need": "预算200万元", "budget": "500万元"},
        ]
    )
    first, second = taken.leads.loc[6], taken.leads.loc[7]
    assert (first["budget.low"], first["budget_evidence"], first["budget_status"]) == (2e6, "stated", "planned")
    assert second["budget.low"] == 5e6 and second["budget_evidence"] is None


@pytest.mark.req("R10")
def test_hand_tags_are_kept_as_typed() -> None:
    taken = taken_in([{"company_name": "Alder Ltd", "customer_type": "new", "tags": "重点、VIP, 行业:玩具"}])
    assert taken.leads["tags"].iloc[0] == ["重点", "VIP", "行业:玩具"]


def test_cells_as_people_see_them() -> None:
    assert raw_text(CellError("#N/A")) == "#N/A"
    assert (raw_text(True), raw_text(3.0), raw_text(3.25)) == ("TRUE", "3", "3.25")
    assert raw_text(46000.5, True) == "2025-12-09 12:00" and serial_text(46000) == "2025-12-09"
    assert len(raw_text("长" * 500)) == 200


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-15", date(2026, 3, 15)),
        ("2026年3月15日", date(2026, 3, 15)),
        ("15/3/2026", date(2026, 3, 15)),
        ("soon", None),
        ("2026-02-30", None),
        ("", None),
    ],
)
def test_a_date_of_the_command_line_is_read_like_a_cell(text: str, day: date | None) -> None:
    assert parse_date(text, TODAY) == day


@pytest.mark.req("X11", "R11")
@pytest.mark.parametrize("word", ["n/a", "无", "không có", "-", "TBD"])
def test_a_word_for_no_answer_is_none_unless_the_field_takes_none_for_an_answer(word: str) -> None:
    """A team's own field of complaints: "none" is what the customer said."""
    pains = LEAD.field("pain_points")
    read = coerce(pains, column("pain_points", word, "stops"), CONTEXT, load_reverse())
    assert read.values().tolist() == [None, "stops"]
    own = coerce(replace(pains, none_is_answer=True), column("pain_points", word, "stops"), CONTEXT, load_reverse())
    assert own.values().tolist() == [word, "stops"]


@pytest.mark.req("R11")
def test_words_for_no_answer_leave_choices_and_amounts_to_their_own_words() -> None:
    for key in ("competition", "budget", "last_contact", "rep_score"):
        read = coerce(LEAD.field(key), column(key, "无"), CONTEXT, load_reverse())
        assert [problem.name for _, problem in read.problems] != ["no_answer"], key
