"""The answer in the form: what the run found out about its customer, written into the form's own blocks (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from leadbook.app.collect import Collected, Unit
from leadbook.app.form_files import Refused
from leadbook.app.present_findings import Told, tell
from leadbook.app.present_plan import worded_plan
from leadbook.app.present_results import likelihood_texts
from leadbook.app.run import Run
from leadbook.app.words import choices, dates, numbers, texts
from leadbook.errors import Busy, LeadbookError
from leadbook.intake.forms import cell_text
from leadbook.labels import LANGUAGES, Labels, load_labels
from leadbook.model.collected import FormRead, plain
from leadbook.workbook.changes import BlockChange
from leadbook.workbook.formfile import ANSWER, FINDINGS, ISSUE_KEYS, Known, read_file
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import rewrite_file
from leadbook.workbook.writeback import write_back

Block = list[list[Any]]
ANSWERS: Final = (
    "score", "likelihood", "coverage", "tier", "quadrant", "stage", "next_step", "next_step_due", "channel",
    "processed_on", "lead_key",
)  # fmt: skip
Tick = Callable[[int, int], None]


@dataclass
class Answered:
    """How many forms got a new answer, and which ones could not (open elsewhere, read-only, changed meanwhile)."""

    written: int = 0
    refused: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class Reply:
    """The rows of the three blocks for one form."""

    answer: Block
    findings: Block
    keys: Block

    def fitted(self, sizes: Mapping[str, tuple[int, int]], more: Callable[[int], str]) -> dict[str, Block]:
        """The blocks that the form has, cut to their size; the last row of findings says how many did not fit."""
        out = {}
        for name, rows in ((ANSWER, self.answer), (FINDINGS, self.findings), (ISSUE_KEYS, self.keys)):
            if name not in sizes:
                continue
            height, width = sizes[name]
            if len(rows) > height and name == FINDINGS:
                rows = [*rows[: height - 1], [None, None, None, more(len(rows) - height + 1), None]]
            out[name] = [row[:width] for row in rows[:height]]
        return out


def answer_forms(run: Run, collected: Collected, tick: Tick = lambda done, of: None) -> Answered:
    """Write what the run says about its lead into every form that is new, changed, or whose answer is no longer
    right. One form that cannot be written never stops the others; its content never changes."""
    replies, out = Replies(run), Answered()
    rows = dict(zip(run.intake.keys["lead_key"].tolist(), run.intake.keys["first_row"].tolist(), strict=True))
    known = {t.name: t.keys() for t in map(run.book.catalogue.table, ("lead", "interaction"))}
    due = [(unit, int(row)) for unit in collected.units if (row := _row(unit, rows)) is not None]
    for count, (unit, row) in enumerate(due, 1):
        read = unit.reads[0]
        blocks = replies.of(read, row).fitted(read.sizes, replies.more(read))
        try:
            if not _stands(blocks, read, answer_label("processed_on", replies.labels(read))):
                out.written += write_reply(unit.file.path, read, blocks, known)
        except LeadbookError as fault:
            out.refused.append(Refused(unit.file.name, fault.key, {**fault.params, "file": unit.file.name}))
        tick(count, len(due))
    return out


def _row(unit: Unit, rows: Mapping[Any, Any]) -> Any:
    """The book's row of the unit's lead; ``None`` for a customer sheet and for a form without an answer block."""
    record, read = unit.record, unit.reads[0]
    return rows.get(record.lead_key) if record is not None and read.is_form and ANSWER in read.shown else None


def answer_label(name: str, labels: Labels) -> str:
    """The word beside one line of the answer, as the form has it."""
    own = f"form.answer.{name}"
    return labels.text(own) if labels.has(own) else labels.header("result", name)


class Replies:
    """What to say to forms, each in its own language; worded once a language."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._told: dict[str, dict[int, list[Told]]] = {}
        self._said: dict[str, dict[int, dict[str, Any]]] = {}
        self._keys = run.intake.keys["lead_key"].to_dict()

    def labels(self, read: FormRead) -> Labels:
        own = self.run.book.labels
        return load_labels(read.language, self.run.book.catalogue.extra_labels) if read.language in LANGUAGES else own

    def more(self, read: FormRead) -> Callable[[int], str]:
        labels = self.labels(read)
        return lambda count: labels.text("collect.answer.more", count=count)

    def of(self, read: FormRead, row: int) -> Reply:
        """The answer to one form about the lead in one row of the book."""
        labels = self.labels(read)
        told = self._findings(labels).get(row, [])
        findings = [self._finding(item, read, labels) for item in told]
        keys = dict.fromkeys(
            item.finding.field for item in told
            if item.finding.table == "lead" and item.finding.field and item.finding.kind.severity != "hint"
        )  # fmt: skip
        return Reply(self._answer(row, labels), findings, [[key] for key in keys])

    def _answer(self, row: int, labels: Labels) -> Block:
        values = {"processed_on": self.run.as_of, "lead_key": self._keys.get(row), **self._lines(labels).get(row, {})}
        return [[answer_label(name, labels), values.get(name)] for name in ANSWERS]

    def _lines(self, labels: Labels) -> dict[int, dict[str, Any]]:
        """What the run says about each lead in one language, by row of the lead."""
        if labels.language not in self._said:
            run, state = self.run, self.run.ranked.state
            bare = run.plan.assign(reason=run.plan["reason_code"])
            plan = worded_plan(bare, run.ranked, run.policy, labels)
            columns = {
                "score": numbers(state["score"]), "likelihood": likelihood_texts(state, labels),
                "coverage": numbers(state["coverage"].round(4)), "tier": choices(state["tier"], "tier", labels),
                "quadrant": choices(state["quadrant"], "quadrant", labels),
                "stage": choices(state["stage"], "stage", labels), "next_step": texts(plan["purpose"]),
                "next_step_due": dates(run.plan["due"]), "channel": choices(run.plan["channel"], "channel", labels),
            }  # fmt: skip
            lines = zip(*(values.tolist() for values in columns.values()), strict=True)
            told = (dict(zip(columns, line, strict=True)) for line in lines)
            self._said[labels.language] = dict(zip(map(int, state.index.tolist()), told, strict=True))
        return self._said[labels.language]

    def _findings(self, labels: Labels) -> dict[int, list[Told]]:
        """Findings by row of the lead, worst first."""
        if labels.language not in self._told:
            run = self.run
            by_row: dict[int, list[Told]] = {}
            linked = run.intake.interactions["lead_row"]
            for item in tell(run.intake.findings, replace(run.book, labels=labels), run.intake):
                row = item.finding.row
                if item.finding.table == "interaction" and row is not None:
                    row = linked.get(row)
                if item.finding.table in ("lead", "interaction") and row is not None and row == row:
                    by_row.setdefault(int(row), []).append(item)
            self._told[labels.language] = by_row
        return self._told[labels.language]

    def _finding(self, item: Told, read: FormRead, labels: Labels) -> list[Any]:
        words, finding = item.shown, item.finding
        severity = labels.choice("severity", finding.kind.severity)
        cell = self._talk_cell(finding.row, finding.field, read) if finding.table == "interaction" else \
            read.place(finding.field or "")  # fmt: skip
        return [severity, item.field or None, cell or None, words.message, words.accepted]

    def _talk_cell(self, row: int | None, field: str | None, read: FormRead) -> str:
        """The form's cell of an interaction of the book, found by its moment as it was typed."""
        typed = self.run.intake.tables["interaction"]
        if "at" not in typed.raw or row not in typed.frame.index:
            return ""
        position: Any = typed.frame.index.get_loc(row)
        at = plain(typed.raw["at"].values[position])
        for talk in read.talks:
            if at and "at" in talk and plain(talk["at"].value) == at:
                cell = talk.get(field or "") or talk["at"]
                return f"{cell.sheet}!{cell.address}"
        return ""


def write_reply(path: Path, read: FormRead, blocks: Mapping[str, Block], known: Known) -> bool:
    """Put the blocks into the form by the write protocol. Raises Busy and RefusedFile; the form is then as it was."""
    changes = [BlockChange(name, rows) for name, rows in blocks.items()]
    held: list[Package] = []

    def compute(data: bytes) -> bytes:
        now = read_file(data, read.file, known, lambda: lambda text: None)
        if now[0].digest != read.digest:
            raise Busy("changed_meanwhile", file=read.file)
        held.append(Package.from_bytes(data, read.file))
        return write_back(held[0], changes, tables={}).data  # blocks only: no table is looked at

    def verify(old: bytes, new: bytes) -> None:
        if diff_packages(held[0], Package.from_bytes(new, read.file), ownership(held[0], changes, {})):
            raise LeadbookError("write_not_clean", file=read.file, parts="form")

    return rewrite_file(path, compute, verify=verify).changed


def _stands(blocks: Mapping[str, Block], read: FormRead, day: str) -> bool:
    """Whether the form says all this already; the day of processing alone is no reason to write."""

    def lines(rows: Sequence[Sequence[Any]]) -> list[list[str]]:
        texts = (_trimmed([cell_text(value) for value in row]) for row in rows)
        kept = [line for line in texts if line[:1] != [day]]
        while kept and not kept[-1]:
            kept.pop()
        return kept

    return all(lines(rows) == lines(read.shown.get(name, ())) for name, rows in blocks.items())


def _trimmed(cells: list[str]) -> list[str]:
    """Cells without the blank ones at their end."""
    while cells and not cells[-1]:
        cells.pop()
    return cells
