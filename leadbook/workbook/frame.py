"""The few bytes around the cells: ranges of rules, recalculation on load, the calculation chain."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .package import Package
from .refs import Box, parse_box
from .xmlparts import as_utf8

Grown = tuple[Box, int]
_RULE = re.compile(
    rb"""(<(?:\w+:)?(?:conditionalFormatting|dataValidation)\s[^>]*?\bsqref\s*=\s*["'])([^"']*)(?=["'])""")
_X14 = re.compile(rb"<(x14:(?:conditionalFormatting|dataValidation))\b[^>]*>.*?</\1\s*>", re.DOTALL)
_X14_AREA = re.compile(rb"(<xm:sqref\s*>)([^<]*)(?=<)")
_CALC = re.compile(rb"<(?:\w+:)?calcPr\b[^>]*?(/?)>")
_FLAG = re.compile(rb"""\sfullCalcOnLoad\s*=\s*["'](?:[^"']*)["']""")
_BEFORE = (b"definedNames", b"externalReferences", b"functionGroups", b"sheets")


def fit_ranges(xml: bytes, grown: Sequence[Grown]) -> bytes:
    """A sheet part whose conditional formats and validations (plain and x14) follow the bodies of tables.

    ``grown``: old body and new last row. An area that ended with the old body ends with the new one; one
    that reached further is only ever made longer. Everything else stays byte for byte.
    """
    data, back = as_utf8(xml)
    tail = max(data.rfind(b"</sheetData>"), data.find(b"sheetData>"), 0)  # rules stand behind the rows
    rest = data[tail:]

    def fitted(match: re.Match[bytes]) -> bytes:
        return match[1] + _fit(match[2], grown)

    new = _X14.sub(lambda block: _X14_AREA.sub(fitted, block[0]), _RULE.sub(fitted, rest))
    return xml if new == rest else back(data[:tail] + new)


def _fit(areas: bytes, grown: Sequence[Grown]) -> bytes:
    old = areas.decode().split()
    new = [_fit_area(area, grown) for area in old]
    return areas if new == old else " ".join(new).encode()


def _fit_area(area: str, grown: Sequence[Grown]) -> str:
    box = parse_box(area)
    for body, bottom in grown if box else ():
        if box is None or box.top > body.top or box.bottom < body.bottom or not box.meets(body):
            continue
        ends_here = box.bottom == body.bottom and box.top >= body.top - 1
        if (ends_here and bottom != body.bottom) or bottom > box.bottom:
            return str(box.down_to(max(bottom, box.top)))
    return area


def recalculating(xml: bytes) -> bytes:
    """workbook.xml that tells Excel to recalculate once on load; unchanged if it already does."""
    data, back = as_utf8(xml)
    match = _CALC.search(data)
    if match is None:
        new = _with_calc(data)
    elif re.search(rb"""\sfullCalcOnLoad\s*=\s*["'](?:1|true)["']""", match[0]):
        return xml
    else:
        tag = _FLAG.sub(b"", match[0])
        end = len(tag) - (2 if match[1] else 1)
        tag = tag[:end].rstrip() + b' fullCalcOnLoad="1"' + tag[end:]
        new = data[:match.start()] + tag + data[match.end():]
    return back(new)


def _with_calc(data: bytes) -> bytes:
    """A new ``calcPr`` at its place in the schema's order, after the last element that precedes it."""
    for name in _BEFORE:
        match = re.search(rb"</((?:\w+:)?)" + name + rb"\s*>|<((?:\w+:)?)" + name + rb"\b[^>]*/>", data)
        if match:
            tag = b"<" + (match[1] or match[2] or b"") + b'calcPr fullCalcOnLoad="1"/>'
            return data[:match.end()] + tag + data[match.end():]
    return data


def without_calc_chain(pkg: Package) -> tuple[dict[str, bytes], set[str]]:
    """Changed and removed parts that take the calculation chain out of the package; Excel rebuilds it."""
    book = pkg.workbook_part
    found = [(rid, target) for rid, (tail, target) in pkg.rels(book).items() if tail == "calcChain"]
    if not found:
        return {}, set()
    folder, _, base = book.rpartition("/")
    rels = f"{folder}/_rels/{base}.rels".lstrip("/")
    ids = {rid.encode() for rid, _ in found}
    changed = {rels: _drop(pkg.read(rels), b"Relationship", lambda tag: _attribute(tag, b"Id") in ids)}
    names = {b"/" + target.encode().lower() for _, target in found}
    types = "[Content_Types].xml"
    changed[types] = _drop(pkg.read(types), b"Override",
                           lambda tag: _attribute(tag, b"PartName").lower() in names)
    return changed, {target for _, target in found if target in pkg.names}


def _attribute(tag: bytes, name: bytes) -> bytes:
    match = re.search(rb"\s" + name + rb"""\s*=\s*["']([^"']*)["']""", tag)
    return match[1] if match else b""


def _drop(xml: bytes, element: bytes, chosen: Callable[[bytes], bool]) -> bytes:
    data, back = as_utf8(xml)
    pattern = re.compile(rb"<((?:\w+:)?" + element + rb")\b[^>]*?(?:/>|>\s*</\1\s*>)")
    return back(pattern.sub(lambda m: b"" if chosen(m[0]) else m[0], data))
