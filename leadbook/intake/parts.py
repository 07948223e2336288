"""Cells that hold one part of an answer, put together to the text of the whole field (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from leadbook.intake.values.chain import Link, print_decision_chain
from leadbook.intake.values.fold import fold
from leadbook.intake.values.money import Money, print_money, print_number
from leadbook.intake.values.names import contact_name
from leadbook.labels import LANGUAGES, Reverse, load_labels
from leadbook.model.collected import Cells, FormCell, plain
from leadbook.model.raw import RawValue, Uncached

# Names of parts that are fields of their own.
ALIASES: Final = {"budget.kind": "budget_status"}


def whole_answers(cells: Cells, reverse: Reverse, language: str) -> dict[str, FormCell]:
    """Cells by field key: parts joined to the field's canonical text, as a rep would type it into the book.

    The place of a joined field is that of its first filled part. A field typed as a whole wins over its parts.
    """
    out = {key: cell for key, cell in cells.items() if "." not in key}
    parts: dict[str, dict[str, FormCell]] = {}
    for key, cell in cells.items():
        name, _, part = key.partition(".")
        if key in ALIASES:
            out.setdefault(ALIASES[key], cell)
        elif part:
            parts.setdefault(name, {})[part] = cell
    for name, held in parts.items():
        if name == "decision_chain":
            _chain(out, held, reverse, language)
        elif unknown := next((cell for cell in held.values() if isinstance(cell.value, Uncached)), None):
            out.setdefault(name, unknown)
        elif name not in out:
            text = _amount(held, reverse)
            if text:
                out[name] = replace(next(iter(held.values())), value=text, date=False)
    return out


def _amount(parts: Mapping[str, FormCell], reverse: Reverse) -> str:
    """Low, high and currency as one amount; ends that are no numbers are left for the parser of amounts."""
    low, high = (_value(parts, part) for part in ("low", "high"))
    said = plain(_value(parts, "currency"))
    currency = reverse.choice("currency", said) or said or None
    if isinstance(low, float | None) and isinstance(high, float | None) and (low or high or 0) >= 0:
        if low is None and high is None:
            return ""
        ends = Money(low=_number(low or 0.0), high=None if high is None else _number(high), currency=currency,
                     approximate=False)  # fmt: skip
        return print_money(ends)
    texts = [print_number(_number(end)) if isinstance(end, float) else plain(end) for end in (low, high)]
    return " ".join(filter(None, (currency, "-".join(filter(None, texts)))))


def _value(parts: Mapping[str, FormCell], part: str) -> RawValue:
    return parts[part].value if part in parts else None


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value


def _chain(out: dict[str, FormCell], parts: Mapping[str, FormCell], reverse: Reverse, language: str) -> None:
    """The contact's own role as a link of the chain, unless the sentence beside it already names the contact. A name in
    full is masked here: it is the contact's cell that has to be mended."""
    cell = parts.get("contact_role")
    typed = plain(cell.value) if cell else ""
    role = reverse.choice("role", typed)
    title, name = (plain(out[k].value) if k in out else "" for k in ("contact_title", "contact_name"))
    if cell is None or role is None or not (title or name):
        return
    said, masked = plain(out["decision_chain"].value) if "decision_chain" in out else "", _masked(name)
    if said and any(word and fold(word) in fold(said) for word in (title, name, masked)):
        return
    link = print_decision_chain([Link(role=role, title=title, name=masked)], _spoken(role, typed, language))
    out["decision_chain"] = replace(out.get("decision_chain", cell), value=f"{said}\n{link}" if said else link)


def _masked(name: str) -> str:
    read = contact_name(name)
    return str(read.problem.params["masked"] if read.problem and "masked" in read.problem.params else read.value or "")


def _spoken(role: str, typed: str, language: str) -> str:
    """The language of the drop-down that the role was chosen from: the form's own, where the form says it."""
    known = [lang for lang in LANGUAGES if load_labels(lang).choice("role", role) == typed]
    return language if language in known or not known else known[0]
