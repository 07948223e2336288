"""The policy: the same on the sheet in every language, and every fault named with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.app.planning import plan_steps
from leadbook.errors import InvalidPolicy
from leadbook.labels import LANGUAGES, load_labels, load_reverse
from leadbook.model.policy import COLUMNS, Policy, default_policy, make_policy, policy_json, read_policy
from leadbook.model.policy_check import check_policy
from leadbook.model.policy_sheet import default_policy_rows, from_sheet, localise, to_sheet
from tests.model.leads import CATALOGUE, POLICY, TODAY, changed, ranked, table

EN, REVERSE = load_labels("en"), load_reverse()


def through_the_sheet(policy: Policy, language: str) -> Policy:
    rows, settings_ = to_sheet(policy, CATALOGUE, load_labels(language))
    blank = dict.fromkeys(COLUMNS)
    return from_sheet(policy.name, [{**blank, **row} for row in rows], settings_, CATALOGUE, REVERSE)


def same(one_policy: Policy, other: Policy) -> bool:
    return (one_policy.rows, one_policy.settings) == (other.rows, other.settings)


@pytest.mark.req("T01", "T06")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_default_policy_survives_the_sheet_exactly(language: str) -> None:
    assert same(through_the_sheet(POLICY, language), POLICY)
    local = localise(POLICY, load_labels(language))
    back = through_the_sheet(local, language)
    assert same(back, local) and back.fingerprint == POLICY.fingerprint
    check_policy(back, CATALOGUE, EN, lambda row, column: f"{row}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_typed_as_numbers_or_as_text_are_the_same_policy(language: str) -> None:
    rows, settings_ = to_sheet(POLICY, CATALOGUE, load_labels(language))
    floats = [{k: float(v) if isinstance(v, int) else v for k, v in row.items()} for row in rows]
    texts = [{k: str(v) if isinstance(v, int | float) else v for k, v in row.items()} for row in rows]
    for variant in (floats, texts):
        assert same(from_sheet("x", variant, settings_, CATALOGUE, REVERSE), POLICY)


def test_json_file_and_policy_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(policy_json(POLICY), encoding="utf-8")
    assert same(read_policy(path), POLICY) and read_policy(path).name == POLICY.name


_numbers = st.one_of(st.integers(-999, 999), st.floats(-999, 999, allow_nan=False).map(lambda x: round(x, 4)))
_words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
_answers = st.one_of(
    _words,
    _numbers.map(lambda n: str(make_policy("", {"n": n}, []).settings["n"])),
    st.sampled_from(["007", "1e3", "0.50", "nan", "inf"]),
)


def _of(name: str) -> st.SearchStrategy[Any]:
    return st.sampled_from(CATALOGUE.choices[name])


@st.composite
def _row(draw: st.DrawFn) -> dict[str, Any]:
    section = draw(_of("policy_section"))
    # Words that leadbook does not know are told apart from labels by their mark.
    row: dict[str, Any] = {"section": section, "id": "§" + draw(_words), "points": draw(_numbers)}
    reads = draw(st.sampled_from([f.key for f in CATALOGUE.lead.fields]))
    more: dict[str, st.SearchStrategy[Any]] = {
        "name": _words.map(lambda w: "§" + w),
        "reason": _words.map(lambda w: "§" + w),
        "criterion": _of("criterion"),
        "reads": st.just(reads),
        "cap": _of("tier"),
        "most": _numbers,
        "half_life": _numbers,
        "expires_days": st.integers(0, 999),
        "when": st.just("region=CN"),
        "currency": _of("currency"),
        "date": st.just("2026-11-02"),
        "requirement": st.just("R05"),
        "kind": _of("step_kind" if section == "cadence" else "factor_kind"),
        "effect": _of({"risk": "risk_class"}.get(section, "gate_effect")),
    }
    row |= {k: draw(v) for k, v in more.items() if draw(st.booleans())}
    field = CATALOGUE.lead.field(reads)
    list_name = {"cadence": "channel", "need_rule": "industry"}.get(section, field.list if "reads" in row else None)
    if draw(st.booleans()):
        row["answer"] = draw(_of(list_name) if list_name else _answers)
    return row


_settings = st.dictionaries(
    st.sampled_from(sorted(POLICY.settings)), st.one_of(st.none(), _numbers, _words), max_size=5
)


@pytest.mark.req("T06")
@settings(max_examples=120, deadline=None)
@given(st.lists(_row(), max_size=6), _settings, st.sampled_from(LANGUAGES))
def test_any_policy_survives_the_sheet_exactly(
    rows: list[dict[str, Any]], values: dict[str, Any], language: str
) -> None:
    policy = make_policy("generated", values, rows)
    back = through_the_sheet(policy, language)
    assert back.rows == policy.rows
    assert back.settings == policy.settings
    assert back.fingerprint == policy.fingerprint


@pytest.mark.req("T06")
def test_the_fingerprint_knows_points_but_not_words() -> None:
    renamed = changed(rows=[{**r, "name": "other", "reason": "other"} for r in POLICY.rows])
    assert renamed.fingerprint == POLICY.fingerprint
    assert {localise(POLICY, load_labels(lang)).fingerprint for lang in LANGUAGES} == {POLICY.fingerprint}
    for column, value in (("points", 99), ("expires_days", 3), ("answer", "high")):
        touched = changed(rows=[{**POLICY.rows[0], column: value}, *POLICY.rows[1:]])
        assert touched.fingerprint != POLICY.fingerprint
    assert changed(hysteresis_points=4).fingerprint != POLICY.fingerprint


@pytest.mark.req("T01")
def test_every_line_of_the_default_policy_says_where_it_comes_from_and_why() -> None:
    assert all(row.get("requirement") for row in POLICY.rows)
    for section in ("factor", "urgency", "importance"):
        assert all(f.requirement and f.reason and f.name != f.id for f in POLICY.factors(section))
    assert all(g.requirement and g.reason and g.name != g.id for g in POLICY.gates)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_book_explains_every_factor_in_its_language(language: str) -> None:
    rows, settings_ = default_policy_rows(CATALOGUE, load_labels(language))
    heads = {(r["section"], r["id"]): r for r in reversed(rows)}
    english = {(r["section"], r["id"]): r for r in reversed(POLICY.rows)}
    for key, row in english.items():
        if "name" in row and language != "en":
            assert (
                heads[load_labels(language).choice("policy_section", key[0]), key[1]]["name"] != row["name"]
                or key[0] == "rate"
            ), key
    assert all(s.get("name") for s in settings_)


def _with(column: str, value: Any, *, section: str, number: int = 0) -> tuple[Policy, int]:
    """The default policy with one cell of the ``number``-th row of a part changed (``None`` blanks it)."""
    place = [n for n, r in enumerate(POLICY.rows) if r["section"] == section][number]
    rows = [dict(r) for r in POLICY.rows]
    rows[place][column] = value
    return changed(rows=rows), place


def fault(policy: Policy) -> tuple[str, str]:
    """(place, problem) of the first fault of a policy."""
    with pytest.raises(InvalidPolicy) as caught:
        check_policy(policy, CATALOGUE, EN, lambda row, column: f"{row}:{column}")
    assert caught.value.key == "policy_row_broken" and caught.value.exit_code == 4
    problem = str(caught.value.params["problem"])
    assert not problem.startswith("policy_problem.") and "{" not in problem
    return str(caught.value.params["place"]), problem


@pytest.mark.req("T06")
@pytest.mark.parametrize(
    ("section", "column", "value"),
    [
        ("factor", "section", "fractor"),
        ("factor", "id", None),
        ("factor", "points", "many"),
        ("factor", "points", float("inf")),
        ("factor", "points", None),
        ("factor", "criterion", "luck"),
        ("factor", "criterion", None),
        ("factor", "reads", "horoscope"),
        ("factor", "reads", "score"),
        ("factor", "reads", "match_share"),
        ("factor", "kind", "guess"),
        ("factor", "kind", "ratio"),
        ("factor", "answer", "nobody"),
        ("factor", "when", "sometimes"),
        ("factor", "when", "horoscope=good"),
        ("factor", "when", "goals~(export"),
        ("urgency", "kind", None),
        ("importance", "reads", None),
        ("gate", "effect", "explode"),
        ("gate", "cap", "E"),
        ("gate", "answer", "three"),
        ("gate", "expires_days", "soon"),
        ("gate", "kind", "ratio"),
        ("tier", "id", "E"),
        ("tier", "points", None),
        ("cadence", "id", "weekly"),
        ("cadence", "most", None),
        ("cadence", "points", "x"),
        ("risk", "effect", "huge"),
        ("risk", "reads", None),
        ("risk", "answer", None),
        ("high_value", "answer", "much"),
        ("high_value", "answer", None),
        ("signal", "points", None),
        ("discount", "points", None),
        ("rate", "points", "seven"),
    ],
)
def test_each_planted_fault_is_found_at_its_place(section: str, column: str, value: Any) -> None:
    policy, number = _with(column, value, section=section)
    place, _ = fault(policy)
    assert place == f"{number}:{'kind' if (column, value) == ('kind', None) else column}"


@pytest.mark.parametrize(
    ("kind", "reads", "column"),
    [
        ("band", "pain_points", "kind"),
        ("ratio", "needed_by", "kind"),
        ("recency", "needed_by", "kind"),
        ("choice", "tags", "kind"),
        ("choice", "budget", "kind"),
    ],
)
def test_a_factor_that_cannot_be_computed_is_found_before_anything_is(kind: str, reads: str, column: str) -> None:
    row = {
        "section": "factor",
        "id": "mine",
        "criterion": "fit",
        "reads": reads,
        "kind": kind,
        "answer": "1",
        "points": 3,
        "half_life": 3,
    }
    assert fault(changed(rows=[row, *POLICY.rows]))[0] == f"0:{column}"


@pytest.mark.parametrize(("kind", "column"), [("count", "most"), ("recency", "half_life")])
def test_counts_need_a_limit_and_recency_a_half_life(kind: str, column: str) -> None:
    row = {
        "section": "factor",
        "id": "mine",
        "criterion": "fit",
        "reads": "clicks" if kind == "count" else "last_touch",
        "kind": kind,
        "points": 3,
    }
    assert fault(changed(rows=[row, *POLICY.rows]))[0] == f"0:{column}"


def test_faults_between_rows_are_found() -> None:
    rows = list(POLICY.rows)
    assert fault(changed(rows=[*rows, rows[0]]))[0] == f"{len(rows)}:answer"
    bands = [n for n, r in enumerate(rows) if r["id"] == "days_to_need"]
    swapped = [*rows]
    swapped[bands[0]], swapped[bands[1]] = rows[bands[1]], rows[bands[0]]
    assert fault(changed(rows=swapped))[0] == f"{bands[1]}:answer"
    tiers = [n for n, r in enumerate(rows) if r["section"] == "tier"]
    assert fault(_with("points", 10, section="tier")[0])[0] == f"{tiers[0]}:points"


@pytest.mark.req("T01")
def test_fewer_points_for_a_better_answer_are_found() -> None:
    mutant = read_policy(Path(__file__).with_name("policy.mutant.json"))
    number = next(n for n, r in enumerate(mutant.rows) if r.get("answer") == "contracting")
    place, problem = fault(mutant)
    assert place == f"{number}:points" and "project_progress" in problem


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("base", 0.5),
        ("base", None),
        ("score_3", 0.9),
        ("points_to_double_odds", 0),
        ("background_half_life_days", -1),
        ("hysteresis_points", "three"),
        ("currency", "gold"),
        ("region", None),
        ("visit_from_tier", "E"),
        ("tier_a_capacity", "many"),
        ("tier_a_capacity", -1),
        ("first_call_hours", None),
        ("urgency_cutoff", True),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(key: str, value: Any) -> None:
    place, problem = fault(changed(**{key: value}))
    named = "score_2" if key == "score_3" else key  # cut-offs out of order are named by the first one
    assert place == f"-1:{named}" and named in problem


def test_the_hours_of_the_first_call_are_those_of_the_policy() -> None:
    quoted = [{"first_quote_at": TODAY}]
    dues = [
        plan_steps(ranked(quoted, policy=p), table("follow_up"), p, TODAY)["due"].iloc[0].day
        for p in (POLICY, changed(first_call_hours=48))
    ]
    assert dues == [5, 6]


def test_unknown_settings_and_missing_ones_are_refused_where_they_are_needed() -> None:
    bare = Policy("x", {}, ())
    for read, key in (
        (lambda: bare.setting("unheard_of"), "policy_setting_missing"),
        (lambda: Policy("x", {"base": "a"}, ()).number("base"), "policy_setting_not_number"),
    ):
        with pytest.raises(InvalidPolicy) as caught:
            read()
        assert caught.value.key == key
    # A book of an older template lacks settings that came later: they have their default.
    assert bare.setting("override_days") == default_policy().settings["override_days"]
