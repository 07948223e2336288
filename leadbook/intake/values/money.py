"""Money: {low, high, currency, approximate} and its printed form (F03, F13)."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TypedDict

from leadbook.intake.values.amounts import Span, parse_span
from leadbook.intake.values.base import Context, Parsed, Problem, Raw, failed, normalise
from leadbook.intake.values.numbers import plain


class Money(TypedDict):
    """An amount in units of `currency` (ISO 4217, None when not said); `high` None means open upwards."""

    low: int | float
    high: int | float | None
    currency: str | None
    approximate: bool


_DOLLARS = frozenset(["USD", "TWD", "HKD", "SGD", "AUD", "CAD", "NZD"])
_CODES = "usd cny twd hkd vnd eur gbp jpy krw sgd aud cad nzd thb myr idr php inr chf mop"
_ALONE = r"(?<![^\W\d_])(?:{})(?![^\W\d_])"
# earlier rows are the longer names: US$ goes before $, 美元 before 元
_SIGNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        ("USD", r"us ?\$|美元|美金|đô la mỹ|đô la|" + _ALONE.format("us dollars?|dollars?|đô")),
        ("TWD", r"nt ?\$|新台[币幣]|新臺[币幣]|台[币幣]|臺[币幣]|đài tệ|" + _ALONE.format("ntd|nt")),
        ("HKD", r"hk ?\$|港[币幣元圆圓]"),
        ("SGD", r"s ?\$|新加坡元|新[币幣]"),
        ("AUD", r"a ?\$|澳元|澳[币幣]"),
        ("CNY", r"人民[币幣]|rmb|nhân dân tệ|" + _ALONE.format("yuan|tệ")),
        ("VND", r"₫|越南盾|越盾|đồng|vnđ|" + _ALONE.format("đ|dong")),
        ("EUR", r"€|欧元|歐元|" + _ALONE.format("euros?")),
        ("JPY", r"日元|日圆|日圓|円|" + _ALONE.format("yen")),
        ("GBP", r"£|英镑|英鎊"),
        ("KRW", r"₩|韩元|韓元|韓圓"),
        *((code.upper(), _ALONE.format(code)) for code in _CODES.split()),
    )
)
# one sign beside numbers: nearly all amounts; 元 and ¥ depend on where the book is from
_END = r"[0-9][0-9.,]*(?:[km]|bn| triệu| tỷ|[万萬亿億])?"
_ONE_SIGN = re.compile(rf"(us\$|¥|[a-z]{{3}} ?)?({_END}(?:-{_END})?)( ?元| [a-z]{{3}}| đồng)?")
_PLAIN_SIGNS = {"us$": "USD", "đồng": "VND", **{code: code.upper() for code in _CODES.split()}}
_ANY_SIGN = re.compile("|".join(pattern.pattern for _, pattern in _SIGNS))
# 50.000 is fifty thousand to half of the world and fifty to the other; with a unit behind it is a decimal
_ONE_DOT = r"[1-9][0-9]{0,2}\.[0-9]{3}"
_THOUSANDS_OR_NOT = re.compile(rf"{_ONE_DOT}(?:\s*[-–—~]\s*{_ONE_DOT})?")
_YUAN = re.compile(r"元|块钱|塊錢|块|塊|圆|圓")


def same_everywhere(raw: Raw) -> bool:
    """Whether no 元 is there, whose meaning depends on the region."""
    return not isinstance(raw, str) or _YUAN.search(raw) is None


def money(raw: Raw, ctx: Context) -> Parsed:
    """Read an amount of money.

    Problems: unreadable_amount, reversed_range (no value); missing_currency, currency_assumed (remarks).
    """
    if isinstance(raw, bool):
        return failed("boolean_value")
    if not isinstance(raw, str):
        if not math.isfinite(raw) or not 0 <= raw < 1e18:
            return failed("unreadable_amount")
        return _answer(Span(Decimal(str(raw)), Decimal(str(raw))), None, "missing_currency")
    text = normalise(raw).lower()
    if not text:
        return Parsed(None)
    rest, codes, remark = _currency(text, ctx)
    if len(codes) > 1:
        return failed("unreadable_amount")
    currency = next(iter(codes), None)
    dotted = ctx.lang == "vi" or currency == "VND"
    if not dotted and _THOUSANDS_OR_NOT.fullmatch(rest.strip()):
        return failed("unreadable_amount")
    span = parse_span(rest, dotted=dotted)
    return failed(span) if isinstance(span, str) else _answer(span, currency, remark)


def _answer(span: Span, currency: str | None, remark: str | None) -> Parsed:
    low, high = _rounded(span.low), None if span.high is None else _rounded(span.high)
    value = Money(low=low, high=high, currency=currency, approximate=span.approximate)
    params = {"assumed": currency} if remark == "currency_assumed" else {}
    return Parsed(dict(value), Problem(remark, dict(params)) if remark else None)


def _rounded(value: Decimal) -> int | float:
    whole = int(value)
    return whole if whole == value else plain(round(value, 4))


def _currency(text: str, ctx: Context) -> tuple[str, set[str], str | None]:
    """Give the text without currency words, the codes named and the remark."""
    codes: set[str] = set()
    simple = _ONE_SIGN.fullmatch(text)
    sign = (simple[1] or simple[3] or "").strip() if simple and not (simple[1] and simple[3]) else None
    if simple and sign in _PLAIN_SIGNS:
        return simple[2], {_PLAIN_SIGNS[sign]}, None
    first = None if sign in ("", "元", "¥") else _ANY_SIGN.search(text)
    for code, pattern in _SIGNS if first else ():
        text, count = pattern.subn(" ", text)
        if count:
            codes.add(code)
            # most amounts name one currency: look for no other when no sign is left
            if _ANY_SIGN.search(text) is None:
                break
    text, yuan = _YUAN.subn(" ", text)
    bare_dollar, yen = "$" in text, "¥" in text
    text = text.replace("$", " ").replace("¥", " ")
    if codes:
        return text, codes, None
    if yuan:
        taiwan = ctx.region == "TW" or (ctx.currency == "TWD" and ctx.region is None)
        return text, {"TWD" if taiwan else "CNY"}, None
    if bare_dollar:
        known = ctx.currency if ctx.currency in _DOLLARS else None
        return text, {known or "USD"}, None if known else "currency_assumed"
    if yen:
        known = ctx.currency if ctx.currency in ("CNY", "JPY") else None
        sure = known is not None or ctx.lang == "zh-Hans"
        return text, {known or "CNY"}, None if sure else "currency_assumed"
    return text, codes, "missing_currency"


def print_money(value: Money) -> str:
    """Give the one written form that reads back as the same value, e.g. "~CNY 2,000,000-3,000,000"."""
    low, high = value["low"], value["high"]
    code = f"{value['currency']} " if value["currency"] else ""
    about = "~" if value["approximate"] else ""
    if high is None:
        return f"{about}≥{code}{print_number(low)}"
    if low == 0 and high != 0:
        return f"{about}≤{code}{print_number(high)}"
    return f"{about}{code}{print_number(low)}" + ("" if low == high else f"-{print_number(high)}")


def print_number(value: int | float) -> str:
    """Give the number with thousands commas; never three decimals, which Vietnamese reads as a group."""
    if isinstance(value, int):
        return f"{value:,}"
    whole, _, decimals = format(Decimal(repr(value)), ",f").partition(".")
    return f"{whole}.{decimals + '0' if len(decimals) == 3 else decimals}"
