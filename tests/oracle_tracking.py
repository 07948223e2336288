"""The oracle's half about tracking: old decision chains, values set by hand, hand-off and customer level."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.oracle_values import SET, Lead, day_of, from_day, groups, rows, working_between

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
        left = max([lead["override_tier"], *floors], key=BEST_FIRST.index)
        if left == lead["override_tier"] or left != tier:  # else a gate leaves nothing of what was typed
            out |= {"tier": left, "machine_tier": tier}
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


def counted_on(step: Lead, today: date) -> date | None:
    """The day on which a step that was done counts: as typed, else as planned, but never after it was seen done."""
    if step.get("status") != "done":
        return None
    seen: date = step.get("archived_on") or today
    planned: date = step.get("due") or seen
    typed: date | None = step.get("done_on")
    return typed or min(planned, seen)


def after_steps(contact: date | None, region: str, steps: list[Lead], today: date) -> Lead:
    """What the steps of one lead add to its last contact: newest contact, working days since, information, review."""
    days = [(counted_on(step, today), step.get("kind")) for step in steps]
    touches = [day for day, _ in days if day] + ([contact] if contact else [])
    looks = [day for day, kind in days if day and kind not in ("send_content", "seminar")]
    touched, informed = (max(some, default=None) for some in (touches, looks + ([contact] if contact else [])))
    review = None
    if informed:
        month = (informed.month - 1) // 3 * 3 + 4
        review = from_day(date(informed.year + (month > 12), (month - 1) % 12 + 1, 1), region)
    silent = None if touched is None else max(0, working_between(touched, today, region))
    return {"touched": touched, "informed": informed, "silent": silent, "review_due": review}
