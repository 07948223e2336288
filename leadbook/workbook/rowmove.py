"""Whole rows taken out of a sheet: those that stay close up, byte for byte but for their numbers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .celltext import placed
from .refs import Box, parse_box
from .scan import Layout
from .sheetmap import SheetMap, sheet_map
from .xmlparts import as_utf8

_NUMBER: Final = re.compile(rb"""\sr\s*=\s*(?:"[^"]*"|'[^']*')""")
_HIDDEN: Final = re.compile(rb"""\shidden\s*=\s*["'][^"']*["']""")
_STYLE: Final = re.compile(rb"""\ss\s*=\s*["'][0-9]+["']""")
_AREAS: Final = re.compile(
    rb"""(<(?:\w+:)?(?:conditionalFormatting|dataValidation)\s[^>]*?\bsqref\s*=\s*["']|<xm:sqref\s*>)([^"'<]*)""")


@dataclass(frozen=True)
class Closing:
    """Rows ``gone`` (ascending) leave the rows ``top`` to ``last`` of a sheet; ``blank`` of them stay as empty,
    formatted rows behind the others."""

    top: int
    gone: tuple[int, ...]
    last: int
    blank: int = 0

    @property
    def first(self) -> int:
        """The first row that changes."""
        return self.gone[0]

    @property
    def zone(self) -> range:
        """The rows that go or move."""
        return range(self.first, self.last + 1)

    def target(self, row: int) -> int:
        """Where a row that stays is afterwards; for one that goes, where the next one that stays comes."""
        return row if row > self.last else row - bisect_left(self.gone, row)

    def end(self, bottom: int) -> int:
        """The last row of an area that ended in ``bottom``."""
        return bottom if bottom > self.last else bottom - sum(1 for row in self.gone if row <= bottom)


def close_up(
    xml: bytes, closing: Closing, fresh: Mapping[tuple[int, int], bytes], known: Layout | None = None
) -> bytes:
    """The sheet part without the rows that go. ``fresh`` maps (old row, column) to the new bytes of a cell that
    stays but cannot stay as it is. Raises RefusedFile as ``sheet_map`` does."""
    data, back = as_utf8(xml)
    sheet = sheet_map(data, known)
    lines = _Lines(data, sheet, fresh)
    gone, out, spare = set(closing.gone), [], []
    for index, row in enumerate(sheet.places.row.tolist()):
        if row in gone:
            spare.append(index)
        elif row > closing.last:
            continue
        else:
            out.append(lines.moved(index, closing.target(row)))
    at = closing.last - len(closing.gone) + 1
    out += [lines.emptied(index, at + n) for n, index in enumerate(spare[: closing.blank])]
    after = [lines.moved(i, row) for i, row in enumerate(sheet.places.row.tolist()) if row > closing.last]
    return back(b"".join([data[: sheet.body], *out, *after, data[sheet.close :]]))


class _Lines:
    """Rows of a sheet part in their own bytes."""

    def __init__(self, data: bytes, sheet: SheetMap, fresh: Mapping[tuple[int, int], bytes]) -> None:
        self.data, self.places, self.fresh = data, sheet.places, fresh
        self.prefix = sheet.prefix.encode()
        self.first = sheet.places.cell_row.searchsorted(sheet.places.row, "left").tolist()
        self.after = sheet.places.cell_row.searchsorted(sheet.places.row, "right").tolist()

    def moved(self, index: int, row: int) -> bytes:
        """A row under another number; the same bytes under its own."""
        p, old = self.places, int(self.places.row[index])
        head = self.data[int(p.row_start[index]) : int(p.row_body[index])]
        cells = range(self.first[index], self.after[index])
        if row == old and not any((old, int(p.cell_col[n])) in self.fresh for n in cells):
            return _numbered(head, row) + self.data[int(p.row_body[index]) : int(p.row_end[index])]
        out, at = [_numbered(head, row)], int(p.row_body[index])
        for n in cells:
            col, start, end = int(p.cell_col[n]), int(p.cell_start[n]), int(p.cell_end[n])
            out += [self.data[at:start], placed(self.fresh.get((old, col), self.data[start:end]), row, col)]
            at = end
        return b"".join([*out, self.data[at : int(p.row_end[index])]])

    def emptied(self, index: int, row: int) -> bytes:
        """The same row with nothing in its cells but their format."""
        p, tag = self.places, self.prefix
        head = self.data[int(p.row_start[index]) : int(p.row_body[index])]
        out = [_HIDDEN.sub(b"", _numbered(head, row)).rstrip(b"/>").rstrip() + b">"]
        for n in range(self.first[index], self.after[index]):
            cell = self.data[int(p.cell_start[n]) : int(p.cell_end[n])]
            style = _STYLE.search(cell[: cell.index(b">")])
            bare = b"<" + tag + b"c" + (style[0] if style else b"") + b"/>"
            out.append(placed(bare, row, int(p.cell_col[n])))
        return b"".join([*out, b"</", tag, b"row>"])


def _numbered(head: bytes, row: int) -> bytes:
    """The opening tag of a row with its number."""
    ref = b' r="%d"' % row
    if _NUMBER.search(head):
        return _NUMBER.sub(ref, head, count=1)
    name = re.match(rb"<[^\s/>]+", head)
    assert name is not None
    return head[: name.end()] + ref + head[name.end() :]


def fit_rules(xml: bytes, closing: Closing) -> tuple[bytes, Box | None]:
    """The part with conditional formats and validations that follow the rows, and the first area that cannot."""
    data, back = as_utf8(xml)
    tail = max(data.rfind(b"sheetData>"), data.find(b"sheetData/>"), 0)
    stuck: list[Box] = []

    def fitted(match: re.Match[bytes]) -> bytes:
        return match[1] + " ".join(_fitted(area, closing, stuck.append) for area in match[2].decode().split()).encode()

    rest = _AREAS.sub(fitted, data[tail:])
    return back(data[:tail] + rest), next(iter(stuck), None)


def _fitted(area: str, closing: Closing, refuse: Callable[[Box], None]) -> str:
    box = parse_box(area)
    if box is None or box.bottom < closing.first or box.top > closing.last:
        return area
    if box.top <= closing.first and box.bottom > closing.last:
        return area
    bottom = closing.end(box.bottom) + (closing.blank if box.bottom == closing.last else 0)
    if box.top > closing.top or bottom < box.top:  # its first row decides what its formulas mean
        refuse(box)
        return area
    return str(box.down_to(bottom))


def keeps_meaning(box: Box, closing: Closing) -> bool:
    """Whether an area that a formula names means the same afterwards: outside of what moves, or all of it."""
    outside = box.bottom < closing.first or box.top > closing.last
    return outside or (box.top <= closing.first and box.bottom >= closing.last)
