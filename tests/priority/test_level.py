"""The second scale: what an existing customer is worth, by policy (T07)."""

from __future__ import annotations

import pytest

from leadbook.errors import InvalidPolicy
from leadbook.labels import load_labels
from leadbook.model.policy import make_policy
from leadbook.model.policy_check import check_policy
from tests.model.leads import CATALOGUE, POLICY, Answers, changed, one, state

BEST: Answers = {
    "expected_amount": "20 million CNY", "company_size": "3000 people", "past_projects": "line 1 and 2",
    "satisfaction": 5, "payment_behaviour": "on_time", "new_needs": "third line", "technical_fit": "fits",
}  # fmt: skip
WORST: Answers = {"payment_behaviour": "defaulted", "complaints": 4, "satisfaction": 1, "technical_fit": "blocked"}


@pytest.mark.req("T07")
def test_only_existing_and_strategic_customers_have_a_level() -> None:
    kinds = ("new", "potential", "existing", "strategic", None)
    levels = state([{**BEST, "customer_type": kind} for kind in kinds])["customer_level"]
    assert levels.where(levels.notna(), None).tolist() == [None, None, "key", "key", None]


@pytest.mark.req("T07")
def test_without_any_answer_there_is_no_level_and_a_bad_one_is_occasional() -> None:
    bare, bad = one({"customer_type": "existing"}), one({"customer_type": "existing", **WORST})
    assert not isinstance(bare["customer_level"], str)
    assert (bad["customer_level"], bad["customer_value"]) == ("occasional", 0)


@pytest.mark.req("T07")
@pytest.mark.parametrize(
    ("field", "worse", "better"),
    [
        ("expected_amount", "100000 CNY", "3 million CNY"), ("company_size", "5 people", "800 people"),
        ("past_projects", None, "line 1"), ("satisfaction", 2, 5), ("complaints", 3, 0),
        ("payment_behaviour", "late", "on_time"), ("new_needs", None, "line 2"),
        ("technical_fit", "needs_customisation", "fits"), ("decision_style", "price", "relationship"),
    ],
)  # fmt: skip
def test_each_of_its_five_sides_counts(field: str, worse: object, better: object) -> None:
    kept: Answers = {"customer_type": "existing", "new_needs": "x", "past_projects": "y", "satisfaction": 3}
    low, high = (one({**kept, field: value})["customer_value"] for value in (worse, better))
    assert low < high


@pytest.mark.req("T07")
def test_the_cut_offs_are_those_of_the_policy() -> None:
    value = one({**BEST, "customer_type": "existing"})["customer_value"]
    rows = [{**r, "points": value + 1} if (r["section"], r["id"]) == ("level", "key") else r for r in POLICY.rows]
    assert one({**BEST, "customer_type": "existing"}, policy=changed(rows=rows))["customer_level"] == "core"
    without = changed(rows=[r for r in POLICY.rows if r["section"] not in ("value", "level")])
    assert not isinstance(one({**BEST, "customer_type": "existing"}, policy=without)["customer_level"], str)


@pytest.mark.req("T07", "T06")
@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("level", {"id": "golden"}), ("level", {"points": 99}), ("level", {"points": "many"}),
        ("value", {"reads": "shoe_size"}), ("value", {"kind": "guess"}), ("value", {"answer": "blue"}),
    ],
)  # fmt: skip
def test_a_broken_row_of_the_second_scale_is_named(section: str, change: dict[str, object]) -> None:
    at = max(n for n, row in enumerate(POLICY.rows) if row["section"] == section)
    rows = [{**row, **change} if n == at else row for n, row in enumerate(POLICY.rows)]
    with pytest.raises(InvalidPolicy) as caught:
        check_policy(make_policy("x", POLICY.settings, rows), CATALOGUE, load_labels("en"), lambda r, c: f"{r} {c}")
    said = str(caught.value.params["place"])
    assert said.split()[0] in (str(at), str(min(n for n, r in enumerate(POLICY.rows) if r["section"] == section)))


@pytest.mark.parametrize("key", ["override_days", "revisit_days", "chain_max_age_days", "worklist_rows"])
@pytest.mark.parametrize("value", [0, -3, 1.5, "soon", None])
def test_settings_that_count_must_be_whole_and_positive(key: str, value: object) -> None:
    policy = changed(**{key: value})
    with pytest.raises(InvalidPolicy) as caught:
        check_policy(policy, CATALOGUE, load_labels("en"), lambda row, column: column)
    assert caught.value.params["place"] == key
