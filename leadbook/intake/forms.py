"""Readings of forms and customer sheets to typed answers, and the cells that they become in the book."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from leadbook.intake.columns import Objects, RawColumn, raw_text, serial_text
from leadbook.intake.evidence import CONTACT, DAYS, TOLD, dated_by
from leadbook.intake.identity import tax_key
from leadbook.intake.intake import contact_days
from leadbook.intake.interactions import regions_of
from leadbook.intake.parts import whole_answers
from leadbook.intake.tables import TypedTable, read_table
from leadbook.intake.values.base import Context, normalise
from leadbook.intake.values.company import company_key
from leadbook.intake.values.dates import date as parse_date
from leadbook.intake.values.fold import fold
from leadbook.intake.values.money import print_money
from leadbook.intake.values.size import print_company_size
from leadbook.labels import Labels, Reverse
from leadbook.model.catalogue import Catalogue, Field, Table
from leadbook.model.collected import Cells, FormCell, FormRead, mark, plain
from leadbook.model.findings import Findings
from leadbook.model.raw import CellError, RawValue, Uncached

SHORT: Final = 8  # hex digits of the mark of one cell
_TALK: Final = ("at", "channel", "our_participants", "customer_participants", "content", "reaction", "next_plan")


@dataclass(frozen=True, slots=True)
class Talk:
    """One interaction: ``identity`` is equal for equal moment and content; ``moment`` alone for the moment."""

    identity: str
    moment: str
    written: Mapping[str, Any]
    address: str


@dataclass(slots=True)
class Answers:
    """One customer as told by one reading. ``values``: canonical, understood answers; ``written``: what goes into
    the book's cell, by field; ``dates``: how fresh each answer is (ISO day, empty when nothing says)."""

    read: FormRead
    cells: Mapping[str, FormCell]
    values: dict[str, Any] = field(default_factory=dict)
    written: dict[str, Any] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)
    name: str = ""
    name_key: str = ""
    tax_key: str = ""


@dataclass(frozen=True)
class _Column:
    index: int
    letter: str
    header: str
    key: str | None


@dataclass(frozen=True)
class RawRows:
    """A raw table made of cells by field key (``RawTableLike``)."""

    name: str
    sheet: str
    rows: npt.NDArray[np.int64]
    columns: Sequence[_Column]
    values: Mapping[int, Objects]
    dates: Mapping[int, npt.NDArray[np.bool_]]


def raw_rows(table: Table, lines: Sequence[Cells], rows: Sequence[int] | None = None) -> RawRows:
    """``lines`` as a raw table with all columns of ``table``; ``rows`` are their numbers (default: from 1)."""
    numbers = np.array(rows if rows is not None else range(1, len(lines) + 1), dtype=np.int64)
    columns = [_Column(n, "", key, key) for n, key in enumerate(table.keys(), 1)]
    values = {c.index: np.full(len(lines), None, dtype=object) for c in columns}
    dates = {c.index: np.zeros(len(lines), dtype=bool) for c in columns}
    at = {c.key: c.index for c in columns}
    for n, line in enumerate(lines):
        for key, cell in line.items():
            if key in at:
                values[at[key]][n], dates[at[key]][n] = cell.value, cell.date
    return RawRows(table.name, "", numbers, columns, values, dates)


def typed_leads(raw: Any, catalogue: Catalogue, reverse: Reverse, context: Context) -> TypedTable:
    """Lead rows read as in a book; remarks about values are made when the book itself is read."""
    return read_table(raw, catalogue.lead, reverse, context, Findings(),
                      lambda done: contact_days(done["last_contact"], context.today))  # fmt: skip


def typed_talks(raw: Any, catalogue: Catalogue, reverse: Reverse, context: Context, leads: TypedTable) -> TypedTable:
    """Interaction rows read as in a book."""

    def regions(cells: Mapping[str, RawColumn]) -> Objects | None:
        return regions_of(cells, leads.frame)

    return read_table(raw, catalogue.table("interaction"), reverse, context, Findings(),
                      lambda done: contact_days(done["at"], context.today), regions)  # fmt: skip


def read_answers(
    reads: Sequence[FormRead], catalogue: Catalogue, reverse: Reverse, context: Callable[[str], Context], labels: Labels
) -> list[Answers]:
    """The answers of each reading, in order. Each is read in its own language (``context``) and written in the
    book's (``labels``): as typed where the book understands the same, else in the field's canonical form."""
    out = [Answers(read, {}) for read in reads]
    languages = [read.language or labels.language for read in reads]
    for language in dict.fromkeys(languages):
        mine = [answers for answers, spoken in zip(out, languages, strict=True) if spoken == language]
        _read_group(mine, catalogue, reverse, context(language), context(labels.language), labels)
    return out


def _read_group(
    group: list[Answers], catalogue: Catalogue, reverse: Reverse, own: Context, books: Context, labels: Labels
) -> None:
    for answers in group:
        answers.cells = whole_answers(answers.read.cells, reverse, own.lang)
    raw = raw_rows(catalogue.lead, [answers.cells for answers in group])
    leads = typed_leads(raw, catalogue, reverse, own)
    again = leads if own == books else typed_leads(raw, catalogue, reverse, books)
    fields = [f for f in catalogue.lead.fields if f.owner == "rep"]
    for spec in fields:
        understood, there = leads.canonical(spec.key).tolist(), again.canonical(spec.key).tolist()
        for answers, value, other in zip(group, understood, there, strict=True):
            cell = answers.cells.get(spec.key)
            if cell is None or isinstance(cell.value, Uncached):
                continue
            if value is not None:
                answers.values[spec.key] = value
            answers.written[spec.key] = cell_for(spec, value, cell, labels, understood=value == other)
    for answers in group:
        _who(answers)
    _talks(group, catalogue, reverse, own, books, leads, labels)
    dates = dated_by(fields)
    for answers in group:
        _date(answers, dates, own)


def _who(answers: Answers) -> None:
    name = answers.values.get("company_name")
    answers.name = name if isinstance(name, str) else ""
    answers.name_key = company_key(answers.name) if answers.name else ""
    tax = answers.values.get("tax_id")
    answers.tax_key = tax_key(tax) if isinstance(tax, str) else ""


def _talks(
    group: list[Answers], catalogue: Catalogue, reverse: Reverse, own: Context, books: Context, leads: TypedTable,
    labels: Labels,
) -> None:  # fmt: skip
    named: list[Answers] = []
    lines: list[dict[str, FormCell]] = []
    for answers in group:
        for talk in answers.read.talks:
            named.append(answers)
            lines.append({**{k: talk[k] for k in _TALK if k in talk}, "lead_name": FormCell(answers.name or None)})
    if not lines:
        return
    table = catalogue.table("interaction")
    typed = typed_talks(raw_rows(table, lines), catalogue, reverse, own, leads)
    again = typed if own == books else typed_talks(raw_rows(table, lines), catalogue, reverse, books, leads)
    columns = {key: (table.field(key), typed.canonical(key), again.canonical(key)) for key in _TALK}
    for n, (answers, line) in enumerate(zip(named, lines, strict=True)):
        written = {
            key: cell_for(spec, values[n], line[key], labels, understood=values[n] == others[n])
            for key, (spec, values, others) in columns.items()
            if key in line and not isinstance(line[key].value, Uncached)
        }
        if written:
            moment = columns["at"][1][n] or (plain(line["at"].value) if "at" in line else "")
            first = next(iter(answers.read.talks[0].values())) if answers.read.talks else FormCell(None)
            place = next((line[key] for key in _TALK if key in line), first)
            answers.talks.append(
                Talk(talk_identity(moment, columns["content"][1][n]), moment, written, f"{place.sheet}!{place.address}")
            )


def talk_identity(moment: str, content: object) -> str:
    """Equal for interactions of one moment whose content says the same, however it is spelled."""
    said = fold(normalise(content)) if isinstance(content, str) else ""
    return mark((moment, said), SHORT)


def _date(answers: Answers, own: Mapping[str, str], context: Context) -> None:
    """How fresh each answer is; a day that has not come yet is a slip of the pen and no evidence."""
    today = context.today.isoformat()
    moments = (talk.moment[:10] for talk in answers.talks if talk.moment[:2].isdigit())
    newest = max((day for day in moments if day <= today), default="")
    days = {key: str(answers.values.get(key, ""))[:10] for key in DAYS}
    days = {key: day for key, day in days.items() if day and day <= today}
    as_of = _as_of(answers.read.as_of, context)
    whole = (as_of if as_of <= today else "") or max(newest, days.get(CONTACT, "")) or days.get(TOLD, "")
    answers.dates = {key: days.get(own.get(key, ""), "") or whole for key in answers.written}


def _as_of(cell: FormCell | None, context: Context) -> str:
    if cell is None or not isinstance(cell.value, str | float):
        return ""
    raw = serial_text(cell.value) if isinstance(cell.value, float) and 0 < cell.value < 2_958_466 else cell.value
    found = parse_date(raw, context).value
    return found[:10] if isinstance(found, str) else ""


def cell_for(spec: Field, value: Any, cell: FormCell, labels: Labels, *, understood: bool) -> Any:
    """What is written into the book's cell: dates as dates, choices in the book's language, all else as typed, or in
    canonical form where the book's language would read it differently (``understood`` false)."""
    if value is None:
        return _as_typed(cell)
    if spec.kind in ("date", "datetime"):
        return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if spec.kind == "choice":
        return labels.choice(spec.list, value)
    if spec.kind == "choices":
        return ", ".join(labels.choice(spec.list, code) for code in value)
    if spec.kind == "industry":
        label = labels.choice("industry", value["code"])
        return f"{label}-{value['detail']}" if value.get("detail") else label
    if spec.kind in ("integer", "number", "percent"):
        return value
    return _as_typed(cell) if understood else _printed(spec, value, cell, labels)


def _printed(spec: Field, value: Any, cell: FormCell, labels: Labels) -> Any:
    if spec.kind == "money":
        return print_money(value)
    if spec.kind == "size":
        return print_company_size(value)
    if spec.kind == "partial_date":
        return value
    if spec.kind == "dated_list" and spec.codes == "list":
        return "; ".join(f"{labels.choice(spec.list, i['code'])} {i['date'] or ''}".strip() for i in value)
    return _as_typed(cell)


def _as_typed(cell: FormCell) -> Any:
    value = cell.value
    if cell.date and isinstance(value, float):
        return raw_text(value, True)
    return value.strip() if isinstance(value, str) else value


def cell_text(value: Any, is_date: bool = False) -> str:
    """A cell's content as text that is the same when it was just written and when it is read again."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if (value.hour or value.minute or value.second) else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if is_date and isinstance(value, float):
        return serial_text(value) if 0 < value < 2_958_466 else plain(value)
    if isinstance(value, str | float | bool | CellError | Uncached):
        return plain(value)
    return "" if value is None else str(value)


@cache
def text_mark(text: str) -> str:
    """A short mark of a cell's text: whether somebody changed the cell since."""
    return mark((text,), SHORT)


def meaning(value: Any, raw: RawValue | str) -> str:
    """What a cell says: its canonical value, else its text; equal for equal answers."""
    return f"={value!r}" if value is not None else cell_text(raw)
