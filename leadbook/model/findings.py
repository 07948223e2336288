"""Findings: something wrong or doubtful, with its place. Values, never exceptions (DESIGN §3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from leadbook.assets import folder, read_json

SEVERITIES: Final = ("error", "warning", "hint")


@dataclass(frozen=True)
class FindingKind:
    """One row of ``schemas/findings.json``: code, name (of its labels), severity and requirement id."""

    code: str
    name: str
    severity: str
    requirement: str


@cache
def finding_kinds() -> Mapping[str, FindingKind]:
    """All kinds of findings by name."""
    rows = read_json(folder("schemas") / "findings.json")
    return {row["name"]: FindingKind(row["code"], row["name"], row["severity"], row["requirement"]) for row in rows}


@dataclass(slots=True)
class Finding:
    """One finding; lead key and name may be filled in when all leads are known.

    ``row`` is the sheet row (None for a whole column or sheet), ``value`` the text as typed.

    ``params`` fill the placeholders of the labels; a value that is itself a code is translated by ``codes``
    (placeholder to choice list, ``"field"`` for a field of the lead table).
    """

    name: str
    table: str
    field: str | None = None
    row: int | None = None
    value: str | None = None
    lead_key: str | None = None
    lead_name: str | None = None
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def kind(self) -> FindingKind:
        return finding_kinds()[self.name]


@dataclass
class Findings:
    """An append-only list of findings of one run."""

    items: list[Finding] = dataclasses.field(default_factory=list)

    def add(self, name: str, table: str, **place: Any) -> None:
        self.items.append(Finding(name, table, **place))

    def extend(self, more: Iterable[Finding]) -> None:
        self.items.extend(more)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def count(self, severity: str) -> int:
        return sum(1 for item in self.items if item.kind.severity == severity)
