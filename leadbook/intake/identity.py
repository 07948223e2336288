"""Who is who: the key of each lead, rows without an identity, and duplicates (F01, DESIGN §4)."""

from __future__ import annotations

import re

import pandas as pd

from leadbook.intake.derive import each
from leadbook.intake.tables import TypedTable, positions
from leadbook.intake.values.company import company_key, has_legal_form, is_only_form
from leadbook.model.findings import Findings

_NOT_ALNUM = re.compile(r"[^0-9A-Z]")


def tax_key(text: str) -> str:
    """A tax number without the marks that people put between its digits."""
    return _NOT_ALNUM.sub("", text.upper())


def lead_keys(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns ``lead_key`` (id, else tax id, else normalised name; missing without any), ``name_key``, ``tax_key``."""
    names = frame["company_name"]
    out = pd.DataFrame(index=frame.index)
    out["name_key"] = each(names, lambda name: None if is_only_form(name) else company_key(name) or None)
    out["tax_key"] = each(frame["tax_id"], lambda text: tax_key(text) or None)
    out["lead_key"] = frame["lead_id"].fillna(out["tax_key"]).fillna(out["name_key"])
    return out.astype(object).where(out.notna(), None)


def _duplicates(keys: pd.DataFrame) -> pd.Series:
    """For each row the first row of the same company (its own label when it is the first)."""
    first = pd.Series(keys.index, index=keys.index)
    for column in ("lead_key", "name_key"):
        usable = keys[column].notna()
        if column == "name_key":
            # Two firms of one name with different tax numbers are two firms.
            taxes = keys[usable].groupby(column)["tax_key"].transform("nunique")
            usable &= ~((taxes.reindex(keys.index) > 1) & keys["tax_key"].notna())
        rows = pd.Series(keys.index, index=keys.index)[usable]
        leader = rows.groupby(keys[column][usable], sort=False).transform("first").reindex(keys.index)
        first = first.where(~(usable & (leader < first)), leader)
    return first.astype(int)


def firm_keys(frame: pd.DataFrame) -> pd.DataFrame:
    """``lead_keys`` plus ``duplicate_of`` (itself for the first row of a company), ``scored`` and ``first_row``."""
    keys = lead_keys(frame)
    named = frame["company_name"].notna() & keys["lead_key"].notna()
    first = _duplicates(keys.where(named))
    keys["scored"] = named & (first == keys.index)
    keys["first_row"] = first.map(first)
    keys["duplicate_of"] = first
    return keys


def identify(leads: TypedTable, findings: Findings) -> pd.DataFrame:
    """``lead_keys`` plus ``first_row`` (first row of the company) and ``scored`` (bool): that row itself, when named.

    Findings: identity missing, duplicates (each names all rows), names without a legal form, legal forms alone.
    """
    frame = leads.frame
    keys = firm_keys(frame)
    named = frame["company_name"].notna() & keys["lead_key"].notna()
    first = keys.pop("duplicate_of")
    bare = each(frame["company_name"], is_only_form).eq(True)
    for position in positions(frame, bare):
        said = str(frame["company_name"].iloc[position])
        findings.add("only_legal_form", "lead", field="company_name", row=int(frame.index[position]), value=said)
    for position in positions(frame, ~named & ~bare):
        findings.add("identity_missing", "lead", field="company_name", row=int(frame.index[position]))
    letter = leads.letters.get("company_name", "")
    repeated = first[named & (first != first.index)]
    for leader, rows in repeated.groupby(repeated, sort=True):
        cells = ", ".join(f"{letter}{row}" for row in [leader, *rows.index])
        for row in rows.index:
            name = frame.at[row, "company_name"]
            findings.add("duplicate_lead", "lead", field="company_name", row=int(row), value=str(name),
                         params={"cells": cells})  # fmt: skip
    short = each(frame["company_name"], lambda name: not has_legal_form(name)).eq(True)
    spare = frame.loc[short & ~frame["business_model"].eq("b2c"), "company_name"]
    for row, name in zip(spare.index.tolist(), spare.tolist(), strict=True):
        findings.add("no_legal_form", "lead", field="company_name", row=row, value=name)
    return keys
