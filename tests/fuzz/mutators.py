"""Ways to spoil a workbook: bytes of the zip, XML of its parts, cells, the set of parts. One seed, one result."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from tests.books import packed, parts

Parts = dict[str, bytes]
NASTY: Final = (
    "", " ", "0", "-1", "1", "2", "99", "1e999", "-1e999", "NaN", "inf", "99999999999999999999", "9" * 5000, "²",
    "１２",
    "A0", "A1", "XFE1", "XFD1048577", "A1048576", "A1:A", "A1:XFD1048576", "1:1048576", "$A$1", "#REF!", "#N/A", "true",
    "on", "TRUE", "0x10", "1_000", "+5", ".5", "5.", "2026-02-30", "2026-13-01T25:61:61", "0000-00-00", "99999-01-01",
    "=1+1", "=cmd|' /C calc'!A0", "_x0000_", "_xD800_", "_xFFFF_", "_x005F_x0041_", "\ufffe", "\u202e", "\U0001f4a9",
    "e\u0301", "x" * 32_767, "x" * 40_000, "../../etc/passwd", "/etc/passwd", "xl/worksheets/sheet1.xml", "http://x/",
    "%00", "%2e%2e/%2e", "LB_Leads", "LB_Leads.keys", "Leads!$A$4:$A$4", "'Leads'!$A$4", "'!$A$1", "rId1", "rId99", "s",
    "str", "inlineStr", "d", "b", "e", "n", "z", "veryHidden", "utf-16", "utf-7", "zip", "General", "[h]:mm", "yyyy\"",
    "200-300万", "民國999999年1月1日", "31/02/2026", "1e308", "5e-324", "1900-01-00", "60", "-0.5", "2958466", "1e15",
    "{0.__class__}", "%s%n", "\x1b[31m", "<b>x</b>", "a|b|c", ";;;", "::::", "\u3000", "\u00a0", "\u200b", "\t\n",
    "C", "S", "N", "true,false", "company_name", "lead_key", "x-leadbook", "1/0", "12:34:56", "24:00", "99:99",
)  # fmt: skip
_TAG: Final = re.compile(rb"<[A-Za-z][^<>]*>")
_ATTRIBUTE: Final = re.compile(rb"""\s[A-Za-z:]+="([^"]*)\"""")
_TEXT: Final = re.compile(rb">([^<>]+)<")
_CELL: Final = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)
_ELEMENT: Final = re.compile(rb"<([A-Za-z]+)(?: [^<>]*)?(?:/>|>[^<]*</\1>)")
_TYPES: Final = ("", ' t="s"', ' t="str"', ' t="inlineStr"', ' t="b"', ' t="e"', ' t="d"', ' t="n"', ' t="x"')
_STRANGE: Final = (b"<x/>", b"<![CDATA[x]]>", b"<!--x-->", b"<?x y?>")
_NAMES: Final = ("../x.xml", "/x.xml", "xl\\x.xml", "xl/vbaProject.bin", "x" * 300)
_ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-8-sig", "gb18030", "big5", "latin-1", "utf-32", "utf-7", "cp1258")


def _escaped(text: str) -> bytes:
    out = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return out.encode("utf-8", "surrogatepass")


def _nasty(chance: Random) -> bytes:
    """Mostly as a part may hold it, at times as it must not."""
    text = chance.choice(NASTY)
    if chance.random() < 0.9:
        text = "".join(ch for ch in text if ch in "\t\n" or ch >= " ")
        return _escaped(text.replace("\ufffe", ""))
    return _escaped(text)


def zip_bytes(data: bytes, chance: Random) -> bytes:
    """Bytes changed, lost, doubled or cut off anywhere in the file."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out)) if chance.random() < 0.5 else max(0, len(out) - chance.randint(1, 4000))
        length = chance.randint(1, 64)
        match chance.randrange(5):
            case 0:
                out[at] = chance.randrange(256)
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case 3:
                out[at : at + length] = chance.randbytes(length)
            case _ if chance.random() < 0.2:
                del out[at:]
            case _:
                out[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"PK\x01\x02", b"PK\x05\x06"))
        if not out:
            break
    return bytes(out)


def _pick(content: Parts, chance: Random) -> str:
    """Any part, those that leadbook reads far more often."""
    names = [n for n in content if n.endswith((".xml", ".rels"))]
    telling = ("sheet1", "sheet2", "table", "workbook", "Content_Types", "sharedStrings", "styles", "custom")
    weights = [6 if any(word in name for word in telling) else 1 for name in names]
    return chance.choices(names, weights)[0]


def _at(pattern: re.Pattern[bytes], data: bytes, chance: Random) -> re.Match[bytes] | None:
    """One of the first matches after a random place."""
    found = pattern.search(data, chance.randrange(len(data) + 1)) or pattern.search(data)
    return found


def xml(data: bytes, chance: Random) -> bytes:
    """Tags, attributes and texts of parts changed; the zip around them is in order."""
    content = parts(data)
    for _ in range(chance.randint(1, 3)):
        name = _pick(content, chance)
        content[name] = _spoilt(content[name], chance)
    return packed(content)


def _spoilt(part: bytes, chance: Random) -> bytes:
    def put(start: int, stop: int, new: bytes) -> bytes:
        return part[:start] + new + part[stop:]

    kind = chance.randrange(12)
    if kind <= 3 and (found := _at(_ATTRIBUTE, part, chance)):
        return put(*found.span(1), _nasty(chance))
    if kind == 4 and (found := _at(_ATTRIBUTE, part, chance)):
        return put(*found.span(), b"")
    if kind == 5 and (found := _at(_TEXT, part, chance)):
        return put(*found.span(1), _nasty(chance))
    if kind == 6 and (found := _at(_ELEMENT, part, chance)):
        return put(*found.span(), b"")
    if kind == 7 and (found := _at(_ELEMENT, part, chance)):
        return put(*found.span(), found[0] * chance.randint(2, 4))
    if kind == 8 and (found := _at(_TAG, part, chance)):
        return put(*found.span(), chance.choice((b"", found[0] * 2, *_STRANGE)))
    if kind == 9 and part:
        at = chance.randrange(len(part))
        return put(at, at + chance.randint(0, 30), chance.randbytes(chance.randint(0, 6)))
    if kind == 10:
        return _encoded(part, chance)
    return chance.choice((
        b"", part[: len(part) // 2], part + part, b"<x/>", part.replace(b"/2006/", b"/2007/", 1),
        part.replace(b'xmlns="', b'xmlns:x="', 1), b"\xef\xbb\xbf" + part, part.replace(b' r="', b' q="'),
    ))  # fmt: skip


def _encoded(part: bytes, chance: Random) -> bytes:
    name = chance.choice(_ENCODINGS)
    said = chance.choice((name, name, "utf-8", "x-unknown", "idna"))
    head = f'<?xml version="1.0" encoding="{said}"?>'
    body = re.sub(rb"\A\s*<\?xml[^>]*\?>", b"", part).decode("utf-8", "replace")
    return (head + body).encode(name, "replace")


def cells(data: bytes, chance: Random) -> bytes:
    """Cells replaced by others of every type, right and wrong."""
    content = parts(data)
    sheets = [name for name in content if name.startswith("xl/worksheets/sheet")]
    for _ in range(chance.randint(1, 8)):
        name = sheets[0] if chance.random() < 0.6 else chance.choice(sheets)
        found = _at(_CELL, content[name], chance)
        if found:
            new = _cell(found[1].decode(), chance)
            content[name] = content[name][: found.start()] + new + content[name][found.end() :]
    return packed(content)


def _cell(ref: str, chance: Random) -> bytes:
    kind, value = chance.choice(_TYPES), _nasty(chance)
    style = chance.choice(("", f' s="{chance.randrange(60)}"', f' s="{chance.choice(NASTY[:12])[:20]}"'))
    place = ref if chance.random() < 0.95 else chance.choice(("A1", "XFD1048576", "A0", "b6", "$A$6", ""))
    head = f'<c r="{place}"{style}{kind}>'.encode()
    match chance.randrange(6):
        case 0:
            return head + b"<f>" + _nasty(chance) + b"</f><v>" + value + b"</v></c>"
        case 1:
            return head + b"<f>A1</f></c>"
        case 2:
            return head + b"<is><t>" + value + b"</t></is></c>"
        case 3:
            return head + b"<is><r><t>" + value + b"</t></r><rPh><t>x</t></rPh></is></c>"
        case 4:
            return head + b"</c>"
        case _:
            return head + b"<v>" + value + b"</v></c>"


def parcels(data: bytes, chance: Random) -> bytes:
    """Parts lost, doubled, exchanged, renamed, added."""
    content = parts(data)
    for _ in range(chance.randint(1, 3)):
        one, two = chance.choice(list(content)), chance.choice(list(content))
        match chance.randrange(7):
            case 0 | 1:
                if len(content) > 1:
                    del content[one]
            case 2:
                content[one], content[two] = content[two], content[one]
            case 3:
                content[one.upper() if chance.random() < 0.5 else one + "x"] = content.pop(one)
            case 4:
                content[chance.choice((*_NAMES, one.swapcase()))] = b"<x/>"
            case 5:
                content[one] = chance.randbytes(chance.randint(0, 200))
            case _:
                content[one] = content[one] * 2
    return packed(content)


KINDS: Final[Mapping[str, Callable[[bytes, Random], bytes]]] = {
    "zip bytes": zip_bytes, "xml": xml, "cells": cells, "parts": parcels,
}  # fmt: skip
_SHARES: Final = (1, 5, 4, 1)


def spoilt(data: bytes, chance: Random) -> tuple[str, bytes]:
    """(kind, spoilt book)."""
    kind = chance.choices(list(KINDS), _SHARES)[0]
    return kind, KINDS[kind](data, chance)
