"""Live filters of an owned table after its rows have changed."""

from __future__ import annotations

from typing import Any

from leadbook.model.raw import RawValue

from .celltext import figure
from .grid import Grid, as_read
from .placing import Placement
from .session import PartWork, Session
from .tablepart import Filter, TablePart, read_table
from .tables import RawTable


def refilter(session: Session, table: RawTable, work: PartWork, grid: Grid, columns: dict[int, list[Any]],
             placed: Placement) -> None:
    """A plain value filter is applied to the new rows; any other filter and a sort order are taken out."""
    info = read_table(session.current(table.table_part)) if table.table_part else None
    if info is None:
        return
    if info.sorted:
        session.drop_sort(table)
        session.note("sort_cleared", table.name, sheet=table.sheet)
    if info.filters:
        _apply(session, table, work, grid, columns, placed, info)


def _apply(session: Session, table: RawTable, work: PartWork, grid: Grid, columns: dict[int, list[Any]],
           placed: Placement, info: TablePart) -> None:
    top = grid.box.top
    hidden = dict.fromkeys(range(top, max(placed.bottom, grid.box.bottom) + 1), False)
    tests = [_shown(session, grid, columns, placed, one) for one in info.filters]
    plain = [test for test in tests if test is not None]
    if len(plain) < len(tests):
        session.drop_filters(table)
        session.note("filter_cleared", table.name, sheet=table.sheet)
    else:
        for row in range(top, placed.bottom + 1):
            hidden[row] = not all(test[row - top] for test in plain)
    already = session.reader.cells(table.part).hidden
    work.edits.hidden.update({row: flag for row, flag in hidden.items() if flag != (row in already)})


def _shown(session: Session, grid: Grid, columns: dict[int, list[Any]], placed: Placement,
           one: Filter) -> list[bool] | None:
    """For each row of the new body whether the filter shows it; None if that cannot be told for certain."""
    if one.values is None or one.column >= grid.style.shape[1]:
        return None
    top = grid.box.top
    cells: list[RawValue] = [None] * (placed.bottom - top + 1)
    if one.column in columns:
        for row, value in zip(placed.rows, columns[one.column], strict=True):
            cells[row - top] = as_read(value)
    else:
        for row in range(top, placed.bottom + 1):
            source = placed.source.get(row, row if not placed.source else None)
            if source is not None and source <= grid.box.bottom:
                cells[row - top] = grid.value[source - top, one.column]
    as_is = session.bank.is_general(int(grid.style[0, one.column]))
    texts = [_display(value, as_is) for value in cells]
    if any(text is None for text in texts):
        return None
    return [(one.blank if text == "" else (text or "").casefold() in one.values) for text in texts]


def _display(value: RawValue, as_is: bool) -> str | None:
    """The text Excel shows and filters by; None if it depends on a number format."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return figure(value) if isinstance(value, float) and as_is else None
