"""Company size: headcount, revenue and assets out of one cell (F03)."""

from __future__ import annotations

import re
from typing import TypedDict, cast

from leadbook.intake.values.amounts import parse_span
from leadbook.intake.values.base import Context, Parsed, Problem, Raw, clean_text, failed
from leadbook.intake.values.money import Money, money, print_money
from leadbook.intake.values.numbers import plain


class Headcount(TypedDict):
    """People employed; `high` None means open upwards."""

    low: int
    high: int | None


class CompanySize(TypedDict):
    """What a size cell says; None for what it does not say."""

    headcount: Headcount | None
    revenue: Money | None
    assets: Money | None


_PARTS = re.compile(r"\s*(?:[;/\n、，]|(?<![0-9]),|,(?![0-9]{3}(?![0-9])))\s*")
_PEOPLE = re.compile(
    r"员工人数|員工人數|员工总数|员工|員工|人员|人員|人数|人數|职工|職工|[人名]|\b(?:people|persons?|employees|staff|headcount)\b"
    r"|người lao động|nhân viên|nhân sự|lao động|người"
)
_REVENUE = re.compile(
    r"(?:[0-9]{4}年)?(?:年?(?:营收|營收|营业额|營業額|营业收入|營業收入|销售额|銷售額|产值|產值)|年收入)"
    r"|\b(?:annual )?(?:revenues?|turnover|sales)\b|doanh thu(?: năm| hàng năm)?|doanh số"
)
_ASSETS = re.compile(
    r"固定资产|固定資產|总资产|總資產|资产总额|資產總額|资产|資產|\b(?:fixed |total )?assets\b"
    r"|(?:tổng )?tài sản(?: cố định)?"
)
_BARE_COUNT = re.compile(r"[^0-9]{0,4}[0-9][0-9,. ]*(?:[-–—~至到][ 0-9,.]+)?\D?")
_GLUE = re.compile(r"^\s*(?:[:=]|为|為|\bis\b|\bof\b|là\b)\s*|[:=]\s*$")


def company_size(raw: Raw, ctx: Context) -> Parsed:
    """Give a CompanySize as a dict.

    Problems: unreadable_size, reversed_range, boolean_value (no value); size_part_unreadable{part},
    currency_assumed, missing_currency (remarks). Money without a label is not guessed to be revenue.
    """
    text = clean_text(raw, keep_lines=True)
    if isinstance(text, Problem):
        return failed("unreadable_size") if text.name == "not_a_number" else Parsed(None, text)
    size = CompanySize(headcount=None, revenue=None, assets=None)
    problems: list[Problem] = []
    for part in filter(None, _PARTS.split(text.lower())):
        _read_part(part, size, problems, ctx)
    if any(problem.name == "reversed_range" for problem in problems):
        return failed("reversed_range")
    if not any(size.values()):
        return failed("unreadable_size") if text else Parsed(None)
    _lend_currency(size, problems)
    order = ("size_part_unreadable", "currency_assumed", "missing_currency")
    problems.sort(key=lambda problem: order.index(problem.name))
    return Parsed(dict(size), problems[0] if problems else None)


def _read_part(part: str, size: CompanySize, problems: list[Problem], ctx: Context) -> None:
    for label, pattern in (("revenue", _REVENUE), ("assets", _ASSETS)):
        if pattern.search(part):
            parsed = money(_GLUE.sub("", pattern.sub(" ", part, count=1).strip()), ctx)
            if parsed.value is not None and size[label] is None:  # type: ignore[literal-required]
                size[label] = parsed.value  # type: ignore[literal-required]
                problems += [parsed.problem] if parsed.problem else []
            else:
                problems.append(_unreadable(part, parsed.problem))
            return
    count = _headcount(part, ctx) if size["headcount"] is None else None
    if isinstance(count, dict):
        size["headcount"] = count
    else:
        problems.append(_unreadable(part, count))


def _unreadable(part: str, problem: Problem | None) -> Problem:
    if problem is not None and problem.name == "reversed_range":
        return problem
    return Problem("size_part_unreadable", {"part": part})


def _headcount(part: str, ctx: Context) -> Headcount | Problem | None:
    rest, labelled = _PEOPLE.subn(" ", part)
    if not labelled and not _BARE_COUNT.fullmatch(part):
        return None
    span = parse_span(_GLUE.sub("", rest.strip()), dotted=ctx.lang == "vi")
    if isinstance(span, str):
        return Problem(span)
    low, high = plain(span.low), None if span.high is None else plain(span.high)
    if not isinstance(low, int) or isinstance(high, float):
        return None
    return Headcount(low=low, high=high)


def _lend_currency(size: CompanySize, problems: list[Problem]) -> None:
    """Let the amount without a currency take that of the other one: 年营收1亿元，固定资产2亿."""
    revenue, assets = size["revenue"], size["assets"]
    if revenue is None or assets is None:
        return
    named = revenue["currency"] or assets["currency"]
    if named:
        revenue["currency"] = assets["currency"] = revenue["currency"] or named
        problems[:] = [problem for problem in problems if problem.name != "missing_currency"]


def print_company_size(value: CompanySize) -> str:
    """Give the one written form that reads back as the same value."""
    parts = []
    if value["headcount"] is not None:
        count = value["headcount"]
        parts.append(print_money(cast(Money, {**count, "currency": None, "approximate": False})) + " people")
    if value["revenue"] is not None:
        parts.append("revenue " + print_money(value["revenue"]))
    if value["assets"] is not None:
        parts.append("assets " + print_money(value["assets"]))
    return "; ".join(parts)
