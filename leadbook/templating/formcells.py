"""The input cells of a form: one for each field a rep fills, and one for each part of a structured field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from leadbook.model.catalogue import Catalogue, Field
from leadbook.model.structured import BOOK_ONLY, PART_LISTS, PARTS
from leadbook.templating.draft import Draft

MAIN_SECTIONS: Final = ("basic", "contact", "background", "need", "interaction", "outlook", "plan")
NAME: Final = "LB_F."
_SENTENCE: Final = 26  # columns of the book that are at least this wide hold sentences
# The cell of the budget status is also known as the kind of the budget.
ALIASES: Final = {"budget_status": "budget.kind"}


@dataclass(frozen=True)
class Slot:
    """One input cell. ``key`` is the field's key, with its part behind a point: ``budget.low``."""

    key: str
    field: Field
    part: str = ""

    @property
    def name(self) -> str:
        """The defined name of the cell."""
        return NAME + self.key

    @property
    def section(self) -> str:
        return self.field.section

    @property
    def list(self) -> str | None:
        if self.part:
            return PART_LISTS.get(self.key)
        return self.field.list if self.field.widget == "list" else None

    @property
    def amount(self) -> bool:
        return self.part in ("low", "high")

    @property
    def wide(self) -> bool:
        """Whether people write sentences here."""
        written = self.field.wrap and self.field.role is None and self.field.width >= _SENTENCE
        return not self.part and written and self.field.kind in ("text", "chain", "plan")

    def label(self, draft: Draft) -> str:
        known = f"form.part.{self.key}"
        return draft.text(known) if draft.labels.has(known) else draft.labels.header("lead", self.field.key)

    def help(self, draft: Draft) -> str:
        """The filling rule; empty when there is none."""
        for key in (f"form.part.{self.key}.help", f"lead.{self.field.key}.help"):
            if draft.labels.has(key):
                return draft.text(key)
        return ""


def slots(catalogue: Catalogue) -> list[Slot]:
    """Every input cell in the order of the schema; parts stand where their field stands."""
    return [slot for f in catalogue.lead.owned("rep") if f.section != BOOK_ONLY for slot in _of(f)]


def _of(field: Field) -> Iterator[Slot]:
    parts = [Slot(f"{field.key}.{part}", field, part) for part in PARTS.get(field.key, ())]
    yield from parts
    if not parts or field.kind == "chain":  # a chain is written as a sentence beside its part
        yield Slot(field.key, field)


def sections(catalogue: Catalogue) -> list[str]:
    """Sections that a form shows: the seven groups, then whatever else reps may answer."""
    own = list(dict.fromkeys(slot.section for slot in slots(catalogue)))
    return [*(s for s in MAIN_SECTIONS if s in own), *(s for s in own if s not in MAIN_SECTIONS)]


def origin_slots(catalogue: Catalogue, field: str) -> list[Slot]:
    """The cells that hold a field."""
    return [slot for slot in slots(catalogue) if slot.field.key == field]
