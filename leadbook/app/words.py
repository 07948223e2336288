"""Codes to words for whole columns; every distinct value is worded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.labels import Labels

Objects = npt.NDArray[np.object_]


def worded(values: pd.Series, text: Callable[[Any], str]) -> Objects:
    """``text`` of each distinct value, spread over the rows; missing becomes ``None``."""
    known = values.notna().to_numpy()
    out = np.full(len(values), None, dtype=object)
    codes, distinct = pd.factorize(values[known])
    pool = np.array([text(value) for value in distinct], dtype=object)
    if len(distinct):
        out[known] = pool[codes]
    return out


def choices(values: pd.Series, list_name: str, labels: Labels) -> Objects:
    """A column of choice codes in the language of ``labels``."""
    return worded(values, lambda code: labels.choice(list_name, code))


def numbers(values: pd.Series) -> Objects:
    """A numeric column as Python numbers for cells: whole ones as int, missing as ``None``."""
    floats = values.astype(float).to_numpy()
    out = np.full(len(values), None, dtype=object)
    known = ~np.isnan(floats)
    whole = known & (floats == np.round(floats))
    out[whole] = floats[whole].astype(np.int64).tolist()
    out[known & ~whole] = floats[known & ~whole].tolist()
    return out


def dates(values: pd.Series) -> Objects:
    """A datetime column as Python dates for cells, missing as ``None``."""
    out = np.full(len(values), None, dtype=object)
    known = values.notna().to_numpy()
    out[known] = [moment.date() for moment in values[known]]
    return out


def texts(values: pd.Series) -> Objects:
    """A text column for cells: missing becomes ``None``."""
    return values.astype(object).where(values.notna(), None).to_numpy(dtype=object)


def joined(columns: npt.NDArray[np.int64], points: npt.NDArray[np.int64], text: Callable[[int, int], str]) -> Objects:
    """For each row the texts of its (column, points) pairs joined by "; ", skipping column -1."""
    rows, width = columns.shape
    pairs = pd.MultiIndex.from_arrays([columns.ravel(), points.ravel()])
    codes, distinct = pd.factorize(pairs)
    pool = np.array([None if c < 0 else text(int(c), int(p)) for c, p in distinct], dtype=object)
    cells = pool[codes].reshape(rows, width) if rows else np.empty((0, width), dtype=object)
    return np.array(["; ".join(filter(None, row)) or None for row in cells], dtype=object)
