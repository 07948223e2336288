"""Every kind of finding by example: ``tests/examples/<kind>[.variant]`` holds rows that have it and rows that do not.

A row maps field keys to cells as people type them; ``@field`` names the faulty field where it is not the file's,
``@clean`` marks a row of ``rejected.json`` that stands beside the faulty ones, ``@count`` several findings on one cell.
``forms`` are taken into a book of the rows; ``@new`` marks one that becomes a row of its own, below the others.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from raw_tables import FIRST_ROW, TODAY, Row, column_letter, policy, taken_in

from leadbook.app.collect import Gathered
from leadbook.app.form_files import FormFile
from leadbook.app.run import Options, Run, _after_scoring, run_book
from leadbook.app.stages import rank_leads
from leadbook.app.take_in import take_in_forms
from leadbook.intake import Intake
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.findings import finding_kinds
from leadbook.model.policy import Policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book
from leadbook.workbook.formfile import read_file
from tests.forms import filled

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
FOLDERS = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())
# Kinds that are not about a row of a form: the test that shows each.
ELSEWHERE = {
    "close_reason_missing": "plan/test_plan_in_a_book.py",
    "past_retention": "privacy/test_retention.py",
    "capacity_short": "plan/test_plan_in_a_book.py",
    "capacity_none": "plan/test_plan_in_a_book.py",
    "promise_at_risk": "plan/test_plan_in_a_book.py",
    "days_off_unreadable": "plan/test_plan_in_a_book.py",
    "calendar_not_final": "plan/test_plan_in_a_book.py",
    "done_on_assumed": "test_steps_that_people_write.py",
    "column_missing": "intake/test_headers.py",
    "column_doubtful": "intake/test_headers.py",
    "column_duplicate": "intake/test_headers.py",
    "extra_column_sensitive": "intake/test_headers.py",
    "rate_old": "intake/test_crosscheck.py",
    "does_not_fit_schema": "intake/test_schema.py",
    "renamed_lead": "test_book_findings.py",
    "filter_cleared": "test_book_findings.py",
    "order_kept": "test_book_findings.py",
    "pivot_refresh": "test_book_findings.py",
    "table_found_again": "test_book_findings.py",
    "sheet_missing": "test_rough_use.py",
    "memory_incomplete": "test_upgrade.py",
    "earlier_day": "test_history.py",
}


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


def _places(example: dict[str, Any]) -> list[Row]:
    """The rows of an example and those that its forms become."""
    return [*example["rows"], *(form for form in example.get("forms", ()) if form.get("@new"))]


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


def _with_forms(example: dict[str, Any]) -> Intake:
    """What a run over the rows finds after the forms were collected."""
    catalogue, reads = load_catalogue(), []
    known = {t.name: t.keys() for t in map(catalogue.table, ("lead", "interaction"))}
    for number, form in enumerate(example["forms"], 1):
        name, answers = f"inbox/{number}.xlsx", {key: cell for key, cell in form.items() if not key.startswith("@")}
        [read] = read_file(filled(answers), name, known, lambda: lambda text: None)
        reads.append((FormFile(Path(name), name), read))
    policy_rows, settings = default_policy_rows(catalogue, load_labels("en"))
    book = build_book(load_labels("en"), catalogue, policy_rows, settings, {"lead": _rows(example)},
                      fingerprint=policy().fingerprint)  # fmt: skip
    book, _ = take_in_forms(book, "team.xlsx", Gathered(reads, [], len(reads)), Options(TODAY))
    return run_book(book, "team.xlsx", Options(TODAY)).intake


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
    kind, example = folder.partition(".")[0], _example(folder, file)
    intake = _with_forms(example) if "forms" in example else _intake(example)
    if kind == "rep_score_gap" or kind.startswith("override_"):
        intake = _score(intake)
    return Counter((f.table, f.row, f.field) for f in intake.findings if f.name == kind)


@pytest.mark.req("X11")
@pytest.mark.parametrize("folder", FOLDERS)
def test_rejected_rows_have_the_finding_on_their_cell_and_nowhere_else(folder: str) -> None:
    example = _example(folder, "rejected")
    table = example.get("table", "lead")
    expected = Counter(
        {
            (table, n, row.get("@field", example["field"])): row.get("@count", 1)
            for n, row in enumerate(_places(example), FIRST_ROW)
            if not row.get("@clean")
        }
    )
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
    assert not shown & ELSEWHERE.keys()
    assert shown | ELSEWHERE.keys() == set(finding_kinds())
    tests = EXAMPLES.parent
    for kind, place in ELSEWHERE.items():
        text = (tests / place).read_text(encoding="utf-8")
        assert f'"{kind}"' in text or f'"{finding_kinds()[kind].code}"' in text, kind


def _written(row: Row) -> dict[str, Any] | None:
    """A row for the templates; ``None`` when JSON's stand-ins occur in it or it needs company on the sheet."""
    cells = {key: value for key, value in row.items() if not key.startswith("@")}
    special = any(isinstance(value, dict | bool) for value in cells.values())
    return None if special or "@clean" in row else cells


def _real_book(language: str) -> tuple[Run, list[tuple[str, int, int]]]:
    """One real book with all rejected rows of leads; (kind, column, sheet row) of every finding to be there."""
    labels, catalogue = load_labels(language), load_catalogue()
    leads: list[dict[str, Any]] = []
    expected = []
    for folder in FOLDERS:
        example = _example(folder, "rejected")
        alone = {"forms", "table", "rates", "interactions", "profile", "team", "language"} & example.keys()
        # A day such as 5/3/26 reads differently in each language; the identity of a row shows in all others.
        if alone or folder in ("duplicate_lead", "rep_score_gap", "date_ambiguous", "year_assumed", "identity_missing"):
            continue
        for row in example["rows"]:
            cells = _written(row)
            if cells is None:
                continue
            leads.append({"company_name": f"Example {len(leads)} Ltd", "customer_type": "new"} | cells)
            column = 1 + catalogue.lead.keys().index(row.get("@field", example["field"]))
            expected.append((folder, column, len(leads) + FIRST_ROW - 1))
    policy_rows, settings = default_policy_rows(catalogue, labels)
    book = build_book(labels, catalogue, policy_rows, settings, {"lead": leads}, fingerprint=policy().fingerprint)
    return run_book(book, "team.xlsx", Options(TODAY, profile="deep_mining")), expected


@pytest.mark.req("X11", "K05")
@pytest.mark.parametrize("language", LANGUAGES)
def test_in_a_real_book_findings_name_their_cell_in_whole_sentences(language: str) -> None:
    run, expected = _real_book(language)
    sheet = run.book.labels.text("sheet.leads")
    named = {(t.finding.name, t.place.sheet, t.place.cell) for t in run.told}
    wanted = {(kind, sheet, f"{column_letter(column)}{row}") for kind, column, row in expected}
    assert len(wanted) > 150
    assert wanted - named == set()
    worded = [(t.finding.name, words) for t in run.told for words in (t.shown, t.hidden)]
    texts = {(name, text) for name, words in worded for text in (words.message, words.accepted, words.fix)}
    assert {pair for pair in texts if not pair[1] or any(sign in pair[1] for sign in ("{", "None", " nan"))} == set()
