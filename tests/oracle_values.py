"""The oracle's half about values: the policy as data, working days, and what docs/scoring.md derives from answers."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import holidays

ROOT = Path(__file__).resolve().parent.parent
POLICY = json.loads((ROOT / "templates" / "policy.default.json").read_text(encoding="utf-8"))
SET = POLICY["settings"]
ROWS = POLICY["rows"]
Lead = dict[str, Any]


def rows(section: str) -> list[dict[str, Any]]:
    return [row for row in ROWS if row["section"] == section]


def groups(section: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows(section):
        found.setdefault(row["id"], []).append(row)
    return found


# --- working days -----------------------------------------------------------------------------------------------


@cache
def free_days(region: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    if region not in ("CN", "TW", "HK", "VN"):
        return frozenset(), frozenset()
    known = holidays.country_holidays(region, years=[year])
    return frozenset(known), frozenset(getattr(known, "weekend_workdays", ()))


def works(day: date, region: str) -> bool:
    free, made_up = free_days(region, day.year)
    if day in made_up:
        return True
    return day.weekday() < 5 and day not in free


def from_day(day: date, region: str) -> date:
    while not works(day, region):
        day += timedelta(1)
    return day


def add_working(day: date, count: int, region: str) -> date:
    day = from_day(day, region)
    for _ in range(count):
        day = from_day(day + timedelta(1), region)
    return day


def working_between(start: date, end: date, region: str) -> int:
    return sum(works(start + timedelta(n), region) for n in range((end - start).days))


def day_of(text: str | None) -> date | None:
    """A day out of an ISO text; the first day when only a month or a year is given."""
    if not text:
        return None
    return date.fromisoformat((text[:10] + "-01-01")[:10] if len(text) == 4 else (text[:10] + "-01")[:10])


# --- derived values -----------------------------------------------------------------------------------------------


def in_book_currency(amount: Lead | None, lead: Lead, ends: tuple[str, str]) -> float | None:
    if not amount:
        return None
    value = amount[ends[0]] if amount[ends[0]] is not None else amount[ends[1]]
    rate = {row["id"]: row["points"] for row in rows("rate")}.get(amount.get("currency") or lead.get("currency"))
    return None if value is None or rate is None else float(value) * float(rate)


def headcount_of(lead: Lead) -> int | None:
    count = (lead.get("company_size") or {}).get("headcount") or {}
    lower: int | None = count.get("low")
    return lower if lower is not None else count.get("high")


def size_band(lead: Lead) -> str | None:
    count = headcount_of(lead)
    if count is None:
        return None
    return "micro" if count <= 10 else "small" if count <= 99 else "medium" if count <= 999 else "large"


def contact_say(lead: Lead) -> str | None:
    for link in lead.get("decision_chain") or []:
        same_title = link["title"] and link["title"] == lead.get("contact_title")
        if same_title or (link["name"] and link["name"] == lead.get("contact_name")):
            role: str = link["role"]
            return role
    if lead.get("top_manager"):
        count = headcount_of(lead)
        return "decides" if count is None or count < 100 else "influences"
    return lead.get("title_class")


def chain_completeness(lead: Lead) -> float | None:
    if not lead.get("decision_chain"):
        return None
    roles = {link["role"] for link in lead["decision_chain"]}
    share = 0.5 * ("decides" in roles) + 0.3 * ("influences" in roles) + 0.2 * bool(roles & {"executes", "uses"})
    return share if "decides" in roles else min(share, 0.4)


def signal_balance(lead: Lead, today: date) -> int | None:
    counted = []
    for signal in lead.get("signals") or []:
        row = next(row for row in rows("signal") if row["id"] == signal["code"])
        seen = day_of(signal["date"])
        if seen is None or (today - seen).days <= row["expires_days"]:
            counted.append(row["points"])
    return sum(counted) if counted else None


def contradictions(lead: Lead, today: date) -> int:
    clarity, named = lead.get("need_clarity"), lead.get("decision_chain") or []
    decider = any(x["role"] == "decides" and x["name"] == lead.get("contact_name") for x in named)
    needed = day_of(lead.get("needed_by"))
    soon = needed is not None and 0 <= (needed - today).days <= SET["urgent_within_days"]
    return sum((
        lead.get("budget_status") == "none" and bool(lead.get("budget")),
        clarity in ("no_need", "unclear") and bool(lead.get("explicit_need")),
        decider and lead.get("title_class") in ("executes", "uses"),
        lead.get("urgency_stated") == "low" and soon,
        lead.get("buying_priority") == "not_now" and lead.get("urgency_stated") == "high",
    ))  # fmt: skip


def risk_class(lead: Lead, today: date) -> str | None:
    worst = None
    for row in rows("risk"):
        if row["effect"] == "action":
            continue
        if row["reads"] == "risk_events":
            hits = [e for e in lead.get("risk_events") or [] if e["code"] == row["answer"]]
            dates = [day_of(e["date"]) for e in hits]
            hit = any(d is None or (today - d).days <= row["expires_days"] for d in dates)
        else:
            hit = lead.get(row["reads"]) == row["answer"]
        if hit and (worst is None or row["effect"] == "high"):
            worst = row["effect"]
    known = lead.get("credit_status") or lead.get("payment_behaviour") or lead.get("risk_events")
    return worst or ("low" if known else None)


def derive(answers: Lead, interactions: list[Lead], today: date) -> Lead:
    """The answers and everything that docs/scoring.md derives from them."""
    lead = dict(answers)
    if not lead.get("budget") and lead.get("need_budget"):
        lead["budget"] = lead["need_budget"]
        lead["budget_evidence"] = lead.get("budget_evidence") or "stated"
        lead["budget_status"] = lead.get("budget_status") or "planned"
    lead["business_model"] = lead.get("business_model") or "b2b"
    lead["working_region"] = lead.get("region") or SET["region"]
    newest_first = sorted(interactions, key=lambda i: i["at"], reverse=True)
    lead["moments"] = [i["at"] for i in newest_first if i.get("reaction") != "no_reply"]
    contacts = [day for day in [day_of(lead.get("last_contact")), *map(day_of, lead["moments"])] if day]
    lead["last_touch"] = max(contacts, default=None)
    lead["newest_interaction"] = day_of(newest_first[0]["at"]) if newest_first else None
    lead["last_reaction"] = next((i["reaction"] for i in newest_first if i.get("reaction")), None)
    lead["unanswered"] = 0
    for interaction in newest_first:
        if interaction.get("reaction") != "no_reply":
            break
        lead["unanswered"] += 1
    lead["industry_code"] = (lead.get("industry") or {}).get("code")
    lead["size_band"], lead["authority_class"] = size_band(lead), contact_say(lead)
    lead["chain_completeness"] = chain_completeness(lead)
    lead["contacts_known"] = len(lead["decision_chain"]) if lead.get("decision_chain") else None
    needed = day_of(lead.get("needed_by"))
    lead["days_to_need"] = None if needed is None else max((needed - today).days, 0)
    month = lead.get("budget_month")
    ahead = None if month is None else (month - today.month) % 12
    lead["days_to_budget_month"] = None if ahead is None else max(ahead * 30.4 - today.day + 1, 0)
    confirmed = lead.get("budget_evidence") in ("stated", "history")
    lead["budget_confirmed"] = lead.get("budget_status") if confirmed else None
    have = in_book_currency(lead.get("budget"), lead, ("high", "low"))
    want = in_book_currency(lead.get("expected_amount"), lead, ("low", "high"))
    lead["budget_cover"] = have / want if confirmed and have is not None and want else None
    lead["deal_size"] = want
    lead["signal_balance"] = signal_balance(lead, today)
    lead["contradictions"] = contradictions(lead, today)
    regulated = lead["industry_code"] in SET["regulated_industries"].split(",")
    lead["compliance_open"] = regulated and lead.get("compliance_status") not in ("held", "not_required")
    lead["risk_class"] = risk_class(lead, today)
    return lead
