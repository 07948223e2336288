"""Bytes of an XML part: encoding, well-formedness, the two SpreadsheetML namespaces."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
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
_UNICODE: Final = frozenset({"utf-8", "utf-16", "ascii", "iso8859-1"})  # what expat knows by itself
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


def as_utf8(xml: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """The part as UTF-8 bytes, and the way back to its own encoding (untouched text: same bytes)."""
    for bom, name in _BOMS:
        if xml.startswith(bom):
            return _decoded(xml[2:], name), lambda text, b=bom, n=name: b + text.decode().encode(n)
    match = _DECLARED.match(xml)
    name = _encoding(match[1].decode()) if match else "utf-8"
    if name in ("utf-8", "ascii"):
        return xml, lambda text: text
    return _decoded(xml, name), lambda text: text.decode().encode(name, "xmlcharrefreplace")


def _decoded(xml: bytes, name: str) -> bytes:
    try:
        return xml.decode(name).encode()
    except ValueError:  # what it says of itself is not so
        raise RefusedFile("damaged_xml", file="", part="") from None


def _encoding(name: str) -> str:
    """The encoding by its usual name; a package may use UTF-8 and UTF-16 only (ECMA-376 part 2, 8.1.1)."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        found = ""
    if found not in _UNICODE:
        raise RefusedFile("damaged_xml", file="", part="")
    return found


@contextmanager
def naming(file: str, part: str, sheet: str = "") -> Iterator[None]:
    """Whatever is refused inside says in which file and part, and in which sheet if it asks for that."""
    try:
        yield
    except RefusedFile as refused:
        told = {"file": file, "part": part} | ({"sheet": sheet} if "sheet" in refused.params else {})
        refused.params.update({key: value for key, value in told.items() if not refused.params.get(key)})
        raise


def whole(text: str | None, otherwise: int, most: int = 999_999_999) -> int:
    """A count or an index from an attribute; ``otherwise`` when it is not there. Raises RefusedFile ``damaged_xml``."""
    if text is None:
        return otherwise
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) <= most):
        raise RefusedFile("damaged_xml", file="", part="")
    return int(text)


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
    """``_x000D_`` -> the character it stands for (ECMA-376 22.4.2.4, ST_Xstring); half a surrogate pair is none."""
    if "_x" not in text:
        return text
    found = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
    if any("\ud800" <= ch <= "\udfff" for ch in found):
        return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return found
