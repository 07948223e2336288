"""A book opened for a run: its tables, language and the policy in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from leadbook.errors import InvalidPolicy, RefusedFile
from leadbook.intake.tables import TypedTable, read_table
from leadbook.intake.values.base import Context
from leadbook.labels import LANGUAGES, Labels, Reverse, fold, load_labels, load_reverse
from leadbook.model.catalogue import Catalogue, Table
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy, read_policy
from leadbook.model.policy_check import SETTING, check_policy
from leadbook.model.policy_sheet import from_sheet
from leadbook.workbook.book import Book, FileBook
from leadbook.workbook.guard import guard
from leadbook.workbook.package import Package
from leadbook.workbook.peek import LANGUAGE_PROPERTY
from leadbook.workbook.reader import Reader
from leadbook.workbook.tables import RawTable

TEMPLATE_PROPERTY: Final = "leadbook.template"


@dataclass(frozen=True)
class OpenBook:
    """Everything a run needs of a book, wherever it is open."""

    book: Book
    tables: Mapping[str, RawTable]
    labels: Labels
    reverse: Reverse
    catalogue: Catalogue

    @property
    def name(self) -> str:
        return self.book.name

    @property
    def package(self) -> Package:
        """The file of a book that was read from one."""
        return self._file.package

    @property
    def reader(self) -> Reader:
        return self._file.reader

    @property
    def _file(self) -> FileBook:
        assert isinstance(self.book, FileBook), "only a file has parts"
        return self.book


def known_keys(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Table name -> its field keys, by which lost tables are found again."""
    return {table.name: frozenset(table.keys()) for table in catalogue.tables.values()}


def open_book(data: bytes, name: str, catalogue: Catalogue, language: str | None = None) -> OpenBook:
    """Guard, open and read one file; ``RefusedFile`` when it is not a book or has no Leads table."""
    guard(data, name)
    return opened(FileBook.from_bytes(data, name), catalogue, language)


def opened(book: Book, catalogue: Catalogue, language: str | None = None) -> OpenBook:
    """The tables and the language of a book; ``RefusedFile`` when it has no Leads table."""
    tables = book.tables(known_keys(catalogue))
    reverse = load_reverse(catalogue.extra_labels)
    said = book.custom_properties.get(TEMPLATE_PROPERTY, "")
    version = int(said) if said.isdecimal() else 1
    for table in catalogue.tables.values():
        if table.name in tables:
            _name_columns(tables[table.name], table, reverse, version)
    if catalogue.lead.name not in tables:
        raise RefusedFile("book_without_leads", file=book.name)
    labels = load_labels(language or _language(book, tables[catalogue.lead.name]), catalogue.extra_labels)
    return OpenBook(book, tables, labels, reverse, catalogue)


def _name_columns(raw: RawTable, table: Table, reverse: Reverse, version: int) -> None:
    """Columns whose key cell is lost get their key from their header, in any language (DESIGN §4).

    What leadbook writes is not looked for in a book whose template did not have it: a column of that name is the
    team's own.
    """
    known = {field.key for field in table.fields if field.owner == "rep" or field.since <= version}
    held = {column.key for column in raw.columns}
    for n, column in enumerate(raw.columns):
        meant = reverse.header(table.key, column.header) if column.key is None and column.header else None
        if meant and meant in known and meant not in held:
            raw.columns[n] = replace(column, key=meant)
            held.add(meant)


def _language(book: Book, leads: RawTable) -> str:
    """The language the book says it is in, else the one that most of its headers are in."""
    said = book.custom_properties.get(LANGUAGE_PROPERTY, "")
    if said in LANGUAGES:
        return said
    headers = {fold(column.header) for column in leads.columns if column.header}

    def shared(language: str) -> int:
        texts = load_labels(language).texts
        return len(headers & {fold(v) for k, v in texts.items() if k.startswith("lead.") and k.count(".") == 1})

    return max(LANGUAGES, key=shared)


def policy_of(book: OpenBook, override: Path | None = None) -> Policy:
    """The policy in force: ``override`` when given, else the book's Policy sheet; checked before use.

    ``InvalidPolicy`` names the file row or the sheet cell that is wrong; nothing has been written by then.
    """
    if override is not None:
        policy = read_policy(override)
        check_policy(policy, book.catalogue, book.labels, partial(_file_place, override.name))
        return policy
    raw, settings = (book.tables.get(book.catalogue.table(key).name) for key in ("policy", "setting"))
    if raw is None or settings is None or not len(raw.rows):
        raise InvalidPolicy("policy_sheet_missing", file=book.name)
    rows, values = _cells(raw, book, "policy"), _cells(settings, book, "setting")
    policy = from_sheet(f"{book.name}!{raw.sheet}", rows, values, book.catalogue, book.reverse)
    letters = {column.key: column.letter for column in raw.columns if column.key}

    def place(row: int, column: str) -> str:
        if row == SETTING:
            return f"{book.name}: {settings.sheet}!{_setting_cell(settings, values, column)}"
        return f"{book.name}: {raw.sheet}!{letters.get(column, 'A')}{int(raw.rows[row])}"

    check_policy(policy, book.catalogue, book.labels, place)
    return policy


def _file_place(name: str, row: int, column: str) -> str:
    return f"{name}: settings.{column}" if row == SETTING else f"{name}: rows[{row}]"


def _setting_cell(raw: RawTable, values: list[dict[str, object]], key: str) -> str:
    """The cell of a setting's value; the header's cell when the setting has no row."""
    letter = next((c.letter for c in raw.columns if c.key == "value"), "A")
    row = next((int(raw.rows[n]) for n, line in enumerate(values) if line.get("setting") == key), raw.header_row)
    return f"{letter}{row}"


def _cells(raw: RawTable, book: OpenBook, key: str) -> list[dict[str, object]]:
    """The rows of a policy table as dicts by field key; dates in text form."""
    from leadbook.intake.columns import serial_text
    from leadbook.intake.headers import Header, map_columns
    from leadbook.model.raw import CellError, Uncached

    table = book.catalogue.table(key)
    mapped = map_columns([Header(c.index, c.header, c.key) for c in raw.columns], table, book.reverse, Findings())
    letters = {c.index: c.letter for c in raw.columns}
    out = []
    for n in range(len(raw.rows)):
        row: dict[str, object] = {}
        for field, position in mapped.fields.items():
            value = raw.values[position][n]
            if isinstance(value, CellError | Uncached):
                name = "error_cell" if isinstance(value, CellError) else "uncached_formula"
                problem = book.labels.text(f"finding.{name}.message", value=getattr(value, "code", ""))
                place = f"{book.name}: {raw.sheet}!{letters[position]}{int(raw.rows[n])}"
                raise InvalidPolicy("policy_row_broken", place=place, problem=problem)
            if isinstance(value, float) and raw.dates[position][n]:
                value = serial_text(value)
            row[field] = value
        out.append(row)
    return out


def typed_rows(book: OpenBook, key: str, context: Context, findings: Findings | None = None) -> TypedTable:
    """A leadbook table as a typed frame (history, follow-ups); remarks about its cells go to ``findings``, if given."""
    table = book.catalogue.table(key)
    told = Findings() if findings is None else findings
    return read_table(book.tables.get(table.name), table, book.reverse, context, told)
