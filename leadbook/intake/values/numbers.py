"""Whole and decimal numbers as people type them in four languages (F23, counters)."""

from __future__ import annotations

import re
from decimal import Decimal

from leadbook.intake.values.base import Parsed, Problem, Raw, clean_text, failed
from leadbook.intake.values.han import han_int

_COMMA_GROUPS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DOT_GROUPS = re.compile(
    r"[1-9][0-9]{0,2}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?"
    r"|[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+"
)
_ONE_DOT_GROUP = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_SPACE_GROUPS = re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]+)?")
_COMMA_DECIMAL = re.compile(r"0,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?e[+-]?[0-9]{1,2}", re.IGNORECASE)
_POINTS = re.compile(r"\s*(?:分|點|点|điểm|points?|pts?)$", re.IGNORECASE)


def decimal(text: str, *, dotted: bool = False) -> Decimal | None:
    """Read an unsigned number of at most 40 characters; `dotted` reads 1.234 the Vietnamese way, as 1234."""
    text = text.strip()
    if len(text) > 40:
        return None
    if text.isascii() and text.isdigit():
        return Decimal(text)
    if _DOT_GROUPS.fullmatch(text) or (dotted and _ONE_DOT_GROUP.fullmatch(text)):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _COMMA_GROUPS.fullmatch(text) and not text.startswith("0,"):
        return Decimal(text.replace(",", ""))
    if _SPACE_GROUPS.fullmatch(text) or _COMMA_DECIMAL.fullmatch(text):
        return Decimal(text.replace(" ", "").replace(",", "."))
    if _PLAIN.fullmatch(text) or _SCIENTIFIC.fullmatch(text):
        return Decimal(text)
    return None


def plain(value: Decimal) -> int | float:
    """Give a Decimal as an int when it is whole, else as the nearest float."""
    if value == value.to_integral_value():
        return int(value)
    nearest = float(value)
    return int(nearest) if nearest.is_integer() else nearest


def number(
    raw: Raw, minimum: float | None = None, maximum: float | None = None, *, lang: str = "en"
) -> Parsed:
    """Read a number; 30% is 0.3. Problems: not_a_number, out_of_range, boolean_value."""
    text = clean_text(raw)
    if isinstance(text, Problem):
        return Parsed(None, text)
    if not text:
        return Parsed(None)
    value = _signed(text, lang, is_float=not isinstance(raw, str))
    return failed("not_a_number") if value is None else _within(plain(value), minimum, maximum)


def integer(
    raw: Raw, minimum: float | None = None, maximum: float | None = None, *, lang: str = "en"
) -> Parsed:
    """Read a whole number, also 4分, 三. Problems as `number`, and not_an_integer."""
    text = clean_text(raw)
    if isinstance(text, Problem):
        return Parsed(None, text)
    if not text:
        return Parsed(None)
    text = _POINTS.sub("", text)
    value = _signed(text, lang, is_float=not isinstance(raw, str))
    if value is None:
        return failed("not_a_number")
    if value != value.to_integral_value() or text.endswith("%"):
        return failed("not_an_integer")
    return _within(int(value), minimum, maximum)


def _signed(text: str, lang: str, *, is_float: bool) -> Decimal | None:
    if is_float:
        return Decimal(text)
    body, scale = (text[:-1], Decimal("0.01")) if text.endswith("%") else (text, Decimal(1))
    sign = -1 if body[:1] in ("-", "−") else 1
    body = body.lstrip("+-−").strip() if body[:1] in ("+", "-", "−") else body
    value = decimal(body, dotted=lang == "vi")
    if value is None:
        numeral = han_int(body)
        value = None if numeral is None else Decimal(numeral)
    return None if value is None else sign * value * scale


def _within(value: int | float, minimum: float | None, maximum: float | None) -> Parsed:
    too_low = minimum is not None and value < minimum
    too_high = maximum is not None and value > maximum
    if too_low or too_high:
        return failed("out_of_range", minimum=minimum, maximum=maximum)
    return Parsed(value)
