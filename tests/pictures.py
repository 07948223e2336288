"""Pictures of the processed samples for the README: ``python -m tests.pictures`` (needs soffice and pdftoppm)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from leadbook.app.process import Target, process_book
from leadbook.app.run import Options
from leadbook.labels import LANGUAGES, load_labels

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
SHEETS = ("matrix", "dashboard")
TODAY = date(2026, 11, 16)


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
    main(sys.argv[1:] or list(LANGUAGES))
