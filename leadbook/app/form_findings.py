"""Findings that forms leave in the book: typed cells that a form contradicts, leads named almost alike (R17, F01)."""

from __future__ import annotations

from leadbook.app.book import OpenBook
from leadbook.intake import Intake
from leadbook.intake.forms import cell_text, text_mark
from leadbook.intake.records import Record, read_record, rows_by_alias
from leadbook.model.findings import Findings


def from_forms(book: OpenBook, intake: Intake, findings: Findings) -> None:
    """What LB_Forms remembers, as long as it still holds: a cell that was changed since is settled."""
    raw = book.tables.get("LB_Forms")
    if raw is None or not len(raw.rows):
        return
    columns = {c.key: raw.values[c.index] for c in raw.columns if c.key}
    keys = {c: intake.keys[c].tolist() for c in ("lead_key", "tax_key", "name_key", "first_row")}
    by_alias = rows_by_alias(zip(keys["tax_key"], keys["name_key"], keys["first_row"], strict=True))
    rows = by_alias | dict(zip(keys["lead_key"], keys["first_row"], strict=True))
    for n, sheet_row in enumerate(raw.rows.tolist()):
        record = read_record(int(sheet_row), {key: values[n] for key, values in columns.items()})
        row = rows.get(record.lead_key)
        if row is None:
            continue
        _contradicted(record, int(row), intake, findings, book.labels.text("sheet.forms"))
        other = rows.get(record.similar)
        if other is not None and other != row:
            _alike(record, int(row), int(other), intake, findings)


def _kind(row: int, other: int, intake: Intake) -> str:
    one, two = (intake.keys.at[at, "tax_key"] for at in (row, other))
    return "same_tax_id" if isinstance(one, str) and one == two else "near_lead"


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
        _kind(row, other, intake), "lead", field="company_name", row=row, value=str(names[row]),
        lead_key=record.lead_key, lead_name=str(names[row]),
        params={"file": record.file, "other_name": str(names[other]), "other_cell": place},
    )  # fmt: skip
