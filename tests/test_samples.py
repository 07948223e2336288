"""The sample books: rebuilt byte for byte, and every number of the judged leads equal to the oracle's (DESIGN §3)."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.templating import build_book

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.oracle import judge  # noqa: E402
from tests.oracle_plan import plan_days  # noqa: E402
from tests.samples.build import AS_OF, OUT, answers_of, build_all, policy_rows_of  # noqa: E402
from tests.samples.random_leads import make_leads  # noqa: E402

LANGS = ("en", "zh-Hans", "zh-Hant", "vi")
NEAR = 1e-9
Row = dict[str, Any]


@cache
def expected(lang: str) -> Row:
    found: Row = json.loads((OUT / "expected.json").read_text(encoding="utf-8"))[lang]
    return found


@cache
def run_of(lang: str) -> Any:
    name = f"team.{lang}.xlsx"
    return run_bytes((OUT / name).read_bytes(), name, AS_OF)


def run_bytes(data: bytes, name: str, today: date) -> Any:
    from leadbook.app.run import Options, run_book

    return run_book(data, name, Options(today=today))


@cache
def processed(lang: str) -> dict[str, Row]:
    return verdicts(run_of(lang))


def verdicts(run: Any) -> dict[str, Row]:
    """Company to what a run says about it, in the words of the oracle."""
    state, scores, plan = run.ranked.state, run.ranked.scores, run.plan.set_index("lead_key")
    factors = [factor.id for factor in scores.card.factors]
    gates = [gate.id for gate in run.ranked.gates.gates]
    found, asked = {}, run.ranked.open_questions.columns.tolist()
    for at, (row, lead) in enumerate(state.iterrows()):
        key = lead["lead_key"]
        kind = _plain(plan["kind"].get(key))
        found[lead["company_name"]] = {
            "points": {f: int(scores.card.points[at, n]) for n, f in enumerate(factors) if scores.card.answered[at, n]},
            "criteria": {name[7:]: int(lead[name]) for name in state.columns if name.startswith("points_")},
            **{name: _plain(lead[name]) for name in (
                "total", "total_low", "total_high", "coverage", "likelihood", "score", "urgency", "importance",
                "quadrant", "size_band", "risk_class", "tier", "machine_tier", "machine_score", "stage", "handoff",
                "customer_level")},
            "ask_next": factors[run.ranked.ask[at]] if run.ranked.ask[at] >= 0 else None,
            "contact_say": _plain(lead["authority_class"]),
            "gates": [gate for n, gate in enumerate(gates) if run.ranked.gates.closed[at, n]],
            "qualification": dict(run.ranked.qualified.loc[row]),
            "high_value": bool(run.ranked.high.loc[row, "high_value"]),
            "next_step": kind,
            "next_step_due": plan["wanted"][key].date().isoformat() if kind else None,
            "next_step_time": _plain(plan["time"].get(key)),
            "questions": [_asked(run, column) for column in asked[at] if column >= 0],
        }  # fmt: skip
    return found


def _asked(run: Any, column: int) -> str:
    from leadbook.model.questions import origin, questions_by_field

    return questions_by_field()[origin(run.ranked.scores.card.factors[column].reads)]


def _plain(value: Any) -> Any:
    """A cell of a frame as JSON holds it; no answer is ``None``."""
    if value is None or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def differences(want: Row, have: Row) -> list[str]:
    """What differs between two verdicts, one line each; likelihood and coverage to nine digits."""
    lines = []
    for name, value in want.items():
        given = have.get(name)
        if isinstance(value, dict) and isinstance(given, dict):
            inside = {k: (value.get(k, 0), given.get(k, 0)) for k in {*value, *given}}
            lines += [f"{name}.{k}: oracle {a!r}, package {b!r}" for k, (a, b) in inside.items() if a != b]
        elif isinstance(value, float) and isinstance(given, (int, float)):
            lines += [] if abs(value - given) <= NEAR else [f"{name}: oracle {value!r}, package {given!r}"]
        elif value != given:
            lines.append(f"{name}: oracle {value!r}, package {given!r}")
    return lines


@pytest.mark.req("T01", "C05", "C13", "C16", "R11", "R13")
@pytest.mark.parametrize(("lang", "name"), [(lang, name) for lang in LANGS for name in answers_of(lang)])
def test_every_number_of_a_judged_lead_is_the_oracles(lang: str, name: str) -> None:
    assert differences(expected(lang)["leads"][name], processed(lang)[name]) == []


@pytest.mark.req("F01", "F02", "F03", "F05", "F07", "F17", "F19", "F23", "R08", "R17", "K01")
@pytest.mark.parametrize("lang", LANGS)
def test_every_planted_fault_is_found_in_its_cell(lang: str) -> None:
    found = {(f.kind.code, f.table, f.row, f.field) for f in run_of(lang).intake.findings}
    planted = {(p["code"], p["table"], p["row"], p["field"]) for p in expected(lang)["findings"]}
    assert planted - found == set()


@pytest.mark.parametrize("lang", LANGS)
def test_counts_of_a_run_are_those_of_the_book(lang: str) -> None:
    run, counts = run_of(lang), expected(lang)["counts"]
    assert len(run.ranked.state) == counts["leads_scored"]
    assert run.counts["interactions"] == counts["interactions"]


@pytest.mark.parametrize("lang", LANGS)
def test_the_sample_shows_every_gate_tier_quadrant_and_size_of_team(lang: str) -> None:
    leads = expected(lang)["leads"].values()
    every_gate = {"no_reply", "inconsistent", "unclear_need", "compliance", "not_priority", "no_budget", "high_risk"}
    assert {gate for lead in leads for gate in lead["gates"]} == every_gate
    assert {lead["quadrant"] for lead in leads} == {"do_first", "schedule", "respond", "watch", "unplaced"}
    closed = [gate for lead in processed(lang) for gate in processed(lang)[lead]["gates"]]
    assert all(closed.count(gate) >= 2 for gate in every_gate)


def test_all_tiers_occur_among_the_judged_leads() -> None:
    tiers = {lead["tier"] for lang in LANGS for lead in expected(lang)["leads"].values()}
    assert tiers == {"A", "B", "C", "D", "nurture", "disqualified"}


@pytest.mark.req("T01", "C13", "R11", "R13", "U01", "U08")
@pytest.mark.parametrize("seed", range(4))
def test_made_up_leads_get_the_oracles_numbers(seed: int) -> None:
    catalogue, labels = load_catalogue(), load_labels("en")
    today = AS_OF + timedelta(97 * seed - 200)
    made = make_leads(seed, 250, today, catalogue, labels)
    content = {"lead": made.leads, "interaction": made.interactions}
    book = build_book(labels, catalogue, *policy_rows_of("en"), content=content)
    have = verdicts(run_bytes(book, "made.xlsx", today))
    wrong = {
        name: differences(judge(given, made.spoken[name], today), have[name]) for name, given in made.answers.items()
    }
    assert {name: lines for name, lines in wrong.items() if lines} == {}


@pytest.mark.req("T08", "U03")
def test_a_run_gives_made_up_leads_of_a_busy_team_the_days_of_the_oracle() -> None:
    catalogue, labels = load_catalogue(), load_labels("en")
    made = make_leads(7, 240, AS_OF, catalogue, labels)
    owned = [{**lead, "owner": ("Ana", "Bo", "Chi", None)[n % 4]} for n, lead in enumerate(made.leads)]
    away = [AS_OF + timedelta(n) for n in (1, 4, 5, 6)]
    off = f"{away[0]}; {away[1]}..{away[3]}"
    reps = [{"rep": "Ana", "daily_capacity": 3}, {"rep": "Bo", "days_off": off, "regions": "HK", "languages": "vi"}]
    content = {"lead": owned, "interaction": made.interactions, "team": reps}
    run = run_bytes(build_book(labels, catalogue, *policy_rows_of("en"), content=content), "made.xlsx", AS_OF)
    steps = run.plan[run.plan["kind"].notna()]
    asked = steps.assign(due=steps["wanted"], old_due=None)
    days = plan_days(asked, {"ana": (3, 999), "bo": (10, 999), "chi": (10, 999)}, {"bo": {*away}}, AS_OF)
    assert [*steps["due"].dt.date] == days and (steps["due"] != steps["wanted"]).any()


def _entries(package: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def test_rebuilt_samples_are_the_committed_ones() -> None:
    rebuilt = build_all()
    assert {path.name for path in OUT.iterdir() if path.suffix in (".xlsx", ".json")} == set(rebuilt)
    for name, data in rebuilt.items():
        committed = (OUT / name).read_bytes()
        if name.endswith(".xlsx"):
            assert _entries(data) == _entries(committed), name
        else:
            assert data == committed, name
