"""The frame of a workbook without its cells: sheets, names and tables of an open book as a package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from .cells import SheetCells
from .package import Package
from .reader import Reader
from .refs import Box

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_KIND: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_EMPTY: Final = f'<worksheet xmlns="{_MAIN}"><sheetData/></worksheet>'
Load = Callable[[str], SheetCells]


@dataclass(frozen=True, slots=True)
class TableFrame:
    """Where a table stands: ``box`` with header and totals row, column names, formulas that repeat down."""

    name: str
    sheet: str
    box: Box
    totals: bool = False
    headers: tuple[str, ...] = ()
    formulas: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """An open book without its cells."""

    name: str
    sheets: Sequence[str]
    names: Mapping[str, str]
    tables: Sequence[TableFrame]
    properties: Mapping[str, str] = field(default_factory=dict)


class FrameReader(Reader):
    """Reads the sheets of a frame by asking ``load`` for the cells of a sheet, once each."""

    def __init__(self, pkg: Package, load: Load) -> None:
        super().__init__(pkg)
        self._load = load
        self._names = {sheet.part: sheet.name for sheet in pkg.sheets}

    def cells(self, part: str) -> SheetCells:
        if part not in self._cells:
            self._cells[part] = self._load(self._names[part])
        return self._cells[part]


def package_of(frame: Frame) -> Package:
    """The frame as a package: what reads tables from a file then reads them from an open book as well."""
    parts: dict[str, str] = {}
    by_sheet: dict[str, list[int]] = {}
    for number, table in enumerate(frame.tables, 1):
        parts[f"xl/tables/table{number}.xml"] = _table(table, number)
        by_sheet.setdefault(table.sheet.casefold(), []).append(number)
    for number, sheet in enumerate(frame.sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = _EMPTY
        own = [(f"rId{n}", "table", f"../tables/table{n}.xml") for n in by_sheet.get(sheet.casefold(), ())]
        parts[f"xl/worksheets/_rels/sheet{number}.xml.rels"] = _relations(own)
    sheets = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(frame.sheets) + 1)]
    kinds = {"xl/workbook": "sheet.main", "xl/worksheets/": "worksheet", "xl/tables/": "table"}
    overrides = "".join(
        f'<Override PartName="/{part}" ContentType="{_TYPE}{kind}+xml"/>'
        for part in [*parts, "xl/workbook.xml"] for start, kind in kinds.items()
        if part.startswith(start) and not part.endswith(".rels")
    )  # fmt: skip
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    parts["[Content_Types].xml"] = f'<Types xmlns="{types}">{overrides}</Types>'
    parts["_rels/.rels"] = _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    parts["xl/workbook.xml"] = _workbook(frame)
    parts["xl/_rels/workbook.xml.rels"] = _relations(sheets)
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for part, text in parts.items():
            archive.writestr(part, text.encode("utf-8", "replace"))
    return Package.from_bytes(out.getvalue(), frame.name)


def _workbook(frame: Frame) -> str:
    sheets = "".join(f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
                     for n, name in enumerate(frame.sheets, 1))  # fmt: skip
    names = "".join(f"<definedName name={quoteattr(name)}>{escape(target)}</definedName>"
                    for name, target in frame.names.items())  # fmt: skip
    head = f'<workbook xmlns="{_MAIN}" xmlns:r="{_KIND}"><sheets>{sheets}</sheets>'
    return f"{head}<definedNames>{names}</definedNames></workbook>"


def _relations(rows: Sequence[tuple[str, str, str]]) -> str:
    inner = "".join(f'<Relationship Id="{i}" Type="{_KIND}/{kind}" Target="{target}"/>' for i, kind, target in rows)
    return f'<Relationships xmlns="{_RELS}">{inner}</Relationships>'


def _table(table: TableFrame, number: int) -> str:
    columns = []
    for n in range(table.box.right - table.box.left + 1):
        name = table.headers[n] if n < len(table.headers) else ""
        text = table.formulas[n] if n < len(table.formulas) else None
        formula = f"<calculatedColumnFormula>{escape(text)}</calculatedColumnFormula>" if text else ""
        columns.append(f'<tableColumn id="{n + 1}" name={quoteattr(name)}>{formula}</tableColumn>')
    totals = ' totalsRowCount="1"' if table.totals else ""
    head = f'<table xmlns="{_MAIN}" id="{number}" name={quoteattr(table.name)} displayName={quoteattr(table.name)}'
    return f'{head} ref="{table.box}"{totals}><tableColumns>{"".join(columns)}</tableColumns></table>'
