"""LB_Relations: the relation map of the best leads as a list (M5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from leadbook.app.relations import people_known
from leadbook.app.stages import Ranked
from leadbook.app.words import Objects, choices, dates, texts, worded
from leadbook.labels import Labels
from leadbook.model.policy import Policy
from leadbook.workbook.changes import TableChange


def relations(ranked: Ranked, interactions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """The people of the best ``relation_leads`` leads by rank, as ``people_known`` gives them, plus ``remark``: on the
    first line of a lead ``nobody``, ``single_contact`` or ``no_decider`` where that is so, else missing.

    A lead of which nobody is known has one line without a person.
    """
    most = int(policy.number("relation_leads"))
    best = ranked.state.loc[ranked.state["rank"].sort_values(kind="stable").index[:most]]
    people = people_known(best, interactions)
    unknown = pd.DataFrame({"lead_row": best.index[~best.index.isin(people["lead_row"])]})
    every = pd.concat([people, unknown], ignore_index=True) if len(unknown) else people
    place = pd.Series(np.arange(len(best)), index=best.index)
    every = every.assign(place=place.reindex(every["lead_row"]).to_numpy()).sort_values("place", kind="stable")
    by_lead = every.groupby("lead_row", sort=False)
    known = by_lead["source"].transform("count")
    decided = every["role"].eq("decides").groupby(every["lead_row"]).transform("any")
    remark = np.select(
        [every["lead_row"].duplicated(), known == 0, ~decided & (known == 1), ~decided, known == 1],
        ["", "nobody", "single_no_decider", "no_decider", "single_contact"], default="",
    )  # fmt: skip
    return every.assign(remark=pd.Series(remark, index=every.index, dtype=object).replace("", None))


def _persons(rows: pd.DataFrame) -> Objects:
    """Masked names; someone known only by position shows a dash."""
    names = texts(rows["name"].where(rows["name"].ne("")))
    return np.where(rows["source"].notna() & pd.isna(names), "–", names)


def relations_change(rows: pd.DataFrame, ranked: Ranked, labels: Labels) -> TableChange:
    """The rows of LB_Relations in the reader's language."""
    leads = ranked.state.loc[rows["lead_row"]]
    columns: dict[str, Any] = {
        "lead_key": texts(leads["lead_key"]), "lead_name": texts(leads["company_name"]),
        "tier": choices(leads["tier"], "tier", labels), "owner": texts(leads["owner"]), "person": _persons(rows),
        "title": texts(rows["title"].where(rows["title"].ne(""))), "role": choices(rows["role"], "role", labels),
        "source": choices(rows["source"], "relation_source", labels),
        "last_contact": dates(pd.to_datetime(rows["last_contact"])),
        "note": worded(rows["remark"], lambda remark: labels.text(f"relation_text.{remark}")),
    }  # fmt: skip
    return TableChange("LB_Relations", columns, "replace")
