"""The note for the first call after a quote: short introduction, the product, one need (U04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadbook.labels import Labels

PARTS: Final = ("introduction", "product", "needs", "agreement")
BLANKS: Final = ("rep", "our_company", "product", "quoted", "business_area", "question", "next_step", "date")


def call_note(labels: Labels, known: Mapping[str, str | None]) -> list[str]:
    """The lines of the note. ``known`` fills its blanks; each one that is not known is named in brackets."""
    words = {name: known.get(name) or labels.text(f"call_note.blank.{name}") for name in BLANKS}
    return [labels.text(f"call_note.{part}", **words) for part in PARTS]
