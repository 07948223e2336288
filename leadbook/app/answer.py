"""The answer in the form: what the run found out about its customer, written into the form's own blocks (DESIGN §4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

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
from leadbook.model.collected import ANSWER, FormRead, plain
from leadbook.workbook.backups import share_folder
from leadbook.workbook.changes import BlockChange
from leadbook.workbook.formfile import FINDINGS, ISSUE_KEYS, Known, read_file
from leadbook.workbook.ownership import diff_packages, ownership, refuse_strange
from leadbook.workbook.package import Package
from leadbook.workbook.protocol import rewrite_file
from leadbook.workbook.sweeping import sweep
from leadbook.workbook.writeback import write_back

Block = list[list[Any]]
ANSWERS: Final = (
    "score", "likelihood", "coverage", "tier", "quadrant", "stage", "next_step", "next_step_due", "channel",
    "processed_on", "lead_key",
)  # fmt: skip
# Advice that fits a form: there is no -o for it.
_ADVICE: Final = {"read_only": "form_read_only", "folder_read_only": "form_folder_read_only"}
_AT_ONCE: Final = 4
Tick = Callable[[int, int], None]


@dataclass
class Answered:
    """How many forms got a new answer, and which ones could not (open elsewhere, read-only, changed meanwhile, without
    the cells for it)."""

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


class _Due(NamedTuple):
    """One form that is to get an answer, and what is written into it (``None``: it says all that already)."""

    unit: Unit
    blocks: Mapping[str, Block] | None
    lost: tuple[str, dict[str, object]] | None


def answer_forms(run: Run, collected: Collected, tick: Tick = lambda done, of: None) -> Answered:
    """Write what the run says about its lead into every form that is new, changed, or whose answer is no longer
    right. One form that cannot be written never stops the others; its content never changes."""
    from concurrent.futures import ThreadPoolExecutor

    out = Answered()
    known = {t.name: t.keys() for t in map(run.book.catalogue.table, ("lead", "interaction"))}
    due = _due(run, collected)
    _share_folders(item.unit.file.path for item in due if item.blocks is not None)
    # A shared folder keeps each write waiting; a signal lets the forms that are being written be finished.
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        for count, (item, told) in enumerate(zip(due, pool.map(lambda i: _written(i, known), due), strict=True), 1):
            out.written += told is True
            out.refused += [Refused(item.unit.file.name, *item.lost)] if item.lost else []
            out.refused += [told] if isinstance(told, Refused) else []
            tick(count, len(due))
    finally:
        pool.shutdown(cancel_futures=True)
    sweep({item.unit.file.path.parent for item in due})
    return out


def _due(run: Run, collected: Collected) -> list[_Due]:
    replies, found = Replies(run), []
    rows = dict(zip(run.intake.keys["lead_key"].tolist(), run.intake.keys["first_row"].tolist(), strict=True))
    for unit in collected.units:
        row, read = _row(unit, rows), unit.reads[0]
        if row is not None:
            reply = replies.of(read, int(row))
            blocks = reply.fitted(read.sizes, replies.more(read))
            stands = _stands(blocks, read, answer_label("processed_on", replies.labels(read)))
            found.append(_Due(unit, None if stands else blocks, _lost(reply, read)))
    return found


def _share_folders(paths: Iterable[Path]) -> None:
    """Several answered forms of one folder have their previous files in one place, not in a folder each."""
    for folder, count in Counter(path.resolve().parent for path in paths).items():
        if count > 1:
            with suppress(OSError):  # writing the form itself will say what is wrong
                share_folder(folder)


def _written(item: _Due, known: Known) -> bool | Refused:
    """Whether the form was written, or why it could not be."""
    file = item.unit.file
    if item.blocks is None:
        return False
    try:
        return write_reply(file.path, item.unit.reads[0], item.blocks, known)
    except LeadbookError as fault:
        return Refused(file.name, _ADVICE.get(fault.key, fault.key), {**fault.params, "file": file.name})


def _row(unit: Unit, rows: Mapping[Any, Any]) -> Any:
    """The book's row of the unit's lead; ``None`` for a customer sheet."""
    return rows.get(unit.record.lead_key) if unit.record is not None and unit.reads[0].is_form else None


def _lost(reply: Reply, read: FormRead) -> tuple[str, dict[str, object]] | None:
    """What cannot be said because somebody deleted its cells or their names: the key of the reason and its words."""
    if ANSWER not in read.sizes:
        return "form_without_answer", {}
    if reply.findings and not {FINDINGS, ISSUE_KEYS} <= read.sizes.keys():
        return "form_without_findings", {"count": len(reply.findings)}
    return None


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
        owned = ownership(held[0], changes, {})
        refuse_strange(diff_packages(held[0], Package.from_bytes(new, read.file), owned), read.file)

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
