"""What a new user does: a new book, three leads typed in LibreOffice, processed, looked at again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from leadbook.app.process import Target, process_book
from leadbook.app.run import Options
from leadbook.labels import load_labels
from leadbook.workbook.ownership import diff_packages, ownership
from leadbook.workbook.package import Package
from leadbook.workbook.tables import read_tables
from tests.lo.office import edit, office

pytestmark = [pytest.mark.libreoffice, pytest.mark.slow]
TODAY = date(2026, 11, 16)


def letters(book: Path, table: str) -> dict[str, str]:
    columns = read_tables(Package.from_bytes(book.read_bytes()))[table].columns
    return {c.key: c.letter for c in columns if c.key}


@pytest.mark.req("T03")
def test_three_leads_typed_in_libreoffice(tmp_path: Path, package_check: Callable[[Path], list[str]]) -> None:
    book = tmp_path / "b.xlsx"
    made = subprocess.run([sys.executable, "-m", "leadbook", "new", "book", str(book), "--lang", "vi"], check=False)
    assert made.returncode == 0
    labels = load_labels("vi")
    leads, results = labels.text("sheet.leads"), labels.text("sheet.results")
    at, found = letters(book, "LB_Leads"), letters(book, "LB_Results")
    rows = [
        {"company_name": "Công ty TNHH Thép Bình Minh", "customer_type": labels.choice("customer_type", "new"),
         "urgency_stated": labels.choice("level", "high"), "importance_stated": labels.choice("level", "high"),
         "needed_by": "2026-12-10", "pain_points": "Năng suất thấp", "budget": "2-3 tỷ đồng",
         "budget_status": labels.choice("budget_status", "approved"),
         "budget_evidence": labels.choice("budget_evidence", "stated")},
        {"company_name": "Công ty CP Vận tải Sông Xanh", "customer_type": labels.choice("customer_type", "existing"),
         "rep_score": 4},
        {"company_name": "Công ty TNHH Dệt Hoa Sen Trắng", "customer_type": labels.choice("customer_type", "potential"),
         "last_contact": "2026-11-02"},
    ]  # fmt: skip
    with office(tmp_path) as pipe:
        typed = [(leads, f"{at[key]}{6 + n}", value) for n, row in enumerate(rows) for key, value in row.items()]
        edit(pipe, book, typed)
        before = book.read_bytes()
        input_faults = package_check(book)
        done = process_book(book, Options(TODAY, user="Lan"), Target())
        asked = [(results, f"{found[key]}{6 + n}", "?") for n in range(4) for key in ("rank", "lead_name", "total")]
        shown = edit(pipe, book, asked)
    assert done.outcome is not None and done.outcome.changed
    names = {row["company_name"] for row in rows}
    assert {shown[1], shown[4], shown[7]} == names
    assert [shown[0], shown[3], shown[6]] == ["1", "2", "3"] and shown[9:] == ["", "", ""]
    totals = [int(shown[2]), int(shown[5]), int(shown[8])]
    assert totals == sorted(totals, reverse=True) and totals[0] > totals[2]
    old, new = Package.from_bytes(before), Package.from_bytes(book.read_bytes())
    assert diff_packages(old, new, ownership(old, done.run.changes, dict(done.run.book.tables))) == []
    assert set(package_check(book)) <= set(input_faults)
