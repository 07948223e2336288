"""Pictures of the processed samples and of a form: ``python -m tests.pictures [LANGUAGE… | form]`` (needs soffice and
pdftoppm)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date, datetime
from pathlib import Path

from leadbook.app.process import Target, process_book
from leadbook.app.run import Options
from leadbook.labels import LANGUAGES, load_labels
from tests.books import plain_book
from tests.forms import filled

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
FORM = ROOT / "docs" / "pictures" / "form.en.png"
SHEETS = ("matrix", "dashboard")
TODAY = date(2026, 11, 16)
# An invented customer.
ANSWERS = {
    "company_name": "Silver Birch Looms Ltd", "tax_id": "0100000001", "industry": "Manufacturing",
    "company_size": "120 people, revenue USD 20-25 million", "customer_type": "New customer", "contact_name": "Q*",
    "contact_title": "Plant manager", "contact_means": "wechat: silver_birch_q",
    "decision_chain.contact_role": "Decides", "decision_chain": "Influencer: head of weaving M*", "founded": "2011-04",
    "main_business": "Looms for sail cloth",
    "pain_points": "Change-over takes two hours, three times a day", "goals": "A second hall in 2027, half the waste",
    "urgency_stated": "High", "importance_stated": "High", "explicit_need": "Quick-change frames for eight looms",
    "implicit_need": "Somebody on site in the first weeks", "last_contact": date(2026, 11, 12),
    "contact_channel": "Visit", "our_participants": "Ana Kim", "conversation": "Saw the demo and asked for a reference",
    "next_plan": "send the adapted proposal by 27 November", "rep_score": 4, "predicted_need": "Energy metering",
    "focus": "Head of weaving first", "region": "Hong Kong", "owner": "Ana Kim", "lead_source": "Referral",
    "needed_by": date(2027, 1, 20), "expected_amount.low": 250000, "currency": "USD", "budget_status": "Approved",
    "budget.low": 200000, "budget.high": 300000, "budget.currency": "USD", "budget_evidence": "Stated by the customer",
    "competition": "Talking to competitors",
}  # fmt: skip
TALK = {"at": datetime(2026, 11, 12, 10, 0), "channel": "Visit", "our_participants": "Ana Kim", "content": "demo"}


# Stored values of formulas are not trusted: the live score is what the program itself computes.
_ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""


def rendered(book: Path, folder: Path) -> Path:
    """The book as PDF, printed by LibreOffice."""
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "pdf", "--outdir",
         str(folder), str(book)], check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    return folder / f"{book.stem}.pdf"


def pages(pdf: Path, title: str) -> list[int]:
    """Numbers of the pages that begin with ``title``."""
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True, text=True).stdout
    return [n for n, page in enumerate(text.split("\f"), 1) if page.strip().splitlines()[:1] == [title]]


def picture(pdf: Path, page: int, target: Path, dots: int = 90) -> None:
    """One page as PNG."""
    stem = target.with_suffix("")
    numbers = ["-f", str(page), "-l", str(page)]
    subprocess.run(["pdftoppm", "-r", str(dots), *numbers, "-png", "-singlefile", str(pdf), str(stem)], check=True)


def form() -> None:
    """The form of a customer as it comes back with its answer."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        book, inbox = folder / "team.xlsx", folder / "inbox"
        inbox.mkdir()
        book.write_bytes(plain_book())
        (inbox / "form.xlsx").write_bytes(filled(ANSWERS, [TALK]))
        process_book(book, Options(TODAY, user="Mei"), Target(forms=(inbox,)))
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_ALWAYS, encoding="utf-8")
        picture(rendered(inbox / "form.xlsx", folder), 1, FORM, 72)


def main(languages: list[str]) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for language in languages:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            book = folder / "team.xlsx"
            book.write_bytes((ROOT / "samples" / f"team.{language}.xlsx").read_bytes())
            process_book(book, Options(TODAY, user="Mei"), Target())
            pdf = rendered(book, folder)
            for sheet in SHEETS:
                [page, *_] = pages(pdf, load_labels(language).text(f"sheet.{sheet}"))
                picture(pdf, page, IMAGES / f"{sheet}.{language}.png")


if __name__ == "__main__":
    if not sys.argv[1:] or "form" in sys.argv[1:]:
        form()
    main([word for word in sys.argv[1:] if word != "form"] if sys.argv[1:] else list(LANGUAGES))
