"""The score that a form shows while it is typed is the preliminary score of the program, in every answer set."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from leadbook.app.preliminary import preliminary
from leadbook.labels import LANGUAGES, Labels, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.collected import FormCell, FormRead
from leadbook.model.policy import Policy, default_policy
from leadbook.model.questions import question_for
from leadbook.model.workdays import days_between
from leadbook.templating.form import build_form
from tests.answer_sets import Case, cases, other_policy, random_policy, serial
from tests.lo.office import office, probe

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]
CATALOGUE = load_catalogue()
TODAY = date(2026, 11, 22)
# (language, policy, answer sets, seed)
GROUPS = [
    ("en", "default", 90, 1), ("zh-Hans", "default", 90, 2), ("zh-Hant", "default", 90, 3), ("vi", "default", 90, 4),
    ("en", "other", 90, 5), ("vi", "other", 60, 6), ("zh-Hans", "random 7", 50, 7), ("zh-Hant", "random 8", 50, 8),
]  # fmt: skip


@pytest.fixture(scope="module")
def pipe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with office(tmp_path_factory.mktemp("office")) as name:
        yield name


def policy_of(name: str) -> Policy:
    if name == "other":
        return other_policy()
    return default_policy() if name == "default" else random_policy(int(name.split()[1]))


class Places:
    """Where the named cells of a form are."""

    def __init__(self, data: bytes) -> None:
        book = openpyxl.load_workbook(io.BytesIO(data))
        self.named = {
            name: next(iter(definition.destinations))
            for name, definition in book.defined_names.items()
            if name.startswith(("LB_F.", "LB_Form."))
        }

    def cell(self, name: str, down: int = 0, across: int = 0) -> tuple[str, str]:
        sheet, area = self.named[name]
        first = openpyxl.utils.cell.range_boundaries(area)
        assert first[0] is not None and first[1] is not None
        return sheet, f"{openpyxl.utils.get_column_letter(first[0] + across)}{first[1] + down}"

    def steps(self, case: Case) -> list[tuple[str, str, Any]]:
        today, cells, talks = case
        typed = [(*self.cell("LB_Form.as_of"), serial(today))]
        typed += [(*self.cell(f"LB_F.{key}"), value) for key, value in cells.items()]
        columns = {"at": "LB_Form.at", "reaction": "LB_Form.reaction"}
        for down, talk in enumerate(talks):
            typed += [(*self.cell(columns[key], down), value) for key, value in talk.items() if key in columns]
        return typed


def read_of(case: Case) -> FormRead:
    """The same answers as the program reads them."""
    _, cells, talks = case

    def cell(value: Any) -> FormCell:
        return FormCell(value if isinstance(value, str) else float(value))

    spoken = [{key: cell(value) for key, value in talk.items()} for talk in talks]
    return FormRead("form", cells={key: cell(value) for key, value in cells.items()}, talks=spoken)


def expected(batch: list[Case], policy: Policy, labels: Labels) -> list[list[Any]]:
    out: list[list[Any]] = [[] for _ in batch]
    for today in {case[0] for case in batch}:
        mine = [n for n, case in enumerate(batch) if case[0] == today]
        table = preliminary([read_of(batch[n]) for n in mine], policy, CATALOGUE, today, labels.language)
        for n, row in zip(mine, table.itertuples(), strict=True):
            ask = "" if row.ask_next is None else question_for(row.ask_next, labels)
            quadrant = labels.choice("quadrant", row.quadrant)
            out[n] = [row.score, row.total, round(row.coverage, 9), quadrant, ask]
    return out


@pytest.mark.parametrize(("language", "policy_name", "number", "seed"), GROUPS)
def test_formulas_and_program_find_the_same(
    language: str,
    policy_name: str,
    number: int,
    seed: int,
    pipe: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    policy, labels = policy_of(policy_name), load_labels(language)
    data = build_form(labels, CATALOGUE, policy, today=TODAY)
    form = tmp_path / "form.xlsx"
    form.write_bytes(data)
    places, batch = Places(data), list(cases(CATALOGUE, language, number, seed))
    outputs = [places.cell("LB_Form.preliminary", row, 1) for row in range(5)]
    shown = probe(pipe, form, [places.steps(case) for case in batch], outputs)
    wanted = expected(batch, policy, labels)
    found = [[*row[:2], round(row[2], 9) if isinstance(row[2], float) else row[2], *row[3:]] for row in shown]
    wrong = [n for n in range(len(batch)) if found[n] != wanted[n]]
    with capsys.disabled():
        print(f"\nform parity {language}, {policy_name} policy: {len(batch)} answer sets, {len(wrong)} mismatches")
    assert not wrong, [(batch[n], found[n], wanted[n]) for n in wrong[:3]]
    assert len({tuple(row[:4]) for row in wanted}) > number // 2, "the answer sets hardly differ"


def test_stored_values_of_an_empty_form_are_what_the_formulas_give(pipe: str, tmp_path: Path) -> None:
    """A program that does not calculate shows the truth, too (all hidden formulas, not only the results)."""
    for name in ("default", "other"):
        data = build_form(load_labels("zh-Hant"), CATALOGUE, policy_of(name), today=TODAY)
        form = tmp_path / f"{name.partition(' ')[0]}.xlsx"
        form.write_bytes(data)
        stored = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data))
        cells = [
            (sheet.title, cell.coordinate)
            for sheet in formulas.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value.startswith("=")
        ]
        places = Places(data)
        cells.remove(places.cell("LB_Form.as_of"))
        [shown] = probe(pipe, form, [places.steps((TODAY, {}, []))], cells)
        kept = [stored[sheet][address].value for sheet, address in cells]
        plain = ["" if value is None else value for value in kept]
        assert len(cells) > 700
        wrong = [(cell, a, b) for cell, a, b in zip(cells, plain, shown, strict=True) if a != b]
        assert not wrong, wrong[:5]


@pytest.mark.req("R03", "R06")
@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_name_the_industry_of_the_form_and_lose_their_mark_with_the_answer(
    language: str, pipe: str, tmp_path: Path
) -> None:
    labels = load_labels(language)
    data = build_form(labels, CATALOGUE, default_policy(), today=TODAY)
    (tmp_path / "form.xlsx").write_bytes(data)
    sheet = openpyxl.load_workbook(io.BytesIO(data), data_only=True)[labels.text("sheet.form_questions")]
    blanks = {name: labels.text(f"guide.fill.{name}") for name in ("business_area", "situation")}
    shown = [str(cell.value or "") for cell in sheet["B"]]
    rows = [1 + shown.index(labels.text(f"question.{name}", **blanks)) for name in ("opening", "star_1")]
    trade = labels.choice("industry", "C")
    steps = [[], [("industry", trade)], [("industry", trade), ("pain_points", "x"), ("goals", "y")]]
    cells = [(sheet.title, f"{column}{row}") for row in rows for column in "AB"]
    places = Places(data)
    found = probe(pipe, tmp_path / "form.xlsx", [places.steps((TODAY, dict(step), [])) for step in steps], cells)
    dot, named = labels.text("form.questions.open"), labels.text("question.opening", business_area=trade)
    star = labels.text("question.star_1", **blanks)
    assert found[0] == [dot, labels.text("question.opening", **blanks), dot, star]
    assert found[1] == [dot, named, dot, star]
    assert found[2] == ["", named, "", star]


@pytest.mark.req("C11")
def test_working_days_are_counted_as_the_program_counts_them(pipe: str, tmp_path: Path) -> None:
    """Every region, over holidays and make-up days, from every day of some weeks."""
    labels, home = load_labels("en"), default_policy()
    data = build_form(labels, CATALOGUE, home, today=TODAY)
    form = tmp_path / "form.xlsx"
    form.write_bytes(data)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Score"]
    [silent] = [("Score", f"B{row[0].row}") for row in sheet.iter_rows(max_col=1) if row[0].value == "silent_days"]
    places, regions = Places(data), CATALOGUE.choices["region"]
    ends = [date(2026, 2, 25), date(2026, 10, 12), date(2025, 2, 10), date(2027, 5, 5), date(2026, 1, 3)]
    backs = (*range(24), 400)
    asked = [(end, end - timedelta(back), region) for end in ends for back in backs for region in regions]
    steps = [
        places.steps((end, {"last_contact": serial(start), "region": labels.choice("region", region)}, []))
        for end, start, region in asked
    ]
    shown = [row[0] for row in probe(pipe, form, steps, [silent])]
    counted = [
        float(days_between(pd.Series([pd.Timestamp(start)]), end, pd.Series([region])).iloc[0])
        for end, start, region in asked
    ]
    wrong = [(case, a, b) for case, a, b in zip(asked, shown, counted, strict=True) if a != b]
    assert not wrong, wrong[:5]
    assert len(set(counted)) > 15


def test_more_than_three_hundred_answer_sets_in_four_languages() -> None:
    assert sum(number for _, _, number, _ in GROUPS) >= 300
    assert {language for language, _, _, _ in GROUPS} == set(LANGUAGES)
