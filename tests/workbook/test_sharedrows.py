"""What is left out before two sheet parts are compared: only whole cells that both have, at the same place."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from leadbook.workbook.sharedrows import without_shared_heads, without_shared_rows

_CELL = re.compile(rb"<c [^>]*?(?:/>|>.*?</c>)")
_ROW = re.compile(rb"<row [^>]*>")
BODIES = (b"<v>1</v>", b"<v>11</v>", b'<is><t>&lt;c r="</t></is>', b"")
CELLS = st.lists(st.sampled_from(BODIES), min_size=1, max_size=6)


def part(rows: list[list[bytes]]) -> bytes:
    out = []
    for row, cells in enumerate(rows, 1):
        body = (b'<c r="%c%d"' % (65 + n, row) + (b">%b</c>" % cell if cell else b"/>") for n, cell in enumerate(cells))
        out.append(b'<row r="%d" ht="15">%b</row>' % (row, b"".join(body)))
    return b"<sheetData>" + b"".join(out) + b"</sheetData>"


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_only_cells_that_both_have_are_left_out(pairs: list[tuple[list[bytes], list[bytes]]]) -> None:
    one, two = (part([pair[n] for pair in pairs]) for n in (0, 1))
    heads = without_shared_heads(one, two)
    sides = zip((one, two), heads, strict=True)
    gone = [Counter(_CELL.findall(before)) - Counter(_CELL.findall(after)) for before, after in sides]
    assert gone[0] == gone[1], "the same cells are left out on both sides"
    assert [_ROW.findall(xml) for xml in heads] == [_ROW.findall(one), _ROW.findall(two)], "every row keeps its tag"
    assert (heads[0] == heads[1]) == (one == two)
    rows = without_shared_rows(*heads)
    assert (rows[0] == rows[1]) == (one == two)


def test_long_rows_that_differ_at_their_end_lose_their_beginning() -> None:
    one, two = (part([[b"<v>%d</v>" % n for n in range(20)] + [last]] * 4) for last in (b"<v>1</v>", b"<v>2</v>"))
    assert all(len(after) < len(one) / 2 for after in without_shared_heads(one, two))


def test_a_comment_is_left_to_the_tokenizer() -> None:
    one, two = (part([[b"<v>1</v>", b'<!-- <c r="B1"> --><v>%d</v>' % n], [b""]]) for n in (1, 2))
    assert without_shared_heads(one, two) == (one, two)
