"""One column of raw cells to typed values; every distinct cell is parsed once (DESIGN §3, §11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.intake.parsers import ALONE, BY_ANCHOR, BY_REGION, NEVER_DATES, Parser, parser_of
from leadbook.intake.quick import BY_KIND as QUICK
from leadbook.intake.quick import LONGEST, LONGEST_STRUCTURED, Answers
from leadbook.intake.values import unanswered
from leadbook.intake.values.base import Context, Parsed, Problem
from leadbook.labels import Reverse
from leadbook.model.catalogue import Field
from leadbook.model.raw import CellError, Uncached

Objects = npt.NDArray[np.object_]
Codes = npt.NDArray[np.int64]
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
    moment = _EPOCH + timedelta(seconds=round(serial * 86_400))  # 10:00 is stored as a hair less
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
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(value, ".15g")
    return str(value)[:200]


def _parse_one(parse: Parser, field: Field, value: object, is_date: bool, context: Context) -> Parsed:
    if isinstance(value, CellError):
        return Parsed(None, Problem("error_cell"))
    if isinstance(value, Uncached):
        return Parsed(None, Problem("uncached_formula"))
    longest = LONGEST if field.kind == "text" else LONGEST_STRUCTURED
    if isinstance(value, str) and len(value) > longest:
        return Parsed(None, Problem("text_too_long", {"length": len(value), "maximum": longest}))
    if is_date and isinstance(value, float):
        if field.kind in NEVER_DATES:
            return Parsed(None, Problem("excel_date"))
        if field.kind in ("text", "people", "plan"):
            value = raw_text(value, True)
    assert isinstance(value, str | float | bool)
    return parse(value, context)


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
    blank: Any = None
    rows = np.flatnonzero(np.not_equal(values, blank))
    rows = rows[np.not_equal(values[rows], "").astype(bool)]
    if not len(rows):
        return empty_column(field, len(values))
    codes, cells = _distinct(values[rows], raw.dates[rows])
    alike = ALONE.get(field.kind)
    alone = np.array([alike(cell) for cell, _ in cells] if alike else [False] * len(cells))[codes]
    codes, origin, regions = _beside(codes, regions if field.kind in BY_REGION else None, rows, alone)
    codes, at, anchors = _beside(codes, anchors if field.kind in BY_ANCHOR else None, rows, alone)
    cells, regions = [cells[n] for n in origin[at]], regions[at]
    known, problems = _parse_all(field, cells, regions, anchors, context, reverse)
    out = np.full(len(values), -1, dtype=np.int64)
    out[rows] = np.where(np.array([value is not None for value in known])[codes], codes, -1)
    faulty = np.flatnonzero(np.isin(codes, list(problems)))
    told = [(row, problems[code]) for row, code in zip(rows[faulty].tolist(), codes[faulty].tolist(), strict=True)]
    return Column(field, out, known, told)


def _parse_all(
    field: Field, cells: Sequence[tuple[Any, bool]], regions: Objects, anchors: Objects, context: Context,
    reverse: Reverse,
) -> Answers:  # fmt: skip
    """The value of each different cell and the problems by position: common spellings first, then the parser."""
    quick = None if field.parser else QUICK.get(field.kind)
    mishap = field.kind in NEVER_DATES
    known: list[Any] = [None] * len(cells)
    problems: dict[int, Problem] = {}
    if quick:
        known, problems = quick([None if mishap and dated else cell for cell, dated in cells])
    parse = parser_of(field, reverse)
    contexts: dict[Any, Context] = {}
    for n in [n for n, value in enumerate(known) if value is None]:
        place = regions[n], anchors[n]
        if place not in contexts:
            contexts[place] = replace(context, region=place[0] or context.region, anchor=place[1])
        answer = _parse_one(parse, field, *cells[n], contexts[place])
        known[n] = answer.value
        if answer.problem is not None:
            problems[n] = answer.problem
    if field.owner == "rep" and field.kind in unanswered.KINDS and not field.none_is_answer:
        for n in [n for n, (cell, _) in enumerate(cells) if unanswered.is_no_answer(cell)]:
            known[n], problems[n] = None, Problem(unanswered.NAME)
    return known, problems


def _distinct(values: Objects, dates: npt.NDArray[np.bool_]) -> tuple[Codes, list[tuple[Any, bool]]]:
    """Codes of the rows into the list of different cells, each with whether it is styled as a date."""
    cells = values.tolist()
    if set(map(type, cells)) <= {str, float}:  # what hashes alike is alike, unlike True and 1.0
        codes, pool = pd.factorize(values, use_na_sentinel=False)
        if not dates.any():
            return codes, [(cell, False) for cell in pool.tolist()]
        codes, pairs = pd.factorize(codes * 2 + dates)
        return codes, list(zip(pool[pairs // 2].tolist(), (pairs % 2 == 1).tolist(), strict=True))
    seen: dict[Any, int] = {}
    keys = zip(map(type, cells), cells, dates.tolist(), strict=True)
    codes = np.fromiter((seen.setdefault(key, len(seen)) for key in keys), dtype=np.int64, count=len(cells))
    return codes, [key[1:] for key in seen]


def _beside(
    codes: Codes, values: Objects | None, rows: Codes, alone: npt.NDArray[np.bool_]
) -> tuple[Codes, Codes, Objects]:
    """Codes of the different pairs of a cell and a value of its row, then the cell (code) and value of each pair.

    Cells that stand ``alone`` pair with ``None``, and without ``values`` all do.
    """
    if values is None:
        number = int(codes.max()) + 1
        return codes, np.arange(number), np.full(number, None, dtype=object)
    needed = values[rows]
    needed[alone] = None
    second, pool = pd.factorize(needed, use_na_sentinel=False)
    pool[pd.isna(pool)] = None
    both, pairs = pd.factorize(codes * len(pool) + second)
    return both, pairs // len(pool), pool[pairs % len(pool)]


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
    field, distinct = column.field, column.distinct
    if field.kind in ("integer", "number", "percent"):
        return {"": _numbers(column, distinct)}
    if field.kind == "date":
        return {"": _dates(column, distinct)}
    if field.kind == "datetime":
        has_time = pd.Series(column.part(lambda value: "T" in value), dtype=object)
        return {"": _dates(column, distinct), ".has_time": has_time}
    out = {"": pd.Series(column.values(), dtype=object)}
    if field.kind == "money":
        out |= _parts(column, _MONEY, [value or {} for value in distinct])
    elif field.kind == "size":
        out |= _parts(column, field.parts, [_size_parts(value or {}) for value in distinct])
    elif field.kind == "industry":
        out[".code"] = pd.Series(column.part(lambda value: value["code"]), dtype=object)
        out[".detail"] = pd.Series(column.part(lambda value: value.get("detail")), dtype=object)
    elif field.kind == "plan":
        out[".text"] = pd.Series(column.part(lambda value: value["text"]), dtype=object)
        out[".due"] = _dates(column, [value and value["due"] for value in distinct])
    return out


def _parts(column: Column, parts: Sequence[str], distinct: Sequence[Mapping[str, Any]]) -> dict[str, pd.Series]:
    out = {}
    for part in parts:
        given = [value.get(part) for value in distinct]
        words = part.endswith(("currency", "approximate"))
        out[f".{part}"] = _objects(column, given) if words else _numbers(column, given)
    return out


def _objects(column: Column, distinct: Sequence[Any]) -> pd.Series:
    pool = np.empty(len(distinct) + 1, dtype=object)
    pool[:-1] = distinct
    return pd.Series(pool[column.codes], dtype=object)


def _numbers(column: Column, distinct: Sequence[Any]) -> pd.Series:
    return pd.Series(np.array([*distinct, None], dtype=np.float64)[column.codes])


def _dates(column: Column, distinct: Sequence[str | None]) -> pd.Series:
    return pd.Series(np.array([text or "NaT" for text in (*distinct, None)], dtype="datetime64[s]")[column.codes])


def parse_date(text: str, today: date) -> date | None:
    """A date given on the command line; ``None`` when it is not one or could mean two days."""
    from leadbook.intake.values.dates import date as parse

    found = parse(text, Context(today=today))
    return date.fromisoformat(found.value) if isinstance(found.value, str) and found.problem is None else None
