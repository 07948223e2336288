"""The value that gave way in a merge goes to History, and stays there (R04, M3, R17)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from leadbook.labels import LANGUAGES, Labels, load_labels
from tests.books import leadbook, plain_book, process, put, table
from tests.forms import filled
from tests.test_collect import collect

EN = load_labels("en")
FIRM = "明河机械有限公司"  # its row is of 1 June 2026: urgent, pain "停机多"
PAIN = "停机多"


def form(contact: str = "2026-06-10", urgency: str = "低", **more: object) -> bytes:
    day = date.fromisoformat(contact)
    answers = {"company_name": FIRM, "urgency_stated": urgency, "last_contact": day, **more}
    return filled(answers, language="zh-Hans")


def notes(team: Path) -> list[str]:
    """What History says about values, not about states."""
    return [row["cause"] for row in table(team, "LB_History") if row["tier"] is None]


def states(team: Path) -> list[dict[str, Any]]:
    return [row for row in table(team, "LB_History") if row["tier"] is not None]


def sentence(labels: Labels, key: str, what: str, kept: str, lost: str) -> str:
    words = {"field": labels.header("lead", key), "what": labels.text(f"collect.what.{what}")}
    return labels.text("collect.history", **words, kept=kept, lost=lost)


@pytest.mark.req("R04", "M3", "R17")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_typed_value_that_newer_evidence_replaced_is_found_in_history(
    tmp_path: Path, inbox: Path, language: str
) -> None:
    team, labels = put(tmp_path, plain_book(language)), load_labels(language)
    (inbox / "a.xlsx").write_bytes(form())
    process(team, "--forms", inbox)
    header = labels.header("lead", "urgency_stated")
    [line] = [row for row in table(team, "LB_History") if row["tier"] is None and header in row["cause"]]
    assert line["cause"] == sentence(labels, "urgency_stated", "replaced", labels.choice("level", "low"), "高")
    assert (line["lead_name"], line["week"], f"{line['date']:%Y-%m-%d}") == (FIRM, "2026-W25", "2026-06-15")
    assert line["lead_key"] in {row["lead_key"] for row in states(team) if row["lead_name"] == FIRM}


@pytest.mark.req("R04", "X19")
def test_such_a_line_survives_further_runs_and_hides_no_state(team: Path, inbox: Path) -> None:
    process(team, "--today", "2026-06-08")
    (inbox / "a.xlsx").write_bytes(form())
    collect(team, inbox)
    said = notes(team)
    assert len(said) == 2  # urgency and the last contact
    process(team, "--forms", inbox)
    first = table(team, "LB_History")
    assert notes(team) == said and FIRM in {row["lead_name"] for row in states(team)}
    process(team, "--forms", inbox)
    assert table(team, "LB_History") == first
    process(team, "--today", "2026-06-22")
    assert notes(team) == said
    movement = {row["lead_name"]: row["movement"] for row in table(team, "LB_Results")}
    assert movement[FIRM] != EN.choice("movement", "new")
    assert not [row for row in table(team, "LB_Issues") if row["code"] == "LB218"]  # no lead was renamed
    assert leadbook("undo", team).code == 0 and table(team, "LB_History") == first


@pytest.mark.req("R17")
def test_a_form_that_lost_is_named_once_however_often_it_is_read(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(form("2026-05-20"))
    collect(team, inbox)
    once = sentence(EN, "urgency_stated", "kept", "高", EN.choice("level", "low"))
    assert once in notes(team)
    for satisfaction in (3.0, 4.0):
        (inbox / "a.xlsx").write_bytes(form("2026-05-20", satisfaction=satisfaction))
        collect(team, inbox)
    assert notes(team).count(once) == 1
    assert sentence(EN, "satisfaction", "taken", "4", "3") in notes(team)
    (inbox / "a.xlsx").write_bytes(form("2026-05-20", "中", satisfaction=4.0))
    collect(team, inbox)
    assert sentence(EN, "urgency_stated", "kept", "高", EN.choice("level", "mid")) in notes(team)


@pytest.mark.req("R18", "P03")
def test_history_only_points_at_values_that_not_everyone_may_see(team: Path, inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(form(pain_points="换线慢", contact_means="13900000000"))
    process(team, "--forms", inbox)
    said = notes(team)
    for key in ("pain_points", "contact_means"):
        words = {"field": EN.header("lead", key), "what": EN.text("collect.what.replaced")}
        assert EN.text("collect.history_hidden", **words, sheet_name=EN.text("sheet.forms")) in said
    assert not [text for text in said if any(part in text for part in (PAIN, "换线慢", "13900000000", "13800000000"))]
    kept = [row["before"] for row in table(team, "LB_Changes")]
    assert PAIN in kept and "13800000000" in kept
