"""The spellings that most cells use, read a column at a time; all other cells go to the parsers of ``values``.

Whatever is answered here is what the parser answers too (tests/intake/test_quick.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from leadbook.intake.values.base import Problem
from leadbook.intake.values.dates import EARLIEST_SERIAL
from leadbook.intake.values.days import EARLIEST_YEAR, LATEST_YEAR
from leadbook.intake.values.serials import LATEST_SERIAL

# Values by position (``None``: ask the parser) and the remarks on them.
Answers = tuple[list[Any], dict[int, Problem]]
Quick = Callable[[Sequence[Any]], Answers]
LONGEST: Final = 32767
LONGEST_STRUCTURED: Final = 2000  # dates, amounts, lists: whatever is longer is a text in the wrong cell
_EPOCH: Final = np.datetime64("1899-12-30")
_DAY: Final = re.compile(
    r"([0-9]{4})(?:([-/])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
    r"(?: ([01][0-9]|2[0-3]):([0-5][0-9]))?"
)
_MEANS: Final = re.compile(
    r"(?P<email>[a-z0-9_]{1,40}@[a-z0-9]{1,40}\.[a-z]{2,24})"
    r"|wechat: (?P<wechat>[a-z][a-z0-9_]{5,19})|zalo: (?P<zalo>0[35789][0-9]{8})"
    r"|(?:phone: )?(?P<phone>1[3-9][0-9]{9})",
    re.IGNORECASE,
)

_CODES: Final = "usd|cny|twd|hkd|vnd|eur|gbp|jpy|krw|sgd|aud|cad|nzd"
_AMOUNT: Final = re.compile(
    rf"(?:(?P<code>{_CODES}) ?)?(?P<low>[0-9]{{1,9}}(?:\.[0-9]{{1,2}})?)(?:-(?P<high>[0-9]{{1,9}}(?:\.[0-9]{{1,2}})?))?"
    rf"(?P<unit>[kmKM万萬亿億])?(?: (?P<after>{_CODES}))?",
    re.IGNORECASE,
)
_SCALES: Final[Mapping[str | None, int]] = {None: 0, "k": 3, "m": 6, "万": 4, "萬": 4, "亿": 8, "億": 8}
_HEADS: Final = re.compile(r"约?([0-9]{1,9})(?:-([0-9]{1,9}))? ?(?:人|employees|people|nhân viên)?")


def texts(cells: Sequence[Any]) -> Answers:
    """Printable text, trimmed at both ends."""
    plain = (c if isinstance(c, str) and len(c) <= LONGEST and c.isprintable() else "" for c in cells)
    return [c.strip() or None for c in plain], {}


def days(cells: Sequence[Any]) -> Answers:
    """Serials from 1940 on, and days with a year of four digits."""
    out = [_written(c, timed=False) if isinstance(c, str) else None for c in cells]
    for at, serials in _serials(cells, EARLIEST_SERIAL):
        moments = _EPOCH + np.floor(serials).astype("timedelta64[D]")
        _put(out, at, moments)
    return out, {}


def moments(cells: Sequence[Any]) -> Answers:
    """The same to the minute; a day alone gets the remark that its time is missing."""
    out = [_written(c, timed=True) if isinstance(c, str) else None for c in cells]
    for at, serials in _serials(cells, LATEST_YEAR + 1):
        whole = np.floor(serials)
        minutes = np.rint((serials - whole) * 1440).astype("timedelta64[m]")
        timed = serials != whole
        found = _EPOCH + whole.astype("timedelta64[D]")
        _put(out, at[~timed], found[~timed])
        _put(out, at[timed], found[timed] + minutes[timed])
    return out, {n: Problem("time_missing") for n, value in enumerate(out) if value is not None and "T" not in value}


def means(cells: Sequence[Any]) -> Answers:
    """One address, handle or mobile number without anything around it."""
    written = [str(int(c)) if isinstance(c, float) and c.is_integer() else c for c in cells]
    found = [_MEANS.fullmatch(c) if isinstance(c, str) and c.isascii() else None for c in written]
    return [m and [{"kind": m.lastgroup, "value": _address(m)}] for m in found], {}


def sums(cells: Sequence[Any]) -> Answers:
    """Amounts with the code of their currency, and bare numbers, which get the remark that it is missing."""
    out: list[Any] = [_sum(c) if isinstance(c, str) else None for c in cells]
    bare: dict[int, Problem] = {}
    for n, cell in enumerate(cells):
        if type(cell) is float and 0 <= cell < 1e15 and cell.is_integer():
            out[n] = {"low": int(cell), "high": int(cell), "currency": None, "approximate": False}
            bare[n] = Problem("missing_currency")
    return out, bare


def _sum(text: str) -> dict[str, Any] | None:
    found = _AMOUNT.fullmatch(text)
    if found is None or (found["code"] is None) == (found["after"] is None):
        return None
    zeros = _SCALES[found["unit"] and found["unit"].lower()]
    low = _scaled(found["low"], zeros)
    high = low if found["high"] is None else _scaled(found["high"], zeros)
    if low is None or high is None or low > high:
        return None
    return {"low": low, "high": high, "currency": (found["code"] or found["after"]).upper(), "approximate": False}


def _scaled(digits: str, zeros: int) -> int | None:
    """``digits`` x 10^zeros where that is a whole number."""
    whole, _, part = digits.partition(".")
    return int(whole + part) * 10 ** (zeros - len(part)) if len(part) <= zeros else None


def heads(cells: Sequence[Any]) -> Answers:
    """A headcount alone."""
    return [_headcount(c) if isinstance(c, str) else None for c in cells], {}


def _headcount(text: str) -> dict[str, Any] | None:
    found = _HEADS.fullmatch(text)
    if found is None:
        return None
    low, high = int(found[1]), int(found[2] or found[1])
    return {"headcount": {"low": low, "high": high}, "revenue": None, "assets": None} if low <= high else None


def _address(found: re.Match[str]) -> str:
    value = str(found[str(found.lastgroup)])
    return value.lower() if found.lastgroup == "email" else value


def _written(text: str, *, timed: bool) -> str | None:
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, _, month, day, month_, day_, hour, minute = found.groups()
    try:
        value = date(int(year), int(month or month_), int(day or day_)).isoformat()
    except ValueError:
        return None
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        return None
    return f"{value}T{hour}:{minute}" if hour and timed else value


def _serials(
    cells: Sequence[Any], first: int
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    """The positions and serials that are days beyond doubt, if any: whole days from ``first`` + 1 on."""
    where = np.flatnonzero([type(c) is float for c in cells])
    serials = np.array([cells[n] for n in where.tolist()], dtype=np.float64)
    sure = (serials >= first) & (serials < LATEST_SERIAL)
    return [(where[sure], serials[sure])] if sure.any() else []


def _put(out: list[Any], at: npt.NDArray[np.int64], found: npt.NDArray[np.datetime64]) -> None:
    for n, text in zip(at.tolist(), found.astype(str).tolist(), strict=True):
        out[n] = text


BY_KIND: Final[Mapping[str, Quick]] = {
    "text": texts, "link": texts, "date": days, "datetime": moments, "contact": means, "size": heads,
    "money": sums,
}  # fmt: skip
