"""How old the knowledge of a decision chain is: no decision rests on people who may have changed (R19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import pandas as pd

from leadbook.model.policy import Policy

_FIELD: Final = "decision_chain"


def chain_age(leads: pd.DataFrame, last_touch: pd.Series, policy: Policy, today: date) -> pd.DataFrame:
    """Columns ``chain_seen`` (datetime64: the newest dated evidence of the chain) and ``chain_stale`` (bool).

    A date given for the chain alone (source of single values) counts before the date of the background and the
    newest contact. A chain without any date is not called old: what is unknown is not bad.
    """
    known = leads[_FIELD].notna()
    own = pd.to_datetime(leads["value_sources"].where(known).dropna().map(_dated), format="ISO8601", errors="coerce")
    noted = pd.concat([leads["info_date"], last_touch], axis=1).max(axis=1)
    seen = pd.to_datetime(own.reindex(leads.index)).fillna(noted).where(known)
    stale = (pd.Timestamp(today) - seen).dt.days > policy.number("chain_max_age_days")
    return pd.DataFrame({"chain_seen": seen, "chain_stale": stale.astype(bool)}, index=leads.index)


def _dated(entries: Iterable[Mapping[str, str]]) -> str | None:
    """The newest date among the sources of the chain; ISO texts of one length sort as dates."""
    days = [entry["date"] for entry in entries if entry["code"].partition("=")[0] == _FIELD and entry["date"]]
    return max(days, default=None)
