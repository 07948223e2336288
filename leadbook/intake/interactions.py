"""Interactions find their lead; the newest one speaks for the lead (R08)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from leadbook.intake.columns import Objects, RawColumn
from leadbook.intake.derive import each
from leadbook.intake.identity import tax_key
from leadbook.intake.tables import TypedTable, positions
from leadbook.intake.values.company import company_key
from leadbook.model.findings import Findings

NEAR_ENOUGH = 80
NO_SUGGESTION = "–"


def link(interactions: TypedTable, leads: pd.DataFrame, keys: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """The interactions with ``lead_row``, the sheet row of their lead (NaN when there is none).

    The key cell decides first (lead key, id or tax id), then the company's normalised name; the rows of
    a duplicate count for the first row of the company.
    """
    frame = interactions.frame
    scored = keys[keys["scored"]]
    by_name = pd.Series(scored.index, index=scored["name_key"]).dropna()
    by_name = by_name[~by_name.index.duplicated()]
    known = keys[keys["first_row"].isin(scored.index)]
    by_key = pd.concat(
        [pd.Series(rows["first_row"].to_numpy(), index=rows[column])
         for rows in (scored, known) for column in ("lead_key", "tax_key", "name_key")]
    )  # fmt: skip
    by_key = by_key[by_key.index.notna() & ~by_key.index.duplicated()]
    named = each(frame["lead_name"], company_key).map(by_name)
    keyed = frame["lead_key"].map(by_key).fillna(each(frame["lead_key"], tax_key).map(by_key))
    frame["lead_row"] = keyed.fillna(named).astype(float)
    _report(frame, leads, keys, findings)
    return frame


def regions_of(cells: Mapping[str, RawColumn], leads: pd.DataFrame) -> Objects | None:
    """The region of each interaction's lead by the name typed, since it decides how dates and 元 are read."""
    named = cells.get("lead_name")
    if named is None:
        return None
    keys = each(leads["company_name"], company_key)
    by_name = pd.Series(leads["region"].to_numpy(), index=keys).dropna()
    known = by_name[by_name.index.notna() & ~by_name.index.duplicated()].to_dict()
    texts = pd.Series([v if isinstance(v, str) else None for v in named.values], dtype=object)
    found = each(texts, lambda name: known.get(company_key(name))).astype(object)
    return found.where(found.notna(), None).to_numpy(dtype=object)


def _report(frame: pd.DataFrame, leads: pd.DataFrame, keys: pd.DataFrame, findings: Findings) -> None:
    names = leads.loc[keys["scored"], "company_name"].tolist()
    for position in positions(frame, frame["lead_row"].isna()):
        name = frame["lead_name"].iloc[position]
        findings.add(
            "interaction_without_lead",
            "interaction",
            field="lead_name",
            row=int(frame.index[position]),
            value=name if isinstance(name, str) else None,
            params={"suggestion": suggestion(name, names)},
        )
    for field in ("at", "channel", "our_participants"):
        for position in positions(frame, frame[field].isna() & frame["lead_row"].notna()):
            name = frame["lead_name"].iloc[position]
            findings.add("interaction_incomplete", "interaction", field=field, row=int(frame.index[position]),
                         lead_name=name, params={"field": field}, codes={"field": "interaction"})  # fmt: skip


def suggestion(name: object, known: list[str]) -> str:
    """The most similar known name, or a dash."""
    from rapidfuzz import fuzz, process

    if not isinstance(name, str) or not known:
        return NO_SUGGESTION
    best = process.extractOne(name, known, scorer=fuzz.WRatio, score_cutoff=NEAR_ENOUGH)
    return best[0] if best else NO_SUGGESTION


def newest_plans(leads: pd.DataFrame, interactions: pd.DataFrame) -> None:
    """Columns ``plan_text``, ``plan_due``, ``plan_at`` of ``leads``: what was agreed, by when, and when it was noted.

    The newest interaction with a plan speaks, else the row's own plan (nobody wrote when that was noted).
    """
    linked = interactions.dropna(subset=["lead_row", "at"]).sort_values(["lead_row", "at"], kind="stable")
    planned = linked[linked["next_plan"].notna()].drop_duplicates("lead_row", keep="last").set_index("lead_row")
    newer = planned["at"].reindex(leads.index).ge(leads["last_contact"]) | leads["next_plan"].isna()
    for column, part in (("plan_text", "next_plan.text"), ("plan_due", "next_plan.due")):
        theirs = planned[part].reindex(leads.index)
        leads[column] = theirs.where(newer & theirs.notna(), leads[part])
    noted = planned["at"].reindex(leads.index)
    leads["plan_at"] = noted.where(newer)
