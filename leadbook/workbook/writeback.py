"""Results into the book: every change of a run, made in one pass over the parts it touches (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial, reduce

from leadbook.errors import RefusedFile

from .changes import BlockChange, Change, TableChange, WriteResult
from .frame import fit_ranges, recalculating, without_calc_chain
from .grid import Grid
from .package import Package
from .reader import Reader
from .refs import parse_target
from .session import Session, add_column
from .splice import splice
from .tables import RawTable
from .tablewrite import append_update, patch, replace

_HANDLERS = {"replace": replace, "patch": patch, "append_update": append_update}


def write_back(pkg: Package, changes: Sequence[Change], *, tables: dict[str, RawTable] | None = None,
               reader: Reader | None = None) -> WriteResult:
    """The package with all changes made and everything else byte-identical.

    Pass ``tables`` and ``reader`` from the reading step to save reading twice. Writing the same values again
    changes nothing. Raises RefusedFile ``table_missing``, ``column_missing``, ``name_missing``,
    ``cells_below_table``; the package is then untouched.
    """
    session = Session(pkg, tables, reader)
    for change in changes:
        if isinstance(change, TableChange):
            _HANDLERS[change.mode](session, session.table(change.table), change)
        else:
            _block(session, change)
    return assembled(session)


def _block(session: Session, change: BlockChange) -> None:
    """Fill a named block; cells keep their format, what the values do not reach is blanked."""
    target = parse_target(session.pkg.defined_names.get(change.defined_name, ""))
    part = session.reader.sheet_parts.get(target[0].casefold()) if target else None
    if target is None or part is None:
        raise RefusedFile("name_missing", file=session.pkg.name, name=change.defined_name)
    box = target[1]
    if len(change.values) > box.bottom - box.top + 1 or any(
            len(line) > box.right - box.left + 1 for line in change.values):
        raise ValueError(f"values do not fit into {change.defined_name}")
    grid = Grid(session.reader.cells(part), box)
    work = session.part(part, change.defined_name)
    for offset in range(box.right - box.left + 1):
        values = [line[offset] if offset < len(line) else None for line in change.values]
        values += [None] * (box.bottom - box.top + 1 - len(values))
        styles = [session.bank.fitting(value, int(style))
                  for value, style in zip(values, grid.style[:, offset], strict=True)]
        add_column(work, grid, offset, list(range(box.top, box.bottom + 1)), values, styles)


def assembled(session: Session) -> WriteResult:
    """The package with all that was gathered in the session."""
    pkg, changed, touched = session.pkg, dict(session.parts), {}
    for part in session.parts:
        touched[part] = "table"
    removed: set[str] = set()
    cells_changed = formulas_moved = False
    for part, work in session.work.items():
        old = pkg.read(part)
        layout, behind = session.reader.cells(part).layout, partial(fit_ranges, grown=work.grown)
        new = splice(old, work.edits, layout, behind)
        new = reduce(lambda xml, change: change(xml), work.last, new)
        if new != old:
            changed[part], touched[part] = new, ", ".join(work.why)
            cells_changed = True
            formulas_moved |= work.formulas_moved
    changed = {part: new for part, new in changed.items() if part in session.work or new != pkg.read(part)}
    if cells_changed:
        flagged = recalculating(session.current(pkg.workbook_part))
        if flagged != pkg.read(pkg.workbook_part):
            changed[pkg.workbook_part] = flagged
    if formulas_moved:
        parts, removed = without_calc_chain(pkg)
        changed |= parts
    for part in {*changed, *removed}:
        touched.setdefault(part, "recalculation")
    data = pkg.rewrite(changed, removed)
    real = {*changed, *removed}
    return WriteResult(data, session.notes, {part: why for part, why in touched.items() if part in real})
