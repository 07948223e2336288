"""Values of a shared copy as people read them: labels for codes, one text for parts, names masked (F05, R18)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from leadbook.intake.values.chain import print_decision_chain
from leadbook.intake.values.money import print_money
from leadbook.intake.values.names import mask_name
from leadbook.intake.values.persons import read_person
from leadbook.intake.values.size import print_company_size
from leadbook.intake.values.text import split_people
from leadbook.labels import Labels
from leadbook.model.catalogue import Field

Cell = str | float | int | date | None
_LIST = ", "


def shared_cells(field: Field, values: pd.Series, labels: Labels, masked: bool) -> list[Cell]:
    """One column of canonical values (objects, ``None`` where blank) as cells."""
    say = _masked(field) if masked else _sayer(field, labels)
    known: dict[str, Cell] = {}
    out: list[Cell] = []
    for value in values.tolist():
        mark = repr(value)
        if mark not in known:
            known[mark] = None if value is None else say(value)
        out.append(known[mark])
    return out


def _sayer(field: Field, labels: Labels) -> Callable[[Any], Cell]:
    named = field.list
    words: Mapping[str, Callable[[Any], Cell]] = {
        "choice": lambda value: labels.choice(str(named), str(value)),
        "choices": lambda value: _LIST.join(labels.choice(str(named), str(code)) for code in value),
        "people": _LIST.join,
        "industry": lambda value: _industry(value, labels),
        "size": print_company_size,
        "money": print_money,
        "plan": lambda value: value["text"],
        "chain": lambda value: print_decision_chain(value, labels.language),
        "contact": lambda value: _LIST.join(str(one["value"]) for one in value),
        "dated_list": lambda value: _LIST.join(_dated(one, field, labels) for one in value),
        "date": lambda value: date.fromisoformat(str(value)[:10]),
        "datetime": lambda value: datetime.fromisoformat(str(value)),
    }
    return words.get(field.kind, _plain)


def _plain(value: Any) -> Cell:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _industry(value: Any, labels: Labels) -> str:
    shown = labels.choice("industry", value["code"]) if value.get("code") else ""
    return _LIST.join(filter(None, (shown, value.get("detail"))))


def _dated(one: Mapping[str, str], field: Field, labels: Labels) -> str:
    if field.codes == "field_source":  # company_size=customer
        key, _, source = one["code"].partition("=")
        code = f"{labels.field_name(key)}: {labels.choice('evidence', source)}"
    else:
        code = labels.choice(field.list, one["code"]) if field.list else one["code"]
    return f"{code} {one.get('date') or ''}".strip()


def _masked(field: Field) -> Callable[[Any], Cell]:
    """Names as surname or initial with an asterisk, however they stand in the book."""
    if field.kind == "chain":
        return lambda value: _LIST.join(filter(None, (_person(link["title"], link["name"]) for link in value)))
    if field.kind == "people":
        return lambda value: _LIST.join(filter(None, map(_read, value)))
    return lambda value: _LIST.join(filter(None, map(mask_name, split_people(str(value)))))


def _read(text: str) -> str:
    found = read_person(text)
    return _person(found.title, found.name)


def _person(title: str, name: str) -> str:
    return " ".join(filter(None, (title, mask_name(name) if name else "")))
