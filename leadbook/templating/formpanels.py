"""What a form says back: the live score, leadbook's answer, and what is to be mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadbook.templating.calc import Calc, Value, stored, text
from leadbook.templating.formpage import LAST, LEFT, RIGHT, FormDraft, Page, lines_of, print_setup
from leadbook.templating.formrules import needed_formula
from leadbook.templating.lists import required_by_answer, required_by_type
from leadbook.templating.scorecard import LiveScore, Result

SCORE_SHEET: Final = "Score"
SHOWN: Final = ("score", "total", "coverage", "quadrant", "ask_next")
ANSWER: Final = (
    "score", "likelihood", "coverage", "tier", "quadrant", "stage", "next_step", "next_step_due", "channel",
    "processed_on", "lead_key",
)  # fmt: skip
FINDINGS: Final = 20
_FINDING: Final = ("severity", "field", "cell", "message", "accepted")
_FINDING_WIDTHS: Final = (13, 18, 18, 52, 41)
_FINDING_HEIGHT: Final = 56.0  # five lines: leadbook fills the rows and cannot make them higher
_ASK_ROWS: Final = 4
_FORMATS: Final = {"coverage": "percent", "score": "int", "total": "int"}


def there(cell: str) -> str:
    """A cell of the hidden sheet of formulas, seen from another sheet."""
    return f"{SCORE_SHEET}!{cell}"


def write_strip(draft: FormDraft, sheet: Any, row: int, results: Mapping[str, Result], needed: Result) -> None:
    """One line with the live score, in sight while people type."""
    shown = {name: there(results[name].cell) for name in SHOWN}
    shown["coverage"] = f'TEXT({shown["coverage"]},"0%")'
    shown["needed"] = there(needed.cell)
    form = draft.text("form.strip")
    pieces: list[str] = []
    while form:
        head, found, rest = form.partition("{")
        name, _, form = rest.partition("}")
        pieces += [text(head)] if head else []
        pieces += [shown[name]] if found else []
    empty = draft.text("form.strip.empty")
    # Nothing that counts has been answered yet while both are what they are in an empty form.
    same = ",".join(f"{there(results[name].cell)}={results[name].empty}" for name in ("coverage", "total"))
    formula = f'=IF(AND({same}),{text(empty)},{"&".join(pieces)})'
    sheet.merge_range(row, LEFT, row, LAST, "", draft.form.strip)
    sheet.write_formula(row, LEFT, formula, draft.form.strip, empty)


def write_preliminary(page: Page, row: int, results: Mapping[str, Result]) -> int:
    """The block LB_Form.preliminary; answers the row below it."""
    draft, sheet = page.draft, page.sheet
    top = row
    for name in SHOWN:
        last = row + (_ASK_ROWS - 1 if name == "ask_next" else 0)
        look = draft.form.result(_FORMATS.get(name, "text"))
        label = draft.labels.header("result", name)
        if last > row:
            sheet.merge_range(row, RIGHT, last, RIGHT, label, draft.form.label)
            sheet.merge_range(row, RIGHT + 1, last, RIGHT + 1, "", look)
        sheet.write_string(row, RIGHT, label, draft.form.label)
        sheet.write_formula(row, RIGHT + 1, "=" + there(results[name].cell), look, stored(results[name].empty))
        row = last + 1
    draft.define("LB_Form.preliminary", page.name, top, RIGHT, top + len(SHOWN) - 1, RIGHT + 1)
    return row


def write_answer(page: Page, row: int) -> int:
    """The block LB_Form.answer, empty until leadbook has read the form; answers the row below it."""
    draft, sheet = page.draft, page.sheet
    for down, name in enumerate(ANSWER):
        own = f"form.answer.{name}"
        label = draft.text(own) if draft.labels.has(own) else draft.labels.header("result", name)
        style = {"next_step_due": "date", "processed_on": "date"}.get(name, _FORMATS.get(name, "text"))
        sheet.write_string(row + down, RIGHT, label, draft.form.label)
        sheet.write_blank(row + down, RIGHT + 1, None, draft.form.result(style))
    draft.define("LB_Form.answer", page.name, row, RIGHT, row + len(ANSWER) - 1, RIGHT + 1)
    return row + len(ANSWER)


def write_state(page: Page, row: int, processed: str) -> None:
    """Whether the form was processed, and how much is to be mended."""
    draft = page.draft
    words = draft.text("form.processed.findings", sheet=draft.sheet_name("form_findings"), count="{count}")
    head, _, tail = words.partition("{count}")
    count = "COUNTA(LB_FormIssueKeys)"
    found = "&".join([text(head), count, text(tail)] if head else [count, text(tail)])
    empty = draft.text("form.processed.empty")
    # TODAY() makes programs that calculate only what changed look at the answer when they open the form.
    blank = f'OR({processed}="",TODAY()<0)'
    formula = f'=IF({blank},{text(empty)},IF({count}=0,{text(draft.text("form.processed.none"))},{found}))'
    page.sheet.write_string(row, RIGHT, draft.text("form.processed.state"), draft.form.label)
    page.sheet.write_formula(row, RIGHT + 1, formula, draft.form.result(), empty)


def count_needed(draft: FormDraft, calc: Calc) -> Result:
    """How many required answers are still empty (R02)."""
    keys = {key for keys in required_by_type(draft.catalogue).values() for key in keys}
    keys |= {key for _, key in required_by_answer(draft.catalogue)}
    always = set(required_by_type(draft.catalogue)["-"])
    ordered = [f.key for f in draft.catalogue.lead.fields if f.key in keys]
    cells: list[tuple[str, Value]] = [
        (f"IF({needed_formula(draft, key)},1,0)", int(key in always)) for key in ordered
    ]
    column = calc.formulas("needed", cells)
    return Result(calc.put("needed", f"SUM({column})", len(always)), len(always))


def write_score(sheet: Any, live: LiveScore) -> None:
    """The grid of formulas with the values of an empty form."""
    for line in live.calc:
        if line.formula:
            sheet.write_formula(line.row, line.column, line.formula, None, stored(line.value))
        elif isinstance(line.value, str):
            sheet.write_string(line.row, line.column, line.value)
        else:
            sheet.write_number(line.row, line.column, line.value)


def write_findings(draft: FormDraft) -> None:
    """Rows for findings, and beside them the hidden keys of the fields concerned."""
    sheet = draft.sheets["form_findings"]
    sheet.hide_gridlines(2)
    for column, width in enumerate(_FINDING_WIDTHS):
        sheet.set_column(column, column, width)
    last, keys = len(_FINDING) - 1, len(_FINDING)
    sheet.set_column(keys, keys, 12, None, {"hidden": True})
    sheet.set_row(0, 30)
    sheet.merge_range(0, 0, 0, last, draft.sheet_name("form_findings"), draft.form.title)
    said = draft.text("form.findings.purpose")
    sheet.set_row(1, 13.0 * lines_of(said, sum(_FINDING_WIDTHS)) + 8)
    sheet.merge_range(1, 0, 1, last, said, draft.form.note)
    sheet.set_row(2, 34)
    for column, name in enumerate(_FINDING):
        sheet.write_string(2, column, draft.labels.header("issue", name), draft.form.header)
        for row in range(3, 3 + FINDINGS):
            sheet.write_blank(row, column, None, draft.form.finding)
    for row in range(3, 3 + FINDINGS):
        sheet.set_row(row, _FINDING_HEIGHT)
    draft.define("LB_Form.findings", "form_findings", 3, 0, 2 + FINDINGS, last)
    draft.define("LB_FormIssueKeys", "form_findings", 3, keys, 2 + FINDINGS, keys)
    sheet.freeze_panes(3, 0)
    print_setup(draft, sheet, 2 + FINDINGS, right=last)
