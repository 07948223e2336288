"""What a newer template has and a book lacks: sheets, columns, lists, names; and what stands in the way of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from .grid import Grid
from .package import Package, SheetEntry
from .reader import Reader
from .refs import Box, letter, parse_target
from .session import Session
from .tablecolumns import in_the_way, keys_row
from .tables import KEY_SUFFIX, RawColumn, RawTable
from .tableshift import Shift, shift_obstacle, shift_of

STYLES: Final = "LB_Styles"  # on the sheet behind the drop-downs
GROWING: Final = ("LB_ClosedStatus", STYLES)
OPTIONAL: Final = "LB_Macro."  # the macro does without them
LIST_PREFIX: Final = "LB_List."


@dataclass(frozen=True)
class Item:
    """One thing that comes (or, with ``cell``, cannot): its kind (sheet, column, list, block, table), the table or
    sheet it belongs to, and its name as people read it; ``cell`` is what stands in its place."""

    kind: str
    where: str
    name: str
    cell: str = ""


@dataclass(frozen=True)
class TableGrowth:
    """Columns of a template's table that the book's own lacks, as many as there is room for; ``shift``: leadbook's
    table beside it, which makes room."""

    table: RawTable
    like: RawTable
    columns: tuple[RawColumn, ...]
    shift: Shift | None = None


@dataclass(frozen=True)
class Block:
    """A named block of the template that comes to a part of the book, at ``top`` and ``left`` there."""

    name: str
    source: str
    box: Box
    sheet: str
    part: str
    top: int
    left: int

    @property
    def target(self) -> Box:
        return Box(self.top, self.left, self.top + self.box.bottom - self.box.top,
                   self.left + self.box.right - self.box.left)  # fmt: skip


@dataclass
class Plan:
    """Everything to add. ``sheets``: template sheet and its name in the book; ``called``: every sheet of the
    template by its name -> its name in the book; ``names``: new defined names with their targets."""

    sheets: list[tuple[SheetEntry, str]] = field(default_factory=list)
    called: dict[str, str] = field(default_factory=dict)
    growth: list[TableGrowth] = field(default_factory=list)
    lists: list[Block] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    skipped: list[Item] = field(default_factory=list)
    moved: list[Item] = field(default_factory=list)


class Planner:
    """Compares the template with the book of a session."""

    def __init__(
        self, session: Session, template: Package, tables: Mapping[str, RawTable], reader: Reader,
        movable: Collection[str] = (),
    ) -> None:  # fmt: skip
        """``tables`` and ``reader`` are the template's; ``movable`` tables are leadbook's alone and may make room."""
        self.session, self.template, self.tables, self.reader = session, template, tables, reader
        self.movable = movable
        self.book = session.pkg
        self.known = {name.casefold(): text for name, text in self.book.defined_names.items()}
        self.plan = Plan()

    def planned(self) -> Plan:
        self._sheets()
        self._columns()
        self._names()
        return self.plan

    def _sheets(self) -> None:
        taken = {sheet.name.casefold() for sheet in self.book.sheets}
        for entry in self.template.sheets:
            here = self._here(entry)
            if here is None:
                here = next(n for n in (entry.name, *(f"{entry.name} {k}" for k in range(2, 999)))
                            if n.casefold() not in taken)  # fmt: skip
                taken.add(here.casefold())
                self.plan.sheets.append((entry, here))
                self.plan.items.append(Item("sheet", here, here))
            self.plan.called[entry.name] = here
        new = {entry.name for entry, _ in self.plan.sheets}
        for name, table in self.tables.items():
            if name not in self.session.tables and table.sheet not in new:
                self.plan.skipped.append(Item("table", self.plan.called[table.sheet], name))

    def _here(self, entry: SheetEntry) -> str | None:
        """The book's name of a sheet of the template, known by its tables, else by its named blocks."""
        for name, table in self.tables.items():
            if table.sheet == entry.name and name in self.session.tables:
                return self.session.tables[name].sheet
        sheets = {sheet.name.casefold(): sheet.name for sheet in self.book.sheets}
        for name, place in self._targets():
            there = parse_target(self.known.get(name.casefold(), ""))
            if place[0] == entry.name and there and there[0].casefold() in sheets:
                return sheets[there[0].casefold()]
        return None

    def _targets(self) -> Iterator[tuple[str, tuple[str, Box]]]:
        for name, text in self.template.defined_names.items():
            place = parse_target(text)
            if place is not None:
                yield name, place

    def _columns(self) -> None:
        for name, like in self.tables.items():
            table = self.session.tables.get(name)
            if table is None:
                continue
            held = {column.key for column in table.columns}
            missing = [column for column in like.columns if column.key and column.key not in held]
            top = max(keys_row(self.session, table) - 1, 1)
            room = next(n for n in range(len(missing), -1, -1) if not n or not in_the_way(self.session, table, n, top))
            shift, cell = self._shift(table, len(missing), top) if missing[room:] else (None, "")
            if shift is not None:
                room = len(missing)
                name = f"{shift.table.name}{KEY_SUFFIX}"
                named = parse_target(self.known.get(name.casefold(), ""))
                row = shift.top + 1
                keys = named[1] if named else replace(shift.block, top=row, bottom=row)
                self.plan.names[name] = address(shift.table.sheet, shift.moved(keys))
                self.plan.moved.append(Item("move", shift.table.sheet, shift.table.name))
            if room:
                self.plan.growth.append(TableGrowth(table, like, tuple(missing[:room]), shift))
                self.plan.items += [Item("column", name, column.header) for column in missing[:room]]
            if missing[room:]:
                cell = cell or f"{table.sheet}!{in_the_way(self.session, table, room + 1, top)}"
                self.plan.skipped += [Item("column", name, column.header, cell) for column in missing[room:]]

    def _shift(self, table: RawTable, count: int, top: int) -> tuple[Shift | None, str]:
        """leadbook's own table beside this one, if it can go far enough to the right; else what holds it there."""
        beside = [t for t in self.session.tables.values() if t.part == table.part and t.ref.left > table.ref.right]
        nearest = min(beside, key=lambda t: t.ref.left, default=None)
        if nearest is None or nearest.name not in self.movable or nearest.header_row != table.header_row:
            return None, ""
        shift = shift_of(self.session, nearest, table, count)
        strange = in_the_way(self.session, table, count, top, shift.block)
        held = f"{table.sheet}!{strange}" if strange else shift_obstacle(self.session, shift)
        return (None, held) if held else (shift, "")

    def _names(self) -> None:
        new = {entry.name for entry, _ in self.plan.sheets}
        lists = parse_target(self.template.defined_names.get(STYLES, ""))
        for name, (sheet, box) in self._targets():
            missing = name.casefold() not in self.known
            if sheet in new:
                if missing:
                    self.plan.names[name] = address(self.plan.called[sheet], box)
            elif lists is not None and sheet == lists[0]:
                if missing or self._grew(name, sheet, box):
                    self._list(name, sheet, box)
            elif missing:
                self._name(name, sheet, box)

    def _name(self, name: str, sheet: str, box: Box) -> None:
        """A name on a sheet that the book has: over a table's keys or column, else a block of its own."""
        table = name[: -len(KEY_SUFFIX)] if name.endswith(KEY_SUFFIX) else ""
        if table and name in self.plan.names:
            return  # of a table that goes elsewhere
        if table:
            held = self.session.tables.get(table)
            row = keys_row(self.session, held) if held else 0
            if held and row:
                right = held.ref.right + next((len(g.columns) for g in self.plan.growth if g.table is held), 0)
                self.plan.names[name] = address(held.sheet, Box(row, held.ref.left, row, right))
            return
        column = self._column(sheet, box)
        if column is not None:
            self.plan.names[name] = column
            return
        self._block(name, sheet, box)

    def _column(self, sheet: str, box: Box) -> str | None:
        """Where the name of one table column points in the book; None if it is not over one."""
        for table, like in self.tables.items():
            at = box.left - like.ref.left
            held = self.session.tables.get(table)
            if like.sheet != sheet or box.left != box.right or box.top <= like.header_row or held is None or not (
                0 <= at < len(like.columns)
            ):
                continue
            there = held.column(like.columns[at].key or "")
            if there is not None:
                down, col = held.header_row - like.header_row, held.ref.left + there.index - 1
                return address(held.sheet, Box(box.top + down, col, box.bottom + down, col))
        return None

    def _entry(self, sheet: str) -> tuple[str, str, str]:
        """(template part, the book's name of that sheet, its part there)."""
        source = next(entry.part for entry in self.template.sheets if entry.name == sheet)
        here = self.plan.called[sheet]
        return source, here, self.session.reader.sheet_parts[here.casefold()]

    def _block(self, name: str, sheet: str, box: Box) -> None:
        source, here, part = self._entry(sheet)
        cells = self.session.reader.cells(part)
        at = cells.within(box)
        at = at[cells.filled()[at]]
        merged = next((str(area) for area in cells.merged if area.meets(box)), "")
        if len(at) or merged:
            cell = merged.partition(":")[0] or f"{letter(int(cells.col[at[0]]))}{int(cells.row[at[0]])}"
            if not name.startswith(OPTIONAL):
                self.plan.skipped.append(Item("block", here, name, f"{here}!{cell}"))
            return
        self.plan.blocks.append(Block(name, source, box, here, part, box.top, box.left))
        self.plan.items.append(Item("block", here, name))

    def _grew(self, name: str, sheet: str, box: Box) -> bool:
        """Whether a list got new entries and the book's own has none that the template does not know."""
        place = parse_target(self.known.get(name.casefold(), ""))
        part = self.session.reader.sheet_parts.get(place[0].casefold()) if place else None
        if place is None or part is None or not (name.startswith(LIST_PREFIX) or name in GROWING):
            return False
        mine = _texts(self.session.reader, part, place[1])
        whole = _texts(self.reader, self._entry(sheet)[0], box)
        return mine < whole

    def _list(self, name: str, sheet: str, box: Box) -> None:
        """A block of the sheet behind the drop-downs goes to the first free columns there."""
        source, here, part = self._entry(sheet)
        columns = self.session.reader.cells(part).col
        last = max([int(columns.max()) if len(columns) else 0, *(b.target.right for b in self.plan.lists)])
        block = Block(name, source, box, here, part, box.top, last + 2)
        self.plan.lists.append(block)
        self.plan.names[name] = address(here, block.target)
        self.plan.items.append(Item("list", here, name))


def _texts(reader: Reader, part: str, box: Box) -> frozenset[str]:
    return frozenset(str(value) for value in Grid(reader.cells(part), box).value.ravel() if value is not None)


def address(sheet: str, box: Box) -> str:
    quoted = sheet.replace("'", "''")
    first = f"${letter(box.left)}${box.top}"
    last = f"${letter(box.right)}${box.bottom}"
    return f"'{quoted}'!{first}" + (f":{last}" if first != last else "")
