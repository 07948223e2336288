"""The book: eighteen sheets in one language, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.templating.button import project_of, write_button, write_status
from leadbook.templating.dashboard import write_dashboard
from leadbook.templating.draft import BODY_ROW, LAST_ISSUE_ROW, LAST_ROW, SHEETS, Draft
from leadbook.templating.guide import write_guide
from leadbook.templating.lists import write_lists
from leadbook.templating.look import FONT_SIZE, TABS, Look, font_of
from leadbook.templating.marks import (
    mark_follow_ups,
    mark_interactions,
    mark_issues,
    mark_leads,
    mark_lists,
    mark_results,
)
from leadbook.templating.matrix import write_matrix
from leadbook.templating.tables import Row, dress_sheet, place_table, tab_colour

TEMPLATE_VERSION: Final = "2"
CREATED: Final = datetime(2026, 1, 1)
REPS: Final = 200
_PAIRS: Final = {"history": "week", "policy": "setting", "collected": "change"}
_ONE_TO_A_SHEET: Final = (
    "lead",
    "interaction",
    "result",
    "follow_up",
    "worklist",
    "forecast",
    "relation",
    "done",
    "issue",
    "history",
    "team",
    "policy",
    "run",
    "collected",
)


def _open(target: io.BytesIO, labels: Labels, fingerprint: str) -> Any:
    import xlsxwriter

    font = {"font_name": font_of(labels.language), "font_size": FONT_SIZE}
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "default_format_properties": font})
    workbook.set_properties({"title": "leadbook", "created": CREATED, "author": "leadbook"})
    workbook.set_custom_property("leadbook.language", labels.language, "text")
    workbook.set_custom_property("leadbook.template", TEMPLATE_VERSION, "text")
    workbook.set_custom_property("leadbook.policy", fingerprint, "text")
    workbook.set_size(26000, 15000)
    return workbook


def _tables(draft: Draft, rows: Mapping[str, Sequence[Row]]) -> None:
    for key in _ONE_TO_A_SHEET:
        placed = [place_table(draft, key, rows.get(key, ()))]
        if key in _PAIRS:
            left = placed[0].right + 2
            draft.sheets[placed[0].sheet].set_column(left - 1, left - 1, 3)
            placed.append(place_table(draft, _PAIRS[key], rows.get(_PAIRS[key], ()), left))
        dress_sheet(draft, placed)
        draft.sheets[placed[0].sheet].set_tab_color(TABS[tab_colour(placed)])


def _names(draft: Draft) -> None:
    issue, rep, lead = (
        draft.column_of(*place)
        for place in (("issue", "issue_key"), ("team", "rep"), ("lead", "company_name"))
    )
    draft.define("LB_IssueKeys", "issues", BODY_ROW, issue, LAST_ISSUE_ROW, issue)
    draft.define("LB_Reps", "team", BODY_ROW, rep, BODY_ROW + REPS - 1, rep)
    draft.define("LB_LeadNames", "leads", BODY_ROW, lead, LAST_ROW, lead)


def _products(policy_rows: Sequence[Row], labels: Labels) -> list[str]:
    section = labels.choice("policy_section", "product")
    rows = (row for row in policy_rows if row.get("section") in (section, "product"))
    return list(dict.fromkeys(str(row.get("name") or row["id"]) for row in rows))


def build_book(
    labels: Labels,
    catalogue: Catalogue,
    policy_rows: Sequence[Row],
    setting_rows: Sequence[Row],
    content: Mapping[str, Sequence[Row]] | None = None,
    *,
    fingerprint: str = "",
    macros: Mapping[str, str] | None = None,
) -> bytes:
    """The book template as an .xlsx package, with ``macros`` as .xlsm; same arguments, same bytes.

    ``policy_rows`` and ``setting_rows`` fill LB_Policy and LB_Settings; ``content`` maps a table's key to
    rows (field key to text, number, date, datetime or ``None``); ``fingerprint`` is the policy's.
    ``macros`` maps VBA module name to text; one of them holds the Sub that the buttons call.
    Source: DESIGN §4, requirements Q05, R02, R11, R21, U04.
    """
    target = io.BytesIO()
    workbook = _open(target, labels, fingerprint)
    draft = Draft(workbook, labels, catalogue, Look(workbook, labels.language), macros=macros is not None)
    for sheet in SHEETS:
        draft.sheets[sheet] = workbook.add_worksheet(draft.sheet_name(sheet))
    _tables(draft, {"policy": policy_rows, "setting": setting_rows, **(content or {})})
    for sheet, write in (("matrix", write_matrix), ("dashboard", write_dashboard)):
        write(draft)
        draft.sheets[sheet].set_tab_color(TABS["leadbook"])
    write_guide(draft, policy_rows)
    draft.sheets["guide"].set_tab_color(TABS["leadbook"])
    write_lists(draft, _products(policy_rows, labels))
    _names(draft)
    write_status(draft)
    if macros is not None:
        write_button(draft, project_of(macros))
    for mark in (mark_leads, mark_interactions, mark_results, mark_follow_ups, mark_lists, mark_issues):
        mark(draft)
    draft.sheets["lists"].very_hidden()
    draft.sheets["leads"].activate()
    workbook.close()
    return target.getvalue()
