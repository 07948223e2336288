"""Intake: raw tables in, typed leads and findings out (DESIGN §3, first stage)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from leadbook.intake.columns import Column, Objects
from leadbook.intake.crosscheck import Situation, crosscheck
from leadbook.intake.derive import add_budget, add_roles, fill_currency, fill_size_currency
from leadbook.intake.identity import identify
from leadbook.intake.interactions import link, newest_plans, regions_of
from leadbook.intake.schema_check import check_required, check_values
from leadbook.intake.tables import TypedTable, positions, read_table
from leadbook.intake.values.base import Context
from leadbook.labels import Reverse
from leadbook.model.catalogue import Catalogue
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy
from leadbook.model.raw import RawTableLike

PAST_DATES = ("last_contact", "budget_date", "first_quote_at", "info_date", "compliance_date", "closed_date")
_MONEY = ("expected_amount", "budget", "registered_capital")
_BY_HAND = "override"  # the section of what people set by hand


@dataclass
class Intake:
    """``leads``: scored rows only, index = sheet row, with ``lead_key`` and derived columns. ``interactions``: all
    rows with ``lead_row``. ``contradictions`` (int) and ``answers`` (fingerprint) run parallel to ``leads``."""

    leads: pd.DataFrame
    rows: int
    tables: Mapping[str, TypedTable]
    keys: pd.DataFrame
    interactions: pd.DataFrame
    team: tuple[str, ...]
    contradictions: pd.Series
    answers: pd.Series
    findings: Findings

    @property
    def not_scored(self) -> int:
        return self.rows - len(self.leads)


def take_in(
    tables: Mapping[str, RawTableLike],
    catalogue: Catalogue,
    reverse: Reverse,
    policy: Policy,
    today: date,
    language: str,
    profile: str | None = None,
) -> Intake:
    """Read, type and check leads, interactions and team of one book.

    ``tables`` maps table names (``LB_Leads``) to raw tables. Nothing is lost: what cannot be read becomes a
    finding, and the lead is scored on the rest unless its identity is missing.
    """
    findings = Findings()
    context = reading_context(policy, today, language)

    def read(key: str, anchors: Any = None, regions: Any = None) -> TypedTable:
        table = catalogue.table(key)
        return read_table(tables.get(table.name), table, reverse, context, findings, anchors, regions)

    leads = read("lead", lambda done: contact_days(done["last_contact"], today))
    interactions = read(
        "interaction", lambda done: contact_days(done["at"], today), lambda cells: regions_of(cells, leads.frame)
    )
    team = read("team")
    keys = identify(leads, findings)
    check_values(leads, findings)
    check_values(interactions, findings)
    add_roles(leads)
    add_budget(leads, context)
    for field in _MONEY:
        fill_currency(leads.frame, field)
    fill_size_currency(leads.frame)
    linked = link(interactions, leads.frame, keys, findings)
    _drop_future(linked, ("at",), "interaction", interactions, today, findings)
    names = tuple(str(name) for name in team.frame["rep"].dropna())
    contradictions = crosscheck(Situation(leads, keys["scored"], linked, names, policy, today), findings)
    check_required(leads, keys["scored"], profile, findings)
    _forget_future(leads.frame, today)
    newest_plans(leads.frame, linked)
    _name_leads(findings, leads.frame, keys, linked)
    scored = keys["scored"]
    # leadbook's own columns at the right edge are results of an earlier run, never an answer.
    ours = [f.key for f in catalogue.lead.owned("leadbook") if f.role is None]
    frame = leads.frame[scored].drop(columns=ours).assign(lead_key=keys.loc[scored, "lead_key"])
    return Intake(
        frame, len(keys), {"lead": leads, "interaction": interactions, "team": team}, keys, linked, names,
        contradictions[scored], fingerprints(leads)[scored], findings,
    )  # fmt: skip


def reading_context(policy: Policy, today: date, language: str) -> Context:
    """What the parsers know besides a cell: the day, the language, the team's currency and region."""
    return Context(today, language, str(policy.setting("currency")), _reading_region(policy))


def _reading_region(policy: Policy) -> str | None:
    """The region that decides how dates and 元 are read where a row names none.

    Mainland China adds no calendar of its own, so there the language of the book decides (民國 years in zh-Hant).
    """
    home = str(policy.setting("region"))
    return None if home == "CN" else home


def contact_days(column: Column, today: date) -> Objects:
    """The date that gives the year to dates without one: the row's contact date, else today."""
    read = {text: date.fromisoformat(text) for text in {value[:10] for value in column.distinct if value}}
    days = column.part(lambda value: read[value[:10]])
    days[pd.isna(days)] = today
    return days


def _drop_future(
    frame: pd.DataFrame, fields: tuple[str, ...], table: str, typed: TypedTable, today: date, findings: Findings
) -> None:
    end = pd.Timestamp(today) + pd.Timedelta(days=1)
    for field in fields:
        late = (frame[field] >= end).to_numpy()
        for position in positions(frame, late):
            findings.add("date_in_future", table, field=field, row=int(frame.index[position]),
                         value=typed.shown(field, position), params={"today": today.isoformat()})  # fmt: skip
        frame.loc[late, field] = pd.NaT


def _forget_future(frame: pd.DataFrame, today: date) -> None:
    """A date in the future that should be past is reported and then counts as no answer."""
    end = pd.Timestamp(today) + pd.Timedelta(days=1)
    for field in PAST_DATES:
        frame[field] = frame[field].where(~(frame[field] >= end))


def fingerprints(table: TypedTable) -> pd.Series:
    """A short hash of all answers of each row; equal answers give equal hashes in any order of rows."""
    total = np.zeros(len(table.frame), dtype=np.uint64)
    for number, (key, column) in enumerate(table.columns.items()):
        # What identifies the company is left out, so that a renamed one is recognised by its answers; what was set by
        # hand has a cause of its own, and is no answer (K04).
        known = column.field.role or column.field.section == _BY_HAND
        if column.field.owner != "rep" or known or not len(column.distinct):
            continue
        texts = np.array([f"{key}={value!r}" for value in column.distinct] + [""], dtype=object)
        hashed = pd.util.hash_array(texts, categorize=False)
        hashed[-1] = 0
        total += hashed[column.codes] * np.uint64(2 * number + 1)
    return pd.Series([f"{value:016x}"[:10] for value in total.tolist()], index=table.frame.index, dtype=object)


def _name_leads(findings: Findings, leads: pd.DataFrame, keys: pd.DataFrame, interactions: pd.DataFrame) -> None:
    """Every finding that has a row gets the key and name of its lead."""
    names, by_row = _by_row(leads["company_name"]), _by_row(keys["lead_key"])
    linked = _by_row(interactions["lead_row"].dropna())

    for item in findings:
        row = item.row if item.table == "lead" else linked.get(item.row) if item.table == "interaction" else None
        if row is not None and row in names:
            name = names[row]
            item.lead_name = name if isinstance(name, str) else item.lead_name
            item.lead_key = by_row[row]


def _by_row(values: pd.Series) -> dict[int | None, Any]:
    return dict(zip(values.index.tolist(), values.tolist(), strict=True))
