"""Calendars: read with a second parser, imported again after the book changed, right in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject

from leadbook.export.calendars import clock
from leadbook.labels import LANGUAGES, load_labels
from tests.books import BODY_ROW, LEADS, columns, edited, leadbook, plain_book, process, put, table
from tests.export.books import PLACES, RAN, planned, saved, step


def calendar(folder: Path, data: bytes, *words: str, rep: str = "王芳") -> tuple[Any, bytes]:
    """One rep's calendar: as another parser reads it, and its bytes."""
    out = folder / "one.ics"
    said = leadbook("export", put(folder, data), "--to", "ics", "--rep", rep, "-o", out, *words)
    assert said.code == 0, said.err
    return vobject.readOne(out.read_text(encoding="utf-8")), out.read_bytes()


def events(folder: Path, data: bytes, *words: str, rep: str = "王芳") -> dict[str, Any]:
    """Events by the id of their step."""
    read, _ = calendar(folder, data, *words, rep=rep)
    return {event.uid.value.partition(".")[0]: event for event in read.contents.get("vevent", [])}


def test_a_step_without_a_time_fills_its_day_and_no_other(tmp_path: Path) -> None:
    eve = date(2026, 9, 30)  # the next day is a holiday
    event = events(tmp_path, planned([step(1, due=eve)]))["S0001"]
    assert (event.dtstart.value, event.dtend.value) == (eve, date(2026, 10, 1))
    assert event.transp.value == "TRANSPARENT" and "valarm" not in event.contents
    assert event.summary.value == "Call: 明河机械有限公司" and event.status.value == "CONFIRMED"
    assert event.description.value.splitlines() == [
        "Arrange a visit and show a success case", "Channel: Phone", "Tier: A",
    ]  # fmt: skip


@pytest.mark.parametrize(("region", "zone"), PLACES.items())
def test_a_timed_step_stands_in_the_zone_of_its_lead(tmp_path: Path, region: str, zone: str) -> None:
    leads = [{**LEADS[0], "region": region}]
    _, data = calendar(tmp_path, planned([step(1, time="09:30")], leads=leads))
    event = events(tmp_path, planned([step(1, time="09:30")], leads=leads))["S0001"]
    assert f"DTSTART;TZID={zone}:20260617T093000".encode() in data
    offset = timedelta(hours=7 if region == "VN" else 8)
    for month in (1, 7):  # no daylight saving in any of them
        assert datetime(2026, month, 1, tzinfo=event.dtstart.value.tzinfo).utcoffset() == offset
    assert event.dtstart.value.astimezone(UTC) == datetime(2026, 6, 17, 9, 30, tzinfo=UTC) - offset
    assert event.dtend.value - event.dtstart.value == timedelta(minutes=30)
    assert event.valarm.trigger.value == timedelta(minutes=-15) and event.transp.value == "OPAQUE"


def test_a_lead_without_a_region_stands_in_that_of_the_book(tmp_path: Path) -> None:
    leads = [{**LEADS[0], "region": None}, {**LEADS[4], "region": "other"}]
    steps = [step(1, time="9:30"), step(2, time="14:00", lead_name="Quiet Harbour GmbH")]
    _, data = calendar(tmp_path, planned(steps, leads=leads))
    assert data.count(b"DTSTART;TZID=Asia/Shanghai:") == 2 and data.count(b"BEGIN:VTIMEZONE") == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("09:30", time(9, 30)), ("9:05", time(9, 5)), ("14：00", time(14)), ("9h30", time(9, 30)),
     ("1899-12-30 16:15", time(16, 15)), ("0.40625", time(9, 45)), ("25:10", None), ("soon", None), (None, None)],
)  # fmt: skip
def test_times_as_people_and_programs_leave_them(typed: str | None, meant: time | None) -> None:
    assert clock(typed) == meant


def test_what_is_not_planned_any_more_is_cancelled_and_done_steps_are_kept(tmp_path: Path) -> None:
    states = [
        step(1), step(2, status="Cancelled"), step(3, status="Skipped"), step(4, rank=None),
        step(5, rank=None, status="Done", done_on=date(2026, 6, 12), time="09:30"),
        step(6, rank=None, status="Done"), step(7, time="10:00", status="Cancelled"),
    ]  # fmt: skip
    found = events(tmp_path, planned(states))
    assert {key: event.status.value for key, event in found.items()} == {
        "S0001": "CONFIRMED", "S0002": "CANCELLED", "S0003": "CANCELLED", "S0004": "CANCELLED",
        "S0005": "CONFIRMED", "S0006": "CONFIRMED", "S0007": "CANCELLED",
    }  # fmt: skip
    assert found["S0005"].dtstart.value == date(2026, 6, 12) and found["S0006"].dtstart.value == date(2026, 6, 17)
    assert found["S0005"].summary.value == "✓ Call: 明河机械有限公司"
    assert not [key for key, event in found.items() if "valarm" in event.contents]


def test_importing_again_updates_the_same_events(tmp_path: Path) -> None:
    """First the plan, then a rep edits and saves, then a later run: same UIDs, each time a higher sequence."""
    books = [
        planned([step(1), step(2)]),
        saved(planned([step(1, status="Cancelled"), step(2)]), "2026-06-15T04:00:00Z"),
        planned([step(1, status="Cancelled"), step(2, due=date(2026, 6, 19))], ran=(RAN, datetime(2026, 6, 22, 9))),
    ]
    states = [events(tmp_path, data) for data in books]
    assert len({event.uid.value for state in states for event in state.values()}) == 2
    numbers = [int(state["S0002"].sequence.value) for state in states]
    stamps = [state["S0002"].dtstamp.value for state in states]
    assert numbers[0] < numbers[1] and numbers[0] < numbers[2] < 2**31
    assert stamps[0] < stamps[1] < stamps[2] == datetime(2026, 6, 22, 1, tzinfo=UTC)
    assert [state["S0001"].status.value for state in states] == ["CONFIRMED", "CANCELLED", "CANCELLED"]


def test_a_save_counts_even_where_the_clocks_of_two_machines_disagree(tmp_path: Path) -> None:
    before = saved(planned([step(1)]), "2026-06-14T20:00:00Z")
    after = saved(planned([step(1)]), "2026-06-14T21:00:00Z")  # still before the run by the book's own zone
    numbers = [int(events(tmp_path, data)["S0001"].sequence.value) for data in (before, after)]
    assert numbers[0] < numbers[1]


def test_two_books_never_share_an_event_and_one_book_always_gives_the_same_bytes(tmp_path: Path) -> None:
    book, other = planned([step(1)]), planned([step(1)], ran=(datetime(2026, 6, 16, 8, 0),))
    assert calendar(tmp_path, book)[1] == calendar(tmp_path, book)[1]
    assert events(tmp_path, book)["S0001"].uid.value != events(tmp_path, other)["S0001"].uid.value


def test_awkward_names_are_escaped_and_lines_folded(tmp_path: Path) -> None:
    name = "北方;重工,集团\\有限😀公司\nBEGIN:VALARM\x1b[31m" + "长" * 60
    read, data = calendar(tmp_path, planned([step(1, lead_name=name)]))
    lines = data.split(b"\r\n")
    assert lines.pop() == b"" and all(len(line) <= 75 for line in lines)
    assert all(line.decode("utf-8") for line in lines)  # never folded inside a character
    assert len([line for line in lines if line.startswith(b" ")]) >= 3 and b"\n" not in data.replace(b"\r\n", b"")
    meant = "北方;重工,集团\\有限😀公司 BEGIN:VALARM[31m" + "长" * 60  # reading takes control characters away
    assert read.vevent.summary.value == f"Call: {meant}" and "valarm" not in read.vevent.contents


def test_contacts_and_free_text_stay_in_the_book(tmp_path: Path) -> None:
    agreed = {"kind": "Agreed step", "purpose": "Do what was agreed: Kanari brings the samples", "note": "Kanari"}
    leads = [{**LEADS[0], "contact_name": "Kanari"}]
    book = planned([step(1, **agreed), step(2, purpose="Kanari typed this")], leads=leads)
    _, data = calendar(tmp_path, book)
    assert b"Kanari" not in data and "Agreed step: 明河机械有限公司".encode() in data
    assert b"Kanari brings the samples" in calendar(tmp_path, book, "--show-values")[1]


@pytest.mark.parametrize(("language", "kind"), [("zh-Hans", "致电"), ("vi", "Gọi điện")])
def test_a_calendar_speaks_the_language_that_is_asked_for(tmp_path: Path, language: str, kind: str) -> None:
    event = events(tmp_path, planned([step(1)]), "--lang", language)["S0001"]
    assert event.summary.value.startswith(kind) and "Arrange" not in event.description.value


def test_one_calendar_for_each_rep_in_a_folder(tmp_path: Path) -> None:
    steps = [step(1), step(2, owner=" 王芳"), step(3, owner="Ana Kim"), step(4, owner=None), step(5, step_id=None),
             step(6, step_id="S0001"), step(7, due=None)]  # fmt: skip
    path = put(tmp_path, planned(steps))
    said = leadbook("export", path, "--to", "ics")
    files = sorted((tmp_path / "team.calendars").iterdir())
    assert said.code == 0 and len(files) == 2 and all(str(file) in said.out for file in files)
    assert sum(file.read_bytes().count(b"BEGIN:VEVENT") for file in files) == 3
    assert ": 4." in said.err  # without an owner, an id, a day; and the id that stands twice


@pytest.mark.slow
def test_a_calendar_after_real_runs(tmp_path: Path, team: Path) -> None:
    """What the weekly run plans, a rep closes and the next run plans anew."""
    process(team)
    first = events(tmp_path, team.read_bytes())
    assert first and {event.status.value for event in first.values()} == {"CONFIRMED"}
    [row] = [n for n, line in enumerate(table(team, "LB_FollowUps")) if line["owner"] == "王芳"][:1]

    def close(workbook: Any) -> None:
        sheet = workbook["Follow-ups"]
        column = next(cell.column for cell in sheet[4] if cell.value == "status")
        sheet.cell(6 + row, column).value = "Cancelled"

    put(tmp_path, edited(team.read_bytes(), close))
    closed = events(tmp_path, team.read_bytes())
    process(team, "--today", "2026-06-22")
    again = events(tmp_path, team.read_bytes())
    gone = next(key for key, event in closed.items() if event.status.value == "CANCELLED")
    for key in first:
        assert first[key].uid.value == closed[key].uid.value == again[key].uid.value
        sequences = [int(state[key].sequence.value) for state in (first, closed, again)]
        assert sequences[0] < sequences[1] <= sequences[2]
    assert again[gone].status.value == "CANCELLED" and len(again) > len(first)



def hand_over(path: Path, rep: str) -> None:
    """Somebody gives the first lead to another rep on Leads."""

    def change(workbook: Any) -> None:
        sheet = workbook.worksheets[0]
        sheet.cell(BODY_ROW, columns(sheet)["owner"]).value = rep

    path.write_bytes(edited(path.read_bytes(), change))


@pytest.mark.req("U07", "T08")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_that_changes_hands_is_cancelled_for_the_former_rep(tmp_path: Path, language: str) -> None:
    """王芳 has it, then Ana Kim, then Lê Minh; in between runs on which nothing changes."""
    name, path = LEADS[0]["company_name"], put(tmp_path, plain_book(language))
    process(path)
    mine = next(row["step_id"] for row in table(path, "LB_FollowUps") if row["lead_name"] == name)
    first = events(tmp_path, path.read_bytes())[mine]
    assert first.status.value == "CONFIRMED"
    for n, (owner, gone) in enumerate((("Ana Kim", ["王芳"]), ("Lê Minh", ["王芳", "Ana Kim"])), 1):
        hand_over(path, owner)
        for day in (15 + 7 * n, 16 + 7 * n):
            assert process(path, "--today", f"2026-06-{day}").code == 0
        (row,) = [row for row in table(path, "LB_FollowUps") if row["step_id"] == mine]
        assert row["owner"] == owner and row["reason"].count("⇄") == 1 and "; ".join(gone) in row["reason"]
        for rep in gone:
            event = events(tmp_path, path.read_bytes(), rep=rep)[mine]
            assert (event.status.value, event.uid.value) == ("CANCELLED", first.uid.value)
            assert int(event.sequence.value) > int(first.sequence.value) and "description" not in event.contents
        assert events(tmp_path, path.read_bytes(), rep=owner)[mine].status.value == "CONFIRMED"
    hand_over(path, "王芳")
    process(path, "--today", "2026-07-06")
    every = {rep: events(tmp_path, path.read_bytes(), rep=rep)[mine] for rep in ("王芳", "Ana Kim", "Lê Minh")}
    states = {rep: event.status.value for rep, event in every.items()}
    assert states == {"王芳": "CONFIRMED", "Ana Kim": "CANCELLED", "Lê Minh": "CANCELLED"}


def test_a_former_rep_who_has_nothing_else_gets_a_calendar_too(tmp_path: Path) -> None:
    note = load_labels("zh-Hant").text("plan.more.taken_over", reason="每月", reps="Old Hand; Ana Kim")
    path = put(tmp_path, planned([step(1, reason=note), step(2, reason="⇄ nothing of ours")]))
    assert leadbook("export", path, "--to", "ics").code == 0
    assert len([*(tmp_path / "team.calendars").iterdir()]) == 3
    assert [e.status.value for e in events(tmp_path, path.read_bytes(), rep="old hand").values()] == ["CANCELLED"]


def test_a_step_that_nobody_took_over_is_noted_nowhere(tmp_path: Path) -> None:
    path = put(tmp_path, plain_book())
    process(path)
    process(path, "--today", "2026-06-22")
    assert not [row for row in table(path, "LB_FollowUps") if "⇄" in row["reason"]]
