"""Answers that can be scored while they are typed: drop-downs, numbers and dates, never free text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import Catalogue, Field
from leadbook.model.policy import Factor, Policy

KINDS: Final = frozenset({"choice", "integer", "number", "percent", "date", "datetime", "industry"})
# What is set by hand with a reason belongs to the book, not to a customer's form or list (K04).
BOOK_ONLY: Final = "override"
# Fields that a form splits into cells of their own. The currency of the expected amount is the field ``currency``.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "decision_chain": ("contact_role",),
    "expected_amount": ("low", "high"),
    "budget": ("low", "high", "currency"),
}
# Lists behind the parts that are drop-downs.
PART_LISTS: Final = {"decision_chain.contact_role": "role", "budget.currency": "currency"}
MONEY: Final = ("expected_amount", "budget")
FIRST_DAY: Final = 14_611  # 1940-01-01 and 2200-12-30: smaller or larger numbers are no dates of a customer
LAST_DAY: Final = 109_938
LARGEST: Final = 10**15  # amounts from here on are slips of the hand


def is_structured(field: Field) -> bool:
    """Whether a form's cells for this field count before the form is collected."""
    return field.kind in KINDS or field.key in MONEY


def live_factors(policy: Policy, section: str, catalogue: Catalogue) -> list[Factor]:
    """The factors of a section that can apply while a form is typed.

    A condition counts only when it reads a drop-down; factors with another condition never apply there.
    """
    choices = {f.key for f in catalogue.lead.fields if f.kind == "choice"}
    return [f for f in policy.factors(section) if f.when is None or f.when.reads in choices]


def choice_words(catalogue: Catalogue, list_name: str, language: str) -> list[tuple[str, str]]:
    """(text, code) of every way to write a choice: labels of all languages, ``language`` first, then the codes.

    Texts that differ only in case are one; the first one wins.
    """
    order = [language, *(other for other in LANGUAGES if other != language)]
    known: dict[str, tuple[str, str]] = {}
    for tongue in order:
        labels = load_labels(tongue, catalogue.extra_labels)
        for code in catalogue.choices[list_name]:
            text = labels.choice(list_name, code)
            known.setdefault(text.casefold(), (text, code))
    for code in catalogue.choices[list_name]:
        known.setdefault(code.casefold(), (code, code))
    return list(known.values())
