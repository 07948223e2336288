"""Nothing private is printed or logged, whatever goes wrong (X15, R18, P03)."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadbook.labels import load_labels
from tests.books import DAY, book, leadbook, process, put, table


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of our own mistakes are written where the command runs."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def text(key: str) -> str:
    return load_labels("en").text(key)


CANARIES = {
    "contact_name": "Kanari Eins",
    "contact_means": "kanari-zwei",
    "decision_chain": "Kanari Drei",
    "customer_participants": "Kanari Vier",
    "pain_points": "=Kanari fuenf",
    "goals": "Kanari sechs",
    "main_business": "Kanari sieben",
    "explicit_need": "Kanari acht, budget 5-3 million",
    "implicit_need": "Kanari neun",
    "conversation": "Kanari zehn",
    "next_plan": "Kanari elf on 31 February",
    "predicted_need": "Kanari zwoelf",
    "focus": "Kanari dreizehn",
    "past_projects": "Kanari vierzehn",
    "new_needs": "Kanari fuenfzehn",
    "organisation": "Kanari sechzehn",
    "industry_position": "Kanari siebzehn",
    "contact_title": "Kanari achtzehn",
    "budget": "Kanari neunzehn",
    "expected_amount": "Kanari zwanzig",
    "registered_capital": "Kanari 21",
    "risk_events": "Kanari 22",
    "credit_status": "Kanari 23",
    "payment_behaviour": "Kanari 24",
}
SPOKEN = {
    "lead_name": "Somebody Else Ltd",
    "at": "2026-05-04 10:00",
    "channel": "phone",
    "our_participants": "Ana Kim",
    "customer_participants": "Kanari 31",
    "content": "Kanari 32",
    "next_plan": "Kanari 33 on 31 February",
}


@pytest.fixture(scope="module")
def cage() -> bytes:
    """A book with a canary in every field that must not be printed: in good rows, odd rows and over-long cells."""
    chain = {"decision_chain": "Decides: Kanari Drei; Influences: Chief Kanari Drei, Kanari Vier Five"}
    company = {"company_name": "Alder Ltd", "customer_type": "new", "urgency_stated": "high"}
    rows = [
        {**company, **CANARIES},
        {
            **company,
            "company_name": "Birch Ltd",
            **CANARIES,
            **chain,
            "need_clarity": "no_need",
            "budget_status": "none",
            "budget": "5 million Kanari",
        },
        {
            **company,
            "company_name": "Cedar Ltd",
            **dict.fromkeys(("pain_points", "goals"), "Kanari " * 4000),
            "product": "?",
        },
    ]
    talks = [SPOKEN, {**SPOKEN, "lead_name": "Alder Ltd", "at": None, "channel": "Telegraph"}]
    return book(rows, talks)


def _printed(path: Path, *words: str) -> str:
    commands = [
        ["check", path, "--today", DAY, "--profile", "deep_mining", "-v"],
        ["process", path, "--today", DAY, "--json"],
        ["process", path, "--today", "2026-08-01", "-v"],
    ]
    said = [leadbook(*command, *words) for command in commands]
    assert {one.code for one in said} == {1}
    return "".join(one.out + one.err for one in said)


@pytest.mark.req("X15", "R18", "P03")
def test_nothing_private_is_printed_or_logged(tmp_path: Path, cage: bytes) -> None:
    path = put(tmp_path, cage)
    printed = _printed(path)
    lowered = [line for line in printed.splitlines() if "kanari" in line.casefold()]
    assert lowered == []
    assert text("summary.hidden") in printed and "LB132 Leads!" in printed and "LB131 Leads!" in printed
    logs = [file for file in tmp_path.rglob("*") if file.suffix in (".jsonl", ".json", ".txt")]
    assert any(file.name == "audit.jsonl" for file in logs)
    assert all(
        "kanari" not in file.read_text().casefold() and "alder" not in file.read_text().casefold() for file in logs
    )
    assert any("Kanari Eins" in str(row["value"]) for row in table(path, "LB_Issues"))


@pytest.mark.req("X15")
def test_values_are_printed_when_asked_for(tmp_path: Path, cage: bytes) -> None:
    printed = _printed(put(tmp_path, cage), "--show-values")
    told = [line for line in printed.splitlines() if line.strip().startswith(("LB", '"message"'))]
    assert any("kanari-zwei" in line for line in told) and not any(text("summary.hidden") in line for line in told)


@pytest.mark.req("X15")
def test_our_own_mistake_is_70_with_a_report_that_holds_no_value(
    tmp_path: Path, cage: bytes, monkeypatch: pytest.MonkeyPatch, english: None
) -> None:
    from leadbook.app import run as running

    def broken(*_: object, **__: object) -> object:
        raise ValueError("Kanari Eins in the message of an exception")

    monkeypatch.setattr(running, "rank_leads", broken)
    path = put(tmp_path, cage)
    said = process(path)
    assert said.code == 70 and "Kanari" not in said.out + said.err
    report = next(Path().glob("leadbook-report-*.txt"))
    assert report.name in said.err and "Kanari" not in report.read_text() and "ValueError" in report.read_text()
    assert path.read_bytes() == cage
