"""The oracle's half about tracking: old decision chains, values set by hand, hand-off and customer level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.oracle_values import SET, Lead, day_of, groups, rows

BEST_FIRST = ["A", "B", "C", "D", "nurture", "disqualified"]


def chain_is_old(lead: Lead, today: date) -> bool:
    if not lead.get("decision_chain"):
        return False
    single = (lead.get("value_sources") or {}).get("decision_chain") or {}
    known = [day for day in (day_of(lead.get("info_date")), lead["last_touch"]) if day]
    seen = day_of(single.get("date")) or max(known, default=None)
    return seen is not None and (today - seen).days > SET["chain_max_age_days"]


def by_hand(lead: Lead, tier: str, score: int, gates: list[Lead], today: date) -> Lead:
    """Tier and score after what was set by hand, and the computed ones where they gave way."""
    out: Lead = {"tier": tier, "score": score, "machine_tier": None, "machine_score": None}
    set_on = day_of(lead.get("override_on"))
    signed = lead.get("override_reason") and lead.get("override_by") and set_on
    if not signed or set_on is None or not set_on <= today <= set_on + timedelta(SET["override_days"]):
        return out
    if lead.get("override_tier"):
        floors = [gate["cap"] for gate in gates if gate["effect"] in ("hold", "cap")]
        wanted = [lead["override_tier"], *floors]
        out |= {"tier": max(wanted, key=BEST_FIRST.index), "machine_tier": tier}
    if lead.get("override_score"):
        out |= {"score": lead["override_score"], "machine_score": score}
    return out


def handed_to(lead: Lead, stage: str, tier: str) -> str:
    """Who holds a lead that no earlier week knows."""
    if lead.get("outcome"):
        return "customer" if lead["outcome"] == "won" else "marketing"
    if stage == "qualified_lead" and tier in ("A", "B"):
        return "sales_qualified"
    return "marketing_qualified" if stage in ("lead", "qualified_lead") and tier in ("A", "B", "C") else "marketing"


def level_of(lead: Lead, today: date, points: Callable[[list[Lead], Any, Lead, date], float]) -> str | None:
    if lead.get("customer_type") not in ("existing", "strategic"):
        return None
    parts = [
        round(points(options, lead[options[0]["reads"]], lead, today))
        for options in groups("value").values()
        if lead.get(options[0]["reads"]) not in (None, "")
    ]
    if not parts:
        return None
    value = min(max(sum(parts), 0), 100)
    return next((row["id"] for row in rows("level") if value >= row["points"]), "occasional")
