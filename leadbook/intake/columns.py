"""One column of raw cells to typed values; every distinct cell is parsed once (DESIGN §3, §11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import repeat
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.intake.parsers import BY_ANCHOR, BY_REGION, NEVER_DATES, Parser, parser_of
from leadbook.intake.values.base import Context, Parsed, Problem
from leadbook.labels import Reverse
from leadbook.model.catalogue import Field
from leadbook.model.raw import CellError, Uncached

Objects = npt.NDArray[np.object_]
LONGEST: Final = 32767
_EPOCH: Final = datetime(1899, 12, 30)


@dataclass(frozen=True)
class RawColumn:
    """Cells of one field: ``values`` as read, ``dates`` where a number is styled as a date. Equal lengths."""

    values: Objects
    dates: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """A typed column: ``codes`` point into ``distinct`` (−1 = no answer); ``problems`` lists (position, problem)."""

    field: Field
    codes: npt.NDArray[np.int64]
    distinct: Sequence[Any]
    problems: Sequence[tuple[int, Problem]]

    def values(self) -> Objects:
        """The canonical values, one object a row, ``None`` where there is no answer."""
        pool = np.empty(len(self.distinct) + 1, dtype=object)
        pool[:-1] = self.distinct
        return pool[self.codes]

    def part(self, pick: Any) -> Objects:
        """``pick`` applied to each distinct value, spread over the rows."""
        pool = np.empty(len(self.distinct) + 1, dtype=object)
        pool[:-1] = [None if value is None else pick(value) for value in self.distinct]
        return pool[self.codes]


def empty_column(field: Field, rows: int) -> Column:
    return Column(field, np.full(rows, -1, dtype=np.int64), [], [])


def serial_text(serial: float) -> str:
    """An Excel serial as the date people saw in the cell."""
    moment = _EPOCH + timedelta(days=serial)
    return moment.strftime("%Y-%m-%d" if serial == int(serial) else "%Y-%m-%d %H:%M")


def raw_text(value: object, is_date: bool = False) -> str:
    """A cell as people see it, for findings: at most 200 characters."""
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        if is_date and 0 < value < 2958466:
            return serial_text(value)
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)[:200]


def _parse_one(parse: Parser, field: Field, value: object, is_date: bool, context: Context) -> Parsed:
    if isinstance(value, CellError):
        return Parsed(None, Problem("error_cell"))
    if isinstance(value, Uncached):
        return Parsed(None, Problem("uncached_formula"))
    if isinstance(value, str) and len(value) > LONGEST:
        return Parsed(None, Problem("text_too_long", {"length": len(value), "maximum": LONGEST}))
    if is_date and isinstance(value, float):
        if field.kind in NEVER_DATES:
            return Parsed(None, Problem("excel_date"))
        if field.kind in ("text", "people", "plan"):
            value = raw_text(value, True)
    assert isinstance(value, str | float | bool)
    return parse(value, context)


def _of(values: Objects | None, rows: npt.NDArray[np.intp]) -> Iterable[Any]:
    return repeat(None) if values is None else values[rows].tolist()


def coerce(
    field: Field,
    raw: RawColumn,
    context: Context,
    reverse: Reverse,
    regions: Objects | None = None,
    anchors: Objects | None = None,
) -> Column:
    """Type one column. ``regions`` (codes) and ``anchors`` (dates) are per row, used by kinds that need them.

    Values with a remark are kept; values that cannot be understood become "no answer" with their problem.
    """
    values = raw.values
    filled = np.array([v is not None and v != "" for v in values], dtype=bool)
    rows = np.flatnonzero(filled)
    out = np.full(len(values), -1, dtype=np.int64)
    if not len(rows):
        return empty_column(field, len(values))
    region = regions if field.kind in BY_REGION else None
    anchor = anchors if field.kind in BY_ANCHOR else None
    cells = values[rows].tolist()
    dated = raw.dates[rows].tolist()
    keys = list(zip(map(type, cells), cells, dated, _of(region, rows), _of(anchor, rows), strict=False))
    seen: dict[Any, int] = {}
    codes = np.fromiter((seen.setdefault(key, len(seen)) for key in keys), dtype=np.int64, count=len(keys))
    parse = parser_of(field, reverse)
    places = {key[3:] for key in seen}
    contexts = {at: replace(context, region=at[0] or context.region, anchor=at[1]) for at in places}
    parsed = [_parse_one(parse, field, key[1], key[2], contexts[key[3:]]) for key in seen]
    known = np.array([p.value is not None for p in parsed])
    out[rows] = np.where(known[codes], codes, -1)
    faulty = np.array([p.problem is not None for p in parsed])
    problems = [(int(rows[i]), parsed[codes[i]].problem) for i in np.flatnonzero(faulty[codes])]
    return Column(field, out, [p.value for p in parsed], [(r, p) for r, p in problems if p is not None])


_MONEY = ("low", "high", "currency", "approximate")


def _size_parts(value: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for group in ("headcount", "revenue", "assets"):
        inner = value.get(group) or {}
        flat |= {f"{group}_{part}": inner.get(part) for part in ("low", "high", "currency") if part in inner}
    return flat


def typed(column: Column) -> dict[str, pd.Series]:
    """The series of one column by name suffix: ``""`` for the value itself, ``.part`` for its parts.

    Numbers are float64 with NaN, dates datetime64[s] with NaT, everything else objects with ``None``.
    """
    field = column.field
    if field.kind in ("integer", "number", "percent"):
        return {"": pd.Series(column.values(), dtype="float64")}
    if field.kind == "date":
        return {"": _dates(column, lambda value: value)}
    if field.kind == "datetime":
        has_time = pd.Series(column.part(lambda value: "T" in value), dtype=object)
        return {"": _dates(column, lambda value: value), ".has_time": has_time}
    out = {"": pd.Series(column.values(), dtype=object)}
    if field.kind == "money":
        for part in _MONEY:
            kind = "float64" if part in ("low", "high") else object
            out[f".{part}"] = pd.Series(column.part(lambda value, p=part: value.get(p)), dtype=kind)
    elif field.kind == "size":
        for part in field.parts:
            kind = object if part.endswith("currency") else "float64"
            out[f".{part}"] = pd.Series(column.part(lambda value, p=part: _size_parts(value).get(p)), dtype=kind)
    elif field.kind == "industry":
        out[".code"] = pd.Series(column.part(lambda value: value["code"]), dtype=object)
        out[".detail"] = pd.Series(column.part(lambda value: value.get("detail")), dtype=object)
    elif field.kind == "plan":
        out[".text"] = pd.Series(column.part(lambda value: value["text"]), dtype=object)
        out[".due"] = _dates(column, lambda value: value["due"])
    return out


def _dates(column: Column, pick: Any) -> pd.Series:
    texts = pd.Series(column.part(pick), dtype=object)
    return pd.to_datetime(texts, format="ISO8601", errors="coerce").astype("datetime64[s]")


def parse_date(text: str, today: date) -> date | None:
    """A date given on the command line, read like a cell."""
    from leadbook.intake.values.dates import date as parse

    value = parse(text, Context(today=today)).value
    return date.fromisoformat(value) if isinstance(value, str) else None
