"""Where texts that nobody may change still name somebody: cells of leads and talks, notes on cells (F05)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from leadbook.app.book import OpenBook
from leadbook.app.lead_rows import text_at
from leadbook.intake.values.unmasked import bare_name, named_in
from leadbook.workbook.scrub import parts_with

_TABLES: Final = ("lead", "interaction", "follow_up", "done")
_SHORTEST: Final = 2  # a name of one sign would be found everywhere


def free_texts(book: OpenBook, names: Iterable[str], spared: Iterable[str]) -> list[str]:
    """``Sheet!B7`` of each cell of people (own columns too) that names one of ``names`` in full, and the parts of notes
    that do. ``spared``: cells that are masked anyway."""
    wanted = sorted({bare_name(name) for name in names}, key=len, reverse=True)
    wanted = [name for name in wanted if len(name) >= _SHORTEST and not name.endswith("*")]
    if not wanted:
        return []
    known = set(spared)
    cells = [place for place in _cells(book, wanted) if place not in known]
    notes = [part for part in parts_with(book.package, wanted) if "comment" in part.casefold()]
    return [*cells, *notes]


def _cells(book: OpenBook, names: list[str]) -> Iterator[str]:
    for key in _TABLES:
        spec = book.catalogue.table(key)
        raw = book.tables.get(spec.name)
        if raw is None:
            continue
        for column in raw.columns:
            field = spec.find(column.key)
            if field is not None and field.owner != "rep":
                continue
            values = raw.values[column.index].tolist()
            for position, value in enumerate(values):
                text = text_at(raw, column.key, position) if column.key else value
                if isinstance(text, str) and named_in(text, names):
                    yield f"{raw.sheet}!{column.letter}{int(raw.rows[position])}"
