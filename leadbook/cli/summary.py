"""The summary of a run, to be read aloud: who moved and why, what is overdue, what is wrong and where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

import click

from leadbook.app.present_blocks import field_list
from leadbook.app.present_findings import Told
from leadbook.app.process import Processed
from leadbook.app.run import Run
from leadbook.app.story import (
    SHOWN,
    attention,
    by_hand,
    causes,
    counted,
    groups,
    moves,
    never_answered,
    next_steps,
    overdue,
    report,
    worst_rows,
)
from leadbook.labels import Labels
from leadbook.priority.movement import iso_week

_NOTES: Final = {"kept_order": "note_kept_order", "filter_cleared": "note_filter_cleared", "pivot": "note_pivot"}


def print_run(
    run: Run, done: Processed | None, *, as_json: bool, quiet: bool, verbose: bool, show_values: bool
) -> None:
    """Print the summary (or the JSON report) of a run on stdout."""
    written = done.outcome.path.name if done and done.outcome and done.outcome.changed else None
    if as_json:
        told = report(run, written, show_values)
        if done and done.collected:
            from leadbook.cli.forms import forms_report

            told["forms"] = forms_report(run, done.collected, done.answered, show_values)
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    if quiet:
        return
    if done and done.collected:
        from leadbook.cli.forms import form_lines  # with all that collects, which a run without forms does not need

        for line in form_lines(run, done.collected, done.answered, verbose=verbose, show_values=show_values):
            click.echo(line)
        click.echo("")
    for line in lines(run, verbose=verbose, show_values=show_values):
        click.echo(line)
    for note in done.notes if done else ():
        if note.code in _NOTES:
            click.echo(run.book.labels.text(f"summary.{_NOTES[note.code]}", table=note.table))
    for notice in done.outcome.notices if done and done.outcome else ():
        click.echo(run.book.labels.text(f"notice.{notice}"), err=True)


def lines(run: Run, *, verbose: bool = False, show_values: bool = False) -> Iterator[str]:
    """The summary line by line."""
    text = run.book.labels.text
    state = run.ranked.state
    yield text("summary.head", file=run.book.name, leads=len(state), interactions=len(run.intake.interactions),
               date=f"{run.as_of:%Y-%m-%d}")  # fmt: skip
    yield text("summary.policy", name=run.policy.name, fingerprint=run.policy.fingerprint)
    yield from _warned(run)
    yield from _older(run)
    if run.intake.not_scored:
        yield text("summary.not_scored", count=run.intake.not_scored)
    if len(state):
        yield from _figures(run, run.book.labels)
        yield ""
        yield from _moved(run, run.book.labels)
        yield from _by_hand(run, run.book.labels)
        yield ""
        yield from _now(run, run.book.labels)
    yield ""
    yield from _steps(run, run.book.labels)
    yield ""
    yield from _findings(run, run.book.labels, show_values)
    if verbose:
        yield from (f"  {line}" for line in finding_lines(run.told, show_values))
        yield text("summary.seconds", seconds=", ".join(f"{k} {v:.2f}" for k, v in run.seconds.items()))


def _warned(run: Run) -> Iterator[str]:
    """What the team lead has to know before any figure: the run is of a day before the last one."""
    for item in run.told:
        if item.finding.name == "earlier_day":
            yield item.hidden.message
            yield item.hidden.fix


def _older(run: Run) -> Iterator[str]:
    """A book of an older template works with what is there; what it could have is said in one line."""
    from leadbook.app.upgrade import pending

    count = pending(run.book)
    if count:
        yield run.book.labels.text("summary.older_template", count=count)


def finding_lines(told: Sequence[Told], show_values: bool) -> Iterator[str]:
    """One line a finding: code, cell, what is wrong; values of personal fields only when asked for."""
    for item in told:
        place = f"{item.place.sheet}!{item.place.cell}" if item.place.cell else item.place.sheet
        yield f"{item.finding.kind.code} {place}: {item.worded(show_values).message}"


def _figures(run: Run, labels: Labels) -> Iterator[str]:
    yield labels.text("summary.tiers", tiers=_counted(run, "tier", labels))
    yield labels.text("summary.quadrants", quadrants=_counted(run, "quadrant", labels))


def _counted(run: Run, name: str, labels: Labels) -> str:
    return " · ".join(f"{labels.choice(name, code)} {count}" for code, count in counted(run, name).items() if count)


def _moved(run: Run, labels: Labels) -> Iterator[str]:
    changed = moves(run)
    kinds = run.ranked.state["movement"].value_counts()
    week = iso_week(run.as_of - timedelta(days=7))  # the state before this week is what moves are measured against
    if kinds.get("new", 0) == len(run.ranked.state):
        yield labels.text("summary.moved_first")
        return
    if not changed and not kinds.get("new", 0):
        yield labels.text("summary.moved_none", week=week)
        return
    yield labels.text("summary.moved", week=week, up=int(kinds.get("up", 0)), down=int(kinds.get("down", 0)),
                      new=int(kinds.get("new", 0)))  # fmt: skip
    if changed:
        why = " · ".join(f"{labels.choice('cause', cause)} {count}" for cause, count in causes(run).items())
        yield labels.text("summary.by_cause", causes=why)
    for move in changed[: SHOWN * 2]:
        yield "  " + labels.text(
            "summary.moved_line", arrow="↑" if move.up else "↓", name=move.name, old=labels.choice("tier", move.old),
            new=labels.choice("tier", move.new), cause=labels.choice("cause", move.cause),
        )  # fmt: skip
    if len(changed) > SHOWN * 2:
        yield "  " + labels.text("result_text.more", count=len(changed) - SHOWN * 2)


def _by_hand(run: Run, labels: Labels) -> Iterator[str]:
    found = by_hand(run)
    if not found:
        return
    held = sum(one.what.gates is not None for one in found)
    yield labels.text("summary.overrides_held" if held else "summary.overrides", count=len(found),
                      **({"held": held} if held else {}))  # fmt: skip
    for one in found[:SHOWN]:
        words = {"name": one.name, "what": one.what.words(labels), "by": one.by, "until": one.until}
        yield "  " + labels.text("summary.override_line", **words)
    if len(found) > SHOWN:
        yield "  " + labels.text("result_text.more", count=len(found) - SHOWN)


def _now(run: Run, labels: Labels) -> Iterator[str]:
    found, count = attention(run)
    yield labels.text("summary.now", count=count)
    for one in found[:SHOWN]:
        step = labels.choice("step_kind", one.kind) if one.kind else "–"
        yield "  " + labels.text("summary.now_line", name=one.name, step=step, reason=one.reason, owner=one.owner)
    if count > SHOWN:
        yield "  " + labels.text("result_text.more", count=count - SHOWN)


def _steps(run: Run, labels: Labels) -> Iterator[str]:
    late = overdue(run)
    if late:
        yield labels.text("summary.overdue", count=len(late))
        for step in late[:SHOWN]:
            kind = step.kind_label(labels)
            yield "  " + labels.text("summary.overdue_line", name=step.name, step=kind, due=step.due, owner=step.owner)
        if len(late) > SHOWN:
            yield "  " + labels.text("result_text.more", count=len(late) - SHOWN)
    else:
        yield labels.text("summary.overdue_none")
    ahead = next_steps(run, SHOWN)
    if ahead:
        yield labels.text("summary.next")
        for step in ahead:
            kind = step.kind_label(labels)
            yield "  " + labels.text("summary.next_line", due=step.due, name=step.name, purpose=kind, owner=step.owner)


def _findings(run: Run, labels: Labels, show_values: bool) -> Iterator[str]:
    if not run.told:
        yield labels.text("summary.findings_none")
        return
    counts = run.counts
    yield labels.text("summary.findings", errors=counts["error"], warnings=counts["warning"], hints=counts["hint"])
    telling = [group for group in groups(run.told, show_values) if group.severity != "hint"]
    shown = [g for s in ("error", "warning") for g in [g for g in telling if g.severity == s][: SHOWN + 1]]
    for group in shown:
        cells = ", ".join(group.cells) + (" …" if group.count > len(group.cells) else "")
        words = {"count": group.count, "code": group.code, "message": group.message, "cells": cells}
        yield "  " + labels.text("summary.findings_line", **words)
    if len(telling) > len(shown):
        yield "  " + labels.text("summary.more_kinds", count=len(telling) - len(shown))
    worst = worst_rows(run.told)
    if worst:
        yield labels.text("summary.worst", rows=", ".join(f"{name} ({count})" for name, count in worst))
    nobody = never_answered(run)
    if nobody:
        yield labels.text("summary.unused", fields=field_list(nobody, labels))
    yield labels.text("summary.more_findings", sheet_name=labels.text("sheet.issues"))
