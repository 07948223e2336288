"""A workbook that is open in Excel, through xlwings: read with its unsaved cells, written in blocks.

The only module that imports xlwings, and only its BSD parts. Not yet tried on Excel; the tests drive
LibreOffice Calc through the same calls (docs/platforms.md).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import xlwings

from leadbook.errors import Busy, LeadbookError, RefusedFile

from .book import Known
from .cellplan import CellPlan, Resized
from .cells import SheetCells
from .changes import Change, Note
from .livecells import (
    Block,
    as_held,
    block,
    given_formulas,
    given_values,
    has_formulas,
    same_cells,
    sheet_cells,
    unlike_dates,
)
from .memory import MemoryBook
from .rects import Rect
from .refs import Box, parse_box
from .skeleton import Frame, TableFrame
from .tables import RawTable

DAY_FORMAT: Final = "yyyy-mm-dd"
MOMENT_FORMAT: Final = "yyyy-mm-dd hh:mm"
_URL = re.compile(r"https?:/+", re.IGNORECASE)
_QUIET: Final = {"screen_updating": False, "enable_events": False, "calculation": "manual"}


def attach(path: str) -> LiveBook:
    """The open workbook whose full name is ``path`` (a path, or the address of a book in OneDrive).

    Raises RefusedFile ``live_no_program``, ``live_not_open``, ``live_address``, ``live_twice``; Busy
    ``live_busy`` while the program waits for its user, such as in the middle of typing.
    """
    name = re.split(r"[\\/]", path)[-1]
    with _reading(name):
        found, elsewhere = _candidates(path, name)
        if len(found) > 1:
            raise RefusedFile("live_twice", file=name)
        if found:
            return LiveBook(found[0])
    if elsewhere:
        raise RefusedFile("live_address", file=name)
    raise RefusedFile("live_not_open" if _apps() else "live_no_program", file=name)


def find(path: str) -> LiveBook | None:
    """The same, but None when no program here has the book open."""
    try:
        return attach(path)
    except RefusedFile as refused:
        if refused.key in ("live_no_program", "live_not_open"):
            return None
        raise


def _apps() -> list[Any]:
    engine = xlwings.engines.active
    return list(engine.apps) if engine is not None else []


def _candidates(path: str, name: str) -> tuple[list[Any], bool]:
    """Open workbooks with this full name; and whether one of this name is open from an internet address."""
    found, elsewhere, is_url = [], False, bool(_URL.match(path))
    for app in _apps():
        for book in app.books:
            if book.name.casefold() != name.casefold():
                continue
            full = _full_name(book)
            if _URL.match(full):
                elsewhere = True
                if is_url:  # the program's own spelling of the address may differ; it opens a name only once
                    found.append(book)
            elif not is_url and _same_file(full, path):
                found.append(book)
    return found, elsewhere


def _full_name(book: Any) -> str:
    try:
        return str(book.fullname)
    except Exception:  # xlwings knows no local path for some addresses
        return "https://"


def _same_file(one: str, other: str) -> bool:
    def plain(path: str) -> str:
        return os.path.normcase(os.path.realpath(path)).casefold() if os.name == "nt" else os.path.realpath(path)

    return plain(one) == plain(other)


class LiveBook:
    """A ``Book`` over an open workbook. ``write`` works the changes out, ``commit`` puts them into cells."""

    def __init__(self, book: Any) -> None:
        self.live = book
        self._sheets = {sheet.name.casefold(): sheet for sheet in book.sheets}
        self._held: dict[str, SheetCells] = {}
        names = [sheet.name for sheet in self._sheets.values()]
        tables = [frame for sheet in self._sheets.values() for frame in self._tables(sheet)]
        self.memory = MemoryBook(Frame(str(book.name), names, _names(book), tables), self._cells, stuck=self._noted)

    @property
    def name(self) -> str:
        return self.memory.name

    @property
    def custom_properties(self) -> Mapping[str, str]:
        return self.memory.custom_properties

    @property
    def sheet_names(self) -> Sequence[str]:
        return self.memory.sheet_names

    @property
    def defined_names(self) -> Mapping[str, str]:
        return self.memory.defined_names

    @property
    def plan(self) -> CellPlan:
        return self.memory.plan

    def tables(self, known: Known) -> dict[str, RawTable]:
        with _reading(self.name):
            return self.memory.tables(known)

    def block(self, name: str) -> tuple[str, Box] | None:
        return self.memory.block(name)

    def has_pivot(self, table: str, sheet: str | None) -> bool:
        return False  # Excel refreshes what its user asks it to; xlwings tells nothing about pivots

    def write(self, changes: Sequence[Change], tables: Mapping[str, RawTable]) -> list[Note]:
        with _reading(self.name):
            return self.memory.write(changes, tables)

    def show(self, text: str | bool) -> None:
        """A text in the status bar; False gives the bar back to the program."""
        with suppress(Exception):
            self.live.app.status_bar = text

    def put(self, name: str, text: str) -> bool:
        """One text into the first cell of a named block, if the book has it; outside of any plan."""
        place = self.block(name)
        if place is None:
            return False
        sheet, box = place
        cell = Box(box.top, box.left, box.top, box.left)
        with suppress(Exception), _quiet(self.live.app):
            self._set(Rect(sheet, cell, [[text]]))
            return True
        return False

    def commit(self) -> int:
        """Put the plan into cells; returns the number of rectangles that differed.

        On any failure, also when cells do not read back as written, the old contents are put back. Raises
        RefusedFile ``live_write_failed``, or ``live_not_restored`` when even that failed.
        """
        done: list[Callable[[], None]] = []
        with _quiet(self.live.app):
            try:
                return self._commit(self.plan, done)
            except BaseException as fault:
                self._roll_back(done, fault)
                if isinstance(fault, LeadbookError) or not isinstance(fault, Exception):
                    raise
                raise RefusedFile("live_write_failed", file=self.name, reason=type(fault).__name__) from fault

    def _commit(self, plan: CellPlan, done: list[Callable[[], None]]) -> int:
        old = [(rect, self._held_cells(rect)) for rect in plan.rects]
        differing = [(r, h) for r, h in old if not same_cells(r.rows, h) or unlike_dates(r.rows, h)]
        for table in plan.resized:
            if table.new.bottom > table.old.bottom:
                self._resize(table, done)
        for rect, held in differing:
            done.append(lambda rect=rect, held=held: self._restore(rect, held))  # type: ignore[misc]
            self._set(rect)
        for table in plan.resized:
            if table.new.bottom <= table.old.bottom:
                self._resize(table, done)
        for rect, _ in differing:
            self._check(rect)
        return len(differing)

    def _roll_back(self, done: Sequence[Callable[[], None]], fault: BaseException) -> None:
        """Every step back in turn, even when one fails; that one is told."""
        failed = False
        for step in reversed(done):
            try:
                step()
            except Exception:
                failed = True
        if failed:
            raise RefusedFile("live_not_restored", file=self.name) from fault

    def _restore(self, rect: Rect, held: Block) -> None:
        self._set(Rect(rect.sheet, rect.box, held))

    def _resize(self, table: Resized, done: list[Callable[[], None]]) -> None:
        sheet = self._sheet(table.sheet)
        found = next((t for t in sheet.tables if t.name.casefold() == table.table.casefold()), None)
        if found is not None:
            done.append(lambda: found.resize(_range(sheet, table.old)))
            found.resize(_range(sheet, table.new))

    def _sheet(self, name: str) -> Any:
        return self._sheets[name.casefold()]

    def _set(self, rect: Rect) -> None:
        area = _range(self._sheet(rect.sheet), rect.box)
        if has_formulas(rect):
            area.formula = given_formulas(rect)
            return
        values, long = given_values(rect)
        area.value = values
        for (row, col), text in long.items():
            sheet = self._sheet(rect.sheet)
            sheet.range((rect.box.top + row, rect.box.left + col)).value = text

    def _held_cells(self, rect: Rect) -> Block:
        return as_held(*_read(_range(self._sheet(rect.sheet), rect.box)))

    def _check(self, rect: Rect) -> None:
        """Read back; dates that are not shown as such, and numbers shown as dates, get a fitting format."""
        held = self._held_cells(rect)
        if not same_cells(rect.rows, held):
            raise RefusedFile("live_write_failed", file=self.name, reason=f"{rect.sheet}!{rect.box}")
        for row, col, is_date in unlike_dates(rect.rows, held):
            box = Box(rect.box.top + row, rect.box.left + col, rect.box.top + row, rect.box.left + col)
            whole = float(getattr(rect.rows[row][col], "value", 0)).is_integer()
            wanted = (DAY_FORMAT if whole else MOMENT_FORMAT) if is_date else "General"
            _range(self._sheet(rect.sheet), box).number_format = wanted

    def _cells(self, name: str) -> SheetCells:
        if name.casefold() not in self._held:
            used = self._sheet(name).used_range
            self._held[name.casefold()] = sheet_cells(*_read(used), used.row, used.column)
        return self._held[name.casefold()]

    def _tables(self, sheet: Any) -> Iterator[TableFrame]:
        for table in sheet.tables:
            box = parse_box(table.range.address)
            if box is not None and table.show_headers:
                formulas = self._repeated(sheet.name, box) if table.name.upper().startswith("LB_") else ()
                yield TableFrame(table.name, sheet.name, box, bool(table.show_totals), (), formulas)

    def _repeated(self, sheet: str, box: Box) -> tuple[str | None, ...]:
        """For each of the user's columns (no key above its header) the formula that every body row repeats."""
        cells = self._cells(sheet)
        keyed = set(cells.col[cells.within(Box(box.top - 1, box.left, box.top - 1, box.right))].tolist())
        inside = cells.within(Box(box.top + 1, box.left, box.bottom, box.right))
        out: list[str | None] = [None] * (box.right - box.left + 1)
        for col in set(cells.col[inside[cells.formula[inside]]].tolist()) - keyed:
            raw = _range(self._sheet(sheet), Box(box.top + 1, col, box.bottom, col)).formula
            texts = {str(line[0]) for line in block(raw, box.bottom - box.top, 1)}
            out[col - box.left] = texts.pop().removeprefix("=") if len(texts) == 1 else None
        return tuple(out)

    def _noted(self, table: RawTable) -> set[int]:
        """Body rows with a note or a comment; drawings and links keep their cells, not their lead."""
        sheet, rows = self._sheet(table.sheet), set[int]()
        for kind in ("notes", "comments"):
            with suppress(NotImplementedError, AttributeError):  # not every version and system lists them
                rows |= {note.location.row for note in getattr(sheet, kind)}
        return {row for row in rows if table.header_row < row <= table.bottom}


def _range(sheet: Any, box: Box) -> Any:
    return sheet.range((box.top, box.left), (box.bottom, box.right))


def _read(area: Any) -> tuple[Block, Block]:
    """Values and formulas of a range, in one call each."""
    height, width = area.shape
    values = area.options(ndim=2, err_to_str=True).value
    return block(values, height, width), block(area.formula, height, width)


def _names(book: Any) -> dict[str, str]:
    """leadbook's own workbook-wide names."""
    return {name.name: str(name.refers_to).lstrip("=") for name in book.names if name.name.upper().startswith("LB_")}


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """The program's refusals become one sentence; nothing has been written by then."""
    try:
        yield
    except LeadbookError:
        raise
    except Exception as fault:
        if type(fault).__name__ not in ("com_error", "CommandError", "XlwingsError"):
            raise
        raise Busy("live_busy", file=name) from fault


@contextmanager
def _quiet(app: Any) -> Iterator[None]:
    """No redrawing, no events, no recalculation meanwhile; all of it back as it was afterwards."""
    before: dict[str, Any] = {}
    try:
        for name, value in _QUIET.items():
            with suppress(Exception):
                before[name] = getattr(app, name)
                setattr(app, name, value)
        yield
    finally:
        for name, value in reversed(before.items()):
            with suppress(Exception):
                setattr(app, name, value)
