"""A budget mentioned inside a sentence (F13)."""

from __future__ import annotations

import re

from leadbook.intake.values.amounts import APPROXIMATE, AT_LEAST, AT_MOST, BREAK, NUMBER, UNIT
from leadbook.intake.values.base import Context, Parsed, normalise
from leadbook.intake.values.han import DIGITS
from leadbook.intake.values.money import money

_WORD = re.compile(r"预算|預算|经费|經費|ngân sách|kinh phí|\bbudget(?:ed|s)?\b|ngan sach|kinh phi")
_CURRENCY = (
    r"us ?\$|nt ?\$|hk ?\$|[$¥€£₫₩]|美[元金]|人民[币幣]|新?[台臺][币幣]|港[币幣元]|欧元|歐元|日元|元"
    r"|块钱?|塊錢?|nhân dân tệ"
    r"|đô la(?: mỹ)?|đồng|vnđ|(?<![^\W\d_])(?:đ|usd|cny|rmb|twd|ntd?|hkd|vnd|eur|gbp|jpy|sgd|tệ|dollars?"
    r"|euros?)(?![^\W\d_])"
)
_WORDED = r"\b(?:một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)(?= (?:trăm|nghìn|ngàn|triệu|tỷ|tỉ))|rưỡi"
_PIECE = (
    rf"(?:{NUMBER}|{UNIT}|[{''.join(DIGITS)}]|{_CURRENCY}|{_WORDED}|{BREAK}|{AT_LEAST}|{AT_MOST}|{APPROXIMATE}"
    r"|từ|\bfrom\b)"
)
_RUN = re.compile(rf"{_PIECE}(?:\s*{_PIECE})*")
_CLAUSE_END = re.compile(r"[。;!?\n]|(?<![0-9])[,，]|[,，](?![0-9])|\.(?![0-9])")
_COUNTED = re.compile(
    r"\s*(?:[人名台套个個年月日号號%次条條件间間]|người|năm|tháng|ngày|people|users"
    r"|units|years?|months?|days?)"
)
_REACH = 100  # characters behind the word
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_HAS_NUMBER = re.compile(rf"[0-9{''.join(DIGITS)}]|{_WORDED}")


def find_budget(text: str, ctx: Context) -> Parsed | None:
    """Give the first amount after a budget word in its clause, as `money` gives it; None without one.

    Counts (500人) and bare years are not amounts; a reversed range is reported as such.
    """
    cleaned = normalise(text, keep_lines=True).lower()
    for word in _WORD.finditer(cleaned):
        rest = cleaned[word.end() : word.end() + _REACH]
        end = _CLAUSE_END.search(rest)
        found = _first_amount(rest[: end.start()] if end else rest, ctx)
        if found is not None:
            return found
    return None


def _first_amount(clause: str, ctx: Context) -> Parsed | None:
    for run in _RUN.finditer(clause):
        amount = run[0].strip()
        if not _HAS_NUMBER.search(amount) or _YEAR.fullmatch(amount) or _COUNTED.match(clause, run.end()):
            continue
        parsed = money(amount, ctx)
        if parsed.value is not None or (parsed.problem and parsed.problem.name == "reversed_range"):
            return parsed
    return None
