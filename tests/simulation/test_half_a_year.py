"""26 weeks of a team of 60 leads, one run a Monday: holidays of CN, TW, HK and VN, quotes, forms, promises, overrides.

Between the runs people work in the book; twice LibreOffice saves it, and done steps are archived now and then.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from leadbook.labels import Labels, load_labels
from tests.books import leadbook, parts, put, sheet_part, table_part
from tests.lo.office import office, tidy
from tests.simulation import rules
from tests.simulation.people import People, lines
from tests.simulation.team import START, WEEKS, first_book

# What somebody does in LibreOffice before the run of a week; words are label keys.
TIDY: Final[Mapping[int, tuple[tuple[str, ...], ...]]] = {
    8: (("sort", "follow_ups", "follow_up.lead_name"), ("hide", "follow_ups", "follow_up.reason"),
        ("insert", "follow_ups", "follow_up.status", "Team mark", "mark-"),
        ("sort", "leads", "lead.company_name")),
    17: (("rename", "follow_ups", "follow_up.note", "What we heard"), ("sort", "follow_ups", "follow_up.owner")),
}  # fmt: skip


@pytest.fixture(scope="module", params=["en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def calc(tmp_path: Path) -> Iterator[str]:
    with office(tmp_path) as pipe:
        yield pipe


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.req("U02", "U03", "U06", "U08", "R14", "R15", "T08", "T09", "M6")
def test_no_rule_is_broken_and_no_word_is_lost_in_26_weeks(tmp_path: Path, language: str, calc: str) -> None:
    labels = load_labels(language)
    people = People(random.Random(26), labels)
    path, inbox = put(tmp_path, first_book(language)), tmp_path / "inbox"
    inbox.mkdir()
    for week in range(WEEKS):
        monday = START + timedelta(weeks=week)
        if week:
            _week_of_work(path, inbox, people, week)
        if week in TIDY:
            tidy(calc, path, [[deed, labels.text(f"sheet.{sheet}"), *map(labels.text, words)]
                              for deed, sheet, *words in TIDY[week]])
        before = path.read_bytes()
        words = ("process", path, "--today", monday.isoformat(), *(("--forms", inbox) if week else ()))
        said = leadbook(*words)
        assert said.code in (0, 1), said.err
        data = path.read_bytes()
        told = f"week {week} ({monday})"
        assert rules.no_free_day(data, monday, labels) == [], told
        assert rules.nobody_above_capacity(data, monday) == [], told
        assert rules.everybody_has_a_next_day(data, labels) == [], told
        assert rules.lost_words(data, people.words) == [], told
        assert rules.old_history(before, data, monday) == [], told
        assert len(rules.weeks_told(data)) == len(set(rules.weeks_told(data))) == week + 1, told
        if week % 6 == 5:
            _nothing_new(path, monday.isoformat(), labels)
            archived = leadbook("archive", path, "--before", (monday - timedelta(14)).isoformat())
            assert archived.code == 0, archived.err
            assert rules.lost_words(path.read_bytes(), people.words) == [], told
    assert len(people.words) > 400
    assert len(lines(path.read_bytes(), "LB_Done")) > 50


def _week_of_work(path: Path, inbox: Path, people: People, week: int) -> None:
    monday = START + timedelta(weeks=week)
    data = path.read_bytes()
    data = people.work(data, monday)
    data = people.talk(data, monday)
    data = people.learn(data, monday)
    people.send_forms(data, inbox, week)
    path.write_bytes(data)


def _nothing_new(path: Path, day: str, labels: Labels) -> None:
    """A second run of the day adds its own line and nothing else."""
    first = parts(path)
    assert leadbook("process", path, "--today", day).code in (0, 1)
    second = parts(path)
    differing = {name for name in first if first[name] != second.get(name)}
    assert differing <= {sheet_part(path, labels.text("sheet.runs")), table_part(path, "LB_Runs")}
