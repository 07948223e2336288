"""A table as a Parquet file, for data tools; needs the optional package pyarrow (``leadbook[parquet]``)."""

from __future__ import annotations

import io
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

import pandas as pd

from leadbook.errors import UsedWrongly
from leadbook.export.flat import flat
from leadbook.model.catalogue import Table


def parquet_bytes(frame: pd.DataFrame, table: Table, closed: Collection[str] = ()) -> bytes:
    """Columns as in the CSV file, with types: dates, moments, numbers, lists of text, text.

    ``UsedWrongly`` with the way to install pyarrow when it is missing. Same frame, same bytes.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise UsedWrongly("parquet_missing", command="pip install 'leadbook[parquet]'") from None
    plain, kinds = flat(frame, table, closed)
    columns = {str(n): _array(pyarrow, plain[n].tolist(), kinds[str(n)]) for n in plain.columns}
    target = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), target)
    return target.getvalue()


def _array(pyarrow: Any, values: list[Any], kind: str) -> Any:
    """One typed column; ``kind`` is that of ``flat``."""
    if kind == "date":
        return pyarrow.array([v and date.fromisoformat(v[:10]) for v in values], pyarrow.date32())
    if kind == "datetime":
        return pyarrow.array([v and datetime.fromisoformat(v) for v in values], pyarrow.timestamp("ms"))
    if kind == "integer" and all(v is None or float(v).is_integer() for v in values):
        return pyarrow.array([None if v is None else int(v) for v in values], pyarrow.int64())
    if kind in ("integer", "number", "percent"):
        return pyarrow.array([None if v is None else float(v) for v in values], pyarrow.float64())
    if kind == "flag":
        return pyarrow.array(values, pyarrow.bool_())
    if kind == "list":
        return pyarrow.array(values, pyarrow.list_(pyarrow.string()))
    return pyarrow.array([None if v is None else str(v) for v in values], pyarrow.string())
