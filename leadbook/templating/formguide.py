"""The question guide of a form: questions whose fields are empty stand out (Q01–Q04, R03, R06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from leadbook.model.questions import bank
from leadbook.templating.calc import text
from leadbook.templating.formcells import origin_slots
from leadbook.templating.formpage import FormDraft, lines_of, print_setup
from leadbook.templating.look import INK, LINE, MUTED

_WIDTHS: Final = (4, 70, 36)
_TITLES: Final = {"opening": "guide.questions.start", "star": "guide.questions.star"}
_LAST: Final = len(_WIDTHS) - 1
BLANKS: Final = ("business_area", "situation")
# The answer that fills a blank; the other blanks stay in their brackets for the rep to fill.
_FILLED_BY: Final = {"business_area": "industry"}
_HERE: Final = "\x00"


def write_questions(draft: FormDraft) -> None:
    """All questions by group, from broad to narrow."""
    sheet = draft.sheets["form_questions"]
    sheet.hide_gridlines(2)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 30)
    sheet.merge_range(0, 0, 0, _LAST, draft.sheet_name("form_questions"), draft.form.title)
    said = draft.text("form.questions.purpose")
    sheet.set_row(1, 13.0 * lines_of(said, sum(_WIDTHS)) + 8)
    sheet.merge_range(1, 0, 1, _LAST, said, draft.form.note)
    sheet.set_row(2, 20)
    for column, key in enumerate(("", "form.questions.question", "form.questions.fills")):
        sheet.write_string(2, column, draft.text(key) if key else "", draft.form.header)
    sheet.freeze_panes(3, 0)
    print_setup(draft, sheet, _rows(draft, sheet, 3) - 1, right=_LAST)


def _rows(draft: FormDraft, sheet: Any, row: int) -> int:
    group, number = "", -1
    for question in bank():
        name = str(question["id"])
        if name.split("_")[0] != group:
            group, number = name.split("_")[0], number + 1
            title = draft.text(_TITLES.get(group, f"choice.criterion.{group}"))
            sheet.set_row(row, 21)
            for column in range(_LAST + 1):
                sheet.write_string(row, column, title if column == 0 else "", draft.form.band(number))
            row += 1
        fields = question["fields"]
        assert isinstance(fields, Sequence)
        _question(draft, sheet, row, f"question.{name}", [str(f) for f in fields])
        row += 1
    return row


def _worded(draft: FormDraft, key: str) -> tuple[str, str, str]:
    """A question as it reads in an empty form, the formula that fills its blank from the form (empty without a blank
    that the form can fill), and the longest text that this can give (R03)."""
    blanks = {name: draft.text(f"guide.fill.{name}") for name in BLANKS}
    plain = draft.text(key, **blanks)
    for blank, field in _FILLED_BY.items():
        around = draft.text(key, **{**blanks, blank: _HERE}).split(_HERE)
        if len(around) == 2:
            [slot] = origin_slots(draft.catalogue, field)
            known = f'IF({slot.name}="",{text(blanks[blank])},{slot.name})'
            answers = (draft.labels.choice(field, code) for code in draft.catalogue.choices[field])
            return plain, f"={text(around[0])}&{known}&{text(around[1])}", max(answers, key=len).join(around)
    return plain, "", plain


def _question(draft: FormDraft, sheet: Any, row: int, key: str, fields: Sequence[str]) -> None:
    look = draft.look
    base = {"text_wrap": True, "valign": "vcenter", "bottom": 4, "bottom_color": LINE}
    question, formula, longest = _worded(draft, key)
    names = " · ".join(draft.labels.header("lead", field) for field in fields)
    sheet.set_row(row, 13.5 * max(lines_of(longest, _WIDTHS[1] - 2), lines_of(names, _WIDTHS[2] + 2)) + 9)
    tests = [_empty(draft, field) for field in fields]
    open_, dot = f"OR({','.join(tests)})", draft.text("form.questions.open")
    mark = look.make(**base, align="center", font_color=INK, font_size=11)
    sheet.write_formula(row, 0, f'=IF({open_},{text(dot)},"")', mark, dot)
    asked = look.make(**base, font_color=MUTED)
    sheet.write_formula(row, 1, formula, asked, question) if formula else sheet.write_string(row, 1, question, asked)
    sheet.write_string(row, 2, names, look.make(**base, font_color=MUTED, font_size=9))
    options = {"type": "formula", "criteria": f"={open_}", "format": look.mark(bold=True, font_color=INK)}
    sheet.conditional_format(row, 1, row, 1, options)


def _empty(draft: FormDraft, field: str) -> str:
    """True while a field has no answer; the ends of an amount count as one."""
    cells = [slot for slot in origin_slots(draft.catalogue, field) if slot.amount or not slot.part]
    tests = [slot.name + '=""' for slot in cells]
    return f"AND({','.join(tests)})"
