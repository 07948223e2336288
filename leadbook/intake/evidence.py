"""How fresh an answer is: the day of what was seen or heard, for forms and for cells typed in the book (R17, M3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from leadbook.intake.records import Given, Record
from leadbook.model.catalogue import Field

CONTACT: Final = "last_contact"
TOLD: Final = "info_date"
# The date of its own that tells how fresh an answer is; else the day of the last contact.
_DATED_BY: Final = {
    "budget": "budget_date", "budget_status": "budget_date", "budget_evidence": "budget_date",
    "compliance_status": "compliance_date", "outcome": "closed_date",
}  # fmt: skip
DAYS: Final = frozenset({CONTACT, TOLD, *_DATED_BY.values()})
# What the team decides in the book, or what says who the lead is: no form changes it once it is typed there.
_DECIDED: Final = ("company_name", "tax_id", "owner")
_REMEMBERED: Final = "*"  # before the key of a date in a record: its typed day, which a form has replaced


def dated_by(fields: Iterable[Field]) -> dict[str, str]:
    """Field key -> key of the date that tells how fresh its answer is, where there is one of its own."""
    found = {}
    for spec in fields:
        own = CONTACT if spec.section == "interaction" else TOLD if spec.background else ""
        key = spec.key if spec.key in DAYS else _DATED_BY.get(spec.key, own)
        if key:
            found[spec.key] = key
    return found


def is_decided(key: str) -> bool:
    """Whether a field is decided in the book and no evidence of a form touches it."""
    return key in _DECIDED or key.startswith("override_")


def is_remembered(key: str) -> bool:
    """Whether an entry of a record is no field but a day that was typed once."""
    return key.startswith(_REMEMBERED)


def remember(record: Record, key: str, day: str) -> None:
    """Keep the typed day that a form's date takes the place of, so that the other typed cells keep theirs."""
    if key in DAYS and day:
        record.fields[_REMEMBERED + key] = Given("0", day)


def typed_days(days: Mapping[str, str], owned: Iterable[str], records: Sequence[Record]) -> dict[str, str]:
    """The dates of a row that people typed, those replaced by forms among them. ``days``: what its cells hold;
    ``owned``: keys of cells that came from forms."""
    forms = set(owned)
    found = {key: day for key, day in days.items() if key not in forms}
    for record in records:
        for key, given in record.fields.items():
            if is_remembered(key):
                name = key.removeprefix(_REMEMBERED)
                found[name] = max(found.get(name, ""), given.day)
    return found


def typed_day(own: str, days: Mapping[str, str], newest_talk: str) -> str:
    """How fresh a typed cell is: by its own date, else the last contact that was typed, else the day of the
    information; empty when nothing says. ``own``: key of its own date."""
    return days.get(own, "") or max(days.get(CONTACT, ""), newest_talk) or days.get(TOLD, "")
