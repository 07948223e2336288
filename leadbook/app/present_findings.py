"""Findings in words, with their cells: rows of LB_Issues, lines on a terminal, objects in JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from leadbook.app.book import OpenBook
from leadbook.app.questions import question_for
from leadbook.intake import Intake
from leadbook.intake.interactions import NO_SUGGESTION, suggestion
from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue
from leadbook.model.findings import SEVERITIES, Finding
from leadbook.workbook.celltext import Formula
from leadbook.workbook.tables import RawTable

_MOST_CHOICES = 12
# Placeholders that hold other answers of the lead, and those that repeat the cell itself.
_PERSONAL = ("budget", "title")
_TYPED = ("value", "part", "masked", "assumed")


@dataclass(frozen=True)
class Place:
    """Where a finding stands: sheet name, cell address (may be empty), whether its value may be printed."""

    sheet: str
    cell: str
    public: bool


@dataclass(frozen=True)
class Wording:
    """One finding in words: what is wrong, what is accepted, how to fix it."""

    message: str
    accepted: str
    fix: str


@dataclass(frozen=True)
class Told:
    """One finding with its place. ``shown`` has values in it and belongs into the workbook; ``hidden`` is what a
    terminal, a log or a report may carry (DESIGN §10)."""

    finding: Finding
    place: Place
    field: str
    shown: Wording
    hidden: Wording

    def worded(self, show_values: bool) -> Wording:
        return self.shown if show_values else self.hidden


def place_of(finding: Finding, book: OpenBook, intake: Intake | None) -> Place:
    """The sheet and cell of a finding; a whole column has no row."""
    table = book.catalogue.table(finding.table)
    raw = book.tables.get(table.name)
    sheet = raw.sheet if raw else book.labels.text(f"sheet.{table.sheet}")
    letters = intake.tables[finding.table].letters if intake and finding.table in intake.tables else {}
    letter = letters.get(finding.field or "", "")
    if raw is not None and "policy_row" in finding.params:
        return Place(sheet, _policy_cell(finding, raw), True)
    field = table.find(finding.field)
    public = field.public if field else finding.table == "policy"
    return Place(sheet, f"{letter}{finding.row}" if finding.row and letter else "", public)


def _policy_cell(finding: Finding, raw: RawTable) -> str:
    """The cell of a policy row; empty when the row came from a policy file instead of this sheet."""
    position, name = finding.params["policy_row"], raw.column("id")
    column = raw.column(finding.field or "")
    same = name and position < len(raw.rows) and raw.values[name.index][position] == finding.params.get("currency")
    return f"{column.letter}{int(raw.rows[position])}" if same and column else ""


def _words(finding: Finding, labels: Labels, catalogue: Catalogue) -> dict[str, Any]:
    words = {name: _word(value, finding.codes.get(name), labels) for name, value in finding.params.items()}
    list_name = finding.params.get("choices_of")
    if isinstance(list_name, str):
        codes = catalogue.choices[list_name]
        shown = [labels.choice(list_name, code) for code in codes]
        words["choices"] = ", ".join(shown[:_MOST_CHOICES]) + (" …" if len(shown) > _MOST_CHOICES else "")
        words["suggestion"] = suggestion(finding.value, shown)
    if finding.field and "field" not in words:
        words["field"] = labels.header(finding.table, finding.field)
    words.setdefault("sheet_name", labels.text(f"sheet.{catalogue.table(finding.table).sheet}"))
    return words


def _word(value: Any, code: str | None, labels: Labels) -> Any:
    if code is None or code == "shown" or value is None:
        return "–" if value is None else value
    if code == "field":
        return labels.field_name(str(value))
    if code == "question":
        return question_for(str(value), labels)
    if code == "interaction":
        return labels.header("interaction", str(value))
    return labels.choice(code, value)


def tell(findings: Iterable[Finding], book: OpenBook, intake: Intake | None) -> list[Told]:
    """Findings in the book's language, worst first, then by sheet and row."""
    labels, catalogue = book.labels, book.catalogue
    told = []
    for finding in findings:
        words = _words(finding, labels, catalogue)
        place = place_of(finding, book, intake)
        value = "–" if finding.value is None else finding.value
        shown = _wording(finding, {"value": value, **words}, labels)
        hidden = _wording(finding, {"value": value, **words, **_masked(finding, place, labels)}, labels)
        told.append(Told(finding, place, words.get("field", "") if finding.field else "", shown, hidden))
    rank = {severity: n for n, severity in enumerate(SEVERITIES)}
    return sorted(told, key=lambda t: (rank[t.finding.kind.severity], t.place.sheet, t.finding.row or 0, t.place.cell))


def _wording(finding: Finding, words: Mapping[str, Any], labels: Labels) -> Wording:
    base = f"finding.{finding.name}"
    # Nothing similar was found, so the text does not ask "did you mean".
    fix = "fix_without" if words.get("suggestion") == NO_SUGGESTION else "fix"
    return Wording(*(labels.text(f"{base}.{part}", **words) for part in ("message", "accepted", fix)))


def _masked(finding: Finding, place: Place, labels: Labels) -> dict[str, str]:
    """Placeholders that repeat what was typed in a field that must not be printed."""
    names = _PERSONAL if place.public else (*_PERSONAL, *_TYPED)
    hidden = labels.text("summary.hidden")
    return {name: hidden for name in names if name == "value" or name in finding.params}


def issue_rows(told: list[Told], book: OpenBook, intake: Intake) -> dict[str, list[Any]]:
    """The columns of LB_Issues: every finding with a link to its cell and the key that reddens it."""
    labels = book.labels
    key_of = _issue_keys(intake)
    first = _first_row(book)
    link = _linker(book)
    rows: dict[str, list[Any]] = {field.key: [] for field in book.catalogue.table("issue").fields}
    for number, item in enumerate(told):
        finding = item.finding
        rows["severity"].append(labels.choice("severity", finding.kind.severity))
        rows["code"].append(finding.kind.code)
        rows["lead_name"].append(finding.lead_name)
        rows["cell"].append(link(item, first + number))
        rows["field"].append(item.field or None)
        rows["value"].append(finding.value)
        rows["message"].append(item.shown.message)
        rows["accepted"].append(item.shown.accepted)
        rows["fix"].append(item.shown.fix)
        rows["issue_key"].append(key_of(finding))
    return rows


def _first_row(book: OpenBook) -> int:
    raw = book.tables.get("LB_Issues")
    return raw.header_row + 1 if raw else 6


def _linker(book: OpenBook) -> Callable[[Told, int], Any]:
    """A link that finds its row by the company name, so that it survives sorting; else to the fixed cell."""
    leads, issues = book.tables["LB_Leads"], book.tables.get("LB_Issues")
    name_column = leads.column("company_name")
    own = issues.column("lead_name") if issues else None

    def link(item: Told, row: int) -> Any:
        place = item.place
        if not place.cell:
            return place.sheet
        shown, sheet = f"{place.sheet}!{place.cell}", place.sheet.replace("'", "''").replace('"', '""')
        letter = place.cell.rstrip("0123456789")
        target = f'"#\'{sheet}\'!{place.cell}"'
        if item.finding.table == "lead" and item.finding.lead_name and name_column and own:
            names = f"'{sheet.replace(chr(34) * 2, chr(34))}'!${name_column.letter}:${name_column.letter}"
            found = f"IFERROR(MATCH({own.letter}{row},{names},0),{item.finding.row})"
            return Formula(f'HYPERLINK("#\'{sheet}\'!{letter}"&{found},"{sheet}!{letter}"&{found})', shown)
        return Formula(f'HYPERLINK({target},"{sheet}!{place.cell}")', shown)

    return link


def _issue_keys(intake: Intake) -> Callable[[Finding], str | None]:
    """The key that the conditional formats look up: what identifies the row as typed, then the field (DESIGN §4)."""
    leads, interactions = intake.tables["lead"], intake.tables["interaction"]
    lead_at: Mapping[int, int] = {int(row): n for n, row in enumerate(leads.frame.index)}
    said_at: Mapping[int, int] = {int(row): n for n, row in enumerate(interactions.frame.index)}

    def key(finding: Finding) -> str | None:
        if finding.row is None or finding.field is None or finding.kind.severity == "hint":
            return None
        if finding.table == "lead":
            n = lead_at[finding.row]
            shown = next((s for k in ("lead_id", "tax_id", "company_name") if (s := leads.shown(k, n))), None)
            return f"{shown}|{finding.field}" if shown else None
        if finding.table == "interaction":
            n = said_at[finding.row]
            when = interactions.raw["at"].values[n] if "at" in interactions.raw else None
            moment = round(when * 100000) if isinstance(when, float) else when
            return f"{interactions.shown('lead_name', n) or ''}@{'' if moment is None else moment}|{finding.field}"
        return None

    return key


def to_fix(told: list[Told], intake: Intake, labels: Labels) -> dict[int, str]:
    """For each lead row with errors or warnings: how many and which fields (the last column of Leads)."""
    by_row: dict[int, list[str]] = {}
    for item in told:
        if item.finding.table == "lead" and item.finding.row and item.finding.kind.severity != "hint":
            by_row.setdefault(item.finding.row, []).append(item.field)
    return {
        row: labels.text("result_text.to_fix", count=len(fields), fields=", ".join(dict.fromkeys(filter(None, fields))))
        for row, fields in by_row.items()
    }
