"""A shared copy: a new workbook of plain values and nothing else, the same bytes every time (R18)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from leadbook.labels import Labels
from leadbook.model.catalogue import Field
from leadbook.templating.look import FONT_SIZE, Look, font_of, style_of
from leadbook.templating.tables import write_value

CREATED: Final = datetime(2026, 1, 1)
_TITLE: Final = 0
_HEADER: Final = 2


@dataclass(frozen=True)
class SharedSheet:
    """One sheet: its name, a field for each column, and the columns' cells."""

    name: str
    fields: Sequence[Field]
    columns: Sequence[Sequence[Any]]

    @property
    def rows(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def build_shared(labels: Labels, title: str, lines: Sequence[str], sheets: Sequence[SharedSheet]) -> bytes:
    """An .xlsx with one sheet of ``lines`` about the copy and one for each table; text is always text.

    Built from nothing, so that no part, name or property of another workbook can be in it.
    """
    import xlsxwriter

    target = io.BytesIO()
    font = {"font_name": font_of(labels.language), "font_size": FONT_SIZE}
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "default_format_properties": font})
    workbook.set_properties({"title": title, "created": CREATED, "author": "leadbook"})
    look = Look(workbook, labels.language)
    about = workbook.add_worksheet(labels.text("share.about"))
    about.set_column(0, 0, 100, look.prose)
    about.write_string(_TITLE, 0, title, look.title)
    for row, line in enumerate(lines, _HEADER):
        about.write_string(row, 0, line, look.prose)
    for sheet in sheets:
        _sheet(workbook.add_worksheet(sheet.name), sheet, labels, look)
    workbook.close()
    return target.getvalue()


def _sheet(out: Any, sheet: SharedSheet, labels: Labels, look: Look) -> None:
    out.write_string(_TITLE, 0, sheet.name, look.title)
    for column, (field, cells) in enumerate(zip(sheet.fields, sheet.columns, strict=True)):
        style = style_of(field)
        out.set_column(column, column, field.width + 1.5)
        out.write_string(_HEADER, column, labels.header(field.table, field.key), look.header("rep"))
        for row, value in enumerate(cells, _HEADER + 1):
            write_value(out, row, column, value, look.body(style))
    if sheet.fields:
        out.autofilter(_HEADER, 0, _HEADER + max(sheet.rows, 1), len(sheet.fields) - 1)
    out.freeze_panes(_HEADER + 1, 1)
    out.set_landscape()
    out.repeat_rows(_HEADER)
