"""The shared strings part as a plain list of texts."""

from __future__ import annotations

import re
from xml.parsers import expat

from .xmlparts import as_utf8, check_well_formed, local, plain_text, run, unescape

_PLAIN = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>|<si>|<si/>')


def read_shared_strings(xml: bytes) -> list[str]:
    """Texts in index order; rich runs joined, phonetic runs left out, ``_xHHHH_`` resolved."""
    data, _ = as_utf8(xml)
    fast = _fast(data)
    return _slow(data) if fast is None else fast


def _fast(data: bytes) -> list[str] | None:
    """Only parts in which every ``si`` is one unprefixed ``t``; None for all others."""
    if b"<!" in data or b"<r" in data or b":si" in data:
        return None
    texts = _PLAIN.findall(data)
    if data.count(b"<si") != len(texts) or data.count(b"</t>") != len(texts):
        return None
    check_well_formed(data)
    return [unescape(plain_text(raw)) for raw in texts]


def _slow(data: bytes) -> list[str]:
    texts: list[str] = []
    runs: list[str] = []
    piece: list[str] = []
    inside = {"rPh": 0, "t": 0}

    def start(name: str, _: object) -> None:
        tag = local(name)
        if tag == "si":
            runs.clear()
        elif tag in inside:
            inside[tag] += 1

    def end(name: str) -> None:
        tag = local(name)
        if tag == "si":
            texts.append("".join(runs))
        elif tag in inside:
            inside[tag] -= 1
            if tag == "t":
                runs.append(unescape("".join(piece)))
                piece.clear()

    def characters(text: str) -> None:
        if inside["t"] and not inside["rPh"]:
            piece.append(text)

    parser = expat.ParserCreate("utf-8", " ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = characters
    run(parser, data)
    return texts
