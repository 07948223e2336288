"""An open workbook: what is seen, what is left alone, what happens when the program refuses (DESIGN §5)."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import leadbook
from leadbook.app.refresh import STATUS_CELLS, refresh, refresh_live
from leadbook.app.run import Options
from leadbook.errors import Busy, InvalidPolicy, RefusedFile
from leadbook.labels import LANGUAGES, load_labels
from leadbook.workbook.changes import BlockChange, TableChange
from leadbook.workbook.live import attach, find
from tests.books import DAY, place, plain_book, put
from tests.live.engine import Program, installed
from tests.live.small_book import KEYS, ranked, small_book
from tests.live.store import Refused, Store

TODAY = date.fromisoformat(DAY)
OPTIONS = Options(TODAY, user="Lan", now=datetime(2026, 6, 15, 9, 30))


@pytest.fixture
def team(tmp_path: Path) -> Path:
    return put(tmp_path, plain_book(), "team 团队.xlsx")


def row_of(store: Store, sheet: str, text: str) -> int:
    return next(row for (row, _), value in store.cells[sheet].items() if value == text)


def small(tmp_path: Path) -> Store:
    return Store(put(tmp_path, small_book()))


def changes() -> list[Any]:
    return [
        TableChange("LB_Leads", {"tier": ["A", "B"], "score": [1, 2]}, "patch", [6, 8]),
        ranked("flussbau", "nordpier", "mingho", "saomai"),
        BlockChange("LB_Board.top", [["one", 1], ["two", 2]]),
    ]


def test_unsaved_cells_count_and_results_reach_the_cells(team: Path) -> None:
    store, program = Store(team), Program([])
    program.documents.append(store)
    saved = team.read_bytes()
    store.type("Leads", place("company_name", 11), "Unsaved Pumps Ltd")
    store.type("Leads", place("customer_type", 11), "New customer")
    with installed(program):
        done = refresh(str(team), OPTIONS, live_only=True)
    assert len(done.run.ranked.state) == 6 and done.written == "team 团队.xlsx"
    assert row_of(store, "Results", "Unsaved Pumps Ltd") > 5
    assert store.look("Leads", place("tier", 11)) is not None
    assert team.read_bytes() == saved


def test_a_second_refresh_writes_only_its_line_on_runs(team: Path) -> None:
    store = Store(team)
    with installed(Program([store])):
        refresh(str(team), OPTIONS, live_only=True)
        store.writes.clear()
        refresh(str(team), OPTIONS, live_only=True)
    targets = [target for name, target in store.names().items() if name in STATUS_CELLS]
    status = {tuple(target.replace("$", "").replace("'", "").split("!")) for target in targets}
    assert [sheet for sheet, cells in store.writes if (sheet, cells) not in status] == ["Runs"]


def test_history_and_weeks_are_not_written(team: Path) -> None:
    store = Store(team)
    before = dict(store.cells["History"])
    with installed(Program([store])):
        refresh(str(team), OPTIONS, live_only=True)
    assert store.cells["History"] == before


def test_switches_selection_and_status_bar_are_given_back(team: Path) -> None:
    store = Store(team)
    program = Program([store])
    program.settings |= {"calculation": "semiautomatic", "enable_events": False}
    before, selected = dict(program.settings), store.selection
    with installed(program):
        refresh(str(team), OPTIONS, live_only=True)
    assert program.settings == before and store.selection == selected
    assert [text.split(": ")[0] for text in program.said] == ["leadbook"] * 3
    assert program.said[-1].endswith(f"{load_labels('en').text('summary.progress_write')} …")


@pytest.mark.parametrize("refused_at", range(8))
def test_a_refusal_in_the_middle_puts_every_cell_back(tmp_path: Path, refused_at: int) -> None:
    store = small(tmp_path)
    before = store.everything()
    program = Program([store])
    with installed(program):
        book = attach(store.fullname)
        book.write(changes(), book.tables(KEYS))
        store.fail_at = refused_at
        try:
            book.commit()
        except RefusedFile as refused:
            assert (refused.key, refused.params["file"]) == ("live_write_failed", "team.xlsx")
            assert isinstance(refused.__cause__, Refused)
            assert store.everything() == before
        else:
            assert refused_at > len(store.writes)
    assert program.settings["screen_updating"] is True and program.settings["calculation"] == "automatic"


def test_the_refusals_above_hit_writes_and_a_resize(tmp_path: Path) -> None:
    store = small(tmp_path)
    with installed(Program([store])):
        book = attach(store.fullname)
        book.write(changes(), book.tables(KEYS))
        book.commit()
    assert 3 <= len(store.writes) <= 7


def test_cells_that_do_not_read_back_as_written_roll_back(tmp_path: Path) -> None:
    store = small(tmp_path)
    before = store.everything()
    store.garble = ("Results", 7, 3)
    with installed(Program([store])):
        book = attach(store.fullname)
        book.write(changes(), book.tables(KEYS))
        with pytest.raises(RefusedFile) as refused:
            book.commit()
    assert (refused.value.key, refused.value.params["reason"]) == ("live_write_failed", "Results!A6:E9")
    assert store.everything() == before


def test_when_even_the_way_back_fails_the_message_says_what_to_do(tmp_path: Path) -> None:
    store = small(tmp_path)
    with installed(Program([store])):
        book = attach(store.fullname)
        book.write(changes(), book.tables(KEYS))
        store.fail_at, store.fails_to_restore = 2, True
        with pytest.raises(RefusedFile) as refused:
            book.commit()
    assert refused.value.key == "live_not_restored"
    assert "without saving" in load_labels("en").text("error.live_not_restored", **refused.value.params)


def test_a_date_in_a_plain_cell_gets_a_date_format(tmp_path: Path) -> None:
    store = small(tmp_path)
    with installed(Program([store])):
        book = attach(store.fullname)
        book.write([BlockChange("LB_Board.top", [[date(2026, 1, 2), 5]])], book.tables(KEYS))
        book.commit()
    assert store.look("Bảng 看板", "B3") == datetime(2026, 1, 2) and store.look("Bảng 看板", "C3") == 5.0


def test_error_cells_are_not_blank_and_bare_codes_not_numbers(tmp_path: Path) -> None:
    from leadbook.model.raw import CellError
    from leadbook.workbook.livecells import sheet_cells

    values = ["#DIV/0!", -2146826243, 12.5, None, "", True]
    cells = sheet_cells([values], [["=1/0", "=X1#", "12.5", "", "=A9", "TRUE"]], 3, 2)
    assert cells.col.tolist() == [2, 3, 4, 6, 7] and set(cells.row.tolist()) == {3}
    assert cells.value.tolist() == [CellError("#DIV/0!"), CellError("#ERROR!"), 12.5, None, True]
    assert cells.formula.tolist() == [True, True, False, True, False]


# Finding the book.


def test_the_book_is_found_by_its_full_name_among_others(tmp_path: Path, team: Path) -> None:
    other = tmp_path / "elsewhere"
    other.mkdir()
    twin = put(other, plain_book(), team.name)
    stores = [Store(twin), Store(put(tmp_path, small_book(), "small.xlsx")), Store(team)]
    with installed(Program(stores[:2]), Program(stores[2:])):
        assert attach(str(team)).live.fullname == str(team)
        assert attach(str(twin)).live.fullname == str(twin)
        assert find(str(tmp_path / "not open.xlsx")) is None


def test_an_address_of_onedrive_is_the_open_book_or_a_clear_message(tmp_path: Path, team: Path) -> None:
    store = Store(team)
    store.fullname = "https://d.docs.live.net/1234/Sales/team 团队.xlsx"
    with installed(Program([store])):
        assert attach("https://d.docs.live.net/1234/Sales/team 团队.xlsx").name == "team 团队.xlsx"
        with pytest.raises(RefusedFile) as refused:
            attach(str(team))
    assert refused.value.key == "live_address"


@pytest.mark.parametrize(
    ("programs", "key"),
    [(lambda path: [], "live_no_program"), (lambda path: [Program([])], "live_not_open"),
     (lambda path: [Program([Store(path)]), Program([Store(path)])], "live_twice")],
)  # fmt: skip
def test_no_open_book_is_said_so(team: Path, programs: Callable[[Path], list[Program]], key: str) -> None:
    with installed(*programs(team)), pytest.raises(RefusedFile) as refused:
        attach(str(team))
    assert refused.value.key == key and refused.value.exit_code == 3
    for language in LANGUAGES:
        assert "team 团队.xlsx" in load_labels(language).text(f"error.{key}", **refused.value.params)


def test_a_program_that_waits_for_its_user_is_busy(team: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    com_error = type("com_error", (Exception,), {})

    def refuse(self: Store, *_: object) -> None:
        raise com_error

    monkeypatch.setattr(Store, "values", refuse)
    with installed(Program([Store(team)])), pytest.raises(Busy) as busy:
        attach(str(team))
    assert (busy.value.key, busy.value.exit_code) == ("live_busy", 75)


def test_status_cells_tell_time_and_outcome(team: Path) -> None:
    from openpyxl.workbook.defined_name import DefinedName

    for wrong in (False, True):
        store = Store(team)
        store.book.defined_names["LB_Leads.status"] = DefinedName("LB_Leads.status", attr_text="Leads!$H$2")
        if wrong:
            store.type("Policy", "A6", "no such section")
        with installed(Program([store])):
            book = attach(str(team))
            if wrong:
                with pytest.raises(InvalidPolicy) as refused:
                    refresh_live(book, OPTIONS)
                assert "Policy!A6" in str(refused.value.params)
            else:
                refresh_live(book, OPTIONS)
        key = "macro.stopped" if wrong else "macro.done"
        assert store.look("Leads", "H2") == load_labels("en").text(key, at="2026-06-15 09:30")


def test_only_the_live_route_imports_xlwings_and_never_its_pro_parts() -> None:
    users = set()
    for path in Path(leadbook.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            if any(name.split(".")[0] == "xlwings" for name in names):
                users.add(path.name)
                assert names == ["xlwings"]
    assert users == {"live.py"}
    text = (Path(leadbook.__file__).parent / "workbook" / "live.py").read_text(encoding="utf-8")
    assert "xlwings.pro" not in text and "LICENSE" not in text
