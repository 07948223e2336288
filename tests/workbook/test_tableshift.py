"""A table that makes room: its columns' looks go with it, and a move that is not whole is seen."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from leadbook.workbook.package import Package
from leadbook.workbook.refs import Box
from leadbook.workbook.sheetrules import shifted_columns
from leadbook.workbook.tables import read_tables
from leadbook.workbook.tableshift import not_moved
from tests.books import packed, parts, plain_book, sheet_part


def looks(xml: bytes, upto: int = 40) -> list[str]:
    """The width of each column, "" where none is said."""
    found = [""] * (upto + 1)
    for low, high, width in re.findall(rb'<(?:x:)?col min="(\d+)" max="(\d+)" width="(\d+)"', xml):
        for column in range(int(low), min(int(high), upto) + 1):
            assert not found[column], "no column is said twice"
            found[column] = width.decode()
    return found[1:]


def sheet(*cols: tuple[int, int, int], prefix: str = "") -> bytes:
    text = "".join(f'<{prefix}col min="{a}" max="{b}" width="{w}"/>' for a, b, w in cols)
    space = f' xmlns:{prefix[:-1]}="urn:x"' if prefix else ' xmlns="urn:x"'
    return (f"<{prefix}worksheet{space}><{prefix}cols>{text}</{prefix}cols><{prefix}sheetData/></{prefix}worksheet>"
            ).encode()  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "x:"])
@pytest.mark.parametrize(
    "cols",
    [
        ((1, 9, 10), (10, 10, 3), (11, 11, 12), (12, 20, 9)),
        ((1, 40, 7),),  # one width for the whole sheet
        ((1, 8, 10), (11, 20, 12), (21, 16384, 8)),  # LibreOffice says all columns to the end
        ((12, 13, 30),),
        ((1, 5, 9),),
    ],
)
def test_looks_of_columns_go_along_and_all_others_stay(cols: tuple[tuple[int, int, int], ...], prefix: str) -> None:
    before = looks(sheet(*cols, prefix=prefix))
    after = looks(shifted_columns(sheet(*cols, prefix=prefix), first=10, last=20, by=3))
    assert after[:9] == before[:9] and after[23:] == before[23:]
    assert after[12:23] == before[9:20]
    assert after[9:12] == ["", "", ""]  # for the columns that come


def test_a_sheet_without_widths_stays_as_it_is() -> None:
    xml = b'<worksheet xmlns="urn:x"><sheetData/></worksheet>'
    assert shifted_columns(xml, 10, 20, 3) == xml


def test_a_move_that_lost_something_is_seen() -> None:
    data = plain_book()
    old = read_tables(Package.from_bytes(data))["LB_Weeks"]
    ref = old.ref
    there = replace(old, ref=Box(ref.top, ref.left + 3, ref.bottom, ref.right + 3))
    assert not not_moved(old, there, 3)
    assert not_moved(old, None, 3) and not_moved(old, old, 3)
    assert not_moved(old, replace(there, columns=there.columns[::-1]), 3)
    content = parts(data)
    part = sheet_part(data, "History")
    content[part] = content[part].replace(b'<c r="T6" s="23"/>', b'<c r="T6" s="23"><v>7</v></c>', 1)
    changed = read_tables(Package.from_bytes(packed(content)))["LB_Weeks"]
    assert not_moved(old, replace(changed, ref=there.ref), 3)
