"""Findings that forms leave in the book: typed cells that a form contradicts, leads named almost alike (R17, F01)."""

from __future__ import annotations

from leadbook.app.book import OpenBook
from leadbook.intake import Intake
from leadbook.intake.forms import cell_text, text_mark
from leadbook.intake.records import Record, read_record
from leadbook.model.findings import Findings


def from_forms(book: OpenBook, intake: Intake, findings: Findings) -> None:
    """What LB_Forms remembers, as long as it still holds: a cell that was changed since is settled."""
    raw = book.tables.get("LB_Forms")
    if raw is None or not len(raw.rows):
        return
    columns = {c.key: raw.values[c.index] for c in raw.columns if c.key}
    rows = dict(zip(intake.keys["lead_key"].tolist(), intake.keys["first_row"].tolist(), strict=True))
    for n, sheet_row in enumerate(raw.rows.tolist()):
        record = read_record(int(sheet_row), {key: values[n] for key, values in columns.items()})
        row = rows.get(record.lead_key)
        if row is None:
            continue
        _contradicted(record, int(row), intake, findings, book.labels.text("sheet.forms"))
        other = rows.get(record.similar)
        if other is not None and other != row:
            _alike(record, int(row), int(other), intake, findings)


def _contradicted(record: Record, row: int, intake: Intake, findings: Findings, sheet: str) -> None:
    leads = intake.tables["lead"]
    for key, differing in record.differs.items():
        cells = leads.raw.get(key)
        if cells is None:
            continue
        at = leads.frame.index.get_loc(row)
        assert isinstance(at, int)
        if text_mark(cell_text(cells.values[at], bool(cells.dates[at]))) == differing.mark:
            findings.add(
                "form_differs", "lead", field=key, row=row, value=leads.shown(key, at), lead_key=record.lead_key,
                lead_name=intake.leads["company_name"].get(row),
                params={"file": record.file, "form_cell": differing.address or "–", "forms_sheet": sheet},
            )  # fmt: skip


def _alike(record: Record, row: int, other: int, intake: Intake, findings: Findings) -> None:
    leads = intake.tables["lead"]
    names = leads.frame["company_name"]
    place = f"{leads.sheet}!{leads.letters.get('company_name', '')}{other}"
    findings.add(
        "near_lead", "lead", field="company_name", row=row, value=str(names[row]), lead_key=record.lead_key,
        lead_name=str(names[row]),
        params={"file": record.file, "other_name": str(names[other]), "other_cell": place},
    )  # fmt: skip
