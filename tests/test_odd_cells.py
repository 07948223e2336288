"""Every odd cell and every odd sheet has its documented answer (X11, X14)."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from leadbook.app.run import Options, Run, run_book
from leadbook.intake.values.unanswered import is_no_answer
from tests import books, odd_cells
from tests.docs import DOCS
from tests.odd_cells import Case, cases, plain
from tests.odd_sheets import ODD, Odd
from tests.workbook import oddzips


@pytest.mark.req("X11", "X12")
@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.row}-{case.field}")
def test_an_odd_cell_has_its_documented_answer(case: Case) -> None:
    assert (odd_cells.answer(case), odd_cells.findings(case)) == (case.answer, case.findings), case.name


@pytest.mark.req("X11")
def test_hardly_any_answer_is_lost_without_a_word() -> None:
    """A cell that holds something is used, or a finding on it says why not."""
    silent = [
        case.name for case in cases()
        if case.answer is None and not case.findings and case.cell not in ({"text": ""},)
        and not is_no_answer(case.cell.get("text"))
    ]  # fmt: skip
    assert silent == []


def test_the_page_is_in_step() -> None:
    assert (DOCS / "odd-cells.md").read_text(encoding="utf-8") == odd_cells.document(), "run: python -m tests.odd_cells"


@cache
def _run(data: bytes) -> Run:
    return run_book(data, "odd.xlsx", Options(odd_cells.TODAY))


def _usual() -> bytes:
    return books.plain_book()


def _answers(run: Run) -> dict[str, list[Any]]:
    frame = run.intake.leads
    return {str(name): [plain(value) for value in frame[name]] for name in frame}


def _codes(run: Run) -> Counter[str]:
    return Counter(told.finding.kind.code for told in run.told if told.finding.kind.code < "LB410")


@pytest.mark.req("X11", "X14")
@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd.done)
def test_an_odd_sheet_has_its_documented_answer(odd: Odd) -> None:
    before, run = _run(_usual()), run_book(odd.change(_usual()), "odd.xlsx", Options(odd_cells.TODAY))
    was, now = _answers(before), _answers(run)
    lost = odd.lost
    if lost is None:
        assert not len(run.ranked.state)
        was, lost = {}, {"": ()}
    for field, values in was.items():
        kept = [n for n in range(len(values)) if field not in lost or (lost[field] and n not in lost[field])]
        assert [now[field][n] for n in kept] == [values[n] for n in kept], field
    assert set(odd.codes) <= set(_codes(run) - _codes(before))
    if not odd.codes and not lost:
        assert _codes(run) == _codes(before)


@pytest.mark.req("X14")
@pytest.mark.parametrize("name", sorted(oddzips.ODD))
def test_an_odd_zip_is_read_as_any_other(name: str) -> None:
    run = _run(oddzips.ODD[name](_usual()))
    assert _answers(run) == _answers(_run(_usual()))


@pytest.mark.req("X12")
def test_no_text_becomes_a_formula_and_cells_of_people_stay(tmp_path: Path) -> None:
    """Every odd cell goes through a whole run: what people typed is there byte for byte; no formula comes of it."""
    data = odd_cells.book()
    path = books.put(tmp_path, data)
    assert books.process(path).code == 1
    old, new = (books.parts(source)[books.sheet_part(source, odd_cells.SHEET)].decode() for source in (data, path))
    for case in cases():
        ref = books.place(case.field, case.row)
        cell = odd_cells.element(old, ref)
        assert cell is not None and odd_cells.element(new, ref) == cell, case.name
    texts = {text for case in cases() if (text := str(case.cell.get("text", "")).strip()) and text[0] in "=+-@＝"}
    assert len(texts) > 8 and odd_cells.formulas(new.encode()) == odd_cells.formulas(old.encode())
    own = books.sheet_part(path, odd_cells.SHEET)
    made = {f for name, part in books.parts(path).items() if name != own for f in odd_cells.formulas(part)}
    assert not [f for f in made if "cmd" in f or f"={f}" in texts or f in texts]
