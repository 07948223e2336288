"""Worksheet reading by numpy over the bytes: millions of cells a second on parts of the usual plain form.

Every tag inside ``sheetData`` must be one of a few known spellings; anything else makes ``read`` answer None,
and the caller walks the part with expat instead. Nothing is ever guessed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadbook.model.raw import UNCACHED

from . import cells_slow
from .cellvalues import BOOL, ERROR, INLINE, ISO, NUMBER, SHARED, STR, Cells, value_of
from .refs import MAX_COL, MAX_ROW
from .xmlparts import check_well_formed, plain_text, unescape

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
CHUNK = 8 << 20
_HEAD = re.compile(rb"""\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?\s*<worksheet\s[^>]*?"""
                   rb"""xmlns="http://(?:schemas\.openxmlformats\.org/spreadsheetml/2006|"""
                   rb"""purl\.oclc\.org/ooxml/spreadsheetml)/main"[^>]*>""")
_HIDDEN = re.compile(rb'<row r="([0-9]+)"[^>]*? hidden="(?:1|true)"')
_LONG = re.compile(rb"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?")
_PRESERVE = b'<t xml:space="preserve">'


class _OtherShape(Exception):
    """The part is spelled in a way the scan does not know."""


def read(data: bytes, shared: list[str]) -> Cells | None:
    """All cells of a plain worksheet part (UTF-8 bytes), or None if it is not of the plain form."""
    start, stop = sheet_data(data)
    if start < 0:
        return None
    check_well_formed(data)
    texts = np.empty(len(shared), object)
    texts[:] = [text or None for text in shared]
    try:
        found = [_Chunk(data[a:b]).cells(shared, texts) for a, b in _chunks(data, start, stop)]
    except _OtherShape:
        return None
    rest = cells_slow.read(data[:start] + data[stop:], shared)
    hidden = {int(r) for r in _HIDDEN.findall(data, start, stop)} if b' hidden="' in data else set()
    parts = [rest, *found]
    joined = {name: np.concatenate([getattr(part, name) for part in parts])
              for name in ("row", "col", "value", "style", "formula", "iso", "plain_number")}
    return Cells(**joined, hidden=hidden, merged=rest.merged, dimension=rest.dimension)


def sheet_data(data: bytes) -> tuple[int, int]:
    """Where the rows start and stop; (-1, -1) unless the part is plain."""
    if _has(data, b"!", 0) or not _HEAD.match(data) or data.count(b"<sheetData>") != 1:
        return -1, -1
    start = data.index(b"<sheetData>") + 11
    stop = data.find(b"</sheetData>", start)
    plain = stop >= 0 and not _has(data, b"?", start) and data.find(b"<row ", stop) < 0
    return (start, stop) if plain else (-1, -1)


def _has(data: bytes, mark: bytes, start: int) -> bool:
    """Whether ``<`` and the mark stand side by side; the single byte is searched much faster."""
    return data.find(mark, start) >= 0 and data.find(b"<" + mark, start) >= 0


def _chunks(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    while start < stop:
        end = min(start + CHUNK, stop)
        if end < stop:
            end = data.rfind(b"</row>", start, end) + 6
            if end < start + 6:
                raise _OtherShape
        yield start, end
        start = end


def _word(text: bytes) -> int:
    return int.from_bytes(text, "little")


def _starts(code: npt.NDArray[np.uint64], text: bytes) -> Flags:
    mask = np.uint64((1 << 8 * len(text)) - 1)
    return np.asarray((code & mask) == np.uint64(_word(text)), bool)


@dataclass(slots=True)
class _Tags:
    """One flag array per known tag; positions run over all tags of the chunk."""

    cell: Flags
    value: Flags
    text: Flags
    formula: Flags
    inline: Flags
    self_closed_value: Flags
    known: Flags


@dataclass(frozen=True, slots=True)
class Spans:
    """Cells of a stretch of plain rows in document order: byte range, row, column, format index."""

    start: Ints
    end: Ints
    row: Ints
    col: Ints
    style: Ints


def spans(data: bytes, start: int, stop: int) -> Spans | None:
    """Byte ranges of all cells of whole rows between two offsets; None if they are not of the plain form
    (then also: if anything, even a line break, stands between two cells)."""
    try:
        found = [(_Chunk(data[a:b]).spans(), a) for a, b in _chunks(data, start, stop)]
    except _OtherShape:
        return None
    shifted = [Spans(s.start + at, s.end + at, s.row, s.col, s.style) for s, at in found]
    return Spans(*(np.concatenate([np.empty(0, np.int64), *(getattr(s, name) for s in shifted)])
                   for name in ("start", "end", "row", "col", "style")))


class _Chunk:
    """A run of whole rows."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw + b"\0" * 40
        self.buf = np.frombuffer(self.raw, np.uint8)
        self.words: npt.NDArray[np.uint64] = np.ndarray((len(self.raw) - 7,), "<u8", self.raw, strides=(1,))
        self.at = np.flatnonzero(self.buf == 60)
        self.code = self.words[self.at]

    def tags(self) -> _Tags:
        """Classify every ``<``; raises if one is unknown."""
        code = self.code
        value, text = _starts(code, b"<v>"), _starts(code, b"<t>")
        empty = _starts(code, b"<v/>") | _starts(code, b"<v />")
        spaced = _starts(code, b"<t xml:s")
        formula = _starts(code, b"<f>") | _starts(code, b"<f ") | _starts(code, b"<f/>")
        cell, inline = _starts(code, b'<c r="'), _starts(code, b"<is>")
        known = cell | value | text | empty | spaced | formula | inline
        for tail in (b"</v>", b"</c>", b"</t>", b"</f>", b"</is>", b"</row>", b'<row r="'):
            known |= _starts(code, tail)
        if not known.all():
            raise _OtherShape
        if spaced.any():
            where = self.at[spaced]
            if not all((self.words[where + k] == _word(_PRESERVE[k:k + 8])).all() for k in (8, 16)):
                raise _OtherShape
        return _Tags(cell, value, text | spaced, formula, inline, empty, known)

    def cells(self, shared: list[str], texts: npt.NDArray[np.object_]) -> Cells:
        """Values, addresses and styles of the chunk's cells."""
        tags = self.tags()
        row, col, style, kind = self.openings(self.at[tags.cell])
        owner = np.cumsum(tags.cell) - 1
        count = len(row)
        formula = np.zeros(count, bool)
        formula[owner[tags.formula]] = True
        begin = np.full(count, -1, np.int64)
        finish = np.full(count, -1, np.int64)
        self.bodies(tags.value, b"</v>", owner, begin, finish)
        self.bodies(tags.text, b"</t>", owner, begin, finish)
        empty = owner[tags.self_closed_value]
        begin[empty] = finish[empty] = 0
        inline = np.zeros(count, bool)
        inline[owner[tags.inline]] = True
        if (inline != (kind == INLINE)).any() or (kind[owner[tags.value]] == INLINE).any():
            raise _OtherShape
        value, number, iso = self.values(kind, begin, finish, formula, (row, col), shared, texts)
        return Cells(row.astype(np.int32), col.astype(np.int32), value, style.astype(np.int32), formula, iso,
                     number)

    def spans(self) -> Spans:
        """Where the chunk's cells stand; raises unless each begins right where its neighbour ends."""
        cell = _starts(self.code, b'<c r="')
        row_end = _starts(self.code, b"</row>")
        other = _starts(self.code, b"<c ") | _starts(self.code, b"<c>") | _starts(self.code, b"<c/>")
        if other.sum() != cell.sum():
            raise _OtherShape
        edge = self.at[cell | row_end]
        start = self.at[cell]
        end = edge[np.searchsorted(edge, start) + 1]
        if (self.buf[start - 1] != 62).any() or (self.buf[end - 1] != 62).any():
            raise _OtherShape
        row, col, style, _ = self.openings(start)
        return Spans(start, end, row, col, style)

    def bodies(self, tag: Flags, close: bytes, owner: Ints, begin: Ints, finish: Ints) -> None:
        """Text ranges between an opening tag and its closing tag, filed under the owning cell."""
        index = np.flatnonzero(tag)
        if not len(index):
            return
        if index[-1] + 1 >= len(self.at) or not _starts(self.code[index + 1], close).all():
            raise _OtherShape
        cell = owner[index]
        if cell[0] < 0 or (np.diff(cell) <= 0).any() or (begin[cell] >= 0).any():
            raise _OtherShape
        spaced = _starts(self.code[index], b"<t xml:s")
        begin[cell] = self.at[index] + np.where(spaced, len(_PRESERVE), 3)
        finish[cell] = self.at[index + 1]

    def openings(self, tag: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """Row, column, style and kind from ``<c r="B7" s="3" t="s">`` (this order, double quotes)."""
        col, pos = self.run(tag + 6, 3, 65, 26, 26)
        row, end = self.run(pos, 7, 48, 10, 10)
        if ((self.buf[end] != 34) | (end == pos) | (pos == tag + 6)).any():
            raise _OtherShape
        if len(row) and (row.max() > MAX_ROW or row.min() < 1 or col.max() > MAX_COL):
            raise _OtherShape
        end += 1
        style = np.zeros(len(tag), np.int64)
        styled = np.flatnonzero(_starts(self.words[end], b' s="'))
        style[styled], stop = self.run(end[styled] + 4, 6, 48, 10, 10)
        end[styled] = stop + 1
        odd = (self.buf[stop] != 34).any()
        kind, end = self.kinds(end)
        here = self.words[end]
        closed = (self.buf[end] == 62) | _starts(here, b"/>") | _starts(here, b" />")
        if odd or not closed.all():
            raise _OtherShape
        return row, col, style, kind

    def kinds(self, end: Ints) -> tuple[Ints, Ints]:
        """The ``t`` attribute at ``end`` where there is one, and where the tag goes on."""
        kind = np.full(len(end), NUMBER, np.int64)
        typed = np.flatnonzero(_starts(self.words[end], b' t="'))
        word = self.words[end[typed] + 4]
        sizes = np.full(len(typed), -1, np.int64)
        for text, code in ((b's"', SHARED), (b'n"', NUMBER), (b'str"', STR), (b'inlineSt', INLINE),
                           (b'b"', BOOL), (b'e"', ERROR), (b'd"', ISO)):
            hit = _starts(word, text)
            kind[typed[hit]], sizes[hit] = code, len(text) + 4 + (2 if code == INLINE else 0)
        if (sizes < 0).any():
            raise _OtherShape
        end[typed] += sizes
        return kind, end

    def run(self, pos: Ints, most: int, base: int, span: int, factor: int) -> tuple[Ints, Ints]:
        """Letters or digits from ``pos`` as numbers, and the position after them; stops after ``most``."""
        total = np.zeros(len(pos), np.int64)
        end = pos.copy()
        live = np.ones(len(pos), bool)
        for step in range(most):
            char = self.buf[pos + step] - np.uint8(base)
            live &= char < span
            if not live.any():
                break
            total = np.where(live, total * factor + char + (base == 65), total)
            end += live
        return total, end

    def values(self, kind: Ints, begin: Ints, finish: Ints, formula: Flags, place: tuple[Ints, Ints],
               shared: list[str], texts: npt.NDArray[np.object_],
               ) -> tuple[npt.NDArray[np.object_], Flags, Flags]:
        """The value of every cell, which of them are plain numbers and which ISO dates."""
        value = np.full(len(kind), None, object)
        bare = begin < 0
        value[bare & formula] = UNCACHED
        slow = ~bare & (kind != NUMBER) & (kind != SHARED)
        here = np.flatnonzero(~bare & (kind == SHARED))
        index, exact = self.integers(begin[here], finish[here])
        exact &= index < len(texts)
        value[here[exact]] = texts[index[exact]]
        slow[here[~exact]] = True
        here = np.flatnonzero(~bare & (kind == NUMBER))
        figures, exact = self.decimals(begin[here], finish[here])
        value[here[exact]] = figures[exact].astype(object)
        slow[here[~exact]] = True
        number = np.zeros(len(kind), bool)
        number[here[exact]] = True
        iso = np.zeros(len(kind), bool)
        self.long_numbers(slow, kind, begin, finish, value, number)
        raw = self.raw
        todo = np.flatnonzero(slow)
        columns = zip(todo.tolist(), kind[todo].tolist(), begin[todo].tolist(), finish[todo].tolist(),
                      formula[todo].tolist(), strict=True)
        for at, what, a, b, has_formula in columns:
            text = plain_text(raw[a:b])
            if "_x" in text:
                text = unescape(text)
            result = value_of(what, text, has_formula, shared, int(place[0][at]), int(place[1][at]))
            value[at] = result
            if type(result) is float:
                number[at], iso[at] = what == NUMBER, what == ISO
        return value, number, iso

    def long_numbers(self, slow: Flags, kind: Ints, begin: Ints, finish: Ints,
                     value: npt.NDArray[np.object_], number: Flags) -> None:
        """Numbers of more than 15 digits or with an exponent, which the slow loop need not see."""
        todo = np.flatnonzero(slow & (kind == NUMBER))
        match, raw = _LONG.fullmatch, self.raw
        found = [float(raw[a:b]) if match(raw, a, b) else None
                 for a, b in zip(begin[todo].tolist(), finish[todo].tolist(), strict=True)]
        value[todo] = np.array(found, object)
        done = todo[np.array([item is not None for item in found], bool)]
        number[done], slow[done] = True, False

    def integers(self, begin: Ints, finish: Ints) -> tuple[Ints, Flags]:
        """Runs of up to 9 digits, and which of the texts are exactly that."""
        total, end = self.run(begin, 9, 48, 10, 10)
        return total, (end == finish) & (finish > begin)

    def decimals(self, begin: Ints, finish: Ints) -> tuple[npt.NDArray[np.float64], Flags]:
        """Plain decimals of up to 15 digits (exact: both mantissa and power of ten are exact floats)."""
        negative = self.buf[begin] == 45
        whole, end = self.run(begin + negative, 15, 48, 10, 10)
        digits = end - begin - negative
        point = np.flatnonzero((self.buf[end] == 46) & (end < finish) & (digits > 0))
        places = np.zeros(len(begin), np.int64)
        if len(point):
            part, stop = self.run(end[point] + 1, 15, 48, 10, 10)
            places[point] = stop - end[point] - 1
            fits = digits[point] + places[point] <= 15
            places[point[~fits]] = -99
            whole[point[fits]] = whole[point[fits]] * 10 ** places[point[fits]] + part[fits]
            end[point] = np.where(places[point] == 0, -1, stop)
        exact = (end == finish) & (digits > 0) & (places >= 0)
        figures = whole / 10.0 ** np.maximum(places, 0)
        return np.where(negative, -figures, figures), exact
