"""Typed rows against the JSON Schema: a fast validator finds the rows, jsonschema explains them (DESIGN §11)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from leadbook.assets import folder, read_json
from leadbook.intake.tables import TypedTable, positions
from leadbook.intake.values.unanswered import NAME
from leadbook.model.catalogue import Table
from leadbook.model.findings import Findings

Row = dict[str, Any]
_LEAD = "lead.schema.json"


# Parts of a schema that look at one value at a time.
_CELLWISE = frozenset(
    ("$schema", "$id", "$defs", "title", "description", "type", "properties", "additionalProperties", "x-leadbook")
)


def rows_of(table: TypedTable, positions: Any = slice(None)) -> list[Row]:
    """Each row as the JSON object that the schema describes: blank answers are absent, never null."""
    keys = list(table.columns)
    if not keys:
        return []
    held = [table.canonical(key)[positions] for key in keys]
    return [{k: v for k, v in zip(keys, row, strict=True) if v is not None} for row in zip(*held, strict=True)]


def conditional_requirements(schema: Mapping[str, Any]) -> list[tuple[str, Any, tuple[str, ...]]]:
    """(field, value or ``None`` for "any answer", required fields) of every if/then part of a schema."""
    out = []
    for part in schema.get("allOf", ()):
        test, then = part["if"], tuple(part["then"]["required"])
        constants = [(k, v["const"]) for k, v in test.get("properties", {}).items() if "const" in v]
        if constants:
            out += [(field, value, then) for field, value in constants]
        else:
            out += [(field, None, then) for field in test["required"]]
    return out


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of single values: what is required is checked by columns, so that it costs nothing a row."""
    return {k: v for k, v in schema.items() if k not in ("allOf", "required")}


@cache
def _shared(name: str) -> Any:
    return read_json(folder("schemas") / name)


def _fast(schema: Mapping[str, Any]) -> Any:
    import jsonschema_rs

    registry = jsonschema_rs.Registry([(_shared(_LEAD)["$id"], _shared(_LEAD))])
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, registry=registry)


def _exact(schema: Mapping[str, Any]) -> Any:
    import jsonschema
    from referencing import Registry, Resource

    known = Resource.from_contents(_shared(_LEAD))
    registry: Registry[Any] = Registry().with_resource(_shared(_LEAD)["$id"], known)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(dict(schema), registry=registry, format_checker=checker)


def failing(rows: Sequence[Row], schema: Mapping[str, Any]) -> list[tuple[int, str | None, str]]:
    """(row position, field or ``None``, rule that is broken) for every fault of ``rows`` against ``schema``."""
    fast = _fast(schema)
    suspects = [n for n, row in enumerate(rows) if not fast.is_valid(row)]
    if not suspects:
        return []
    exact = _exact(schema)
    return [fault for n in suspects for fault in _faults(exact, n, rows[n])]


def _faults(validator: Any, position: int, row: Row) -> Iterable[tuple[int, str | None, str]]:
    for error in sorted(validator.iter_errors(row), key=lambda e: json.dumps(list(map(str, e.absolute_path)))):
        field = str(error.absolute_path[0]) if error.absolute_path else None
        while error.context:  # of several ways to be right, the one that came furthest says most
            error = max(error.context, key=lambda e: (len(e.absolute_path), e.validator != "type"))
        yield position, field, f"{error.validator} {json.dumps(error.validator_value, ensure_ascii=False)[:80]}"


def suspects(table: TypedTable) -> list[int]:
    """Positions of the rows with a value that the schema refuses; every distinct value is looked at once."""
    schema = _plain(table.table.schema)
    if set(schema) - _CELLWISE:
        return list(range(len(table.frame)))
    lists = {key: {"type": "array", "items": spec} for key, spec in schema["properties"].items()}
    answers = {key: [v for v in c.distinct if v is not None] for key, c in table.columns.items() if key in lists}
    refused: dict[str, set[int]] = {}
    for error in _fast(schema | {"properties": lists}).iter_errors(answers):
        key, number = error.instance_path[:2]
        refused.setdefault(key, set()).add(number)
    found = np.zeros(len(table.frame), dtype=bool)
    for key, numbers in refused.items():
        column = table.columns[key]
        known = np.flatnonzero([v is not None for v in column.distinct])
        found |= np.isin(column.codes, known[list(numbers)])
    return [int(n) for n in np.flatnonzero(found)]


def check_values(table: TypedTable, findings: Findings) -> None:
    """A finding for every value that the schema refuses although it could be read."""
    rows = suspects(table)
    for nth, field, rule in failing(rows_of(table, rows), _plain(table.table.schema)) if rows else ():
        position = rows[nth]
        findings.add(
            "does_not_fit_schema",
            table.table.key,
            field=field,
            row=int(table.frame.index[position]),
            value=table.shown(field, position) if field else None,
            params={"rule": rule},
        )


def required_for(table: Table, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """For each field that some rows must answer: where it is required (bool, index as ``frame``)."""
    needed: dict[str, pd.Series] = {}
    for field, value, fields in conditional_requirements(table.schema):
        where = frame[field].notna() if value is None else frame[field].eq(value).fillna(False)
        for required in fields:
            before = needed.get(required, pd.Series(False, index=frame.index))
            needed[required] = before | where.astype(bool)
    return needed


def check_required(leads: TypedTable, scored: pd.Series, profile: str | None, findings: Findings) -> None:
    """Missing answers: for the customer type (R02), for the outcome, and for the situation chosen (R01)."""
    frame = leads.frame
    empty_words = {
        (position, key) for key, column in leads.columns.items() for position, problem in column.problems
        if problem.name == NAME
    }  # fmt: skip
    reported = {(f.row, f.field) for f in findings if f.kind.severity == "error"}
    kinds, rows = frame["customer_type"].tolist(), frame.index.tolist()
    for field, where in required_for(leads.table, frame).items():
        name = "closed_date_missing" if field == "closed_date" else "answer_missing"
        for position in positions(frame, where & frame[field].isna() & scored):
            row = rows[position]
            if (row, field) not in reported:
                _missing(name, field, row, frame, findings, customer_type=kinds[position])
            if (position, field) in empty_words:
                findings.add("no_answer_word", "lead", field=field, row=row, value=leads.shown(field, position),
                             params={"field": field}, codes={"field": "field"})  # fmt: skip
    for position in positions(frame, frame["customer_type"].isna() & scored):
        row = rows[position]
        if (row, "customer_type") not in reported:
            _missing("customer_type_missing", "customer_type", row, frame, findings, choices_of="customer_type")
    if profile is not None:
        notes = leads.table.schema["x-leadbook"]
        for field in notes["profiles"][profile]:
            # Known customers are not asked again for what their file already says (C08).
            spared = [kind for kind, fields in notes["short_form"].items() if field in fields]
            for position in positions(frame, frame[field].isna() & scored & ~frame["customer_type"].isin(spared)):
                _missing("profile_answer_missing", field, rows[position], frame, findings, profile=profile)


def _missing(name: str, field: str, row: int, frame: pd.DataFrame, findings: Findings, **params: Any) -> None:
    codes = {"customer_type": "customer_type", "profile": "profile", "question": "question", "field": "field"}
    params |= {"field": field, "question": field}
    known = {k: v for k, v in codes.items() if k in params}
    findings.add(name, "lead", field=field, row=row, params=params, codes=known)


