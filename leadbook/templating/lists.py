"""The very hidden sheet behind drop-downs, required marks and styles; each block has a defined name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from leadbook.labels import LANGUAGES, Labels, load_labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.codes import CLOSED
from leadbook.model.structured import choice_words
from leadbook.templating.draft import Draft
from leadbook.templating.look import STYLES

PRODUCT_CELLS: Final = 50
NO_TYPE: Final = "-"


def used_lists(catalogue: Catalogue) -> list[str]:
    """The choice lists that some drop-down of a rep's column shows, in the order of the columns."""
    found = (
        f.list
        for t in catalogue.tables.values()
        for f in t.fields
        if f.list and f.widget == "list" and f.owner == "rep"
    )
    return list(dict.fromkeys(found))


def everywhere(list_name: str, code: str, extra: Mapping[str, Mapping[str, str]] | None = None) -> list[str]:
    """The labels of one choice in all languages, without repeats."""
    return list(dict.fromkeys(load_labels(lang, extra).choice(list_name, code) for lang in LANGUAGES))


def required_by_type(catalogue: Catalogue) -> dict[str, list[str]]:
    """Customer type to the fields it requires, from the schema's ``allOf`` (R02); ``"-"`` = always."""
    schema = catalogue.lead.schema
    found: dict[str, list[str]] = {NO_TYPE: list(schema.get("required", ()))}
    for rule in schema.get("allOf", ()):
        kind = rule["if"].get("properties", {}).get("customer_type", {}).get("const")
        if kind is not None:
            found[kind] = [*found[NO_TYPE], *rule["then"]["required"]]
    return found


def required_by_answer(catalogue: Catalogue) -> list[tuple[str, str]]:
    """(field, field it makes required) pairs, such as outcome and closed date."""
    return [
        (rule["if"]["required"][0], needed)
        for rule in catalogue.lead.schema.get("allOf", ())
        if "properties" not in rule["if"]
        for needed in rule["then"]["required"]
    ]


class _Columns:
    """Writes blocks side by side: a heading in row 1, the cells below it."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.sheet, self.next = draft, draft.sheets["lists"], 0

    def block(self, name: str, rows: Sequence[Sequence[Any]], cells: int = 0) -> None:
        """One named block ``rows`` (top to bottom, left to right); ``cells`` reserves empty rows."""
        width = max((len(row) for row in rows), default=1)
        self.sheet.write_string(0, self.next, name, self.draft.look.key)
        for down, row in enumerate(rows, 1):
            for across, value in enumerate(row):
                if isinstance(value, str):
                    self.sheet.write_string(down, self.next + across, value)
                else:
                    self.sheet.write_number(down, self.next + across, value)
        height = max(len(rows), cells, 1)
        self.draft.define(name, "lists", 1, self.next, height, self.next + width - 1)
        self.next += width + 1


def _column(texts: Iterable[str]) -> list[list[str]]:
    return [[text] for text in texts]


def _details(labels: Labels) -> Iterator[tuple[str, list[str]]]:
    codes = [key.rsplit(".", 1)[1] for key in labels.texts if key.startswith("choice.industry_detail.")]
    for letter in dict.fromkeys(code[0] for code in codes):
        yield letter, [labels.choice("industry_detail", code) for code in codes if code[0] == letter]


def _macro_texts(labels: Labels) -> list[list[str]]:
    """(id, text) pairs: a macro's source is pure ASCII, so it reads its words from cells."""
    keys = [key for key in labels.texts if key.startswith("macro.")]
    return [[key.removeprefix("macro."), labels.text(key)] for key in keys]


def _required(columns: _Columns, catalogue: Catalogue) -> None:
    needs = required_by_type(catalogue)
    any_type = {key for keys in needs.values() for key in keys}
    fields = [field.key for field in catalogue.lead.fields if field.key in any_type]
    rows = [
        (label, [float(key in keys) for key in fields])
        for kind, keys in needs.items()
        for label in (
            [NO_TYPE] if kind == NO_TYPE else everywhere("customer_type", kind, catalogue.extra_labels)
        )
    ]
    columns.block("LB_RequiredTypes", _column(label for label, _ in rows))
    columns.block("LB_RequiredFields", [fields])
    columns.block("LB_Required", [marks for _, marks in rows])


def _styles(columns: _Columns) -> None:
    draft, left = columns.draft, columns.next
    columns.sheet.write_string(0, left, "LB_Styles", draft.look.key)
    for across, name in enumerate(STYLES):
        columns.sheet.write_string(1, left + across, name, draft.look.body(name))
    draft.define("LB_Styles", "lists", 1, left, 1, left + len(STYLES) - 1)
    columns.next += len(STYLES) + 1


def _choices(columns: _Columns, products: Sequence[str]) -> None:
    """The sources of all drop-downs; industries in every language, since any of them may be typed."""
    labels, catalogue = columns.draft.labels, columns.draft.catalogue
    for name in used_lists(catalogue):
        columns.block(
            f"LB_List.{name}", _column(labels.choice(name, code) for code in catalogue.choices[name])
        )
    industry = [
        (label, code)
        for code in catalogue.choices["industry"]
        for label in everywhere("industry", code, catalogue.extra_labels)
    ]
    columns.block("LB_IndustryLabels", _column(label for label, _ in industry))
    columns.block("LB_IndustryCodes", _column(code for _, code in industry))
    for letter, details in _details(labels):
        columns.block(f"LB_Detail.{letter}", _column(details))
    columns.block("LB_Products", _column(products[:PRODUCT_CELLS]), PRODUCT_CELLS)


def write_lists(draft: Draft, products: Sequence[str]) -> None:
    """All blocks of the Lists sheet; ``products`` fill the head of the 50 cells of ``LB_Products``."""
    columns = _Columns(draft)
    _choices(columns, products)
    closed = (label for code in CLOSED for label in [*everywhere("step_status", code), code])
    columns.block("LB_ClosedStatus", _column(dict.fromkeys(closed)))
    columns.block("LB_Macro.texts", _macro_texts(draft.labels))
    _required(columns, draft.catalogue)
    _styles(columns)


def write_form_lists(draft: Draft, products: Sequence[str], reps: Sequence[str]) -> None:
    """The lists of a form: its drop-downs, what each customer type needs, and every way to write a choice."""
    columns, catalogue = _Columns(draft), draft.catalogue
    _choices(columns, products)
    columns.block("LB_Reps", _column(reps), max(len(reps), 1))
    columns.block("LB_List.role", _column(draft.labels.choice("role", code) for code in catalogue.choices["role"]))
    _required(columns, catalogue)
    for name in (*used_lists(catalogue), "role"):
        words = choice_words(catalogue, name, draft.labels.language)
        columns.block(f"LB_Words.{name}", _column(text for text, _ in words))
        columns.block(f"LB_Codes.{name}", _column(code for _, code in words))
