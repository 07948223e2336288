"""Who may see what: audiences and their tables, read from ``schemas/audiences.json`` (R16, R18, P01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from leadbook.assets import folder, read_json
from leadbook.errors import InvalidPolicy, UsedWrongly
from leadbook.export.hidden import closed_columns
from leadbook.model.catalogue import Catalogue, Field, Table

ALL: Final = "all"
# Tables about other tables' cells: they repeat what stands in any column, so nobody outside gets them.
_NEVER: Final = frozenset({"issue", "collected", "change", "run", "policy", "setting"})
# leadbook's own sentences that may quote what a rep wrote.
_SENTENCES: Final = frozenset({"purpose", "next_step", "reason"})
_LEVELS: Final = frozenset({"public", "internal"})


@dataclass(frozen=True)
class Audience:
    """One audience: the fields it gets of each table, in their order; ``masked``: those of people's names."""

    name: str
    fields: Mapping[str, tuple[Field, ...]]
    masked: frozenset[tuple[str, str]]

    def columns(self) -> Iterator[tuple[str, tuple[Field, ...]]]:
        """Table key and fields, tables in the order of the file."""
        yield from self.fields.items()


def audience_named(name: str, catalogue: Catalogue, file: Path | None = None) -> Audience:
    """One audience of the table that ships with leadbook, or of a team's own file.

    Raises UsedWrongly ``audience_unknown``; InvalidPolicy ``audience_broken`` names table and field at fault.
    """
    path = file or folder("schemas") / "audiences.json"
    known = read_json(path)
    if not isinstance(known, dict):
        raise InvalidPolicy("audience_broken", file=path.name, place="{…}")
    if name not in known:
        raise UsedWrongly("audience_unknown", audience=name, choices=", ".join(known))
    try:
        return _audience(name, known[name], catalogue)
    except _Fault as fault:
        raise InvalidPolicy("audience_broken", file=path.name, place=f"{name}: {fault}") from None


class _Fault(Exception):
    """Where an audience is not usable."""


def _audience(name: str, spec: Any, catalogue: Catalogue) -> Audience:
    if not isinstance(spec, dict) or not isinstance(spec.get("tables"), dict):
        raise _Fault("tables")
    levels, masked = spec.get("sensitivities"), spec.get("masked", [])
    if not isinstance(levels, list) or not set(map(str, levels)) <= _LEVELS:
        raise _Fault("sensitivities")
    if not isinstance(masked, list) or not all(isinstance(text, str) for text in masked):
        raise _Fault("masked")
    hidden = frozenset((text.partition(".")[0], text.partition(".")[2]) for text in masked)
    for table, key in hidden:
        field = catalogue.tables[table].find(key) if table in catalogue.tables else None
        if field is None or not maskable(field):
            raise _Fault(f"masked {table}.{key}")
    found = {key: _fields(key, wanted, catalogue, frozenset(levels), hidden) for key, wanted in spec["tables"].items()}
    return Audience(name, found, hidden)


def _fields(
    key: str, wanted: Any, catalogue: Catalogue, levels: frozenset[str], masked: frozenset[tuple[str, str]]
) -> tuple[Field, ...]:
    """The fields of one table; a field that this audience may not see is a fault, not a blank."""
    if key not in catalogue.tables or key in _NEVER:
        raise _Fault(key)
    table = catalogue.table(key)
    allowed = [f for f in table.fields if f.sensitivity in levels or (key, f.key) in masked]
    quoting = frozenset() if "internal" in levels else _quoting(table)
    allowed = [f for f in allowed if f.key not in quoting]
    if wanted == ALL:
        return tuple(allowed)
    if not isinstance(wanted, list):
        raise _Fault(key)
    known = {f.key: f for f in allowed}
    for one in wanted:
        if one not in known:
            raise _Fault(f"{key}.{one}")
    return tuple(known[one] for one in wanted)


def _quoting(table: Table) -> frozenset[str]:
    return closed_columns(table) | _SENTENCES


def maskable(field: Field) -> bool:
    """Whether a field holds names of people, which can be given masked."""
    return field.key in ("contact_name", "person") or field.kind == "chain" or (
        field.kind == "people" and not field.public)  # fmt: skip
