"""Authority, need, urgency, money: yes, no or unknown, in this order; and the stage that follows (C12, C16, C17)."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from leadbook.model.codes import ANUM

STAGES: Final = ("buyer", "prospect", "lead", "qualified_lead")
YES, NO, UNKNOWN = "yes", "no", "unknown"
CHAIN_ENOUGH: Final = 0.5
NEAR_DAYS: Final = 90
COVER_ENOUGH: Final = 0.8


def _answer(yes: pd.Series, no: pd.Series) -> pd.Series:
    """A clear "no" beats a "yes", so that a contradiction never qualifies."""
    out = np.select([no.fillna(False), yes.fillna(False)], [NO, YES], default=UNKNOWN)
    return pd.Series(out, index=yes.index, dtype=object)


def qualification(features: pd.DataFrame) -> pd.DataFrame:
    """Columns ``authority``, ``need``, ``urgency``, ``money`` with yes/no/unknown, one row a lead.

    Authority must be confirmed: a contact who decides, or a chain with a named decision maker.
    Money counts only when stated or on record (C18).
    """
    f = features
    decides = f["authority_class"].eq("decides") | (f["chain_completeness"] >= CHAIN_ENOUGH)
    powerless = f["authority_class"].isin(["executes", "uses"]) & ~(f["chain_completeness"] >= CHAIN_ENOUGH)
    stated = f["pain_points"].notna() | f["explicit_need"].notna() | f["need_clarity"].isin(["clear", "partial"])
    none = f["need_clarity"].isin(["unclear", "no_need"])
    soon = (
        f["urgency_stated"].eq("high")
        | (f["days_to_need"] <= NEAR_DAYS)
        | f["buying_priority"].eq("top")
        | f["project_progress"].isin(["approving", "contracting"])
    )
    later = f["buying_priority"].eq("not_now")
    paid = f["budget_confirmed"].isin(["approved", "planned"]) | (f["budget_cover"] >= COVER_ENOUGH)
    unpaid = f["budget_confirmed"].eq("none")
    return pd.DataFrame(
        {
            "authority": _answer(decides, powerless),
            "need": _answer(stated, none),
            "urgency": _answer(soon, later),
            "money": _answer(paid, unpaid),
        }
    )


def stage(features: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Columns ``stage`` and ``stage_since``: buyer, prospect (has a need), lead (acts like a buyer), qualified lead.

    A step counts only when every step before it has its evidence. ``stage_since`` is the earliest
    date on record (first quote, else newest contact), missing for a mere buyer.
    """
    f = features
    need = answers["need"].eq(YES)
    acting = need & (
        f["last_reaction"].eq("positive")
        | f["first_quote_at"].notna()
        | f["project_progress"].isin(["comparing", "approving", "contracting"])
        | f["competition"].isin(["seeking_alternatives", "talking_to_competitors"])
        | f["budget_confirmed"].isin(["discussing", "planned", "approved"])
    ).fillna(False)
    qualified = acting & (answers[list(ANUM)] == YES).all(axis=1)
    reached = need.astype(int) + acting.astype(int) + qualified.astype(int)
    names = np.array(STAGES, dtype=object)
    since = f["first_quote_at"].fillna(f["last_touch"])
    earlier = pd.concat([since, f["last_contact"]], axis=1).min(axis=1)
    return pd.DataFrame({"stage": names[reached], "stage_since": earlier.where(reached > 0)}, index=f.index)
