"""Findings about the plan: too little room, promises at risk, calendars that are not final (T08, U08)."""

from __future__ import annotations

from datetime import date

import pandas as pd

from leadbook.app.book import OpenBook, typed_rows
from leadbook.intake.values.base import Context
from leadbook.model.findings import Findings
from leadbook.model.workdays import final_until
from leadbook.plan import Team, counted_days
from leadbook.plan.team import rep_key

_TYPED = {"agreed_plan": "next_plan", "first_call": "first_quote_at"}


def from_plan(plan: pd.DataFrame, team: Team, today: date, findings: Findings) -> None:
    """One finding a rep without enough room, one a promise at risk, one a region planned beyond its calendar."""
    _short(plan, team, findings)
    _at_risk(plan, today, findings)
    _not_final(plan, today, findings)


def _short(plan: pd.DataFrame, team: Team, findings: Findings) -> None:
    owners = rep_key(plan["owner"])
    for name, mask in (("capacity_none", plan["stuck"]), ("capacity_short", plan["late"])):
        counts = owners[mask & owners.notna()].value_counts().sort_index()
        shown = plan["owner"][mask].groupby(owners).first()
        rows = team.reps["row"].reindex(counts.index)
        for rep, row, count in zip(shown.reindex(counts.index), rows, counts, strict=True):
            findings.add(
                name, "team", field="daily_capacity", row=None if pd.isna(row) else int(row), value=str(rep),
                params={"count": int(count)},
            )  # fmt: skip


def _at_risk(plan: pd.DataFrame, today: date, findings: Findings) -> None:
    """A promise whose day has not passed, yet lies before the day there is room for it."""
    missed = plan[(plan["due"] > plan["promised"]) & (plan["promised"] >= pd.Timestamp(today))]
    columns = ("kind", "due", "promised", "owner", "lead_key", "lead_name")
    for row, kind, due, promised, owner, key, name in zip(missed.index, *(missed[c] for c in columns), strict=True):
        findings.add(
            "promise_at_risk", "lead", field=_TYPED[kind], row=int(row), value=f"{promised:%Y-%m-%d}", lead_key=key,
            lead_name=name, params={"due": f"{due:%Y-%m-%d}", "rep": owner if isinstance(owner, str) else None},
        )  # fmt: skip


def _not_final(plan: pd.DataFrame, today: date, findings: Findings) -> None:
    planned = plan[plan["kind"].notna()]
    for region, dues in planned.groupby("work_region")["due"]:
        until = final_until(str(region), today.year)
        after = 0 if until is None else int((dues > pd.Timestamp(until)).sum())
        if after:
            findings.add(
                "calendar_not_final", "follow_up", field="due", value=str(region), codes={"region": "region"},
                params={"region": str(region), "until": f"{until}", "count": after},
            )  # fmt: skip


def worked_steps(book: OpenBook, context: Context, findings: Findings) -> pd.DataFrame:
    """LB_FollowUps as a typed frame; what reps wrote there and cannot be understood becomes a finding on its cell.

    A day in *done on* that has not come yet is reported and counts as no answer. Where a done step has no day, a hint
    says on which day it counts.
    """
    told = Findings()
    typed = typed_rows(book, "follow_up", context, told)
    frame, table = typed.frame, book.catalogue.table("follow_up")
    end = pd.Timestamp(context.today) + pd.Timedelta(days=1)
    late = frame["done_on"] >= end
    for row, value in frame.loc[late, "done_on"].items():
        told.add("date_in_future", "follow_up", field="done_on", row=int(str(row)), value=f"{value:%Y-%m-%d}",
                 params={"today": context.today.isoformat()})  # fmt: skip
    frame = frame.assign(done_on=frame["done_on"].where(~late))
    _assumed(frame, context.today, told)
    mine = [item for item in told if (field := table.find(item.field)) is not None and field.owner == "rep"]
    for item in mine:
        if item.row is not None:
            key, name = (frame.at[item.row, column] for column in ("lead_key", "lead_name"))
            item.lead_key, item.lead_name = (text if isinstance(text, str) else None for text in (key, name))
    findings.extend(mine)
    return frame


def _assumed(steps: pd.DataFrame, today: date, told: Findings) -> None:
    """The day on which each done step counts whose *done on* is empty; what is unreadable there was told before."""
    said = {item.row for item in told if item.field == "done_on"}
    unsaid = steps["status"].eq("done") & steps["done_on"].isna() & steps["lead_key"].notna()
    for row, day in counted_days(steps[unsaid], today).items():
        if row not in said:
            told.add("done_on_assumed", "follow_up", field="done_on", row=int(str(row)),
                     params={"assumed": f"{day:%Y-%m-%d}"})  # fmt: skip
