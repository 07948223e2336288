"""Checking that a package only gained: whatever was there is there still, in order, and only known things came.

Works from the bytes with the tokenizer of the ownership check, apart from the writer.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final

from .ownership import sheet_tokens, without_calculation, without_table_ends
from .package import CONTENT_TYPES, Package
from .refs import Box
from .tables import read_tables
from .tableshift import not_moved
from .upgrading import Upgraded
from .xmlparts import as_utf8

_TOKEN: Final = re.compile(rb"""<!--.*?-->|<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>|[^<]+""", re.DOTALL)
_NAME: Final = re.compile(rb"</?(?:[\w.-]+:)?([\w.-]+)")
_COUNT: Final = re.compile(rb"""\s(?:count|uniqueCount)\s*=\s*["'][0-9]*["']""")
_NAMED: Final = re.compile(
    rb"""<(?:\w+:)?definedName\s[^>]*?\bname\s*=\s*"([^"]*)"[^>]*>[^<]*</(?:\w+:)?definedName>""")
_COL: Final = re.compile(
    rb"""<(?:\w+:)?col\s[^>]*?\bmin\s*=\s*["']([0-9]+)["'][^>]*?\bmax\s*=\s*["']([0-9]+)["'][^>]*>""")
_LIMITS: Final = re.compile(rb"""(\b(min|max)\s*=\s*["'])[0-9]+""")
_PROPERTY: Final = re.compile(rb"""(<(?:\w+:)?property\b[^>]*name="leadbook\.template"[^>]*>\s*<[^>]*>)[^<]*""")
_RULES: Final = frozenset({
    b"col", b"cols", b"conditionalFormatting", b"cfRule", b"formula", b"dataValidations", b"dataValidation",
    b"formula1", b"formula2",
})  # fmt: skip
_STYLES: Final = frozenset({
    b"numFmts", b"numFmt", b"fonts", b"font", b"fills", b"fill", b"borders", b"border", b"xf", b"alignment", b"dxfs",
    b"dxf", b"sz", b"color", b"name", b"family", b"scheme", b"b", b"i", b"u", b"strike", b"charset", b"patternFill",
    b"bgColor", b"fgColor", b"left", b"right", b"top", b"bottom", b"diagonal", b"vertical", b"horizontal",
    b"protection",
})  # fmt: skip
_BOOK: Final = frozenset({b"sheet", b"definedNames", b"definedName"})
_CUSTOM: Final = frozenset({b"property", b"lpwstr"})
_PAIRED: Final = re.compile(rb"<([^\s/>]+)([^>]*?)\s*/>")


def lost(old: Package, new: Package, made: Upgraded) -> list[str]:
    """One line for each part in which something that was there is gone or changed, or something strange came."""
    before, after = set(old.names), set(new.names)
    found = [f"{part}: missing" for part in sorted(before - after)]
    found += [f"{part}: added" for part in sorted(after - before - made.parts)]
    for part in sorted(before & after):
        if old.packed(part) == new.packed(part) or old.read(part) == new.read(part):
            continue
        fault = _fault(part, old, new, made)
        if fault:
            found.append(f"{part}: {fault}")
    return found or _not_moved(old, new, made)


def _not_moved(old: Package, new: Package, made: Upgraded) -> list[str]:
    """Tables that made room and are not the same at their new place."""
    if not made.shifts:
        return []
    before, after = read_tables(old), read_tables(new)
    return [f"{shift.table.name}: not moved as a whole" for shift in made.shifts
            if not_moved(before[shift.table.name], after.get(shift.table.name), shift.by)]  # fmt: skip


def _fault(part: str, old: Package, new: Package, made: Upgraded) -> str:
    one, two = as_utf8(old.read(part))[0], as_utf8(new.read(part))[0]
    sheets = {sheet.part for sheet in old.sheets}
    if part in sheets:
        return _sheet_fault(one, two, made.cells.get(part, []))
    allowed = _may_come(part, old, made)
    if allowed is None:
        return "changed"
    if part == old.workbook_part:
        one, two = (_unnamed(without_calculation(xml), made.names) for xml in (one, two))
    elif part in made.tables:
        one, two = without_table_ends(one), without_table_ends(two)
    elif allowed is _CUSTOM:
        one, two = (_PROPERTY.sub(rb"\1", xml) for xml in (one, two))
    return "" if _is_within(_tokens(one), _tokens(two), allowed) else "changed"


def _may_come(part: str, old: Package, made: Upgraded) -> frozenset[bytes] | None:
    """Elements that may come to a part; None if nothing may change in it."""
    folder, base = posixpath.split(old.workbook_part)
    if part == CONTENT_TYPES:
        return frozenset({b"Override", b"Default"})
    if part in (posixpath.join(folder, "_rels", base + ".rels"), "_rels/.rels"):
        return frozenset({b"Relationship"})
    if part == old.workbook_part:
        return _BOOK
    if part in made.tables:
        return frozenset({b"tableColumn"})
    if part in old.related(old.workbook_part, "styles"):
        return _STYLES
    return _CUSTOM if part in old.related("", "custom-properties") else None


def _sheet_fault(old: bytes, new: bytes, areas: list[Box]) -> str:
    """Cells may differ inside the areas; outside of the rows, widths and rules may come."""
    inside: list[list[bytes]] = []
    outside: list[list[bytes]] = []
    for xml in (old, new):
        tokens = list(sheet_tokens(_uncolumned(xml, areas), areas))
        cut = [n for n, token in enumerate(tokens) if _name(token) == b"sheetData"]
        start, end = (cut[0], cut[-1]) if cut else (0, 0)
        inside.append(tokens[start : end + 1])
        outside.append([*_paired(tokens[:start]), *_paired(tokens[end + 1 :])])
    if inside[0] != inside[1]:
        return "cells changed outside of what is owned"
    return "" if _is_within(outside[0], outside[1], _RULES) else "changed outside of the cells"


def _uncolumned(xml: bytes, areas: list[Box]) -> bytes:
    """A sheet part without the widths of the columns that came or moved; of a wider element the rest is left."""
    new = {col for box in areas for col in range(box.left, box.right + 1)}

    def rest(match: re.Match[bytes]) -> bytes:
        low, high = int(match[1]), int(match[2])
        if not any(low <= col <= high for col in new):
            return match[0]
        starts = [col for col in (low, *(c + 1 for c in new if low <= c < high)) if col not in new]
        ends = [min([c - 1 for c in new if c > col], default=high) for col in starts]
        return b"".join(_spanning(match[0], a, min(b, high)) for a, b in zip(starts, ends, strict=True))

    return _COL.sub(rest, xml)


def _spanning(tag: bytes, first: int, last: int) -> bytes:
    limits = {b"min": first, b"max": last}
    return _LIMITS.sub(lambda m: m[1] + b"%d" % limits[m[2]], tag)


def _unnamed(xml: bytes, names: set[str]) -> bytes:
    folded = {name.casefold() for name in names}
    return _NAMED.sub(lambda m: b"" if m[1].decode().casefold() in folded else m[0], xml)


def _tokens(xml: bytes) -> list[bytes]:
    return list(_paired(_TOKEN.findall(xml)))


def _paired(tokens: Iterable[bytes]) -> Iterator[bytes]:
    """Tokens with ``<a/>`` as ``<a></a>`` and without counts."""
    for token in tokens:
        bare = _COUNT.sub(b"", token)
        single = _PAIRED.fullmatch(bare)
        if single:
            yield b"<" + single[1] + single[2] + b">"
            yield b"</" + single[1] + b">"
        else:
            yield bare


def _name(token: bytes) -> bytes:
    match = _NAME.match(token)
    return match[1] if match else b""


def _is_within(old: list[bytes], new: list[bytes], allowed: frozenset[bytes]) -> bool:
    """Whether ``old`` is found in ``new`` in its order, and the rest are allowed elements and their texts."""
    at, depth = 0, 0
    for token in new:
        if not depth and at < len(old) and token == old[at]:
            at += 1
            continue
        name = _name(token)
        if not name:
            if not depth:
                return False
        elif name not in allowed:
            return False
        else:
            depth += -1 if token.startswith(b"</") else 1
    return at == len(old) and not depth
