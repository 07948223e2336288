"""The live route against LibreOffice Calc: the same code, a real spreadsheet program (DESIGN §13)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from benchmarks.make_book import make_book
from leadbook.app.process import Target, process_book
from leadbook.app.refresh import STATUS_CELLS, refresh
from leadbook.app.run import Options
from leadbook.errors import RefusedFile
from leadbook.labels import LANGUAGES, load_labels
from leadbook.workbook.live import attach
from leadbook.workbook.refs import Box
from tests.live.calc import Calc, CalcProgram, desktop, opened
from tests.live.engine import installed
from tests.live.small_book import KEYS, ranked, small_book
from tests.lo.bridge import connect

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
OPTIONS = Options(date(2026, 11, 16), user="Lan", now=datetime(2026, 11, 16, 9, 30))


def sample(folder: Path, language: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(ROOT / "samples" / f"team.{language}.xlsx", folder / "team 团队.xlsx"))


def everything(calc: Calc, skip: set[str]) -> Iterator[tuple[str, int, int, Any, str]]:
    """Every cell that holds something: sheet, row, column, value (dates as such), formula. The status cells tell
    the time of a refresh; ``process`` does not write them."""
    status = {target for name, target in calc.names().items() if name in STATUS_CELLS}
    for sheet in calc.sheet_names():
        if sheet not in skip:
            box = calc.used(sheet)
            pairs = zip(calc.values(sheet, box), calc.formulas(sheet, box), strict=True)
            for row, (values, formulas) in enumerate(pairs, box.top):
                for col, (value, formula) in enumerate(zip(values, formulas, strict=True), box.left):
                    if (value is not None or formula) and f"'{sheet}'!{Box(row, col, row, col)}" not in status:
                        yield sheet, row, col, value, formula


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_equal_the_file_route_cell_for_cell(language: str, tmp_path: Path, calc: Any) -> None:
    live, filed = sample(tmp_path / "live", language), sample(tmp_path / "file", language)
    saved = live.read_bytes()
    process_book(filed, OPTIONS, Target())
    history = load_labels(language).text("sheet.history")
    with opened(calc, live) as shown, opened(calc, filed) as reference:
        assert list(everything(shown, {history})) != list(everything(reference, {history}))
        with installed(CalcProgram(shown)):
            refresh(str(live), OPTIONS, live_only=True)
        found, wanted = list(everything(shown, {history})), list(everything(reference, {history}))
        assert len(wanted) > 10_000 and found == wanted
        places = [{t: b for s in c.sheet_names() for t, b, _ in c.tables(s)} for c in (shown, reference)]
        differing = {name for name in places[0] if places[0][name] != places[1][name]}
        assert differing == {"LB_History"}
    assert live.read_bytes() == saved


def test_unsaved_edits_are_seen_and_a_second_connection_sees_the_results(
    tmp_path: Path, calc: Any, pipe: str
) -> None:
    path = sample(tmp_path, "en")
    with opened(calc, path) as shown:
        shown.type("Leads", "B9", "Zebra Unsaved Pumps Ltd")
        with installed(CalcProgram(shown)):
            done = refresh(str(path), OPTIONS, live_only=True)
        assert "Zebra Unsaved Pumps Ltd" in set(done.run.ranked.state["company_name"])
        again = connect(pipe)
        document = next(d for d in _documents(again) if path.resolve().as_uri() == d.URL)
        names = {row[0] for row in document.Sheets.getByName("Results").getCellRangeByName("C6:C80").getDataArray()}
        assert "Zebra Unsaved Pumps Ltd" in names and len(names) > 50
        assert document.isModified()
        assert _soffice_with(pipe), "the cells were read from a running soffice"


def _documents(context: Any) -> Iterator[Any]:
    components = desktop(context).Components.createEnumeration()
    while components.hasMoreElements():
        yield components.nextElement()


def _soffice_with(pipe: str) -> list[int]:
    """Processes of LibreOffice that listen on this pipe."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if b"soffice" in command and pipe.encode() in command and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


def test_selection_view_filter_and_calculation_stay(tmp_path: Path, calc: Any) -> None:
    path = sample(tmp_path, "en")
    with opened(calc, path) as shown:
        document, sheet = shown.document, shown.document.Sheets.getByName("Leads")
        controller = document.CurrentController
        controller.setActiveSheet(sheet)
        table = document.DatabaseRanges.getByName("LB_Leads")
        descriptor = table.getFilterDescriptor()
        descriptor.setFilterFields2((_filter_field(1, "Ampleforth Ropes Ltd"),))
        table.refresh()
        row = next(row for row in range(6, 78) if shown.look("Leads", f"B{row}") == "Ampleforth Ropes Ltd")
        controller.select(sheet.getCellRangeByName(f"D{row}:F{row}"))
        controller.setFirstVisibleRow(row - 2)

        def view() -> list[Any]:
            hidden = [n for n in range(5, 77) if not sheet.Rows.getByIndex(n).IsVisible]
            return [shown.selected(), controller.getFirstVisibleRow(), controller.getFirstVisibleColumn(), hidden,
                    document.isAutomaticCalculationEnabled()]  # fmt: skip

        before = view()
        assert before[0] == ("Leads", Box(row, 4, row, 6)) and len(before[3]) > 40
        with installed(CalcProgram(shown)):
            refresh(str(path), OPTIONS, live_only=True)
        assert view() == before
        assert len(table.getFilterDescriptor().getFilterFields2()) == 1
        assert not document.hasControllersLocked()


def test_a_thousand_leads_take_seconds(tmp_path: Path, calc: Any) -> None:
    """The split is printed by benchmarks/refresh.py; the bound here is wide, for busy machines."""
    path = tmp_path / "team.xlsx"
    path.write_bytes(make_book(1000))
    with opened(calc, path) as shown, installed(CalcProgram(shown)):
        start = perf_counter()
        done = refresh(str(path), OPTIONS, live_only=True)
        assert perf_counter() - start < 40 and sum(done.run.seconds.values()) < 30
        assert len(done.run.ranked.state) > 950
        assert shown.look("Results", "A6") == "1" and shown.look("Results", f"A{5 + len(done.run.ranked.state)}") != ""


def _filter_field(column: int, text: str) -> Any:
    import uno

    field = uno.createUnoStruct("com.sun.star.sheet.TableFilterField2")
    field.Field, field.StringValue, field.IsNumeric = column, text, False
    field.Operator = uno.getConstantByName("com.sun.star.sheet.FilterOperator2.EQUAL")
    return field


@pytest.mark.parametrize("refused_at", [0, 2, 3])
def test_an_error_in_mid_write_rolls_everything_back(refused_at: int, tmp_path: Path, calc: Any) -> None:
    path = tmp_path / "small.xlsx"
    path.write_bytes(small_book())
    with opened(calc, path) as shown:
        before = list(everything(shown, set())), {s: shown.tables(s) for s in shown.sheet_names()}
        with installed(CalcProgram(shown)):
            book = attach(str(path))
            book.write([ranked("saomai", "nordpier", "mingho", "flussbau")], book.tables(KEYS))
            shown.fail_at = refused_at
            with pytest.raises(RefusedFile) as refused:
                book.commit()
        assert refused.value.key == "live_write_failed"
        assert (list(everything(shown, set())), {s: shown.tables(s) for s in shown.sheet_names()}) == before
        assert not shown.document.hasControllersLocked() and shown.document.isAutomaticCalculationEnabled()


def test_a_book_of_the_1904_system_gives_the_same_days(tmp_path: Path, calc: Any) -> None:
    path = tmp_path / "small.xlsx"
    path.write_bytes(small_book())
    with opened(calc, path) as shown:
        null = shown.document.NullDate
        null.Year, null.Month, null.Day = 1904, 1, 1
        shown.document.NullDate = null
        old = Calc(shown.document)
        old.document.Sheets.getByName("Results").getCellRangeByName("D6").setFormula("2026-05-04")
        with installed(CalcProgram(old)):
            book = attach(str(path))
            results = book.tables(KEYS)["LB_Results"]
            assert results.values[4][0] == 46146.0 and results.dates[4][0]
            book.write([ranked("mingho", "nordpier")], book.tables(KEYS))
            book.commit()
        assert old.values("Results", old.tables("Results")[0][1])[1][3] == datetime(2026, 5, 4)
        assert old.document.Sheets.getByName("Results").getCellRangeByName("D6").Value == 46146.0 - 1462
