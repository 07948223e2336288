"""The one reader of a worksheet part: every cell as columns of arrays.

Two ways in, one result: ``cells_fast`` scans plain parts with numpy, ``cells_slow`` walks anything legal
with expat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from leadbook.errors import RefusedFile

from . import cells_fast, cells_slow
from .cellvalues import Cells, not_blank
from .refs import MAX_COL, Box, letter
from .scan import Layout
from .styles import Styles
from .xmlparts import as_utf8

SHIFT_1904 = 1462.0


@dataclass(frozen=True, slots=True)
class SheetCells:
    """One worksheet, one array entry per ``c`` element in document order.

    ``row`` and ``col`` are 1-based int32; ``value`` holds None, str, float, bool, CellError or UNCACHED;
    ``style`` is the cell format index; ``formula`` marks formula cells; ``date`` marks numbers shown as
    dates (and ISO date cells), always as 1900 serials. ``dimension`` is what the part claims, not a fact;
    ``layout`` is where rows and cells stand in the bytes (None: not of the plain form). Cells of a blank end are
    left out (see ``tail``); ``beyond`` then finds their layout as far as a row.
    """

    row: npt.NDArray[np.int32]
    col: npt.NDArray[np.int32]
    value: npt.NDArray[np.object_]
    style: npt.NDArray[np.int32]
    formula: npt.NDArray[np.bool_]
    date: npt.NDArray[np.bool_]
    hidden: frozenset[int]
    merged: tuple[Box, ...]
    dimension: Box | None
    layout: Layout | None = None
    beyond: Callable[[int], Layout] | None = None

    def __len__(self) -> int:
        return len(self.row)

    def within(self, box: Box) -> npt.NDArray[np.intp]:
        """Positions of the cells inside a box, in document order."""
        rows = (self.row >= box.top) & (self.row <= box.bottom)
        return np.flatnonzero(rows & (self.col >= box.left) & (self.col <= box.right))

    def filled(self) -> npt.NDArray[np.bool_]:
        """Cells that hold something: a value or a formula, as opposed to a mere format."""
        return self.formula | not_blank(self.value)


def read_sheet(
    xml: bytes, shared: list[str], *, date1904: bool = False, styles: Styles | None = None
) -> SheetCells:
    """All cells of a worksheet part.

    ``shared`` are the shared strings. With ``styles`` the ``date`` flags are set, and in a 1904 book
    calendar dates are moved to 1900 serials. Raises RefusedFile (``damaged_xml``, ``doctype``,
    ``broken_cell``) for parts no program should have written.
    """
    data, _ = as_utf8(xml)
    cells = cells_fast.read(data, shared)
    return finish(cells if cells is not None else cells_slow.read(data, shared), date1904, styles)


def _refuse_twice(cells: Cells) -> None:
    """Two cells at one address: which of them counts differs from program to program."""
    place = cells.row.astype(np.int64) * (MAX_COL + 1) + cells.col
    if (np.diff(place) > 0).all():
        return
    place.sort()
    twice = place[:-1][np.diff(place) == 0]
    if len(twice):
        row, col = divmod(int(twice[0]), MAX_COL + 1)
        raise RefusedFile("broken_cell", cell=f"{letter(col)}{row}")


def finish(cells: Cells, date1904: bool, styles: Styles | None) -> SheetCells:
    """Typed arrays plus date flags from what either way in has found."""
    _refuse_twice(cells)
    sheet = SheetCells(cells.row, cells.col, cells.value, cells.style, cells.formula, cells.iso,
                       frozenset(cells.hidden), tuple(cells.merged), cells.dimension, cells.layout)
    if styles is None:
        return sheet
    number = cells.plain_number & ~cells.iso
    known = np.minimum(sheet.style, len(styles.date) - 1)
    date = cells.iso | (number & styles.date[known])
    value = sheet.value
    move = np.flatnonzero(number & styles.calendar[known]) if date1904 else np.empty(0, np.intp)
    if len(move):
        value = value.copy()
        value[move] = (value[move].astype(np.float64) + SHIFT_1904).astype(object)
    return replace(sheet, date=date, value=value)
