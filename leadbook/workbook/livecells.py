"""Between the values that a spreadsheet program gives or takes and the cells of leadbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np

from leadbook.model.raw import CellError

from .cells import SheetCells
from .celltext import Formula
from .rects import Rect, Serial

Block = list[list[Any]]
ERRORS: Final = frozenset(
    ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
# Error values of newer Excel versions come as bare numbers of this range; real numbers come as float.
_ERROR_CODES: Final = range(-2146826300, -2146826200)
_EPOCH: Final = datetime(1899, 12, 30)  # day 0 of the serials from March 1900 on
_SECOND: Final = 1 / 86_400
LONGEST_IN_BLOCK: Final = 8_000
_READ_AS_INPUT: Final = re.compile(r"[=+\-@'#$%(.,\d]|.{0,80}\d.{0,80}\Z|(?i:true|false)\Z", re.DOTALL)


def block(raw: Any, height: int, width: int) -> Block:
    """What a program gives for a range (scalar, row, column or rows) as rows of equal length."""
    if not isinstance(raw, list | tuple):
        return [[raw]]
    if raw and isinstance(raw[0], list | tuple):
        return [list(row) for row in raw]
    flat = list(raw)
    return [flat[n * width : (n + 1) * width] for n in range(height)]


def serial(moment: date) -> float:
    """The serial of a moment as programs hand it over: days since 1899-12-30."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    gap = moment.replace(tzinfo=None) - _EPOCH
    return gap.days + (gap.seconds + round(gap.microseconds, -3) / 1e6) / 86_400


def moment(value: Serial) -> datetime:
    """A serial as the date-time that a program takes; whole seconds."""
    return _EPOCH + timedelta(seconds=round(value.value * 86_400))


def _value(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return CellError(value) if value in ERRORS else value or None
    if kind is int and value in _ERROR_CODES:
        return CellError("#ERROR!")
    if value is None or kind is bool or kind is float:
        return value
    if isinstance(value, date):
        return serial(value)
    return float(value) if isinstance(value, int | Decimal) else str(value)


def is_formula(formula: Any, value: Any) -> bool:
    """A text that merely begins with "=" is its own "formula"; a real one never equals its value."""
    return isinstance(formula, str) and formula.startswith("=") and formula != value


def sheet_cells(values: Block, formulas: Block, top: int, left: int) -> SheetCells:
    """The cells of a used range. Empty cells are left out."""
    shape = len(values), len(values[0]) if values else 0
    given = np.empty(shape, object)
    typed = np.empty(shape, object)
    for n, row in enumerate(values):
        given[n, :] = row
    for n, row in enumerate(formulas):
        typed[n, :] = row
    formula = np.array([[is_formula(f, v) for f, v in zip(a, b, strict=True)]
                        for a, b in zip(typed.tolist(), given.tolist(), strict=True)], bool).reshape(shape)  # fmt: skip
    date_ = np.array([[isinstance(v, date) for v in row] for row in given.tolist()], bool).reshape(shape)
    plain = np.empty(shape, object)
    for n, row in enumerate(given.tolist()):
        plain[n, :] = [_value(v) for v in row]
    rows, cols = np.nonzero(formula | np.not_equal(plain, np.array(None, object)).astype(bool))
    return SheetCells(
        (rows + top).astype(np.int32), (cols + left).astype(np.int32), plain[rows, cols],
        np.zeros(len(rows), np.int32), formula[rows, cols], date_[rows, cols], frozenset(), (), None,
    )  # fmt: skip


def typed_text(text: str) -> str:
    """A text so that a program takes it as text: what it could read as a formula, number or date is marked
    with the apostrophe that people would type."""
    return f"'{text}" if _READ_AS_INPUT.match(text) else text


def given_values(rect: Rect) -> tuple[Block, dict[tuple[int, int], str]]:
    """The values of a rectangle as a program takes them, and apart from them the texts that Excel takes only
    one at a time, by their place."""
    values = [[_given(value) for value in row] for row in rect.rows]
    long = {(n, m): value for n, row in enumerate(values) for m, value in enumerate(row)
            if type(value) is str and len(value) > LONGEST_IN_BLOCK}  # fmt: skip
    for row, col in long:
        values[row][col] = None
    return values, long


def given_formulas(rect: Rect) -> Block:
    """The same for a rectangle with formulas: everything as people would type it."""
    return [[f"={v.text}" if type(v) is Formula else _serial(v) for v in row] for row in rect.rows]


def _given(value: Any) -> Any:
    kind = type(value)
    if kind is str:
        return typed_text(value)
    if kind is Serial:
        return moment(value)
    return value.code if kind is CellError else value


def _serial(value: Any) -> Any:
    return value.value if type(value) is Serial else "" if value is None else _given(value)


def has_formulas(rect: Rect) -> bool:
    return any(type(value) is Formula for row in rect.rows for value in row)


def as_held(values: Block, formulas: Block) -> Block:
    """Cells of a rectangle as values of a plan, so that they can be put back as they were."""
    return [[_held(v, f) for v, f in zip(a, b, strict=True)] for a, b in zip(values, formulas, strict=True)]


def _held(value: Any, formula: Any) -> Any:
    if is_formula(formula, value):
        return Formula(str(formula)[1:])
    return Serial(serial(value)) if isinstance(value, date) else _value(value)


def same_cells(wanted: Sequence[Sequence[Any]], held: Block) -> bool:
    """Whether cells hold what was wanted; moments to the second, a date may stand as a bare number."""
    return all(same_cell(w, h) for a, b in zip(wanted, held, strict=True) for w, h in zip(a, b, strict=True))


def same_cell(wanted: Any, held: Any) -> bool:
    if type(wanted) is Formula:
        return type(held) is Formula
    if isinstance(wanted, CellError) or isinstance(held, CellError):  # programs tell "#N/A" the text the same way
        return str(getattr(wanted, "code", wanted)) == str(getattr(held, "code", held))
    if isinstance(held, Serial) or isinstance(wanted, Serial):
        a, b = (v.value if isinstance(v, Serial) else v for v in (wanted, held))
        return type(a) in (int, float) and type(b) in (int, float) and abs(a - b) < _SECOND
    if type(wanted) is bool or type(held) is bool:
        return wanted is held
    return bool(wanted == held)


def unlike_dates(wanted: Sequence[Sequence[Any]], held: Block) -> list[tuple[int, int, bool]]:
    """(row, column, is a date) of cells that are shown as a date and should not be, or the other way round."""
    return [(n, m, isinstance(w, Serial)) for n, (a, b) in enumerate(zip(wanted, held, strict=True))
            for m, (w, h) in enumerate(zip(a, b, strict=True))
            if type(w) in (int, float, Serial) and isinstance(w, Serial) != isinstance(h, Serial)]  # fmt: skip
