"""What a table that gets more rows needs, whichever way it is written: room, row numbers, repeated formulas."""

from __future__ import annotations

from collections.abc import Sequence

from leadbook.errors import RefusedFile

from .anchors import is_addressless
from .celltext import Formula
from .reader import Reader
from .refs import Box, letter
from .tablepart import read_table
from .tables import RawTable


def check_room(reader: Reader, table: RawTable, after: int, bottom: int) -> None:
    """Refuse (RefusedFile ``cells_below_table``) to grow a table over a totals row, cells with content or merged
    cells; ``after`` is the last row that may be full, ``bottom`` the new last one."""
    if bottom <= table.bottom:
        return
    left, right = table.ref.left, table.ref.right
    cells = reader.cells(table.part)
    below = cells.within(Box(after + 1, left, bottom, right))
    below = below[cells.filled()[below]]
    address = f"{letter(left)}{table.bottom + 1}" if table.totals else ""
    if len(below):
        address = address or f"{letter(int(cells.col[below[0]]))}{int(cells.row[below[0]])}"
    area = Box(table.bottom + 1, left, bottom, right)
    address = address or next((str(box) for box in cells.merged if box.meets(area)), "")
    if address:
        raise RefusedFile("cells_below_table", file=reader.pkg.name, sheet=table.sheet, cell=address, table=table.name)


def numbered(table: RawTable, given: Sequence[int] | None) -> tuple[list[int], list[int], int]:
    """The sheet rows of a change, its new rows (given as 0) set below the last row that holds anything; the
    positions of these; and that last row."""
    rows = [int(row) for row in given or ()]
    last = int(table.rows.max()) if len(table.rows) else table.header_row
    fresh = [position for position, row in enumerate(rows) if row <= 0]
    for count, position in enumerate(fresh):
        rows[position] = last + 1 + count
    return rows, fresh, last


def repeated_formulas(reader: Reader, table: RawTable) -> dict[int, Formula]:
    """Column -> the formula that the table repeats down a user's column, if it names no cell by address."""
    info = read_table(reader.pkg.read(table.table_part)) if table.table_part else None
    own = {c.index - 1 for c in table.columns if c.key is None}
    return {i: Formula(text) for i, text in enumerate(info.formulas if info else ())
            if text and i in own and is_addressless(text)}  # fmt: skip
