"""What people do between two runs: they work their steps, talk to customers, learn answers, send forms, tidy sheets."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from leadbook.labels import Labels
from leadbook.workbook.changes import Change, TableChange
from leadbook.workbook.package import Package
from leadbook.workbook.tables import RawTable, read_tables
from leadbook.workbook.writeback import write_back
from tests.forms import filled

Line = dict[str, Any]


def lines(data: bytes, table: str) -> list[Line]:
    """The rows of a table as they stand in the file: values by field key, ``_row`` the sheet row; serials stay."""
    return rows_of(read_tables(Package.from_bytes(data, "b.xlsx"))[table])


def rows_of(raw: RawTable) -> list[Line]:
    named = [(column.key or f"own:{column.header}", raw.values[column.index]) for column in raw.columns]
    return [{"_row": int(row), **{key: values[n] for key, values in named}} for n, row in enumerate(raw.rows)]


def typed(data: bytes, table: str, cells: Mapping[tuple[int, str], Any]) -> bytes:
    """The file after somebody typed into these cells (sheet row, field key)."""
    changes: list[Change] = [
        TableChange(table, {key: [value]}, "patch", [row]) for (row, key), value in sorted(cells.items())
    ]
    return write_back(Package.from_bytes(data, "b.xlsx"), changes).data if changes else data


def day_of(value: Any) -> date | None:
    return date(1899, 12, 30) + timedelta(int(value)) if isinstance(value, float) else None


@dataclass
class People:
    """The reps; ``words`` holds every word that they wrote and where it belongs (step id, or "" for elsewhere)."""

    chance: random.Random
    labels: Labels
    words: dict[str, str] = field(default_factory=dict)
    quotes: dict[str, datetime] = field(default_factory=dict)
    promises: dict[str, date] = field(default_factory=dict)
    _count: int = 0

    def word(self, step: str = "") -> str:
        """A new word that occurs nowhere else."""
        self._count += 1
        text = f"zq{self._count:05d}w"
        self.words[text] = step
        return text

    def _more(self, before: Any, said: str, step: str = "") -> str:
        """What stood in a cell, and something new after it."""
        return " ".join(filter(None, (str(before or ""), said, self.word(step))))

    def work(self, data: bytes, monday: date) -> bytes:
        """Steps of the week gone by: most are done, some skipped or left, a few get a note only."""
        cells: dict[tuple[int, str], Any] = {}
        for line in lines(data, "LB_FollowUps"):
            due = day_of(line["due"])
            if line["rank"] is None or line["status"] not in (None, self._status("open")) or due is None:
                continue
            luck, row, step = self.chance.random(), line["_row"], line["step_id"]
            if due < monday and luck < 0.7:
                cells[row, "status"] = self._status("done")
                cells[row, "done_on"] = due
                cells[row, "result"] = self._more(line["result"], "called,", step)
            elif due < monday and luck < 0.78:
                cells[row, "status"] = self._status(self.chance.choice(("skipped", "cancelled")))
                cells[row, "note"] = self._more(line["note"], "", step)
            elif luck > 0.95:
                cells[row, "note"] = self._more(line["note"], "", step)
        return typed(data, "LB_FollowUps", cells)

    def _status(self, code: str) -> str:
        return self.labels.choice("step_status", code)

    def talk(self, data: bytes, monday: date) -> bytes:
        """New interactions of last week, some with an agreed next plan."""
        names = [line["company_name"] for line in lines(data, "LB_Leads") if line["company_name"]]
        talks = []
        for name in self.chance.sample(names, 6):
            at = datetime.combine(monday - timedelta(self.chance.randint(3, 7)), time(self.chance.randint(9, 17)))
            said: Line = {
                "lead_name": name, "at": at, "channel": self.labels.choice("channel", "phone"),
                "reaction": self.labels.choice("reaction", self.chance.choice(("positive", "neutral", "no_reply"))),
                "content": f"talked about {self.word()}",
            }  # fmt: skip
            if self.chance.random() < 0.4:
                due = monday + timedelta(self.chance.randint(1, 21))
                said["next_plan"] = f"Send the paper by {due}"
            talks.append(said)
        keys = dict.fromkeys(key for talk in talks for key in talk)
        columns = {key: [talk.get(key) for talk in talks] for key in keys}
        change = TableChange("LB_Interactions", columns, "append_update", [0] * len(talks))
        return write_back(Package.from_bytes(data, "b.xlsx"), [change]).data

    def learn(self, data: bytes, monday: date) -> bytes:
        """Answers that change: budgets, needs, first quotes (also late on a Friday), an override, a lost lead."""
        leads = [line for line in lines(data, "LB_Leads") if line["company_name"]]
        cells: dict[tuple[int, str], Any] = {}
        friday = datetime.combine(monday - timedelta(3), time(17, 0))
        for line in self.chance.sample(leads, 8):
            row, labels = line["_row"], self.labels
            deed = self.chance.randint(0, 7)
            if deed == 0:
                cells[row, "budget_status"] = labels.choice("budget_status", self.chance.choice(("approved", "none")))
                cells[row, "budget_evidence"] = labels.choice("budget_evidence", "stated")
            elif deed == 1:
                cells[row, "need_clarity"] = labels.choice("need_clarity", self.chance.choice(("clear", "partial")))
            elif deed == 2:
                cells[row, "needed_by"] = monday + timedelta(self.chance.randint(5, 200))
            elif deed == 3 and not line["outcome"]:
                at = self.chance.choice((friday, friday.replace(hour=10), friday - timedelta(1, hours=2)))
                cells[row, "first_quote_at"] = at
                self.quotes[line["company_name"]] = at
            elif deed == 4:
                cells[row, "override_tier"] = labels.choice("tier", self.chance.choice("ABC"))
                cells[row, "override_reason"] = self._more(line["override_reason"], "knows us")
                cells[row, "override_by"], cells[row, "override_on"] = "Ana Kim", monday - timedelta(1)
            elif deed == 5 and self.chance.random() < 0.3 and not line["outcome"]:
                cells[row, "outcome"] = labels.choice("outcome", "lost")
                cells[row, "closed_date"] = monday - timedelta(2)
                cells[row, "close_reason"] = self._more(line["close_reason"], "price")
            elif deed == 6:
                cells[row, "pain_points"] = self._more(line["pain_points"], "line stops")
        return typed(data, "LB_Leads", cells)

    def send_forms(self, data: bytes, inbox: Path, week: int) -> None:
        """A form of a new customer each week, and one that knows more of an old one."""
        name = f"Clover {week} Works Ltd"
        answers = {
            "company_name": name, "customer_type": self.labels.choice("customer_type", "new"), "owner": "Ben Osei",
            "region": self.labels.choice("region", "VN"), "pain_points": f"late parts {self.word()}",
        }  # fmt: skip
        inbox.joinpath(f"new-{week}.xlsx").write_bytes(filled(answers, (), self.labels.language))
        known = [line["company_name"] for line in lines(data, "LB_Leads") if line["company_name"]]
        old = {"company_name": self.chance.choice(known), "customer_type": answers["customer_type"],
               "goals": f"grow {self.word()}"}  # fmt: skip
        inbox.joinpath(f"old-{week}.xlsx").write_bytes(filled(old, (), self.labels.language))
