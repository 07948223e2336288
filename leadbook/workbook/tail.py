"""The blank end of a sheet: rows that only have a format, often a million of them. Checked, never held (X13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from leadbook.errors import RefusedFile

from .scan import ARRAYS, CHUNK, Chunk, Layout, OtherShape, chunks, joined

FROM: Final = 8 << 20  # bytes; a shorter end is read like all the rest
MOST: Final = 3_000_000  # cells without content that are held, in front of the last one with content
FILLED: Final = 10_000_000  # cells with content: every field of 100,000 leads
_CELL: Final = b'<c r="'
_CLOSE: Final = b"</c>"  # a cell with content has a closing tag, a bare format closes itself


def blank_end(data: bytes, start: int, stop: int) -> int:
    """Where the rows begin behind which no cell holds anything; ``stop`` unless they are many. A few of them count
    as used, since tables grow into them."""
    last = max(data.rfind(_CLOSE, start, stop), start)
    end = data.find(b"</row>", min(last + CHUNK, stop), stop) + 6
    return end if end > 5 and stop - end > FROM else stop


def check_size(data: bytes, start: int, end: int) -> None:
    """Refuse more cells than can be held. Raises RefusedFile ``too_many_cells`` (formats), ``too_large`` (content)."""
    if end - start <= MOST * len(_CELL):
        return
    filled = data.count(_CLOSE, start, end)
    if filled > FILLED:
        raise RefusedFile("too_large", file="")
    if data.count(_CELL, start, end) - filled > MOST:
        raise too_many()


def too_many() -> RefusedFile:
    """The refusal; the reader of the book names file and sheet."""
    return RefusedFile("too_many_cells", file="", sheet="", limit=MOST // 10**6)


def check_blank(data: bytes, end: int, known: Layout, head: bytes) -> None:
    """Look at the rows of a blank end once. Raises OtherShape unless they are plain and in order."""
    last = int(known.row[-1]) if len(known.row) else 0
    for first, behind in chunks(data, end, known.stop):
        chunk = Chunk(data, first, behind, head)
        place = chunk.cell_row << 16 | chunk.cell_col
        if (np.diff(chunk.row, prepend=last) <= 0).any() or (np.diff(place) <= 0).any():
            raise OtherShape
        last = int(chunk.row[-1])


def reaching(data: bytes, known: Layout, row: int | None) -> Layout:
    """The layout with the rows of the blank end as far as ``row``, and one behind it; ``None``: all of them."""
    if known.until == known.stop or (row is not None and len(known.row) and row < known.row[-1]):
        return known
    parts, until = [], known.until
    for first, until in chunks(data, known.until, known.stop):
        chunk = Chunk(data, first, until, data[: known.start])
        parts.append(chunk.stretch())
        if row is not None and chunk.row[-1] > row:
            break
    more = joined(parts, known.start, known.stop)
    both: dict[str, Any] = {
        name: np.concatenate([getattr(known, name), getattr(more, name)]) for name, _ in ARRAYS
    }
    return replace(known, until=until, hidden=known.hidden | more.hidden, **both)


def without_shared_end(one: bytes, two: bytes) -> tuple[bytes, bytes]:
    """Two spellings of a sheet part without the last rows that they share byte for byte, when these are many. Each
    of the rows left out follows one that says its own number, or says it itself."""
    ends = [xml.rfind(b"</sheetData>") for xml in (one, two)]
    views, same = (memoryview(one), memoryview(two)), 0
    while same + CHUNK <= min(ends) and _piece(views[0], ends[0], same) == _piece(views[1], ends[1], same):
        same += CHUNK
    first = one.find(b'<row r="', ends[0] - same, ends[0]) if same > FROM else -1
    if first < 0:
        return one, two
    shared = ends[0] - first
    del views
    return tuple(xml[: end - shared] + xml[end:] for xml, end in zip((one, two), ends, strict=True))  # type: ignore[return-value]


def _piece(view: memoryview, end: int, same: int) -> memoryview:
    return view[end - same - CHUNK : end - same]
