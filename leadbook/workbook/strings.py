"""The shared strings part as a plain list of texts."""

from __future__ import annotations

import re
from xml.parsers import expat

from .xmlparts import as_utf8, check_well_formed, local, plain_text, run, unescape

_PLAIN = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>|(<si>.*?</si>)|<si/>', re.DOTALL)


def read_shared_strings(xml: bytes) -> list[str]:
    """Texts in index order; rich runs joined, phonetic runs left out, ``_xHHHH_`` resolved."""
    data, _ = as_utf8(xml)
    fast = _fast(data)
    return _slow(data) if fast is None else fast


def _fast(data: bytes) -> list[str] | None:
    """Parts with unprefixed ``si``: a bare ``t`` is read here, the few others go the slow way together."""
    if b"<!" in data or b":si" in data or b":t>" in data:
        return None
    found = _PLAIN.findall(data)
    if not found or data.count(b"<si") != len(found):
        return None
    check_well_formed(data)
    rich = [other for _, other in found if other]
    start, stop = data.index(b"<si"), max(data.rfind(b"</si>") + 5, data.rfind(b"<si/>") + 5)
    others = iter(_slow(data[:start] + b"".join(rich) + data[stop:]) if rich else ())
    plain = b"\0".join([text for text, _ in found])
    texts = unescape(plain_text(plain)).split("\0") if b"_x0000_" not in plain else [
        unescape(plain_text(text)) for text, _ in found]
    return [next(others) if other else text for text, (_, other) in zip(texts, found, strict=True)]


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
