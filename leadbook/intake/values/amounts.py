"""Amounts and ranges without a currency: 200-300万, 2–3 tỷ, 20k-30k, 1亿2000万, at least, at most, about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import mul

from leadbook.intake.values.base import alternation
from leadbook.intake.values.han import DIGITS, TENS, han_int
from leadbook.intake.values.numbers import decimal

LARGEST = Decimal(10) ** 18
_UNITS: dict[str, int] = {
    "十": 10, "百": 100, "千": 10**3, "仟": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8,
    "兆": 10**12,
    "trăm": 100, "nghìn": 10**3, "ngàn": 10**3, "nghin": 10**3, "ngan": 10**3, "triệu": 10**6, "trieu": 10**6,
    "tr": 10**6, "tỷ": 10**9, "tỉ": 10**9, "ty": 10**9, "k": 10**3, "thousand": 10**3,
    "m": 10**6, "mn": 10**6, "mio": 10**6, "mil": 10**6, "million": 10**6, "millions": 10**6,
    "bn": 10**9, "b": 10**9, "billion": 10**9,
    "billions": 10**9, "w": 10**4,
}  # fmt: skip
_HAN_UNITS = "".join(unit for unit in _UNITS if not unit[0].isascii() and "\u3400" <= unit[0] <= "\u9fff")
_LATIN_UNITS = alternation([unit for unit in _UNITS if unit not in _HAN_UNITS])
UNIT = rf"(?:[{_HAN_UNITS}]|(?:{_LATIN_UNITS})(?![^\W\d_]))"
NUMBER = r"(?:[0-9]{1,3}(?: [0-9]{3})+(?![0-9])|[0-9]+(?:[.,][0-9]+)*)"
_TERM = re.compile(rf"({NUMBER})\s*((?:{UNIT}\s*)*)")
_ONE_UNIT = re.compile(UNIT)
BREAK = r"(?:[-–—−~～―]+|至|到|\bto\b|\band\b|đến|tới|\bden\b)"
_BREAK = re.compile(BREAK)

APPROXIMATE = (
    r"大约|大約|大概|左右|上下|约|約|近|≈|^\s*~|\babout\b|\baround\b|\bapprox(?:imately|\.)?|\broughly\b|\bcirca\b|\bca\."
    r"|khoảng|tầm|chừng|ước|(?<=[0-9十百千万萬亿億])[多余餘来來]"
)
AT_MOST = (
    r"不超过|不超過|不高于|不高於|不多于|不多於|最多|至多|以内|以內|以下|不足|(?<=[0-9万萬亿億元人])[内內]"
    r"|\bup to\b"
    r"|\bat most\b|\bno more than\b|\bnot more than\b|\bmax(?:imum)?\b|\bunder\b|\bbelow\b|\bless than\b"
    r"|\bfewer than\b"
    r"|tối đa|không quá|dưới|trở xuống|<=|≤|<"
)
AT_LEAST = (
    r"不低于|不低於|不少于|不少於|不小于|至少|最少|以上|超过|超過|起步"
    r"|\bmore than\b|\bover\b|\bat least\b|\babove\b"
    r"|\bmin(?:imum)?\b|tối thiểu|ít nhất|trên|trở lên|hơn|>=|≥|>|(?<=\S)\s*\+"
)
_RULES = tuple(
    (name, re.compile(words))
    for name, words in (("most", AT_MOST), ("least", AT_LEAST), ("about", APPROXIMATE))
)
_NOISE = re.compile(r"\bfrom\b|\bbetween\b|\btừ\b|从|從|之间|之間|共|[()\[\]]|^\s*[:=]")
# nothing but numbers, the commonest units and a dash: there are no words to look for
_BARE = rf"{NUMBER}\s*(?:[万萬亿億]|(?:k|m|bn|triệu|tỷ)(?![^\W\d_]))?"
_UNWORDED = re.compile(rf"{_BARE}(?:\s*[-–—]\s*{_BARE})?")
_HAN_NUMERAL = re.compile(rf"([{''.join(DIGITS)}十百千]+)(?=[{_HAN_UNITS}]|\s|$|[-–—~至到人名元块塊])")
_VN_DIGITS = {"một": "1", "hai": "2", "ba": "3", "bốn": "4", "năm": "5", "sáu": "6", "bảy": "7", "tám": "8",
              "chín": "9", "mười": "10"}  # fmt: skip
_VN_NUMERAL = re.compile(rf"\b({alternation(list(_VN_DIGITS))})(?= (?:trăm|nghìn|ngàn|triệu|tỷ|tỉ))")
_HALF_MORE = re.compile(r"(?<![0-9])([0-9]+)(\s*(?:nghìn|ngàn|triệu|tỷ|tỉ)) rưỡi")
_TAIL_DIGIT = re.compile(r"(?<![0-9])([0-9]+)\s*(tr|triệu|tỷ|tỉ)([0-9])(?![0-9])")


@dataclass(frozen=True)
class Span:
    """An amount as a range; `high` None means open, `approximate` that the words said about."""

    low: Decimal
    high: Decimal | None
    approximate: bool = False


def parse_span(text: str, *, dotted: bool = False) -> Span | str:
    """Read small-letter normalised text as an amount or range, else unreadable_amount or reversed_range."""
    text, flags = text.strip(), set[str]()
    if _UNWORDED.fullmatch(text) is None:
        text, flags = _without_words(text)
    ends = [end.strip() for end in _BREAK.split(text)]
    if {"most", "least"} <= flags or len(ends) > 2:
        return "unreadable_amount"
    low, high = _ends(ends, dotted)
    if low is None or high is None or high >= LARGEST or low >= LARGEST:
        return "unreadable_amount"
    if low > high:
        return "reversed_range"
    if "least" in flags:
        return Span(low, None, "about" in flags)
    at_most = "most" in flags and len(ends) == 1
    return Span(Decimal(0) if at_most else low, high, "about" in flags)


def _without_words(text: str) -> tuple[str, set[str]]:
    flags = set()
    for name, words in _RULES:
        text, count = words.subn(" ", text)
        if count:
            flags.add(name)
    return _NOISE.sub(" ", _digits(text)).strip(), flags


def _digits(text: str) -> str:
    text = _VN_NUMERAL.sub(lambda found: _VN_DIGITS[found[1]], text)
    text = _HALF_MORE.sub(r"\1.5\2", text)
    text = _TAIL_DIGIT.sub(r"\1.\3 \2", text)
    return _HAN_NUMERAL.sub(lambda found: _han_digits(found[1]), text)


def _han_digits(numeral: str) -> str:
    # 五百万 keeps its 百 as a unit, so that 三到五百万 lends the whole 百万 to the 三
    if len(numeral) == 2 and numeral[0] in DIGITS and numeral[1] in TENS:
        return f"{DIGITS[numeral[0]]}{numeral[1]}"
    if all(char in TENS for char in numeral) and len(numeral) > 1:
        return numeral
    value = han_int(numeral)
    return numeral if value is None or numeral in ("百", "千") else str(value)


def _ends(ends: list[str], dotted: bool) -> tuple[Decimal | None, Decimal | None]:
    last, unit = _amount(ends[-1], 1, dotted)
    if len(ends) == 1:
        return last, last
    return _amount(ends[0], unit, dotted)[0], last


def _amount(text: str, default_unit: int, dotted: bool) -> tuple[Decimal | None, int]:
    """Give the sum of number-unit terms with falling units, and the unit of the last term."""
    total, position, smallest, unit = Decimal(0), 0, 0, 1
    while position < len(text):
        found = _TERM.match(text, position)
        value = decimal(found[1], dotted=dotted) if found else None
        if found is None or value is None:
            return None, 1
        names = _ONE_UNIT.findall(found[2]) if found[2] else []
        unit = reduce(mul, (_UNITS[name] for name in names), 1)
        scale = unit if names else (default_unit if not position else 1)
        if position and (unit >= smallest or not names):
            return None, 1
        total += value * scale
        smallest, position = scale, found.end()
    return (total if position else None), unit
