"""A second opinion: docs/scoring.md as a plain loop over one lead, sharing no code with the package.

`judge(answers, interactions, today)` takes one lead as understood answers (codes, ISO days, plain dicts) and gives
what the package must give. Only templates/policy.default.json and schemas/questions.json (as data) are read.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracle_tracking import by_hand, chain_is_old, handed_to, level_of
from tests.oracle_values import (
    ROOT,
    SET,
    Lead,
    add_working,
    day_of,
    derive,
    from_day,
    groups,
    rows,
    working_between,
    works,
)

TIERS = ["A", "B", "C", "D", "nurture"]
# The answer that a rep would ask for behind a derived value.
BEHIND = {
    "authority_class": "contact_title", "chain_completeness": "decision_chain", "contacts_known": "decision_chain",
    "days_to_need": "needed_by", "budget_confirmed": "budget_status", "budget_cover": "budget",
    "days_to_budget_month": "budget_month", "deal_size": "expected_amount",
}  # fmt: skip
ANUM = ["authority", "need", "urgency", "money"]
QUESTIONS = json.loads((ROOT / "schemas" / "questions.json").read_text(encoding="utf-8"))
ASKED = {field for row in QUESTIONS for field in row["fields"]}


# --- points -------------------------------------------------------------------------------------------------------


def applies(row: Lead, lead: Lead) -> bool:
    if "when" not in row:
        return True
    field, answer = row["when"].split("=")
    return bool(lead.get(field) == answer)


def band_row(options: list[Lead], value: float) -> Lead | None:
    reached = [row for row in options if value >= float(row["answer"])]
    return reached[-1] if reached else None


def discount(kind: str | None, field: str, lead: Lead, today: date) -> float:
    weights = {row["id"]: row["points"] for row in rows("discount")}
    if kind == "budget":
        return float(weights["budget_history" if lead.get("budget_evidence") == "history" else "stated"])
    if kind == "chain":
        return float(weights["stale_chain"]) if chain_is_old(lead, today) else 1.0
    if kind != "background":
        return 1.0
    source, seen = lead.get("info_source"), day_of(lead.get("info_date"))
    single = (lead.get("value_sources") or {}).get("company_size" if field == "size_band" else field)
    if single:
        source, seen = single["source"], day_of(single["date"])
    half = SET["background_half_life_days"]
    age = half if seen is None else (today - seen).days
    faded: float = weights[source or "unsourced"] * 2.0 ** (-age / half)
    return faded


def raw_points(options: list[Lead], value: Any, lead: Lead, today: date) -> float:
    first = options[0]
    if first["kind"] == "choice":
        return float(next(row["points"] for row in options if row["answer"] == value))
    if first["kind"] == "band":
        row = band_row(options, value)
        return float(row["points"]) if row else 0.0
    if first["kind"] == "count":
        points, most = value * first["points"], first["most"]
        return float(min(points, most) if most > 0 else max(points, most))
    if first["kind"] == "ratio":
        return float(value * first["points"])
    if first["kind"] == "recency":
        silent = working_between(value, today, lead["working_region"])
        return float(first["points"] * 2.0 ** (-silent / first["half_life"]))
    return float(first["points"])


def reach(options: list[Lead]) -> tuple[float, float]:
    """(lowest, highest) possible points of one factor."""
    ends = [float(row["most"] if "most" in row else row["points"]) for row in options]
    if options[0]["kind"] in ("flag", "count", "ratio", "recency"):
        ends.append(0)
    return min(ends), max(ends)


def question_about(field: str) -> str:
    return str(next(row["id"] for row in QUESTIONS if field in row["fields"]))


def best_questions(answers: list[tuple[float, int, str]]) -> list[str]:
    """Three questions at most: what could move the total most, then authority before need, urgency and money."""
    ordered = sorted((answer for answer in answers if answer[0] < 0), key=lambda answer: answer[:2])
    return list(dict.fromkeys(question for _, _, question in ordered))[:3]


def score(lead: Lead, today: date) -> Lead:
    points: dict[str, int] = {}
    criteria: dict[str, int] = {}
    answered = applicable = need_fit = need_fit_most = 0.0
    low = high = 0.0
    widest, ask_next = 0.0, None
    open_answers: list[tuple[float, int, str]] = []
    for name, options in groups("factor").items():
        first = options[0]
        if not applies(first, lead):
            continue
        worst, best = reach(options)
        applicable += best - worst
        value = lead.get(first["reads"])
        if value is None or value == "":
            low, high = low + min(worst, 0), high + max(best, 0)
            asked = BEHIND.get(first["reads"], first["reads"]) in ASKED
            if asked and first["criterion"] in ANUM:
                about = BEHIND.get(first["reads"], first["reads"])
                open_answers.append((worst - best, ANUM.index(first["criterion"]), question_about(about)))
            if asked and best - worst > widest:
                widest, ask_next = best - worst, name
            got = 0
        else:
            answered += best - worst
            gross = raw_points(options, value, lead, today)
            got = round(gross * discount(first.get("discount"), first["reads"], lead, today) if gross > 0 else gross)
            points[name] = got
        criteria[first["criterion"]] = criteria.get(first["criterion"], 0) + got
        if first["criterion"] in ("need", "fit"):
            need_fit, need_fit_most = need_fit + got, need_fit_most + max(best, 0)
    total = SET["base"] + sum(points.values())
    likelihood = 1 / (1 + 2.0 ** (-(total - SET["even_odds_total"]) / SET["points_to_double_odds"]))
    return {
        "points": points, "criteria": criteria, "total": total, "total_low": total + low, "total_high": total + high,
        "coverage": answered / applicable, "likelihood": likelihood, "ask_next": ask_next,
        "questions": best_questions(open_answers),
        "score": 1 + sum(likelihood >= SET[f"score_{n}"] for n in (2, 3, 4, 5)),
        "match_share": need_fit / need_fit_most,
    }  # fmt: skip


# --- placement, gates, tier, qualification, stage -------------------------------------------------------------------


def placement(lead: Lead) -> Lead:
    sums = {}
    for section in ("urgency", "importance"):
        parts = 0.0
        for options in groups(section).values():
            value = lead.get(options[0]["reads"])
            if value is not None and value != "" and applies(options[0], lead):
                parts += raw_points(options, value, lead, date.min)
        sums[section] = min(max(round(parts), 0), 100)
    blank = {
        "urgency": lead.get("urgency_stated") is None and lead["days_to_need"] is None,
        "importance": lead.get("importance_stated") is None and lead["deal_size"] is None,
    }
    urgent = sums["urgency"] >= SET["urgency_cutoff"]
    important = sums["importance"] >= SET["importance_cutoff"]
    named = {(True, True): "do_first", (False, True): "schedule", (True, False): "respond", (False, False): "watch"}
    shown = {name: None if blank[name] else value for name, value in sums.items()}
    return {**shown, "quadrant": "unplaced" if any(blank.values()) else named[urgent, important]}


def gate_date(name: str, lead: Lead) -> date | None:
    if name == "no_reply":
        return lead["newest_interaction"]  # type: ignore[no-any-return]
    last = day_of(lead.get("last_contact")) or lead["last_touch"]
    return day_of(lead.get("budget_date")) or last if name == "no_budget" else last


def closed_gates(lead: Lead, today: date) -> list[Lead]:
    closed = []
    for name, options in groups("gate").items():
        first, value = options[0], lead.get(options[0]["reads"])
        if first["kind"] == "choice":
            hit = value in [row["answer"] for row in options]
        elif first["kind"] == "band":
            hit = value is not None and value >= float(first["answer"])
        else:
            hit = value is True
        since = gate_date(name, lead)
        expired = "expires_days" in first and since is not None and (today - since).days > first["expires_days"]
        if hit and applies(first, lead) and not expired:
            closed.append(first)
    return closed


def tier_of(total: int, gates: list[Lead]) -> str:
    if any(gate["effect"] == "disqualify" for gate in gates):
        return "disqualified"
    tier: str = next((row["id"] for row in rows("tier") if total >= row["points"]), "nurture")
    caps: list[str] = [gate["cap"] for gate in gates]
    return max([tier, *caps], key=TIERS.index)


def verdict(no: bool, yes: bool) -> str:
    return "no" if no else "yes" if yes else "unknown"


def qualification(lead: Lead) -> dict[str, str]:
    say, chain, clarity = lead["authority_class"], lead["chain_completeness"] or 0, lead.get("need_clarity")
    knows = say == "decides" or chain >= 0.5
    priority, days, cover = lead.get("buying_priority"), lead["days_to_need"], lead["budget_cover"]
    soon = days is not None and days <= 90
    moving = lead.get("project_progress") in ("approving", "contracting")
    stated = lead.get("urgency_stated") == "high"
    money = lead["budget_confirmed"]
    return {
        "authority": verdict(say in ("executes", "uses") and not knows, knows),
        "need": verdict(
            clarity in ("unclear", "no_need"),
            bool(lead.get("pain_points") or lead.get("explicit_need") or clarity in ("clear", "partial")),
        ),
        "urgency": verdict(priority == "not_now", stated or soon or priority == "top" or moving),
        "money": verdict(money == "none", money in ("approved", "planned") or (cover is not None and cover >= 0.8)),
    }


def stage_of(lead: Lead, answers: dict[str, str]) -> str:
    if answers["need"] != "yes":
        return "buyer"
    acts = (
        lead["last_reaction"] == "positive" or lead.get("first_quote_at")
        or lead.get("project_progress") in ("comparing", "approving", "contracting")
        or lead.get("competition") in ("seeking_alternatives", "talking_to_competitors")
        or lead["budget_confirmed"] in ("discussing", "planned", "approved")
    )  # fmt: skip
    if not acts:
        return "prospect"
    return "qualified_lead" if set(answers.values()) == {"yes"} else "lead"


# --- next step ------------------------------------------------------------------------------------------------------


def gaps(tier: str) -> tuple[int, int]:
    row = next(row for row in rows("cadence") if row["id"] == tier)
    return int(row["points"]), int(row["most"])


def spoken_after(quoted: str, lead: Lead) -> bool:
    """Whether a contact came after the quote; a contact without a time on the same day is not known to be later."""
    said = day_of(lead.get("last_contact"))
    return any(moment > quoted for moment in lead["moments"]) or (
        said is not None and said > date.fromisoformat(quoted[:10])
    )


def next_quarter(day: date) -> date:
    month = (day.month - 1) // 3 * 3 + 4
    return date(day.year + (month > 12), 1 if month > 12 else month, 1)


def months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (date(year + (month == 12), month % 12 + 1, 1) - timedelta(1)).day
    return date(year, month, min(day.day, last))


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def wished(lead: Lead) -> str | None:
    """The hour that the customer likes, inside working time."""
    start, end = SET["work_from"], SET["work_to"]
    late = f"{int(end[:2]) - 1:02}{end[2:]}"
    return {"morning": start, "afternoon": "14:00", "evening": late}.get(lead.get("preferred_time") or "")


def call_slot(quoted: str, lead: Lead) -> tuple[date, str]:
    """(day, hour) of the call after the quote: the deadline, or the next moment at which people work."""
    start, end = minutes(SET["work_from"]), minutes(SET["work_to"])
    deadline = datetime.fromisoformat(quoted) + timedelta(hours=SET["first_call_hours"])
    now, day = deadline.hour * 60 + deadline.minute, deadline.date()
    region = lead["working_region"]
    if works(day, region) and start <= now <= end:
        liked = wished(lead)
        return day, min(liked or "99:99", f"{deadline:%H:%M}")
    return from_day(day + timedelta(1) if now > end else day, region), SET["work_from"]


def in_turn(tier: str, newest: date | None, region: str, today: date) -> tuple[str, date]:
    """(kind, day) of the tier's row that is due first; nothing was done with the lead yet."""
    own = [row for row in rows("cadence") if row["id"] == tier]
    turns = [row for row in own if row["kind"] != "review"] or own
    if newest is None:
        return turns[0]["kind"], today
    best: tuple[date, str, date] | None = None
    for row in turns:
        low, high = int(row["points"]), int(row["most"])
        every = {"monthly": 1, "quarterly": 3}.get(row.get("effect", ""))
        raw = months_later(newest, every) if every else add_working(newest, (low + high) // 2, region)
        day = max(from_day(raw, region), add_working(newest, low, region))
        day = min(day, add_working(newest, high, region))
        if best is None or raw < best[0]:
            best = (raw, row["kind"], day)
    assert best is not None
    return best[1], best[2]


def next_step(lead: Lead, tier: str, gates: list[Lead], stage: str, asks: bool, today: date) -> Lead:
    region, newest, liked = lead["working_region"], lead["last_touch"], wished(lead)

    def on(kind: str, day: date, hour: str | None = liked) -> Lead:
        due = from_day(max(day, today), region)
        return {"next_step": kind, "next_step_due": due.isoformat(), "next_step_time": hour}

    def out_of_turn(kind: str) -> Lead:
        low, high = gaps(tier)
        return on(kind, add_working(newest, (low + high) // 2, region) if newest else today)

    if lead.get("outcome") == "won":
        return {"next_step": None, "next_step_due": None, "next_step_time": None}
    if lead.get("outcome"):
        typed, closed = day_of(lead.get("revisit_on")), day_of(lead.get("closed_date"))
        return on("review", typed or (closed or newest or today) + timedelta(days=SET["revisit_days"]))
    agreed = day_of((lead.get("next_plan") or {}).get("due"))
    if agreed and (agreed >= today or newest is None or newest <= agreed):
        due = agreed if agreed >= today else today
        while agreed >= today and not works(due, region):
            due -= timedelta(1)
        return on("agreed_plan", due)
    quoted = lead.get("first_quote_at")
    if quoted and not spoken_after(quoted, lead):
        day, hour = call_slot(quoted, lead)
        planned = from_day(max(day, today), region)
        return on("first_call", day, hour if planned == day else liked or SET["work_from"])
    kind, day = in_turn(tier, newest, region, today)
    if tier == "disqualified":
        return on("review", day)
    if any(gate["effect"] == "hold" for gate in gates):
        return out_of_turn("lift_gate")
    if tier in ("D", "nurture") and newest is not None and from_day(next_quarter(newest), region) <= today:
        return on("review", today)
    good = TIERS.index(tier) <= TIERS.index(SET["visit_from_tier"])
    if stage == "qualified_lead" and tier in ("A", "B"):
        return out_of_turn("prepare_offer")
    if good and lead["last_reaction"] == "positive":
        return out_of_turn("visit")
    if tier in ("A", "B", "C") and asks:
        return out_of_turn("ask")
    return on("call" if kind == "ask" and not asks else kind, day)


def judge(answers: Lead, interactions: list[Lead], today: date) -> Lead:
    """Everything that docs/scoring.md says about one lead on one day; no earlier week is known."""
    lead = derive(answers, interactions, today)
    result = score(lead, today)
    gates, known, share = closed_gates(lead, today), qualification(lead), result.pop("match_share")
    stage = stage_of(lead, known)
    hand = by_hand(lead, tier_of(result["total"], gates), result["score"], gates, today)
    tier = hand["tier"]
    limits = {row["id"]: float(row["answer"]) for row in rows("high_value")}
    valued = (lead["budget_cover"] or 0) >= limits["budget"] and (lead["chain_completeness"] or 0) >= limits["chain"]
    return {
        **result, **placement(lead), "size_band": lead["size_band"], "contact_say": lead["authority_class"],
        "risk_class": lead["risk_class"], "gates": [gate["id"] for gate in gates], "qualification": known,
        **hand, "handoff": handed_to(lead, stage, tier), "customer_level": level_of(lead, today, raw_points),
        "stage": stage, "high_value": valued and share >= limits["match"],
        **next_step(lead, tier, gates, stage, bool(result["questions"]), today),
    }  # fmt: skip
