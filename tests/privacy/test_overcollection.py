"""Own columns that no product needs: noticed in four languages, kept untouched, never scored (R20)."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import TableColumn

from leadbook.intake.overcollection import looks_overcollected
from tests.books import (
    BODY_ROW,
    HEADER_ROW,
    columns,
    edited,
    leadbook,
    parts,
    plain_book,
    process,
    put,
    sheet_part,
    table,
)


@pytest.mark.req("R20")
@pytest.mark.parametrize(
    "header",
    ["Passport no.", "DOB", "Home address (private)", "Marital status", "Ngày sinh", "Ngay sinh", "Số CCCD", "Tôn giáo",
     "身份证号码", "年龄段", "家庭住址", "身分證字號", "宗教信仰", "信用卡號", "ＩＤ　Number"],
)  # fmt: skip
def test_headers_of_data_that_nobody_needs(header: str) -> None:
    assert looks_overcollected(header)


@pytest.mark.req("R20")
@pytest.mark.parametrize(
    "header",
    ["Package", "Storage", "Average", "My note", "Stage", "Interface", "Phương án", "Số lượng", "Luong du an", "备注",
     "設備台數", "Trace", "Sextant", "Company age group".replace("age ", "")],
)  # fmt: skip
def test_headers_of_business_are_left_in_peace(header: str) -> None:
    assert not looks_overcollected(header)


@pytest.mark.req("R20")
def test_the_column_is_named_kept_byte_for_byte_and_never_scored(tmp_path: Path) -> None:
    plain = put(tmp_path, plain_book(), "plain.xlsx")

    def own(workbook: object) -> None:
        sheet = workbook["Leads"]  # type: ignore[index]
        column = max(columns(sheet).values()) + 1
        sheet.cell(HEADER_ROW, column, "Passport no.")
        sheet.cell(BODY_ROW, column, "X1234567")
        found = sheet.tables["LB_Leads"]
        first, last = found.ref.split(":")
        found.ref = f"{first}:{get_column_letter(column)}{''.join(filter(str.isdigit, last))}"
        found.autoFilter.ref = found.ref
        found.tableColumns.append(TableColumn(id=len(found.tableColumns) + 1, name="Passport no."))

    path = put(tmp_path, edited(plain_book(), own))
    cell = parts(path)[sheet_part(path, "Leads")]
    at = cell.index(b"X1234567") if b"X1234567" in cell else -1
    process(path)
    process(plain)
    rows = [row for row in table(path, "LB_Issues") if row["code"] == "LB408"]
    assert len(rows) == 1 and "Passport no." in rows[0]["message"]
    totals = [[row["total"] for row in table(book, "LB_Results")] for book in (path, plain)]
    assert totals[0] == totals[1]
    after = parts(path)[sheet_part(path, "Leads")]
    assert at < 0 or after.count(b"X1234567") == 1
    assert "X1234567" not in leadbook("check", path, "-v").out
