"""Column widths, conditional formats and validations added to a sheet part; what is there stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from .xmladd import Child, Part
from .xmlparts import as_utf8

_BEHIND_COLS: Final = ("sheetData",)
_BEHIND_CONDITIONS: Final = (
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing",
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
    "AlternateContent",
)  # fmt: skip
_COL: Final = re.compile(rb"<(?:[\w.-]+:)?col\s[^>]*?/?>")
_NUMBERS: Final = re.compile(rb"""\b(min|max|width)\s*=\s*["']([0-9.]+)""")
_LIMITS: Final = re.compile(rb"""(\b(min|max)\s*=\s*["'])[0-9]+""")
_NESTED: Final = re.compile(rb"""\soutlineLevel="[0-9]+\"""")
SPACER: Final = 5.0  # a narrower column only keeps two tables apart


def with_columns(xml: bytes, columns: Sequence[str]) -> bytes:
    """The sheet part with ``col`` elements for single columns; a column that has a width keeps it, unless it was a
    mere gap."""
    part = Part(xml)
    for text in columns:
        _add_column(part, text)
    return bytes(part)


def _add_column(part: Part, text: str) -> None:
    at = int(_numbers(text.encode())[b"min"])
    if "outlineLevel=" in text and not _outlined(part):
        text = _NESTED.sub(b"", text.encode()).decode()
    element = f"<{part.prefix}{text[1:]}"
    cols = part.child("cols")
    if cols is None:
        part.add(f"<{part.prefix}cols>{element}</{part.prefix}cols>", _BEHIND_COLS)
        return
    end = part.data.index(b"</", cols.start)
    for match in _COL.finditer(part.data, cols.start, end):
        said = _numbers(match[0])
        first, last = int(said[b"min"]), int(said[b"max"])
        if first == last == at and float(said.get(b"width", 99)) < SPACER and match[0].endswith(b"/>"):
            part.data = part.data[: match.start()] + element.encode() + part.data[match.end() :]
            return
        if first <= at <= last:
            return
        if first > at:
            part.data = part.data[: match.start()] + element.encode() + part.data[match.start() :]
            return
    part.data = part.data[:end] + element.encode() + part.data[end:]


def shifted_columns(xml: bytes, first: int, last: int, by: int) -> bytes:
    """The sheet part with the widths and looks of the columns ``first`` to ``last`` moved ``by`` to the right."""
    part = Part(xml)
    cols = part.child("cols")
    if cols is None:
        return xml
    end = part.data.index(b"</", cols.start)
    kept, moved = [], []
    elements = list(_COL.finditer(part.data, cols.start, end))
    met = [match for match in elements if _reach(match[0])[1] >= first and _reach(match[0])[0] <= last + by]
    for match in met:
        low, high = _reach(match[0])
        kept += [(low, min(high, first - 1), match[0]), (max(low, last + by + 1), high, match[0])]
        moved.append((max(low, first) + by, min(high, last) + by, match[0]))
    if not met:
        return xml
    pieces = sorted(piece for piece in [*kept, *moved] if piece[0] <= piece[1])
    text = b"".join(_spanning(tag, low, high) for low, high, tag in pieces)
    part.data = part.data[: met[0].start()] + text + part.data[met[-1].end() :]
    return bytes(part)


def _reach(tag: bytes) -> tuple[int, int]:
    said = _numbers(tag)
    return int(said[b"min"]), int(said[b"max"])


def _spanning(tag: bytes, first: int, last: int) -> bytes:
    limits = {b"min": first, b"max": last}
    return _LIMITS.sub(lambda m: m[1] + b"%d" % limits[m[2]], tag)


def _numbers(tag: bytes) -> dict[bytes, bytes]:
    return dict(_NUMBERS.findall(tag))


def _outlined(part: Part) -> bool:
    child = part.child("sheetFormatPr")
    return child is not None and "outlineLevelCol" in child.attributes


def next_priority(xml: bytes) -> int:
    """A priority that no rule of the sheet has yet: later rules come last."""
    data, _ = as_utf8(xml)
    return max((int(n) for n in re.findall(rb'\spriority="([0-9]+)"', data)), default=0) + 1


def with_rules(xml: bytes, conditions: Sequence[str], checks: Sequence[str]) -> bytes:
    """The sheet part with conditional formats behind its own, and validations at the end of its list."""
    part = Part(xml)
    for text in conditions:
        part.add(_prefixed(text, part.prefix), _BEHIND_CONDITIONS)
    if checks:
        _add_checks(part, [_prefixed(text, part.prefix) for text in checks])
    return bytes(part)


def _add_checks(part: Part, checks: Sequence[str]) -> None:
    child, name = part.child("dataValidations"), f"{part.prefix}dataValidations"
    if child is None:
        part.add(f'<{name} count="{len(checks)}">{"".join(checks)}</{name}>', _BEHIND_CONDITIONS[1:])
        return
    _raise_count(part, child, len(checks))
    end = part.data.index(f"</{name}".encode(), child.start)  # not the list of that name in extLst
    part.data = part.data[:end] + "".join(checks).encode() + part.data[end:]


def _raise_count(part: Part, child: Child, more: int) -> None:
    end = part.data.index(b">", child.start)
    head = part.data[child.start : end]
    new = re.sub(rb"""(\bcount\s*=\s*["'])([0-9]+)""", lambda m: m[1] + b"%d" % (int(m[2]) + more), head)
    part.data = part.data[: child.start] + new + part.data[end:]


def _prefixed(text: str, prefix: str) -> str:
    return re.sub(r"<(/?)([A-Za-z])", rf"<\g<1>{prefix}\g<2>", text)
