"""Tables of a book as CSV, JSON or Parquet (T03)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

import pandas as pd

from leadbook.app.book import OpenBook
from leadbook.app.export_files import folder, target
from leadbook.app.export_read import Source
from leadbook.app.export_reps import OWNER, of_rep, rep_named
from leadbook.app.export_wanted import Exported, Wanted
from leadbook.errors import UsedWrongly
from leadbook.export.hidden import closed_columns, hide
from leadbook.export.tabular import csv_bytes, json_bytes
from leadbook.export.texts import one_line
from leadbook.export.wordings import Wordings
from leadbook.labels import LANGUAGES, fold, load_labels
from leadbook.model.catalogue import Table

ALL: Final = "all"
_DEFAULT: Final = "LB_Results"
_Bytes = Callable[[pd.DataFrame, Table, Collection[str]], bytes]


def tables(source: Source, wanted: Wanted, done: Exported) -> None:
    """One table in one file, or all tables of the book in a folder."""
    every, as_bytes, suffix = fold(wanted.table or "") == ALL, _writer(wanted.to), f".{wanted.to}"
    rep = rep_named(source, wanted.rep) if wanted.rep is not None else None
    if not every:
        table = _table(source.book, wanted.table or _DEFAULT)
        if rep is not None and table.find(OWNER) is None:
            raise UsedWrongly("export_unfit", option="--rep", to=table.name)
        out = target(source.path, wanted.output, table.key, suffix)
        done.write(out, as_bytes(_rows(source, table, rep, wanted, done), table, _closed(table, wanted)), source.path)
        return
    place = folder(source.path, wanted.output, "tables")
    for table in _present(source.book):
        if rep is None or table.find(OWNER):
            data = as_bytes(_rows(source, table, rep, wanted, done), table, _closed(table, wanted))
            done.write(place / f"{source.path.stem}.{table.key}{suffix}", data, source.path)


def _writer(to: str) -> _Bytes:
    if to != "parquet":
        return csv_bytes if to == "csv" else json_bytes
    from leadbook.export.parquet import parquet_bytes

    return parquet_bytes


def _closed(table: Table, wanted: Wanted) -> Collection[str]:
    return () if wanted.show_values else closed_columns(table)


def _rows(source: Source, table: Table, rep: str | None, wanted: Wanted, done: Exported) -> pd.DataFrame:
    """The rows of one table as they may travel; columns that people added only with all values."""
    frame = done.take(source.sheet(table.key, own=wanted.show_values))
    frame = frame if rep is None else of_rep(frame, rep)
    if wanted.show_values:
        return frame
    shown, hidden = hide(frame, table, Wordings(source.book.labels))
    done.hidden += [f"{table.name}.{key}" for key in hidden]
    return shown


def _present(book: OpenBook) -> list[Table]:
    """The tables that the book has."""
    return [table for table in book.catalogue.tables.values() if table.name in book.tables]


def _table(book: OpenBook, wanted: str) -> Table:
    """A table by its name, key or sheet in any language, or by the sheet as it is called in this book."""
    here = _present(book)
    found = next((table for table in here if fold(wanted) in map(fold, _spellings(table, book))), None)
    if found is None:
        there = ", ".join(table.name for table in here)
        raise UsedWrongly("table_unknown", table=one_line(wanted), file=book.name, tables=there)
    return found


def _spellings(table: Table, book: OpenBook) -> Iterator[str]:
    yield from (table.key, table.name, table.name.removeprefix("LB_"), book.tables[table.name].sheet)
    yield from (load_labels(language).text(f"sheet.{table.sheet}") for language in LANGUAGES)
