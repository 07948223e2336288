"""A raw table to a typed frame: columns mapped, values coerced, problems turned into findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.intake.columns import Column, Objects, RawColumn, coerce, empty_column, raw_text, typed
from leadbook.intake.headers import Header, map_columns
from leadbook.intake.values.base import Context, Problem
from leadbook.intake.values.unanswered import NAME
from leadbook.labels import Reverse
from leadbook.model.catalogue import Field, Table
from leadbook.model.findings import Findings
from leadbook.model.raw import RawTableLike

# Placeholders of problems that hold codes, with the list that names them.
_UNKNOWN: Final = "unknown_choice"
# Told later: the row's own currency may still answer it; only some rows need an answer.
_LATER: Final = frozenset({"missing_currency", NAME})
_CODED: Final = {"field_source": "evidence"}  # codes with two parts, by the list of the second


@dataclass
class TypedTable:
    """``frame``: typed columns, index = sheet row. ``columns``: the same before typing. ``letters`` by field."""

    table: Table
    sheet: str
    frame: pd.DataFrame
    columns: Mapping[str, Column]
    letters: Mapping[str, str]
    raw: Mapping[str, RawColumn] = field(default_factory=dict)

    def canonical(self, key: str) -> Objects:
        """The canonical values of one field, one object a row."""
        return self.columns[key].values()

    def shown(self, key: str, position: int) -> str | None:
        """One cell as people see it; ``None`` when blank or when the column is not there."""
        cells = self.raw.get(key)
        if cells is None or cells.values[position] is None:
            return None
        return raw_text(cells.values[position], bool(cells.dates[position]))


def _headers(raw: RawTableLike) -> list[Header]:
    return [Header(c.index, c.header, c.key) for c in raw.columns]


def read_table(
    raw: RawTableLike | None,
    table: Table,
    reverse: Reverse,
    context: Context,
    findings: Findings,
    anchors: Callable[[Mapping[str, Column]], Objects | None] | None = None,
    regions: Callable[[Mapping[str, RawColumn]], Objects | None] | None = None,
) -> TypedTable:
    """The typed form of one table; without a raw table an empty one with all columns.

    Region (its own column, or ``regions``) and, through ``anchors``, the year-giving date of each row are worked
    out first, since other columns need them. Every problem of a value becomes a finding with its row.
    """
    rows = np.empty(0, dtype=np.int64) if raw is None else raw.rows
    cells: dict[str, RawColumn] = {}
    letters: dict[str, str] = {}
    if raw is not None:
        mapped = map_columns(_headers(raw), table, reverse, findings)
        by_position = {c.index: c for c in raw.columns}
        for key, position in mapped.fields.items():
            cells[key] = RawColumn(raw.values[position], raw.dates[position])
            letters[key] = by_position[position].letter
    columns = _coerce_all(table, cells, len(rows), reverse, context, anchors, regions(cells) if regions else None)
    series: dict[str, pd.Series] = {}
    for key, column in columns.items():
        series |= {key + suffix: values for suffix, values in typed(column).items()}
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(rows))).set_axis(rows, axis=0)
    out = TypedTable(table, "" if raw is None else raw.sheet, frame, columns, letters, cells)
    _report(out, findings)
    return out


def _coerce_all(
    table: Table,
    cells: Mapping[str, RawColumn],
    rows: int,
    reverse: Reverse,
    context: Context,
    anchors: Callable[[Mapping[str, Column]], Objects | None] | None,
    places: Objects | None,
) -> dict[str, Column]:
    first = [f for f in table.fields if f.key in ("region", "last_contact", "at")]
    rest = [f for f in table.fields if f not in first]
    done: dict[str, Column] = {}
    for fields, regions, anchor in _passes(first, rest, done, anchors, places):
        for each in fields:
            raw = cells.get(each.key)
            if raw is None or each.owner not in ("rep", "leadbook"):
                done[each.key] = empty_column(each, rows)
            else:
                done[each.key] = coerce(each, raw, context, reverse, regions, anchor)
    return {f.key: done[f.key] for f in table.fields}


def _passes(
    first: list[Field], rest: list[Field], done: dict[str, Column], anchors: Any, places: Objects | None
) -> Iterable[tuple[list[Field], Objects | None, Objects | None]]:
    """Region first, then the dates that may depend on it, then everything else."""
    yield [f for f in first if f.key == "region"], None, None
    regions = done["region"].values() if "region" in done else places
    yield [f for f in first if f.key != "region"], regions, None
    yield rest, regions, anchors(done) if anchors else None


def _report(typed_table: TypedTable, findings: Findings) -> None:
    rows = typed_table.frame.index.tolist()
    for key, column in typed_table.columns.items():
        for position, problem in column.problems:
            if problem.name in _LATER:
                continue
            findings.add(
                problem.name,
                typed_table.table.key,
                field=key,
                row=rows[position],
                value=str(problem.params.get("part") or typed_table.shown(key, position)),
                params=_params(problem, column.field),
            )


def _params(problem: Problem, field: Field) -> dict[str, Any]:
    params = {name: value for name, value in problem.params.items() if name != "value"}
    if problem.name == _UNKNOWN:
        params["choices_of"] = field.list or _CODED[str(field.codes)]
    return params


def positions(frame: pd.DataFrame, mask: pd.Series | npt.NDArray[np.bool_]) -> list[int]:
    """Row positions where ``mask`` holds (missing counts as no)."""
    flags = mask.fillna(False).to_numpy(bool) if isinstance(mask, pd.Series) else mask
    return [int(p) for p in np.flatnonzero(flags)]
