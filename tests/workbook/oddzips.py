"""Workbooks made by several writers, and zips that are legal but unusual."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterable

import openpyxl
import xlsxwriter

Parts = list[tuple[str, bytes]]


def with_openpyxl(rows: int = 5, sheets: int = 2) -> bytes:
    book = openpyxl.Workbook()
    for number in range(1, sheets):
        book.create_sheet(f"Sheet {number}")
    for row in range(rows):
        book.worksheets[0].append([row, f"text {row}", row / 3])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_xlsxwriter(rows: int = 5, **options: object) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    sheet = book.add_worksheet("Leads")
    sheet.add_table(0, 0, max(rows, 1), 1, {"name": "LB_Leads"})
    for row in range(rows):
        sheet.write_row(row + 1, 0, [row, f"text {row}"])
    hidden = book.add_worksheet("Lists")
    hidden.very_hidden()
    book.define_name("LB_Options", "=Lists!$A$1:$A$9")
    book.set_custom_property("leadbook.lang", "vi")
    book.close()
    return out.getvalue()


def parts_of(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return [(i.filename, package.read(i)) for i in package.infolist()]


def zipped(parts: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as package:
        for name, content in parts:
            package.writestr(name, content)
    return out.getvalue()


class _OneWay(io.RawIOBase):
    """A stream that cannot seek, so that zipfile must write data descriptors."""

    def __init__(self) -> None:
        self.got = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: bytes) -> int:  # type: ignore[override]
        self.got += piece
        return len(piece)


def streamed(data: bytes) -> bytes:
    out = _OneWay()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts_of(data):
            package.writestr(name, content)
    return bytes(out.got)


def with_wide_locals(data: bytes) -> bytes:
    """Zip64 fields in each local header."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts_of(data):
            with package.open(name, "w", force_zip64=True) as stream:
                stream.write(content)
    return out.getvalue()


def with_wide_end(data: bytes) -> bytes:
    """A zip64 end record and locator, the old fields filled with the "look there" marks."""
    at = data.rfind(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HII", data, at + 10)
    wide = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:at] + wide + locator + end


def with_comment(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        package.comment = b"made by hand"
    return out.getvalue()


def with_extras(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts_of(data):
            info = zipfile.ZipInfo(name, (2021, 5, 17, 12, 30, 10))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.extra = struct.pack("<2H5s", 0x5455, 5, b"\x01abcd")
            info.comment = b"note"
            info.external_attr = 0o644 << 16
            package.writestr(info, content)
    return out.getvalue()


def shuffled(data: bytes) -> bytes:
    parts = parts_of(data)
    random.Random(3).shuffle(parts)
    return zipped(sorted(parts, key=lambda p: p[0] == "[Content_Types].xml"))


ODD: dict[str, Callable[[bytes], bytes]] = {
    "as written": lambda d: d,
    "stored": lambda d: zipped(parts_of(d), zipfile.ZIP_STORED),
    "data descriptors": streamed,
    "prefix bytes": lambda d: b"#!/bin/sh\nexit\n" + d,
    "trailing bytes": lambda d: d + b"\0" * 37,
    "content types last": shuffled,
    "zip64 in local headers": with_wide_locals,
    "zip64 end record": with_wide_end,
    "comment": with_comment,
    "extra fields": with_extras,
    "folder entries": lambda d: zipped([("xl/", b""), *parts_of(d)]),
    "non-ascii part": lambda d: zipped([*parts_of(d), ("customXml/mục-客户.xml", b"<a/>")]),
}


def prefixed(data: bytes) -> bytes:
    """The workbook part with an ``x:`` prefix on the main namespace, and absolute targets."""
    parts = dict(parts_of(data))
    text = parts["xl/workbook.xml"].decode()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    head, _, body = text.partition("<workbook")
    body = "<workbook" + body
    for tag in ("workbookPr", "workbookView", "bookViews", "sheets", "sheet", "calcPr", "workbook"):
        body = body.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>")
        body = body.replace(f"<{tag}/>", f"<x:{tag}/>").replace(f"</{tag}>", f"</x:{tag}>")
    body = body.replace(f'xmlns="{main}"', f'xmlns="{main}" xmlns:x="{main}"')
    rels = (
        parts["xl/_rels/workbook.xml.rels"].decode().replace('Target="worksheets/', 'Target="/xl/worksheets/')
    )
    parts["xl/workbook.xml"] = (head + body).encode()
    parts["xl/_rels/workbook.xml.rels"] = rels.encode()
    return zipped(parts.items())
