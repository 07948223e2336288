"""One contract for every kind of book: file, answer to a macro, open workbook in memory, open in Calc."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from leadbook.errors import RefusedFile
from leadbook.workbook.celltext import Formula
from leadbook.workbook.changes import BlockChange, TableChange
from leadbook.workbook.refs import Box
from tests.live.small_book import DAY, KEYS, ranked, small_book
from tests.live.ways import FORMULA, Way, way

MOMENT = datetime(DAY.year, DAY.month, DAY.day)
ODD_TEXTS = ["=1+1", "+84 24 3825", "-", "@home", "0123", "1-2", "2026-01-01", "TRUE", "'quoted'", "1e5", "50%",
             "#N/A", "3/4", "12:30", " padded ", "two\nlines", "\\u0041", "tab\there", "龘𠮷 đ",
             "long " * 2_000 + "end"]  # fmt: skip
kinds = pytest.mark.parametrize(
    "kind", ["file", "answer", "live", pytest.param("calc", marks=[pytest.mark.libreoffice, pytest.mark.slow])]
)


class Opener:
    """Opens the small book in one of the ways; everything is closed at the end of the test."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self.folder, self.request, self.open = folder, request, []

    def __call__(self, kind: str, **wanted: bool) -> Way:
        path = self.folder / "sales team 团队.xlsx"
        path.write_bytes(small_book(**wanted))
        context = self.request.getfixturevalue("calc") if kind == "calc" else None
        manager = way(kind, path, context)
        self.open.append(manager)
        return manager.__enter__()

    def close(self) -> None:
        for manager in self.open:
            manager.__exit__(None, None, None)


@pytest.fixture
def book(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Opener]:
    opener = Opener(tmp_path, request)
    yield opener
    opener.close()


def rows(way: Way, columns: str, first: int, last: int, sheet: str = "Results") -> list[list[object]]:
    return [[way.look(sheet, f"{letter}{row}") for letter in columns] for row in range(first, last + 1)]


@kinds
def test_what_a_run_asks_of_a_book(kind: str, book: Opener) -> None:
    found = book(kind).book
    assert found.name == "sales team 团队.xlsx"
    assert list(found.sheet_names) == ["Leads", "Results", "Bảng 看板"]
    assert found.block("LB_Board.top") == ("Bảng 看板", Box(3, 2, 6, 3))
    assert found.block("LB_Nowhere") is None
    tables = found.tables(KEYS)
    leads = tables["LB_Leads"]
    assert (leads.ref, leads.bottom, leads.totals) == (Box(5, 1, 8, 4), 8, False)
    assert leads.rows.tolist() == [6, 7, 8]
    assert leads.values[1].tolist() == ["Mingho 明河", "Sao Mai", "Nord Pier"]
    assert leads.values[3].tolist() == [3.0, None, 2.0] and leads.values[4].tolist()[2] == "0049"
    results = tables["LB_Results"]
    assert [c.key for c in results.columns] == ["rank", "lead_key", "score", "reviewed", "why", None, None]
    assert results.dates[4].tolist() == [True, True] and results.values[4].tolist() == [46146.0] * 2
    assert results.formulas[7].tolist() == [True, True] and not results.formulas[3].any()


@kinds
def test_new_rows_take_the_place_of_the_old(kind: str, book: Opener) -> None:
    way = book(kind)
    assert way.write(ranked("nordpier", "mingho", "saomai", "flussbau")) == []
    assert rows(way, "ABCDE", 6, 10) == [
        [1.0, "nordpier", 5.0, MOMENT, "because nordpier"],
        [2.0, "mingho", 4.0, MOMENT, "because mingho"],
        [3.0, "saomai", 3.0, MOMENT, "because saomai"],
        [4.0, "flussbau", 2.0, MOMENT, "because flussbau"],
        [None] * 5,
    ]
    assert way.table("LB_Results") == Box(5, 1, 9, 7)


@kinds
def test_what_people_wrote_beside_a_lead_moves_with_it(kind: str, book: Opener) -> None:
    way = book(kind)
    way.write(ranked("saomai", "nordpier", "mingho"))
    assert rows(way, "BF", 6, 8) == [["saomai", None], ["nordpier", MOMENT], ["mingho", "ask Lan"]]
    assert [way.look("Results", f"G{row}") for row in (6, 7, 8, 9)] == [FORMULA, FORMULA, FORMULA, None]


@kinds
def test_what_people_wrote_beside_a_lead_that_is_gone_stays_with_its_key(kind: str, book: Opener) -> None:
    way = book(kind)
    notes = way.write(ranked("nordpier"))
    assert rows(way, "ABCEF", 6, 7) == [
        [1.0, "nordpier", 5.0, "because nordpier", MOMENT],
        [None, "mingho", None, None, "ask Lan"],
    ]
    assert [note.code for note in notes] == ["kept_user_rows"]


@kinds
def test_no_results_leave_one_blank_row(kind: str, book: Opener) -> None:
    way = book(kind)
    change = TableChange("LB_Results", {"rank": [], "score": [], "why": []}, "replace")
    way.write(change)
    assert rows(way, "ACE", 6, 7) == [[None] * 3] * 2
    assert way.table("LB_Results") == Box(5, 1, 6, 7)


@kinds
def test_a_note_on_a_row_keeps_the_order(kind: str, book: Opener) -> None:
    way = book(kind, note=True)
    notes = way.write(ranked("nordpier", "mingho", "saomai"))
    assert [note.code for note in notes] == ["kept_order"]
    assert rows(way, "ABF", 6, 8) == [[2.0, "mingho", "ask Lan"], [1.0, "nordpier", MOMENT], [3.0, "saomai", None]]


@kinds
def test_cells_in_the_way_refuse_the_whole_write(kind: str, book: Opener) -> None:
    way = book(kind, below=True)
    with pytest.raises(RefusedFile) as refused:
        way.write(TableChange("LB_Leads", {"tier": ["A"]}, "patch", [6]), ranked("a", "b", "c"))
    assert (refused.value.key, refused.value.params["cell"]) == ("cells_below_table", "B8")
    assert way.look("Results", "B8") == "do not overwrite me" and way.look("Leads", "B6") == "B"


@kinds
def test_a_patch_touches_only_its_cells(kind: str, book: Opener) -> None:
    way = book(kind)
    way.write(TableChange("lb_leads", {"tier": ["A", None], "score": [5, 1.25]}, "patch", [8, 6]))
    assert rows(way, "ABCD", 6, 8, "Leads") == [
        ["Mingho 明河", None, 1.25, "call, then write"],
        ["Sao Mai", None, None, None],
        ["Nord Pier", "A", 5.0, "0049"],
    ]
    assert way.table("LB_Leads") == Box(5, 1, 8, 4)


@kinds
def test_updates_in_place_and_new_rows_at_the_end(kind: str, book: Opener) -> None:
    way = book(kind)
    columns = {"company_name": ["Gió Nam", "Sao Mai II", "Fluss"], "score": [1, 2, 3]}
    way.write(TableChange("LB_Leads", columns, "append_update", [0, 7, 0]))
    assert rows(way, "ACD", 6, 10, "Leads") == [
        ["Mingho 明河", 3.0, "call, then write"], ["Sao Mai II", 2.0, None], ["Nord Pier", 2.0, "0049"],
        ["Gió Nam", 1.0, None], ["Fluss", 3.0, None],
    ]  # fmt: skip
    assert way.table("LB_Leads") == Box(5, 1, 10, 4)


@kinds
def test_a_block_is_filled_and_the_rest_of_it_blanked(kind: str, book: Opener) -> None:
    way = book(kind)
    way.write(BlockChange("LB_Board.top", [["Mingho", 1], [date(2026, 1, 2), None]]))
    assert rows(way, "BC", 2, 6, "Bảng 看板") == [
        ["Top", None], ["Mingho", 1.0], [datetime(2026, 1, 2), None], [None, None], [None, None],
    ]  # fmt: skip


@kinds
def test_text_is_never_anything_but_text(kind: str, book: Opener) -> None:
    way = book(kind)
    way.write(ranked(*(f"lead {n}" for n in range(len(ODD_TEXTS))), why=ODD_TEXTS))
    assert [way.look("Results", f"E{6 + n}") for n in range(len(ODD_TEXTS))] == ODD_TEXTS


@kinds
def test_formulas_and_texts_in_one_column(kind: str, book: Opener) -> None:
    way = book(kind)
    link = Formula("HYPERLINK(\"#'Leads'!A\"&MATCH(\"Sao Mai\",'Leads'!$A:$A,0),\"Leads!A7\")", "Leads!A7")
    way.write(ranked("mingho", "nordpier", "saomai", why=[link, "=not a link", None]))
    assert rows(way, "E", 6, 8) == [[FORMULA], ["=not a link"], [None]]


@kinds
@pytest.mark.parametrize(
    ("change", "key"),
    [
        (TableChange("LB_Nothing", {"rank": [1]}), "table_missing"),
        (TableChange("LB_Results", {"colour": ["red"]}), "column_missing"),
        (BlockChange("LB_Nowhere", [[1]]), "name_missing"),
    ],
)
def test_what_is_not_there_is_named(kind: str, change: TableChange | BlockChange, key: str, book: Opener) -> None:
    way = book(kind)
    with pytest.raises(RefusedFile) as refused:
        way.write(change)
    assert refused.value.key == key and refused.value.params["file"] == "sales team 团队.xlsx"
