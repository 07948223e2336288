"""Values out of a fixed list: plain choices and industries (F02, F04, F15, F16, F18)."""

from __future__ import annotations

import re
from collections.abc import Callable

from leadbook.intake.values.base import Parsed, Problem, Raw, clean_text, failed

Lookup = Callable[[str], str | None]
_LEVEL_BREAK = re.compile(r"\s*(?:[-–—/>:→|]|―)+\s*")


def choice(raw: Raw, lookup: Lookup) -> Parsed:
    """Give the code behind a label; problem unknown_choice{part}."""
    text = clean_text(raw)
    if isinstance(text, Problem):
        return Parsed(None, text)
    if not text:
        return Parsed(None)
    code = lookup(text)
    return failed("unknown_choice", part=text) if code is None else Parsed(code)


def industry(raw: Raw, lookup: Lookup) -> Parsed:
    """Give {code, detail: str | None} of 制造业-专用设备生产 (F02); problem unknown_choice{part}."""
    text = clean_text(raw)
    if isinstance(text, Problem):
        return Parsed(None, text)
    if not text:
        return Parsed(None)
    whole = lookup(text)
    if whole is not None:
        return Parsed({"code": whole, "detail": None})
    breaks = list(_LEVEL_BREAK.finditer(text))
    # a label may itself hold a dash or a slash, so the longest known top level wins
    for found in reversed(breaks):
        code = lookup(text[: found.start()].strip())
        if code is not None:
            return Parsed({"code": code, "detail": text[found.end() :].strip() or None})
    top = text[: breaks[0].start()].strip() if breaks else text
    return failed("unknown_choice", part=top or text)
