"""The workbook package: parts, relationships, content types and what workbook.xml says (ECMA-376 part 2)."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from leadbook.errors import RefusedFile
from leadbook.workbook.archive import Archive
from leadbook.workbook.xmltree import local, parse_xml

T = TypeVar("T")
CONTENT_TYPES: Final = "[Content_Types].xml"
STRICT: Final = "http://purl.oclc.org/ooxml/"
EXTERNAL: Final = "external:"
KEPT: Final = 64 << 20  # bytes of parts kept as read: they are wanted to read, to edit and to compare
_MAIN: Final = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml",
    "application/vnd.ms-excel.template.macroenabled.main+xml",
)
_XLSB: Final = "application/vnd.ms-excel.sheet.binary.macroenabled.main"


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One sheet in workbook order; ``state`` is visible, hidden or veryHidden; ``kind`` the relation's
    type.
    """

    name: str
    part: str
    state: str
    kind: str = "worksheet"


class Package:
    """A spreadsheet package in memory. Part names have no leading slash and match regardless of case."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.name = archive.name
        self._folded = {e.name.casefold(): e for e in archive.entries}
        self._rels: dict[str, dict[str, tuple[str, str]]] = {}
        self._inflated: dict[str, bytes] = {}

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "") -> Package:
        """Open a package. Raises RefusedFile: see Archive, ``not_a_workbook``, ``xlsb_file``,
        ``strict_ooxml``, ``contradictory_package``.
        """
        package = cls(Archive(data, name))
        package.workbook_part  # noqa: B018  (refuse at once, not at first use)
        if local(package._workbook.tag) != "workbook" or package._workbook.tag.startswith("{" + STRICT):
            strict = package._workbook.tag.startswith("{" + STRICT)
            raise RefusedFile("strict_ooxml" if strict else "not_a_workbook", file=name)
        return package

    @property
    def names(self) -> list[str]:
        """Part names in directory order, folders left out."""
        return [e.name for e in self.archive.entries if not e.is_folder]

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._folded

    def read(self, part: str) -> bytes:
        """Content of a part, inflated, bounded by its declared size, CRC checked. ``missing_part`` when
        absent.
        """
        entry = self._folded.get(part.casefold())
        if entry is None:
            raise RefusedFile("missing_part", file=self.name, part=part)
        if entry.name not in self._inflated:
            content = self.archive.read(entry)
            if sum(map(len, self._inflated.values())) + len(content) > KEPT:
                return content
            self._inflated[entry.name] = content
        return self._inflated[entry.name]

    def packed(self, part: str) -> tuple[int, int, int, bytes]:
        """A part as it lies in the archive: (method, CRC, size, compressed bytes); equal ones hold the same."""
        entry = self._folded[part.casefold()]
        body = self.archive.data[entry.body : entry.body + entry.packed]
        return entry.method, entry.crc, entry.size, body

    def xml(self, part: str) -> Element:
        """A small part as an element tree (no DTD)."""
        return parse_xml(self.read(part), part, self.name)

    def rewrite(self, changes: Mapping[str, bytes], remove: Collection[str] = frozenset()) -> bytes:
        """New package bytes; every part not named is copied raw (DESIGN §5). See Archive.rewrite."""
        return self.archive.rewrite(
            {self._stored(p): content for p, content in changes.items()}, {self._stored(p) for p in remove}
        )

    def _stored(self, part: str) -> str:
        entry = self._folded.get(part.casefold())
        return entry.name if entry else part

    def content_type(self, part: str) -> str:
        """The declared content type, or "" when the part has none."""
        overrides, defaults = self._types
        return overrides.get(part.casefold()) or defaults.get(part.rpartition(".")[2].casefold(), "")

    @cached_property
    def _types(self) -> tuple[dict[str, str], dict[str, str]]:
        if CONTENT_TYPES not in self:
            raise RefusedFile("not_a_workbook", file=self.name)
        overrides: dict[str, str] = {}
        defaults: dict[str, str] = {}
        for item in self.xml(CONTENT_TYPES):
            kind = item.get("ContentType", "")
            if local(item.tag) == "Override":
                self._once(overrides, item.get("PartName", "").lstrip("/").casefold(), kind)
            elif local(item.tag) == "Default":
                self._once(defaults, item.get("Extension", "").casefold(), kind)
        return overrides, defaults

    def _once(self, known: dict[str, T], name: str, said: T) -> None:
        """Note what is said of a name; two different things refuse the file: programs differ in which one counts."""
        if known.setdefault(name, said) != said:
            raise RefusedFile("contradictory_package", file=self.name, part=name)

    def rels(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationship id -> (last word of its type, target part). ``part`` "" means the package itself.

        Targets outside the package read ``external:<target>`` and are never followed.
        """
        if part not in self._rels:
            folder, _, base = part.rpartition("/")
            source = posixpath.join(folder, "_rels", base + ".rels")
            found = self.xml(source) if source in self else ()
            named: dict[str, tuple[str, str]] = {}
            for r in found:
                self._once(named, r.get("Id", ""), (r.get("Type", "").rpartition("/")[2], _target(folder, r)))
            self._rels[part] = named
        return self._rels[part]

    def related(self, part: str, kind: str) -> list[str]:
        """Targets of all relationships of one type, in file order, that exist in the package."""
        return [target for tail, target in self.rels(part).values() if tail == kind and target in self]

    @cached_property
    def workbook_part(self) -> str:
        """The part that the package names as its main document. Raises ``not_a_workbook``, ``xlsb_file``."""
        self._types  # noqa: B018
        targets = self.related("", "officeDocument")
        if len(set(targets)) > 1:
            raise RefusedFile("contradictory_package", file=self.name, part=targets[1])
        for target in targets:
            kind = self.content_type(target).casefold()
            if kind == _XLSB:
                raise RefusedFile("xlsb_file", file=self.name)
            if kind in _MAIN:
                return self._stored(target)
        raise RefusedFile("not_a_workbook", file=self.name)

    @cached_property
    def _workbook(self) -> Element:
        return self.xml(self.workbook_part)

    def _child(self, tag: str) -> Element | tuple[()]:
        return next((c for c in self._workbook if local(c.tag) == tag), ())

    @cached_property
    def sheets(self) -> list[SheetEntry]:
        """Sheets in workbook order. Raises ``missing_part`` when one has no part: it is never skipped
        silently.
        """
        rels, found = self.rels(self.workbook_part), []
        for sheet in self._child("sheets"):
            rid = next((v for k, v in sheet.attrib.items() if k.startswith("{") and local(k) == "id"), "")
            kind, target = rels.get(rid, ("", ""))
            if target not in self:
                raise RefusedFile("missing_part", file=self.name, part=target or CONTENT_TYPES)
            found.append(
                SheetEntry(sheet.get("name", ""), self._stored(target), sheet.get("state", "visible"), kind)
            )
        if not found or len({s.name.casefold() for s in found}) < len(found):
            raise RefusedFile("damaged_workbook", file=self.name)
        twice = next((s.part for n, s in enumerate(found) if s.part in {other.part for other in found[:n]}), "")
        if twice:
            raise RefusedFile("contradictory_package", file=self.name, part=twice)
        return found

    @cached_property
    def tables(self) -> dict[str, list[str]]:
        """Sheet part -> its table parts."""
        return {s.part: [self._stored(t) for t in self.related(s.part, "table")] for s in self.sheets}

    @cached_property
    def defined_names(self) -> dict[str, str]:
        """Workbook-wide defined names -> formula text without "="; names local to a sheet are left out."""
        return {
            n.get("name", ""): "".join(n.itertext())
            for n in self._child("definedNames")
            if n.get("localSheetId") is None
        }

    @cached_property
    def custom_properties(self) -> dict[str, str]:
        """Custom document properties as text (docProps/custom.xml)."""
        parts = self.related("", "custom-properties")
        return {p.get("name", ""): "".join(p.itertext()).strip() for part in parts for p in self.xml(part)}

    @cached_property
    def date1904(self) -> bool:
        """True when serial 0 is 1904-01-01."""
        settings = self._child("workbookPr")
        return isinstance(settings, Element) and settings.get("date1904", "0") in ("1", "true", "on")


def _target(folder: str, relation: Element) -> str:
    raw = relation.get("Target", "")
    if relation.get("TargetMode", "").casefold() == "external":
        return EXTERNAL + raw
    path = unquote(raw.partition("#")[0]).replace("\\", "/")
    joined = posixpath.normpath(path if path.startswith("/") else posixpath.join("/", folder, path))
    return joined.lstrip("/")
