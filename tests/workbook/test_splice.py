# ruff: noqa: E501  (rows of a sheet, as they stand in the file)
"""Editing cells in place: new cells are right, and every other byte stays."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.errors import RefusedFile
from leadbook.model.raw import UNCACHED, CellError
from leadbook.workbook.cells import read_sheet
from leadbook.workbook.celltext import REMOVE, Formula, Moved
from leadbook.workbook.splice import ColumnEdit, Edits, splice

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROWS = (
    '<row r="1" spans="1:3" ht="20" customHeight="1"><c r="A1" s="1" t="s"><v>0</v></c><c r="C1"><v>3</v></c></row>'
    '<row r="4" spans="1:2"><c r="A4" s="2"/><c r="B4" s="5"><f>A1*2</f><v>9</v></c></row><row r="5"/>'
)


def sheet(rows: str = ROWS, prefix: str = "", root: str = MAIN) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<worksheet {root}><dimension ref="A1:C5"/><sheetData>{rows}'
        '</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        "</worksheet>"
    )
    if prefix:
        text = re.sub(r"<(/?)(\w+)(?=[ />])", rf"<\1{prefix}:\2", text).replace(f"<?{prefix}:xml", "<?xml")
        text = text.replace("xmlns=", f"xmlns:{prefix}=")
    return text.encode()


def values(xml: bytes) -> dict[str, Any]:
    cells = read_sheet(xml, ["shared"])
    return {f"{chr(64 + c)}{r}": v for r, c, v in zip(cells.row, cells.col, cells.value, strict=True)}


def edited(xml: bytes, col: int, row: int, value: Any, style: int | None = None, **kind: Any) -> bytes:
    return splice(xml, Edits([ColumnEdit(col, [row], [value], style)], **kind))


def test_one_cell_changes_and_nothing_else() -> None:
    old = sheet()
    new = edited(old, 2, 4, 7)
    assert new == old.replace(b'<c r="B4" s="5"><f>A1*2</f><v>9</v></c>', b'<c r="B4" s="5"><v>7</v></c>')


def test_new_cell_between_neighbours_and_new_rows_in_order() -> None:
    old = sheet()
    new = splice(old, Edits([ColumnEdit(2, [1, 3, 5, 9], ["x", "y", "z", "end"], 4)]))
    assert list(values(new)) == ["A1", "B1", "C1", "B3", "A4", "B4", "B5", "B9"]
    for cell in (
        '<c r="A1" s="1" t="s"><v>0</v></c>',
        '<c r="C1"><v>3</v></c>',
        "<f>A1*2</f>",
        'ht="20" customHeight="1"',
    ):
        assert cell in new.decode()
    assert '<dimension ref="A1:C9"/>' in new.decode()
    assert '<row r="5"><c r="B5" s="4"' in new.decode()


def test_spans_widen_only_where_needed() -> None:
    new = splice(sheet(), Edits([ColumnEdit(7, [1], ["x"])]))
    assert 'spans="1:7" ht="20"' in new.decode()
    assert '<row r="4" spans="1:2">' in new.decode()


def test_same_values_same_bytes() -> None:
    edits = Edits([ColumnEdit(2, [1, 4, 8], ["a", 2.5, None], 3), ColumnEdit(9, [2], [True])])
    once = splice(sheet(), edits)
    assert splice(once, edits) == once
    nothing = sheet()
    assert splice(nothing, Edits()) is nothing


@pytest.mark.req("X12")
@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "\tx", "＝1"])
def test_text_stays_text(text: str) -> None:
    new = edited(sheet(), 1, 1, text)
    assert values(new)["A1"] == text
    assert b"<f>" not in new[new.index(b'r="A1"') : new.index(b'r="C1"')]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (float("nan"), None),
        (math.inf, None),
        (pd.NaT, None),
        (pd.NA, None),
        (np.float64("nan"), None),
        ("", None),
        (3, 3.0),
        (2**60, float(2**60)),
        (0.1, 0.1),
        (1e300, 1e300),
        (-0.0, 0.0),
        (np.int64(5), 5.0),
        (np.bool_(True), True),
        (True, True),
        (date(2024, 3, 1), 45352.0),
        (datetime(2024, 3, 1, 12), 45352.5),
        (date(1900, 1, 1), 1.0),
        (pd.Timestamp("2024-03-01"), 45352.0),
        (np.datetime64("2024-03-01"), 45352.0),
        (np.datetime64("NaT"), None),
        (CellError("#N/A"), CellError("#N/A")),
        (Formula("A1", 4), 4.0),
        (Formula("A1&B1", "a<b"), "a<b"),
        (Formula("A1=1", False), False),
        (Formula("A1"), UNCACHED),
        ("  two  ", "  two  "),
        ("a\nb\r\nc", "a\nb\r\nc"),
        ("_x0041_", "_x0041_"),
        ("_x0041\x01", "_x0041\x01"),
        ("\x00\x1f\ufffe", "\x00\x1f\ufffe"),
        ("a\ud800b", "a\ufffdb"),
        ("中文 & <đ>", "中文 & <đ>"),
        (np.str_("s"), "s"),
    ],
)
def test_every_kind_of_value_reads_back(value: Any, expected: Any) -> None:
    xml = edited(sheet(), 1, 4, value)
    ET.fromstring(xml)
    got = values(xml)["A4"]
    assert type(got) is type(expected)
    assert got == expected


def test_dates_count_from_1904_where_the_book_does() -> None:
    assert values(edited(sheet(), 1, 4, date(2024, 3, 1), date1904=True))["A4"] == 45352.0 - 1462


def test_text_longer_than_a_cell_is_cut_with_a_mark() -> None:
    got = values(edited(sheet(), 1, 4, "长" * 40_000))["A4"]
    assert len(got) == 32_767 and got.endswith("长…")
    emoji = values(edited(sheet(), 1, 4, "😀" * 20_000))["A4"]
    assert len(emoji.encode("utf-16-le")) // 2 <= 32_767 and emoji.endswith("😀…")


def test_kept_style_given_style_and_missing_cells() -> None:
    new = splice(
        sheet(),
        Edits(
            [ColumnEdit(1, [1, 4], [1, 2]), ColumnEdit(3, [1], [3], 8), ColumnEdit(4, [1, 7], [None, None])]
        ),
    )
    text = new.decode()
    assert '<c r="A1" s="1"><v>1</v></c>' in text and '<c r="A4" s="2"><v>2</v></c>' in text
    assert '<c r="C1" s="8"><v>3</v></c>' in text
    assert 'r="D1"' not in text and '<row r="7"' not in text


def test_removed_and_moved_cells() -> None:
    moved = b'<c r="B4" s="5"><f>LB_X[[#This Row],[a]]</f><v>9</v></c>'
    new = splice(
        sheet(), Edits([ColumnEdit(1, [1], [REMOVE]), ColumnEdit(2, [5, 6], [Moved(moved)] * 2)])
    ).decode()
    assert 'r="A1"' not in new
    assert '<row r="5"><c r="B5" s="5"><f>LB_X[[#This Row],[a]]</f><v>9</v></c></row>' in new
    assert '<row r="6"><c r="B6" s="5">' in new


def test_hidden_flag_of_rows() -> None:
    new = splice(sheet(), Edits(hidden={1: True, 4: False, 5: True, 6: True, 7: False}))
    assert read_sheet(new, ["x"]).hidden == {1, 5, 6}
    assert splice(new, Edits(hidden={1: False, 5: False, 6: False})).count(b"hidden") == 0


def test_other_spellings_are_edited_in_their_own_way() -> None:
    prefixed = splice(sheet(prefix="x"), Edits([ColumnEdit(2, [1, 2], ["n", 1], 3)])).decode()
    assert '<x:c r="B1" s="3" t="inlineStr"><x:is><x:t>n</x:t></x:is></x:c>' in prefixed
    assert '<x:row r="2"><x:c r="B2" s="3"><x:v>1</x:v></x:c></x:row>' in prefixed
    wide = sheet().decode().replace("UTF-8", "UTF-16").encode("utf-16")
    new = edited(wide, 2, 4, "ở")
    assert new.decode("utf-16") == edited(sheet(), 2, 4, "ở").decode().replace("UTF-8", "UTF-16")
    odd = sheet(
        "<!-- top --><row r='1'>\n  <c r='A1'><v><![CDATA[1]]></v></c>\n  <c r='B1'/>\n</row>\n<row><c><v>2</v></c></row>"
    )
    assert edited(odd, 2, 1, 5) == odd.replace(b"<c r='B1'/>", b'<c r="B1"><v>5</v></c>')
    assert values(edited(odd, 2, 2, "k")) == {"A1": 1.0, "B1": None, "A2": 2.0, "B2": "k"}
    assert values(edited(odd, 1, 2, REMOVE))["A2"] is None
    latin = (
        sheet('<row r="1"><c r="A1" t="str"><v>é</v></c></row>')
        .replace(b"UTF-8", b"ISO-8859-1")
        .decode()
        .encode("latin-1")
    )
    assert values(edited(latin, 2, 1, "二")) == {"A1": "é", "B1": "二"}


def test_empty_sheets() -> None:
    empty = sheet("").replace(b"<sheetData></sheetData>", b"<sheetData/>")
    new = edited(empty, 2, 3, "first")
    assert b'<sheetData><row r="3"><c r="B3"' in new
    assert edited(empty, 2, 3, None) == empty
    assert values(edited(sheet(""), 1, 1, 1)) == {"A1": 1.0}


@pytest.mark.parametrize("rows", ['<row r="4"><c r="B4"/><c r="A4"/></row>', '<row r="4"/><row r="2"/>'])
def test_cells_out_of_order_are_refused_with_their_address(rows: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        edited(sheet(rows), 1, 4, 1)
    assert refused.value.key == "broken_cell" and refused.value.params["cell"] in ("A4", "A2")


spellings = st.sampled_from(["plain", "prefix", "quotes", "spaces", "utf16"])
cell = st.sampled_from(
    [
        '<c r="{a}"/>',
        '<c r="{a}" s="3"><v>1.5</v></c>',
        '<c r="{a}" t="inlineStr"><is><t>a&amp;b</t></is></c>',
        '<c r="{a}" s="2" t="str"><f>A1&gt;2</f><v>t</v></c>',
        "",
    ]
)
new_value = st.one_of(
    st.none(),
    st.floats(),
    st.text(max_size=6),
    st.booleans(),
    st.just(REMOVE),
    st.dates(min_value=date(1900, 3, 1)),
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.integers(1, 9), st.lists(cell, min_size=4, max_size=4)),
    st.dictionaries(st.tuples(st.integers(1, 9), st.integers(1, 5)), new_value, max_size=12),
    spellings,
)
def test_exactly_the_asked_cells_change(
    rows: dict[int, list[str]], wanted: dict[tuple[int, int], Any], spelling: str
) -> None:
    text = "".join(
        f'<row r="{r}">' + "".join(c.format(a=f"{'ABCD'[i]}{r}") for i, c in enumerate(cells)) + "</row>"
        for r, cells in sorted(rows.items())
    )
    old = sheet(text, "p" if spelling == "prefix" else "")
    if spelling == "quotes":
        old = old.replace(b'"', b"'")
    elif spelling == "spaces":
        old = old.replace(b"><c ", b">\n  <c ").replace(b"</row>", b"\n</row>\n")
    elif spelling == "utf16":
        old = old.decode().replace("UTF-8", "utf-16").encode("utf-16")
    columns = [
        ColumnEdit(
            col,
            sorted(r for r, c in wanted if c == col),
            [wanted[r, col] for r in sorted(r for r, c in wanted if c == col)],
        )
        for col in range(1, 6)
    ]
    new = splice(old, Edits(columns))
    before, after = _cells(old), _cells(new)
    for place in before.keys() | after.keys():
        if place not in wanted:
            assert before.get(place) == after.get(place)
    for (row, col), value in wanted.items():
        got = values(new).get(f"{chr(64 + col)}{row}")
        if (
            value is REMOVE
            or value is None
            or value == ""
            or (type(value) is float and not math.isfinite(value))
        ):
            assert got is None
        elif isinstance(value, date):
            assert got == (value - date(1899, 12, 30)).days
        else:
            assert got == value
    assert splice(new, Edits(columns)) == new
    if spelling != "utf16":
        assert _outside(old, wanted) == _outside(new, wanted)


def _cells(xml: bytes) -> dict[tuple[int, int], tuple[Any, int, bool]]:
    cells = read_sheet(xml, [])
    return {
        (int(r), int(c)): (v, int(s), bool(f))
        for r, c, v, s, f in zip(cells.row, cells.col, cells.value, cells.style, cells.formula, strict=True)
    }


def _outside(xml: bytes, wanted: dict[tuple[int, int], Any]) -> str:
    """The part without the wanted cells, without rows left empty, without the dimension."""
    text = xml.decode()
    for row, col in wanted:
        address = f"{chr(64 + col)}{row}"
        text = re.sub(
            rf"""<((?:\w+:)?c) r=["']{address}["'][^>]*?(?:/>|>.*?</\1>)""", "", text, flags=re.DOTALL
        )
    text = re.sub(r"<(?:\w+:)?row [^>]*>\s*</(?:\w+:)?row>", "", text)
    return re.sub(r"<(?:\w+:)?dimension [^>]*>", "", text)
