"""Table parts (``xl/tables/tableN.xml``): what they say, and their few bytes that leadbook may change."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .refs import MAX_COL, Box, parse_box
from .xmlparts import as_utf8, unescape, whole
from .xmltree import local, parse_xml

_TABLE_REF = re.compile(rb"""(<(?:\w+:)?table\s[^>]*?\sref\s*=\s*["'])([^"']*)(?=["'])""")
_FILTER_REF = re.compile(rb"""(<(?:\w+:)?autoFilter\s[^>]*?ref\s*=\s*["'])([^"']*)(?=["'])""")
_SORT = re.compile(rb"<((?:\w+:)?sortState)\b(?:[^>]*/>|.*?</\1\s*>)", re.DOTALL)
_FILTER = re.compile(
    rb"<((?:\w+:)?filterColumn)\b(?:[^>]*[^/])?>.*?</\1\s*>|<(?:\w+:)?filterColumn\b[^>]*/>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Filter:
    """A live filter on one table column (0-based ``column``); ``values`` only for a plain value filter."""

    column: int
    values: frozenset[str] | None
    blank: bool = False


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table as its part describes it; ``box`` includes header and totals row."""

    name: str
    box: Box
    header_rows: int
    totals_rows: int
    names: tuple[str, ...]
    formulas: tuple[str | None, ...]
    filters: tuple[Filter, ...] = field(default=())
    sorted: bool = False


def read_table(xml: bytes, part: str = "") -> TablePart | None:
    """What a table part says; None if its area cannot be understood."""
    root = parse_xml(xml, part, "")
    box = parse_box(root.get("ref", ""))
    if box is None:
        return None
    columns = [node for node in root.iter() if local(node.tag) == "tableColumn"]
    return TablePart(
        unescape(root.get("displayName", "") or root.get("name", "")), box,
        whole(root.get("headerRowCount"), 1, 1), whole(root.get("totalsRowCount"), 0, min(1, box.bottom - box.top)),
        tuple(unescape(node.get("name", "")) for node in columns),
        tuple(_calculated(node) for node in columns),
        tuple(_filter(node) for node in root.iter() if local(node.tag) == "filterColumn" and _is_live(node)),
        any(local(node.tag) == "sortState" for node in root.iter()),
    )


def _is_live(column: Element) -> bool:
    """A filterColumn that only hides its button filters nothing."""
    return len(column) > 0


def _calculated(column: Element) -> str | None:
    return next((node.text for node in column if local(node.tag) == "calculatedColumnFormula"), None)


def _filter(column: Element) -> Filter:
    number = whole(column.get("colId"), 0, MAX_COL)
    inner = list(column)
    if len(inner) != 1 or local(inner[0].tag) != "filters":
        return Filter(number, None)
    if any(local(item.tag) != "filter" for item in inner[0]):
        return Filter(number, None)
    return Filter(number, frozenset(unescape(item.get("val", "")).casefold() for item in inner[0]),
                  inner[0].get("blank") in ("1", "true"))


def resized(xml: bytes, bottom: int) -> bytes:
    """The part with its last row (of ``ref``) set; the filter's area ends above a totals row."""
    data, back = as_utf8(xml)
    totals = re.search(rb"totalsRowCount\s*=\s*[\"']([0-9]+)", data)
    body_end = bottom - (int(totals[1]) if totals else 0)
    new = _TABLE_REF.sub(_with_bottom(bottom), data, count=1)
    new = _FILTER_REF.sub(_with_bottom(body_end), new, count=1)
    return xml if new == data else back(new)


def _with_bottom(bottom: int) -> Callable[[re.Match[bytes]], bytes]:
    def replaced(match: re.Match[bytes]) -> bytes:
        box = parse_box(match[2].decode())
        return match[0] if box is None else match[1] + str(box.down_to(bottom)).encode()

    return replaced


def without_sort(xml: bytes) -> bytes:
    """The part without its sort state."""
    data, back = as_utf8(xml)
    new = _SORT.sub(b"", data)
    return xml if new == data else back(new)


def without_filters(xml: bytes) -> bytes:
    """The part without live filter conditions; the filter buttons stay."""
    data, back = as_utf8(xml)
    new = _FILTER.sub(b"", data)
    return xml if new == data else back(new)
