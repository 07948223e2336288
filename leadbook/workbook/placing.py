"""Which sheet row each new row of an owned table goes to, and where the user's own cells move with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leadbook.model.raw import RawValue

from .grid import Grid, as_read
from .tables import RawTable


@dataclass(slots=True)
class Placement:
    """``rows``: sheet row of each new row; ``bottom``: last body row; ``source``: new row -> old row whose
    user cells it carries; ``kept``: rows that stay for the user's cells alone, with their key."""

    rows: list[int]
    bottom: int
    source: dict[int, int] = field(default_factory=dict)
    kept: dict[int, RawValue] = field(default_factory=dict)
    kept_order: bool = False


@dataclass(slots=True)
class Body:
    """What the placing must know of the old body: its first row, the key in each row, rows in which the
    user has put something, and rows on which something hangs that cannot move."""

    top: int
    keys: list[RawValue]
    user_rows: set[int]
    stuck_rows: set[int]

    @property
    def bottom(self) -> int:
        return self.top + len(self.keys) - 1

    def first_rows(self) -> dict[RawValue, int]:
        """Key -> its first row."""
        found: dict[RawValue, int] = {}
        for index, key in enumerate(self.keys):
            if key is not None:
                found.setdefault(key, self.top + index)
        return found


def place(body: Body, keys: Sequence[Any] | None, count: int) -> Placement:
    """Rows for ``count`` new rows, whose keys (if any) are ``keys``."""
    if keys is None or not (body.user_rows or body.stuck_rows):
        rows = list(range(body.top, body.top + count))
        return Placement(rows, body.top + max(count, 1) - 1)
    new = [as_read(key) for key in keys]
    free = _in_order(body, new)
    if all(free.source.get(row, row) == row for row in body.stuck_rows) and all(
            target == source for target, source in free.source.items() if source in body.stuck_rows) and all(
            row in free.source for row in body.stuck_rows & body.user_rows | _keyed(body, body.stuck_rows)):
        return free
    return _kept_order(body, new)


def _keyed(body: Body, rows: set[int]) -> set[int]:
    return {row for row in rows if body.keys[row - body.top] is not None}


def _in_order(body: Body, keys: list[RawValue]) -> Placement:
    """The new order; what people wrote beside rows that are gone is kept under it, with its key."""
    old = body.first_rows()
    placed = Placement(list(range(body.top, body.top + len(keys))), 0)
    used: set[int] = set()
    for row, key in zip(placed.rows, keys, strict=True):
        if key in old and old[key] not in used:
            placed.source[row] = old[key]
            used.add(old[key])
    at = body.top + len(keys)
    for row in sorted(body.user_rows - used):
        placed.source[at], placed.kept[at] = row, body.keys[row - body.top]
        at += 1
    placed.bottom = max(at - 1, body.top)
    return placed


def _kept_order(body: Body, keys: list[RawValue]) -> Placement:
    """Rows that existed stay where they are; new ones fill bare rows, then follow below."""
    old = body.first_rows()
    target: dict[int, int] = {}
    staying: set[int] = set()
    for index, key in enumerate(keys):
        if key in old and old[key] not in staying:
            target[index] = old[key]
            staying.add(old[key])
    busy = staying | body.user_rows | body.stuck_rows
    bare = [row for row in range(body.top, body.bottom + 1) if row not in busy]
    following = iter([*bare, *range(body.bottom + 1, body.bottom + 1 + len(keys))])
    rows = [target[i] if i in target else next(following) for i in range(len(keys))]
    taken = set(rows)
    kept = {row: body.keys[row - body.top] for row in sorted((body.user_rows | body.stuck_rows) - taken)}
    bottom = max([*rows, *kept, body.top])
    return Placement(rows, bottom, {row: row for row in taken | set(kept) if row <= body.bottom}, kept, True)


def user_rows(table: RawTable, grid: Grid, skip: set[int]) -> set[int]:
    """Rows of the old body in which a column without key holds more than a repeated formula."""
    own = [c.index - 1 for c in table.columns if c.key is None and c.index - 1 not in skip]
    if not own:
        return set()
    filled = grid.filled()[:, own] & ~grid.formula[:, own]
    return {int(grid.box.top + i) for i in np.flatnonzero(filled.any(axis=1))}
