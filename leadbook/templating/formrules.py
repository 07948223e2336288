"""Drop-downs, limits, filling rules and colours of a form's input cells."""

from __future__ import annotations

from typing import Any

from leadbook.model.structured import LARGEST
from leadbook.templating.checks import MAX_MESSAGE, MAX_TITLE, rule_for, stop_rule, warn_rule
from leadbook.templating.draft import Draft
from leadbook.templating.formcells import NAME, Slot
from leadbook.templating.lists import required_by_answer, required_by_type

_ISSUES = 'ISNUMBER(MATCH("{0}",LB_FormIssueKeys,0))'
_REQUIRED = (
    'IFERROR(INDEX(LB_Required,MATCH(IF({type}="","-",{type}),LB_RequiredTypes,0),'
    'MATCH("{key}",LB_RequiredFields,0)),0)=1'
)
_DETAIL = '=INDIRECT("LB_Detail."&INDEX(LB_IndustryCodes,MATCH({0},LB_IndustryLabels,0)))'


def rule_of(draft: Draft, slot: Slot) -> dict[str, Any]:
    """The validation of one input cell, with the filling rule as its input message."""
    field = slot.field
    if slot.amount:
        rule: dict[str, Any] = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": LARGEST}
        rule |= stop_rule(draft, draft.text("template.stop.amount"))
    elif slot.part and slot.list:
        rule = {"validate": "list", "source": f"=LB_List.{slot.list}"}
        rule |= stop_rule(draft, draft.text("template.stop.choice"))
    elif field.widget == "dependent_list":
        rule = {"validate": "list", "source": _DETAIL.format(NAME + str(field.depends_on))}
        rule |= warn_rule(draft, "template.warn.own_words", "information")
    else:
        rule = rule_for(draft, field)
    rule = {k: v for k, v in rule.items() if not k.startswith("input_")}
    said = slot.help(draft)
    if said:
        rule |= {"input_title": slot.label(draft)[:MAX_TITLE], "input_message": said[:MAX_MESSAGE]}
    return rule


def needed_formula(draft: Draft, key: str) -> str | None:
    """True when the field is still needed (R02); without ``=``; ``None`` when no customer type needs it."""
    tests = []
    if any(key in keys for keys in required_by_type(draft.catalogue).values()):
        tests.append(_REQUIRED.format(type=f"{NAME}customer_type", key=key))
    tests += [f'{NAME}{cause}<>""' for cause, wanted in required_by_answer(draft.catalogue) if wanted == key]
    if not tests:
        return None
    return f'AND({NAME}{key}="",OR({",".join(tests)}))'


def mark(draft: Draft, sheet: Any, slot: Slot, row: int, label: int, cell: tuple[int, int]) -> None:
    """Red for a finding, amber and an asterisk at the label while the answer is needed."""
    key = slot.field.key
    red = draft.look.mark(bg_color="#F8CFCB", font_color="#8C1D18", border=1, border_color="#C0392B")
    _paint(sheet, row, cell[0], cell[1], "=" + _ISSUES.format(key), red, last=True)
    formula = None if slot.part else needed_formula(draft, key)
    if formula is not None:
        _paint(sheet, row, cell[0], cell[1], "=" + formula, draft.look.mark(bg_color="#FBE3B0"))
        _paint(sheet, row, label, label, "=" + formula, draft.look.mark(bold=True, num_format='@" *"'))


def _paint(sheet: Any, row: int, left: int, right: int, formula: str, look: Any, *, last: bool = False) -> None:
    options = {"type": "formula", "criteria": formula, "format": look, "stop_if_true": last}
    sheet.conditional_format(row, left, row, right, options)
