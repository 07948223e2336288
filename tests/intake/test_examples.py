"""Every kind of finding by example: ``tests/examples/<kind>[.variant]`` holds rows that have it and rows that do not.

A row maps field keys to cells as people type them; ``@field`` names the faulty field where it is not the file's,
``@clean`` marks a row of ``rejected.json`` that stands beside the faulty ones, ``@count`` several findings on one cell.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from raw_tables import FIRST_ROW, TODAY, Row, policy, taken_in

from leadbook.app.run import Options, _after_scoring, run_book
from leadbook.app.stages import rank_leads
from leadbook.intake import Intake
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.findings import finding_kinds
from leadbook.model.policy import Policy, default_policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
# Kinds that are not about a row of a form: the test that shows each.
ELSEWHERE = {
    "column_missing": "intake/test_headers.py",
    "column_doubtful": "intake/test_headers.py",
    "column_duplicate": "intake/test_headers.py",
    "extra_column_sensitive": "intake/test_headers.py",
    "rate_old": "intake/test_crosscheck.py",
}
# Kinds that nothing raises so far; whoever raises one adds its example and takes it off this list.
NOT_RAISED = {"renamed_lead", "column_guessed", "filter_cleared", "order_kept", "pivot_refresh", "table_found_again"}


@cache
def _example(folder: str, file: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EXAMPLES / folder / f"{file}.json").read_text(encoding="utf-8"))
    return loaded


def _rows(example: dict[str, Any]) -> list[Row]:
    """The rows of an example, each completed to one that says who it is about."""
    if example.get("table") == "interaction":
        usual = {"lead_name": "Alder Ltd", "at": "2026-05-04 10:00", "channel": "phone", "our_participants": "Ana Kim"}
        return [{**usual, **row} for row in example["rows"]]
    named = ({"company_name": f"Example {n} Ltd", "customer_type": "new"} for n in range(len(example["rows"])))
    return [{**usual, **row} for usual, row in zip(named, example["rows"], strict=True)]


def _policy(example: dict[str, Any]) -> Policy:
    if "rates" not in example:
        return policy()
    rows = (r for r in policy().rows if r["section"] != "rate" or r["id"] in example["rates"])
    return Policy("rates", policy().settings, tuple(rows))


def _intake(example: dict[str, Any]) -> Intake:
    rows, team = _rows(example), example.get("team", ())
    more = {"language": example.get("language", "en"), "profile": example.get("profile"), "using": _policy(example)}
    if example.get("table") == "interaction":
        leads = example.get("leads", [{"company_name": "Alder Ltd", "customer_type": "new"}])
        return taken_in(leads, rows, team, **more)
    return taken_in(rows, example.get("interactions", ()), team, **more)


def _history() -> pd.DataFrame:
    keys = load_catalogue().table("history").keys()
    empty = pd.DataFrame({key: pd.Series([], dtype=object) for key in keys})
    return empty.astype({"date": "datetime64[s]"})


def _score(intake: Intake) -> Intake:
    ranked = rank_leads(intake, _history(), policy(), load_catalogue(), TODAY)
    _after_scoring(intake.findings, intake, ranked, policy())
    return intake


def _cells(folder: str, file: str) -> Counter[tuple[str, int | None, str | None]]:
    """(table, sheet row, field) of every finding of the folder's kind, with how often."""
    kind, intake = folder.partition(".")[0], _intake(_example(folder, file))
    if kind == "rep_score_gap":
        intake = _score(intake)
    return Counter((f.table, f.row, f.field) for f in intake.findings if f.name == kind)


@pytest.mark.req("X11")
@pytest.mark.parametrize("folder", FOLDERS)
def test_rejected_rows_have_the_finding_on_their_cell_and_nowhere_else(folder: str) -> None:
    example = _example(folder, "rejected")
    table = example.get("table", "lead")
    expected = Counter(
        {(table, n, row.get("@field", example["field"])): row.get("@count", 1)
         for n, row in enumerate(example["rows"], FIRST_ROW) if not row.get("@clean")}
    )  # fmt: skip
    assert expected
    assert _cells(folder, "rejected") == expected


@pytest.mark.req("X11")
@pytest.mark.parametrize("folder", FOLDERS)
def test_accepted_rows_do_not_have_the_finding(folder: str) -> None:
    assert _example(folder, "accepted")["rows"]
    assert _cells(folder, "accepted") == Counter()


def test_every_kind_of_finding_has_an_example() -> None:
    shown = {folder.partition(".")[0] for folder in FOLDERS}
    assert shown <= set(finding_kinds())
    assert not shown & (ELSEWHERE.keys() | NOT_RAISED)
    assert shown | ELSEWHERE.keys() | NOT_RAISED == set(finding_kinds())
    tests = EXAMPLES.parent
    assert all(f'"{kind}"' in (tests / place).read_text(encoding="utf-8") for kind, place in ELSEWHERE.items())


def test_kinds_listed_as_not_raised_are_not_raised() -> None:
    code = [path.read_text(encoding="utf-8") for path in (EXAMPLES.parents[1] / "leadbook").rglob("*.py")]
    raised = {kind for kind in NOT_RAISED for text in code if f'findings.add("{kind}"' in "".join(text.split())}
    assert raised == set()


def _written(row: Row) -> dict[str, Any] | None:
    """A row for the templates; ``None`` when JSON's stand-ins occur in it or it needs company on the sheet."""
    cells = {key: value for key, value in row.items() if not key.startswith("@")}
    special = any(isinstance(value, dict | bool) for value in cells.values())
    return None if special or "@clean" in row else cells


@pytest.fixture(scope="module", params=LANGUAGES)
def told(request: pytest.FixtureRequest) -> tuple[Any, list[tuple[str, str, str, str]]]:
    """One real book a language with all rejected rows of leads: (run, [(kind, sheet, cell, value)] to be found)."""
    labels, catalogue = load_labels(request.param), load_catalogue()
    leads: list[dict[str, Any]] = []
    expected = []
    for folder in FOLDERS:
        example = _example(folder, "rejected")
        plain = not {"table", "rates", "interactions", "profile", "team", "language"} & example.keys()
        if not plain or folder in ("duplicate_lead", "rep_score_gap", "date_ambiguous", "identity_missing"):
            continue
        for row in example["rows"]:
            cells = _written(row)
            if cells is None:
                continue
            field = row.get("@field", example["field"])
            leads.append({"company_name": f"Example {len(leads)} Ltd", "customer_type": "new"} | cells)
            column = 1 + catalogue.lead.keys().index(field)
            expected.append((folder, column, len(leads) + FIRST_ROW - 1))
    policy_rows, settings = default_policy_rows(catalogue, labels)
    book = build_book(labels, catalogue, policy_rows, settings, {"lead": leads}, fingerprint=default_policy().fingerprint)
    return run_book(book, "team.xlsx", Options(TODAY, profile="deep_mining")), expected


@pytest.mark.req("X11")
def test_in_a_real_book_the_finding_names_sheet_and_cell(told: tuple[Any, list[Any]]) -> None:
    from raw_tables import column_letter

    run, expected = told
    sheet = run.book.labels.text("sheet.leads")
    named = {(t.finding.name, t.place.sheet, t.place.cell) for t in run.told}
    wanted = {(kind, sheet, f"{column_letter(column)}{row}") for kind, column, row in expected}
    # 98/3/15 and 11/5 read differently in each language; everything else is the same finding everywhere.
    assert {w for w in wanted - named if w[0] not in ("year_assumed", "not_a_date", "impossible_date")} == set()
    assert len(wanted) > 150


@pytest.mark.req("K05")
def test_no_text_of_a_finding_keeps_an_unfilled_placeholder(told: tuple[Any, list[Any]]) -> None:
    run, _ = told
    texts = {(t.finding.name, text) for t in run.told for text in (t.message, t.hidden, t.accepted, t.fix)}
    assert {(name, text) for name, text in texts if "{" in text or "None" in text or "nan" in text.split()} == set()
    assert all(t.message and t.accepted and t.fix for t in run.told)
