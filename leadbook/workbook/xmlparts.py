"""Bytes of an XML part: encoding, well-formedness, the two SpreadsheetML namespaces."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from leadbook.errors import RefusedFile

MAIN = frozenset({
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
})
_DECLARED = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BOMS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(amp|lt|gt|quot|apos));")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def as_utf8(xml: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The part as UTF-8 bytes, and the way back to its own encoding (untouched text: same bytes)."""
    for bom, name in _BOMS:
        if xml.startswith(bom):
            return xml[2:].decode(name).encode(), lambda text, b=bom, n=name: b + text.decode().encode(n)
    match = _DECLARED.match(xml)
    name = codecs.lookup(match[1].decode()).name if match and _known(match[1].decode()) else "utf-8"
    if name in ("utf-8", "ascii"):
        return xml, lambda text: text
    back = name
    return xml.decode(name).encode(), lambda text: text.decode().encode(back, "xmlcharrefreplace")


def _known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def check_well_formed(xml: bytes) -> None:
    """One pass of expat without callbacks over UTF-8 bytes; raises RefusedFile ``damaged_xml``."""
    run(expat.ParserCreate("utf-8"), xml)


def run(parser: Any, xml: bytes) -> None:
    """Parse everything; a DOCTYPE or a syntax error refuses the file (reliability X13)."""

    def refuse(*_: object) -> None:
        raise RefusedFile("doctype", file="", part="")

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise RefusedFile("damaged_xml", file="", part="", line=error.lineno) from None


def local(name: str) -> str:
    """Local name of an expat name ``uri local`` if it is SpreadsheetML, else an empty string."""
    uri, _, tail = name.rpartition(" ")
    return tail if uri in MAIN else ""


def plain_text(raw: bytes) -> str:
    """Character data between two tags -> text: entities resolved, line ends as XML says."""
    text = raw.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "&" in text:
        text = _ENTITY.sub(_entity, text)
    return text


def _entity(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    return chr(int(match[1], 16) if match[1] else int(match[2]))


def unescape(text: str) -> str:
    """``_x000D_`` -> the character it stands for (ECMA-376 22.4.2.4, ST_Xstring)."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text
