"""``leadbook collect``: forms into the book by the write protocol, and the answers into the forms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from leadbook.app.answer import Answered, answer_forms
from leadbook.app.collect import Collected, gather
from leadbook.app.form_files import Tick
from leadbook.app.process import Target, check_output
from leadbook.app.run import Options, Run, run_book
from leadbook.app.runner import Runner
from leadbook.app.take_in import take_in_forms
from leadbook.workbook.audit import AuditEntry
from leadbook.workbook.protocol import Outcome, append_audit, rewrite_file


@dataclass
class Collecting:
    """A finished collection: ``run`` is what a run over the new book would say; ``outcome`` is ``None`` when nothing
    was to be written."""

    collected: Collected
    run: Run
    outcome: Outcome | None = None
    answered: Answered = field(default_factory=Answered)

    @property
    def exit_code(self) -> int:
        refused = self.collected.refused or self.answered.refused
        return 1 if refused else self.run.exit_code


def collect_book(
    path: Path, folders: Iterable[Path], options: Options, target: Target, *, runner: Runner | None = None,
    tick: Tick = lambda done, of: None,
) -> Collecting:  # fmt: skip
    """Take the forms below ``folders`` into the book; results are left as they are until the next run.

    Raises what ``process_book`` raises; the book is then as it was.
    """
    check_output(path, target.output)
    options.progress("collect")
    gathered = gather(folders, path, options.extension, runner=runner, tick=tick)
    done: list[tuple[bytes, Collected]] = []

    def compute(data: bytes) -> bytes:
        done.append(take_in_forms(data, path.name, gathered, options))
        return done[-1][0]

    def audit(entry: AuditEntry) -> None:
        counts, refused = done[-1][1].counts, done[-1][1].refused
        append_audit(target.output or path, replace(entry, action="collect", counts=counts, exit=1 if refused else 0))

    outcome = None
    if target.dry_run:
        compute(options.key.open(path.read_bytes(), path.name))
    else:
        # take_in_forms has compared every byte with what the changes may touch.
        locked, checked = options.key.around(compute, lambda old, new: None, path.name)
        outcome = rewrite_file(
            path, locked, verify=checked, wait_seconds=target.wait, audit=audit, output=target.output
        )
    data, collected = done[-1]
    run = run_book(data, path.name, options)
    out = Collecting(collected, run, outcome)
    if target.answers:
        options.progress("answer")
        out.answered = answer_forms(run, collected, tick)
    return out

