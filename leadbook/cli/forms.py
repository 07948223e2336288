"""What is said about forms: how many were new, changed or unchanged, which cells changed, which files were refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from leadbook.app.answer import Answered
from leadbook.app.collect import Collected, Unit
from leadbook.app.collect_write import LEADS, TALKS
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
    yield from _united(collected, verbose, run.book.labels)
    counts = [sum(c.sheet == _sheet(run, name) for c in collected.written.cells) for name in (LEADS, TALKS)]
    if any(counts):
        yield text("collect.cells", leads=counts[0], leads_sheet=_sheet(run, LEADS), talks=counts[1],
                   talks_sheet=_sheet(run, TALKS))  # fmt: skip
    if "LB_Forms" not in run.book.tables:
        yield text("collect.forms_sheet_missing", file=run.book.name)
    if collected.old_policy:
        names = _few(collected.old_policy, verbose)
        yield text("collect.old_policy", count=len(collected.old_policy), files=names)
    if collected.gone:
        names = _few(collected.gone, verbose)
        yield text("collect.gone", count=len(collected.gone), files=names, sheet_name=text("sheet.forms"))
    if answered and answered.written:
        yield text("collect.answered", count=answered.written)
    yield from _refusals("collect.not_answered", answered.refused if answered else (), run.book.labels)
    yield from _refusals("collect.refused", collected.refused, run.book.labels)


def _sheet(run: Run, table: str) -> str:
    raw = run.book.tables.get(table)
    return raw.sheet if raw else run.book.labels.text(f"sheet.{'leads' if table == LEADS else 'interactions'}")


def _leads(collected: Collected, state: str) -> int:
    return len({id(unit.merged) for unit in collected.of_state(state)})


def _taken(run: Run, collected: Collected, show_values: bool) -> Iterator[str]:
    labels = run.book.labels
    blank, hidden = labels.text("collect.blank"), labels.text("summary.hidden")
    names = {u.record.lead_key: u.record.lead_name for u in collected.units if u.record}
    fresh: dict[str, Unit] = {u.record.lead_key: u for u in collected.of_state("new") if u.record}
    for cell in collected.written.cells:
        place = f"{cell.sheet}!{cell.cell}"
        if cell.lead_key in fresh:
            if cell.field == "company_name":
                yield "  " + labels.text("collect.new_line", name=cell.after, cell=place,
                                         file=fresh[cell.lead_key].file.name)  # fmt: skip
        else:
            table = "lead" if cell.sheet == _sheet(run, LEADS) else "interaction"
            values = (cell.before, cell.after)
            if not (cell.public or show_values):
                values = tuple(value and hidden for value in values)  # type: ignore[assignment]
            before, after = (value or blank for value in values)
            yield "  " + labels.text("collect.changed_line", name=names.get(cell.lead_key, cell.lead_key), cell=place,
                                     field=labels.header(table, cell.field), before=before, after=after)  # fmt: skip


def _united(collected: Collected, verbose: bool, labels: Labels) -> Iterator[str]:
    """Leads that more than one form of this run was about."""
    units: dict[int, list[Unit]] = {}
    for unit in collected.units:
        if unit.merged is not None:
            units.setdefault(id(unit.merged), []).append(unit)
    several = [held for held in units.values() if len(held) > 1]
    if several:
        yield labels.text("collect.united", count=len(several))
        lines = [
            "  " + labels.text("collect.united_line", name=held[0].record.lead_name if held[0].record else "",
                               files=_few([unit.file.name for unit in held], verbose))
            for held in several
        ]  # fmt: skip
        yield from _cut(lines, verbose, labels)


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
        cells.append(line)
    return {
        "files": collected.files,
        "taken_in": [
            {"file": u.file.name, "state": u.state, "lead_key": u.record.lead_key, "name": u.record.lead_name}
            for u in collected.units if u.record is not None
        ],
        "cells": cells,
        "refused": [_refusal(item, labels) for item in collected.refused],
        "old_policy": collected.old_policy,
        "lead_gone": collected.gone,
        "answered": answered.written if answered else 0,
        "not_answered": [_refusal(item, labels) for item in (answered.refused if answered else ())],
    }  # fmt: skip


def _refusal(item: Refused, labels: Labels) -> dict[str, str]:
    return {"file": item.file, "reason": item.key, "message": reason(item, labels)}
