"""The tags of plain sheet rows by numpy over the bytes: a strict grammar, and where everything stands.

Every tag inside ``sheetData`` must be one of a few known spellings, in an order that makes sense, with nothing
between two tags but the text of ``v``, ``t`` and ``f``. What passes is well-formed XML; anything else raises
``OtherShape``, and the caller walks the part with expat instead. Nothing is ever guessed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .cellvalues import BOOL, ERROR, INLINE, ISO, NUMBER, SHARED, STR
from .refs import MAX_COL, MAX_ROW

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]  # a part has less than 2 GiB (guard)
Flags = npt.NDArray[np.bool_]
CHUNK = 2 << 20  # small enough for the processor's cache
_HEAD = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*<worksheet\s(?:[^>]*?\s)?"""
                   rb"""xmlns="http://(?:schemas\.openxmlformats\.org/spreadsheetml/2006|"""
                   rb"""purl\.oclc\.org/ooxml/spreadsheetml)/main"[^>]*>""")
_ROW_REST = re.compile(rb"""\"((?: [A-Za-z][A-Za-z0-9]*(?::[A-Za-z]+)?="[^"<&]*")*) ?/?>""")  # after the row's number
_FORMULA = re.compile(rb"""<f((?: [A-Za-z][A-Za-z0-9]*="[^"<&]*")+)(/?)>""")
_ATTRIBUTE = re.compile(rb""" ([A-Za-z0-9:]+)=""")
_ENTITY = re.compile(rb"&(?:amp|lt|gt|quot|apos|#(?:[0-9]{2,5}|x[0-9A-Fa-f]{2,4}));")
_PRESERVE: Final = b'<t xml:space="preserve">'
_HIDDEN: Final = (b' hidden="1"', b' hidden="true"')

# Kinds of tags, with their spelling and length; the order is the order of the grammar below.
(ROW, END_ROW, CELL, END_CELL, VALUE, END_VALUE, NO_VALUE, TEXT, END_TEXT, INSIDE, END_INSIDE, FORMULA, END_FORMULA,
 NO_FORMULA, EMPTY_CELL, EMPTY_ROW) = range(16)
_SPELLED: Final = (
    (b'<row r="', ROW, 0), (b"</row>", END_ROW, 6), (b'<c r="', CELL, 0), (b"</c>", END_CELL, 4), (b"<v>", VALUE, 3),
    (b"</v>", END_VALUE, 4), (b"<v/>", NO_VALUE, 4), (b"<v />", NO_VALUE, 5), (b"<t>", TEXT, 3),
    (b"<t xml:s", TEXT, len(_PRESERVE)), (b"</t>", END_TEXT, 4), (b"<is>", INSIDE, 4), (b"</is>", END_INSIDE, 5),
    (b"<f>", FORMULA, 3), (b"<f ", FORMULA, 0), (b"<f/>", NO_FORMULA, 4), (b"</f>", END_FORMULA, 4),
)  # fmt: skip
_FOLLOWS: Final = {
    ROW: (CELL, EMPTY_CELL, END_ROW), END_ROW: (ROW, EMPTY_ROW), EMPTY_ROW: (ROW, EMPTY_ROW),
    CELL: (VALUE, NO_VALUE, INSIDE, FORMULA, NO_FORMULA, END_CELL), EMPTY_CELL: (CELL, EMPTY_CELL, END_ROW),
    END_CELL: (CELL, EMPTY_CELL, END_ROW), VALUE: (END_VALUE,), END_VALUE: (END_CELL,), NO_VALUE: (END_CELL,),
    TEXT: (END_TEXT,), END_TEXT: (END_INSIDE,), INSIDE: (TEXT,), END_INSIDE: (END_CELL,), FORMULA: (END_FORMULA,),
    END_FORMULA: (VALUE, NO_VALUE, END_CELL), NO_FORMULA: (VALUE, NO_VALUE, END_CELL),
}  # fmt: skip
_MAY_FOLLOW = np.zeros((16, 16), bool)
for _kind, _next in _FOLLOWS.items():
    _MAY_FOLLOW[_kind, list(_next)] = True


# The same as tables: the second and third byte of a tag tell which spelling it can be.
_SPACED: Final = next(n for n, (text, _, _) in enumerate(_SPELLED) if text == b"<t xml:s")
_CODE = np.array([*(int.from_bytes(text, "little") for text, _, _ in _SPELLED), 1], np.uint64)
_MASK = np.array([*((1 << 8 * len(text)) - 1 for text, _, _ in _SPELLED), 0], np.uint64)  # the last fits no tag
_KIND = np.array([*(kind for _, kind, _ in _SPELLED), -1], np.int8)
_LENGTH = np.array([*(length for _, _, length in _SPELLED), 0], np.int64)
_FIRST = np.array([(1 << 8 * count) - 1 for count in range(9)], np.uint64)  # the first bytes of eight
_BY_BYTES = np.full(1 << 16, len(_SPELLED), np.uint8)
for _number, (_text, _, _) in enumerate(_SPELLED):
    _BY_BYTES[int.from_bytes(_text[1:3], "little")] = _number


class OtherShape(Exception):
    """The part is spelled in a way the scan does not know."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Byte offsets of everything in a plain part, in document order.

    ``start``, ``stop``: content of ``sheetData``. One entry a row: number, start, end of the opening tag, start of
    the closing tag, end (a self-closed row has the last three equal). One entry a cell: row, column, format index,
    start, end. ``until``: the rows before this offset are in the arrays, those behind it are blank (see ``tail``).
    """

    start: int
    stop: int
    row: Small
    row_start: Small
    row_body: Small
    row_close: Small
    row_end: Small
    cell_row: Small
    cell_col: Small
    cell_style: Small
    cell_start: Small
    cell_end: Small
    hidden: frozenset[int] = frozenset()
    until: int = 0


def sheet_data(data: bytes) -> tuple[int, int]:
    """Where the rows start and stop; (-1, -1) unless the part is plain."""
    if _has(data, b"!", 0) or not _HEAD.match(data):
        return -1, -1
    start = data.find(b"<sheetData>") + 11
    stop = data.rfind(b"</sheetData>")
    plain = stop >= start > 10 and not _has(data, b"?", start) and data.find(b"<row ", stop) < 0
    return (start, stop) if plain else (-1, -1)


def _has(data: bytes, mark: bytes, start: int) -> bool:
    """Whether ``<`` and the mark stand side by side; the single byte is searched much faster."""
    return data.find(mark, start) >= 0 and data.find(b"<" + mark, start) >= 0


def chunks(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Stretches of whole rows."""
    while start < stop:
        end = min(start + CHUNK, stop)
        if end < stop:
            end = data.rfind(b"</row>", start, end) + 6
            if end < start + 6:
                raise OtherShape
        yield start, end
        start = end


def layout(data: bytes) -> Layout | None:
    """Where rows and cells of a plain part (UTF-8 bytes) stand, or None if it is not of the plain form."""
    start, stop = sheet_data(data)
    if start < 0:
        return None
    head = data[:start]
    try:
        return joined([Chunk(data, a, b, head).stretch() for a, b in chunks(data, start, stop)], start, stop)
    except OtherShape:
        return None


@dataclass(frozen=True, slots=True)
class Stretch:
    """What is kept of a chunk when its bytes have been looked at: the arrays of ``Layout``, as small as they can be
    (offsets within the chunk)."""

    offset: int
    arrays: dict[str, Small]
    hidden: set[int]


def joined(parts: list[Stretch], start: int, stop: int, until: int | None = None) -> Layout:
    """The layout of a part from those of its stretches, which are used up: a sheet may be as big as memory allows."""
    hidden = frozenset().union(*(part.hidden for part in parts))
    arrays = {name: _concatenated([(part.arrays.pop(name), part.offset if moves else 0) for part in parts])
              for name, moves in ARRAYS}
    return Layout(start, stop, **arrays, hidden=hidden, until=stop if until is None else until)


def _concatenated(pieces: list[tuple[Small, int]]) -> Small:
    out = np.empty(sum(len(piece) for piece, _ in pieces), np.int32)
    at = 0
    for piece, offset in pieces:
        np.add(piece, offset, out=out[at : at + len(piece)])
        at += len(piece)
    return out


ARRAYS: Final = (
    ("row", False), ("row_start", True), ("row_body", True), ("row_close", True), ("row_end", True),
    ("cell_row", False), ("cell_col", False), ("cell_style", False), ("cell_start", True), ("cell_end", True),
)  # fmt: skip


def word(text: bytes) -> int:
    """Up to eight bytes as the number that ``Chunk.words`` has for them."""
    return int.from_bytes(text, "little")


def starts(code: npt.NDArray[np.uint64], text: bytes) -> Flags:
    """Where the eight bytes begin with a text."""
    mask = np.uint64((1 << 8 * len(text)) - 1)
    return np.asarray((code & mask) == np.uint64(word(text)), bool)


class Chunk:
    """A run of whole rows: its tags, checked, and where its rows and cells stand (offsets within the run)."""

    def __init__(self, data: bytes, first: int, last: int, head: bytes) -> None:
        self.offset = first
        self.size = last - first
        self.raw = data[first:last] + b"\0" * 40
        self.buf = np.frombuffer(self.raw, np.uint8)
        self.words: npt.NDArray[np.uint64] = np.ndarray((len(self.raw) - 7,), "<u8", self.raw, strides=(1,))
        self.at = np.flatnonzero(self.buf == 60)
        self._characters()
        self._classify()
        self._rows(head)
        self._cells()
        self._formulas()
        self._grammar()

    def stretch(self) -> Stretch:
        """What is kept of it."""
        arrays: dict[str, Small] = {name: getattr(self, name).astype(np.int32) for name, _ in ARRAYS}
        return Stretch(self.offset, arrays, self.hidden)

    def _characters(self) -> None:
        """Only what XML allows: characters, references, no ``]]>``."""
        text = self.buf[: self.size]
        if len(text) and text.min() < 32 and not np.isin(text[text < 32], (9, 10, 13)).all():
            raise OtherShape
        if len(text) and text.max() > 127:
            try:
                self.raw.decode()
            except UnicodeDecodeError:
                raise OtherShape from None
            if b"\xef\xbf\xbe" in self.raw or b"\xef\xbf\xbf" in self.raw:
                raise OtherShape
        count = self.raw.count(b"&")
        if count and len(_ENTITY.findall(self.raw)) != count or b"]]>" in self.raw:
            raise OtherShape
        if count and any(not _is_character(ref) for ref in set(re.findall(rb"&#([^;]*);", self.raw))):
            raise OtherShape

    def _classify(self) -> None:
        """The kind of every tag and where it ends, as far as its spelling tells."""
        code = self.words[self.at]
        which = _BY_BYTES[(code >> np.uint64(8)).astype(np.uint16)]
        if ((code & _MASK[which]) != _CODE[which]).any():
            raise OtherShape
        self.kind = _KIND[which]
        self.end = self.at + _LENGTH[which]
        where = self.at[which == _SPACED]
        if len(where) and not all((self.words[where + k] == word(_PRESERVE[k:k + 8])).all() for k in (8, 16)):
            raise OtherShape
        self.after = np.append(self.at[1:], self.size)

    def _rows(self, head: bytes) -> None:
        """Numbers and places of the rows; every attribute must be plain and stand once."""
        here = np.flatnonzero(self.kind == ROW)
        self.row_start, self.row_body = self.at[here], self.after[here]
        self.row, tail = self.run(self.row_start + 8, 7, 48, 10, 10)
        size = tail - self.row_start - 8
        if (size == 0).any() or (tail >= self.row_body).any():
            raise OtherShape
        # the figures with the quote behind them, as the cells of the row repeat them
        self._row_size = size + 1
        self._row_figures = self.words[self.row_start + 8] & _FIRST[self._row_size]
        self.hidden: set[int] = set()
        for rows, text in self._alike(tail, self.row_body):
            if _ROW_REST.fullmatch(text) is None:
                raise OtherShape
            _check_attributes(b" r=" + text, head)
            if any(flag in text for flag in _HIDDEN):
                self.hidden.update(self.row[rows].tolist())
        empty = self.buf[self.row_body - 2] == 47
        self.kind[here[empty]] = EMPTY_ROW
        self.end[here] = self.row_body
        self.row_close, self.row_end = self.row_body.copy(), self.row_body.copy()
        close = self.at[self.kind == END_ROW]
        if len(close) != int((~empty).sum()):
            raise OtherShape
        self.row_close[~empty], self.row_end[~empty] = close, close + 6

    def _alike(self, first: Ints, last: Ints) -> Iterator[tuple[Ints, bytes]]:
        """The different texts of some byte ranges, each with the ranges that hold it."""
        for size in np.unique(last - first).tolist():
            ranges = np.flatnonzero(last - first == size)
            texts = self.buf[first[ranges, None] + np.arange(size)].view(f"V{size}").ravel()
            for text in set(texts.tolist()):
                yield ranges[texts == np.void(text)], text

    def _cells(self) -> None:
        """Addresses, formats and kinds of the cells, and where each ends."""
        here = np.flatnonzero(self.kind == CELL)
        self.cell_start = self.at[here]
        self.cell_row, self.cell_col, self.cell_style, self.cell_kind, end, empty = self._openings(self.cell_start)
        self.kind[here[empty]] = EMPTY_CELL
        self.end[here] = end
        close = self.at[self.kind == END_CELL]
        if len(close) != int((~empty).sum()):
            raise OtherShape
        self.cell_end = end.copy()
        self.cell_end[~empty] = close + 4

    def _formulas(self) -> None:
        """Where formula tags with attributes end; a shared formula may be self-closed."""
        for index in np.flatnonzero((self.kind == FORMULA) & (self.end == self.at)).tolist():
            match = _FORMULA.match(self.raw, int(self.at[index]))
            if match is None:
                raise OtherShape
            _check_attributes(match[1], b"")
            self.end[index] = match.end()
            if match[2]:
                self.kind[index] = NO_FORMULA

    def _grammar(self) -> None:
        """Each tag may follow the one before, and nothing stands between them but text where text belongs."""
        kind = self.kind
        if not len(kind):
            if self.size:
                raise OtherShape
            return
        before = np.concatenate([np.array([END_ROW], np.int8), kind[:-1]])
        textual = (kind == VALUE) | (kind == TEXT) | (kind == FORMULA)
        if not _MAY_FOLLOW[before, kind].all() or not (textual | (self.end == self.after)).all():
            raise OtherShape
        if kind[-1] not in (END_ROW, EMPTY_ROW):
            raise OtherShape

    def _openings(self, tag: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints, Flags]:
        """Row, column, style, kind, end and self-closed from ``<c r="B7" s="3" t="s">`` (this order)."""
        col, pos = self._letters(tag + 6)
        own = np.searchsorted(self.row_start, tag, "right") - 1
        row, figures, size = self.row[own], self._row_figures[own], self._row_size[own]
        if len(row) and (own[0] < 0 or self.row.max() > MAX_ROW or self.row.min() < 1 or col.max() > MAX_COL):
            raise OtherShape
        # a cell names the row that it stands in, so its figures are the row's
        if ((self.words[pos] & _FIRST[size]) != figures).any():
            raise OtherShape
        end = pos + size
        style = np.zeros(len(tag), np.int64)
        styled = np.flatnonzero(starts(self.words[end], b' s="'))
        style[styled], stop = self.run(end[styled] + 4, 6, 48, 10, 10)
        if (stop == end[styled] + 4).any() or (self.buf[stop] != 34).any():
            raise OtherShape
        end[styled] = stop + 1
        kind, end = self._kinds(end)
        end += self.buf[end] == 32  # ``<c r="A1" />``
        empty = self.buf[end] == 47
        end += empty
        if (self.buf[end] != 62).any():
            raise OtherShape
        return row, col, style, kind, end + 1, empty

    def _letters(self, pos: Ints) -> tuple[Ints, Ints]:
        """Column numbers from their one to three letters, and the positions after them."""
        code = self.words[pos]
        one, two, three = ((code >> np.uint64(8 * k)).astype(np.uint8) - np.uint8(64) for k in range(3))
        if ((one < 1) | (one > 26)).any():
            raise OtherShape
        wide = (two >= 1) & (two <= 26)
        widest = wide & (three >= 1) & (three <= 26)
        col = one.astype(np.int64)
        col[wide] = col[wide] * 26 + two[wide]
        col[widest] = col[widest] * 26 + three[widest]
        return col, pos + 1 + wide + widest

    def _kinds(self, end: Ints) -> tuple[Ints, Ints]:
        """The ``t`` attribute at ``end`` where there is one, and where the tag goes on."""
        kind = np.full(len(end), NUMBER, np.int64)
        typed = np.flatnonzero(starts(self.words[end], b' t="'))
        code = self.words[end[typed] + 4]
        sizes = np.full(len(typed), -1, np.int64)
        for text, meant in ((b's"', SHARED), (b'n"', NUMBER), (b'str"', STR), (b'inlineSt', INLINE),
                            (b'b"', BOOL), (b'e"', ERROR), (b'd"', ISO)):
            hit = starts(code, text)
            kind[typed[hit]], sizes[hit] = meant, len(text) + 4 + (2 if meant == INLINE else 0)
        if (sizes < 0).any():
            raise OtherShape
        end[typed] += sizes
        if (self.words[end[typed[kind[typed] == INLINE]] - 8] != word(b'lineStr"')).any():
            raise OtherShape
        return kind, end

    def run(self, pos: Ints, most: int, base: int, span: int, factor: int) -> tuple[Ints, Ints]:
        """Letters or digits from ``pos`` as numbers, and the position after them; stops after ``most``."""
        total = np.zeros(len(pos), np.int64)
        end = pos.copy()
        live = np.ones(len(pos), bool)
        ahead = self.words[pos]  # eight bytes at a time
        for step in range(most):
            if step == 8:
                ahead = self.words[pos + 8]
            char = ahead.astype(np.uint8) - np.uint8(base)
            ahead >>= np.uint64(8)
            live &= char < span
            if not live.any():
                break
            total = np.where(live, total * factor + char + (base == 65), total)
            end += live
        return total, end


def _check_attributes(text: bytes, head: bytes) -> None:
    """Names stand once, and a prefix is one that the part's head declares."""
    names = _ATTRIBUTE.findall(text)
    prefixes = {name.partition(b":")[0] for name in names if b":" in name}
    if len(set(names)) != len(names) or any(b"xmlns:" + prefix + b"=" not in head for prefix in prefixes):
        raise OtherShape


def _is_character(reference: bytes) -> bool:
    """Whether a numeric reference names a character that XML allows."""
    number = int(reference[1:], 16) if reference[:1] == b"x" else int(reference)
    return number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE
