"""The relation map as a list: who we know, in which part, and where we know too little (M5, C19, F05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadbook.app.present_relations import relations
from leadbook.app.stages import rank_leads
from leadbook.model.policy import Policy
from tests.books import LEADS, book, process, put, table
from tests.model.leads import CATALOGUE, FIRST_ROW, POLICY, TODAY, Answers, changed, read
from tests.model.leads import table as typed

Row = tuple[Any, ...]


def people(leads: Sequence[Answers], talks: Sequence[Answers] = (), policy: Policy = POLICY) -> list[dict[str, Any]]:
    taken = read(leads, talks, policy=policy)
    found = relations(rank_leads(taken, typed("history"), policy, CATALOGUE, TODAY), taken.interactions, policy)
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    return [{**row, "lead": int(row["lead_row"]) - FIRST_ROW} for row in rows]


def who(rows: list[dict[str, Any]]) -> list[Row]:
    return [(r["name"], r["title"], r["role"], r["source"]) for r in rows]


CHAIN: Answers = {
    "decision_chain": "Decision maker: board chair Li *; Influencer: lab head Wang *; User: operator Chen *",
}  # fmt: skip


@pytest.mark.req("M5", "C19")
def test_deciders_stand_first_and_everyone_once() -> None:
    lead = {**CHAIN, "contact_name": "Wang *", "contact_title": "Lab head", "last_contact": TODAY}
    rows = people([lead], [{"lead": 0, "at": datetime(2026, 10, 20, 9), "reaction": "neutral",
                            "customer_participants": "Chen *, Tran *"}])  # fmt: skip
    assert [(r["name"].replace(" ", ""), r["role"], r["source"]) for r in rows] == [
        ("Li*", "decides", "decision_chain"), ("Wang*", "influences", "decision_chain"),
        ("Chen*", "uses", "decision_chain"), ("Tran*", None, "participant"),
    ]  # fmt: skip
    days = [None if r["last_contact"] is None else r["last_contact"].date() for r in rows]
    assert days == [None, TODAY, date(2026, 10, 20), date(2026, 10, 20)]
    assert [r["remark"] for r in rows] == [None] * 4


@pytest.mark.req("M5")
def test_namesakes_in_other_positions_are_two_people() -> None:
    rows = people([{"decision_chain": "最终决策人：总经理李*；影响者：技术主管李*", "contact_name": "李*",
                    "contact_title": "生产总监"}])  # fmt: skip
    assert len(rows) == 3 and {r["title"] for r in rows} == {"总经理", "技术主管", "生产总监"}


@pytest.mark.req("M5", "C19")
@pytest.mark.parametrize(
    ("answers", "remark"),
    [
        ({}, "nobody"),
        ({"contact_name": "Li *", "contact_title": "operator"}, "single_no_decider"),
        ({"decision_chain": "Decision maker: board chair Li *"}, "single_contact"),
        ({"decision_chain": "Influencer: lab head Wang *; User: operator Chen *"}, "no_decider"),
        (CHAIN, None),
    ],
)
def test_where_we_know_too_little_is_said_once(answers: Answers, remark: str | None) -> None:
    rows = people([answers])
    assert [r["remark"] for r in rows] == [remark, *[None] * (len(rows) - 1)]


@pytest.mark.req("F05", "P03")
def test_names_written_in_full_come_out_masked() -> None:
    rows = people(
        [{"decision_chain": "最终决策人：总经理李建国", "contact_name": "王小明", "customer_participants": "陈大文"}],
        [{"lead": 0, "at": TODAY, "reaction": "neutral", "customer_participants": "Nguyễn Văn An、赵经理"}],
    )
    shown = " ".join(f"{r['name']} {r['title']}" for r in rows)
    for secret in ("建国", "小明", "大文", "Văn An"):
        assert secret not in shown
    assert {"李*", "王*", "陈*", "Nguyễn *", "赵*"} == {r["name"] for r in rows}


@pytest.mark.req("M5")
def test_an_unanswered_call_is_no_contact() -> None:
    call: Answers = {"lead": 0, "at": TODAY - timedelta(1), "reaction": "no_reply", "customer_participants": "Li *"}
    rows = people([CHAIN], [call])
    assert all(r["last_contact"] is None for r in rows) and len(rows) == 3


@pytest.mark.req("M5")
def test_only_the_best_leads_by_rank() -> None:
    strong = {**CHAIN, "need_clarity": "clear", "pain_points": "x"}
    weak = {"decision_chain": "Decision maker: chair Ma *"}
    policy = changed(relation_leads=1)
    assert {r["lead"] for r in people([weak, strong], policy=policy)} == {1}
    assert [r["lead"] for r in people([weak, strong])] == [1, 1, 1, 0]
    assert people([], policy=policy) == []


@pytest.mark.req("M5")
def test_the_sheet_of_a_run_is_masked_and_complete(tmp_path: Path) -> None:
    leads = [dict(row) for row in LEADS]
    leads[0]["contact_name"] = "张建国"
    path = put(tmp_path, book(leads))
    process(path)
    rows = table(path, "LB_Relations")
    assert {row["lead_name"] for row in rows} == {str(row["company_name"]) for row in LEADS}
    first = [row for row in rows if row["lead_name"] == LEADS[0]["company_name"]]
    assert [row["person"] for row in first] == ["李*", "张*", "王*"]
    assert first[1]["last_contact"] == datetime(2026, 6, 1) and first[0]["role"] == "Decides"
    assert not any("建国" in str(value) for row in rows for value in row.values())
    assert pd.Series([row["note"] for row in rows]).notna().sum() >= 2
