"""The rules that no run may break, checked on the file alone and with a calendar of its own."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import holidays

from leadbook.labels import Labels, load_reverse
from tests.books import parts
from tests.simulation.people import Line, day_of, lines
from tests.simulation.team import REPS

_SPAN: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?")
_WORD: Final = re.compile(r"zq\d{5}w")


@cache
def free_days(region: str) -> Any:
    return holidays.country_holidays(region, years=range(2025, 2028)) if region != "other" else {}


def is_workday(day: date, region: str) -> bool:
    """Whether people of a region work on a day."""
    known = free_days(region)
    if day in getattr(known, "weekend_workdays", ()):
        return True
    return day.weekday() < 5 and day not in known


@cache
def days_off(rep: str) -> frozenset[date]:
    out: set[date] = set()
    for first, last in _SPAN.findall("; ".join(REPS[rep][2])):
        begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
        out |= {begin + timedelta(n) for n in range((end - begin).days + 1)}
    return frozenset(out)


def open_steps(data: bytes) -> list[Line]:
    """The planned steps: those with a rank."""
    return [line for line in lines(data, "LB_FollowUps") if line["rank"] is not None]


def no_free_day(data: bytes, today: date, labels: Labels) -> list[str]:
    """Planned steps from today on that fall on a free day of the lead's region or of the rep."""
    reverse = load_reverse()
    regions = {line["company_name"]: reverse.choice("region", str(line["region"])) or "CN"
               for line in lines(data, "LB_Leads") if line["company_name"]}  # fmt: skip
    wrong = []
    for step in open_steps(data):
        due, region = day_of(step["due"]), regions.get(step["lead_name"], "CN")
        assert due is not None, step
        off = step["owner"] in REPS and due in days_off(step["owner"])
        if due >= today and (not is_workday(due, region) or off):
            wrong.append(f"{step['lead_name']} {due} {region} {step['owner']}")
    return wrong


def nobody_above_capacity(data: bytes, today: date) -> list[str]:
    """Reps with more steps on a day, or in a week, than they can do; from today on."""
    days: Counter[tuple[str, date]] = Counter()
    weeks: Counter[tuple[str, date]] = Counter()
    for step in open_steps(data):
        due = day_of(step["due"])
        if due is not None and due >= today and step["owner"] in REPS:
            days[step["owner"], due] += 1
            weeks[step["owner"], due - timedelta(due.weekday())] += 1
    wrong = [f"{rep} {day}: {count}" for (rep, day), count in days.items() if count > REPS[rep][0]]
    most = {rep: REPS[rep][1] for rep in REPS}
    wrong += [f"{rep} week of {day}: {count}" for (rep, day), count in weeks.items()
              if (limit := most[rep]) is not None and count > limit]  # fmt: skip
    return wrong


def everybody_has_a_next_day(data: bytes, labels: Labels) -> list[str]:
    """Leads without a planned step, won ones apart: nothing is given up without a day to come back to (U06)."""
    planned = {step["lead_key"] for step in open_steps(data)}
    won = {line["company_name"] for line in lines(data, "LB_Leads")
           if line["outcome"] and load_reverse().choice("outcome", line["outcome"]) == "won"}  # fmt: skip
    return [line["lead_name"] for line in lines(data, "LB_Results")
            if line["lead_key"] and line["lead_key"] not in planned and line["lead_name"] not in won]  # fmt: skip


def lost_words(data: bytes, words: dict[str, str]) -> list[str]:
    """Words that people wrote and that stand nowhere any more, or not beside their step."""
    everywhere = set()
    for name, xml in parts(data).items():
        if name.startswith("xl/worksheets/sheet") or name == "xl/sharedStrings.xml":
            everywhere |= set(_WORD.findall(xml.decode("utf-8", "ignore")))
    gone = [word for word in words if word not in everywhere]
    beside = {}
    for table in ("LB_FollowUps", "LB_Done"):
        for line in lines(data, table):
            text = " ".join(str(value) for value in line.values())
            beside.update(dict.fromkeys(_WORD.findall(text), line["step_id"]))
    return gone + [f"{word} is not beside {step}" for word, step in words.items() if step and beside.get(word) != step]


def old_history(before: bytes, after: bytes, today: date) -> list[str]:
    """History lines of earlier days that are not there any more as they were."""
    def told(data: bytes) -> Counter[str]:
        rows = ({k: v for k, v in line.items() if k != "_row"} for line in lines(data, "LB_History"))
        return Counter(repr(row) for row in rows if (day := day_of(row["date"])) is not None and day < today)

    return list((told(before) - told(after)).elements())


def weeks_told(data: bytes) -> list[str]:
    return [line["week"] for line in lines(data, "LB_Weeks") if line["week"]]
