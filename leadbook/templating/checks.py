"""Drop-downs, limits and input messages of the columns that people fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from leadbook.model.catalogue import Field
from leadbook.templating.draft import BODY_ROW, LAST_ROW, Draft, cell

MAX_TITLE: Final = 32
MAX_MESSAGE: Final = 255
_Rule = dict[str, Any]

# Only the filled head of a range whose tail is blank, so that the drop-down carries no blank lines.
_HEAD: Final = "=OFFSET({0},0,0,MAX(1,COUNTA({0})),1)"
_TO_LAST: Final = (
    '=OFFSET({0},0,0,MAX(1,SUMPRODUCT(MAX(({0}<>"")*ROW({0})))-5),1)'  # 5 rows stand above the body
)
_REFERENCES: Final = {
    "team.rep": (_HEAD.format("LB_Reps"), "template.warn.rep"),
    "policy.product": (_HEAD.format("LB_Products"), "template.warn.product"),
}


def stop_rule(draft: Draft, message: str) -> _Rule:
    """A stop with this message."""
    return {
        "error_type": "stop",
        "error_title": draft.text("template.stop.title")[:MAX_TITLE],
        "error_message": message[:MAX_MESSAGE],
    }


def warn_rule(draft: Draft, key: str, kind: str = "warning") -> _Rule:
    """A warning or information with the text of a label."""
    return {
        "error_type": kind,
        "error_title": draft.text("template.warn.title")[:MAX_TITLE],
        "error_message": draft.text(key)[:MAX_MESSAGE],
    }


def _list(draft: Draft, field: Field, _: int) -> _Rule:
    rule = {"validate": "list", "source": f"=LB_List.{field.list}"}
    if field.kind != "choice":  # the industry field also understands "level one - level two"
        return rule | warn_rule(draft, "template.warn.own_words", "information")
    return rule | stop_rule(draft, draft.text("template.stop.choice"))


def _whole(draft: Draft, field: Field, _: int) -> _Rule:
    if field.minimum is None:
        return {"validate": "any"}
    low = int(field.minimum)
    if field.maximum is None:
        text = draft.text("template.stop.whole_from", minimum=low)
        return {"validate": "integer", "criteria": ">=", "value": low} | stop_rule(draft, text)
    high = int(field.maximum)
    text = draft.text("template.stop.whole", minimum=low, maximum=high)
    return {"validate": "integer", "criteria": "between", "minimum": low, "maximum": high} | stop_rule(
        draft, text
    )


def _date(draft: Draft, field: Field, _: int) -> _Rule:
    # A warning only: a month or a year written as text must stay possible (F09, F17).
    if field.past:
        limit = "=TODAY()" if field.kind == "date" else "=TODAY()+1"
        return {"validate": "date", "criteria": "<=", "value": limit} | warn_rule(draft, "template.warn.past")
    return {"validate": "date", "criteria": ">=", "value": "=DATE(1950,1,1)"} | warn_rule(
        draft, "template.warn.date"
    )


def _dependent(draft: Draft, field: Field, left: int) -> _Rule:
    table = draft.catalogue.table(field.table)
    upper = cell(BODY_ROW, left + table.keys().index(str(field.depends_on)), "c")
    source = f'=INDIRECT("LB_Detail."&INDEX(LB_IndustryCodes,MATCH({upper},LB_IndustryLabels,0)))'
    return {"validate": "list", "source": source} | warn_rule(draft, "template.warn.own_words", "information")


def _anything(_draft: Draft, _field: Field, _left: int) -> _Rule:
    return {"validate": "any"}


_BY_WIDGET: Final[dict[str, Callable[[Draft, Field, int], _Rule]]] = {
    "list": _list,
    "whole": _whole,
    "date": _date,
    "datetime": _date,
    "dependent_list": _dependent,
}


def rule_for(draft: Draft, field: Field, left: int = 0) -> _Rule:
    """The XlsxWriter validation of one column of a table whose first column is ``left`` (from 0)."""
    if field.role == "lead_name":
        rule: _Rule = {"validate": "list", "source": _TO_LAST.format("LB_LeadNames")}
        rule |= warn_rule(draft, "template.warn.lead")
    elif field.references in _REFERENCES and field.kind == "text":
        source, key = _REFERENCES[field.references]
        rule = {"validate": "list", "source": source} | warn_rule(draft, key)
    else:
        rule = _BY_WIDGET.get(field.widget, _anything)(draft, field, left)
    hint = f"{field.table}.{field.key}.help"
    if draft.labels.has(hint):
        rule["input_title"] = draft.labels.header(field.table, field.key)[:MAX_TITLE]
        rule["input_message"] = draft.text(hint)[:MAX_MESSAGE]
    return rule


def write_checks(draft: Draft, sheet: Any, fields: tuple[Field, ...], left: int = 0) -> None:
    """One validation for each column that people fill, down to row 10005."""
    for column, field in enumerate(fields, left):
        if field.owner == "rep":
            rule = rule_for(draft, field, left)
            if rule["validate"] != "any" or "input_message" in rule:
                sheet.data_validation(BODY_ROW, column, LAST_ROW, column, rule)
