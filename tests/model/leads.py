"""Leads for tests: plain dicts through the real intake, as if they had been typed into the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from leadbook.app.stages import Ranked, rank_leads
from leadbook.intake import Intake, take_in
from leadbook.intake.tables import read_table
from leadbook.intake.values.base import Context
from leadbook.labels import load_reverse
from leadbook.model.catalogue import Catalogue, load_catalogue
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy, Row, default_policy, make_policy

FIRST_ROW = 6
TODAY = date(2026, 11, 4)  # a plain Wednesday: no holiday of CN, TW, HK or VN is near
Answers = Mapping[str, Any]
POLICY = default_policy()
CATALOGUE = load_catalogue()


@dataclass(frozen=True)
class RawColumn:
    index: int
    letter: str
    header: str
    key: str | None


@dataclass(frozen=True)
class RawTable:
    name: str
    sheet: str
    rows: Any
    columns: Sequence[RawColumn]
    values: Mapping[int, Any]
    dates: Mapping[int, Any]


def serial(moment: date) -> float:
    """A date or a time as the number that Excel keeps in the cell."""
    given = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day)
    return (given - datetime(1899, 12, 30)).total_seconds() / 86400


def _cell(value: Any) -> Any:
    if isinstance(value, date):
        return serial(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def raw_table(name: str, rows: Sequence[Answers]) -> RawTable:
    """An in-memory table; columns are the keys that occur, cells are what Excel would hold."""
    keys = list(dict.fromkeys(key for row in rows for key in row))
    values, dates = {}, {}
    for place, key in enumerate(keys, 1):
        values[place] = np.array([_cell(row.get(key)) for row in rows] + [None], dtype=object)[:-1]
        dates[place] = np.array([isinstance(row.get(key), date) for row in rows], dtype=bool)
    columns = [RawColumn(place, f"C{place}", key, key) for place, key in enumerate(keys, 1)]
    return RawTable(name, name, np.arange(len(rows), dtype=np.int64) + FIRST_ROW, columns, values, dates)


def company(number: int) -> str:
    return f"Delta {number} Ltd"


def read(
    leads: Sequence[Answers],
    talks: Sequence[Answers] = (),
    *,
    today: date = TODAY,
    policy: Policy = POLICY,
    catalogue: Catalogue = CATALOGUE,
) -> Intake:
    """The intake of ``leads``; ``talks`` are interactions whose ``lead`` is the place of the lead in the list."""
    named = [{"company_name": company(n), **lead} for n, lead in enumerate(leads)]
    linked = [
        {"lead_name": named[talk["lead"]]["company_name"]} | {k: v for k, v in talk.items() if k != "lead"}
        for talk in talks
    ]
    tables = {"LB_Leads": raw_table("LB_Leads", named)}
    if linked:
        tables["LB_Interactions"] = raw_table("LB_Interactions", linked)
    return take_in(tables, catalogue, load_reverse(catalogue.extra_labels), policy, today, "en")


def table(key: str, rows: Sequence[Answers] = (), today: date = TODAY) -> pd.DataFrame:
    """A leadbook table (history, follow_up) as a typed frame."""
    spec = CATALOGUE.table(key)
    raw = raw_table(spec.name, rows) if rows else None
    return read_table(raw, spec, load_reverse(), Context(today=today), Findings()).frame


def ranked(
    leads: Sequence[Answers],
    talks: Sequence[Answers] = (),
    *,
    today: date = TODAY,
    policy: Policy = POLICY,
    catalogue: Catalogue = CATALOGUE,
    history: pd.DataFrame | None = None,
) -> Ranked:
    """Leads from typed answers to rank; rows of ``state`` in the order of ``leads``."""
    taken = read(leads, talks, today=today, policy=policy, catalogue=catalogue)
    return rank_leads(taken, table("history") if history is None else history, policy, catalogue, today)


def state(leads: Sequence[Answers], talks: Sequence[Answers] = (), **more: Any) -> pd.DataFrame:
    """One row a lead in the order given, numbered from 0."""
    return ranked(leads, talks, **more).state.reset_index(drop=True)


def one(lead: Answers, talks: Sequence[Answers] = (), **more: Any) -> pd.Series:
    """The state of a single lead."""
    return state([lead], [{"lead": 0, **talk} for talk in talks], **more).iloc[0]


def points_of(result: Ranked, factor: str) -> list[int]:
    """The points of one factor, a number for each lead."""
    column = [f.id for f in result.scores.card.factors].index(factor)
    return [int(p) for p in result.scores.card.points[:, column]]


def changed(policy: Policy = POLICY, rows: Sequence[Row] | None = None, **settings: Any) -> Policy:
    """A policy with other settings, or with other rows."""
    return make_policy(policy.name, {**policy.settings, **settings}, policy.rows if rows is None else rows)
