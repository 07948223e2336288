"""Findings about the book as a whole: what was lost elsewhere, what could not be kept, who may have a new name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.books import (
    BODY_ROW,
    columns,
    edited,
    packed,
    parts,
    place,
    plain_book,
    process,
    put,
    sheet_part,
    table,
    table_part,
)


def kinds(path: Path) -> list[str]:
    return [row["code"] for row in table(path, "LB_Issues")]


CODES = {
    "renamed_lead": "LB218", "filter_cleared": "LB405", "order_kept": "LB406", "pivot_refresh": "LB407",
    "table_found_again": "LB409",
}  # fmt: skip


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = put(tmp_path_factory.mktemp("done"), plain_book())
    assert process(path).code == 0
    assert not set(kinds(path)) & set(CODES.values())
    return path.read_bytes()


@pytest.fixture
def processed(tmp_path: Path, done: bytes) -> Path:
    return put(tmp_path, done)


def test_a_new_name_with_the_same_answers_proposes_the_link(processed: Path) -> None:
    def rename(workbook: Any) -> None:
        sheet = workbook["Leads"]
        sheet.cell(BODY_ROW + 4, columns(sheet)["company_name"]).value = "Silent Harbour GmbH"

    processed.write_bytes(edited(processed.read_bytes(), rename))
    process(processed, "--today", "2026-06-22")
    told = [row for row in table(processed, "LB_Issues") if row["code"] == CODES["renamed_lead"]]
    assert [row["lead_name"] for row in told] == ["Silent Harbour GmbH"]
    assert "Quiet Harbour GmbH" in told[0]["message"] and "quietharbour" in told[0]["fix"]


@pytest.mark.parametrize("name", ["LB_Team", "LB_Leads", "LB_Interactions"])
def test_a_table_without_its_definition_is_found_again_and_told(tmp_path: Path, done: bytes, name: str) -> None:
    def lose(workbook: Any) -> None:
        for sheet in workbook:
            if name in sheet.tables:
                del sheet.tables[name]

    path = put(tmp_path, edited(plain_book(), lose))
    assert process(path).code == 0
    assert CODES["table_found_again"] in kinds(path)
    assert table(path, "LB_Results") == table(done, "LB_Results")


def _with_part(path: Path, name: str, change: Any) -> None:
    content = parts(path)
    content[name] = change(content[name].decode()).encode()
    path.write_bytes(packed(content))


def test_a_pivot_over_results_is_told_to_be_refreshed_and_left_alone(processed: Path) -> None:
    source = b'<cacheSource type="worksheet"><worksheetSource name="LB_Results"/></cacheSource>'
    pivot = b"<pivotCacheDefinition>" + source + b"</pivotCacheDefinition>"
    processed.write_bytes(packed({**parts(processed), "xl/pivotCache/pivotCacheDefinition7.xml": pivot}))
    process(processed)
    assert CODES["pivot_refresh"] in kinds(processed)
    assert parts(processed)["xl/pivotCache/pivotCacheDefinition7.xml"] == pivot


def test_a_filter_that_cannot_be_kept_is_cleared_and_told(processed: Path) -> None:
    part = table_part(processed, "LB_Results")
    rule = '<filterColumn colId="5"><top10 val="2"/></filterColumn></autoFilter>'
    _with_part(processed, part, lambda xml: re.sub(r'(<autoFilter ref="[^"]+")/>', rf"\1>{rule}", xml, count=1))
    assert b"top10" in parts(processed)[part]
    process(processed, "--today", "2026-09-01")
    assert CODES["filter_cleared"] in kinds(processed)
    assert b"top10" not in parts(processed)[part]


def test_an_order_that_cannot_be_changed_is_kept_and_told(processed: Path) -> None:
    part = sheet_part(processed, "Results")
    link = '<hyperlinks><hyperlink ref="C8" location="Leads!A1" display="x"/></hyperlinks>'
    _with_part(processed, part, lambda xml: re.sub(r"(<printOptions|<pageMargins)", link + r"\1", xml, count=1))
    order = [row["lead_key"] for row in table(processed, "LB_Results")]

    leads = sheet_part(processed, "Leads")
    for cell, answer in ((place("outcome"), "lost"), (place("closed_date"), "2026-06-14")):
        _with_part(processed, leads, lambda xml, c=cell, a=answer: _typed(xml, c, a))
    process(processed)
    rows = table(processed, "LB_Results")
    assert [row["lead_key"] for row in rows] == order
    assert [row["rank"] for row in rows] == [5, 1, 2, 3, 4]
    assert CODES["order_kept"] in kinds(processed)


def _typed(xml: str, cell: str, text: str) -> str:
    new, done = re.subn(
        rf'<c r="{cell}"( s="\d+")?/>', rf'<c r="{cell}"\1 t="inlineStr"><is><t>{text}</t></is></c>', xml
    )
    assert done == 1
    return new
