"""Hand-outs of a book: calendars, tables and digests, from what stands in it now (T03, DESIGN §10)."""

from __future__ import annotations

from pathlib import Path

from leadbook.app.book import open_book
from leadbook.app.export_read import Source
from leadbook.app.export_steps import calendars, digests
from leadbook.app.export_tables import tables
from leadbook.app.export_wanted import TABLES, Exported, Wanted
from leadbook.app.run import Options
from leadbook.errors import UsedWrongly
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook.guard import check_path


def export_book(path: Path, wanted: Wanted, options: Options) -> Exported:
    """Read a book and write one hand-out; the book itself is only read.

    Raises what opening a book raises; UsedWrongly ``rep_unknown``, ``table_unknown``, ``export_unfit`` and those of
    the output's name; InvalidPolicy when the Policy sheet is broken.
    """
    if wanted.table is not None and wanted.to not in TABLES:
        raise UsedWrongly("export_unfit", option="--table", to=wanted.to)
    check_path(path)
    data = options.key.open(path.read_bytes(), path.name)
    book = open_book(data, path.name, load_catalogue(options.extension), options.language)
    source, done = Source.of(path, book, options), Exported(book)
    if wanted.to == "ics":
        calendars(source, wanted, done)
    elif wanted.to in TABLES:
        tables(source, wanted, done)
    else:
        digests(source, wanted, done)
    return done
