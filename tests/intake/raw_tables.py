"""Raw tables made by hand, as a workbook reader would hand them to intake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

import numpy as np

from leadbook.intake import Intake, take_in
from leadbook.labels import load_reverse
from leadbook.model.catalogue import Catalogue, load_catalogue
from leadbook.model.policy import Policy, default_policy
from leadbook.model.raw import UNCACHED, CellError

TODAY = date(2026, 6, 15)
FIRST_ROW = 6
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cells:
    """One column: position, letter, header text and the key of the hidden row."""

    index: int
    letter: str
    header: str
    key: str | None


@dataclass
class Raw:
    """A raw table; ``values`` and ``dates`` by column position, parallel to ``rows``."""

    name: str
    sheet: str
    rows: Any
    columns: list[Cells]
    values: dict[int, Any]
    dates: dict[int, Any] = field(default_factory=dict)


def column_letter(index: int) -> str:
    letters = ""
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def serial(moment: date) -> float:
    """A day or moment as the serial that Excel stores."""
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86400


def cell(value: Any) -> tuple[Any, bool]:
    """(raw value, styled as date) of a cell as examples write it.

    ``{"error": "#N/A"}``, ``{"uncached": true}``, ``{"date": "2026-01-05"}`` and ``{"repeat": ["x", 9]}`` stand
    for what JSON cannot say.
    """
    if isinstance(value, dict):
        kind, given = next(iter(value.items()))
        if kind == "date":
            return serial(datetime.fromisoformat(given)), True
        special = {
            "error": lambda: CellError(given),
            "uncached": lambda: UNCACHED,
            "repeat": lambda: given[0] * given[1],
        }
        return special[kind](), False
    if isinstance(value, date):
        return serial(value), True
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value), False
    return value, False


def objects(values: Sequence[Any]) -> Any:
    out = np.empty(len(values), dtype=object)
    out[:] = list(values)
    return out


def raw_table(
    key: str,
    rows: Sequence[Row],
    headers: Sequence[tuple[str, str | None]] | None = None,
    catalogue: Catalogue | None = None,
) -> Raw:
    """A raw table of the catalogue. ``headers``: (text, key) of each column; rows are then keyed by header text."""
    table = (catalogue or load_catalogue()).table(key)
    shown = headers or [(f.key, f.key) for f in table.fields]
    columns = [Cells(n, column_letter(n), text, held) for n, (text, held) in enumerate(shown, 1)]
    values, dates = {}, {}
    for column in columns:
        cells = [cell(row.get(column.header)) for row in rows]
        values[column.index] = objects([value for value, _ in cells])
        dates[column.index] = np.array([styled for _, styled in cells], dtype=bool)
    at = np.arange(FIRST_ROW, FIRST_ROW + len(rows), dtype=np.int64)
    return Raw(table.name, table.sheet.title(), at, columns, values, dates)


@cache
def policy() -> Policy:
    return default_policy()


def taken_in(
    leads: Sequence[Row] | Raw,
    interactions: Sequence[Row] = (),
    team: Sequence[Row] = (),
    *,
    language: str = "en",
    profile: str | None = None,
    using: Policy | None = None,
    catalogue: Catalogue | None = None,
    today: date = TODAY,
) -> Intake:
    """Intake of one book that is given as rows by field key."""
    known = catalogue or load_catalogue()
    lead_table = leads if isinstance(leads, Raw) else raw_table("lead", leads, catalogue=known)
    tables = {
        "LB_Leads": lead_table,
        "LB_Interactions": raw_table("interaction", interactions),
        "LB_Team": raw_table("team", team),
    }
    reverse = load_reverse(known.extra_labels)
    return take_in(tables, known, reverse, using or policy(), today, language, profile)


def found(intake: Intake, name: str) -> list[tuple[str, int | None, str | None]]:
    """(table, sheet row, field) of every finding of one kind."""
    return [(f.table, f.row, f.field) for f in intake.findings if f.name == name]
