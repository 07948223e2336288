"""The time of day inside a typed date."""

from __future__ import annotations

import re

_AFTERNOON = {"下午", "晚上", "晚", "傍晚", "中午", "pm", "ch", "chiều", "tối"}
_BEFORE = r"(?P<before>上午|下午|中午|晚上|早上|凌晨|傍晚|晚)?\s*"
_AFTER = r"(?:\s*(?P<after>a\.?m\b\.?|p\.?m\b\.?|sa\b|ch\b|sáng\b|chiều\b|tối\b|trưa\b))?"
_LEAD = r"(?:(?<=[0-9])t(?=[0-9])|\b(?:lúc|vào lúc|at)\b)?\s*"
_FORMS = tuple(
    re.compile(_LEAD + _BEFORE + r"(?<![0-9])(?P<h>[0-9]{1,2})" + form)
    for form in (
        rf"\s*:\s*(?P<m>[0-9]{{2}})(?::[0-9]{{2}}(?:\.[0-9]+)?)?(?![0-9]){_AFTER}",
        r"\s*[点點时時]\s*(?:(?P<half>半)|(?P<m>[0-9]{1,2})\s*分?|钟|鐘|整)?(?![0-9])",
        rf"\s*(?:h|giờ|g)(?![a-z])\s*(?P<m>[0-9]{{2}})?(?![0-9])(?:\s*(?:phút|ph?)\b)?{_AFTER}",
        _AFTER.removesuffix("?"),
    )
)


def split_time(text: str) -> tuple[str, tuple[int, int] | None]:
    """Give prepared text without its first time, and (hour, minute); hours over 23 are left in the text."""
    for form in _FORMS:
        found = form.search(text)
        clock = _clock(found) if found else None
        if found and clock:
            return f"{text[: found.start()]} {text[found.end() :]}".strip(" ,"), clock
    return text, None


def _clock(found: re.Match[str]) -> tuple[int, int] | None:
    groups = found.groupdict()
    hour = int(groups["h"])
    minute = 30 if groups.get("half") else int(groups.get("m") or 0)
    word = (groups["before"] or groups.get("after") or "").replace(".", "")
    if word in _AFTERNOON and (hour < 11 or (word != "中午" and hour < 12)):
        hour += 12
    elif word and word not in _AFTERNOON and word != "trưa" and hour == 12:
        hour = 0
    return (hour, minute) if hour < 24 and minute < 60 else None
