"""Helpers of the write-back tests: write to the rich workbook and check what must always hold."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rich_book import pack, parts

from leadbook.workbook.changes import Change, TableChange, WriteResult
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from leadbook.workbook.tables import RawTable, read_tables
from leadbook.workbook.writeback import write_back

FIXTURE = Path(__file__).parent.parent / "fixtures" / "rich.xlsx"
RESULTS, LEADS = "xl/worksheets/sheet2.xml", "xl/worksheets/sheet1.xml"
DAY = date(2024, 5, 1)


def results(keys: list[str], **more: Any) -> TableChange:
    count = len(keys)
    columns = {
        "rank": list(range(1, count + 1)),
        "lead_key": keys,
        "score": [5 - i % 5 for i in range(count)],
        "likelihood": [0.5] * count,
        "reviewed": [DAY] * count,
    }
    return TableChange("LB_Results", {**columns, **more}, row_key="lead_key")


def run(content: dict | bytes, *changes: Change) -> tuple[WriteResult, dict[str, RawTable], Package]:
    """Write, and check what must always hold: nothing else changed, and a second write changes nothing."""
    old = Package.from_bytes(content if isinstance(content, bytes) else pack(content))
    result = write_back(old, changes)
    new = Package.from_bytes(result.data)
    assert diff_packages(old, new, ownership(old, changes)) == []
    assert write_back(new, changes).data == result.data
    return result, read_tables(new), new


def column(table: RawTable, key: str | None) -> list[Any]:
    return next(table.values[c.index].tolist() for c in table.columns if c.key == key)


def edited(part: str, *pairs: tuple[str, str]) -> dict:
    content = parts()
    for old, new in pairs:
        assert old in content[part], old
        content[part] = content[part].replace(old, new)
    return content
