"""One file of a forms folder: a form, or plain customer sheets (one row per customer)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from leadbook.errors import RefusedFile
from leadbook.model.collected import ANSWER, Cells, FormCell, FormRead, content_mark, plain, seen

from .cells import SheetCells
from .guard import Limits, guard, guard_outside
from .package import Package
from .quickform import NotPlain, QuickForm
from .reader import Reader
from .refs import Box, letter, parse_box, parse_target
from .tables import RawTable, read_tables

FIELD: Final = "LB_F."
AS_OF: Final = "LB_Form.as_of"
FINDINGS: Final = "LB_Form.findings"
ISSUE_KEYS: Final = "LB_FormIssueKeys"
BLOCKS: Final = (ANSWER, FINDINGS, ISSUE_KEYS)
KEYS: Final = "Keys"
BOOK: Final = "LB_Leads"
IS_BOOK: Final = "form_is_book"
LIMITS: Final = Limits(entries=1_000, part=256 << 20, total=512 << 20)
LARGEST: Final = 64 << 20
_HEADER_ROWS, _ENOUGH = 30, 3
Known = Mapping[str, Collection[str]]
Header = Callable[[str], str | None]
Look = Callable[[str, int, int], tuple[FormCell, bool]]


def read_file(data: bytes, name: str, known: Known, header: Callable[[], Header]) -> list[FormRead]:
    """Every customer that the file tells about. ``known``: field keys of LB_Leads and LB_Interactions; ``header``
    gives the look-up from a header in any language to its field key, made only for a sheet without keys.

    Raises RefusedFile as ``guard`` does, ``form_is_book`` for a book of leadbook's, and ``no_form`` when there is
    neither form nor customer sheet in it.
    """
    if len(data) > LARGEST:
        raise RefusedFile("too_large", file=name)
    quick = _quickly(data, name)
    if quick is not None:
        return [_known_only(quick, known)]
    guard(data, name, deep=False, limits=LIMITS)
    pkg = Package.from_bytes(data, name)
    reader = Reader(pkg)
    targets = _targets(pkg, reader)
    if targets:
        return [_known_only(_form(pkg, reader, targets, known), known)]
    if _is_book(pkg):
        raise RefusedFile(IS_BOOK, file=name)
    return _customer_sheets(reader, name, header())


def _known_only(read: FormRead, known: Known) -> FormRead:
    """The form; answers to fields that this book's schema does not have are named as not understood."""
    fields = known.get(BOOK)
    strange = sorted(key for key in read.cells if key.partition(".")[0] not in fields) if fields is not None else ()
    read.unread = tuple(f"{key} ({read.cells[key].sheet}!{read.cells[key].address})" for key in strange)
    return read


def _is_book(pkg: Package) -> bool:
    """Whether the table of leads is in it, or its name is left from it."""
    named = any(name.casefold().startswith(f"{BOOK}.".casefold()) for name in pkg.defined_names)
    tables = (target for sheet in pkg.sheets for target in pkg.related(sheet.part, "table"))
    return named or any(f'displayName="{BOOK}"'.encode() in pkg.read(part) for part in tables)


def _targets(pkg: Package, reader: Reader) -> dict[str, tuple[str, Box]]:
    """Name of each input cell -> sheet and cell: by defined names, else by the hidden sheet that repeats them."""
    spelled = {entry.name.casefold(): entry.name for entry in pkg.sheets}
    found = {}
    for name, text in pkg.defined_names.items():
        if name.startswith((FIELD, "LB_Form")):
            target = parse_target(text)
            if target and target[0].casefold() in spelled:
                found[name] = spelled[target[0].casefold()], target[1]
    if any(name.startswith(FIELD) for name in found):
        return found
    part = reader.sheet_parts.get(KEYS.casefold())
    return found | _from_keys(pkg, reader.cells(part), spelled) if part else {}


def _from_keys(pkg: Package, cells: SheetCells, spelled: Mapping[str, str]) -> dict[str, tuple[str, Box]]:
    """What the Keys sheet says: key, sheet, cell; a sheet that was renamed is taken for the first one."""
    lines: dict[int, dict[int, str]] = {}
    for row, col, value in zip(cells.row.tolist(), cells.col.tolist(), cells.value, strict=True):
        if col <= 3 and isinstance(value, str):
            lines.setdefault(row, {})[col] = value.strip()
    found = {}
    for line in lines.values():
        box = parse_box(line.get(3, "").replace("$", ""))
        if len(line) == 3 and box is not None:
            name = line[1] if line[1].startswith("LB_F") else FIELD + line[1]
            name = AS_OF if name in (FIELD + "as_of", FIELD + AS_OF) else name
            found[name] = spelled.get(line[2].casefold(), pkg.sheets[0].name), box
    return found if any(name.startswith(FIELD) for name in found) else {}


def _quickly(data: bytes, name: str) -> FormRead | None:
    """A form that is spelled plainly; ``None`` for all else. Raises RefusedFile for a damaged package."""
    try:
        form = QuickForm(guard_outside(data, name, LIMITS))
        targets = form.targets((FIELD, "LB_Form"))
        if not any(target.startswith(FIELD) for target in targets):
            return None
        return _assembled(name, form.properties, targets, form.look, form.rows("LB_Interactions"))
    except (NotPlain, UnicodeDecodeError, ValueError, KeyError, OverflowError):
        return None  # the general reader understands it, or says what is wrong


def _form(pkg: Package, reader: Reader, targets: Mapping[str, tuple[str, Box]], known: Known) -> FormRead:
    grids: dict[str, tuple[SheetCells, dict[tuple[int, int], int]]] = {}

    def look(sheet: str, row: int, col: int) -> tuple[FormCell, bool]:
        if sheet not in grids:
            cells = reader.cells(reader.sheet_parts[sheet.casefold()])
            at = {place: n for n, place in enumerate(zip(cells.row.tolist(), cells.col.tolist(), strict=True))}
            grids[sheet] = cells, at
        cells, at = grids[sheet]
        n = at.get((row, col))
        if n is None:
            return FormCell(None), False
        value = cells.value[n]
        cell = FormCell(None if value == "" else value, bool(cells.date[n]), sheet, f"{letter(col)}{row}")
        return cell, bool(cells.formula[n])

    table = read_tables(pkg, {k: v for k, v in known.items() if k != "LB_Leads"}, reader=reader).get("LB_Interactions")
    talks = [cells for _, cells in _by_keys(table, table.rows.tolist())] if table else []
    return _assembled(pkg.name, pkg.custom_properties, targets, look, talks)


def _assembled(
    name: str, properties: Mapping[str, str], targets: Mapping[str, tuple[str, Box]], look: Look, talks: Sequence[Cells]
) -> FormRead:
    answers = {}
    for target, (sheet, box) in targets.items():
        if target.startswith(FIELD):
            key = target[len(FIELD) :]
            cell, _ = look(sheet, box.top, box.left)
            if plain(cell.value):
                answers[key] = cell
    as_of = None
    if AS_OF in targets:
        sheet, box = targets[AS_OF]
        cell, formula = look(sheet, box.top, box.left)
        as_of = cell if cell.value is not None and not formula else None
    filled = [{k: c for k, c in talk.items() if plain(c.value)} for talk in talks]
    sizes = {n: (b.bottom - b.top + 1, b.right - b.left + 1) for n, (_, b) in targets.items() if n in BLOCKS}
    out = FormRead(
        name, properties.get("leadbook.language", ""), properties.get("leadbook.policy", ""), as_of, answers,
        [talk for talk in filled if talk], shown=_shown(targets, look), sizes=sizes,
        places=_places(tuple(targets.items())),
    )  # fmt: skip
    out.digest = content_mark(out.cells, out.talks)
    return out


@lru_cache(maxsize=64)
def _places(targets: tuple[tuple[str, tuple[str, Box]], ...]) -> dict[str, str]:
    """Field key -> its cell; forms of one template share it."""
    return {
        name[len(FIELD) :]: f"{sheet}!{letter(box.left)}{box.top}"
        for name, (sheet, box) in targets if name.startswith(FIELD)
    }  # fmt: skip


def _shown(targets: Mapping[str, tuple[str, Box]], look: Look) -> dict[str, list[list[str]]]:
    """The texts of the answer blocks, row by row; blank rows at the end left out."""
    found = {}
    for name in BLOCKS:
        if name in targets:
            sheet, box = targets[name]
            across = range(box.left, box.right + 1)
            rows = [[seen(look(sheet, r, c)[0]) for c in across] for r in range(box.top, box.bottom + 1)]
            while rows and not any(rows[-1]):
                rows.pop()
            found[name] = rows
    return found


def _by_keys(table: RawTable, rows: list[int]) -> list[tuple[int, Cells]]:
    """(sheet row, cells by field key) of the rows of a table that hold anything."""
    out: list[tuple[int, Cells]] = []
    for n, row in enumerate(rows):
        cells = {
            column.key: FormCell(value, bool(table.dates[column.index][n]), table.sheet, f"{column.letter}{row}")
            for column in table.columns
            if column.key and plain(value := table.values[column.index][n])
        }
        if cells:
            out.append((row, cells))
    return out


def _customer_sheets(reader: Reader, name: str, header: Header) -> list[FormRead]:
    """The rows of every sheet with a header row that says "company name" in some language and at least two more
    fields. What is not understood, columns and whole sheets, is named with each of them."""
    rows: list[tuple[int, Cells, Mapping[str, str]]] = []
    unread: list[str] = []
    for entry in reader.pkg.sheets:
        if entry.kind != "worksheet":
            continue
        cells = reader.cells(entry.part)
        head = _header_row(cells, header)
        if head is not None:
            named = next(letter(col) for col, key in head[1].items() if key == "company_name")
            below = _below(cells, entry.name, *head)
            rows += [(row, own, {"company_name": f"{entry.name}!{named}{row}"}) for row, own in below]
            unread += [f"{text} ({entry.name}!{column})" if text else f"{entry.name}!{column}"
                       for column, text in _not_understood(cells, *head)]  # fmt: skip
        elif any(map(plain, cells.value)):
            unread.append(entry.name)
    if not rows:
        raise RefusedFile("no_form", file=name)
    return [
        FormRead(name, cells=own, row=row, digest=content_mark(own, ()), unread=tuple(unread), places=places)
        for row, own, places in rows
    ]


def _not_understood(cells: SheetCells, header_row: int, fields: Mapping[int, str]) -> list[tuple[str, str]]:
    """Letter and header of the columns with a header or anything below it, of which no field is known."""
    heads: dict[int, str] = {}
    for n in np.flatnonzero((cells.row >= header_row) & ~np.isin(cells.col, list(fields))).tolist():
        text = plain(cells.value[n])
        if text:
            heads.setdefault(int(cells.col[n]), "")
            if int(cells.row[n]) == header_row:
                heads[int(cells.col[n])] = " ".join(text.split())
    return [(letter(col), heads[col]) for col in sorted(heads)]


def _header_row(cells: SheetCells, header: Header) -> tuple[int, dict[int, str]] | None:
    texts: dict[int, dict[int, str]] = {}
    for n in np.flatnonzero(cells.row <= _HEADER_ROWS).tolist():
        if isinstance(cells.value[n], str) and cells.value[n].strip():
            texts.setdefault(int(cells.row[n]), {})[int(cells.col[n])] = cells.value[n]
    best: tuple[int, dict[int, str]] | None = None
    for row, line in sorted(texts.items()):
        fields: dict[int, str] = {}
        for col, text in sorted(line.items()):
            key = header(text)
            if key and key not in fields.values():
                fields[col] = key
        enough = "company_name" in fields.values() and len(fields) >= _ENOUGH
        if enough and (best is None or len(fields) > len(best[1])):
            best = row, fields
    return best


def _below(cells: SheetCells, sheet: str, header_row: int, fields: Mapping[int, str]) -> list[tuple[int, Cells]]:
    rows: dict[int, dict[str, FormCell]] = {}
    for n in np.flatnonzero((cells.row > header_row) & np.isin(cells.col, list(fields))).tolist():
        value, row, col = cells.value[n], int(cells.row[n]), int(cells.col[n])
        if plain(value):
            place = FormCell(value, bool(cells.date[n]), sheet, f"{letter(col)}{row}")
            rows.setdefault(row, {})[fields[col]] = place
    return [(row, rows[row]) for row in sorted(rows)]
