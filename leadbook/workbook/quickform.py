"""The quick way into a form: a package as Excel, LibreOffice and XlsxWriter write it, read with a few patterns.

Only the cells that count are looked at. Whatever is not spelled plainly is left to the general reader: the answer is
then ``None``, never a guess. A test holds the two in step.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np

from leadbook.errors import RefusedFile
from leadbook.model.collected import FormCell
from leadbook.model.raw import UNCACHED, CellError, RawValue

from .archive import Archive
from .refs import Box, letter, parse_box, parse_target
from .styles import Styles, read_styles
from .xmlparts import check_well_formed

Targets = Mapping[str, tuple[str, Box]]
_MAIN: Final = (b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml")
_CELL = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"( s="([0-9]+)")?( t="([a-zA-Z]+)")?(?:/>|>(.*?)</c>)', re.DOTALL)
_BODY = re.compile(
    rb"(<f\b[^>]*?(?:/>|>[^<]*</f>))?(?:<v>([^<]*)</v>|<v/>|<is><t(?: xml:space=\"preserve\")?>([^<]*)</t></is>)?\Z")
_PLAIN_SI = re.compile(rb'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>|<si><t/></si>|(<si\b)')
_SHEET = re.compile(rb"<sheet ([^>]*?)/?>")
_NAME = re.compile(rb'<definedName ([^>]*)>([^<]*)</definedName>')
_RELATION = re.compile(rb"<Relationship ([^>]*?)/?>")
_ATTRIBUTE = re.compile(rb'([A-Za-z:]+)="([^"]*)"')
_PROPERTY = re.compile(rb'name="([^"]*)"[^>]*><(?:\w+:)?lpwstr(?: [^>]*)?>([^<]*)<')
_TABLE = re.compile(rb'<table [^>]*?\bdisplayName="([^"]*)"[^>]*?>')
_REF = re.compile(rb'\bref="([A-Z0-9:]+)"')
_ENTITIES: Final = {"quot": '"', "apos": "'", "amp": "&", "lt": "<", "gt": ">"}
_ENTITY = re.compile(r"&([^;]*);")
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")
_IS_1904 = re.compile(rb'date1904="(?:1|true|on)"')
_ROW = re.compile(r"[A-Z]+")


class NotPlain(Exception):
    """The package is spelled in a way that is for the general reader."""


def _check(xml: bytes) -> bytes:
    """The part itself when it is well-formed to its end; what is cut off is for the general reader to refuse."""
    try:
        check_well_formed(xml)
    except RefusedFile:
        raise NotPlain from None
    return xml


@lru_cache(maxsize=256)
def _shared(xml: bytes) -> bytes:
    """``_check`` of a part that forms of one template have in common."""
    return _check(xml)


def _text(raw: bytes) -> str:
    text = raw.decode()
    if "\r" in text or ("_x" in text and _ESCAPED.search(text)):
        raise NotPlain
    return _ENTITY.sub(_entity, text) if "&" in text else text


def _entity(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith("#"):
        return chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
    if name not in _ENTITIES:
        raise NotPlain
    return _ENTITIES[name]


@lru_cache(maxsize=64)
def _workbook(xml: bytes) -> tuple[dict[str, str], dict[str, tuple[str, Box]]]:
    """Sheet name -> relation id; defined name -> sheet and box. Forms of one template share this part."""
    if b"<!" in xml or _IS_1904.search(xml) or b"<sheets>" not in xml or b"<definedNames>" not in xml:
        raise NotPlain
    sheets = {}
    for attributes in _SHEET.findall(xml):
        given = dict(_ATTRIBUTE.findall(attributes))
        sheets[_text(given[b"name"])] = given[b"r:id"].decode()
    if len(sheets) != xml.count(b"<sheet "):
        raise NotPlain
    spelled = {name.casefold(): name for name in sheets}
    if len(spelled) < len(sheets):
        raise NotPlain
    names = {}
    for attributes, text in _NAME.findall(xml):
        given = dict(_ATTRIBUTE.findall(attributes))
        if b"localSheetId" not in given and given.get(b"name", b"").startswith(b"LB_"):
            target = parse_target(_text(text))
            if target and target[0].casefold() in spelled:
                names[_text(given[b"name"])] = spelled[target[0].casefold()], target[1]
    return sheets, names


@lru_cache(maxsize=256)
def _relations(xml: bytes) -> dict[str, tuple[str, str]]:
    """Relation id -> (last word of its type, target as written)."""
    out = {}
    for attributes in _RELATION.findall(xml):
        given = dict(_ATTRIBUTE.findall(attributes))
        if b"TargetMode" not in given:
            kind = given[b"Type"].rpartition(b"/")[2].decode()
            out[given[b"Id"].decode()] = kind, _text(given[b"Target"])
    return out


@lru_cache(maxsize=64)
def _styles(xml: bytes) -> Styles:
    return read_styles(xml)


@lru_cache(maxsize=64)
def _properties(xml: bytes) -> dict[str, str]:
    found = _PROPERTY.findall(xml)
    if len(found) != xml.count(b"<property "):
        raise NotPlain
    return {_text(name): _text(value).strip() for name, value in found}


class QuickForm:
    """One form package. Raises NotPlain where the general reader has to look, RefusedFile for a damaged part."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        types = _shared(self._read("[Content_Types].xml"))
        if not any(kind in types for kind in _MAIN):
            raise NotPlain
        sheets, self.names = _workbook(_shared(self._read("xl/workbook.xml")))
        relations = _relations(_shared(self._read("xl/_rels/workbook.xml.rels")))
        self._by_kind = {kind: self._resolve("xl", target) for kind, target in relations.values()}
        self.parts = {}
        for name, rid in sheets.items():
            kind, target = relations.get(rid, ("", ""))
            if kind != "worksheet":
                raise NotPlain
            self.parts[name] = self._resolve("xl", target)
        custom = "docProps/custom.xml"
        self.properties = _properties(_shared(self._read(custom))) if custom in archive.by_name else {}
        styles = self._by_kind.get("styles")
        self._dates = _styles(_shared(self._read(styles))).date if styles else np.zeros(1, bool)
        self._strings: list[bytes | None] | None = None
        self._cells: dict[str, dict[str, tuple[bytes, bytes, bytes]]] = {}

    def _read(self, part: str) -> bytes:
        entry = self.archive.by_name.get(part)
        if entry is None:
            raise NotPlain
        data = self.archive.read(entry)
        if b"<!DOCTYPE" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotPlain  # the general reader says what is wrong with it
        return data

    @staticmethod
    def _resolve(folder: str, target: str) -> str:
        return posixpath.normpath(target if target.startswith("/") else posixpath.join("/", folder, target)).lstrip("/")

    def look(self, sheet: str, row: int, col: int) -> tuple[FormCell, bool]:
        """A cell, and whether it is a formula."""
        address = f"{letter(col)}{row}"
        raw = self._sheet(sheet).get(address)
        if raw is None:
            return FormCell(None), False
        style, kind, inner = raw
        body = _BODY.match(inner)
        if body is None:
            raise NotPlain
        value = self._value(kind, body)
        number = isinstance(value, float)
        date = number and bool(self._dates[min(int(style or 0), len(self._dates) - 1)])
        return FormCell(None if value == "" else value, date, sheet, address), body[1] is not None

    def _value(self, kind: bytes, body: re.Match[bytes]) -> RawValue:
        raw = body[2]
        if kind == b"inlineStr":
            return _text(body[3] or b"")
        if not raw:
            return UNCACHED if body[1] is not None and (raw is None or kind in (b"", b"n")) else None
        if kind in (b"", b"n"):
            return float(raw)
        if kind == b"s":
            return self._string(int(raw))
        if kind == b"str":
            return _text(raw)
        if kind == b"b" and raw in (b"0", b"1"):
            return raw == b"1"
        if kind == b"e":
            return CellError(_text(raw))
        raise NotPlain

    def _string(self, number: int) -> str:
        if self._strings is None:
            part = self._by_kind.get("sharedStrings")
            found = _PLAIN_SI.findall(_check(self._read(part))) if part else []
            self._strings = [None if odd else text for text, odd in found]
        raw = self._strings[number] if number < len(self._strings) else None
        if raw is None:
            raise NotPlain
        return _text(raw)

    def _sheet(self, name: str) -> dict[str, tuple[bytes, bytes, bytes]]:
        """Address -> (style, type, content) of the cells that hold anything."""
        if name not in self._cells:
            xml = _check(self._read(self.parts[name]))
            found = _CELL.findall(xml)
            if b"<!" in xml or len(found) != xml.count(b"<c ") or b"<sheetData" not in xml:
                raise NotPlain
            self._cells[name] = {c[0].decode(): (c[2], c[4], c[5]) for c in found if c[5]}
        return self._cells[name]

    def targets(self, wanted: tuple[str, ...]) -> Targets:
        """Where the names that begin with one of ``wanted`` point, as ``Package`` would say."""
        return {name: target for name, target in self.names.items() if name.startswith(wanted)}

    def rows(self, table: str) -> list[dict[str, FormCell]]:
        """The filled rows of a table that has a key in every column; rows typed right below it count."""
        keys = self.names.get(f"{table}.keys")
        if keys is None:
            raise NotPlain
        sheet, line = keys
        box = self._table_box(self.parts[sheet], table)
        if box.top != line.top + 1 or (box.left, box.right) != (line.left, line.right):
            raise NotPlain
        columns: dict[int, str] = {}
        for col in range(box.left, box.right + 1):
            key = self.look(sheet, line.top, col)[0].value
            if not isinstance(key, str) or key in columns.values():
                raise NotPlain
            columns[col] = key
        filled = sorted({int(_ROW.sub("", address)) for address in self._sheet(sheet)})
        out, last = [], box.bottom
        for row in (row for row in filled if row > box.top):
            if row > box.bottom and row != last + 1:
                break
            line_of = {key: self.look(sheet, row, col)[0] for col, key in columns.items()}
            cells = {key: cell for key, cell in line_of.items() if cell.value is not None}
            if row > box.bottom and not cells:
                break
            last = max(last, row) if row > box.bottom else last
            if cells:
                out.append(cells)
        return out

    def _table_box(self, part: str, table: str) -> Box:
        folder, _, base = part.rpartition("/")
        relations = _relations(_shared(self._read(f"{folder}/_rels/{base}.rels")))
        for kind, target in relations.values():
            if kind != "table":
                continue
            xml = _shared(self._read(self._resolve(folder, target)))
            head = _TABLE.search(xml)
            if head and head[1] == table.encode():
                ref = _REF.search(head[0])
                box = parse_box(ref[1].decode()) if ref else None
                if box is None or b"totalsRowCount" in head[0] or b'headerRowCount="0"' in head[0]:
                    raise NotPlain
                return box
        raise NotPlain
