"""A rectangle of a sheet as dense arrays, and the formats that new cells take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from operator import eq, is_
from typing import Any

import numpy as np
import numpy.typing as npt

from leadbook.model.raw import RawValue

from .cells import SheetCells
from .celltext import Formula, cut
from .cellvalues import not_blank, serial_of
from .reader import Reader
from .refs import Box, parse_target
from .scan import Layout

STYLE_BANK = "LB_Styles"
_WORDS = frozenset({str, type(None)})
_PLAIN_KINDS = _WORDS | {int, float, bool}
_HASHED = _WORDS | {int, float, date}  # equal ones of these kinds make equal cells
_AS_IS = frozenset({"General", "0", "@", "builtin:1", "builtin:49"})


class Grid:
    """Cells of a box as 2-D arrays: ``value``, ``style``, ``formula``, ``present`` (there is a ``c``)."""

    def __init__(self, cells: SheetCells, box: Box) -> None:
        shape = (max(box.bottom - box.top + 1, 0), box.right - box.left + 1)
        self.box = box
        self.value = np.full(shape, None, object)
        self.style = np.zeros(shape, np.int64)
        self.formula = np.zeros(shape, bool)
        self.present = np.zeros(shape, bool)
        at = cells.within(box)
        where = cells.row[at] - box.top, cells.col[at] - box.left
        self.value[where], self.style[where] = cells.value[at], cells.style[at]
        self.formula[where], self.present[where] = cells.formula[at], True
        if cells.beyond is not None:
            self._blank_end(cells.beyond(box.bottom), len(cells))

    def _blank_end(self, found: Layout, held: int) -> None:
        """Formats of cells that were not held, since only formats follow them."""
        row, col = found.cell_row[held:], found.cell_col[held:]
        inside = (row >= self.box.top) & (row <= self.box.bottom) & (col >= self.box.left) & (col <= self.box.right)
        where = row[inside] - self.box.top, col[inside] - self.box.left
        self.style[where], self.present[where] = found.cell_style[held:][inside], True

    def filled(self) -> npt.NDArray[np.bool_]:
        """Where there is a value or a formula."""
        return self.formula | not_blank(self.value)


def as_read(value: Any) -> RawValue:
    """A value as the reader would give it back after writing (dates as 1900 serials)."""
    kind = type(value)
    if kind is str:
        return cut(value) or None
    if value is None or kind is bool:
        return value  # type: ignore[no-any-return]
    if kind is float or kind is int:
        number = float(value)
        return number if number - number == 0 else None
    if kind.__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, date):
        return serial_of(moment_of(value))
    if kind.__module__ == "numpy":
        return as_read(value.astype("M8[us]").item() if value.dtype.kind == "M" else value.item())
    if isinstance(value, str | float | int):
        return as_read(next(cls(value) for cls in (bool, str, float, int) if isinstance(value, cls)))
    return value  # type: ignore[no-any-return]


def moment_of(value: date) -> datetime:
    """A date or aware/naive date-time as naive date-time."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return datetime(value.year, value.month, value.day)


class StyleBank:
    """Format indexes by purpose (``date``, ``number`` …) from the samples that LB_Styles points at."""

    def __init__(self, reader: Reader) -> None:
        self.bank: dict[str, int] = {}
        self.dates = reader.styles.date if reader.styles else np.zeros(1, bool)
        self.codes: Sequence[str] = reader.styles.codes if reader.styles else ("General",)
        target = parse_target(reader.pkg.defined_names.get(STYLE_BANK, ""))
        part = reader.sheet_parts.get(target[0].casefold()) if target else None
        if part and target:
            cells = reader.cells(part)
            for at in cells.within(target[1]):
                if isinstance(cells.value[at], str):
                    self.bank[cells.value[at].strip()] = int(cells.style[at])

    def is_date(self, style: int) -> bool:
        """Whether a format shows numbers as dates."""
        return 0 <= style < len(self.dates) and bool(self.dates[style])

    def is_general(self, style: int) -> bool:
        """Whether a format shows a number just as it is."""
        return not 0 <= style < len(self.codes) or self.codes[style] in _AS_IS

    def fitting(self, value: Any, style: int) -> int:
        """The format for a value where the column's own is ``style``: only dates look like dates."""
        if type(value) is str or value is None:
            return style
        if isinstance(value, Formula):
            return self.fitting(value.value, style)
        is_moment = isinstance(value, date | np.datetime64)
        if is_moment and not self.is_date(style) and type(value).__name__ != "NaTType":
            timed = isinstance(value, np.datetime64) or (isinstance(value, datetime) and bool(
                value.hour or value.minute or value.second))
            return self._named(("datetime", "date") if timed else ("date", "datetime"), style)
        if is_number(value) and self.is_date(style):
            whole = float(value).is_integer()
            return self._named(("int", "number") if whole else ("number", "int"), style)
        return style

    def each(self, values: Sequence[Any], styles: Sequence[int]) -> list[int]:
        """The format for each value where its cell's own is given; texts and blanks keep theirs."""
        if _WORDS.issuperset(map(type, values)):
            return list(styles)
        pairs = list(zip(values, styles, strict=True))
        if _HASHED.issuperset(map(type, values)):
            known = {pair: self.fitting(*pair) for pair in set(pairs)}
            return list(map(known.__getitem__, pairs))
        return [self.fitting(value, style) for value, style in pairs]

    def column(self, values: Sequence[Any], style: int) -> list[int]:
        """Formats for a whole column whose own is ``style``. Decided for the column, so that writing the same
        values again decides the same: dates need a date format, numbers another; a mixture gets both."""
        kinds = set(map(type, values))
        if kinds <= _WORDS or (kinds <= _PLAIN_KINDS and not self.is_date(style)):
            return [style] * len(values)
        some = set(values) if kinds <= _HASHED else values
        moments = [v for v in some if isinstance(v, date | np.datetime64) and as_read(v) is not None]
        numbers = [v for v in some if is_number(v)]
        if moments and numbers:
            text = self.bank.get("text", style)
            return [self.fitting(v, text) if not is_number(v) else self._named(("number", "int"), style)
                    for v in values]
        need = next((v for v in dict.fromkeys((*moments, *numbers)) if self.fitting(v, style) != style), None)
        if need is None:
            return [style] * len(values)
        uneven = next((v for v in numbers if not float(v).is_integer()), need)
        return [self.fitting(uneven, style)] * len(values)

    def _named(self, names: tuple[str, str], style: int) -> int:
        known: Mapping[str, int] = self.bank
        return next((known[name] for name in names if name in known), style)


def is_number(value: Any) -> bool:
    """Whether a value is written as a finite number (no date, no flag)."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return False
    return isinstance(value, int | float | np.number) and as_read(value) is not None


def read_back(values: Sequence[Any]) -> npt.NDArray[np.object_]:
    """A column of values as the reader would give them back (see ``as_read``)."""
    found = np.empty(len(values), object)
    if _HASHED.issuperset(map(type, values)):
        table = {value: as_read(value) for value in set(values)}
        found[:] = list(map(table.__getitem__, values))
    else:
        found[:] = [as_read(value) for value in values]
    return found


def same(old: npt.NDArray[np.object_], values: Sequence[Any]) -> npt.NDArray[np.bool_]:
    """Which cells already hold these values (True and 1.0 are different things in a cell)."""
    here, new = old.tolist(), read_back(values).tolist()
    equal = np.fromiter(map(eq, here, new), bool, len(values))
    alike = np.fromiter(map(is_, map(type, here), map(type, new)), bool, len(values))
    return np.asarray(equal & alike, bool)
