"""Values with parts (amounts, sizes, plans) as plain columns ``field.part``, for formats that know only cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from leadbook.model.catalogue import Field, Table

NUMBERS: Final = frozenset({"integer", "number", "percent"})
LISTS: Final = frozenset({"people", "choices"})
_MONEY: Final = {"low": "number", "high": "number", "currency": "text", "approximate": "flag"}
_PARTS: Final[Mapping[str, Mapping[str, str]]] = {
    "money": _MONEY,
    "industry": {"code": "text", "detail": "text"},
    "plan": {"text": "text", "due": "date"},
    "size": {
        f"{group}.{part}": kind
        for group, parts in (("headcount", ("low", "high")), ("revenue", tuple(_MONEY)), ("assets", tuple(_MONEY)))
        for part, kind in _MONEY.items()
        if part in parts
    },
}


def flat(
    frame: pd.DataFrame, table: Table, closed: Collection[str] = ()
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Columns of plain values (text, number, flag, list of texts) and the kind of each.

    ``frame``: canonical values by field key, one object a cell, ``None`` where blank. Columns that are ``closed``
    (hidden) are one column of text each, whatever they would hold.
    """
    out: dict[str, pd.Series] = {}
    kinds: dict[str, str] = {}
    for key in frame.columns:
        field = None if key in closed else table.find(str(key))
        for name, values, kind in _columns(str(key), frame[key], field):
            out[name], kinds[name] = values, kind
    return pd.DataFrame(out, index=frame.index, dtype=object), kinds


def _columns(key: str, values: pd.Series, field: Field | None) -> Sequence[tuple[str, pd.Series, str]]:
    kind = field.kind if field else "text"
    answered = values.dropna()
    if kind in _PARTS:
        return [(f"{key}.{part}", _each(values, _part(part)), of) for part, of in _PARTS[kind].items()]
    if kind in LISTS:
        return [(key, values, "list")]
    if any(isinstance(value, list | Mapping) for value in answered):
        return [(key, _each(values, lambda value: json.dumps(value, ensure_ascii=False)), "text")]
    return [(key, values, kind if kind in (*NUMBERS, "date", "datetime") else "text")]


def _part(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """The value at a path such as ``revenue.low``."""

    def pick(value: Any) -> Any:
        for step in name.split("."):
            value = value.get(step) if value else None
        return value

    return pick


def _each(values: pd.Series, text: Callable[[Any], Any]) -> pd.Series:
    out = [None if value is None else text(value) for value in values]
    return pd.Series(out, index=values.index, dtype=object)
