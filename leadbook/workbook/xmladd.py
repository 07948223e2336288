"""Small additions to an XML part: one more child or attribute, everything else byte for byte."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from leadbook.errors import RefusedFile

from .xmlparts import as_utf8

_TAG: Final = re.compile(rb"""<([^\s/>]+)(?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*(/?)>""")
_ROWS: Final = re.compile(rb"<((?:[\w.-]+:)?sheetData)\b[^>]*[^/]>|<((?:[\w.-]+:)?sheetData)>")


@dataclass(frozen=True, slots=True)
class Child:
    """A child of the root: local name, attributes as written, where its start tag begins."""

    name: str
    attributes: dict[str, str]
    start: int


class Part:
    """An XML part that gets additions; ``bytes()`` gives it back in its own encoding."""

    def __init__(self, xml: bytes, name: str = "", file: str = "") -> None:
        self.data, self._back = as_utf8(xml)
        self._name, self._file = name, file

    def __bytes__(self) -> bytes:
        return self._back(self.data)

    def children(self) -> list[Child]:
        """The root and then its children, in order. Rows of a sheet are stepped over, not read."""
        data, cut, gap = self.data, len(self.data), 0
        rows = _ROWS.search(data)
        if rows:
            end = data.rfind(b"</" + (rows[1] or rows[2]), rows.end())
            cut, gap = rows.end(), max(end, rows.end()) - rows.end()
            data = data[:cut] + data[cut + gap :]
        found: list[Child] = []
        depth = 0

        def begin(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            if depth < 2:
                at = parser.CurrentByteIndex
                found.append(Child(name.rpartition(":")[2], dict(attributes), at if at < cut else at + gap))
            depth += 1

        def finish(name: str) -> None:
            nonlocal depth
            depth -= 1

        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler, parser.EndElementHandler = begin, finish
        try:
            parser.Parse(data, True)
        except expat.ExpatError:
            raise RefusedFile("damaged_xml", file=self._file, part=self._name) from None
        return found

    def child(self, name: str) -> Child | None:
        return next((child for child in self.children()[1:] if child.name == name), None)

    @property
    def prefix(self) -> str:
        """The root's namespace prefix with its colon, for new elements of the same kind."""
        name, colon, _ = self._tag(self.children()[0].start)[1].decode().rpartition(":")
        return name + colon

    def declares(self, prefix: str, namespace: str) -> bool:
        """Whether the root binds a prefix to a namespace."""
        return self.children()[0].attributes.get(f"xmlns:{prefix}") == namespace

    def add_attribute(self, at: Child, name: str, value: str) -> None:
        end = at.start + 1 + len(self._tag(at.start)[1])
        self._insert(end, f" {name}={quoteattr(value)}")

    def add_first(self, element: str) -> None:
        """A new first child of the root."""
        self._open_root()
        root = self._tag(self.children()[0].start)
        self._insert(root.end(), element)

    def add(self, element: str, before: Collection[str] = ()) -> None:
        """A new child of the root, in front of the first one whose name is in ``before``, else the last."""
        for child in self.children()[1:]:
            if child.name in before:
                return self._insert(child.start, element)
        self._open_root()
        return self._insert(self.data.rfind(b"</"), element)

    def add_inside(self, name: str, element: str) -> None:
        """A new last child of the last element called ``name``, at any depth below the rows."""
        ends = list(re.finditer(rb"</(?:[\w.-]+:)?" + name.encode() + rb"\s*>", self.data))
        self._insert(ends[-1].start(), element)

    def _open_root(self) -> None:
        """``<root/>`` becomes ``<root></root>``."""
        tag = self._tag(self.children()[0].start)
        if tag[2]:
            opened = tag[0][:-2].rstrip() + b"></" + tag[1] + b">"
            self.data = self.data[: tag.start()] + opened + self.data[tag.end() :]

    def _tag(self, start: int) -> re.Match[bytes]:
        found = _TAG.match(self.data, start)
        if found is None:
            raise RefusedFile("damaged_xml", file=self._file, part=self._name)
        return found

    def _insert(self, at: int, text: str) -> None:
        self.data = self.data[:at] + text.encode() + self.data[at:]
