"""One run over one book, in memory: bytes in, changes and a story out. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd

from leadbook.app.book import OpenBook, open_book, opened, policy_of, typed_rows
from leadbook.app.book_findings import (
    earlier_day,
    found_again,
    gone,
    history_lacks,
    is_before_last,
    memory_incomplete,
    pivots,
    renamed,
)
from leadbook.app.form_findings import from_forms
from leadbook.app.override_findings import from_overrides
from leadbook.app.plan_findings import worked_steps
from leadbook.app.planning import Planned, planned
from leadbook.app.present_blocks import dashboard, guide, matrix
from leadbook.app.present_findings import Told, issue_rows, tell, to_fix
from leadbook.app.present_forecast import forecast_blocks, forecast_change
from leadbook.app.present_history import (
    history_change,
    joined_history,
    joined_weeks,
    leads_change,
    run_change,
    states_of,
    weeks_change,
)
from leadbook.app.present_plan import follow_ups
from leadbook.app.present_relations import relations, relations_change
from leadbook.app.present_results import results
from leadbook.app.present_worklists import as_proposed, worklists, worklists_change
from leadbook.app.retention import past_retention
from leadbook.app.stages import Ranked, rank_leads
from leadbook.app.unlock import Key
from leadbook.errors import RefusedFile
from leadbook.intake import Intake, take_in
from leadbook.intake.values.base import Context
from leadbook.model.catalogue import Catalogue, load_catalogue
from leadbook.model.findings import SEVERITIES, Finding, Findings
from leadbook.model.policy import Policy
from leadbook.plan import StepChanges
from leadbook.priority.forecast import forecast
from leadbook.workbook.book import Book
from leadbook.workbook.changes import Change, TableChange

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What a run is told: as-of date, language, policy file, situation (R01), who runs it and when.

    Without ``snapshot`` the run leaves no line in LB_History and LB_Weeks (DESIGN §7); one that is not ``ordered`` is
    as of an earlier day than the last one, and the week that it shows is the last one's.
    """

    today: date
    language: str | None = None
    policy: Path | None = None
    profile: str | None = None
    extension: Path | None = None
    user: str = ""
    now: datetime = field(default_factory=datetime.now)
    progress: Progress = lambda stage: None
    snapshot: bool = True
    ordered: bool = True
    key: Key = field(default_factory=Key)


@dataclass
class Run:
    """The result of one run: everything the reporters and the write-back need."""

    book: OpenBook
    policy: Policy
    intake: Intake
    ranked: Ranked
    plan: pd.DataFrame
    steps: StepChanges
    assigned: pd.DataFrame
    history: pd.DataFrame
    weeks: pd.DataFrame
    lists: pd.DataFrame
    told: list[Told]
    changes: list[Change]
    counts: Mapping[str, int]
    seconds: dict[str, float]
    as_of: date

    @property
    def exit_code(self) -> int:
        """1 when a row has an error, else 0 (DESIGN §10)."""
        return 1 if self.counts["error"] else 0


def run_book(data: bytes, name: str, options: Options) -> Run:
    """Read, score, prioritise and plan one file; the changes to make are in the result."""
    clock: dict[str, float] = {}
    catalogue = load_catalogue(options.extension)
    with _timed(clock, "read"):
        options.progress("read")
        book = open_book(data, name, catalogue, options.language)
    return run_opened(book, options, clock)


def run_over(book: Book, options: Options, told: Callable[[str], None] = lambda language: None) -> Run:
    """The same over any book: cells in memory, or a workbook that is open in a program. ``told`` gets its language
    as soon as it is known."""
    clock: dict[str, float] = {}
    catalogue = load_catalogue(options.extension)
    with _timed(clock, "read"):
        options.progress("read")
        found = opened(book, catalogue, options.language)
        told(found.labels.language)
    return run_opened(found, options, clock)


def run_opened(book: OpenBook, options: Options, clock: dict[str, float]) -> Run:
    """Score, prioritise and plan what was read; ``clock`` takes the seconds of each stage."""
    catalogue = book.catalogue
    with _timed(clock, "read"):
        policy = policy_of(book, options.policy)
    with _timed(clock, "intake"):
        language = book.labels.language
        intake = take_in(book.tables, catalogue, book.reverse, policy, options.today, language, options.profile)
        context = Context(today=options.today, lang=language)
        history = _keyed(typed_rows(book, "history", context).frame, "lead_key")
        weeks = _keyed(typed_rows(book, "week", context).frame, "week")
        steps = _keyed(worked_steps(book, context, intake.findings), "lead_key")
        archive = _keyed(typed_rows(book, "done", context).frame, "lead_key")
        last = is_before_last(states_of(history), typed_rows(book, "run", context).frame, options.today)
    with _timed(clock, "score"):
        options.progress("score")
        states = states_of(history)
        ranked = rank_leads(intake, states, policy, catalogue, options.today, history_lacks(book))
        _after_scoring(intake.findings, intake, ranked, policy)
        renamed(states, ranked, intake.keys["lead_key"], intake.findings)
        found_again(book, intake.findings)
        pivots(book, intake.findings)
        gone(book, intake.findings)
        memory_incomplete(book, intake.findings)
        if last is not None:
            earlier_day(book, last, options.today, intake.findings)
            options = replace(options, snapshot=False, ordered=False)
        from_forms(book, intake, intake.findings, options.today)
        past_retention(intake, policy, book.name, options.today, intake.findings)
    with _timed(clock, "plan"):
        plan = planned(book, intake, ranked, steps, archive, policy, options.today)
        listed = _keyed(typed_rows(book, "worklist", context).frame, "lead_key")
        plan = replace(plan, assigned=as_proposed(plan.assigned, ranked, listed, options.today))
    with _timed(clock, "present"):
        return _presented(book, policy, intake, ranked, plan, history, weeks, catalogue, options, clock)


def _presented(
    book: OpenBook, policy: Policy, intake: Intake, ranked: Ranked, planned: Planned, history: pd.DataFrame,
    weeks: pd.DataFrame, catalogue: Catalogue, options: Options, clock: dict[str, float],
) -> Run:  # fmt: skip
    labels, joined, plan = book.labels, planned.steps, planned.steps.current
    told = tell(intake.findings, book, intake)
    counts = _counts(told) | {"interactions": len(intake.interactions)}
    if options.ordered:
        history = joined_history(history, ranked, policy, options.today, history_lacks(book))
        weeks = joined_weeks(weeks, ranked, int(plan["overdue"].sum()), counts["error"], options.today)
    rows = [int(row) for row in intake.keys.index]
    fixes = to_fix(told, intake, labels)
    lists = worklists(ranked, plan, policy, labels, options.today, planned.assigned)
    amounts = forecast(ranked.state, policy)
    changes: list[Change] = [
        TableChange("LB_Results", results(ranked, plan, policy, catalogue, labels), "replace", row_key="lead_key"),
        TableChange("LB_Issues", issue_rows(told, book, intake), "replace"),
        *follow_ups(joined, labels),
        leads_change(ranked, rows, plan, fixes, labels),
        *((history_change(history, labels), weeks_change(weeks)) if options.snapshot else ()),
        *matrix(ranked, plan, labels),
        *dashboard(ranked, plan, weeks, counts, policy, catalogue, labels, options.today),
        worklists_change(lists, ranked, plan, labels),
        forecast_change(amounts, labels),
        *forecast_blocks(amounts, policy, labels),
        relations_change(relations(ranked, intake.interactions, policy), ranked, labels),
        *guide(policy, catalogue, labels, options.today),
        run_change(counts, len(ranked.state), policy, options.user, options.now, options.today),
    ]
    kept = [change for change in changes if _present(change, book)]
    return Run(
        book, policy, intake, ranked, plan, joined, planned.assigned, history, weeks, lists, told, kept, counts, clock,
        options.today,
    )  # fmt: skip


def with_findings(run: Run, more: list[Finding]) -> Run:
    """The same run with findings that only the writing showed: LB_Issues is made anew."""
    run.intake.findings.extend(more)
    run.told = tell(run.intake.findings, run.book, run.intake)
    run.counts = {**run.counts, **_counts(run.told)}
    issues = TableChange("LB_Issues", issue_rows(run.told, run.book, run.intake), "replace")
    run.changes = [issues if isinstance(c, TableChange) and c.table == "LB_Issues" else c for c in run.changes]
    return run


def _counts(told: list[Told]) -> dict[str, int]:
    counted = Counter(item.finding.kind.severity for item in told)
    return {severity: counted[severity] for severity in SEVERITIES}


def _present(change: Change, book: OpenBook) -> bool:
    """Whether the book has the table or block; a book may lack sheets that its team deleted."""
    if isinstance(change, TableChange):
        raw = book.tables.get(change.table)
        if raw is None:
            return False
        have = {column.key for column in raw.columns}
        change.columns = {key: cells for key, cells in change.columns.items() if key in have}
        return bool(change.columns)
    return book.book.block(change.defined_name) is not None


def _keyed(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Rows of a leadbook table that say what they are about; the blank row of an empty table goes."""
    return frame[frame[key].notna()]


def _after_scoring(findings: Findings, intake: Intake, ranked: Ranked, policy: Policy) -> None:
    """The rep's own score beside the computed one: a wide gap is worth a look (F23); what is set by hand (K04)."""
    from_overrides(ranked, policy, findings)
    state = ranked.state
    machine = state["machine_score"].fillna(state["score"])
    gap = (state["rep_score"] - machine).abs() >= policy.number("rep_score_gap")
    wide = state[gap.fillna(False).to_numpy(bool)]
    columns = (wide.index, wide["rep_score"], machine[wide.index], wide["lead_key"], wide["company_name"])
    for row, own, computed, key, name in zip(*columns, strict=True):
        findings.add(
            "rep_score_gap", "lead", field="rep_score", row=int(row), value=str(int(own)), lead_key=key, lead_name=name,
            params={"rep_score": int(own), "score": int(computed)},
        )  # fmt: skip


class _timed:
    """Adds the seconds of a block to ``clock[name]`` (reported with -v and by the benchmark)."""

    def __init__(self, clock: dict[str, float], name: str) -> None:
        self.clock, self.name = clock, name

    def __enter__(self) -> None:
        self.start = perf_counter()

    def __exit__(self, *_: Any) -> None:
        self.clock[self.name] = round(self.clock.get(self.name, 0.0) + perf_counter() - self.start, 4)


def refuse_without_results(run: Run) -> None:
    """A book without a single leadbook table to write to cannot be processed."""
    if not any(isinstance(change, TableChange) and change.table == "LB_Results" for change in run.changes):
        raise RefusedFile("results_missing", file=run.book.name)
