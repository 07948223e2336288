"""Small XML parts as element trees, by a parser that knows no DTD."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from leadbook.errors import RefusedFile


def parse_xml(data: bytes, part: str, file: str = "") -> Element:
    """The root element of a part; tags as ``{namespace}local``, or ``local`` without one.

    Raises RefusedFile ``doctype`` on any DTD (reliability §3.6), ``damaged_xml`` when not well-formed.
    """
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attrs: builder.start(
        _clark(tag), {_clark(k): v for k, v in attrs.items()}
    )
    parser.EndElementHandler = lambda tag: builder.end(_clark(tag))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse_doctype(part, file)
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, ValueError, LookupError):
        raise RefusedFile("damaged_xml", file=file, part=part) from None


def local(tag: str) -> str:
    """``{namespace}sheet`` -> ``sheet``."""
    return tag.rpartition("}")[2]


def _clark(name: str) -> str:
    return "{" + name if "}" in name else name


def _refuse_doctype(part: str, file: str) -> Callable[..., NoReturn]:
    def handler(*_: object) -> NoReturn:
        raise RefusedFile("doctype", file=file, part=part)

    return handler


class _RootReached(Exception):
    pass


class PrologScan:
    """Watches the part only up to its root element, the one place where a DOCTYPE can stand."""

    def __init__(self, part: str, file: str = "") -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = _refuse_doctype(part, file)
        self._parser.StartElementHandler = _reached

    def feed(self, piece: bytes) -> bool:
        """True when nothing more needs to be seen; raises RefusedFile ``doctype``, or expat's own error."""
        try:
            self._parser.Parse(piece, False)
        except _RootReached:
            return True
        except (LookupError, ValueError):  # an encoding that nobody knows
            raise expat.ExpatError("unknown encoding") from None
        return False


def _reached(*_: object) -> NoReturn:
    raise _RootReached
