"""``refresh --answer``: what the macro hands over and what it gets back (docs/refresh.md)."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadbook.labels import LANGUAGES, load_labels
from leadbook.workbook.exchange import escaped, unescaped
from tests.books import DAY, Said, edited, leadbook, place, plain_book, process, put, table
from tests.live.store import Store
from tests.live.ways import dumped, put_answer


def refresh(book: Path, answer: Path, *words: object) -> Said:
    return leadbook("refresh", book, "--answer", answer, "--today", DAY, *words)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def cells_of(store: Store, skip: set[str]) -> dict[str, Any]:
    """Every cell but the time of the run; formulas by their text."""
    found = {}
    for sheet, cells in store.cells.items():
        if sheet not in skip:
            shown = {at: store.texts[sheet].get(at, value) for at, value in cells.items()}
            found[sheet] = {at: v for at, v in shown.items() if not (isinstance(v, datetime) and v.year == 2000)}
    return found


def without_time(store: Store) -> Store:
    """The run's own time and user are not compared."""
    today = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    for sheet in store.cells.values():
        for at, value in sheet.items():
            if isinstance(value, datetime) and value >= today:
                sheet[at] = datetime(2000, 1, 1)
    return store


def with_tables(store: Store) -> list[str]:
    """The sheets that a macro hands over."""
    return [sheet for sheet in store.sheet_names() if store.tables(sheet)]


def same_results(answered: Store, processed: Path, language: str) -> None:
    history = load_labels(language).text("sheet.history")
    found, wanted = without_time(answered), without_time(Store(processed))
    assert cells_of(found, {history}) == cells_of(wanted, {history})
    frames = {name: place for name, place in wanted.frames.items() if place[0] != history}
    assert {name: place for name, place in found.frames.items() if place[0] != history} == frames


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_put_into_cells_equals_process(folder: Path, language: str) -> None:
    (folder / "filed").mkdir()
    book, filed = put(folder, plain_book(language)), put(folder / "filed", plain_book(language))
    said = refresh(book, folder / "answer")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert process(filed).code == 0
    store = Store(book)
    told = put_answer((folder / "answer").read_text("ascii"), store)
    assert told[0].startswith("team.xlsx") and all(told)
    same_results(store, filed, language)


@pytest.mark.parametrize("utf8", [False, True])
def test_unsaved_cells_of_the_open_book_count(folder: Path, utf8: bool) -> None:
    book = put(folder, plain_book())
    shown = Store(book)
    name = "Chưa lưu 未保存 \\ 𠮷 Ltd"
    for key, value in (("company_name", name), ("customer_type", "New customer"), ("rep_score", 9)):
        shown.type("Leads", place(key, 11), value)
    shown.type("Leads", place("company_name", 8), None)
    cells = folder / "cells"
    cells.write_bytes(dumped(shown, with_tables(shown), utf8=utf8))
    before = book.read_bytes()
    assert refresh(book, folder / "answer", "--cells", cells).code == 1
    told = put_answer((folder / "answer").read_text("utf-8" if utf8 else "ascii"), shown)
    assert "Findings: " in "\n".join(told)
    names = {value for (row, _), value in shown.cells["Results"].items() if row > 5}
    assert name in names and "North Pier Tools Ltd" not in names
    assert any(value == "LB113" for value in shown.cells["Issues"].values())
    assert book.read_bytes() == before


def test_unsaved_rows_columns_and_sheet_names_are_understood(folder: Path) -> None:
    """Somebody renamed Results, put a column into Leads and two rows above its table, and has not saved."""
    book = put(folder, plain_book())
    shown = Store(book)
    shown.cells["Ergebnisse"], shown.texts["Ergebnisse"] = shown.cells.pop("Results"), shown.texts.pop("Results")
    shown.frames["LB_Results"] = ("Ergebnisse", shown.frames["LB_Results"][1])
    leads = shown.cells["Leads"].items()
    moved = {(row + 2 * (row > 2), col + (col > 1)): value for (row, col), value in leads}
    moved[7, 2], moved[9, 2] = "Remark", "my own remark"
    shown.cells["Leads"] = moved
    cells = folder / "cells"
    cells.write_bytes(dumped(shown, with_tables(shown)))
    assert refresh(book, folder / "answer", "--cells", cells).code == 0
    text = (folder / "answer").read_text("ascii")
    blocks = [line.split("\t")[1:] for line in text.splitlines() if line.startswith("B\t")]
    tier = next(col for (row, col), v in moved.items() if (row, v) == (6, "tier"))
    assert ["Leads", "8", str(tier), "5", "4"] in blocks
    sheets = {block[0] for block in blocks}
    assert sheets >= {"Ergebnisse", "Leads", "Dashboard"} and "Results" not in sheets
    shown.frames["LB_Leads"] = ("Leads", None)
    put_answer(text, shown)
    assert shown.cells["Leads"][9, 2] == "my own remark" and shown.cells["Leads"][8, tier] is not None
    assert shown.look("Ergebnisse", "A6") == 1.0


def test_names_that_the_macro_lists_move_the_blocks(folder: Path) -> None:
    book = put(folder, plain_book())
    shown = Store(book)
    data = dumped(shown, with_tables(shown)).decode()
    head, _, rest = data.partition("\n")
    (folder / "cells").write_text(f"{head}\nN\tLB_Dash.tiers\t='Dashboard'!$X$9:$X$14\n{rest}", "ascii")
    assert refresh(book, folder / "answer", "--cells", folder / "cells").code == 0
    assert "B\tDashboard\t9\t24\t6\t1" in (folder / "answer").read_text("ascii").splitlines()


def test_the_answer_is_private_complete_and_alone(folder: Path) -> None:
    book = put(folder, plain_book())
    answer = folder / ".~team.xlsx.lb-answer"
    answer.write_text("leadbook-answer\t1\t0\nT\tleft by an earlier run\n")
    assert refresh(book, answer).code == 0
    assert stat.S_IMODE(answer.stat().st_mode) == 0o600
    assert answer.read_text("ascii").splitlines()[0] == "leadbook-answer\t1\t0"
    assert sorted(path.name for path in folder.iterdir()) == [".~team.xlsx.lb-answer", "team.xlsx"]


@pytest.mark.parametrize("words", [(), ("--cells", "nowhere"), ("--policy", "nowhere.json"), ("--live",)])
def test_no_other_file_is_ever_replaced_by_an_answer(folder: Path, words: tuple[str, ...]) -> None:
    book = put(folder, plain_book())
    (folder / "sub").mkdir()
    (folder / "keep.txt").write_text("mine")
    before = book.read_bytes()
    for answer in (book, folder / "sub" / ".." / book.name, folder / "keep.txt"):
        assert refresh(book, answer, *words).code not in (0, 70)
    assert book.read_bytes() == before and (folder / "keep.txt").read_text() == "mine"


def test_a_policy_sheet_renamed_in_the_open_book_is_found(folder: Path) -> None:
    """Its two tables stand side by side and share some keys with each other and with other tables."""
    book = put(folder, plain_book())
    shown = Store(book)
    policy = load_labels("en").text("sheet.policy")
    head, _, rest = dumped(shown, with_tables(shown)).decode().partition("\n")
    (folder / "cells").write_text(f"{head}\n" + rest.replace(f"S\t{policy}\n", "S\tOur points\n"), "ascii")
    assert refresh(book, folder / "answer", "--cells", folder / "cells").code == 0


def test_a_book_that_is_open_elsewhere_is_still_answered(folder: Path) -> None:
    """The macro runs in the program that holds the book: its marker must not stop the answer."""
    book = put(folder, plain_book())
    (folder / ".~lock.team.xlsx#").write_text(",Lan,desk,22.11.2026 10:00,file:///;")
    assert refresh(book, folder / "answer").code == 0
    said = leadbook("refresh", book, "--today", DAY)
    assert said.code == 75 and "Lan" in said.err


def test_without_an_open_program_the_file_is_written_without_a_snapshot(folder: Path) -> None:
    book = put(folder, plain_book())
    said = leadbook("refresh", book, "--today", DAY)
    assert said.code == 0 and said.out.splitlines()[0].startswith("team.xlsx: 5 leads")
    assert len(table(book, "LB_Results")) == 5 and len(table(book, "LB_Runs")) == 1
    assert table(book, "LB_History") == [] and table(book, "LB_Weeks") == []
    report = json.loads(leadbook("refresh", book, "--today", DAY, "--json").out)
    assert report["file"] == "team.xlsx" and len(report["results"]) == 5


# What can go wrong: an answer that says so wherever one can be written, the exit code, the sentence on stderr.


def bad_policy(book: Any) -> None:
    book["Policy"]["A6"] = "no such section"


def broken(text: str) -> Callable[[Path], bytes]:
    return lambda book: text.encode("utf-8")


def cut_off(book: Path) -> bytes:
    return dumped(Store(book), ["Leads", "Results"])[:-40]


def wrong_count(book: Path) -> bytes:
    return dumped(Store(book), ["Leads"]).replace(b"\nEND\t", b"\nEND\t1")


GOOD = "leadbook-cells\t1\nS\tLeads\n"
FAULTS = [
    pytest.param(lambda book: book.unlink(), None, 3, "file_missing", id="book missing"),
    pytest.param(lambda book: book.write_bytes(b"just words"), None, 3, "text_file", id="not a workbook"),
    pytest.param(lambda book: book.write_bytes(edited(plain_book(), lambda b: b.remove(b["Leads"]))), None, 3,
                 "book_without_leads", id="no Leads"),
    pytest.param(lambda book: book.write_bytes(edited(plain_book(), bad_policy)), None, 4, "Policy!A6", id="policy"),
    pytest.param(None, None, 2, "date_unreadable", id="date"),
    pytest.param(lambda book: None, "missing", 3, "cells_missing", id="cells missing"),
    pytest.param(lambda book: None, cut_off, 3, "cells_incomplete", id="cut off"),
    pytest.param(lambda book: None, wrong_count, 3, "cells_incomplete", id="wrong count"),
    pytest.param(lambda book: None, broken(""), 3, "cells_broken", id="empty"),
    pytest.param(lambda book: None, broken("PK\x03\x04"), 3, "cells_broken", id="another file"),
    pytest.param(lambda book: None, broken("leadbook-cells\t2\nEND\t0\n"), 3, "cells_broken", id="newer version"),
    pytest.param(lambda book: None, broken(f"{GOOD}6\t2\tx\tA\nEND\t1\n"), 3, "cells_broken", id="unknown type"),
    pytest.param(lambda book: None, broken(f"{GOOD}0\t2\ts\tA\nEND\t1\n"), 3, "cells_broken", id="row 0"),
    pytest.param(lambda book: None, broken(f"{GOOD}6\t2\tn\t1,5\nEND\t1\n"), 3, "cells_broken", id="comma number"),
    pytest.param(lambda book: None, broken(f"{GOOD}6\t2\ts\tC:\\new\nEND\t1\n"), 3, "cells_broken", id="bad escape"),
    pytest.param(lambda book: None, broken(f"{GOOD}6\t2\ts\tđ\nEND\t1\n"), 3, "cells_broken", id="not ASCII"),
    pytest.param(lambda book: None, broken(f"{GOOD[:17]}6\t2\ts\tA\nEND\t1\n"), 3, "cells_broken", id="no sheet"),
    pytest.param(lambda book: None, broken(f"{GOOD}END\t0\n"), 3, "book_without_leads", id="no table"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "cells", "code", "key"), FAULTS)
@pytest.mark.parametrize("language", ["en", "vi"])
def test_every_fault_is_an_answer_with_a_message_and_no_cells(
    spoil: Any, cells: Any, code: int, key: str, language: str, folder: Path
) -> None:
    book = put(folder, plain_book())
    words: list[object] = ["--lang", language]
    if spoil is None:
        words += ["--today", "someday"]
    else:
        spoil(book)
    if cells is not None:
        if callable(cells):
            (folder / "cells").write_bytes(cells(book))
        words += ["--cells", folder / "cells"]
    before = book.read_bytes() if book.exists() else b""
    said = leadbook("refresh", book, "--answer", folder / "answer", "--today", DAY, *words)
    lines = (folder / "answer").read_text("ascii").splitlines()
    assert said.code == code and lines[0] == f"leadbook-answer\t1\t{code}"
    assert [line.split("\t")[0] for line in lines[1:]] == ["T", "END"] and lines[-1] == "END\t0"
    message = unescaped(lines[1].split("\t")[1])
    assert said.out == "" and said.err.strip() == message
    texts = load_labels(language).texts
    assert texts.get(f"error.{key}", key).rpartition("}")[2] in message
    assert (book.read_bytes() if book.exists() else b"") == before


@pytest.mark.skipif(os.geteuid() == 0 and not Path("/proc/self").exists(), reason="needs a folder that refuses")
def test_an_answer_that_cannot_be_written_is_said_on_stderr(folder: Path) -> None:
    book = put(folder, plain_book())
    for answer in (folder / "nowhere" / "answer", Path("/proc/self/answer")):
        said = refresh(book, answer)
        assert said.code == 3 and load_labels("en").texts["error.answer_not_written"].partition("{")[0] in said.err
    said = refresh(folder / "gone.xlsx", folder / "nowhere" / "answer")
    assert said.code == 3 and said.err.startswith("gone.xlsx does not exist")


def test_a_mistake_of_our_own_is_an_answer_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = put(folder, plain_book())
    monkeypatch.setattr("leadbook.app.refresh.write_over", lambda *_: 1 / 0)
    said = refresh(book, folder / "answer")
    assert said.code == 70 and "ZeroDivisionError" not in said.err
    assert len(list(folder.glob("leadbook-report-*.txt"))) == 1
    assert (folder / "answer").read_text("ascii").splitlines()[0].endswith("\t70")


def test_cells_go_with_an_answer_only(folder: Path) -> None:
    book = put(folder, plain_book())
    for words in (["--cells", "x"], ["--cells", "x", "--live"], ["--cells", "x", "--live", "--answer", "y"]):
        said = leadbook("refresh", book, *words)
        assert said.code == 2 and "--cells" in said.err
    assert not (folder / "y").exists()


def test_live_without_excel_says_so_in_the_answer(folder: Path) -> None:
    from tests.live.engine import installed

    book = put(folder, plain_book())
    with installed():
        said = leadbook("refresh", book, "--live", "--answer", folder / "answer", "--lang", "zh-Hant")
    assert said.code == 3
    told = unescaped((folder / "answer").read_text("ascii").splitlines()[1].split("\t")[1])
    assert told == said.err.strip() == load_labels("zh-Hant").text("error.live_no_program", file="team.xlsx")


@given(st.text())
def test_any_text_survives_the_way_through_the_files(text: str) -> None:
    out = escaped(text)
    assert out.isascii() and not set(out) & set("\t\n\r") and unescaped(out) == text
