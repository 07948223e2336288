"""Merging forms: whatever the order, once or twice, nothing typed goes in silence (R04, R17, M3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.app.book import open_book, policy_of
from leadbook.app.collect import Gathered
from leadbook.app.form_files import FormFile
from leadbook.app.run import Options
from leadbook.app.take_in import take_in_forms
from leadbook.intake.forms import typed_leads
from leadbook.intake.intake import reading_context
from leadbook.intake.values.company import company_key
from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.collected import FormCell, FormRead, content_mark
from tests.books import LEADS, TALKS, book, table

OPTIONS = Options(date(2026, 6, 15))
BOOK = load_labels("zh-Hans")
START = book(LEADS[:2], TALKS[:1], language="zh-Hans")
NAMES = ("明河机械有限公司", "明河機械股份有限公司", "Công ty TNHH Sao Mai", "SAO MAI CO., LTD", "新泰纺织有限公司",
         "新泰紡織有限公司", "Alder Looms Ltd")  # fmt: skip
TEXTS = ("停机多", "换线慢", "交期长")


def serial(moment: datetime) -> float:
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86_400


def a_form(name: str, answers: dict[str, Any], as_of: int | None, talks: Sequence[tuple[int, str]]) -> FormRead:
    cells = {key: FormCell(value, False, "表", f"B{n}") for n, (key, value) in enumerate(answers.items(), 2)}
    cells["company_name"] = FormCell(name, False, "表", "B1")
    said = [
        {"at": FormCell(serial(datetime(2026, 6, day, 9)), True, "表", f"A{n}"),
         "content": FormCell(text, False, "表", f"B{n}")}
        for n, (day, text) in enumerate(talks, 90)
    ]
    day = None if as_of is None else FormCell(serial(datetime(2026, 5, as_of)), True, "表", "F4")
    read = FormRead("", "zh-Hans", "", day, cells, said)
    read.digest = content_mark(read.cells, read.talks)
    return read


FORMS = st.lists(
    st.builds(
        a_form,
        st.sampled_from(NAMES),
        st.fixed_dictionaries(
            {},
            optional={
                "pain_points": st.sampled_from(TEXTS), "goals": st.sampled_from(TEXTS),
                "customer_type": st.just("新客户"), "urgency_stated": st.sampled_from(("高", "低", "high")),
                "budget": st.sampled_from(("CNY 20万", "200,000元")), "rep_score": st.sampled_from((2.0, 5.0)),
                "focus": st.sampled_from(TEXTS), "contact_channel": st.sampled_from(("电话", "拜访")),
                "last_contact": st.sampled_from(("2026-05-20", "2026-06-02", "2026-06-05")),
            },
        ),
        st.none() | st.integers(1, 5),
        st.lists(st.tuples(st.integers(1, 4), st.sampled_from(TEXTS)), max_size=3),
    ),
    min_size=1, max_size=5, unique_by=lambda form: form.digest,
)  # fmt: skip


def gathered(forms: Sequence[FormRead]) -> Gathered:
    """The readings as if read from files named after their content."""
    reads = []
    for form in forms:
        form.file = f"inbox/{form.digest}.xlsx"
        reads.append((FormFile(Path(form.file), form.file), form))
    return Gathered(reads, [], len(reads))


def collected(data: bytes, *batches: Sequence[FormRead]) -> bytes:
    for forms in batches:
        data, _ = take_in_forms(data, "team.xlsx", gathered(forms), OPTIONS)
    return data


def said(data: bytes) -> tuple[dict[str, dict[str, Any]], set[tuple[Any, ...]]]:
    """Typed answers by company, and what was said to whom: what the book means, whatever its rows and spellings."""
    book = open_book(data, "team.xlsx", load_catalogue())
    context = reading_context(policy_of(book), OPTIONS.today, "zh-Hans")
    leads = typed_leads(book.tables["LB_Leads"], book.catalogue, book.reverse, context)
    keys = [field.key for field in book.catalogue.lead.owned("rep")]
    columns = {key: leads.canonical(key).tolist() for key in keys}
    rows = {company_key(name): {key: columns[key][n] for key in keys} for n, name in enumerate(columns["company_name"])}
    talks = {(company_key(t["lead_name"]), t["at"], t["content"]) for t in table(data, "LB_Interactions")}
    return rows, talks


@pytest.mark.req("R04", "M3")
@settings(max_examples=20, deadline=None)
@given(FORMS, st.randoms())
def test_the_order_of_forms_does_not_matter(forms: list[FormRead], chance: Any) -> None:
    together = said(collected(START, forms))
    mixed = chance.sample(forms, len(forms))
    assert said(collected(START, mixed)) == together
    assert said(collected(START, *([form] for form in mixed))) == together


@pytest.mark.req("R04", "X19")
@settings(max_examples=20, deadline=None)
@given(FORMS)
def test_collecting_twice_is_collecting_once(forms: list[FormRead]) -> None:
    once = collected(START, forms)
    assert collected(once, forms) == once
    assert collected(once, *([form] for form in forms)) == once


@pytest.mark.req("R17", "X8")
@settings(max_examples=20, deadline=None)
@given(FORMS)
def test_a_typed_cell_stands_or_is_kept_beside_newer_evidence(forms: list[FormRead]) -> None:
    after = collected(START, *([form] for form in forms))
    lines = [(r["lead_name"], r["field"], r["before"]) for r in table(after, "LB_Changes")
             if r["what"] == BOOK.text("collect.what.replaced") and r["before_from"] == BOOK.text("collect.typed")
             and r["before_on"] < r["after_on"]]  # fmt: skip
    for name in ("LB_Leads", "LB_Interactions", "LB_Team"):
        for old, new in zip(table(START, name), table(after, name), strict=False):
            gone = {key: value for key, value in old.items() if value is not None and new[key] != value}
            assert not gone or name == "LB_Leads"
            for key, value in gone.items():
                kept = value.strftime("%Y-%m-%d") if isinstance(value, datetime) else str(value)
                assert (old["company_name"], BOOK.header("lead", key), kept) in lines


@pytest.mark.req("R17")
def test_a_typed_cell_is_as_old_as_its_row_though_a_form_of_the_same_day_said_the_same() -> None:
    """Of two forms of one day the same one wins in any order; what it replaces was typed earlier."""
    firm = "Công ty TNHH Sao Mai"  # its row is of 4 May 2026, by phone
    told = [{"contact_channel": said, "last_contact": "2026-05-20"} for said in ("电话", "拜访")]
    forms = [a_form(firm, answers, None, ()) for answers in told]
    for order in (forms, forms[::-1]):
        data = collected(START, *([form] for form in order))
        lines = [r for r in table(data, "LB_Changes") if r["before"] == "phone"]
        assert all(r["before_on"] < r["after_on"] for r in lines) and len(lines) == 1


@pytest.mark.req("R17")
def test_the_newest_dated_answer_wins_and_the_other_is_kept_with_its_source() -> None:
    old = a_form("Alder Looms Ltd", {"pain_points": "old"}, 1, ())
    new = a_form("Alder Looms Ltd", {"pain_points": "new"}, 2, ())
    for data in (collected(START, [new], [old]), collected(START, [old], [new]), collected(START, [old, new])):
        assert said(data)[0]["alderlooms"]["pain_points"] == "new"
        lines = [(r["before"], r["after"], r["source"]) for r in table(data, "LB_Changes")]
        assert len(lines) == 1
        assert lines[0] in (("new", "old", f"{old.file}!表!B2"), ("old", "new", f"{new.file}!表!B2"))


@pytest.mark.req("R17")
def test_the_date_of_an_answer_counts_before_that_of_its_form() -> None:
    older = {"budget": "CNY 10万", "budget_date": "2026-06-01"}
    first = a_form("Alder Looms Ltd", older, 1, ())
    second = a_form("Alder Looms Ltd", {"budget": "CNY 20万", "budget_date": "2026-01-01"}, 5, ())
    assert said(collected(START, [first], [second]))[0]["alderlooms"]["budget"]["low"] == 100_000
    assert said(collected(START, [second], [first]))[0]["alderlooms"]["budget"]["low"] == 100_000
