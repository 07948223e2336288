"""When information is due for review, and which needs are foreseen."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from leadbook.app.present_results import suggested_needs
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.policy import Policy
from leadbook.model.policy_sheet import localise
from leadbook.plan import review_due
from tests.model.leads import POLICY, Answers, changed, state
from tests.plan.book import step


@pytest.mark.req("R14")
@pytest.mark.parametrize(
    ("newest", "region", "expected"),
    [
        (date(2026, 9, 30), "CN", date(2026, 10, 8)),  # the quarter begins with a holiday week
        (date(2026, 9, 30), "VN", date(2026, 10, 1)),
        (date(2026, 10, 1), "CN", date(2027, 1, 4)),
        (date(2026, 12, 31), "TW", date(2027, 1, 4)),
        (date(2027, 1, 1), "HK", date(2027, 4, 1)),
        (date(2026, 3, 31), "HK", date(2026, 4, 1)),
        (date(2026, 6, 30), "other", date(2026, 7, 1)),
        (date(2026, 7, 1), "other", date(2026, 10, 1)),
        (date(2011, 6, 30), "other", date(2011, 7, 1)),
        (date(2011, 9, 30), "other", date(2011, 10, 3)),
    ],
)
def test_review_falls_on_the_first_working_day_of_the_next_quarter(newest: date, region: str, expected: date) -> None:
    found = review_due(pd.Series([pd.Timestamp(newest), pd.NaT]), pd.Series([region, region]), date(2026, 11, 4))
    assert found[0].date() == expected and pd.isna(found[1])


@pytest.mark.req("R14")
def test_the_review_step_appears_on_its_day_and_not_the_day_before() -> None:
    lead = {"last_contact": date(2026, 9, 30), "region": "CN"}
    assert step(lead, date(2026, 10, 7))[1] == "send_content"
    assert step(lead, date(2026, 10, 8)) == ("review", "review_due", date(2026, 10, 8))
    fresh = {**lead, "last_contact": date(2026, 10, 1)}
    assert step(fresh, date(2026, 12, 31))[1] == "send_content"
    assert step(fresh, date(2027, 1, 4))[1] == "review_due"


def needs(*leads: Answers, language: str = "en", policy: Policy = POLICY) -> list[str | None]:
    labels = load_labels(language)
    return list(suggested_needs(state(leads), localise(policy, labels), labels))


@pytest.mark.req("R12", "R17")
def test_foreseen_needs_list_every_rule_that_hits_and_nothing_else() -> None:
    both = {"industry": "C", "pain_points": "产能不足，电费太高", "goals": "expand overseas"}
    every, other_trade, no_pain, nothing = needs(both, {**both, "industry": "P", "goals": None}, {"industry": "C"}, {})
    assert every is not None
    assert [r["name"] in every for r in POLICY.section("need_rule")] == [True, True, False, True]
    assert all(r["reason"] in every for r in POLICY.section("need_rule") if r["id"] != "warehouse")
    assert other_trade is no_pain is nothing is None


@pytest.mark.req("R12")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pain_in_any_language_meets_its_rule(language: str) -> None:
    pains = ("Low efficiency on line 2", "生产效率低", "產能不足", "hiệu suất thấp")
    found = needs(*({"industry": "C", "pain_points": pain} for pain in pains), language=language)
    assert len(set(found)) == 1 and found[0]


@pytest.mark.req("R12")
def test_without_rules_nothing_is_invented() -> None:
    bare = changed(rows=[r for r in POLICY.rows if r["section"] != "need_rule"])
    assert needs({"industry": "C", "pain_points": "low efficiency"}, policy=bare) == [None]
