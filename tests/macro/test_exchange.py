"""Whole rows as LibreOffice joins them, and answers in UTF-8: the two files without a LibreOffice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadbook.errors import RefusedFile
from leadbook.workbook.answerfile import write_answer
from leadbook.workbook.cellplan import CellPlan
from leadbook.workbook.cellsfile import read_cells_file
from leadbook.workbook.exchange import escaped, unescaped
from leadbook.workbook.overlay import Dump

HEAD = "leadbook-cells\t1\tutf-8\n"


def read(folder: Path, body: str) -> Dump:
    path = folder / "cells"
    path.write_text(HEAD + body, encoding="utf-8", newline="")
    return read_cells_file(path)


def values(dump: Dump, sheet: str = "客户") -> dict[tuple[int, int], Any]:
    cells = dump.sheets[sheet]
    return {(int(r), int(c)): v for r, c, v in zip(cells.row, cells.col, cells.value, strict=True)}


def test_a_row_is_numbers_texts_and_gaps(tmp_path: Path) -> None:
    row = "R\t7\t客户 A\t\t12.5\t'12.5\t''q\t=1+1\t1E+021\t.3\t-7\ttwo\\u000Alines\t１２\tnan\t1e5\t\n"
    dump = read(tmp_path, f"S\t客户\n{row}END\t1\n")
    assert dump.wide
    assert values(dump) == {
        (7, 1): "客户 A", (7, 3): 12.5, (7, 4): "12.5", (7, 5): "'q", (7, 6): "=1+1", (7, 7): 1e21, (7, 8): 0.3,
        (7, 9): -7.0, (7, 10): "two\nlines", (7, 11): "１２", (7, 12): "nan", (7, 13): "1e5",
    }  # fmt: skip


def test_a_later_line_counts_where_a_row_does_not_tell_all(tmp_path: Path) -> None:
    dump = read(tmp_path, "S\t客户\nR\t7\t46342\t5\n7\t1\td\t46342\tf\nEND\t2\n")
    cells = dump.sheets["客户"]
    assert values(dump) == {(7, 1): 46342.0, (7, 2): 5.0}
    assert (cells.date.tolist(), cells.formula.tolist()) == ([True, False], [True, False])


@pytest.mark.parametrize("body", ["S\tx\nR\t7\ta\nEND\t0\n", "R\t7\ta\nEND\t1\n", "S\tx\nR\t0\ta\nEND\t1\n",
                                  "S\tx\nR\tseven\ta\nEND\t1\n", "S\tx\nR\t7\t\\x\nEND\t1\n"])  # fmt: skip
def test_rows_that_cannot_be_are_refused(tmp_path: Path, body: str) -> None:
    with pytest.raises(RefusedFile) as stopped:
        read(tmp_path, body)
    assert stopped.value.key in ("cells_broken", "cells_incomplete")


def test_an_answer_in_utf8_escapes_only_what_breaks_lines(tmp_path: Path) -> None:
    text = "客户 Đội 𠮷 \\ tab\t line\n end\u2028 \x85 \ud800 \uffff"
    write_answer(tmp_path / "answer", [text], CellPlan(), 0, wide=True)
    lines = (tmp_path / "answer").read_text(encoding="utf-8").split("\n")
    assert lines[0] == "leadbook-answer\t1\t0" and lines[2:] == ["END\t0", ""]
    told = lines[1].split("\t")[1]
    assert told.startswith("客户 Đội 𠮷 \\u005C tab\\u0009")
    assert escaped(text, wide=True) == told and told.splitlines() == [told]
    assert unescaped(told) == text.replace("\ud800", "\ufffd")
