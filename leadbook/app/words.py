"""Codes to words for whole columns; every distinct value is worded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadbook.labels import Labels

_APART: Final = 1 << 20
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
    out: Objects = values.to_numpy().astype("datetime64[D]").astype(object)
    return out


def days(values: pd.Series) -> Objects:
    """A datetime column as ``2025-06-18``, missing as an empty text."""
    out = np.full(len(values), "", dtype=object)
    known = values.notna().to_numpy()
    out[known] = np.datetime_as_string(values.to_numpy()[known].astype("datetime64[D]")).tolist()
    return out


def moments(values: pd.Series) -> Objects:
    """A datetime column as ``2025-06-18 09:30``, missing as an empty text."""
    out = np.full(len(values), "", dtype=object)
    known = values.notna().to_numpy()
    days = np.datetime_as_string(values.to_numpy()[known].astype("datetime64[m]"))
    out[known] = [day.replace("T", " ") for day in days.tolist()]
    return out


def filled(names: pd.Series, prefix: str, words: Mapping[str, Sequence[Any]], labels: Labels) -> Objects:
    """For each row the label ``prefix.name`` filled with the row's words; rows without a name stay ``None``.

    Rows with the same words share one text.
    """
    out = np.full(len(names), None, dtype=object)
    codes, distinct = pd.factorize(names)
    for code, name in enumerate(distinct):
        key, rows = f"{prefix}.{name}", np.flatnonzero(codes == code)
        used = sorted(labels.placeholders(key) & words.keys())
        lines = list(zip(*(_picked(words[word], rows) for word in used), strict=True)) or [()] * len(rows)
        pool = {line: labels.filled(key, dict(zip(used, line, strict=True))) for line in dict.fromkeys(lines)}
        out[rows] = [pool[line] for line in lines]
    return out


def _picked(values: Sequence[Any], rows: npt.NDArray[np.int64]) -> list[Any]:
    picked: list[Any] = np.asarray(values, dtype=object)[rows].tolist()
    return picked


def texts(values: pd.Series) -> Objects:
    """A text column for cells: missing becomes ``None``."""
    out: Objects = values.to_numpy(dtype=object, copy=True)
    out[values.isna().to_numpy()] = None
    return out


def joined(columns: npt.NDArray[np.int64], points: npt.NDArray[np.int64], text: Callable[[int, int], str]) -> Objects:
    """For each row the texts of its (column, points) pairs joined by "; ", skipping column -1."""
    rows, width = columns.shape
    # One number a pair: points stay far below half of _APART.
    codes, distinct = pd.factorize(columns.ravel() * _APART + points.ravel())
    pairs = ((number + _APART // 2) // _APART for number in distinct.tolist())
    pool = [None if c < 0 else text(c, number - c * _APART) for c, number in zip(pairs, distinct.tolist(), strict=True)]
    cells = np.array(pool, dtype=object)[codes].reshape(rows, width) if rows else np.empty((0, width), dtype=object)
    return np.array(["; ".join(filter(None, row)) or None for row in cells], dtype=object)
