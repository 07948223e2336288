"""``leadbook forget``: one customer gone from every sheet, cache, earlier file and log; others untouched (P01)."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from leadbook.labels import load_labels
from tests.books import DAY, LEADS, book, edited, leadbook, process, put, table
from tests.privacy.cage import NEIGHBOUR, PERSON, TALK, VICTIM, caged, canary, furnished, planted, traces, victim

Check = Callable[[Path], list[str]]
WORDS = [VICTIM, "KANARI77120045", PERSON, "Ottmar", "kanari.vogel", "Kanarigespraech", "Kanarirueckruf",
         "Kanarivertrag", "Kanarieigen", "Kanarinotiz", "kanari.link", "kanarischemuhlen", "kanarische",
         *map(canary, set(planted()) - {"contact_means", "contact_name", "next_plan"})]  # fmt: skip


def reopened(data: bytes) -> bytes:
    """The book as another program saves it."""
    return edited(data, lambda workbook: None)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four runs over four weeks: history, results, issues, kept files."""
    path = put(tmp_path_factory.mktemp("lived"), furnished(caged()))
    for day in (DAY, "2026-06-22", "2026-06-29"):
        process(path, "--today", day)
    path.write_bytes(reopened(path.read_bytes()))
    process(path, "--today", "2026-07-06")
    assert traces(path, VICTIM) and len(list((path.parent / ".team.leadbook").glob("*.xlsx"))) >= 4
    return path.parent


@pytest.fixture
def team(tmp_path: Path, lived: Path) -> Path:
    """A copy of it."""
    shutil.copytree(lived, tmp_path, dirs_exist_ok=True)
    return tmp_path / "team.xlsx"


def hits(folder: Path, *words: str) -> list[str]:
    """Files below a folder, unzipped, in which one of the words occurs."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            inside = traces(path, *words) if path.read_bytes()[:2] == b"PK" else []
            plain = [w for w in words if w.casefold() in path.read_bytes().decode("utf-8", "replace").casefold()]
            found += [f"{path.name}:{part}" for part in inside] + [f"{path.name}: {word}" for word in plain]
    return found


def others(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all sheets that say nothing about the victim."""
    out = {}
    for sheet in load_workbook(path):
        rows = [row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row)]
        out[sheet.title] = [row for row in rows if "kanar" not in repr(row).casefold()]
    return out


@pytest.mark.req("P01", "R18")
def test_a_forgotten_customer_is_nowhere(team: Path, tmp_path: Path, package_check: Check) -> None:
    assert len(hits(tmp_path, *WORDS)) > 40
    before = others(team)
    said = leadbook("forget", team, "--lead", VICTIM, "--yes")
    assert said.code in (0, 1), said.err
    assert hits(tmp_path, *WORDS) == []
    after = others(team)
    assert {name: rows for name, rows in before.items() if name != "Issues"} == {
        name: [row for row in rows if row in before[name]] for name, rows in after.items() if name != "Issues"
    }
    assert any(NEIGHBOUR in row for row in after["Leads"])
    assert package_check(team) == []
    assert "Vogelsang" not in said.out + said.err and "kanari.vogel" not in said.out + said.err


@pytest.mark.req("P01")
def test_texts_that_cells_share_go_when_the_last_cell_goes(tmp_path: Path) -> None:
    path = put(tmp_path, caged())  # never saved by another program: all texts are shared strings
    process(path)
    assert "xl/sharedStrings.xml" in traces(path, PERSON)
    assert leadbook("forget", path, "--lead", VICTIM, "--yes").code == 0
    assert hits(tmp_path, *WORDS) == [] and traces(path, NEIGHBOUR)


@pytest.mark.req("P01")
def test_the_book_goes_on_after_an_erasure(team: Path, tmp_path: Path) -> None:
    leadbook("forget", team, "--lead", VICTIM, "--yes")
    assert process(team, "--today", "2026-07-13").code in (0, 1)
    names = [row["lead_name"] for row in table(team, "LB_Results")]
    assert len(names) == len(LEADS) and VICTIM not in names
    assert hits(tmp_path, *WORDS) == []
    assert leadbook("undo", team).code == 0 and hits(tmp_path, *WORDS) == []
    assert leadbook("undo", team).code == 3  # nothing from before the erasure is kept


@pytest.mark.req("P01", "X16")
def test_the_receipt_proves_the_erasure_and_names_nobody(team: Path, tmp_path: Path) -> None:
    leadbook("forget", team, "--lead", VICTIM, "--yes")
    (receipt,) = tmp_path.glob("team.forgotten-*.json")
    told = json.loads(receipt.read_text())
    mark = hashlib.scrypt(b"KANARI77120045", salt=bytes.fromhex(told["salt"]), n=2**14, r=8, p=1, dklen=32)
    assert told["key_hash"] == mark.hex() and told["counts"]["cells"] > 100 and told["user"] and told["time"]
    assert told["book_after"] == hashlib.sha256(team.read_bytes()).hexdigest()
    line = json.loads((tmp_path / ".team.leadbook" / "audit.jsonl").read_text().splitlines()[-1])
    assert line["action"] == "forget" and line["counts"] == told["counts"] | {"forms": 0}


@pytest.mark.req("P01")
def test_a_dry_run_tells_and_writes_nothing(team: Path, tmp_path: Path, english: None) -> None:
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    said = leadbook("forget", team, "--lead", "kanarische", "--dry-run")
    assert said.code in (0, 1) and "Leads: rows 9" in said.out
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.req("P01")
def test_nobody_is_erased_by_mistake(team: Path, tmp_path: Path, english: None) -> None:
    before = team.read_bytes()
    assert leadbook("forget", team, "--lead", VICTIM).code == 2  # nobody there to ask
    said = leadbook("forget", team, "--lead", "公司", "--yes")
    assert said.code == 2 and "明河" in said.err and "晴川" in said.err
    said = leadbook("forget", team, "--lead", "Norhtpier", "--yes")
    assert said.code == 2 and NEIGHBOUR in said.err
    assert team.read_bytes() == before


@pytest.mark.req("P01")
def test_two_firms_of_one_name_are_two_customers(tmp_path: Path, english: None) -> None:
    rows = [victim(tax_id="A100200300"), victim(tax_id="B100200300", contact_name="Be*")]
    path = put(tmp_path, book(rows, [TALK, {**TALK, "lead_key": "B100200300"}]))
    said = leadbook("forget", path, "--lead", VICTIM, "--yes")
    assert said.code == 2 and "A100200300" in said.err and "B100200300" in said.err
    assert leadbook("forget", path, "--lead", "B100200300", "--yes").code == 1  # the name still stands in the other row
    kept = table(path, "LB_Leads")
    assert [row["tax_id"] for row in kept] == ["A100200300"]
    assert [row["lead_key"] for row in table(path, "LB_Interactions")] == [None]


@pytest.mark.req("P01")
def test_a_customer_whose_row_was_deleted_by_hand_is_still_erased_from_history(tmp_path: Path) -> None:
    path = put(tmp_path, caged())
    process(path)

    def drop(workbook: Any) -> None:
        sheet = workbook["Leads"]
        for cell in sheet[9]:
            cell.value = None

    path.write_bytes(edited(path.read_bytes(), drop))
    process(path, "--today", "2026-06-22")
    assert any(row["lead_name"] == VICTIM for row in table(path, "LB_History"))
    assert leadbook("forget", path, "--lead", VICTIM, "--yes").code == 0
    assert hits(tmp_path, VICTIM, "KANARI77120045") == []


@pytest.mark.req("P01")
def test_what_other_rows_say_about_the_customer_is_named_not_touched(tmp_path: Path, english: None) -> None:
    rows = [victim(), {**LEADS[2], "conversation": f"They know {VICTIM} well"}]
    path = put(tmp_path, book(rows, []))
    said = leadbook("forget", path, "--lead", VICTIM, "--yes")
    assert said.code == 1 and load_labels("en").text("forget.left", places="").split(":")[0] in said.out
    row = next(row for row in table(path, "LB_Leads") if row["company_name"] == NEIGHBOUR)
    assert row["conversation"] == f"They know {VICTIM} well"


@pytest.mark.req("P01")
def test_a_name_inside_a_longer_name_leaves_the_other_customer_alone(tmp_path: Path) -> None:
    rows = [{"company_name": name, "customer_type": "new"} for name in ("Birke GmbH", "Birke GmbH Nord")]
    path = put(tmp_path, book(rows, []))
    process(path)
    assert leadbook("forget", path, "--lead", "birke", "--yes").code == 0
    assert [row["company_name"] for row in table(path, "LB_Leads")] == ["Birke GmbH Nord"]
    assert [row["lead_name"] for row in table(path, "LB_Results")] == ["Birke GmbH Nord"]


@pytest.mark.req("P01")
def test_what_cannot_be_searched_is_named_in_the_summary_and_counted_in_the_receipt(
    tmp_path: Path, english: None
) -> None:
    path = put(tmp_path, furnished(caged()))
    said = leadbook("forget", path, "--lead", VICTIM, "--yes")
    assert "xl/media/image9.png" in said.out and "xl/vbaProject.bin" in said.out and "may still show" in said.out
    assert "customXml" not in said.out.partition("may still show")[2]  # that one is read and emptied
    receipt = json.loads(next(tmp_path.glob("*.forgotten-*.json")).read_text())
    assert receipt["counts"]["unread"] == 2 and "image9" not in json.dumps(receipt)
    plain = put(tmp_path, caged(), "plain.xlsx")
    assert "may still show" not in leadbook("forget", plain, "--lead", VICTIM, "--yes").out


@pytest.mark.req("P01")
def test_the_macro_of_leadbook_itself_is_no_place_to_look(tmp_path: Path, english: None) -> None:
    path = put(tmp_path, caged())
    assert leadbook("add-button", path).code == 0
    report = json.loads(leadbook("forget", path.with_suffix(".xlsm"), "--lead", VICTIM, "--yes", "--json").out)
    assert report["unread"] == []
