"""Conditional formats: red and amber cells, tiers, and the state of planned steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadbook.templating.draft import BODY_ROW, KEY_ROW, LAST_ROW, Draft, cell
from leadbook.templating.lists import required_by_answer, required_by_type
from leadbook.templating.look import PAPER, RAMP

_MOVES: Final[Mapping[str, Mapping[str, Any]]] = {
    "up": {"bold": True, "font_color": "#0B6B3A"},
    "down": {"bold": True, "font_color": "#9C2A10"},
    "new": {"italic": True},
    "same": {"font_color": "#7B8794"},
}
_SEVERITIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "error": {"bold": True, "font_color": "#B3261E"},
    "warning": {"font_color": "#8A5A00"},
    "hint": {"italic": True, "font_color": "#66737F"},
}
_ESCAPED: Final = 'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({0},"~","~~"),"*","~*"),"?","~?")'
_FAULTY: Final = "ISNUMBER(MATCH({0},LB_IssueKeys,0))"
_NEEDED: Final = (
    'IFERROR(INDEX(LB_Required,MATCH(IF({0}="","-",{0}),LB_RequiredTypes,0),'
    "MATCH({1},LB_RequiredFields,0)),0)"
)


def issue_formula(draft: Draft, column: int) -> str:
    """True for a Leads cell of body row 6 whose ``row key|field key`` stands in LB_Issues."""
    keys = ("lead_id", "tax_id", "company_name")
    lead, tax, name = (cell(BODY_ROW, draft.column_of("lead", key), "c") for key in keys)
    key = f'IF({lead}<>"",{lead},IF({tax}<>"",{tax},{name}))&"|"&{cell(KEY_ROW, column, "r")}'
    return f'=AND({lead}&{tax}&{name}<>"",{_FAULTY.format(_ESCAPED.format(key))})'


def interaction_formula(draft: Draft, column: int) -> str:
    """The same for Interactions; the row key is ``name@serial`` with the serial in 1/100000 days."""
    name, when = (cell(BODY_ROW, draft.column_of("interaction", k), "c") for k in ("lead_name", "at"))
    key = f'{name}&"@"&IF(ISNUMBER({when}),ROUND({when}*100000,0),{when})&"|"&{cell(KEY_ROW, column, "r")}'
    return f'=AND({name}&{when}<>"",{_FAULTY.format(_ESCAPED.format(key))})'


def required_formula(draft: Draft, column: int) -> str:
    """True for an empty Leads cell of body row 6 that this row's customer type requires (R02)."""
    name, kind = (cell(BODY_ROW, draft.column_of("lead", k), "c") for k in ("company_name", "customer_type"))
    here = cell(BODY_ROW, column, "c")
    return f'=AND({name}<>"",{here}="",{_NEEDED.format(kind, cell(KEY_ROW, column, "r"))}=1)'


def _paint(sheet: Any, columns: tuple[int, int], formula: str, look: Any, *, last: bool = False) -> None:
    sheet.conditional_format(
        BODY_ROW,
        columns[0],
        LAST_ROW,
        columns[1],
        {"type": "formula", "criteria": formula, "format": look, "stop_if_true": last},
    )


def _red(draft: Draft) -> Any:
    return draft.look.mark(bg_color="#F8CFCB", font_color="#8C1D18", border=1, border_color="#C0392B")


def mark_leads(draft: Draft) -> None:
    """Red for findings, amber for answers that are still needed, colours for the tier."""
    sheet, lead = draft.sheets["leads"], draft.catalogue.lead
    amber = draft.look.mark(bg_color="#FBE3B0")
    _paint(sheet, (0, len(lead.fields) - 1), issue_formula(draft, 0), _red(draft), last=True)
    needed = {key for keys in required_by_type(draft.catalogue).values() for key in keys}
    last_answer = max(column for column, field in enumerate(lead.fields) if field.owner == "rep")
    for column, field in enumerate(lead.fields):
        if field.key == "company_name":
            others = f"{cell(BODY_ROW, column + 1, 'c')}:{cell(BODY_ROW, last_answer, 'c')}"
            _paint(
                sheet, (column, column), f'=AND({cell(BODY_ROW, column, "c")}="",COUNTA({others})>0)', amber
            )
        elif field.key in needed:
            _paint(sheet, (column, column), required_formula(draft, column), amber)
    for cause, key in required_by_answer(draft.catalogue):
        column, given = draft.column_of("lead", key), draft.column_of("lead", cause)
        formula = f'=AND({cell(BODY_ROW, given, "c")}<>"",{cell(BODY_ROW, column, "c")}="")'
        _paint(sheet, (column, column), formula, amber)
    mark_tiers(draft, "leads", draft.column_of("lead", "tier"))


def mark_interactions(draft: Draft) -> None:
    """Red for findings about one interaction."""
    last = len(draft.catalogue.table("interaction").fields) - 1
    _paint(draft.sheets["interactions"], (0, last), interaction_formula(draft, 0), _red(draft), last=True)


def tier_looks(draft: Draft) -> dict[str, Any]:
    """Tier to format: fills from dark to light, and letters that differ too, so that grey prints work."""
    mark = draft.look.mark
    return {
        "A": mark(bg_color=RAMP[0], font_color=PAPER, bold=True),
        "B": mark(bg_color=RAMP[1], font_color=PAPER, bold=True),
        "C": mark(bg_color=RAMP[2], font_color="#10262B"),
        "D": mark(bg_color=RAMP[3], font_color="#10262B"),
        "nurture": mark(bg_color="#F4F1E6", italic=True),
        "disqualified": mark(font_color="#7B8794", italic=True, font_strikeout=True),
    }


def mark_tiers(draft: Draft, sheet: str, column: int, area: tuple[int, int] = (BODY_ROW, LAST_ROW)) -> None:
    """Colour a column of tiers."""
    here = cell(area[0], column, "c")
    for tier, look in tier_looks(draft).items():
        draft.sheets[sheet].conditional_format(
            area[0],
            column,
            area[1],
            column,
            {"type": "formula", "criteria": f'={here}="{draft.labels.choice("tier", tier)}"', "format": look},
        )


def mark_results(draft: Draft) -> None:
    """Tier colours, and a word's weight for the way a lead moved."""
    sheet = draft.sheets["results"]
    mark_tiers(draft, "results", draft.column_of("result", "tier"))
    moved = draft.column_of("result", "movement")
    for way, look in _MOVES.items():
        formula = f'={cell(BODY_ROW, moved, "c")}="{draft.labels.choice("movement", way)}"'
        _paint(sheet, (moved, moved), formula, draft.look.mark(**look))


def mark_follow_ups(draft: Draft) -> None:
    """Closed steps go grey; open steps past their day get a bold red date with a mark before it."""
    sheet, last = draft.sheets["follow_ups"], len(draft.catalogue.table("follow_up").fields) - 1
    status, due = (draft.column_of("follow_up", key) for key in ("status", "due"))
    closed = f"ISNUMBER(MATCH({cell(BODY_ROW, status, 'c')},LB_ClosedStatus,0))"
    day = cell(BODY_ROW, due, "c")
    late = draft.look.mark(
        bold=True, font_color="#B3261E", num_format=f'"{draft.text("template.overdue_mark")} "yyyy-mm-dd'
    )
    _paint(
        sheet, (0, last), f"={closed}", draft.look.mark(font_color="#9AA5B1", bg_color="#F3F4F6"), last=True
    )
    _paint(sheet, (due, due), f"=AND(ISNUMBER({day}),{day}<TODAY())", late)
    mark_tiers(draft, "follow_ups", draft.column_of("follow_up", "tier"))


def mark_lists(draft: Draft) -> None:
    """Worklists, Forecast and Relations: a line where another list, rep or company begins, and colours for the tier.

    The last line of a list that was cut, which has no number, goes grey.
    """
    for table, head in (("worklist", "list"), ("forecast", "rep"), ("relation", "lead_key")):
        known = draft.catalogue.table(table)
        sheet, last, tier = draft.sheets[known.sheet], len(known.fields) - 1, draft.column_of(table, "tier")
        here = cell(BODY_ROW, draft.column_of(table, head), "c")
        above = cell(BODY_ROW - 1, draft.column_of(table, head), "c")
        for columns in ((0, tier - 1), (tier + 1, last)):  # LibreOffice shows one rule a cell: the tier keeps its own
            _paint(sheet, columns, f"={here}<>{above}", draft.look.mark(top=1, top_color="#0F5C63"))
        mark_tiers(draft, known.sheet, tier)
    place = cell(BODY_ROW, draft.column_of("worklist", "place"), "c")
    named = cell(BODY_ROW, draft.column_of("worklist", "lead_name"), "c")
    rest = draft.look.mark(italic=True, font_color="#7B8794")
    last = len(draft.catalogue.table("worklist").fields) - 1
    _paint(draft.sheets["worklists"], (0, last), f'=AND({place}="",{named}<>"")', rest)


def mark_issues(draft: Draft) -> None:
    """Errors bold red, warnings brown, hints grey."""
    column = draft.column_of("issue", "severity")
    for severity, look in _SEVERITIES.items():
        formula = f'={cell(BODY_ROW, column, "c")}="{draft.labels.choice("severity", severity)}"'
        _paint(draft.sheets["issues"], (column, column), formula, draft.look.mark(**look))
