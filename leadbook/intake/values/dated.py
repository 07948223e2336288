"""Lists of dated signals: 合并 2026-03；利润下降 2026-05-01 (C20)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leadbook.intake.values.base import Context, Parsed, Problem, Raw, clean_text
from leadbook.intake.values.choice import Lookup
from leadbook.intake.values.dates import partial_date

_ITEMS = re.compile(r"\s*(?:[;\n、]|,(?=\s*[^\s0-9]))\s*")
_EDGE = " :,-–—()[]，=@"
_BOUNDARY = re.compile(
    r"(?<=[^0-9])(?=[0-9])|(?<=[0-9年月日号號)])(?=[^0-9年月日号號])|(?<=[\s:(])"
    r"|(?=[\s:(])|(?=民[國国])"
)


def dated_list(raw: Raw, codes: Lookup, ctx: Context) -> Parsed:
    """Give a list of {code, date: partial date | None}.

    Problems: unknown_choice{part}, not_a_date{part} (the item keeps its code), boolean_value, those of dates.
    """
    text = clean_text(raw, keep_lines=True)
    if isinstance(text, Problem):
        return Parsed(None, text)
    items: list[dict[str, str | None]] = []
    problems: list[Problem] = []
    for part in filter(None, _ITEMS.split(text)):
        item, problem = _item(part, codes, ctx)
        items += [item] if item else []
        problems += [problem] if problem else []
    problems.sort(key=lambda problem: problem.name not in ("unknown_choice", "not_a_date"))
    return Parsed(items or None, problems[0] if problems else None)


def _item(part: str, codes: Lookup, ctx: Context) -> tuple[dict[str, str | None] | None, Problem | None]:
    code = codes(part.strip(_EDGE))
    if code is not None:
        return {"code": code, "date": None}, None
    labelled = None
    for label, rest in _splits(part):
        code = codes(label)
        if code is None:
            continue
        labelled = labelled or code
        found = partial_date(rest, ctx)
        if isinstance(found.value, str):
            return {"code": code, "date": found.value}, found.problem
    if labelled is not None:
        return {"code": labelled, "date": None}, Problem("not_a_date", {"part": part})
    return None, Problem("unknown_choice", {"part": part})


def _splits(part: str) -> Iterator[tuple[str, str]]:
    """Give the ways to part an item in a label and a date, either first."""
    for boundary in _BOUNDARY.finditer(part[:200]):
        head, tail = part[: boundary.start()].strip(_EDGE), part[boundary.start() :].strip(_EDGE)
        if head and tail:
            yield head, tail
            yield tail, head
