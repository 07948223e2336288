"""The team of the simulation: 60 leads in four regions, five reps who can do so much, and a book to begin with."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book
from tests.samples.random_leads import make_leads

START: Final = date(2025, 11, 17)
WEEKS: Final = 26
LEADS: Final = 60
REGIONS: Final = ("CN", "TW", "VN", "HK", "other")
# rep -> most steps a day, a week, days off (a span over Tết, single days, none)
REPS: Final[Mapping[str, tuple[int, int | None, tuple[str, ...]]]] = {
    "Ana Kim": (4, 14, ("2025-12-24..2026-01-02",)),
    "Ben Osei": (3, None, ()),
    "Lê Minh": (4, 15, ("2026-02-09..2026-02-27", "2026-04-07")),
    "王芳": (5, 18, ("2025-12-01",)),
    "林怡": (3, 12, ("2026-03-05; 2026-03-06",)),
}


def first_book(language: str, seed: int = 7) -> bytes:
    """The book on the first Monday: leads as typed, their interactions, the team; nothing computed yet."""
    chance, catalogue, labels = random.Random(seed), load_catalogue(), load_labels(language)
    made = make_leads(seed, LEADS, START, catalogue, labels)
    leads: list[dict[str, Any]] = []
    for number, row in enumerate(made.leads):
        row = dict(row)
        row["region"] = labels.choice("region", REGIONS[number % len(REGIONS)])
        if number % 10:  # every tenth lead waits for an owner
            row["owner"] = chance.choice(list(REPS))
        if row.get("outcome"):
            row["close_reason"] = "chose another supplier"
        if isinstance(row.get("first_quote_at"), datetime) and number % 3:
            row.pop("first_quote_at")  # quotes come during the half year
        leads.append(row)
    team = [
        {"rep": rep, "daily_capacity": daily, "weekly_capacity": weekly, "days_off": "; ".join(off) or None,
         "level": labels.choice("rep_level", "senior" if number < 2 else "regular")}
        for number, (rep, (daily, weekly, off)) in enumerate(REPS.items())
    ]  # fmt: skip
    rows, settings = default_policy_rows(catalogue, labels)
    content = {"lead": leads, "interaction": made.interactions, "team": team}
    return build_book(labels, catalogue, rows, settings, content, fingerprint=default_policy().fingerprint)
