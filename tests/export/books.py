"""Books whose plan is written down by the test, as a run would leave it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from leadbook.intake.values.company import company_key
from leadbook.labels import load_labels
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book
from tests.books import LEADS, TALKS, TEAM, Row, packed, parts

RAN = datetime(2026, 6, 15, 9, 0)
PLACES = {"CN": "Asia/Shanghai", "TW": "Asia/Taipei", "HK": "Asia/Hong_Kong", "VN": "Asia/Ho_Chi_Minh"}


def step(number: int, **more: Any) -> Row:
    """One open call of 王芳, as a row of LB_FollowUps in English."""
    name = more.get("lead_name", "明河机械有限公司")
    usual = {
        "rank": number, "step_id": f"S{number:04}", "lead_key": company_key(name), "lead_name": name,
        "owner": "王芳", "kind": "Call", "due": date(2026, 6, 17), "channel": "Phone", "tier": "A",
        "purpose": "Arrange a visit and show a success case",
    }  # fmt: skip
    return {**usual, **more}


def planned(steps: Sequence[Row], *, leads: Sequence[Row] = LEADS, results: Sequence[Row] = (),
            ran: Sequence[datetime] = (RAN,), language: str = "en",
            more: Mapping[str, Sequence[Row]] | None = None) -> bytes:  # fmt: skip
    """A book with these follow-ups, one line in LB_Runs for each moment, and ``more`` rows by table key."""
    catalogue, labels = load_catalogue(), load_labels(language)
    rows, settings = default_policy_rows(catalogue, labels)
    runs = [{"at": moment, "as_of": moment.date()} for moment in ran]
    content = {
        "lead": leads, "interaction": TALKS, "team": TEAM, "follow_up": steps, "result": results, "run": runs,
        **(more or {}),
    }  # fmt: skip
    return build_book(labels, catalogue, rows, settings, content, fingerprint=default_policy().fingerprint)


def saved(data: bytes, moment: str) -> bytes:
    """The same book as a program leaves it that saved it at ``moment`` (ISO, UTC)."""
    content = parts(data)
    stamp = rb"(<dcterms:modified[^>]*>)[^<]*"
    content["docProps/core.xml"] = re.sub(stamp, rb"\g<1>" + moment.encode(), content["docProps/core.xml"])
    return packed(content)
