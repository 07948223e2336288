"""Values derived from the interactions of each lead: last touch, reactions, silence (C11, R08)."""

from __future__ import annotations

import pandas as pd

NO_REPLY = "no_reply"


def contact_values(leads: pd.DataFrame, interactions: pd.DataFrame) -> pd.DataFrame:
    """One row a lead: ``last_touch`` and ``previous_touch`` (datetime64; the newest contact, and the newest one on an
    earlier day), ``last_reaction``, ``unanswered``, ``attempts_end``, ``count``.

    ``interactions`` needs ``lead_row`` (a label of ``leads.index``), ``at`` and ``reaction``. An attempt
    without a reply is no touch: engagement never rises by our own knocking.
    """
    newest = interactions.dropna(subset=["lead_row", "at"]).sort_values(["lead_row", "at"], kind="stable")
    answered = newest["reaction"].ne(NO_REPLY)
    by_lead = newest.groupby("lead_row", sort=False)
    out = pd.DataFrame(index=leads.index)
    touched = newest.loc[answered].groupby("lead_row", sort=False)["at"].max()
    last_contact = leads["last_contact"]
    both = pd.concat([last_contact, touched.reindex(leads.index)], axis=1)
    out["last_touch"] = both.max(axis=1)
    out["previous_touch"] = _before(out["last_touch"], last_contact, newest[answered])
    reacted = newest.dropna(subset=["reaction"]).groupby("lead_row", sort=False)["reaction"].last()
    out["last_reaction"] = reacted.reindex(leads.index)
    # Counted from the newest backwards until the first answer.
    later_answers = answered.iloc[::-1].groupby(newest["lead_row"].iloc[::-1], sort=False).cumsum().iloc[::-1]
    out["unanswered"] = (later_answers == 0).groupby(newest["lead_row"]).sum().reindex(leads.index)
    out["attempts_end"] = by_lead["at"].max().reindex(leads.index)
    out["count"] = by_lead.size().reindex(leads.index).fillna(0).astype(int)
    return out


def _before(newest: pd.Series, noted: pd.Series, answered: pd.DataFrame) -> pd.Series:
    """The newest contact on a day before that of ``newest`` (datetime64), by lead row; NaT for none."""
    days = newest.dt.normalize()
    talked = answered["at"].dt.normalize()
    earlier = talked[talked < days.reindex(answered["lead_row"]).to_numpy()]
    spoken = earlier.groupby(answered["lead_row"].reindex(earlier.index), sort=False).max().reindex(newest.index)
    both: pd.Series = pd.concat([spoken, noted.where(noted.dt.normalize() < days)], axis=1).max(axis=1)
    return both
