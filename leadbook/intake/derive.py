"""What the answers say together: the contact's role, the chain's completeness, the budget in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from leadbook.intake.tables import TypedTable
from leadbook.intake.values.base import Context
from leadbook.intake.values.budget import find_budget
from leadbook.intake.values.fold import fold
from leadbook.intake.values.names import mask_name
from leadbook.intake.values.titles import c_level, role_of_title

# Weight of each kind of person in a chain (docs/scoring.md: completeness of the chain).
WITHOUT_DECIDER = 0.4  # below one half, so that authority is not confirmed without a decision maker
_WEIGHTS = {"decides": 0.5, "influences": 0.3, "executes": 0.2, "uses": 0.2}


def each(values: pd.Series, answer: Callable[[Any], Any], dtype: Any = object) -> pd.Series:
    """``answer`` of every distinct value, spread over the rows; missing stays missing."""
    codes, distinct = pd.factorize(values.to_numpy(dtype=object))
    pool = np.empty(len(distinct) + 1, dtype=object)
    answers = [answer(value) for value in distinct]
    pool[:] = [*(np.nan if found is None else found for found in answers), np.nan]
    spread: pd.Series = pd.Series(pool[codes], index=values.index, dtype=dtype)
    return spread


def completeness(chain: Sequence[dict[str, str]]) -> float:
    """Share 0..1 of a full decision chain: who decides, who influences, who carries it out or uses it."""
    roles = {link["role"] for link in chain}
    doing = max((_WEIGHTS[r] for r in roles & {"executes", "uses"}), default=0.0)
    share = round(sum(_WEIGHTS[r] for r in roles & {"decides", "influences"}) + doing, 2)
    return share if "decides" in roles else min(share, WITHOUT_DECIDER)


def contact_role(chain: Sequence[dict[str, str]], title: str | None, name: str | None) -> str | None:
    """The role that the chain gives to the contact, found by title, else by masked name."""
    by_title = [link["role"] for link in chain if title and link["title"] and fold(link["title"]) == fold(title)]
    masked = fold(mask_name(name)) if name else ""
    by_name = [link["role"] for link in chain if masked and link["name"] and fold(link["name"]) == masked]
    return next(iter(by_title or by_name), None)


def add_roles(leads: TypedTable) -> None:
    """Columns ``.role`` and ``.top`` of the title; ``.completeness``, ``.people``, ``.contact_role`` of the chain."""
    frame, chain = leads.frame, leads.columns["decision_chain"]
    frame["contact_title.role"] = each(frame["contact_title"], role_of_title)
    frame["contact_title.top"] = each(frame["contact_title"], c_level)
    frame["decision_chain.completeness"] = pd.Series(chain.part(completeness), index=frame.index, dtype=float)
    frame["decision_chain.people"] = pd.Series(chain.part(len), index=frame.index, dtype=float)
    seen: dict[tuple[int, str | None, str | None], str | None] = {}
    roles = []
    rows = zip(chain.codes.tolist(), _text(frame["contact_title"]), _text(frame["contact_name"]), strict=True)
    for key in rows:
        if key not in seen:
            code, title, name = key
            seen[key] = contact_role(chain.distinct[code], title, name) if code >= 0 else None
        roles.append(seen[key])
    frame["decision_chain.contact_role"] = pd.Series(roles, index=frame.index, dtype=object)


def _text(values: pd.Series) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in values]


def add_budget(leads: TypedTable, context: Context) -> None:
    """Fill the budget of rows without one from the stated need; such a budget was stated (F13, C04)."""
    frame = leads.frame
    wanted = frame["explicit_need"].where(frame["budget"].isna()).dropna()
    found = pd.Series(None, index=frame.index, dtype=object)
    # The region decides what 元 is, so each region reads its own sentences.
    for region, texts in wanted.groupby(frame["region"].reindex(wanted.index).fillna(context.region or ""), sort=False):
        place = replace(context, region=str(region) or None)
        here = each(texts, partial(_amount, context=place)).reindex(found.index)
        found = found.where(~found.index.isin(texts.index), here)
    hit = found.notna()
    if not hit.any():
        return
    frame.loc[hit, "budget"] = found[hit]
    for part in ("low", "high", "currency", "approximate"):
        values = found[hit].map(lambda amount, p=part: amount[p])
        frame.loc[hit, f"budget.{part}"] = values.astype(float) if part in ("low", "high") else values
    frame.loc[hit, "budget_evidence"] = frame.loc[hit, "budget_evidence"].fillna("stated")
    frame.loc[hit, "budget_status"] = frame.loc[hit, "budget_status"].fillna("planned")


def _amount(text: str, context: Context) -> dict[str, Any] | None:
    found = find_budget(text, context)
    return found.value if found is not None and isinstance(found.value, dict) else None


def fill_currency(frame: pd.DataFrame, field: str) -> None:
    """Amounts without a currency take the row's."""
    name = f"{field}.currency"
    frame[name] = frame[name].fillna(frame["currency"])


def fill_size_currency(frame: pd.DataFrame) -> None:
    """Revenue and assets without a currency take the row's."""
    for part in ("revenue", "assets"):
        name = f"company_size.{part}_currency"
        given = frame[f"company_size.{part}_low"].notna()
        frame[name] = frame[name].where(~given, frame[name].fillna(frame["currency"]))


def without_currency(frame: pd.DataFrame, field: str) -> pd.Series:
    """Where an amount of ``field`` still has no currency (bool, index as ``frame``)."""
    if field != "company_size":
        return frame[field].notna() & frame[f"{field}.currency"].isna()
    parts = [frame[f"{field}.{p}_low"].notna() & frame[f"{field}.{p}_currency"].isna() for p in ("revenue", "assets")]
    return parts[0] | parts[1]
