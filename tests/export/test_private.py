"""No hand-out carries a contact or a free word, whatever a run wrote into the book (R18, X15)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.books import DAY, book, leadbook, process, put
from tests.test_privacy import CANARIES, SPOKEN

WRITTEN = {"close_reason": "Kanari 41", "override_reason": "Kanari 42", "override_by": "Ana Kim"}


@pytest.fixture(scope="module")
def caged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A processed book with a canary in every field that must not travel."""
    company = {"company_name": "Alder Ltd", "customer_type": "new", "urgency_stated": "high", "owner": "Ana Kim"}
    promised = {"next_plan": "Kanari elf on 20 June 2026", "decision_chain": "Decides: CEO Kanari*"}
    rows = [
        {**company, **CANARIES, **WRITTEN},
        {**company, "company_name": "Birch Ltd", **CANARIES, **promised},
        {**company, "company_name": "Cedar Ltd", "pain_points": "Kanari", "contact_title": "Kanari"},
    ]
    path = put(tmp_path_factory.mktemp("cage"), book(rows, [SPOKEN, {**SPOKEN, "lead_name": "Cedar Ltd"}]))
    assert process(path).code in (0, 1)
    return path


@pytest.mark.req("R18", "X15")
@pytest.mark.parametrize(
    "words", [("csv", "--table", "all"), ("json", "--table", "all"), ("parquet", "--table", "all"), ("ics",),
              ("md",), ("txt",)],
)  # fmt: skip
def test_nothing_private_travels(tmp_path: Path, caged: Path, words: tuple[str, ...]) -> None:
    path = put(tmp_path, caged.read_bytes())
    said = leadbook("export", path, "--today", DAY, "--to", *words)
    assert said.code in (0, 1), said.err
    files = {file.name: _text(file) for file in tmp_path.rglob("*.*") if file.is_file() and file != path}
    assert [name for name, text in files.items() if "kanari" in text] == []
    assert "kanari" not in (said.out + said.err).casefold()
    assert "cedar ltd" in "".join([said.out.casefold(), *files.values()])  # something did travel


def _text(file: Path) -> str:
    """What a reader of the file sees, in small letters and on one line."""
    if file.suffix == ".parquet":
        from pyarrow import parquet

        return str(parquet.read_table(file).to_pylist()).casefold()
    return file.read_text(encoding="utf-8").replace("\n ", "").casefold()


def test_it_is_there_when_asked_for(tmp_path: Path, caged: Path) -> None:
    path = put(tmp_path, caged.read_bytes())
    leadbook("export", path, "--to", "json", "--table", "all", "--show-values")
    held = {file.name for file in (tmp_path / "team.tables").iterdir() if b"Kanari" in file.read_bytes()}
    assert {"team.lead.json", "team.interaction.json", "team.follow_up.json", "team.issue.json"} <= held
