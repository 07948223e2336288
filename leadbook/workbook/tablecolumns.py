"""New columns at the right edge of a table: header, key, formatted cells, and the table's own definition."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final
from xml.sax.saxutils import quoteattr

from leadbook.errors import RefusedFile

from .edits import ColumnEdit
from .refs import MAX_ROW, Box, letter, parse_box, parse_target
from .session import Session
from .tables import KEY_SUFFIX, RawColumn, RawTable
from .xmlparts import as_utf8

_REF: Final = re.compile(rb"""(<(?:\w+:)?(?:table|autoFilter)\s(?:[^>]*?\s)?ref\s*=\s*["'])([^"']*)""")
_COUNT: Final = re.compile(rb"""(<(?:\w+:)?tableColumns\b[^>]*?\bcount\s*=\s*["'])[0-9]+""")
_COLUMN: Final = re.compile(rb"""<(?:\w+:)?tableColumn\s[^>]*?\bid\s*=\s*["']([0-9]+)""")
_END: Final = re.compile(rb"</((?:\w+:)?)tableColumns\s*>")
_NAMED: Final = re.compile(r"""(<(?:\w+:)?definedName\s[^>]*?\bname\s*=\s*"([^"]*)"[^>]*>)([^<]*)(<)""")


@dataclass(frozen=True)
class NewColumn:
    """A column to add: its field ``key`` (None: a column that people made), header text, and format indexes of its
    header, key and body cells; ``band``: text and format of the cell above the key."""

    key: str | None
    header: str
    head_style: int
    body_style: int
    key_style: int = 0
    band: tuple[str, int] | None = None


def in_the_way(session: Session, table: RawTable, count: int, top: int, leaving: Box | None = None) -> str:
    """The first cell that stands where ``count`` new columns would come, from row ``top`` on; "" if all is free, also
    below the table, which will grow. What stands in ``leaving`` goes elsewhere."""
    area = Box(top, table.ref.right + 1, MAX_ROW, table.ref.right + count)
    cells = session.reader.cells(table.part)
    at = cells.within(area)
    at = at[cells.filled()[at]]
    for n in at.tolist():
        if leaving is None or (int(cells.row[n]), int(cells.col[n])) not in leaving:
            return f"{letter(int(cells.col[n]))}{int(cells.row[n])}"
    blocked = [*cells.merged, *(t.ref for t in session.tables.values() if t.part == table.part and t is not table)]
    staying = (box for box in blocked if leaving is None or not box.meets(leaving))
    return next((f"{letter(box.left)}{box.top}" for box in staying if box.meets(area)), "")


def add_columns(
    session: Session, table: RawTable, columns: Sequence[NewColumn], skip: Collection[int] = frozenset(),
    leaving: Box | None = None,
) -> RawTable:  # fmt: skip
    """The table with the columns added; everything to write is gathered in the session. Body rows in ``skip`` are
    left to the caller. What stands in ``leaving`` goes elsewhere.

    Raises RefusedFile ``columns_in_way`` with the first cell that is not free.
    """
    if not columns:
        return table
    key_row = keys_row(session, table)
    top = key_row - (1 if any(c.band for c in columns) and key_row > 1 else 0)
    cell = in_the_way(session, table, len(columns), top, leaving)
    if cell:
        raise RefusedFile("columns_in_way", file=session.pkg.name, sheet=table.sheet, cell=cell, table=table.name)
    work = session.part(table.part, table.name)
    taken = {column.header.casefold() for column in table.columns}
    added = []
    for n, column in enumerate(columns, 1):
        at, header = table.ref.right + n, free_header(column.header, taken)
        if column.band and key_row > 1:
            work.edits.columns.append(ColumnEdit(at, [key_row - 1], [column.band[0]], column.band[1]))
        if column.key:
            work.edits.columns.append(ColumnEdit(at, [key_row], [column.key], column.key_style))
        work.edits.columns.append(ColumnEdit(at, [table.header_row], [header], column.head_style))
        body = [row for row in range(table.header_row + 1, table.bottom + 1) if row not in skip]
        work.edits.columns.append(ColumnEdit(at, body, [None] * len(body), column.body_style))
        added.append(RawColumn(len(table.columns) + n, letter(at), header, column.key))
    right = table.ref.right + len(columns)
    if table.table_part:
        session.parts[table.table_part] = widened(
            session.current(table.table_part), right, [column.header for column in added])
    _widen_name(session, f"{table.name}{KEY_SUFFIX}", right)
    return replace(table, ref=replace(table.ref, right=right), columns=[*table.columns, *added])


def keys_row(session: Session, table: RawTable) -> int:
    """The row of field keys: where the defined name says, else right above the header."""
    target = parse_target(session.pkg.defined_names.get(f"{table.name}{KEY_SUFFIX}", ""))
    named = target is not None and target[0].casefold() == table.sheet.casefold() and target[1].top < table.header_row
    return target[1].top if named and target else table.header_row - 1


def free_header(text: str, taken: set[str]) -> str:
    """The header, numbered if the table has one like it; headers of a table differ regardless of case."""
    name = next(t for t in (text, *(f"{text} {n}" for n in range(2, 1000))) if t.casefold() not in taken)
    taken.add(name.casefold())
    return name


def widened(xml: bytes, right: int, headers: Sequence[str]) -> bytes:
    """A table part with columns added at the end; ``right`` is its last sheet column then."""
    data, back = as_utf8(xml)

    def wider(match: re.Match[bytes]) -> bytes:
        box = parse_box(match[2].decode())
        return match[0] if box is None else match[1] + str(replace(box, right=right)).encode()

    ids = [int(number) for number in _COLUMN.findall(data)]
    data = _REF.sub(wider, data)
    data = _COUNT.sub(lambda m: m[1] + b"%d" % (len(ids) + len(headers)), data, count=1)
    end = _END.search(data)
    if end is None:
        return xml
    new = "".join(f"<{end[1].decode()}tableColumn id=\"{max(ids, default=0) + n}\" name={_name(header)}/>"
                  for n, header in enumerate(headers, 1))
    return back(data[: end.start()] + new.encode() + data[end.start() :])


def _name(header: str) -> str:
    """A header as attribute; line breaks as Excel writes them there."""
    return quoteattr(header.replace("\r\n", "\n")).replace("&#10;", "_x000a_")


def _widen_name(session: Session, name: str, right: int) -> None:
    part = session.pkg.workbook_part
    data, back = as_utf8(session.current(part))

    def wider(match: re.Match[str]) -> str:
        target = parse_target(match[3]) if match[2].casefold() == name.casefold() else None
        if target is None or target[1].right >= right:
            return match[0]
        sheet = match[3].rpartition("!")[0]
        box = replace(target[1], right=right)
        return f"{match[1]}{sheet}!${letter(box.left)}${box.top}:${letter(box.right)}${box.bottom}{match[4]}"

    new = _NAMED.sub(wider, data.decode()).encode()
    if new != data:
        session.parts[part] = back(new)
