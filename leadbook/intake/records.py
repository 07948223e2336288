"""What LB_Forms remembers of a form: its content, the cells that came from it, and what it said otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from leadbook.intake.values.base import normalise

_TOKEN = re.compile(r"(\S+?)=([0-9a-f]+)(?:@([^\s+]*))?(\+)?")


class Given(NamedTuple):
    """A cell that a form filled: the mark of the cell's text, and how fresh the answer was (ISO day or empty).
    ``typed``: people typed the same, so the cell is theirs and the form only says that it still held that day."""

    mark: str
    day: str
    typed: bool = False


class Differing(NamedTuple):
    """A typed cell that a form contradicts: the mark of the text in the book, and the form's cell. ``won``: the form's
    evidence was newer, so that its text stands in the book now."""

    mark: str
    address: str
    won: bool = False


@dataclass(slots=True)
class Record:
    """One row of LB_Forms: one form, or one company of a customer sheet. ``row`` is its sheet row, 0 when new."""

    file: str
    lead_key: str = ""
    lead_name: str = ""
    taken_on: str = ""
    policy: str = ""
    hash: str = ""
    similar: str = ""
    fields: dict[str, Given] = field(default_factory=dict)
    differs: dict[str, Differing] = field(default_factory=dict)
    talks: list[str] = field(default_factory=list)
    row: int = 0


def read_record(row: int, cells: Mapping[str, object]) -> Record:
    """A row of LB_Forms; tokens that cannot be read are as good as none."""

    def text(key: str) -> str:
        value = cells.get(key)
        if isinstance(value, float) and value.is_integer():  # a mark of digits only that a program took for a number
            return str(int(value))
        return normalise(value) if isinstance(value, str) else ""

    fields = {m[1]: Given(m[2], m[3] or "", bool(m[4])) for m in _TOKEN.finditer(text("fields"))}
    differs = {m[1]: Differing(m[2], m[3] or "", bool(m[4])) for m in _TOKEN.finditer(text("differs"))}
    return Record(text("file"), text("lead_key"), text("lead_name"), text("taken_on"), text("policy"), text("hash"),
                  text("similar"), fields, differs, text("talks").split(), row)  # fmt: skip


def rows_by_alias(keys: Iterable[tuple[object, object, object]]) -> dict[str, int]:
    """The row of each lead by its tax id and by its name, where only one lead has it: a record whose lead has got
    another key since still finds it. ``keys``: tax key, name key and first row of each row."""
    held: dict[str, set[int]] = {}
    for tax, name, row in keys:
        for key in (tax, name):
            if isinstance(key, str) and key and isinstance(row, int):
                held.setdefault(key, set()).add(row)
    return {key: rows.pop() for key, rows in held.items() if len(rows) == 1}


def tokens(held: Mapping[str, Given | Differing]) -> str | None:
    """``field=mark@rest`` of every entry, a plus behind those with their flag set, in the order of the fields' names;
    ``None`` for none."""
    return " ".join(
        f"{key}={mark}{f'@{rest}' if rest else ''}{'+' if flag else ''}"
        for key, (mark, rest, flag) in sorted(held.items())
    ) or None  # fmt: skip
