"""``leadbook new form``: in a language, for a rep, numbered, by the policy of a book; never over a file."""

from __future__ import annotations

import io
import math
import unicodedata
from pathlib import Path

import openpyxl
import pytest

from leadbook.app.book import open_book, policy_of
from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.questions import bank
from leadbook.templating.form import build_form
from tests.books import leadbook

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.usefixtures("english")


def properties(path: Path) -> dict[str, str]:
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    return {p.name: p.value for p in book.custom_doc_props.props}


def test_one_form_for_a_rep(tmp_path: Path) -> None:
    path = tmp_path / "kunde.xlsx"
    done = leadbook("new", "form", path, "--lang", "vi", "--rep", "Nguyễn Lan")
    assert done.code == 0 and str(path) in done.out
    assert (properties(path)["leadbook.rep"], properties(path)["leadbook.language"]) == ("Nguyễn Lan", "vi")
    before = path.read_bytes()
    again = leadbook("new", "form", path, "--lang", "en")
    assert again.code == 3 and path.read_bytes() == before


def test_numbered_forms_go_on_after_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "inbox.xlsx"
    assert leadbook("new", "form", path, "-n", 2).code == 0
    first = (tmp_path / "inbox-01.xlsx").read_bytes()
    (tmp_path / "inbox-07.xlsx").write_bytes(b"mine")
    assert leadbook("new", "form", path, "-n", 3).code == 0
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == [f"inbox-{n}.xlsx" for n in ("01", "02", "07", "08", "09", "10")]
    assert (tmp_path / "inbox-01.xlsx").read_bytes() == first
    assert (tmp_path / "inbox-07.xlsx").read_bytes() == b"mine"


def test_a_form_of_a_book_has_its_language_policy_and_reps(tmp_path: Path) -> None:
    source = ROOT / "samples" / "team.zh-Hant.xlsx"
    book = openpyxl.load_workbook(source)
    policy = policy_of(open_book(source.read_bytes(), source.name, load_catalogue()))
    path = tmp_path / "f.xlsx"
    done = leadbook("new", "form", path, "--book", source)
    assert done.code == 0, done.out
    made = properties(path)
    assert (made["leadbook.language"], made["leadbook.policy"]) == ("zh-Hant", policy.fingerprint)
    form = openpyxl.load_workbook(path)
    [(sheet, area)] = form.defined_names["LB_Reps"].destinations
    offered = [row[0].value for row in form[sheet][area]]
    team = book[next(ws.title for ws in book.worksheets if "LB_Team" in ws.tables)]
    assert offered and offered == [c.value for c in team["A"][5:] if c.value]
    assert leadbook("new", "form", tmp_path / "g.xlsx", "--book", source, "--lang", "en").code == 0
    assert properties(tmp_path / "g.xlsx")["leadbook.language"] == "en"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(("f.xls",), 2), (("nowhere/f.xlsx",), 3), (("f.xlsx", "--book", "missing.xlsx"), 3), (("f.xlsx", "-n", "0"), 2)],
)
def test_what_cannot_be_made_is_refused(
    arguments: tuple[str, ...], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert leadbook("new", "form", *arguments).code == code
    assert list(tmp_path.iterdir()) == []


def _lines(text: str, width: float) -> int:
    """A careful guess at the lines of a text: wide letters count two."""
    used = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return math.ceil(1.08 * used / (width - 2))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_leadbook_writes_into_a_form_has_room_on_paper(language: str) -> None:
    labels = load_labels(language)
    form = openpyxl.load_workbook(io.BytesIO(build_form(labels, load_catalogue(), default_policy())))

    def room(name: str, at: int) -> tuple[float, float]:
        """Height of a row of a block and width of its last but one column or, for the answer, the last."""
        [(sheet, area)] = form.defined_names[name].destinations
        cells = form[sheet][area][at]
        cell = cells[-1 if name.endswith("answer") else 3]
        return form[sheet].row_dimensions[cell.row].height, form[sheet].column_dimensions[cell.column_letter].width

    blanks = {name: labels.text(f"guide.fill.{name}") for name in ("business_area", "situation")}
    questions = [labels.text(f"question.{question['id']}", **blanks) for question in bank()]
    step = max((labels.text("plan.purpose.ask", question=text) for text in questions), key=lambda t: _lines(t, 35))
    height, width = room("LB_Form.answer", 6)
    assert _lines(step, width) * 12.5 <= height
    meaning = labels.text("result_text.likelihood_note", score=5)
    height, width = room("LB_Form.answer", 1)
    assert _lines(meaning, width) * 12.5 <= height
    status = labels.text("form.processed.findings", sheet=labels.text("sheet.form_findings"), count=24)
    [(sheet, area)] = form.defined_names["LB_Form.answer"].destinations
    assert _lines(status, width) * 12.5 <= form[sheet].row_dimensions[form[sheet][area][0][0].row - 1].height
    words = {"file": "inbox/2026-06/customer.xlsx", "form_value": "x" * 40, "book_value": "x" * 30, "form_cell": "F15",
             "form_day": "2026-06-10", "book_day": "2026-06-01"}  # fmt: skip
    for at in (0, 19):
        height, width = room("LB_Form.findings", at)
        for kind in ("form_replaced", "form_differs"):
            message = labels.text(f"finding.{kind}.message", **words)
            assert _lines(message, width * 10 / 9) * 11.25 <= height, message
