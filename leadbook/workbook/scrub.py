"""What repeats cells elsewhere in a package: unused shared strings, cached texts of charts, pivots and links (P01)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import partial
from html import unescape
from typing import Final

from leadbook.errors import LeadbookError

from .package import Package
from .strings import read_shared_strings
from .xmlparts import as_utf8, check_well_formed

_SI: Final = re.compile(rb"<((?:\w+:)?)si\b(?:[^>]*/>|[^>]*>.*?</\1si\s*>)", re.DOTALL)
_SHARED: Final = rb"""<(?:\w+:)?c\s[^>]*?\bt\s*=\s*["']s["'][^>]*(?<!/)>"""
_USES: Final = re.compile(_SHARED + rb"\s*<(?:\w+:)?v\b[^>]*>\s*([0-9]+)\s*<")
_ODD_USES: Final = re.compile(
    _SHARED + rb"(?:(?!</(?:\w+:)?c\s*>).)*?<(?:\w+:)?v\b[^>]*>\s*([0-9]+)\s*<", re.DOTALL)  # fmt: skip
# Only what repeats cells: attributes such as tickLblPos have words of their own.
_TEXT: Final = re.compile(r"(<(?:\w+:)?(?:v|t|text|lpstr|lpwstr)\b[^<>]*>)([^<>]+)(?=<)")
_ANY_TEXT: Final = re.compile(r"(>)([^<>]+)(?=<)")
_ITEM: Final = re.compile(
    r"""(<(?:\w+:)?(?:s|filter|item|i|member)\s(?:[^<>]*?\s)?(?:v|val|n|c|caption)\s*=\s*)("[^"]*"|'[^']*')""")
_NUMBER_ITEM: Final = re.compile(r"""(<(?:\w+:)?n\s(?:[^<>]*?\s)?v\s*=\s*)("[^"]*"|'[^']*')""")
_PEOPLES: Final = ("docprops/", "customxml/")  # every element there holds what people wrote
_SHEETS: Final = ("sheet+xml", "worksheet+xml")
# Parts that say how the package is built, or that the cells' own writer has been over.
_LEFT_ALONE: Final = ("[content_types].xml", "/styles.xml", "/sharedstrings.xml", "/workbook.xml", ".rels", "/theme")


def scrubbed(pkg: Package, gone: Collection[str]) -> tuple[bytes, set[str]]:
    """The package without the shared strings that no cell uses and without texts of caches that are ``gone``;
    and the parts that differ. A string's entry stays, empty, so that all indexes hold."""
    changes = dict(_strings(pkg))
    wanted = frozenset(text for text in gone if text)
    for part in pkg.names:
        if _may_repeat(pkg, part) and wanted:
            old = pkg.read(part)
            new = without_texts(old, wanted, part.casefold().startswith(_PEOPLES))
            if new != old:
                check_well_formed(as_utf8(new)[0])
                changes[part] = new
    return (pkg.rewrite(changes) if changes else pkg.archive.data), set(changes)


def _may_repeat(pkg: Package, part: str) -> bool:
    folded = part.casefold()
    if not folded.endswith((".xml", ".vml")) or any(mark in folded for mark in _LEFT_ALONE):
        return False
    return not pkg.content_type(part).endswith(_SHEETS)


def _strings(pkg: Package) -> Iterator[tuple[str, bytes]]:
    related = pkg.rels(pkg.workbook_part).values()
    part = next((target for tail, target in related if tail == "sharedStrings" and target in pkg), None)
    if part is None:
        return
    data, back = as_utf8(pkg.read(part))
    used = {n for name in pkg.names if pkg.content_type(name).endswith(_SHEETS) for n in _used(pkg.read(name))}
    number = -1

    def kept(found: re.Match[bytes]) -> bytes:
        nonlocal number
        number += 1
        return found[0] if number in used else b"<" + found[1] + b"si><" + found[1] + b"t/></" + found[1] + b"si>"

    new = _SI.sub(kept, data)
    before, after = read_shared_strings(data), read_shared_strings(new)
    if len(before) != number + 1 or any(n < len(before) and before[n] != after[n] for n in used):
        raise LeadbookError("write_not_clean", file=pkg.name, parts=part)
    if new != data:
        yield part, back(new)


def _used(sheet: bytes) -> set[int]:
    data, _ = as_utf8(sheet)
    found = _USES.findall(data)
    if len(found) != len(re.findall(_SHARED, data)):  # something stands between a cell's tag and its value
        found = _ODD_USES.findall(data)
    return {int(n) for n in found}


def without_texts(xml: bytes, gone: Collection[str], every: bool = False) -> bytes:
    """A part whose texts and values that are one of ``gone``, whole, are empty; ``every``: of any element."""
    data, back = as_utf8(xml)
    text = data.decode("utf-8", "surrogateescape")

    def emptied(instead: str, found: re.Match[str]) -> str:
        said = found[2][1:-1] if found[2][0] in "\"'" and instead else found[2]
        return found[1] + instead if unescape(said).strip() in gone else found[0]

    text = _NUMBER_ITEM.sub(partial(emptied, '"0"'), text)
    text = _ITEM.sub(partial(emptied, '""'), text)
    text = (_ANY_TEXT if every else _TEXT).sub(partial(emptied, ""), text)
    return back(text.encode("utf-8", "surrogateescape"))


def parts_with(pkg: Package, words: Collection[str]) -> list[str]:
    """Parts other than cells in which a text still occurs (without regard to case); sheets only outside their cells."""
    wanted = [word.casefold() for word in words]
    found = []
    for part in pkg.names:
        folded = part.casefold()
        if not folded.endswith((".xml", ".vml", ".rels")) or folded.endswith("sharedstrings.xml"):
            continue
        raw = as_utf8(pkg.read(part))[0]
        if pkg.content_type(part).endswith(_SHEETS):
            raw = raw[: max(raw.find(b"sheetData"), 0)] + raw[max(raw.rfind(b"sheetData>"), 0) :]
        text = unescape(raw.decode("utf-8", "replace")).casefold()
        if any(word in text for word in wanted):
            found.append(part)
    return found


def unreadable_parts(pkg: Package) -> list[str]:
    """Parts in which no text can be found, since they are no XML: pictures, macros, embedded files. What the printer's
    driver stores is nobody's text."""
    readable = (".xml", ".vml", ".rels")
    found = [part for part in pkg.names if not part.casefold().endswith(readable)]
    return [part for part in found if "/printersettings/" not in part.casefold()]
