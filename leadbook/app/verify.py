"""Whether files are whole, and whose results they carry; only reads (X18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Any, Final

from leadbook.app.unlock import Key
from leadbook.errors import LeadbookError, RefusedFile
from leadbook.workbook import audit, backups, durable
from leadbook.workbook.guard import check_path, guard
from leadbook.workbook.integrity import Fault, Integrity
from leadbook.workbook.locks import Lock
from leadbook.workbook.package import Package
from leadbook.workbook.tables import read_tables

RUNS: Final = "LB_Runs"
OURS, OTHERS, NEVER = "ours", "others", "never"


@dataclass
class Verdict:
    """What is known of one file. ``by``: ``ours`` when it is byte for byte what leadbook wrote last, ``others`` when
    it was saved since, ``never`` when leadbook has not written it. ``refused``: the reason (a key of ``error.``) when
    it cannot be read at all."""

    file: str
    sha256: str = ""
    by: str = NEVER
    written: str = ""
    version: str = ""
    last_run: dict[str, Any] = field(default_factory=dict)
    backups: int = 0
    faults: list[Fault] = field(default_factory=list)
    refused: LeadbookError | None = None

    @property
    def exit_code(self) -> int:
        """That of the refusal, 1 for a fault, 0 for a file that is whole."""
        return self.refused.exit_code if self.refused else 1 if self.faults else 0

    def as_json(self) -> dict[str, Any]:
        """For scripts; keys stay the same in every language."""
        out = {k: v for k, v in asdict(self).items() if k not in ("refused", "faults")}
        out["whole"] = self.exit_code == 0
        out["faults"] = [{"code": fault.code, **fault.params} for fault in self.faults]
        out["refused"] = self.refused.key if self.refused else None
        return out


def verify(path: Path, key: Key | None = None) -> Verdict:
    """Look at one book or form from all sides; a file that cannot be read is a verdict, too."""
    verdict = Verdict(path.name)
    try:
        check_path(path)
        book = path.resolve()
        data = book.read_bytes()
        verdict.sha256 = durable.sha256(data)
        plain = (key or Key()).open(data, path.name)
        guard(plain, path.name)
        verdict.faults += _inside(verdict, Package.from_bytes(plain, path.name))
        verdict.faults += _beside(verdict, book)
    except LeadbookError as fault:
        verdict.refused = fault
    except OSError as fault:
        reason = {"file": path.name, "reason": fault.strerror or ""}
        verdict.refused = RefusedFile("not_readable" if isinstance(fault, PermissionError) else "system", **reason)
    return verdict


def exit_code(verdicts: list[Verdict]) -> int:
    """For one file its own; for several 1 when any of them is not whole."""
    if len(verdicts) == 1:
        return verdicts[0].exit_code
    return 1 if any(verdict.exit_code for verdict in verdicts) else 0


def _inside(verdict: Verdict, pkg: Package) -> list[Fault]:
    found = list(Integrity(pkg).faults())
    if not any(fault.code == "damaged" for fault in found):
        verdict.last_run = _last_run(pkg)
    return found


def _last_run(pkg: Package) -> dict[str, Any]:
    """The last line of the Runs sheet: figures and the policy's fingerprint, no name of a customer."""
    table = read_tables(pkg).get(RUNS)
    if table is None or not len(table.rows):
        return {}
    said = {column.key: table.values[column.index][-1] for column in table.columns if column.key}
    wanted = ("version", "leads", "interactions", "errors", "warnings", "hints", "fingerprint")
    values = {key: said.get(key) for key in wanted}
    return {k: int(v) if isinstance(v, float) else v for k, v in values.items() if isinstance(v, str | float)}


def _beside(verdict: Verdict, book: Path) -> Iterator[Fault]:
    """What lies beside the file: litter, the log, the previous versions."""
    yield from (Fault("litter", {"name": path.name}) for path in _litter(book))
    folder = backups.folder_of(book)
    if not folder.is_dir():
        return
    yield from _log(verdict, folder, book)
    yield from _kept(verdict, folder, book)


def _litter(book: Path) -> list[Path]:
    """Temporary files, and a lock whose run is dead; those of a run at work are none."""
    lock = Lock(book)
    found = sorted(book.parent.glob(f"{escape(f'.{durable.short(book.name)}.lb-tmp.')}*"))
    if lock.path.exists():
        return [*found, lock.path] if lock.is_left_over() else []
    return found


def _log(verdict: Verdict, folder: Path, book: Path) -> Iterator[Fault]:
    """The audit log: whole lines, and the last one that wrote this file compared with what it is now."""
    for path in sorted(folder.glob("audit*.jsonl")):
        if not audit.is_whole(path):
            yield Fault("log_torn", {"name": path.name})
    mine = [line for line in audit.lines(folder) if line.get("file") == book.name]
    written = [line for line in mine if line.get("after") and line.get("before") != line.get("after")]
    if written:
        last = written[-1]
        verdict.by = OURS if last["after"] == verdict.sha256 else OTHERS
        verdict.written, verdict.version = str(last.get("time", "")), str(last.get("version", ""))


def _kept(verdict: Verdict, folder: Path, book: Path) -> Iterator[Fault]:
    """Every previous version can be read and is what its record says."""
    records = backups.records(book)
    verdict.backups = len(records)
    for record in records:
        try:
            sound = durable.sha256((folder / record.name).read_bytes()) == record.before
        except OSError:
            sound = False
        if not sound:
            yield Fault("backup_damaged", {"name": record.name})
    known = {f"{record.name}.json" for record in records}
    for path in sorted(folder.glob(f"*{escape(book.suffix)}.json")):
        if path.name not in known:
            yield Fault("backup_damaged", {"name": path.name.removesuffix(".json")})
    if records and verdict.by == NEVER and records[-1].after == verdict.sha256:
        verdict.by, verdict.written, verdict.version = OURS, _moment(records[-1].when), records[-1].version


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")
