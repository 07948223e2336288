"""New parts of a package: their content types and relationships, gathered until all is written."""

from __future__ import annotations

import posixpath
import re
from typing import Final
from xml.sax.saxutils import quoteattr

from .package import CONTENT_TYPES, Package
from .xmladd import Part

_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_EMPTY: Final = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONS}"/>'
_TYPE: Final = re.compile(rb"""(\bContentType\s*=\s*)("[^"]*"|'[^']*')""")


class NewParts:
    """Changes of a package: ``changes`` maps part to its new content."""

    def __init__(self, pkg: Package) -> None:
        self.pkg = pkg
        self.changes: dict[str, bytes] = {}

    def current(self, part: str) -> bytes:
        """A part as changed so far."""
        return self.changes[part] if part in self.changes else self.pkg.read(part)

    def part(self, name: str) -> Part:
        return Part(self.current(name), name, self.pkg.name)

    def free_name(self, pattern: str, *numbers: object) -> str:
        """``pattern`` with the first of ``numbers``, then 1, 2, 3 …, that no part has yet."""
        names = (pattern.format(n) for n in (*numbers, *range(1, 100_000)))
        return next(n for n in names if n not in self.pkg and n not in self.changes)

    def put(self, name: str, content: bytes, content_type: str, *, extension: bool = False) -> None:
        """A new part; ``extension``: its type holds for all parts with this extension, as Excel does for VML."""
        self.changes[name] = content
        suffix = name.rpartition(".")[2]
        types = self.part(CONTENT_TYPES)
        known = {c.attributes.get("Extension", "").casefold(): c for c in types.children()}
        if extension and suffix not in known:
            types.add(f'<Default Extension="{suffix}" ContentType="{content_type}"/>', ("Override",))
        elif not extension or known[suffix].attributes.get("ContentType") != content_type:
            types.add(f'<Override PartName={quoteattr("/" + name)} ContentType="{content_type}"/>')
        self.changes[CONTENT_TYPES] = bytes(types)

    def retype(self, name: str, content_type: str) -> None:
        """Another content type for a part that is there."""
        types = self.part(CONTENT_TYPES)
        for child in types.children():
            if child.attributes.get("PartName", "").lstrip("/").casefold() == name.casefold():
                end = types.data.index(b">", child.start)
                tag = _TYPE.sub(rb'\g<1>"' + content_type.encode() + b'"', types.data[child.start : end])
                types.data = types.data[: child.start] + tag + types.data[end:]
                break
        else:
            types.add(f'<Override PartName={quoteattr("/" + name)} ContentType="{content_type}"/>')
        self.changes[CONTENT_TYPES] = bytes(types)

    def relate(self, source: str, kind: str, target: str) -> str:
        """A relationship from one part to another; its new id."""
        folder, _, base = source.rpartition("/")
        name = posixpath.join(folder, "_rels", base + ".rels")
        if name in self.changes or name in self.pkg:
            rels = self.part(name)
        else:
            rels = Part(_EMPTY.encode(), name, self.pkg.name)
        taken = {child.attributes.get("Id", "") for child in rels.children()}
        new = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        where = quoteattr(posixpath.relpath("/" + target, "/" + folder))
        rels.add(f'<{rels.prefix}Relationship Id="{new}" Type="{kind}" Target={where}/>')
        self.changes[name] = bytes(rels)
        return new
