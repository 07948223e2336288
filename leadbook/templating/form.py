"""The form: one customer on paper and on screen, in one language, with a live score; the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.policy import Policy
from leadbook.model.questions import askable, bank, origin, question_for
from leadbook.templating.draft import cell
from leadbook.templating.formcells import MAIN_SECTIONS, Slot, sections, slots
from leadbook.templating.formdays import DAYS_SHEET, write_days
from leadbook.templating.formguide import BLANKS, write_questions
from leadbook.templating.formpage import (
    LEFT,
    LINE,
    RIGHT,
    SHORT,
    TWO_LINES,
    WIDTHS,
    FormDraft,
    Page,
    lines_of,
    print_setup,
)
from leadbook.templating.formpanels import (
    ANSWER,
    SCORE_SHEET,
    count_needed,
    write_answer,
    write_findings,
    write_preliminary,
    write_score,
    write_state,
    write_strip,
)
from leadbook.templating.formtable import write_interactions
from leadbook.templating.lists import write_form_lists
from leadbook.templating.look import FONT_SIZE, TABS, Look, font_of
from leadbook.templating.scorecard import Asked, LiveScore, Result, compile_policy

FORM_VERSION: Final = "1"
CREATED: Final = datetime(2026, 1, 1)
_DAY: Final = CREATED.date()
KEYS_SHEET: Final = "Keys"
_SHEETS: Final = ("form", "form_more", "interactions", "form_questions", "form_findings", "lists")
_NOTE_ROWS: Final = 3
_BOLD: Final = 5  # columns that bold letters and the indent take of a cell
_WHOLE: Final = 106  # width of a line over all columns


def questions_of(policy: Policy, labels: Labels) -> dict[str, Asked]:
    """What to ask for each thing that the policy's factors read."""
    factors = policy.factors()
    ask = askable(factors)
    return {
        f.reads: Asked(question_for(origin(f.reads), labels) if can else "", origin(f.reads) if can else None)
        for f, can in zip(factors, ask, strict=True)
    }


def build_form(
    labels: Labels,
    catalogue: Catalogue,
    policy: Policy,
    *,
    rep: str = "",
    reps: Iterable[str] = (),
    today: date = _DAY,
) -> bytes:
    """The form as an .xlsx package; same arguments, same bytes.

    ``policy`` gives the points of the live score and the products; ``rep`` is filled in as owner; ``reps`` are
    offered as owners. ``today`` is the day that the stored values belong to (a program that calculates shows
    its own day) and the middle of the years whose holidays the form knows. Source: DESIGN §4, F01–F24, R02, Q01–Q04.
    """
    target = io.BytesIO()
    workbook = _open(target, labels, policy, rep)
    names = tuple(dict.fromkeys(name for name in (rep, *reps) if name))
    draft = FormDraft(workbook, labels, catalogue, Look(workbook, labels.language), reps=names)
    for sheet in _SHEETS:
        draft.sheets[sheet] = workbook.add_worksheet(draft.sheet_name(sheet))
    hidden = {name: workbook.add_worksheet(name) for name in (KEYS_SHEET, SCORE_SHEET, DAYS_SHEET)}
    serial = (today - date(1899, 12, 30)).days
    live = compile_policy(policy, catalogue, labels, questions_of(policy, labels), float(serial))
    needed = count_needed(draft, live.calc)
    _main_page(draft, live, needed, today)
    _more_page(draft)
    write_interactions(draft)
    write_questions(draft)
    write_findings(draft)
    write_form_lists(draft, list(policy.products().values()), names)
    write_days(workbook, hidden[DAYS_SHEET], today.year)
    write_score(hidden[SCORE_SHEET], live)
    _keys(draft, hidden[KEYS_SHEET])
    for sheet in (draft.sheets["lists"], *hidden.values()):
        sheet.very_hidden()
    for name, sheet in draft.sheets.items():
        sheet.set_tab_color(TABS["leadbook" if name == "form_findings" else "rep"])
    draft.sheets["form"].activate()
    workbook.close()
    return target.getvalue()


def _open(target: io.BytesIO, labels: Labels, policy: Policy, rep: str) -> Any:
    import xlsxwriter

    font = {"font_name": font_of(labels.language), "font_size": FONT_SIZE}
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "default_format_properties": font})
    workbook.set_properties({"title": labels.text("form.title"), "created": CREATED, "author": "leadbook"})
    properties = {"kind": "form", "language": labels.language, "template": FORM_VERSION}
    for name, value in {**properties, "policy": policy.fingerprint, "rep": rep}.items():
        workbook.set_custom_property(f"leadbook.{name}", value, "text")
    workbook.set_size(22000, 15000)
    return workbook


def _by_section(draft: FormDraft) -> Mapping[str, list[Slot]]:
    found: dict[str, list[Slot]] = {section: [] for section in sections(draft.catalogue)}
    for slot in slots(draft.catalogue):
        found[slot.section].append(slot)
    return found


def _main_page(draft: FormDraft, live: LiveScore, needed: Result, today: date) -> None:
    page = Page(draft, "form", 4)
    _head(page, live, needed, today)
    groups = _by_section(draft)
    for number, section in enumerate(MAIN_SECTIONS[:-1]):
        page.band(f"{number + 1}   {draft.text(f'section.{section}')}", number)
        page.group(groups[section])
    plan, number = MAIN_SECTIONS[-1], len(MAIN_SECTIONS) - 1
    top = page.row
    page.band(f"{number + 1}   {draft.text(f'section.{plan}')}", number, LEFT, LEFT + 1, top)
    page.column(groups[plan], LEFT, top + 1)
    page.band(draft.text("form.preliminary"), 4, RIGHT, RIGHT + 1, top)
    row = write_preliminary(page, top + 1, live.results)
    page.band(draft.text("form.processed"), 5, RIGHT, RIGHT + 1, row)
    bottom = write_answer(page, row + 2)
    write_state(page, row + 1, cell(row + 2 + ANSWER.index("processed_on"), RIGHT + 1, "rc"))
    note = top + 2 + len(groups[plan])
    last = max(note + _NOTE_ROWS, bottom) - 1
    for line in range(top, last + 1):
        page.sheet.set_row(line, SHORT)
    page.sheet.set_row(row + 1, TWO_LINES)  # how much is to be mended
    for name, height in _heights(draft).items():
        page.sheet.set_row(row + 2 + ANSWER.index(name), height)
    said = draft.text("form.preliminary.note")
    page.sheet.merge_range(note, LEFT, note + _NOTE_ROWS - 1, LEFT + 1, said, draft.form.note)
    page.sheet.freeze_panes(2, 0)
    print_setup(draft, page.sheet, last)


def _heights(draft: FormDraft) -> dict[str, float]:
    """Room for the longest texts that leadbook may write, which cannot make a row higher: what the score means, and
    a step that asks a question."""
    blanks = {name: draft.text(f"guide.fill.{name}") for name in BLANKS}
    asked = (draft.text(f"question.{question['id']}", **blanks) for question in bank())
    longest = {
        "likelihood": [draft.text("result_text.likelihood_note", score="5")],
        "next_step": [draft.text("plan.purpose.ask", question=text) for text in asked],
    }
    lines = {name: max(lines_of(t, WIDTHS[RIGHT + 1] - _BOLD) for t in texts) for name, texts in longest.items()}
    return {name: max(TWO_LINES, (LINE + 1) * count + 6) for name, count in lines.items()}


def _head(page: Page, live: LiveScore, needed: Result, today: date) -> None:
    draft, sheet = page.draft, page.sheet
    sheet.set_row(0, 30)
    sheet.merge_range(0, LEFT, 0, RIGHT + 1, draft.text("form.title"), draft.form.title)
    sheet.set_row(1, 22)
    write_strip(draft, sheet, 1, live.results, needed)
    said = draft.text("form.purpose")
    legend = draft.text("form.legend", sheet=draft.sheet_name("form_findings"))
    sheet.set_row(2, 12.5 * (lines_of(said, _WHOLE) + lines_of(legend, _WHOLE)) + 6)
    sheet.merge_range(2, LEFT, 2, RIGHT + 1, f"{said}\n{legend}", draft.form.note)
    sheet.set_row(3, SHORT)
    sheet.write_string(3, LEFT, draft.text("form.rep"), draft.form.label)
    sheet.write_string(3, LEFT + 1, draft.reps[0] if draft.reps else "", draft.form.field("text"))
    draft.define("LB_Form.rep", "form", 3, LEFT + 1, 3, LEFT + 1)
    sheet.write_string(3, RIGHT, draft.text("form.as_of"), draft.form.label)
    serial = (today - date(1899, 12, 30)).days
    sheet.write_formula(3, RIGHT + 1, "=TODAY()", draft.form.field("date"), serial)
    draft.define("LB_Form.as_of", "form", 3, RIGHT + 1, 3, RIGHT + 1)
    message = {"input_title": draft.text("form.as_of")[:32], "input_message": draft.text("form.as_of.help")[:255]}
    sheet.data_validation(3, RIGHT + 1, 3, RIGHT + 1, {"validate": "any", **message})


def _more_page(draft: FormDraft) -> None:
    page = Page(draft, "form_more", 2, stretch=1.6)
    sheet = page.sheet
    sheet.set_row(0, 30)
    sheet.merge_range(0, LEFT, 0, RIGHT + 1, draft.sheet_name("form_more"), draft.form.title)
    said = draft.text("form.more.purpose")
    sheet.set_row(1, 12.5 * lines_of(said, _WHOLE) + 8)
    sheet.merge_range(1, LEFT, 1, RIGHT + 1, said, draft.form.note)
    for number, (section, group) in enumerate(_by_section(draft).items()):
        if section not in MAIN_SECTIONS:
            page.band(f"{number + 1}   {draft.text(f'section.{section}')}", number)
            page.group(group)
    sheet.freeze_panes(1, 0)
    print_setup(draft, sheet, page.row - 1)


def _keys(draft: FormDraft, sheet: Any) -> None:
    """Key, sheet and address of every input cell, for forms that lost their names in another program."""
    for row, (key, (name, down, across)) in enumerate(draft.places.items()):
        sheet.write_row(row, 0, [key, draft.sheet_name(name), cell(down, across)])
