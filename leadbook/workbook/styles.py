"""Which cell formats show a number as a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from .xmlparts import as_utf8, local, run, whole

BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_CLOCK_ONLY = frozenset([18, 19, 20, 21, 45, 46, 47, 32, 33, 34, 35, 55, 56])
_QUOTED = re.compile(r'"[^"]*"?|\\.|_.|\*.')
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKET = re.compile(r"\[[^\]]*\]")
_WORDS = re.compile(r"general|am/pm|a/p", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Styles:
    """Per cell format (xf index): ``date`` any date or time; ``calendar`` shows a day, month or year;
    ``code`` the number format's text."""

    date: npt.NDArray[np.bool_]
    calendar: npt.NDArray[np.bool_]
    codes: tuple[str, ...]


def is_date_code(code: str) -> bool:
    """Whether a number format code shows a date or a time (``0.00"day"`` does not)."""
    return date_kind(code) != ""


def date_kind(code: str) -> str:
    """``calendar``, ``clock`` or ``""`` for a number format code; quoted text and colours do not count."""
    first = _QUOTED.sub("", code).split(";")[0]
    elapsed = bool(_ELAPSED.search(first))
    bare = _BRACKET.sub("", _ELAPSED.sub("", first)).lower()
    letters = set(_WORDS.sub("", bare))
    if letters & set("yd") or ("m" in letters and not letters & set("hs") and not elapsed):
        return "calendar" if not letters & set("0#?") or letters & set("yd") else ""
    return "clock" if elapsed or letters & set("hs") else ""


def read_styles(xml: bytes) -> Styles:
    """Date flags of every cell format in ``cellXfs`` of the styles part."""
    data, _ = as_utf8(xml)
    custom: dict[int, str] = {}
    ids: list[int] = []
    inside = {"cellXfs": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = local(name)
        if tag == "cellXfs":
            inside["cellXfs"] = True
        elif tag == "numFmt":
            custom.setdefault(whole(attributes.get("numFmtId"), 0), attributes.get("formatCode", ""))
        elif tag == "xf" and inside["cellXfs"]:
            ids.append(whole(attributes.get("numFmtId"), 0))

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            inside["cellXfs"] = False

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    run(parser, data)
    kinds = [_kind(number, custom) for number in ids] or [""]
    codes = tuple(custom.get(number, "General" if number == 0 else f"builtin:{number}") for number in ids)
    return Styles(np.array([kind != "" for kind in kinds]), np.array([kind == "calendar" for kind in kinds]),
                  codes or ("General",))


def _kind(number: int, custom: dict[int, str]) -> str:
    if number in custom:
        return date_kind(custom[number])
    if number not in BUILTIN_DATES:
        return ""
    return "clock" if number in _CLOCK_ONLY else "calendar"
