"""The field catalogue: every table and field, read from the schemas (DESIGN §3, x-leadbook)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from leadbook.assets import folder, read_json
from leadbook.errors import InvalidPolicy

TABLES: Final = (
    "lead", "interaction", "team", "result", "follow_up", "issue", "history", "week", "run", "policy", "setting",
    "collected", "change", "done", "worklist", "forecast", "relation",
)  # fmt: skip
_NEEDED = ("kind", "widget", "width", "order", "sensitivity", "owner")


@dataclass(frozen=True)
class Field:
    """One column of one table; ``key`` is its ASCII name in data, hidden key rows and schemas."""

    key: str
    table: str
    kind: str
    widget: str
    width: int
    order: int
    sensitivity: str
    owner: str
    requirement: str = ""
    section: str = ""
    list: str | None = None
    parts: tuple[str, ...] = ()
    role: str | None = None
    past: bool = False
    better: tuple[str, ...] = ()
    wrap: bool = False
    references: str | None = None
    depends_on: str | None = None
    parser: str | None = None
    codes: str | None = None
    background: bool = False
    none_is_answer: bool = False  # "none" in a text is what the customer said, not a gap
    minimum: float | None = None
    maximum: float | None = None
    since: int = 1  # the template version that brought the field

    @property
    def public(self) -> bool:
        """May be printed on a terminal (DESIGN §10)."""
        return self.sensitivity == "public"


@dataclass(frozen=True)
class Table:
    """One table of the book: its schema key, its ASCII table name, its sheet and its fields in order."""

    key: str
    name: str
    sheet: str
    fields: tuple[Field, ...]
    schema: Mapping[str, Any]

    def keys(self) -> tuple[str, ...]:
        return tuple(f.key for f in self.fields)

    def field(self, key: str) -> Field:
        return next(f for f in self.fields if f.key == key)

    @cached_property
    def _by_key(self) -> Mapping[str, Field]:
        return {f.key: f for f in self.fields}

    def find(self, key: str | None) -> Field | None:
        """The field of a key, or ``None``."""
        return self._by_key.get(key or "")

    def owned(self, owner: str) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.owner == owner)


@dataclass(frozen=True)
class Catalogue:
    """All tables, all choice lists, and the labels that an extension schema brings along."""

    tables: Mapping[str, Table]
    choices: Mapping[str, tuple[str, ...]]
    extra_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def table(self, key: str) -> Table:
        return self.tables[key]

    @property
    def lead(self) -> Table:
        return self.tables["lead"]

    def by_name(self, name: str) -> Table | None:
        """A table by its name in the workbook (``LB_Leads``), without regard to case."""
        return next((t for t in self.tables.values() if t.name.casefold() == name.casefold()), None)


def _field(table: str, key: str, spec: Mapping[str, Any]) -> Field:
    notes = spec.get("x-leadbook")
    if not isinstance(notes, dict) or any(name not in notes for name in _NEEDED):
        raise InvalidPolicy("schema_field_incomplete", table=table, field=key, needed=", ".join(_NEEDED))
    known = {name: notes[name] for name in (*_NEEDED, "section", "list", "role", "past", "wrap") if name in notes}
    more = ("references", "depends_on", "parser", "codes", "background", "none_is_answer", "since")
    known |= {name: notes[name] for name in more if name in notes}
    return Field(
        key=key,
        table=table,
        requirement=notes.get("id", ""),
        parts=tuple(notes.get("parts", ())),
        better=tuple(notes.get("better", ())),
        minimum=spec.get("minimum"),
        maximum=spec.get("maximum"),
        **known,
    )


def _table(key: str, schema: Mapping[str, Any]) -> Table:
    fields = sorted((_field(key, k, spec) for k, spec in schema["properties"].items()), key=lambda f: f.order)
    head = schema["x-leadbook"]
    return Table(key, head["table"], head["sheet"], tuple(fields), schema)


def build_catalogue(schemas: Path, extension: Path | None = None) -> Catalogue:
    """The catalogue of a folder of schemas, widened by a team's extension file.

    An extension is ``{"properties": {…}, "labels": {language: {key: text}}, "choices": {list: [code]}}``;
    its properties join the lead table. ``InvalidPolicy`` names the field that is not complete.
    """
    loaded = {key: read_json(schemas / f"{key}.schema.json") for key in TABLES}
    choices = {name: tuple(codes) for name, codes in read_json(schemas / "choices.json").items()}
    labels: Mapping[str, Mapping[str, str]] = {}
    if extension is not None:
        more = _extension(extension)
        clash = sorted(set(more.get("properties", {})) & set(loaded["lead"]["properties"]))
        if clash:
            raise InvalidPolicy("extension_clash", file=extension.name, field=", ".join(clash))
        loaded["lead"]["properties"] |= more.get("properties", {})
        choices |= {name: tuple(codes) for name, codes in more.get("choices", {}).items()}
        labels = more.get("labels", {})
    return Catalogue({key: _table(key, schema) for key, schema in loaded.items()}, choices, labels)


def _extension(path: Path) -> dict[str, Any]:
    """An extension file whose parts have the shape that the catalogue needs."""
    more = read_json(path)
    if not isinstance(more, dict):
        raise InvalidPolicy("extension_broken", file=path.name, part="{…}")
    shapes: tuple[tuple[str, type], ...] = (("properties", dict), ("labels", dict), ("choices", list))
    for part, inner in shapes:
        held = more.get(part, {})
        if not isinstance(held, dict) or not all(isinstance(value, inner) for value in held.values()):
            raise InvalidPolicy("extension_broken", file=path.name, part=part)
    return more


@cache
def load_catalogue(extension: Path | None = None) -> Catalogue:
    """The catalogue of the schemas that ship with leadbook."""
    return build_catalogue(folder("schemas"), extension)
