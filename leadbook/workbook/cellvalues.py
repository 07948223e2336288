"""From the text of a cell to its value: the rules both readers share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from leadbook.errors import RefusedFile
from leadbook.model.raw import UNCACHED, CellError, RawValue

from .refs import Box, letter

if TYPE_CHECKING:
    from .scan import Layout

NUMBER, SHARED, STR, INLINE, BOOL, ERROR, ISO = range(7)
KINDS: Final = {"n": NUMBER, "s": SHARED, "str": STR, "inlineStr": INLINE, "b": BOOL, "e": ERROR, "d": ISO}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
_TIME = re.compile(r"T?([0-9]{2}):([0-9]{2})(?::([0-9]{2}(?:\.[0-9]+)?))?Z?\Z")


@dataclass(slots=True)
class Cells:
    """What a reader has found, before styles are looked at; arrays run in document order. ``layout``: where it
    stands in the bytes, if the part is of the plain form."""

    row: npt.NDArray[np.int32]
    col: npt.NDArray[np.int32]
    value: npt.NDArray[np.object_]
    style: npt.NDArray[np.int32]
    formula: npt.NDArray[np.bool_]
    iso: npt.NDArray[np.bool_]
    plain_number: npt.NDArray[np.bool_]
    hidden: set[int] = field(default_factory=set)
    merged: list[Box] = field(default_factory=list)
    dimension: Box | None = None
    layout: Layout | None = None


def not_blank(values: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Where an object array holds something other than None."""
    return np.asarray(np.not_equal(values, np.array(None, object)), bool)


def value_of(kind: int, text: str | None, formula: bool, shared: list[str], row: int, col: int) -> RawValue:
    """The value of one cell; ``text`` is None where there is no ``v`` (or ``is``) element."""
    if kind in (STR, INLINE):
        return (text or None) if text is not None or not formula else UNCACHED
    text = text.strip() if text else ""
    if not text:
        return UNCACHED if formula else None
    if kind == NUMBER:
        return number(text)
    if kind == SHARED:
        return shared_text(text, shared, row, col)
    if kind == BOOL:
        return text in ("1", "true")
    if kind == ERROR:
        return CellError(text)
    serial = iso_serial(text)
    return text if serial is None else serial


def number(text: str) -> RawValue:
    """A number as float; what has no finite value is an error, what is no number stays text."""
    if _NUMBER.match(text):
        value = float(text)
        return value if value - value == 0 else CellError("#NUM!")
    return CellError("#NUM!") if text.lower() in ("nan", "inf", "-inf") else text


def shared_text(text: str, shared: list[str], row: int, col: int) -> str | None:
    """The shared string an index points at; an index out of range refuses the file."""
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(shared):
        return shared[int(text)] or None
    raise RefusedFile("broken_cell", cell=f"{letter(col)}{row}")


def iso_serial(text: str) -> float | None:
    """ISO 8601 date, date-time or time -> 1900 serial; None if it is none of them."""
    clock = _TIME.match(text)
    if clock:
        return (int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3] or 0)) / 86400
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
    return serial_of(moment)


def serial_of(moment: datetime) -> float:
    """Excel serial of a moment in the 1900 system, with Excel's own 29 February 1900 (serial 60)."""
    gap = moment - datetime(1899, 12, 30)
    days = gap.days + (gap.seconds + gap.microseconds / 1e6) / 86400
    return float(days if days >= 61 else days - 1)
