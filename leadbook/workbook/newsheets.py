"""A template's sheet in another workbook, with its tables, drawings and charts; names and properties added."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from .newparts import NewParts
from .package import EXTERNAL, SheetEntry
from .transplant import Donor, with_sheets
from .xmladd import Part

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_CUSTOM_TYPE: Final = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM: Final = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT_ID: Final = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_BEHIND_NAMES: Final = frozenset({
    "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing",
    "fileRecoveryPr", "webPublishObjects", "extLst",
})  # fmt: skip
_TABLE_ID: Final = re.compile(rb"""(<(?:\w+:)?table\b[^>]*?\sid\s*=\s*["'])([0-9]+)""")
_CHART_AREA: Final = re.compile(r"(<(?:\w+:)?f>)([^<]*)(?=</)")


@dataclass(frozen=True)
class NewName:
    """A defined name to add; ``sheet``: position of the sheet it belongs to, None for the whole workbook."""

    name: str
    text: str
    sheet: int | None = None


class SheetCopier:
    """Copies sheets of the template into the book; every part gets a name of its own there."""

    def __init__(self, new: NewParts, donor: Donor) -> None:
        self.new, self.donor, self.pkg = new, donor, donor.pkg
        tables = [part for parts in new.pkg.tables.values() for part in parts]
        ids = [int(match[2]) for part in tables if (match := _TABLE_ID.search(new.pkg.read(part)))]
        self.table_id = max(ids, default=0)

    def add(self, entry: SheetEntry, name: str) -> str:
        """The new sheet behind all others; its part."""
        part = self._copied(entry.part)
        book = self.new.pkg.workbook_part
        rid = self.new.relate(book, f"{_OFFICE}/worksheet", part)
        text = self.new.part(book)
        ids = [int(n) for n in re.findall(rb'\ssheetId="([0-9]+)"', text.data)]
        space = "" if text.declares("r", _OFFICE) else f' xmlns:r="{_OFFICE}"'
        state = "" if entry.state == "visible" else f' state="{entry.state}"'
        text.add_inside("sheets", f'<{text.prefix}sheet{space} name={quoteattr(name)} sheetId="{max(ids) + 1}"{state} '
                                  f'r:id="{rid}"/>')  # fmt: skip
        self.new.changes[book] = bytes(text)
        return part

    def _copied(self, source: str) -> str:
        """A part and all that it points at, under new names; its new name."""
        folder, base = posixpath.split(source)
        pattern = re.sub(r"[0-9]*(?=\.[A-Za-z]+\Z)", "{}", base, count=1)
        name = self.new.free_name(posixpath.join(folder, pattern))
        self.new.put(name, self._content(source), self.pkg.content_type(source))
        relations = []
        for rid, (kind, target) in self.pkg.rels(source).items():
            if target.startswith(EXTERNAL) or target not in self.pkg:
                continue
            where = posixpath.relpath("/" + self._copied(target), "/" + folder)
            relations.append(f'<Relationship Id="{rid}" Type="{_OFFICE}/{kind}" Target={quoteattr(where)}/>')
        if relations:
            text = f'{_HEAD}<Relationships xmlns="{_RELATIONS}">{"".join(relations)}</Relationships>'
            self.new.changes[posixpath.join(folder, "_rels", posixpath.basename(name) + ".rels")] = text.encode()
        return name

    def _content(self, source: str) -> bytes:
        kind = self.pkg.content_type(source)
        if kind.endswith("worksheet+xml"):
            return self.donor.sheet(source).encode()
        data = self.pkg.read(source)
        if kind.endswith("spreadsheetml.table+xml"):
            self.table_id += 1
            return _TABLE_ID.sub(rb"\g<1>%d" % self.table_id, data, count=1)
        if kind.endswith("chart+xml"):
            text = _CHART_AREA.sub(lambda m: m[1] + with_sheets(m[2], self.donor.sheets), data.decode())
            return text.encode()
        return data


def add_names(part: Part, names: Sequence[NewName]) -> None:
    """Defined names into a workbook part."""
    if not names:
        return
    tag = f"{part.prefix}definedName"
    places = ["" if n.sheet is None else f' localSheetId="{n.sheet}"' for n in names]
    text = "".join(
        f"<{tag} name={quoteattr(n.name)}{place}>{escape(n.text)}</{tag}>"
        for n, place in zip(names, places, strict=True)
    )
    if part.child("definedNames") is None:
        part.add(f"<{tag}s>{text}</{tag}s>", _BEHIND_NAMES)
    else:
        part.add_inside("definedNames", text)


def set_property(new: NewParts, name: str, value: str) -> None:
    """A custom document property as text; the part is made when the book has none."""
    parts = new.pkg.related("", "custom-properties")
    wanted = quoteattr(name)
    if not parts:
        part = new.free_name("docProps/custom{}.xml", "")
        one = f'<property fmtid="{_FORMAT_ID}" pid="2" name={wanted}><vt:lpwstr>{escape(value)}</vt:lpwstr></property>'
        text = f'{_HEAD}<Properties xmlns="{_CUSTOM}" xmlns:vt="{_VALUES}">{one}</Properties>'
        new.put(part, text.encode(), _CUSTOM_TYPE)
        new.relate("", f"{_OFFICE}/custom-properties", part)
        return
    text_part = new.part(parts[0])
    held = re.compile(rb"(<(?:\w+:)?property\b[^>]*?\sname=" + wanted.encode() + rb"[^>]*>\s*<[^>]*>)[^<]*(?=<)")
    if held.search(text_part.data):
        text_part.data = held.sub(lambda m: m[1] + escape(value).encode(), text_part.data, count=1)
    else:
        pids = [int(n) for n in re.findall(rb'\spid="([0-9]+)"', text_part.data)]
        tag = f"{text_part.prefix}property"
        text_part.add(f'<{tag} fmtid="{_FORMAT_ID}" pid="{max(pids, default=1) + 1}" name={wanted}>'
                      f'<vt:lpwstr xmlns:vt="{_VALUES}">{escape(value)}</vt:lpwstr></{tag}>')  # fmt: skip
    new.changes[parts[0]] = bytes(text_part)
