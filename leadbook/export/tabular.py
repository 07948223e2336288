"""A table as CSV that Excel opens safely, or as JSON that keeps every type (T03, X12)."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, Final

import pandas as pd

from leadbook.export.flat import flat
from leadbook.export.texts import harmless
from leadbook.model.catalogue import Table

_BOM: Final = "\ufeff"


def json_bytes(frame: pd.DataFrame, table: Table, closed: Collection[str] = ()) -> bytes:
    """A list of objects by field key, one a line; numbers, lists and parts as they are, blank cells ``null``."""
    keys = [str(key) for key in frame.columns]
    rows = zip(*(frame[key].tolist() for key in frame.columns), strict=True)
    lines = [json.dumps(dict(zip(keys, map(_whole, row), strict=True)), ensure_ascii=False) for row in rows]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode("utf-8", "replace") if lines else b"[]\n"


def csv_bytes(frame: pd.DataFrame, table: Table, closed: Collection[str] = ()) -> bytes:
    """RFC 4180 in UTF-8 with a byte order mark: text in quotes and never a formula, numbers bare."""
    plain, _ = flat(frame, table, closed)
    columns = [[_quoted(str(name)), *map(_cell, plain[name].tolist())] for name in plain.columns]
    lines = [",".join(row) for row in zip(*columns, strict=True)]
    return "".join([_BOM, *(f"{line}\r\n" for line in lines)]).encode("utf-8", "replace")


def _whole(value: Any) -> Any:
    """Whole numbers without ".0"."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(_whole(value))
    return _quoted("; ".join(map(str, value)) if isinstance(value, list) else str(value))


def _quoted(text: str) -> str:
    return '"' + harmless(text).replace('"', '""') + '"'
