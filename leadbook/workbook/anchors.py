"""What hangs on single rows of a sheet and cannot be carried along when rows change places."""

from __future__ import annotations

import re

from .package import Package
from .reader import Reader
from .refs import Box, parse_box
from .xmlparts import as_utf8

_COMMENT = re.compile(rb"""<(?:\w+:)?(?:comment|threadedComment)\s[^>]*?\bref\s*=\s*["']([^"']*)["']""")
_LINK = re.compile(rb"""<(?:\w+:)?hyperlink\s[^>]*?\bref\s*=\s*["']([^"']*)["']""")
_CORNER = (rb"(?:\w+:)?%s\b[^>]*>.*?<(?:\w+:)?col>\s*([0-9]+)\s*<.*?<(?:\w+:)?row>\s*([0-9]+)\s*<"
           rb".*?</(?:\w+:)?%s\s*>")
_ANCHOR = re.compile(b"<%b(?:\\s*<%b)?" % (_CORNER % (b"from", b"from"), _CORNER % (b"to", b"to")), re.DOTALL)
LAST_COLUMN = 16_384
TALL = 3  # rows: a higher drawing lies over the sheet, it does not belong to one row
_SPARK = re.compile(rb"<x14:sparkline\b[^>]*>.*?<xm:sqref\s*>([^<]*)<", re.DOTALL)
_CONTENT_KINDS = ("comments", "threadedComment", "drawing")
_REFERENCE = re.compile(r"(?<![A-Za-z0-9_.\[])\$?[A-Za-z]{1,3}\$?[0-9]{1,7}(?![A-Za-z0-9_(.\]])")
_NOT_CODE = re.compile(r'"(?:[^"]|"")*"|\[[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\]')


def anchored_boxes(reader: Reader, part: str) -> list[Box]:
    """Cells of a sheet on which a note, a small drawing, a control, a link, a sparkline or a merge hangs."""
    pkg = reader.pkg
    boxes = list(reader.cells(part).merged)
    sheet, _ = as_utf8(pkg.read(part))
    tail = sheet[max(sheet.rfind(b"sheetData>"), 0):]
    texts = [*_LINK.findall(tail), *_SPARK.findall(tail)]
    for raw in [tail, *_attached(pkg, part)]:
        texts += _COMMENT.findall(raw)
        for col, row, _, last in _ANCHOR.findall(raw):
            if int(last or row) - int(row) < TALL:
                boxes.append(Box(int(row) + 1, int(col) + 1, int(row) + 1, int(col) + 1))
    return boxes + [box for text in texts for area in text.decode().split() if (box := parse_box(area))]


def anchored_rows(reader: Reader, part: str, body: Box) -> set[int]:
    """Rows of a table body on which something hangs, see ``anchored_boxes``."""
    return {row for box in anchored_boxes(reader, part) if box.meets(body)
            for row in range(max(box.top, body.top), min(box.bottom, body.bottom) + 1)}


def rows_beside(reader: Reader, part: str, body: Box) -> set[int]:
    """Rows of a table body that have something beside the table, such as a column typed next to it."""
    cells = reader.cells(part)
    sides = (Box(body.top, 1, body.bottom, body.left - 1), Box(body.top, body.right + 1, body.bottom, LAST_COLUMN))
    filled = cells.filled()
    found = [cells.row[at[filled[at]]] for side in sides if side.right >= side.left for at in [cells.within(side)]]
    return {int(row) for rows in found for row in rows}


def _attached(pkg: Package, part: str) -> list[bytes]:
    return [as_utf8(pkg.read(target))[0] for tail, target in pkg.rels(part).values()
            if tail in _CONTENT_KINDS and target in pkg.names]


def is_movable(cell: bytes) -> bool:
    """Whether a cell's bytes mean the same in another row: no formula, or one without cell addresses."""
    match = re.search(rb"<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)<)", cell)
    if match is None:
        return True
    if re.search(rb"""\st\s*=\s*["'](?:shared|array|dataTable)""", match[1]) or match[2] is None:
        return False
    return is_addressless(match[2].decode())


def is_addressless(formula: str) -> bool:
    """Whether a formula names no cell by address (structured references and names are fine)."""
    return _REFERENCE.search(_NOT_CODE.sub("", formula)) is None
