"""Red cells, amber cells, closed steps and drop-downs: their formulas, calculated by LibreOffice."""

from __future__ import annotations

import io
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from leadbook.labels import Labels, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book

CATALOGUE = load_catalogue()
LABELS = load_labels("zh-Hans")
SPARE = 200  # probes stand right of all tables, from this column on
pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.slow,
]
KINDS = CATALOGUE.choices["customer_type"]


def choice(list_name: str, code: str, labels: Labels = LABELS) -> str:
    return labels.choice(list_name, code)


LEADS: list[dict[str, object]] = [
    {"company_name": "甲*有限公司?~", "customer_type": choice("customer_type", "new"), "rep_score": 9,
     "industry": choice("industry", "C")},
    {"lead_id": "L-7", "tax_id": "0042", "company_name": "乙", "customer_type": choice("customer_type", "existing")},
    {"tax_id": "0043", "company_name": "丙", "industry": choice("industry", "J", load_labels("vi")),
     "customer_type": choice("customer_type", "strategic", load_labels("vi"))},
    {"company_name": "丁", "customer_type": choice("customer_type", "potential", load_labels("en")),
     "outcome": choice("outcome", "won")},
    {"company_name": "甲甲甲有限公司aa", "customer_type": "?"},
    {"contact_name": "张*"},
]  # fmt: skip
ISSUE_KEYS = ["甲*有限公司?~|rep_score", "L-7|founded", "0043|budget", "丁|tier"]
STEPS = [choice("step_status", "open"), choice("step_status", "done", load_labels("vi")), None]


class Probes:
    """Formulas put beside the tables of a copy of a book, and their values after LibreOffice has calculated."""

    def __init__(self, folder: Path) -> None:
        content: dict[str, list[dict[str, object]]] = {
            "lead": LEADS,
            "interaction": [{"lead_name": "甲*", "at": datetime(2026, 1, 5, 14, 30)}],
            "issue": [{"issue_key": key} for key in [*ISSUE_KEYS, "甲*@4602760417|reaction"]],
            "team": [{"rep": "An"}, {"rep": "Bo"}],
            "follow_up": [{"status": status, "due": datetime(2020, 1, 1)} for status in STEPS],
        }
        data = build_book(LABELS, CATALOGUE, *default_policy_rows(CATALOGUE, LABELS), content)
        self.folder, self.book, self.places = folder, openpyxl.load_workbook(io.BytesIO(data)), dict[Any, Any]()
        self.next = SPARE

    def rules(self, key: str, field: str, wanted: str = "") -> list[str]:
        """Formulas of the conditional formats over a column, as they read in its first body cell."""
        sheet, column = self.sheet(key), CATALOGUE.table(key).keys().index(field) + 1
        found = []
        for area in sheet.conditional_formatting:
            [cells] = area.sqref.ranges
            if cells.min_col <= column <= cells.max_col and cells.min_row == 6:
                here, there = f"{get_column_letter(cells.min_col)}6", f"{get_column_letter(column)}6"
                texts = ["=" + rule.formula[0] for rule in area.rules if wanted in rule.formula[0]]
                found += [Translator(text, here).translate_formula(there) for text in texts]
        return found

    def sheet(self, key: str) -> Any:
        return self.book[LABELS.text(f"sheet.{CATALOGUE.table(key).sheet}")]

    def ask(self, name: Any, key: str, formula: str, row: int = 6) -> None:
        """Put a formula, written for row 6, as it reads in ``row``."""
        moved = Translator(formula, "A6").translate_formula(f"A{row}") if row != 6 else formula
        self.places[name] = (self.sheet(key).title, row, self.next)
        self.sheet(key).cell(row, self.next).value = moved
        self.next += 1

    def answers(self) -> dict[Any, Any]:
        source = self.folder / "probe.xlsx"
        self.book.save(source)
        out = self.folder / "out"
        subprocess.run(
            ["soffice", "--headless", f"-env:UserInstallation={(self.folder / 'profile').as_uri()}",
             "--convert-to", "xlsx", "--outdir", str(out), str(source)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        done = openpyxl.load_workbook(out / "probe.xlsx", data_only=True)
        return {name: done[sheet].cell(row, column).value for name, (sheet, row, column) in self.places.items()}


def needs(kind: str) -> set[str]:
    given = {"company_name": "x", "customer_type": kind}
    errors = jsonschema.Draft202012Validator(CATALOGUE.lead.schema).iter_errors(given)
    return {key for error in errors if error.validator == "required" for key in error.validator_value} - set(given)


AMBER = sorted({key for kind in KINDS for key in needs(kind)} | {"customer_type"})


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Any]:
    probes = Probes(tmp_path_factory.mktemp("formulas"))
    for column in ("rep_score", "founded", "budget", "tier", "company_name"):
        [red] = probes.rules("lead", column, "LB_IssueKeys")
        for row in range(6, 12):
            probes.ask(("red", column, row), "lead", red, row)
    for column in AMBER:
        [amber] = probes.rules("lead", column, "LB_Required")
        for row in range(6, 12):
            probes.ask(("amber", column, row), "lead", amber, row)
    for column in ("company_name", "closed_date"):
        [amber] = [rule for rule in probes.rules("lead", column) if "LB_" not in rule]
        for row in range(6, 13):
            probes.ask(("amber", column, row), "lead", amber, row)
    for column in ("reaction", "content"):
        [red] = probes.rules("interaction", column, "LB_IssueKeys")
        probes.ask(("talk", column), "interaction", red)
    for row in (6, 7, 8):
        [closed] = probes.rules("follow_up", "result", "LB_ClosedStatus")
        probes.ask(("closed", row), "follow_up", closed, row)
    for key, field in (*(("lead", f) for f in ("industry_detail", "owner", "product")), ("interaction", "lead_name")):
        place = CATALOGUE.table(key).keys().index(field) + 1
        rule = next(r for r in probes.sheet(key).data_validations.dataValidation
                    if next(iter(r.sqref.ranges)).min_col == place)  # fmt: skip
        for row in (6, 8):
            probes.ask(("list", field, row), key, f"=ROWS({rule.formula1})", row)
            probes.ask(("first", field, row), key, f"=INDEX({rule.formula1},1)", row)
    return probes.answers()


def test_exactly_the_faulty_cell_turns_red(answers: dict[Any, Any]) -> None:
    red = {name[1:] for name, value in answers.items() if name[0] == "red" and value}
    assert red == {("rep_score", 6), ("founded", 7), ("budget", 8), ("tier", 9)}
    assert (answers["talk", "reaction"], answers["talk", "content"]) == (True, False)


@pytest.mark.req("R02")
@pytest.mark.parametrize("kind", KINDS)
def test_amber_cells_are_those_that_the_customer_type_requires(answers: dict[Any, Any], kind: str) -> None:
    row = 6 + KINDS.index(kind)
    filled = set(LEADS[row - 6])
    assert {column for column in AMBER if answers["amber", column, row]} == needs(kind) - filled


def test_amber_without_type_without_name_and_for_closed_leads(answers: dict[Any, Any]) -> None:
    assert not any(answers["amber", column, 10] for column in AMBER)  # an unknown type requires nothing more
    assert not any(answers["amber", column, 11] for column in AMBER)  # a row without a name asks for the name only
    named = [answers["amber", "company_name", row] for row in range(6, 13)]
    assert named == [False] * 5 + [True, False]
    assert [answers["amber", "closed_date", row] for row in (8, 9)] == [False, True]


def test_closed_steps_are_known_in_any_language(answers: dict[Any, Any]) -> None:
    assert [answers["closed", row] for row in (6, 7, 8)] == [False, True, False]


@pytest.mark.req("F02")
def test_dependent_and_growing_lists(answers: dict[Any, Any]) -> None:
    details = [key for key in LABELS.texts if key.startswith("choice.industry_detail.C")]
    assert answers["list", "industry_detail", 6] == len(details)
    assert answers["first", "industry_detail", 6] == LABELS.text("choice.industry_detail.C01")
    assert answers["first", "industry_detail", 8] == LABELS.text("choice.industry_detail.J01")
    assert (answers["list", "owner", 6], answers["first", "owner", 6]) == (2, "An")
    assert answers["list", "product", 6] >= 1
    assert (answers["list", "lead_name", 6], answers["first", "lead_name", 6]) == (5, "甲*有限公司?~")
