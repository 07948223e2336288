"""Forms into the bytes of a book, in memory: the step before a run, or all that ``leadbook collect`` does."""

from __future__ import annotations

from leadbook.app.book import open_book, policy_of
from leadbook.app.collect import Collected, Gathered, collect
from leadbook.app.run import Options
from leadbook.model.catalogue import load_catalogue
from leadbook.workbook.ownership import diff_packages, ownership, refuse_strange
from leadbook.workbook.package import Package
from leadbook.workbook.writeback import write_back


def take_in_forms(data: bytes, name: str, gathered: Gathered, options: Options) -> tuple[bytes, Collected]:
    """The book with what the forms say; the same bytes when they say nothing new.

    Only the cells that the result names differ, else LeadbookError ``write_not_clean``. Raises RefusedFile and
    InvalidPolicy as a run does.
    """
    options.progress("collect")
    book = open_book(data, name, load_catalogue(options.extension), options.language)
    collected = collect(book, policy_of(book, options.policy), gathered, options)
    written = collected.written
    if not written.changes:
        return data, collected
    result = write_back(book.package, written.changes, tables=dict(book.tables), reader=book.reader)
    if result.data == data:
        return data, collected
    owned = ownership(book.package, written.changes, dict(book.tables))
    strange = diff_packages(book.package, Package.from_bytes(result.data, name), owned)
    refuse_strange(strange, name)
    return result.data, collected
