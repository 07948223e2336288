"""What is said about forms: how many were new, changed or unchanged, which cells changed, which files were refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from leadbook.app.answer import Answered
from leadbook.app.collect import Collected, Unit
from leadbook.app.collect_write import LEADS, TALKS, WrittenCell
from leadbook.app.form_files import Refused
from leadbook.app.run import Run
from leadbook.labels import Labels

SHOWN: Final = 10


def form_lines(
    run: Run, collected: Collected, answered: Answered | None, *, verbose: bool, show_values: bool
) -> Iterator[str]:
    """The part of a summary that is about forms; ``verbose`` names every lead and cell."""
    text = run.book.labels.text
    yield text("collect.head", file=run.book.name, files=collected.files, fresh=_leads(collected, "new"),
               changed=_leads(collected, "changed"), unchanged=len(collected.of_state("unchanged")))  # fmt: skip
    yield from _cut(list(_taken(run, collected, show_values)), verbose, run.book.labels)
    yield from _replaced(run, collected, show_values)
    yield from _united(collected, verbose, run.book.labels)
    yield from _not_in_force(collected, verbose, run.book.labels)
    counts = [sum(c.sheet == _sheet(run, name) for c in collected.written.cells) for name in (LEADS, TALKS)]
    if any(counts):
        yield text("collect.cells", leads=counts[0], leads_sheet=_sheet(run, LEADS), talks=counts[1],
                   talks_sheet=_sheet(run, TALKS))  # fmt: skip
    if collected.old_policy:
        names = _few(collected.old_policy, verbose)
        yield text("collect.old_policy", count=len(collected.old_policy), files=names)
    if collected.gone:
        names = _few(collected.gone, verbose)
        yield text("collect.gone", count=len(collected.gone), files=names, sheet_name=text("sheet.forms"))
    if answered and answered.written:
        yield text("collect.answered", count=answered.written)
    if collected.blank:
        names = _few(collected.blank, verbose)
        yield text("collect.not_filled", count=len(collected.blank), files=names)
    yield from _unread(collected, run.book.labels)
    yield from _refusals("collect.skipped", collected.skipped, run.book.labels)
    yield from _refusals("collect.not_answered", answered.refused if answered else (), run.book.labels)
    yield from _refusals("collect.refused", collected.refused, run.book.labels)


def _sheet(run: Run, table: str) -> str:
    raw = run.book.tables.get(table)
    return raw.sheet if raw else run.book.labels.text(f"sheet.{'leads' if table == LEADS else 'interactions'}")


def _leads(collected: Collected, state: str) -> int:
    return len({id(unit.merged) for unit in collected.of_state(state)})


def _taken(run: Run, collected: Collected, show_values: bool) -> Iterator[str]:
    fresh: dict[str, Unit] = {u.record.lead_key: u for u in collected.of_state("new") if u.record}
    names = _names(collected)
    for cell in collected.written.cells:
        if cell.lead_key not in fresh:
            if not cell.typed:
                yield _changed_line(run, names, cell, show_values)
        elif cell.field == "company_name":
            yield "  " + run.book.labels.text("collect.new_line", name=cell.after, cell=f"{cell.sheet}!{cell.cell}",
                                              file=fresh[cell.lead_key].file.name)  # fmt: skip


def _replaced(run: Run, collected: Collected, show_values: bool) -> Iterator[str]:
    """Typed cells that gave way: never cut, since nothing that people typed goes in silence."""
    cells = [cell for cell in collected.written.cells if cell.typed]
    if cells:
        labels = run.book.labels
        yield labels.text("collect.replaced", count=len(cells), sheet_name=labels.text("sheet.forms"))
        names = _names(collected)
        yield from (_changed_line(run, names, cell, show_values) for cell in cells)


def _names(collected: Collected) -> dict[str, str]:
    return {u.record.lead_key: u.record.lead_name for u in collected.units if u.record}


def _changed_line(run: Run, names: Mapping[str, str], cell: WrittenCell, show_values: bool) -> str:
    labels = run.book.labels
    blank, hidden = labels.text("collect.blank"), labels.text("summary.hidden")
    shown = cell.public or show_values
    before, after = ((value if shown else hidden) if value else blank for value in (cell.before, cell.after))
    table = "lead" if cell.sheet == _sheet(run, LEADS) else "interaction"
    name, place = names.get(cell.lead_key, cell.lead_key), f"{cell.sheet}!{cell.cell}"
    return "  " + labels.text("collect.changed_line", name=name, cell=place, field=labels.header(table, cell.field),
                              before=before, after=after)  # fmt: skip


def _united(collected: Collected, verbose: bool, labels: Labels) -> Iterator[str]:
    several = collected.united
    if several:
        yield labels.text("collect.united", count=len(several))
        lines = [
            "  " + labels.text("collect.united_line", name=_name(held), files=_few(_files(held), verbose))
            for held in several
        ]  # fmt: skip
        yield from _cut(lines, verbose, labels)


def _not_in_force(collected: Collected, verbose: bool, labels: Labels) -> Iterator[str]:
    """Answers that did not count, by lead and file: who typed them is not left to wonder."""
    found = collected.not_in_force
    if found:
        sheets = {"history": labels.text("sheet.history"), "sheet_name": labels.text("sheet.forms")}
        yield labels.text("collect.not_in_force", count=len(found), **sheets)
        fields: dict[tuple[str, str], list[str]] = {}
        for lead, line in found:
            name = str(lead.writes.get("company_name") or lead.lead.name)
            fields.setdefault((name, line.file), []).append(labels.header("lead", line.field))
        lines = [
            "  " + labels.text("collect.not_in_force_line", name=name, fields=", ".join(headers), file=file)
            for (name, file), headers in fields.items()
        ]  # fmt: skip
        yield from _cut(lines, verbose, labels)


def _name(units: Sequence[Unit]) -> str:
    return units[0].record.lead_name if units[0].record else ""


def _files(units: Sequence[Unit]) -> list[str]:
    return list(dict.fromkeys(unit.file.name for unit in units))


def _unread(collected: Collected, labels: Labels) -> Iterator[str]:
    """Columns and formulas that were not taken in: never cut, since nothing may be lost in silence."""
    for file, parts in collected.unread.items():
        yield labels.text("collect.unread", file=file, parts=", ".join(parts))
    for file, cells in collected.uncomputed.items():
        yield labels.text("collect.uncomputed", file=file, cells=", ".join(cells))


def _cut(lines: Sequence[str], verbose: bool, labels: Labels) -> Iterator[str]:
    shown = lines if verbose else lines[:SHOWN]
    yield from shown
    if len(lines) > len(shown):
        yield "  " + labels.text("result_text.more", count=len(lines) - len(shown))


def _few(names: Sequence[str], verbose: bool) -> str:
    return ", ".join(names if verbose else names[:SHOWN]) + ("" if verbose or len(names) <= SHOWN else " …")


def _refusals(key: str, refused: Sequence[Refused], labels: Labels) -> Iterator[str]:
    """Each file with its reason: never cut, since each has to be mended."""
    if refused:
        yield labels.text(key, count=len(refused))
        for item in refused:
            yield "  " + reason(item, labels)


def reason(item: Refused, labels: Labels) -> str:
    """Why a file was refused, in one sentence that names it."""
    words = {"file": item.file, **item.params}
    return labels.text(f"error.{item.key}", **{name: "?" if value == "" else value for name, value in words.items()})


def forms_report(
    run: Run, collected: Collected, answered: Answered | None, show_values: bool
) -> dict[str, Any]:
    """The part of the run report (JSON) about forms; it names every cell that was written."""
    labels = run.book.labels
    cells = []
    for cell in collected.written.cells:
        line: dict[str, Any] = {"lead_key": cell.lead_key, "sheet": cell.sheet, "cell": cell.cell, "field": cell.field}
        if cell.public or show_values:
            line |= {"from": cell.before or None, "to": cell.after or None}
        if cell.typed:
            line["typed"] = True
        cells.append(line)
    return {
        "files": collected.files,
        "taken_in": [
            {"file": u.file.name, "state": u.state, "lead_key": u.record.lead_key, "name": u.record.lead_name}
            for u in collected.units if u.record is not None
        ],
        "united": [
            {"lead_key": held[0].record.lead_key, "name": _name(held), "files": _files(held)}
            for held in collected.united if held[0].record is not None
        ],
        "cells": cells,
        "not_in_force": [
            {"lead_key": lead.key, "field": line.field, "file": line.file, "why": line.what}
            for lead, line in collected.not_in_force
        ],
        "not_understood": [{"file": file, "parts": list(parts)} for file, parts in collected.unread.items()],
        "not_computed": [{"file": file, "cells": cells} for file, cells in collected.uncomputed.items()],
        "skipped": [_refusal(item, labels) for item in collected.skipped],
        "not_filled": collected.blank,
        "refused": [_refusal(item, labels) for item in collected.refused],
        "old_policy": collected.old_policy,
        "lead_gone": collected.gone,
        "answered": answered.written if answered else 0,
        "not_answered": [_refusal(item, labels) for item in (answered.refused if answered else ())],
    }  # fmt: skip


def _refusal(item: Refused, labels: Labels) -> dict[str, str]:
    return {"file": item.file, "reason": item.key, "message": reason(item, labels)}
