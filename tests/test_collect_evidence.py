"""The newest dated evidence wins, and nothing that people typed in the book goes in silence (R17, M3)."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from leadbook.labels import load_labels
from tests.books import edited, process, table, type_in
from tests.forms import filled
from tests.test_collect import NEW, cell_of, codes, collect, leads

EN = load_labels("en")
FIRM = "明河机械有限公司"  # its row is of 1 June 2026
TYPED = "停机多"


def form(said: str = "换线慢", contact: str | None = "2026-06-10", **more: object) -> bytes:
    day = {} if contact is None else {"last_contact": date.fromisoformat(contact)}
    return filled({"company_name": FIRM, "pain_points": said, **day, **more}, language="zh-Hans")


def messages(team: Path, code: str) -> list[str]:
    return [row["message"] for row in table(team, "LB_Issues") if row["code"] == code]


def changes(team: Path, key: str) -> list[tuple[Any, ...]]:
    columns = ("before", "before_on", "before_from", "after", "after_on", "source", "what")
    return [tuple(r[c] for c in columns) for r in table(team, "LB_Changes") if r["field"] == EN.header("lead", key)]


def test_newer_evidence_replaces_a_typed_cell_and_both_values_are_told(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(form())
    said = process(team, "--forms", inbox)
    assert leads(team)[FIRM]["pain_points"] == "换线慢"
    place = f"inbox/a.xlsx!客户信息表!{cell_of('pain_points')}"
    assert changes(team, "pain_points") == [
        (TYPED, datetime(2026, 6, 1), EN.text("collect.typed"), "换线慢", datetime(2026, 6, 10), place,
         EN.text("collect.what.replaced"))
    ]  # fmt: skip
    [told] = [text for text in messages(team, "LB225") if TYPED in text]
    assert all(part in told for part in ("换线慢", "2026-06-10", "2026-06-01", "inbox/a.xlsx", cell_of("pain_points")))
    hidden = EN.text("summary.hidden")
    assert EN.text("collect.replaced", count=2, sheet_name="Collected forms") in said.out  # last contact as well
    assert f"{hidden} → {hidden}" in said.out and TYPED not in said.out


def test_the_report_names_the_typed_cells_that_gave_way(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(form())
    cells = json.loads(collect(team, inbox, "--json", "--show-values").out)["forms"]["cells"]
    gone = {cell["field"]: (cell["from"], cell["to"]) for cell in cells if cell.get("typed")}
    assert gone == {"pain_points": (TYPED, "换线慢"), "last_contact": ("2026-06-01", "2026-06-10")}


def test_of_two_values_without_a_date_neither_is_called_newer(team: Path, inbox: Path) -> None:
    for name, said in (("a", "pain one"), ("b", "pain two")):
        answers = {"company_name": "Undated Ltd", "customer_type": "New customer", "pain_points": said}
        (inbox / f"{name}.xlsx").write_bytes(filled(answers))
    assert collect(team, inbox).code in (0, 1)
    [line] = changes(team, "pain_points")
    assert {line[0], line[3]} == {"pain one", "pain two"} and line[-1] == EN.text("collect.what.even")


def test_the_remark_goes_after_a_week_or_when_somebody_types(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(form())
    collect(team, inbox)
    process(team, "--today", "2026-06-22")
    assert len(messages(team, "LB225")) == 2
    type_in(team, 6, pain_points="两者都有")
    process(team, "--today", "2026-06-22")
    assert len(messages(team, "LB225")) == 1
    process(team, "--today", "2026-06-23")
    assert messages(team, "LB225") == []


@pytest.mark.parametrize("contact", [None, "2026-05-20", "2026-06-01", "2027-01-01"])
def test_evidence_that_is_not_newer_leaves_a_typed_cell_and_is_told_until_it_is_settled(
    team: Path, inbox: Path, contact: str | None
) -> None:
    (inbox / "a.xlsx").write_bytes(form(contact=contact, goals="扩产"))
    process(team, "--forms", inbox)
    row = leads(team)[FIRM]
    assert (row["pain_points"], row["goals"]) == (TYPED, "扩产")
    [told] = [text for text in messages(team, "LB222") if "换线慢" in text]
    day = contact if contact and contact < "2026-06-15" else EN.text("collect.no_date")
    assert all(part in told for part in ("inbox/a.xlsx", cell_of("pain_points"), f"dated: {day}", "2026-06-01"))
    [line] = changes(team, "pain_points")
    assert (line[0], line[3]) == (TYPED, "换线慢")
    process(team)
    assert [text for text in messages(team, "LB222") if "换线慢" in text] == [told]
    type_in(team, 6, pain_points="换线慢")
    process(team, "--forms", inbox)
    assert not [text for text in messages(team, "LB222") if "换线慢" in text]


def test_a_row_without_any_date_keeps_what_was_typed(team: Path, inbox: Path) -> None:
    type_in(team, 6, last_contact=None, info_date=None)
    data = edited(team.read_bytes(), lambda workbook: workbook["Interactions"].delete_rows(6))
    team.write_bytes(data)
    (inbox / "a.xlsx").write_bytes(form())
    collect(team, inbox)
    assert (leads(team)[FIRM]["pain_points"], leads(team)[FIRM]["last_contact"]) == (TYPED, datetime(2026, 6, 10))


def test_a_date_of_its_own_counts_before_that_of_the_row(team: Path, inbox: Path) -> None:
    type_in(team, 6, budget="CNY 100万", budget_date=date(2026, 6, 12))
    newer = {"budget.low": 2e6, "budget.high": 3e6, "budget.currency": "CNY", "budget_date": date(2026, 6, 11)}
    (inbox / "a.xlsx").write_bytes(form(**newer))
    collect(team, inbox)
    assert leads(team)[FIRM]["budget"] == "CNY 100万"
    (inbox / "a.xlsx").write_bytes(form(**{**newer, "budget_date": date(2026, 6, 13)}))
    collect(team, inbox)
    assert leads(team)[FIRM]["budget"] == "CNY 2,000,000-3,000,000"


def test_what_the_team_decides_in_the_book_no_form_changes(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(form(owner="Ana Kim"))
    process(team, "--forms", inbox)
    assert leads(team)[FIRM]["owner"] == "王芳"
    assert any("Ana Kim" in text for text in messages(team, "LB222"))


def test_a_form_that_says_the_same_as_before_does_not_undo_what_was_typed_over_it(team: Path, inbox: Path) -> None:
    first = filled(NEW)
    (inbox / "a.xlsx").write_bytes(first)
    collect(team, inbox)
    type_in(team, 11, pain_points="typed in the book")
    (inbox / "a.xlsx").write_bytes(filled({"focus": "price", "last_contact": date(2026, 6, 14)}, start=first))
    collect(team, inbox)
    row = leads(team)["Silver Birch Looms Ltd"]
    assert (row["pain_points"], row["focus"]) == ("typed in the book", "price")
    assert row["last_contact"] == datetime(2026, 6, 14)
    (inbox / "a.xlsx").write_bytes(filled({"pain_points": "typed in the form", "last_contact": date(2026, 6, 15)},
                                          start=first))  # fmt: skip
    process(team, "--forms", inbox)
    assert leads(team)["Silver Birch Looms Ltd"]["pain_points"] == "typed in the book"  # that row has no typed date
    assert "LB222" in codes(team)


def test_the_new_wording_of_an_interaction_is_kept_beside_the_old_one(team: Path, inbox: Path) -> None:
    talk = {"at": datetime(2026, 6, 10, 10, 0), "channel": "Phone", "content": "asked"}
    (inbox / "a.xlsx").write_bytes(filled(NEW, [talk]))
    collect(team, inbox)
    (inbox / "a.xlsx").write_bytes(filled(NEW, [{**talk, "content": "asked twice"}]))
    collect(team, inbox)
    [line] = [r for r in table(team, "LB_Changes") if r["field"] == EN.header("interaction", "content")]
    assert (line["before"], line["after"], line["before_on"]) == ("asked", "asked twice", datetime(2026, 6, 10))
