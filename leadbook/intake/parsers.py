"""From a field's kind to the parser of its values: the one table that intake works from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from leadbook.intake.values.base import Context, Parsed, Problem, Raw
from leadbook.intake.values.chain import decision_chain
from leadbook.intake.values.choice import choice, industry
from leadbook.intake.values.contact import contact_means
from leadbook.intake.values.dated import dated_list
from leadbook.intake.values.dates import date, partial_date
from leadbook.intake.values.money import money, same_everywhere
from leadbook.intake.values.names import contact_name
from leadbook.intake.values.numbers import integer, number
from leadbook.intake.values.plan import next_plan, stands_alone
from leadbook.intake.values.size import company_size
from leadbook.intake.values.text import people, text
from leadbook.intake.values.times import date_time
from leadbook.labels import Reverse
from leadbook.model.catalogue import Field

Parser = Callable[[Raw, Context], Parsed]
Maker = Callable[[Field, Reverse], Parser]

# Kinds whose answer depends on the row's region (元, 民國) or on the date that gives the year.
BY_REGION: Final = frozenset({"money", "size", "date", "datetime", "partial_date", "plan", "dated_list"})
BY_ANCHOR: Final = frozenset({"plan"})
# Of these kinds, the cells that read the same in every region and on every day.
ALONE: Final[Mapping[str, Callable[[Raw], bool]]] = {
    "plan": stands_alone, "money": same_everywhere, "size": same_everywhere,
    "date": lambda raw: isinstance(raw, float), "datetime": lambda raw: isinstance(raw, float),
}  # fmt: skip
# Kinds in which a cell that Excel turned into a date is a mishap, not an answer.
NEVER_DATES: Final = frozenset(
    {"integer", "number", "money", "size", "choice", "choices", "industry", "contact", "chain"}
)


def _choice(field: Field, reverse: Reverse) -> Parser:
    return lambda raw, ctx: choice(raw, lambda label: reverse.choice(field.list or "", label))


def _choices(field: Field, reverse: Reverse) -> Parser:
    def parse(raw: Raw, ctx: Context) -> Parsed:
        split = people(raw)
        if not isinstance(split.value, list):
            return split
        codes = [reverse.choice(field.list or "", part) for part in split.value]
        unknown = [part for part, code in zip(split.value, codes, strict=True) if code is None]
        known = list(dict.fromkeys(code for code in codes if code))
        return Parsed(known or None, Problem("unknown_choice", {"part": unknown[0]}) if unknown else None)

    return parse


def _industry(field: Field, reverse: Reverse) -> Parser:
    return lambda raw, ctx: industry(raw, lambda label: reverse.choice("industry", label))


def source_code(label: str, reverse: Reverse) -> str | None:
    """``field=source`` from "company size website": the longest header that leaves a known source."""
    for cut in range(len(label) - 1, 0, -1):
        head = label[:cut].strip()
        field = reverse.header("lead", head) if head else None
        source = reverse.choice("evidence", label[cut:]) if field else None
        if source:
            return f"{field}={source}"
    return None


def _dated(field: Field, reverse: Reverse) -> Parser:
    if field.codes == "field_source":
        return lambda raw, ctx: dated_list(raw, lambda label: source_code(label, reverse), ctx)
    return lambda raw, ctx: dated_list(raw, lambda label: reverse.choice(field.list or "", label), ctx)


def _whole(field: Field, reverse: Reverse) -> Parser:
    def parse(raw: Raw, ctx: Context) -> Parsed:
        low = None if field.minimum is None else int(field.minimum)
        high = None if field.maximum is None else int(field.maximum)
        return integer(raw, low, high, lang=ctx.lang)

    return parse


def _plain(parse: Callable[[Raw], Parsed]) -> Maker:
    return lambda field, reverse: lambda raw, ctx: parse(raw)


def _timed(parse: Callable[[Raw, Context], Parsed]) -> Maker:
    return lambda field, reverse: parse


_KINDS: Final[Mapping[str, Maker]] = {
    "text": _plain(text), "link": _plain(text), "people": _plain(people), "chain": _plain(decision_chain),
    "contact": _plain(contact_means), "choice": _choice, "choices": _choices, "industry": _industry,
    "dated_list": _dated, "integer": _whole,
    "number": lambda field, reverse: lambda raw, ctx: number(raw, field.minimum, field.maximum, lang=ctx.lang),
    "percent": lambda field, reverse: lambda raw, ctx: number(raw, 0, 1, lang=ctx.lang),
    "date": _timed(date), "datetime": _timed(date_time), "partial_date": _timed(partial_date),
    "money": _timed(money), "size": _timed(company_size), "plan": _timed(next_plan),
}  # fmt: skip
_NAMED: Final[Mapping[str, Maker]] = {"contact_name": _plain(contact_name)}


def parser_of(field: Field, reverse: Reverse) -> Parser:
    """The parser of one field: by its own name if it has one, else by its kind."""
    maker = _NAMED[field.parser] if field.parser else _KINDS[field.kind]
    return maker(field, reverse)
