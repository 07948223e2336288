"""The Guide sheet: the four questions of Q05, tips for talking (R21, U04), and how to use the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

from leadbook.model.call_note import call_note
from leadbook.model.codes import ANUM
from leadbook.templating.draft import Draft
from leadbook.templating.tables import set_footer, width_of

TIERS: Final = 5
STEPS: Final = 5
_NOT_ASKED: Final = frozenset({"any_field"})  # a frame for any missing answer, not a question of the bank
_WIDTH, _LINE = 104, 16.0


class _Page:
    """Writes downwards; column B is wide, C to F carry figures."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.sheet, self.row = draft, draft.sheets["guide"], 3

    def heading(self, key: str) -> None:
        self.row += 1
        self.sheet.set_row(self.row, 24)
        for column in range(1, 6):
            self.sheet.write_blank(self.row, column, None, self.draft.look.heading)
        self.sheet.write_string(self.row, 1, self.draft.text(key), self.draft.look.heading)
        self.sheet.set_row(self.row + 1, 6)
        self.row += 2

    def fit(self, text: str) -> None:
        # LibreOffice does not fit row heights when it opens a file, so the height is written.
        lines = max(1, ceil(width_of(text) / (_WIDTH + 2)))
        self.sheet.set_row(self.row, _LINE * lines + 1)

    def line(self, text: str, mark: str = "", strong: bool = False) -> None:
        look = self.draft.look
        if mark:
            self.sheet.write_string(self.row, 0, mark, look.make(align="right", bold=True))
        if strong:
            self.row += 1
        self.fit(text)
        self.sheet.write_string(self.row, 1, text, look.strong if strong else look.prose)
        self.row += 1

    def pair(self, left: str, right: str) -> None:
        """Two texts in one cell: a bold word, then its explanation."""
        look = self.draft.look
        self.fit(f"{left}  {right}")
        self.sheet.write_rich_string(
            self.row, 1, look.make(bold=True), left, look.make(), "  " + right, look.prose
        )
        self.row += 1

    def block(self, name: str, headers: Sequence[str], firsts: Sequence[str], width: int) -> None:
        """A fixed block with its name; ``firsts`` are the texts that already stand in its first column."""
        look = self.draft.look
        for across, header in enumerate(headers, 1):
            self.sheet.write_string(self.row, across, header, look.make(bold=True, text_wrap=True, bottom=1))
        top = self.row + 1
        for down, first in enumerate(firsts):
            self.sheet.write_string(top + down, 1, first, look.body("text"))
            for across in range(1, width):
                self.sheet.write_blank(top + down, 1 + across, None, look.body("int"))
        self.draft.define(name, "guide", top, 1, top + len(firsts) - 1, width)
        self.row = top + len(firsts) + 1


def _qualified(page: _Page, draft: Draft) -> None:
    page.heading("guide.qualified.title")
    page.line(draft.text("guide.qualified.intro"))
    for stage in draft.catalogue.choices["stage"]:
        page.pair(draft.labels.choice("stage", stage), draft.text(f"guide.stage.{stage}"))
    page.line(draft.text("guide.anum.title"), strong=True)
    for number, criterion in enumerate(ANUM, 1):
        page.line(draft.text(f"guide.anum.{criterion}"), f"{number}.")
    page.line(draft.text("guide.high_value"))


def _questions(page: _Page, draft: Draft) -> None:
    page.heading("guide.questions.title")
    page.line(draft.text("guide.questions.intro"))
    blanks = {name: draft.text(f"guide.fill.{name}") for name in ("business_area", "situation")}
    group, number = "", 0
    for key in draft.labels.texts:
        name = key.removeprefix("question.")
        if name == key or name in _NOT_ASKED:
            continue
        if name.split("_")[0] != group:
            group = name.split("_")[0]
            page.line(_group_title(draft, group), strong=True)
        number += 1
        page.line(draft.text(key, **blanks), f"{number}.")


def _group_title(draft: Draft, group: str) -> str:
    titles = {"opening": "guide.questions.start", "star": "guide.questions.star"}
    return draft.text(titles.get(group, f"choice.criterion.{group}"))


def _reads(policy_rows: Sequence[Mapping[str, object]], draft: Draft, criterion: str) -> list[str]:
    label = draft.labels.choice("criterion", criterion)
    factor = draft.labels.choice("policy_section", "factor")
    mine = [row for row in policy_rows if row.get("criterion") in (label, criterion)]
    read = (row["reads"] for row in mine if row.get("section") in (factor, "factor") and row.get("reads"))
    return list(dict.fromkeys(map(str, read)))


def _traits(page: _Page, draft: Draft, policy_rows: Sequence[Mapping[str, object]]) -> None:
    page.heading("guide.traits.title")
    page.line(draft.text("guide.traits.intro"))
    for criterion in draft.catalogue.choices["criterion"]:
        page.pair(draft.labels.choice("criterion", criterion), draft.text(f"guide.criterion.{criterion}"))
        fields = _reads(policy_rows, draft, criterion)
        if fields:
            text = f"{draft.text('guide.traits.fields')}: " + " · ".join(fields)
            page.fit(text)
            page.sheet.write_string(
                page.row, 1, text, draft.look.make(text_wrap=True, indent=1, font_color="#66737F")
            )
            page.row += 1


def _scoring(page: _Page, draft: Draft) -> None:
    page.heading("guide.scoring.title")
    for key in ("sum", "unknown", "scale", "gates"):
        page.line(draft.text(f"guide.scoring.{key}"))
    page.row += 1
    look = draft.look
    page.sheet.write_string(page.row, 1, draft.text("guide.scoring.stamp"), look.strong)
    page.sheet.write_blank(page.row, 2, None, look.body("date"))
    page.sheet.write_blank(page.row, 3, None, look.body("text"))
    draft.define("LB_Guide.stamp", "guide", page.row, 2, page.row, 3)
    page.row += 2
    words = [
        draft.text(f"guide.{key}")
        for key in ("traits.criterion", "scoring.lowest", "scoring.highest", "scoring.factors")
    ]
    criteria = [draft.labels.choice("criterion", code) for code in draft.catalogue.choices["criterion"]]
    page.block("LB_Guide.criteria", words, criteria, 4)
    words = [draft.text("guide.scoring.tier"), draft.text("guide.scoring.from")]
    page.block(
        "LB_Guide.tiers",
        words,
        [draft.labels.choice("tier", t) for t in draft.catalogue.choices["tier"][:TIERS]],
        2,
    )


def _practice(page: _Page, draft: Draft) -> None:
    page.heading("guide.risk.title")
    for risk in draft.catalogue.choices["risk_class"]:
        page.pair(draft.labels.choice("risk_class", risk), draft.text(f"guide.risk.{risk}"))
    page.heading("guide.tips.title")
    for number, key in enumerate(sorted(k for k in draft.labels.texts if k.startswith("tip.")), 1):
        page.line(draft.text(key), f"{number}.")
    page.line(draft.text("guide.note.title"), strong=True)
    page.line(draft.text("guide.note.intro"))
    for number, line in enumerate(call_note(draft.labels, {}), 1):
        page.line(line, f"{number}.")


def _use(page: _Page, draft: Draft) -> None:
    page.heading("guide.use.title")
    for number in range(1, STEPS + 1):
        page.line(draft.text(f"guide.use.{number}"), f"{number}.")
    page.line(draft.text("guide.refresh.title"), strong=True)
    for key in ("what", "undo", "command"):
        page.line(draft.text(f"guide.refresh.{key}"))
    page.sheet.write_blank(page.row, 1, None, draft.look.body("text"))
    draft.define("LB_Macro.command", "guide", page.row, 1, page.row, 1)
    page.row += 1


def write_guide(draft: Draft, policy_rows: Sequence[Mapping[str, object]]) -> None:
    """All sections; the policy's factors tell which answers each criterion reads."""
    sheet = draft.sheets["guide"]
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 4)
    sheet.set_column(1, 1, _WIDTH)
    sheet.set_column(2, 5, 15)
    sheet.set_row(0, 30)
    sheet.write_string(0, 1, draft.sheet_name("guide"), draft.look.title)
    sheet.write_string(1, 1, draft.text("template.purpose.guide"), draft.look.note)
    page = _Page(draft)
    _use(page, draft)
    _qualified(page, draft)
    _questions(page, draft)
    _traits(page, draft, policy_rows)
    _scoring(page, draft)
    _practice(page, draft)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    set_footer(draft, sheet)
