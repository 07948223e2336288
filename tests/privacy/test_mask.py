"""``leadbook mask``: full names become surname or initial and an asterisk, in the cells that are named (F05)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from leadbook.intake.values.unmasked import mask_chain, mask_contact, mask_people
from tests.books import DAY, edited, leadbook, packed, parts, process, put, sheet_part, table
from tests.privacy.cage import VICTIM, caged, traces
from tests.privacy.test_forget import hits

NAMES = ("Vogelsang", "Ottmar", "Adler")


@pytest.fixture
def team(tmp_path: Path) -> Path:
    """A processed book whose names are shared strings, as Excel saves them."""
    path = put(tmp_path, caged())
    process(path)
    assert all("xl/sharedStrings.xml" in traces(path, name) for name in NAMES)
    return path


def cells(path: Path) -> dict[tuple[str, str], Any]:
    every = ((sheet.title, cell) for sheet in load_workbook(path) for row in sheet for cell in row)
    return {(title, cell.coordinate): cell.value for title, cell in every if cell.value is not None}


@pytest.mark.req("F05", "P03", "X8")
def test_names_are_masked_in_exactly_the_cells_that_are_named(
    team: Path, package_check: Callable[[Path], list[str]]
) -> None:
    before = cells(team)
    report = json.loads(leadbook("mask", team, "--json").out)
    after = cells(team)
    named = {(cell["sheet"], cell["cell"]) for cell in report["cells"]}
    changed = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    own = {place for place in changed if place[0] in ("Issues", "Relations")}
    assert changed - own == named and len(named) == 4 and len(own) == report["own_cells"] > 0
    assert {sheet for sheet, _ in named} == {"Leads", "Interactions"}
    lead = next(row for row in table(team, "LB_Leads") if row["company_name"] == VICTIM)
    assert lead["contact_name"] == "K*" and lead["decision_chain"] == "Decides: CEO K*"
    assert table(team, "LB_Interactions")[0]["customer_participants"] == "CEO K*"
    assert [name for name in NAMES if traces(team, name)] == []
    assert package_check(team) == []


@pytest.mark.req("F05", "X15")
def test_the_names_are_not_printed_unless_asked_for(team: Path) -> None:
    said = leadbook("mask", team, "--dry-run")
    assert said.code == 0 and not any(name in said.out + said.err for name in NAMES) and "Leads!" in said.out
    assert all(name in leadbook("mask", team, "--dry-run", "--show-values").out for name in NAMES)
    assert not any(name in leadbook("mask", team, "--dry-run", "--json").out for name in NAMES)


@pytest.mark.req("F05", "X17")
def test_undo_brings_the_names_back_and_purging_does_not(team: Path, tmp_path: Path) -> None:
    before = team.read_bytes()
    assert leadbook("mask", team, "--dry-run").code == 0 and team.read_bytes() == before
    said = leadbook("mask", team)
    assert "--purge-backups" in said.out and hits(tmp_path / ".team.leadbook", *NAMES)
    assert leadbook("undo", team).code == 0 and team.read_bytes() == before
    assert leadbook("mask", team, "--purge-backups").code == 0
    assert hits(tmp_path, *NAMES) == []
    assert leadbook("undo", team).code == 3


@pytest.mark.req("F05")
def test_masking_again_changes_nothing_and_late_purging_works(team: Path, tmp_path: Path) -> None:
    leadbook("mask", team)
    once = team.read_bytes()
    assert leadbook("mask", team, "--purge-backups").code == 0
    assert team.read_bytes() == once and hits(tmp_path, *NAMES) == []
    assert process(team, "--today", DAY).code in (0, 1)
    assert not any(row["code"] == "LB132" for row in table(team, "LB_Issues"))


@pytest.mark.req("F05", "X8")
def test_a_name_that_a_formula_makes_is_left_and_named(tmp_path: Path) -> None:
    def formula(workbook: Any) -> None:
        sheet = workbook["Leads"]
        for row in sheet.iter_rows(min_row=6, max_row=12):
            for cell in row:
                if cell.value == "Kanaria Vogelsang":
                    cell.value = '="Kanaria "&"Vogelsang"'

    data = edited(caged(), formula)
    part = sheet_part(data, "Leads")
    content = parts(data)
    old = b'<f>"Kanaria "&amp;"Vogelsang"</f><v></v>'
    assert content[part].count(old) == 1
    content[part] = content[part].replace(old, old.replace(b"<v></v>", b"<v>Kanaria Vogelsang</v>"))
    path = put(tmp_path, packed(content))
    said = leadbook("mask", path)
    assert said.code == 1 and "Leads!" in said.out
    assert b'<f>"Kanaria "&amp;"Vogelsang"</f>' in parts(path)[part]


@pytest.mark.req("F05")
@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("李明、王*", "李*、王*"), ("John Smith, Ana Kim", "J*, A*"), ("Nguyễn Văn An", "Nguyễn *"), ("张*", "张*"),
        ("欧阳修", "欧阳*"), ("", ""), ("Nguyễn *", "Nguyễn *"),
    ],
)  # fmt: skip
def test_contacts(typed: str, masked: str) -> None:
    assert mask_contact(typed).text == masked and mask_contact(masked).names == ()


@pytest.mark.req("F05", "F08")
@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        ("最终决策人：总经理李明；影响者：技术主管王*", "最终决策人：总经理 李*；影响者：技术主管王*"),
        ("Decides: CEO John Smith; a remark that stays", "Decides: CEO J*; a remark that stays"),
        ("Người quyết định: Giám đốc Nguyễn Văn An", "Người quyết định: Giám đốc Nguyễn *"),
    ],
)
def test_chains_keep_all_but_the_names(typed: str, masked: str) -> None:
    assert mask_chain(typed).text == masked and mask_chain(masked).names == ()


@pytest.mark.req("F05")
def test_groups_are_nobodys_name() -> None:
    for text in ("Production team", "生产部", "采购中心", "phòng mua hàng"):
        assert mask_people(text).text == text
    assert mask_people("John Smith (CEO), Production team").text == "CEO J*, Production team"


@pytest.mark.req("X8")
def test_the_order_of_calculation_stays_when_no_formula_goes(team: Path) -> None:
    content = parts(team)
    sheet = sheet_part(team, "Leads")
    office = b"http://schemas.openxmlformats.org/"
    chain = b'<calcChain xmlns="%sspreadsheetml/2006/main"><c r="A1" i="1"/></calcChain>' % office
    kind = b'<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    kind += b'spreadsheetml.calcChain+xml"/>'
    relation = b'<Relationship Id="rId9999" Type="%sofficeDocument/2006/relationships/calcChain"' % office
    relation += b' Target="calcChain.xml"/>'
    content["xl/calcChain.xml"] = chain
    content["[Content_Types].xml"] = content["[Content_Types].xml"].replace(b"</Types>", kind + b"</Types>")
    rels = "xl/_rels/workbook.xml.rels"
    content[rels] = content[rels].replace(b"</Relationships>", relation + b"</Relationships>")
    team.write_bytes(packed(content))
    assert leadbook("mask", team).code == 0
    after = parts(team)
    assert after["xl/calcChain.xml"] == chain and after[sheet] != content[sheet]
    sheets = {sheet_part(team, title) for title in ("Leads", "Interactions", "Issues", "Relations")}
    differing = {name for name in content if content[name] != after[name]}
    assert differing <= {"xl/workbook.xml", "xl/sharedStrings.xml"} | sheets


@pytest.mark.req("F05")
def test_names_in_free_text_and_notes_are_told_not_touched(tmp_path: Path, english: None) -> None:
    """A person decides: the text may be a quotation, and a part of a name may be a word."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    from tests.books import BODY_ROW, columns

    def work(workbook: Workbook) -> None:
        leads, talks = workbook["Leads"], workbook["Interactions"]
        at = columns(leads)
        row = next(r for r in range(BODY_ROW, BODY_ROW + 20) if leads.cell(r, at["company_name"]).value == VICTIM)
        leads.cell(row, at["pain_points"]).value = "Kanaria Vogelsang complains about the old line"
        leads.cell(row, at["goals"]).value = "Kanaria Vogelsangs brother is no match, nor is Vogelsang"
        talks.cell(BODY_ROW, columns(talks)["content"]).value = "Kanarto Ottmar asked for prices"
        leads.cell(row, at["region"]).comment = Comment("call Kanaria Vogelsang first", "Ana Kim")

    path = put(tmp_path, edited(caged(), work))
    before = cells(path)
    said = leadbook("mask", path, "--json")
    told = json.loads(said.out)["texts"]
    after = cells(path)
    found = {(place.partition("!")[0], after.get(tuple(place.split("!")))) for place in told if "!" in place}
    assert found == {
        ("Leads", "Kanaria Vogelsang complains about the old line"),
        ("Interactions", "Kanarto Ottmar asked for prices"),
    }
    assert [place for place in told if "!" not in place and "comment" in place]
    assert said.code == 1 and len(told) == 3
    assert all(before[place] == after[place] for place in before if before[place] in {text for _, text in found})
    once_more = put(tmp_path, edited(caged(), work), "more.xlsx")
    printed = leadbook("mask", once_more, "--dry-run")
    assert "3 places" in printed.out and "Vogelsang" not in printed.out + printed.err


def test_a_book_whose_names_stand_only_in_their_fields_has_nothing_more_to_tell(team: Path) -> None:
    said = leadbook("mask", team, "--json")
    assert json.loads(said.out)["texts"] == [] and said.code == 0
