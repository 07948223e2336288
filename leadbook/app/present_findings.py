"""Findings in words, with their cells: rows of LB_Issues, lines on a terminal, objects in JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from leadbook.app.book import OpenBook
from leadbook.intake import Intake
from leadbook.intake.interactions import NO_SUGGESTION, suggestion
from leadbook.labels import Labels
from leadbook.model.findings import SEVERITIES, Finding, finding_kinds
from leadbook.model.questions import question_for
from leadbook.workbook.celltext import Formula
from leadbook.workbook.tables import RawTable

_MOST_CHOICES = 12
LATEST_SERIAL = 2_958_466  # the day after 9999-12-31, where Excel's calendar ends
# Placeholders that hold other answers of the lead, and those that repeat the cell itself.
_PERSONAL = ("budget", "title")
_TYPED = ("value", "part", "masked", "assumed", "form_value", "book_value")


class Place(NamedTuple):
    """Where a finding stands: sheet name, cell address (may be empty), whether its value may be printed."""

    sheet: str
    cell: str
    public: bool


class Wording(NamedTuple):
    """One finding in words: what is wrong, what is accepted, how to fix it."""

    message: str
    accepted: str
    fix: str


class Told(NamedTuple):
    """One finding with its place. ``shown`` has values in it and belongs into the workbook; ``hidden`` is what a
    terminal, a log or a report may carry (DESIGN §10). Both are worded when asked for: few are ever printed."""

    finding: Finding
    place: Place
    field: str
    words: Mapping[str, Any]
    labels: Labels

    @property
    def shown(self) -> Wording:
        return _wording(self.finding, self.words, self.labels)

    @property
    def hidden(self) -> Wording:
        return _wording(self.finding, {**self.words, **_masked(self.finding, self.place, self.labels)}, self.labels)

    def worded(self, show_values: bool) -> Wording:
        return self.shown if show_values else self.hidden


def _places(book: OpenBook, intake: Intake | None) -> Callable[[Finding], Place]:
    """The sheet and cell of a finding; a whole column has no row."""

    @cache
    def column(key: str, field: str | None) -> tuple[str, str, bool]:
        table = book.catalogue.table(key)
        raw, known = book.tables.get(table.name), table.find(field)
        sheet = raw.sheet if raw else book.labels.text(f"sheet.{table.sheet}")
        if intake and key in intake.tables:
            letter = intake.tables[key].letters.get(field or "", "")
        else:
            own = raw.column(field) if raw and field else None
            letter = own.letter if own else ""
        return sheet, letter, known.public if known else key == "policy"

    def place(finding: Finding) -> Place:
        sheet, letter, public = column(finding.table, finding.field)
        raw = book.tables.get(book.catalogue.table(finding.table).name)
        if raw is not None and "policy_row" in finding.params:
            return Place(sheet, _policy_cell(finding, raw), True)
        if raw is not None and "column" in finding.params:
            header = next((c for c in raw.columns if c.index == finding.params["column"]), None)
            return Place(sheet, f"{header.letter}{raw.header_row}" if header else "", True)
        return Place(sheet, f"{letter}{finding.row}" if finding.row and letter else "", public)

    return place


def _policy_cell(finding: Finding, raw: RawTable) -> str:
    """The cell of a policy row; empty when the row came from a policy file instead of this sheet."""
    position, name = finding.params["policy_row"], raw.column("id")
    column = raw.column(finding.field or "")
    same = name and position < len(raw.rows) and raw.values[name.index][position] == finding.params.get("currency")
    return f"{column.letter}{int(raw.rows[position])}" if same and column else ""


def _words(book: OpenBook) -> Callable[[Finding], dict[str, Any]]:
    """What fills the placeholders of a finding's texts."""
    labels, catalogue = book.labels, book.catalogue
    header = cache(labels.header)

    @cache
    def sheet(key: str) -> str:
        return labels.text(f"sheet.{catalogue.table(key).sheet}")

    @cache
    def choices(list_name: str) -> list[str]:
        return [labels.choice(list_name, code) for code in catalogue.choices[list_name]]

    def words(finding: Finding) -> dict[str, Any]:
        given: dict[str, Any] = {"value": "–" if finding.value is None else finding.value}
        codes = finding.codes
        for name, value in finding.params.items():
            given[name] = _word(value, codes.get(name), labels)
        list_name = finding.params.get("choices_of")
        if isinstance(list_name, str):
            shown = choices(list_name)
            given["choices"] = ", ".join(shown[:_MOST_CHOICES]) + (" …" if len(shown) > _MOST_CHOICES else "")
            given["suggestion"] = suggestion(finding.value, shown)
        if finding.field and "field" not in given:
            given["field"] = header(finding.table, finding.field)
        given.setdefault("sheet_name", sheet(finding.table))
        return given

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
    words_of, place_of, labels = _words(book), _places(book, intake), book.labels
    told = []
    for finding in findings:
        words = words_of(finding)
        told.append(Told(finding, place_of(finding), words["field"] if finding.field else "", words, labels))
    rank = {name: SEVERITIES.index(kind.severity) for name, kind in finding_kinds().items()}
    return sorted(told, key=lambda t: (rank[t.finding.name], t.place.sheet, t.finding.row or 0, t.place.cell))


def _wording(finding: Finding, words: Mapping[str, Any], labels: Labels) -> Wording:
    base = f"finding.{finding.name}"
    # Nothing similar was found, so the text does not ask "did you mean".
    unlike = words.get("suggestion") == NO_SUGGESTION and labels.has(f"{base}.fix_without")
    fix = "fix_without" if unlike else "fix"
    return Wording(*[labels.filled(f"{base}.{part}", words) for part in ("message", "accepted", fix)])


def _masked(finding: Finding, place: Place, labels: Labels) -> dict[str, str]:
    """Placeholders that repeat what was typed in a field that must not be printed."""
    names = _PERSONAL if place.public else (*_PERSONAL, *_TYPED)
    hidden = labels.text("summary.hidden")
    return {name: hidden for name in names if name == "value" or name in finding.params}


def issue_rows(told: list[Told], book: OpenBook, intake: Intake) -> dict[str, list[Any]]:
    """The columns of LB_Issues: every finding with a link to its cell and the key that reddens it."""
    first, link, findings = _first_row(book), _linker(book), [item.finding for item in told]
    kinds, texts = [finding.kind for finding in findings], [item.shown for item in told]
    severity = {name: book.labels.choice("severity", name) for name in SEVERITIES}
    return {
        "severity": [severity[kind.severity] for kind in kinds],
        "code": [kind.code for kind in kinds],
        "lead_name": [finding.lead_name for finding in findings],
        "cell": [link(item, row) for row, item in enumerate(told, first)],
        "field": [item.field or None for item in told],
        "value": [finding.value for finding in findings],
        "message": [text.message for text in texts],
        "accepted": [text.accepted for text in texts],
        "fix": [text.fix for text in texts],
        "issue_key": list(map(_issue_keys(intake), findings)),
    }


def _first_row(book: OpenBook) -> int:
    raw = book.tables.get("LB_Issues")
    return raw.header_row + 1 if raw else 6


def _linker(book: OpenBook) -> Callable[[Told, int], Any]:
    """A link that finds its row by the company name, so that it survives sorting; else to the fixed cell."""
    leads, issues = book.tables["LB_Leads"], book.tables.get("LB_Issues")
    name_column = leads.column("company_name")
    own = issues.column("lead_name") if issues else None

    @cache
    def quoted(sheet: str) -> str:
        return sheet.replace("'", "''").replace('"', '""')

    @cache
    def names(sheet: str) -> str:
        letter = name_column.letter if name_column else ""
        return f"'{sheet.replace(chr(39), chr(39) * 2)}'!${letter}:${letter}"

    def link(item: Told, row: int) -> Any:
        place, finding = item.place, item.finding
        if not place.cell:
            return place.sheet
        shown, sheet = f"{place.sheet}!{place.cell}", quoted(place.sheet)
        if finding.table == "lead" and finding.lead_name and name_column and own:
            letter = place.cell.rstrip("0123456789")
            found = f"IFERROR(MATCH({own.letter}{row},{names(place.sheet)},0),{finding.row})"
            return Formula(f'HYPERLINK("#\'{sheet}\'!{letter}"&{found},"{sheet}!{letter}"&{found})', shown)
        return Formula(f'HYPERLINK("#\'{sheet}\'!{place.cell}","{sheet}!{place.cell}")', shown)

    return link


def _issue_keys(intake: Intake) -> Callable[[Finding], str | None]:
    """The key that the conditional formats look up: what identifies the row as typed, then the field (DESIGN §4)."""
    leads, interactions = intake.tables["lead"], intake.tables["interaction"]
    lead_at: Mapping[int, int] = {row: n for n, row in enumerate(leads.frame.index.tolist())}
    said_at: Mapping[int, int] = {row: n for n, row in enumerate(interactions.frame.index.tolist())}

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
            moment = round(when * 100000) if isinstance(when, float) and abs(when) < LATEST_SERIAL else when
            return f"{interactions.shown('lead_name', n) or ''}@{'' if moment is None else moment}|{finding.field}"
        return None

    return key


def to_fix(told: list[Told], intake: Intake, labels: Labels) -> dict[int, str]:
    """For each lead row with errors or warnings: how many and which fields (the last column of Leads)."""
    by_row: dict[int, list[str]] = {}
    for item in told:
        if item.finding.table == "lead" and item.finding.row and item.finding.kind.severity != "hint":
            by_row.setdefault(item.finding.row, []).append(item.field)

    @cache
    def text(*fields: str) -> str:
        named = ", ".join(dict.fromkeys(filter(None, fields)))
        return labels.text("result_text.to_fix", count=len(fields), fields=named)

    return {row: text(*fields) for row, fields in by_row.items()}
