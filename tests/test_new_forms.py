"""``leadbook new form``: in a language, for a rep, numbered, by the policy of a book; never over a file."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from leadbook.app.book import open_book, policy_of
from leadbook.model.catalogue import load_catalogue
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
