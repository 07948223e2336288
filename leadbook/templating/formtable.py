"""The interaction table of a form, with the hidden key row of the book's tables (R08)."""

from __future__ import annotations

from typing import Any, Final

from leadbook.model.catalogue import Field
from leadbook.templating.checks import rule_for
from leadbook.templating.draft import BODY_ROW, HEADER_ROW, KEY_ROW, Draft
from leadbook.templating.formpage import FormDraft, lines_of, print_setup
from leadbook.templating.livevalues import INTERACTIONS
from leadbook.templating.look import style_of

ROWS: Final = 15
_LEAD_COLUMNS: Final = ("lead_name", "lead_key")
_HEIGHT: Final = 29.0


def form_fields(draft: Draft) -> list[Field]:
    """The columns: those of the book, without the ones that name the customer."""
    return [f for f in draft.catalogue.table("interaction").fields if f.key not in _LEAD_COLUMNS]


def write_interactions(draft: FormDraft) -> None:
    """Title, hidden keys, header and blank rows; drop-downs reach as far as rows count."""
    sheet, fields = draft.sheets["interactions"], form_fields(draft)
    table = draft.catalogue.table("interaction")
    last, right = BODY_ROW + ROWS - 1, len(fields) - 1
    sheet.hide_gridlines(2)
    _head(draft, sheet, fields)
    columns = []
    for column, field in enumerate(fields):
        wrapped = style_of(field) == "wrap"
        look = draft.form.field("text" if wrapped else style_of(field))
        sheet.set_column(column, column, max(field.width, 13) + (0 if wrapped else 1.5))
        for row in range(BODY_ROW, last + 1):
            sheet.write_blank(row, column, None, look)
        columns.append({"header": draft.labels.header("interaction", field.key), "header_format": draft.form.header})
        rule = rule_for(draft, field)
        if rule["validate"] != "any" or "input_message" in rule:
            sheet.data_validation(BODY_ROW, column, BODY_ROW + INTERACTIONS - 1, column, rule)
    for row in range(BODY_ROW, last + 1):
        sheet.set_row(row, _HEIGHT)
    area = (HEADER_ROW, 0, last, right)
    sheet.add_table(*area, {"name": table.name, "style": None, "columns": columns})
    draft.define(f"{table.name}.keys", "interactions", KEY_ROW, 0, KEY_ROW, right)
    keys = [field.key for field in fields]
    for name in ("at", "reaction"):
        at = keys.index(name)
        draft.define(f"LB_Form.{name}", "interactions", BODY_ROW, at, BODY_ROW + INTERACTIONS - 1, at)
    sheet.freeze_panes(BODY_ROW, 0)
    print_setup(draft, sheet, last, portrait=False, right=right)


def _head(draft: FormDraft, sheet: Any, fields: list[Field]) -> None:
    right = len(fields) - 1
    sheet.set_row(0, 30)
    sheet.merge_range(0, 0, 0, right, draft.sheet_name("interactions"), draft.form.title)
    said = draft.text("form.interactions.purpose")
    sheet.set_row(1, 13.0 * lines_of(said, sum(f.width for f in fields)) + 8)
    sheet.merge_range(1, 0, 1, right, said, draft.form.note)
    sheet.set_row(2, 4)
    sheet.set_row(KEY_ROW, None, draft.look.key, {"hidden": True})
    for column, field in enumerate(fields):
        sheet.write_string(KEY_ROW, column, field.key, draft.look.key)
    sheet.set_row(HEADER_ROW, 32)
