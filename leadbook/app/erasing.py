"""Rows of a customer emptied in every table, and everything that repeats them in the same package (P01)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from leadbook.app.book import OpenBook
from leadbook.errors import LeadbookError
from leadbook.labels import fold
from leadbook.vba.macro import macro_modules, macro_version
from leadbook.vba.reading import module_texts
from leadbook.workbook.celltext import figure
from leadbook.workbook.erase import Erasing, Place
from leadbook.workbook.package import Package
from leadbook.workbook.reader import Reader
from leadbook.workbook.refs import Box, letter, parse_target
from leadbook.workbook.scrub import parts_with, scrubbed, unreadable_parts
from leadbook.workbook.tables import RawTable

_SHORT: Final = 4  # letters; two of a script that writes words in one sign count as four
_DIGITS: Final = 6  # a number as long as this can be a telephone number
_ISSUES: Final = "LB_Issues"


@dataclass(frozen=True)
class Words:
    """What identifies a customer, folded: ``whole`` when a cell says just that, ``inside`` also within other words."""

    whole: frozenset[str]
    inside: tuple[str, ...]
    typed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str], others: Iterable[str]) -> Words:
        """A word that is part of another customer's name, or very short, counts only when it stands alone."""
        kept = {text.strip() for text in texts if text and text.strip()}
        theirs = [fold(text) for text in others]
        clear = {fold(text) for text in kept} - set(theirs)
        long = (w for w in clear if len(w) * (1 if w.isascii() else 2) >= _SHORT)
        inside = tuple(sorted(w for w in long if not any(w in other for other in theirs)))
        return cls(frozenset(clear), inside, frozenset(t for t in kept if fold(t) in clear))

    def is_one(self, value: Any) -> bool:
        return _text(value) in self.whole

    def occurs(self, value: Any) -> bool:
        text = _text(value)
        return bool(text) and (text in self.whole or any(word in text for word in self.inside))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return fold(value).strip()
    if isinstance(value, float) and value.is_integer() and len(figure(value)) >= _DIGITS:
        return figure(value)
    return ""


@dataclass
class Erased:
    """The new package and what differs in it: ``touched`` cells and ``boxes`` by part, ``scrubbed`` parts, ``rows`` by
    sheet, counts."""

    data: bytes
    touched: Mapping[str, Mapping[Place, object]]
    boxes: Mapping[str, list[Box]]
    scrubbed: set[str]
    rows: dict[str, set[int]] = field(default_factory=dict)
    count: int = 0
    notes: int = 0
    links: int = 0


def erase_rows(book: OpenBook, rows: Mapping[str, list[int]], words: Words) -> Erased:
    """Empty these rows of these tables, and blocks, cells and caches that name the customer."""
    work = Erasing(book.package, dict(book.tables), book.reader)
    for name, numbers in rows.items():
        table = book.tables[name]
        for row in numbers:
            _row(work, table, row)
    for table, row in list(_issues(book, words)):
        _row(work, table, row)
    for part, box in list(_blocks(book, words)):
        work.blank(part, box)
    _single_cells(book, work, words)
    gone = _gone(book, work) | words.typed
    data, parts = scrubbed(Package.from_bytes(work.data(), book.name), gone)
    sheets = {sheet.part: sheet.name for sheet in book.package.sheets}
    out = Erased(data, work.touched, work.boxes, parts, notes=work.notes, links=work.links)
    out.count = sum(map(len, work.touched.values()))
    out.rows = {sheets[part]: {row for row, _ in cells} for part, cells in work.touched.items() if cells}
    return out


def _row(work: Erasing, table: RawTable, row: int) -> None:
    """All columns of a table, people's own too."""
    own = [table.ref.left + c.index - 1 for c in table.columns if c.key is None]
    work.blank(table.part, Box(row, table.ref.left, row, table.ref.right), own)


def _issues(book: OpenBook, words: Words) -> Iterator[tuple[RawTable, int]]:
    """Findings of others that name the customer; the next run words them anew."""
    table = book.tables.get(_ISSUES)
    if table is not None:
        for position, row in enumerate(table.rows.tolist()):
            if any(words.occurs(table.values[c.index][position]) for c in table.columns if c.key):
                yield table, int(row)


def _blocks(book: OpenBook, words: Words) -> Iterator[tuple[str, Box]]:
    """Lines of leadbook's fixed blocks (lists, chart points) that name the customer."""
    for name, target in book.package.defined_names.items():
        place = parse_target(target)
        if not name.startswith("LB_") or "." not in name or name.endswith(".keys") or place is None:
            continue
        part = book.reader.sheet_parts.get(place[0].casefold())
        if part is None:
            continue
        cells, box = book.reader.cells(part), place[1]
        rows = {int(cells.row[i]) for i in cells.within(box) if words.occurs(cells.value[i])}
        for row in sorted(rows):
            yield part, Box(row, box.left, row, box.right)


def _single_cells(book: OpenBook, work: Erasing, words: Words) -> None:
    """Cells elsewhere: those that say just the name or number, what formulas show of it, leadbook's own words."""
    for part, row, col, value, formula in _hits(book.package, book.reader, words):
        if (row, col) in work.touched.get(part, {}):
            continue
        table, ours = _column(book, part, row, col)
        if formula:
            work.forget_result(part, row, col)
        elif ours or (table is None and words.is_one(value)):
            work.blank(part, Box(row, col, row, col))


def _column(book: OpenBook, part: str, row: int, col: int) -> tuple[RawTable | None, bool]:
    """The leadbook table a cell stands in, and whether the column is leadbook's."""
    for table in book.tables.values():
        spec = book.catalogue.by_name(table.name)
        bottom = max([table.bottom, *table.rows.tolist()])
        body = Box(table.header_row + 1, table.ref.left, bottom, table.ref.right)
        if spec and table.part == part and (row, col) in body:
            found = spec.find(table.columns[col - table.ref.left].key)
            return table, found is not None and found.owner == "leadbook"
    return None, False


def _hits(pkg: Package, reader: Reader, words: Words) -> Iterator[tuple[str, int, int, Any, bool]]:
    for sheet in pkg.sheets:
        if "worksheet" not in pkg.content_type(sheet.part):
            continue
        cells = reader.cells(sheet.part)
        known: dict[Any, bool] = {}
        for i, value in enumerate(cells.value.tolist()):
            if isinstance(value, str | float):
                if value not in known:
                    known[value] = words.occurs(value)
                if known[value]:
                    yield sheet.part, int(cells.row[i]), int(cells.col[i]), value, bool(cells.formula[i])


def _gone(book: OpenBook, work: Erasing) -> set[str]:
    """Texts and long numbers of the emptied cells that no other cell has: caches must not keep them."""
    erased: set[str] = set()
    others: set[str] = set()
    for sheet in book.package.sheets:
        if "worksheet" not in book.package.content_type(sheet.part):
            continue
        cells, mine = book.reader.cells(sheet.part), work.touched.get(sheet.part, {})
        places = zip(cells.row.tolist(), cells.col.tolist(), cells.value.tolist(), strict=True)
        for row, col, value in places:
            text = value.strip() if isinstance(value, str) else figure(value) if isinstance(value, float) else ""
            if len(text) > 1 and (isinstance(value, str) or len(text) >= _DIGITS):
                (erased if (row, col) in mine else others).add(text)
    return erased - others


def remaining(book: OpenBook, erased: Erased, words: Words) -> list[str]:
    """Where the customer is still mentioned: cells of other rows and parts that are not leadbook's to change."""
    new = Package.from_bytes(erased.data, book.name)
    sheets = {sheet.part: sheet.name for sheet in new.sheets}
    cells = [f"{sheets[part]}!{letter(col)}{row}" for part, row, col, _, _ in _hits(new, Reader(new), words)]
    plain = [text for text in words.typed if fold(text) in words.inside]
    return [*cells, *parts_with(new, plain)]


def unread(book: OpenBook) -> list[str]:
    """Parts that may still show the customer and that leadbook cannot look into; its own macro is none."""
    return [part for part in unreadable_parts(book.package) if not _is_our_macro(book.package, part)]


def _is_our_macro(pkg: Package, part: str) -> bool:
    if part not in pkg.related(pkg.workbook_part, "vbaProject"):
        return False
    ours = macro_modules()
    try:
        texts = module_texts(pkg.read(part))
    except (ValueError, LeadbookError):
        return False
    theirs = [text for name, text in texts.items() if name not in ours]
    lines = [line for text in theirs for line in text.splitlines() if line.strip()]
    return any(map(macro_version, texts.values())) and all(line.startswith("Attribute ") for line in lines)
