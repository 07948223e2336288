"""The input pages of a form: groups of label and cell in two columns (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from leadbook.templating.draft import Draft
from leadbook.templating.formcells import ALIASES, NAME, Slot
from leadbook.templating.formlook import FormLook
from leadbook.templating.formrules import mark, rule_of
from leadbook.templating.look import style_of
from leadbook.templating.tables import width_of, write_value

# Columns: key, label, cell, key (and gap), label, cell.
LEFT, RIGHT = 1, 4
LAST: Final = 5
WIDTHS: Final = (1.5, 19, 35, 1.5, 19, 35)
LINE: Final = 12.5
SHORT: Final = 20.0
TWO_LINES: Final = 29.0
WIDE: Final = 40.0


@dataclass
class FormDraft(Draft):
    """A form while it is built: also where each input cell stands, and who may be chosen as its owner."""

    reps: tuple[str, ...] = ()
    places: dict[str, tuple[str, int, int]] = field(default_factory=dict)  # key: sheet, row, column

    @property
    def form(self) -> FormLook:
        return FormLook(self.look)


class Page:
    """Writes groups downwards on one sheet."""

    def __init__(self, draft: FormDraft, sheet: str, row: int, stretch: float = 1.0) -> None:
        self.draft, self.name, self.sheet, self.row = draft, sheet, draft.sheets[sheet], row
        self.stretch = stretch
        for column, width in enumerate(WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.hide_gridlines(2)

    def band(self, text: str, number: int, left: int = LEFT, right: int = LAST, row: int | None = None) -> None:
        """A heading over some columns; without ``row`` on the next line."""
        at = self.row if row is None else row
        for column in range(left, right + 1):
            self.sheet.write_blank(at, column, None, self.draft.form.band(number))
        self.sheet.write_string(at, left, text, self.draft.form.band(number))
        if row is None:
            self.sheet.set_row(at, 20)
            self.row += 1

    def group(self, slots: Sequence[Slot]) -> None:
        """All cells of a group, two in a line, short ones first; a sentence left over gets the whole line."""
        for kind in (False, True):
            some = [slot for slot in slots if slot.wide is kind]
            for n in range(0, len(some), 2):
                self._line(some[n], some[n + 1] if n + 1 < len(some) else None)

    def column(self, slots: Sequence[Slot], left: int, row: int) -> None:
        """Cells below each other in one half of the page."""
        for down, slot in enumerate(slots):
            self.field(slot, row + down, left)

    def _line(self, first: Slot, second: Slot | None) -> None:
        pair = [slot for slot in (first, second) if slot is not None]
        self.sheet.set_row(self.row, max(self.height(slot) for slot in pair))
        alone = second is None and first.wide
        self.field(first, self.row, LEFT, LAST if alone else None)
        if second is not None:
            self.field(second, self.row, RIGHT)
        self.row += 1

    def height(self, slot: Slot) -> float:
        """Room for the label, and for some lines of text where people write sentences."""
        lines = lines_of(slot.label(self.draft), WIDTHS[LEFT])
        room = WIDE if slot.wide else TWO_LINES if slot.field.wrap and not slot.part else SHORT
        return max(room, LINE * lines + 4) * self.stretch

    def field(self, slot: Slot, row: int, left: int, right: int | None = None) -> None:
        """Key, label and input cell of one slot, with name, validation and colours."""
        draft, column = self.draft, left + 1
        self.sheet.write_string(row, left - 1, slot.key, draft.form.key)
        self.sheet.write_string(row, left, slot.label(draft), draft.form.label)
        look = draft.form.field(_style(slot))
        if right is not None and right > column:
            self.sheet.merge_range(row, column, row, right, "", look)
        value = draft.reps[0] if slot.key == "owner" and draft.reps else None
        write_value(self.sheet, row, column, value, look)
        area = draft.address(self.name, row, column, row, column)
        for key in filter(None, (slot.key, ALIASES.get(slot.key))):
            draft.workbook.define_name(NAME + key, area)
            draft.places[key] = (self.name, row, column)
        self._check(slot, row, column, right)
        mark(draft, self.sheet, slot, row, left, (column, right or column))

    def _check(self, slot: Slot, row: int, column: int, right: int | None) -> None:
        rule = rule_of(self.draft, slot)
        if slot.field.references == "team.rep" and not self.draft.reps:
            rule = {"validate": "any"} | {k: v for k, v in rule.items() if k.startswith("input_")}
        if rule["validate"] != "any" or "input_message" in rule:
            self.sheet.data_validation(row, column, row, right or column, rule)


def _style(slot: Slot) -> str:
    if slot.amount:
        return "amount"
    if slot.part:
        return "text"
    style = style_of(slot.field)
    return "text" if style in ("wrap", "number") else style


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a cell of this width."""
    lines, used = 1, 0
    for word in text.split(" ") if width_of(text) < 2 * len(text) else list(text):
        size = width_of(word)
        if used and used + 1 + size > width:
            lines, used = lines + 1, 0
        used += size + (1 if used and len(word) > 1 else 0)
    return lines


def print_setup(draft: Draft, sheet: Any, bottom: int, *, portrait: bool = True, right: int = LAST) -> None:
    """A4, one page, small margins, page number at the foot."""
    if portrait:
        sheet.set_portrait()
    else:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.print_area(0, 0, bottom, right)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.set_margins(0.4, 0.4, 0.45, 0.55)
    sheet.set_footer("&L&8&F&R&8" + draft.text("template.footer", page="&P", pages="&N"))
