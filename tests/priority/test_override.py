"""Tier and score set by hand: applied with reason, name and date, bounded by evidence, ended by the policy (K04)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from leadbook.app.override_findings import from_overrides
from leadbook.app.present_history import joined_history
from leadbook.app.stages import Ranked
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.findings import Findings
from tests.books import LEADS, book, leadbook, process, put, table
from tests.model.leads import POLICY, TODAY, Answers, changed, one, ranked
from tests.model.leads import table as typed
from tests.priority.strong import CAUSES, STRONG
from tests.priority.test_movement import MONDAY, NEXT, lead, moved, plain, run

DAYS = int(POLICY.settings["override_days"])
SIGNED: Answers = {"override_reason": "The owner called us", "override_by": "Ana Kim", "override_on": TODAY}


def by_hand(**more: Any) -> Answers:
    return {**STRONG, **SIGNED, **more}


def told(result: Ranked) -> list[tuple[str, str | None]]:
    findings = Findings()
    from_overrides(result, POLICY, findings)
    return [(f.name, f.field) for f in findings]


@pytest.mark.req("K04")
def test_a_value_set_by_hand_takes_the_place_of_the_computed_one_which_stays_beside_it() -> None:
    plainly = one(STRONG)
    low = one(by_hand(override_tier="D", override_score=2))
    assert (low["tier"], low["machine_tier"], low["held_by"]) == ("D", plainly["tier"], "override")
    assert (low["score"], low["machine_score"]) == (2, plainly["score"])
    assert low["total"] == plainly["total"] and low["likelihood"] == plainly["likelihood"]
    only_score = one(by_hand(override_score=1))
    assert only_score["tier"] == plainly["tier"] and pd.isna(only_score["machine_tier"])
    assert pd.isna(plainly["machine_score"]) and pd.isna(plainly["machine_tier"]) and not plainly["overridden"]
    lifted = one({**SIGNED, "override_tier": "A"})
    assert (lifted["tier"], lifted["machine_tier"]) == ("A", "nurture")


@pytest.mark.req("K04")
@pytest.mark.parametrize("missing", ["override_reason", "override_by", "override_on"])
def test_without_reason_name_or_date_it_does_not_count_and_says_so(missing: str) -> None:
    result = ranked([by_hand(override_tier="D", **{missing: None})])
    assert result.state["tier"].tolist() == ["A"]
    assert told(result) == [("override_incomplete", missing)]


@pytest.mark.req("K04")
def test_a_date_that_is_yet_to_come_does_not_count() -> None:
    result = ranked([by_hand(override_tier="D", override_on=TODAY + timedelta(1))])
    assert result.state["tier"].tolist() == ["A"] and told(result) == [("override_in_future", "override_on")]


@pytest.mark.req("K04")
def test_it_holds_on_its_last_day_and_ends_with_one_hint() -> None:
    leads = [by_hand(override_tier="D", override_score=2)]
    last = ranked(leads, today=TODAY + timedelta(DAYS))
    assert last.state["tier"].tolist() == ["D"] and told(last) == []
    after = ranked(leads, today=TODAY + timedelta(DAYS + 1))
    assert after.state["tier"].tolist() == ["A"] and told(after) == [("override_ended", "override_on")]
    short = ranked(leads, today=TODAY + timedelta(6), policy=changed(override_days=5))
    assert short.state["tier"].tolist() == ["A"]


@pytest.mark.req("K04", "C10", "K03")
@pytest.mark.parametrize(("gate", "left"), [("compliance", "nurture"), ("high_risk", "C")])
def test_no_hand_opens_what_only_evidence_opens(gate: str, left: str) -> None:
    result = ranked([by_hand(override_tier="A", **CAUSES[gate].answers)])
    lead_ = result.state.iloc[0]
    assert (lead_["tier"], lead_["held_by"]) == (left, "gate")
    assert told(result) == [("override_blocked", "override_tier")]
    # The tier is the computed one: nothing of the hand's counts, and nothing stands beside it.
    assert pd.isna(lead_["machine_tier"]) and not lead_["overridden"]
    lower = one(by_hand(override_tier="disqualified", **CAUSES[gate].answers))
    assert lower["tier"] == "disqualified" and pd.isna(lower["override_gates"])


@pytest.mark.req("K04", "K03")
def test_a_gate_may_leave_a_part_of_it_and_only_gates_that_lower_it_are_named() -> None:
    answers = {**CAUSES["high_risk"].answers, **CAUSES["unclear_need"].answers}
    lead_ = one(by_hand(override_tier="A", **answers))
    assert (lead_["tier"], lead_["machine_tier"], lead_["held_by"]) == ("C", "disqualified", "gate")
    gates = {gate.id: gate.name for gate in POLICY.gates}
    assert lead_["override_gates"] == gates["high_risk"]  # a hand may lift the other one
    assert lead_["overridden"] and lead_["override_blocked"]


@pytest.mark.req("K04", "C13", "U06")
def test_a_disqualified_lead_may_be_taken_up_again_by_hand() -> None:
    result = ranked([by_hand(override_tier="B", **CAUSES["unclear_need"].answers)])
    lead_ = result.state.iloc[0]
    assert (lead_["tier"], lead_["machine_tier"]) == ("B", "disqualified")
    assert lead_["active"] and told(result) == []


PLAIN = plain()


def _line(history: pd.DataFrame, day: date) -> list[tuple[Any, ...]]:
    rows = history[history["date"] == pd.Timestamp(day)]
    columns = ["tier", "machine_tier", "movement", "cause"]
    return [tuple(row) for row in rows[columns].astype(object).where(rows[columns].notna(), None).to_numpy()]


@pytest.mark.req("K04", "T06")
def test_beginning_and_end_are_movements_with_their_own_cause() -> None:
    hand = {**SIGNED, "override_on": NEXT, "override_tier": "A"}
    _, history = run([lead(40)], MONDAY, policy=PLAIN)
    begun, history = run([lead(40, **hand)], NEXT, history, PLAIN)
    assert moved(begun) == [("up", "override")] and _line(history, NEXT) == [("A", "C", "up", "override")]
    later = NEXT + timedelta(7)
    held, history = run([lead(40, **hand)], later, history, PLAIN)
    assert moved(held) == [("same", None)] and _line(history, later) == []
    end = NEXT + timedelta(DAYS + 1)
    ended, history = run([lead(40, **hand)], end, history, PLAIN)
    assert moved(ended) == [("down", "override_ended")]
    assert _line(history, end) == [("C", None, "down", "override_ended")]


@pytest.mark.req("K04", "T06")
def test_the_same_tier_by_hand_leaves_a_line_and_another_one_names_the_hand() -> None:
    hand = {**SIGNED, "override_on": NEXT, "override_tier": "C"}
    _, history = run([lead(40)], MONDAY, policy=PLAIN)
    same, history = run([lead(40, **hand)], NEXT, history, PLAIN)
    assert moved(same) == [("same", "override")] and len(history) == 2
    again, _ = run([lead(40, **hand) | {"override_tier": "B"}], NEXT + timedelta(7), history, PLAIN)
    assert moved(again) == [("up", "override")]


SHUT: Answers = {**STRONG, **CAUSES["compliance"].answers, "last_contact": MONDAY}
OPEN: Answers = {**SHUT, "compliance_status": "held", "compliance_date": MONDAY}
HAND: Answers = {**SIGNED, "override_on": NEXT, "override_tier": "B"}


@pytest.mark.req("K04", "T06")
@pytest.mark.parametrize("missing", [{}, {"override_by": None}, {"override_on": NEXT + timedelta(30)}])
def test_what_does_not_count_leaves_no_line_and_is_no_answer(missing: Answers) -> None:
    """Held back by a gate, without a name, or of a day to come: nothing changed, so History says nothing."""
    _, history = run([SHUT], MONDAY)
    result, after = run([{**SHUT, **HAND, **missing}], NEXT, history)
    assert len(after) == 1 and moved(result) == [("same", "time")]  # a week of silence costs a point
    quick: Answers = {"last_contact": MONDAY, "response_speed": "fast", "clicks": 40}
    _, history = run([quick], MONDAY, policy=PLAIN)
    changed_too, lines = run([{**quick, "clicks": 60, **HAND, "override_by": None}], NEXT, history, PLAIN)
    assert moved(changed_too) == [("up", "new_answer")] and _line(lines, NEXT)[0][3] == "new_answer"
    again, _ = run([{**quick, "clicks": 60}], NEXT + timedelta(7), lines, PLAIN)
    assert moved(again) == [("same", None)]  # taking away what never counted is no answer either


@pytest.mark.req("K04", "T06", "C10")
def test_a_gate_that_opens_or_shuts_over_a_hand_set_tier_is_the_cause() -> None:
    _, history = run([SHUT], MONDAY)
    _, history = run([{**SHUT, **HAND}], NEXT, history)
    week = NEXT + timedelta(7)
    opened, history = run([{**OPEN, **HAND}], week, history)
    assert opened.state["tier"].tolist() == ["B"] and moved(opened) == [("up", "gate")]
    assert _line(history, week)[0][3] == "gate"
    shut, history = run([{**SHUT, **HAND}], week + timedelta(7), history)
    assert moved(shut) == [("down", "gate")] and _line(history, week + timedelta(7))[0] == (
        "nurture", None, "down", "gate")  # fmt: skip


@pytest.mark.req("K04", "T06")
def test_a_hand_set_tier_that_is_taken_back_says_so() -> None:
    hand = {**SIGNED, "override_on": MONDAY, "override_tier": "A"}
    _, history = run([lead(40, **hand)], MONDAY, policy=PLAIN)
    for back in ({}, {**hand, "override_reason": None}):
        result, lines = run([lead(40, **back)], NEXT, history, PLAIN)
        assert moved(result) == [("down", "override_ended")]
        assert _line(lines, NEXT) == [("C", None, "down", "override_ended")]


@pytest.mark.req("K04")
def test_what_was_set_by_hand_does_not_hold_a_tier_near_its_cut_off_afterwards() -> None:
    """74 is B and within the margin of A: the machine never gave A, so nothing keeps it there."""
    hand = {**SIGNED, "override_on": MONDAY, "override_tier": "A"}
    _, history = run([lead(74, **hand)], MONDAY, policy=PLAIN)
    ended, _ = run([lead(74, **hand)], MONDAY + timedelta(DAYS + 1), history, PLAIN)
    assert ended.state["tier"].tolist() == ["B"] and ended.state["held_by"].isna().all()


def test_an_older_history_without_the_columns_still_compares() -> None:
    older = typed("history", [{"date": MONDAY, "lead_key": "delta0", "tier": "C", "total": 40, "score": 3,
                               "quadrant": "unplaced", "stage": "buyer"}])  # fmt: skip
    result = ranked([lead(40)], history=older, today=NEXT, policy=PLAIN)
    assert result.state["movement"].tolist() == ["same"]
    lines = joined_history(older, result, PLAIN, NEXT)
    assert lines["handoff"].tolist()[1:] == ["marketing"]


# The book as people see it.

FIELDS = {"override_tier": "A", "override_score": 5, "override_reason": "Secret remark", "override_by": "Ana Kim",
          "override_on": date(2026, 6, 10)}  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    leads = [dict(row) for row in LEADS]
    leads[2] |= FIELDS
    path = put(tmp_path_factory.mktemp("hand"), book(leads))
    assert process(path).code == 0
    return path


@pytest.mark.req("K04")
def test_every_override_has_who_when_why_and_until_in_the_workbook(done: Path) -> None:
    listed = [row for row in table(done, "LB_Worklists") if row["list"] == "Set by hand"]
    assert len(listed) == 1 and listed[0]["lead_name"] == "North Pier Tools Ltd"
    for part in ("Ana Kim", "2026-06-10", "Secret remark", "2026-07-10"):
        assert part in listed[0]["reason"]
    result = next(r for r in table(done, "LB_Results") if r["lead_name"] == "North Pier Tools Ltd")
    assert (result["tier"], result["score"]) == ("A", 5) and result["machine_tier"] not in (None, "A")
    assert result["machine_score"] != 5
    shown = next(r for r in table(done, "LB_Leads") if r["company_name"] == "North Pier Tools Ltd")
    assert (shown["tier"], shown["score"]) == ("A", 5) and shown["override_tier"] == "A"
    step = next(r for r in table(done, "LB_FollowUps") if r["lead_name"] == "North Pier Tools Ltd")
    assert step["tier"] == "A"


@pytest.mark.req("K04")
def test_summary_and_explanation_name_the_hand_and_never_its_words(done: Path) -> None:
    said = process(done, "--dry-run").out
    assert "Set by hand and in force: 1" in said and "Ana Kim" in said
    explained = leadbook("explain", done, "North Pier Tools Ltd", "--today", "2026-06-15").out
    assert "Tier A" in explained and "Ana Kim" in explained and "2026-07-10" in explained
    assert "Secret remark" not in said + explained


@pytest.mark.req("K04", "C10")
@pytest.mark.parametrize("language", LANGUAGES)
def test_one_that_a_gate_holds_back_is_listed_as_it_was_typed_with_its_gate(language: str, tmp_path: Path) -> None:
    leads = [dict(row) for row in LEADS]
    leads[2] |= FIELDS | {"override_score": None, "industry": "J", "compliance_status": "missing"}
    path = put(tmp_path, book(leads, language=language))
    said = process(path)
    assert said.code == 0
    labels = load_labels(language)
    gate = labels.text("policy_row.gate.compliance.name")
    nurture = labels.choice("tier", "nurture")
    words = labels.text("override_text.held", tier="A", kept=nurture, gates=gate)
    listed = [row for row in table(path, "LB_Worklists") if row["list"] == labels.choice("worklist", "override")]
    assert [(row["lead_name"], row["tier"], row["what"]) for row in listed] == [
        ("North Pier Tools Ltd", nurture, words)]  # fmt: skip
    for part in ("Ana Kim", "2026-06-10", "Secret remark", "2026-07-10"):
        assert part in listed[0]["reason"]
    assert labels.text("summary.overrides_held", count=1, held=1) in said.out.splitlines() and words in said.out
    explained = leadbook("explain", path, "North Pier Tools Ltd", "--today", "2026-06-15").out
    assert words in explained and "Ana Kim" in explained
    report = json.loads(process(path, "--dry-run", "--json").out)["by_hand"]
    assert [(one["tier"], one["machine_tier"], one["kept"], one["gates"]) for one in report] == [
        ("A", "nurture", "nurture", gate)]  # fmt: skip
    issues = [row for row in table(path, "LB_Issues") if row["code"] == "LB234"]
    assert len(issues) == 1 and gate in issues[0]["message"]
