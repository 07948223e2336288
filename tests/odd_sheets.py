"""Odd sheets: what people and programs do to a book, and what leadbook makes of it; a table for tests and docs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from leadbook.labels import load_labels
from tests import books
from tests.books import BODY_ROW, HEADER_ROW, KEY_ROW

Change = Callable[[bytes], bytes]
SHEET: Final = "Leads"
BY_HEADER: Final = "columns are found by their headers"
SAME: Final = "read as if nothing had been done"


@dataclass(frozen=True)
class Odd:
    """``done`` to a book; ``answer`` in words; ``codes``: findings that come, and with a leading minus those that go;
    ``lost``: field -> rows (from the first body row, 0) whose answers are gone, () for all of them; None: no row is
    read."""

    done: str
    change: Change
    answer: str = SAME
    codes: tuple[str, ...] = ()
    lost: Mapping[str, tuple[int, ...]] | None = field(default_factory=dict)


def _saved(change: Callable[[Any], None]) -> Change:
    """As another program saves it."""

    def work(workbook: Workbook) -> None:
        change(workbook[SHEET])

    return lambda data: books.edited(data, work)


def _xml(*pairs: tuple[str, str]) -> Change:
    """The part of the Leads sheet with texts replaced (patterns)."""

    def change(data: bytes) -> bytes:
        part, content = books.sheet_part(data, SHEET), books.parts(data)
        text = content[part].decode()
        for pattern, new in pairs:
            text, count = re.subn(pattern, new, text, flags=re.DOTALL)
            assert count, pattern
        return books.packed({**content, part: text.encode()})

    return change


def _at(sheet: Any, key: str) -> int:
    return books.columns(sheet)[key]


def _clear_keys(sheet: Any) -> None:
    for cell in sheet[KEY_ROW]:
        cell.value = None


def _hide_rows(sheet: Any) -> None:
    for row in range(BODY_ROW, BODY_ROW + 3):
        sheet.row_dimensions[row].hidden = True


def _filter(sheet: Any) -> None:
    sheet.tables["LB_Leads"].autoFilter.add_filter_column(0, ["something else"])
    _hide_rows(sheet)


def _hide_columns(sheet: Any) -> None:
    for key in ("region", "owner"):
        sheet.column_dimensions[get_column_letter(_at(sheet, key))].hidden = True


def _move_columns(sheet: Any) -> None:
    one, two = _at(sheet, "region"), _at(sheet, "customer_type")
    for row in range(KEY_ROW, sheet.max_row + 1):
        a, b = sheet.cell(row, one), sheet.cell(row, two)
        a.value, b.value = b.value, a.value
    _headers(sheet)


def _headers(sheet: Any) -> None:
    """Let the table's definition say what the header row says, as Excel does."""
    table = sheet.tables["LB_Leads"]
    for n, column in enumerate(table.tableColumns, 1):
        column.name = str(sheet.cell(HEADER_ROW, n).value or column.name)


def _rename(sheet: Any) -> None:
    sheet.cell(HEADER_ROW, _at(sheet, "region")).value = "Where they sit"
    _headers(sheet)


def _foreign(sheet: Any) -> None:
    at = books.columns(sheet)
    for key, language in (("region", "zh-Hans"), ("customer_type", "vi"), ("company_name", "zh-Hant")):
        sheet.cell(HEADER_ROW, at[key]).value = load_labels(language).header("lead", key)
    _clear_keys(sheet)
    _headers(sheet)


def _blanks(sheet: Any) -> None:
    at = books.columns(sheet)
    _clear_keys(sheet)
    for key in ("region", "customer_type"):
        cell = sheet.cell(HEADER_ROW, at[key])
        cell.value = f"  {cell.value}\u00a0"
    _headers(sheet)


def _unknown(key: str) -> Change:
    def work(sheet: Any) -> None:
        column = _at(sheet, key)
        _clear_keys(sheet)
        sheet.cell(HEADER_ROW, column).value = "Something of our own"
        _headers(sheet)

    return _saved(work)


def _twice(sheet: Any) -> None:
    at = books.columns(sheet)
    _clear_keys(sheet)
    sheet.cell(HEADER_ROW, at["lead_source"]).value = f"{sheet.cell(HEADER_ROW, at['region']).value} "
    _headers(sheet)


def _key_twice(sheet: Any) -> None:
    at = books.columns(sheet)
    sheet.cell(KEY_ROW, at["lead_source"]).value = "region"


def _merge(sheet: Any) -> None:
    column = get_column_letter(_at(sheet, "region"))
    sheet.merge_cells(f"{column}{BODY_ROW}:{column}{BODY_ROW + 1}")


def _no_table(sheet: Any) -> None:
    del sheet.tables["LB_Leads"]


def _blank_row(sheet: Any) -> None:
    for row in range(BODY_ROW + 4, BODY_ROW + 2, -1):
        for column in range(1, sheet.max_column + 1):
            sheet.cell(row + 1, column).value = sheet.cell(row, column).value
            sheet.cell(row, column).value = None


def _comment(sheet: Any) -> None:
    from openpyxl.comments import Comment

    sheet.cell(BODY_ROW, _at(sheet, "region")).comment = Comment("ask again", "Ana")


def _sheet_name(data: bytes) -> bytes:
    def work(workbook: Workbook) -> None:
        workbook[SHEET].title = "客户 2026"

    return books.edited(data, work)


def _shifted(data: bytes) -> bytes:
    """The book in the 1904 system of old Macs: days count from another start."""
    content = books.parts(data)
    text = content["xl/workbook.xml"].decode()
    text = re.sub(r"<workbookPr ?", '<workbookPr date1904="1" ', text, count=1)
    content["xl/workbook.xml"] = text.encode()
    for name in [n for n in content if n.startswith("xl/worksheets/sheet")]:
        part = content[name].decode()
        dated = r'(<c r="[A-Z]+[0-9]+"(?: s="[0-9]+")?><v>)(4[56][0-9]{3}(?:\.[0-9]+)?)(?=</v>)'
        content[name] = re.sub(dated, lambda m: f"{m[1]}{float(m[2]) - 1462:.10g}", part).encode()
    return books.packed(content)


def _wide(data: bytes) -> bytes:
    """Every column of the sheet used, far below the table."""
    row = "".join(f'<c r="{get_column_letter(n)}5000"><v>1</v></c>' for n in range(1, 16_385))
    return _xml(("</sheetData>", f'<row r="5000">{row}</row></sheetData>'))(data)


def _tall(data: bytes) -> bytes:
    """A format dragged down to the last row of the sheet."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(5000, 1_048_577, 1))
    return _xml(("</sheetData>", f"{rows}</sheetData>"))(data)


def _utf16(data: bytes) -> bytes:
    content = books.parts(data)
    for name in (books.sheet_part(data, SHEET), "xl/workbook.xml", books.table_part(data, "LB_Leads")):
        text = re.sub(r"\A<\?xml[^>]*\?>", '<?xml version="1.0" encoding="UTF-16"?>', content[name].decode())
        content[name] = text.encode("utf-16")
    return books.packed(content)


def _prefixed(data: bytes) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    tags = "worksheet|sheetData|row|c|v|f|is|t"
    return _xml((rf"<(/?)({tags})(?=[ />])", r"<\1x:\2"), (f'xmlns="{main}"', f'xmlns="{main}" xmlns:x="{main}"'))(data)


ODD: Final = (
    Odd("rows are hidden", _saved(_hide_rows)),
    Odd("rows are filtered away", _saved(_filter)),
    Odd("columns are hidden", _saved(_hide_columns)),
    Odd("two columns change places", _saved(_move_columns)),
    Odd("a header is renamed, its key row is there", _saved(_rename)),
    Odd("the key row is emptied", _saved(_clear_keys), BY_HEADER),
    Odd("the key row is emptied, headers are in other languages", _saved(_foreign), BY_HEADER),
    Odd("the key row is emptied, headers have blanks around them", _saved(_blanks), BY_HEADER),
    Odd("the key row is emptied and a header is unknown", _unknown("region"),
        "taken for a column of the team's own: its cells are kept and not read", (), {"region": ()}),
    Odd("the key row is emptied and the header of the company name is unknown", _unknown("company_name"),
        "the column is reported as missing; no row can be scored", ("LB401", "LB141"), None),
    Odd("the key row is emptied and two headers say the same", _saved(_twice), "the first column counts, the second is "
        "reported", ("LB404",), {"lead_source": ()}),
    Odd("a field key stands twice", _saved(_key_twice), "the first column counts", (), {"lead_source": ()}),
    Odd("cells are merged downwards", _saved(_merge), "only the upper cell has an answer", (), {"region": (1,)}),
    Odd("the table definition is lost", _saved(_no_table), "the table is found by its key row", ("LB409",)),
    Odd("a cell has a comment", _saved(_comment)),
    Odd("the sheet is renamed", _sheet_name),
    Odd("the book counts days from 1904", _shifted),
    Odd("rows and cells do not say their address", _xml((r'(<row|<c) r="[A-Z0-9]+"(?=[^>]*>)', r"\1")),
        SAME),
    Odd("the sheet claims a wrong dimension", _xml((r'<dimension ref="[^"]*"/>', '<dimension ref="B2"/>'))),
    Odd("tags have a prefix", _prefixed),
    Odd("tags have line breaks and single quotes", _xml((r'<c r="([A-Z]+[0-9]+)"', r"<c\n r='\1'"))),
    Odd("parts are in UTF-16", _utf16),
    Odd("all 16,384 columns are used below the table", _wide),
    Odd("a million rows are formatted", _tall),
)  # fmt: skip
