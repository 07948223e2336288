"""Typed dates brought to one form: small letters, Arabic digits, no weekday, no verbs."""

from __future__ import annotations

import re

from leadbook.intake.values.base import alternation, normalise
from leadbook.intake.values.han import SMALL, han_int

MONTHS = {
    name: number
    for number, names in enumerate((
        "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
        "september sept sep", "october oct", "november nov", "december dec",
    ), start=1)
    for name in names.split()
}  # fmt: skip
MONTH_NAME = rf"(?<![a-z])(?P<mon>{alternation(list(MONTHS))})\.?(?![a-z])"

_VN_MONTHS = {
    "giêng": 1, "một": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7,
    "tám": 8, "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
# behind "tháng", "năm" is the month five; the word for year has a number before it
_VN_MONTH = re.compile(rf"(?<=tháng )({alternation(list(_VN_MONTHS))})(?!\w)(?! [0-9]+ tháng)")
_UNMARKED = (
    (r"\bngay\b", "ngày"), (r"\b(?:thang|thg)\b\.?", "tháng"), (r"\bnam\b", "năm"),
)  # fmt: skip
_ANY_UNMARKED = re.compile(r"\b(?:ngay|thang|thg|nam)\b")
_HAN_NUMERAL = re.compile(rf"(?<![{SMALL}])[{SMALL}]+(?=\s*[年月日号號点點时時分])")
_WEEKDAY = re.compile(
    r"[(\[]?\s*(?:(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]"
    r"|\b(?:thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|cn)\b"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?)\s*[)\]]?\s*,?"
)


def prepare(text: str) -> str:
    """Give normalised text in small letters, numerals before 年月日点 and Vietnamese months as digits."""
    text = normalise(text).lower()
    if _ANY_UNMARKED.search(text):
        for pattern, word in _UNMARKED:
            text = re.sub(pattern, word, text)
    if text.isascii():
        return text
    text = text.replace("元年", "1年")
    text = _VN_MONTH.sub(lambda found: str(_VN_MONTHS[found[1]]), text)
    return _HAN_NUMERAL.sub(lambda found: str(_or_same(found[0])), text)


def without_weekday(text: str) -> str:
    """Give prepared text without weekday words."""
    return _WEEKDAY.sub(" ", text).strip(" ,")


def _or_same(numeral: str) -> int | str:
    value = han_int(numeral)
    return numeral if value is None else value
