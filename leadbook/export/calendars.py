"""Follow-ups as a calendar that phones and Outlook import; importing it again updates what is there (DESIGN §8)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from leadbook import __version__
from leadbook.export.texts import one_line
from leadbook.labels import Labels

if TYPE_CHECKING:
    from icalendar import Calendar, Event

ZONES: Final = {"CN": "Asia/Shanghai", "TW": "Asia/Taipei", "HK": "Asia/Hong_Kong", "VN": "Asia/Ho_Chi_Minh"}
LENGTH: Final = timedelta(minutes=30)
ALARM: Final = timedelta(minutes=-15)
_DROPPED: Final = ("cancelled", "skipped")
_CLOCK: Final = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:：h]([0-5]\d)(?!\d)")


@dataclass(frozen=True)
class Stamp:
    """How fresh a book is: ``book`` stays the same for its life, ``moment`` (UTC) and ``sequence`` only grow."""

    book: str
    moment: datetime
    sequence: int


def placed(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps that can stand in a calendar: those with an id of their own (the first of each) and a day."""
    day = steps["due"].notna() | (steps["done_on"].notna() & steps["status"].eq("done"))
    usable = steps[steps["step_id"].notna() & day]
    return usable.drop_duplicates("step_id")


def calendar(steps: pd.DataFrame, labels: Labels, stamp: Stamp, name: str, home: str) -> bytes:
    """One calendar named ``name``.

    ``steps``: rows of LB_FollowUps that are ``placed``; dates as ISO text, codes as codes, plus ``region`` of the
    lead and ``purpose`` as it may be shown (or ``None``). ``home`` is the region of leads that name none.
    """
    from icalendar import Calendar

    out = Calendar()
    out.add("prodid", f"-//leadbook//leadbook {__version__}//EN")
    out.add("version", "2.0")
    out.add("calscale", "GREGORIAN")
    out.add("method", "PUBLISH")
    out.add("name", one_line(name))
    out.add("x-wr-calname", one_line(name))
    rows = steps.to_dict("records")
    events = [_event(row, labels, stamp, home) for row in rows]
    _add_zones(out, events)
    for event in events:
        out.add_component(event)
    data: bytes = out.to_ical()
    return data


def _event(step: dict[Any, Any], labels: Labels, stamp: Stamp, home: str) -> Event:
    from icalendar import Event

    event, state = Event(), _state(step)
    kind = labels.choice("step_kind", step["kind"]) if step["kind"] else labels.text("calendar.step")
    what = labels.text("calendar.summary", kind=kind, name=one_line(step["lead_name"] or step["lead_key"] or "–"))
    event.add("uid", f"{one_line(step['step_id'])}.{stamp.book}@leadbook")
    event.add("dtstamp", stamp.moment)
    event.add("last-modified", stamp.moment)
    event.add("sequence", stamp.sequence)
    event.add("summary", labels.text("calendar.done", step=what) if state == "done" else what)
    if lines := _lines(step, labels):
        event.add("description", "\n".join(lines))
    event.add("status", "CANCELLED" if state == "dropped" else "CONFIRMED")
    _add_time(event, step, state, home, what)
    return event


def _state(step: dict[Any, Any]) -> str:
    """``done``, ``dropped`` (by hand, or no longer planned) or ``open``."""
    if step["status"] == "done":
        return "done"
    return "dropped" if step["status"] in _DROPPED or step["rank"] is None else "open"


def _lines(step: dict[Any, Any], labels: Labels) -> list[str]:
    """What the event says inside: the purpose where it may be shown, channel and tier."""
    lines = [one_line(step["purpose"])] if step["purpose"] else []
    for key, name in (("channel", "channel"), ("tier", "tier")):
        if step[key]:
            header, value = labels.header("follow_up", key), labels.choice(name, step[key])
            lines.append(labels.text("calendar.line", header=header, value=value))
    return lines


def _add_time(event: Event, step: dict[Any, Any], state: str, home: str, what: str) -> None:
    """Start and end: the day it was done for a done step, a timed half-hour with an alarm, else the whole day."""
    done_on = step["done_on"] if state == "done" else None
    day, at = date.fromisoformat(done_on or step["due"]), None if state == "done" else clock(step["time"])
    event.add("transp", "OPAQUE" if at and state == "open" else "TRANSPARENT")
    if at is None:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))  # the end of a whole day is the day after
        return
    name = ZONES.get(step["region"]) or ZONES.get(home)
    start = datetime.combine(day, at, ZoneInfo(name) if name else None)
    event.add("dtstart", start)
    event.add("dtend", start + LENGTH)
    if state == "open":
        event.add_component(_alarm(what))


def _alarm(what: str) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", ALARM)
    alarm.add("description", what)
    return alarm


def clock(text: object) -> time | None:
    """A time of day as people type it or as Excel stores it (a fraction of a day); else ``None``."""
    found = _CLOCK.search(text) if isinstance(text, str) else None
    if found:
        return time(int(found[1]), int(found[2]))
    try:
        minutes = round(float(str(text)) * 24 * 60)
    except ValueError:
        return None
    return time(*divmod(minutes, 60)) if 0 < minutes < 24 * 60 else None


def _add_zones(out: Calendar, events: list[Event]) -> None:
    """The rules of each zone that is used, for the years of its events."""
    from icalendar import Timezone

    starts = [event.decoded("dtstart") for event in events]
    timed = [start for start in starts if isinstance(start, datetime) and start.tzinfo]
    for zone in sorted({str(start.tzinfo) for start in timed}):
        years = [start.year for start in timed if str(start.tzinfo) == zone]
        first, last = date(min(years), 1, 1), date(max(years) + 1, 12, 31)
        out.add_component(Timezone.from_tzid(zone, first_date=first, last_date=last))
