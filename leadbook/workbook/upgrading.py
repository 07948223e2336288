"""A plan of additions made real: new columns and lists in the sheets that are there, then new sheets behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from .changes import WriteResult
from .edits import ColumnEdit
from .grid import Grid
from .newparts import NewParts
from .newsheets import NewName, SheetCopier, add_names, set_property
from .package import Package
from .reader import Reader
from .refs import Box
from .session import Session
from .sheetrules import next_priority, with_columns, with_rules
from .stylemerge import StyleMerge
from .tablecolumns import NewColumn, add_columns
from .tables import KEY_SUFFIX, RawColumn, RawTable
from .tableshift import Shift, move_table
from .transplant import Donor, Rule, renumbered, with_sheets
from .upgradeplan import Block, Plan, TableGrowth, address
from .writeback import assembled
from .xmladd import Part
from .xmlparts import plain_text


@dataclass
class Upgraded:
    """The new package; ``cells``: part -> areas that may differ; ``parts``: the parts that came; ``names``: defined
    names that came or changed; ``tables``: table part -> columns that came; ``shifts``: tables that made room."""

    data: bytes
    cells: dict[str, list[Box]] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    tables: dict[str, int] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)


def upgrade(session: Session, template: Package, plan: Plan, version: tuple[str, str]) -> Upgraded:
    """The book of the session with the plan carried out and the custom property ``version`` (name, value) set."""
    out = Upgraded(b"", names=set(plan.names))
    if plan.growth or plan.lists or plan.blocks or plan.names:
        data = _grown(session, template, plan, out).data
    else:
        data = session.pkg.rewrite({})
    pkg = Package.from_bytes(data, session.pkg.name)
    new = NewParts(pkg)
    if plan.sheets:
        _new_sheets(new, template, plan, out)
    if pkg.custom_properties.get(version[0]) != version[1]:
        set_property(new, *version)
    out.parts = {part for part in new.changes if part not in pkg}
    out.data = pkg.rewrite(new.changes)
    return out


def _styles(pkg: Package, template: Package) -> tuple[str, StyleMerge]:
    part, own = (p.related(p.workbook_part, "styles")[0] for p in (pkg, template))
    return part, StyleMerge(pkg.read(part), template.read(own), part, pkg.name)


def _grown(session: Session, template: Package, plan: Plan, out: Upgraded) -> WriteResult:
    """Columns, lists, blocks and names in the sheets that the book has."""
    part, styles = _styles(session.pkg, template)
    donor = Donor(template, styles, plan.called)
    reader = Reader(template)
    for growth in plan.growth:
        _grow_table(session, donor, reader, growth, out)
    for block in (*plan.lists, *plan.blocks):
        _copy_block(session, reader, styles, block, heading=block in plan.lists)
        top = min(block.top, 1) if block in plan.lists else block.top
        out.cells.setdefault(block.part, []).append(Box(top, block.left, block.target.bottom, block.target.right))
    book = session.pkg.workbook_part
    workbook = Part(session.current(book), book, session.pkg.name)
    known = {name.casefold() for name in session.pkg.defined_names}
    there = {name: text for name, text in plan.names.items() if not _is_new_sheet(text, plan)}
    blocks = {block.name: address(block.sheet, block.target) for block in plan.blocks}
    out.names |= set(blocks)
    _repoint(workbook, {name: text for name, text in there.items() if name.casefold() in known})
    add_names(workbook, [NewName(n, t) for n, t in {**there, **blocks}.items() if n.casefold() not in known])
    session.parts[book] = bytes(workbook)
    session.parts[part] = styles.result()
    return assembled(session)


def _is_new_sheet(text: str, plan: Plan) -> bool:
    sheet = text.rpartition("!")[0]
    return any(sheet == _quoted(name) for _, name in plan.sheets)


def _quoted(sheet: str) -> str:
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"


def _repoint(workbook: Part, names: dict[str, str]) -> None:
    """Names of lists that got longer point at their new place."""
    for name, text in names.items():
        pattern = re.compile(rb'(<(?:\w+:)?definedName\b(?![^>]*localSheetId)[^>]*?\bname="' + re.escape(name).encode()
                             + rb'"[^>]*>)[^<]*', re.IGNORECASE)  # fmt: skip
        found = pattern.search(workbook.data)
        if found:
            new = found[1] + escape(text).encode()
            workbook.data = workbook.data[: found.start()] + new + workbook.data[found.end() :]


def _grow_table(session: Session, donor: Donor, reader: Reader, growth: TableGrowth, out: Upgraded) -> None:
    table, like, shift = growth.table, growth.like, growth.shift
    if shift is not None:
        taken = Box(shift.top, table.ref.right + 1, table.bottom, table.ref.right + len(growth.columns))
        move_table(session, shift, taken)
        out.cells.setdefault(table.part, []).append(shift.touched)
        out.shifts.append(shift)
        if shift.table.table_part:
            out.tables[shift.table.table_part] = 0
    looks = list(_looks(donor, reader, like, growth.columns))
    wide = add_columns(session, table, looks, leaving=shift.block if shift else None)
    fresh = wide.columns[len(table.columns) :]
    columns = {like.ref.left + c.index - 1: wide.ref.left + there.index - 1 for c in like.columns
               if c.key and (there := wide.column(c.key)) is not None}  # fmt: skip
    down = table.header_row - like.header_row
    widths, rules = [], []
    for one, there in zip(growth.columns, fresh, strict=True):
        at, here = like.ref.left + one.index - 1, wide.ref.left + there.index - 1
        widths.append(donor.column(like.part, at, here))
        rules += donor.rules(like.part, at, columns, down)
    work = session.part(table.part, table.name)
    work.last.append(lambda xml: _dressed(xml, [text for text in widths if text], rules))
    edge = Box(max(table.header_row - 2, 1), table.ref.right + 1, table.ref.bottom, wide.ref.right)
    out.cells.setdefault(table.part, []).append(edge)
    out.names.add(f"{table.name}{KEY_SUFFIX}")
    if table.table_part:
        out.tables[table.table_part] = len(fresh)


def _dressed(xml: bytes, widths: list[str], rules: list[Rule]) -> bytes:
    conditions = renumbered(rules, next_priority(xml))
    return with_rules(with_columns(xml, widths), conditions, [rule.xml for rule in rules if rule.kind == "check"])


def _looks(donor: Donor, reader: Reader, like: RawTable, columns: tuple[RawColumn, ...]) -> Iterator[NewColumn]:
    """How the new columns look in the template; the band above is written where it begins."""
    top = like.header_row - 2
    grid = Grid(reader.cells(like.part), Box(top, like.ref.left, like.header_row + 1, like.ref.right))
    shown = ""
    for column in columns:
        at = column.index - 1
        band = next((str(text) for text in grid.value[0, at::-1] if text is not None), "")
        style = [donor.styles.cell(int(grid.style[row, at])) for row in range(4)]
        yield NewColumn(column.key, column.header, style[2], style[3], style[1],
                        (band if band != shown else "", style[0]))  # fmt: skip
        shown = band


def _copy_block(session: Session, reader: Reader, styles: StyleMerge, block: Block, *, heading: bool) -> None:
    """The cells of a named block, with its name in the row above where lists have it."""
    grid = Grid(reader.cells(block.source), block.box)
    work = session.part(block.part, block.name)
    for across in range(grid.value.shape[1]):
        rows = list(range(block.top, block.target.bottom + 1))
        values = grid.value[:, across].tolist()
        looks = [styles.cell(int(style)) for style in grid.style[:, across]]
        if heading and across == 0 and block.top > 1:
            head = Grid(reader.cells(block.source), Box(1, block.box.left, 1, block.box.left))
            rows, values = [1, *rows], [head.value[0, 0], *values]
            looks = [styles.cell(int(head.style[0, 0])), *looks]
        work.edits.columns.append(ColumnEdit(block.left + across, rows, values, looks))


def _new_sheets(new: NewParts, template: Package, plan: Plan, out: Upgraded) -> None:
    """The template's sheets behind the book's own, with their names."""
    part, styles = _styles(new.pkg, template)
    donor = Donor(template, styles, plan.called)
    copier, count = SheetCopier(new, donor), len(new.pkg.sheets)
    names = [NewName(n, text) for n, text in plan.names.items() if _is_new_sheet(text, plan)]
    for n, (entry, name) in enumerate(plan.sheets):
        copier.add(entry, name)
        local = _local_names(template, template.sheets.index(entry))
        names += [NewName(one, _called(text, plan), count + n) for one, text in local]
    known = {name.casefold() for name in new.pkg.defined_names}
    workbook = new.part(new.pkg.workbook_part)
    add_names(workbook, [n for n in names if n.sheet is not None or n.name.casefold() not in known])
    new.changes[new.pkg.workbook_part] = bytes(workbook)
    result = styles.result()
    if result != new.pkg.read(part):
        new.changes[part] = result


def _called(text: str, plan: Plan) -> str:
    """A name's formula with the sheets as the book calls them."""
    return plain_text(with_sheets(escape(text), plan.called).encode())


def _local_names(pkg: Package, index: int) -> list[tuple[str, str]]:
    """Names that belong to one sheet, such as its print titles."""
    return [(node.get("name", ""), "".join(node.itertext())) for node in pkg.xml(pkg.workbook_part).iter()
            if node.tag.endswith("}definedName") and node.get("localSheetId") == str(index)]  # fmt: skip
