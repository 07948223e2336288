"""Made-up answers of forms: sensible ones, edges of bands, and what slips of the hand leave behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from leadbook.labels import LANGUAGES, load_labels
from leadbook.model.catalogue import Catalogue, Field
from leadbook.model.policy import Policy, default_policy, make_policy
from leadbook.model.structured import BOOK_ONLY

Case = tuple[date, dict[str, Any], list[dict[str, Any]]]
EPOCH = date(1899, 12, 30)
# Around holidays and make-up days of the four regions, leap days, ends of years.
DAYS = (
    date(2026, 11, 22), date(2026, 10, 9), date(2026, 2, 24), date(2026, 2, 14), date(2025, 10, 11),
    date(2027, 1, 4), date(2028, 2, 29), date(2026, 5, 9), date(2025, 1, 26), date(2026, 12, 31),
)  # fmt: skip
AHEAD = (-400, -1, 0, 1, 7, 29, 30, 31, 32, 60, 61, 90, 91, 92, 180, 181, 182, 400)
BACK = (0, 1, 2, 3, 5, 8, 13, 15, 21, 30, 45, 60, 90, 200, 365, 730, 731, 1500)
AMOUNTS = (0, 1, 100_000, 160_000, 199_999.99, 200_000, 500_000, 800_000, 1_000_000, 2_000_000, 2_500_000, 5_000_000,
           6_250_000, 1e9, 1e12, -5, 123456.78)  # fmt: skip
SLIPS = ("?", "*", "~", "High?", "unknown", " ", "n/a", "12")
WORDS = {"pain_points": "line stops", "explicit_need": "budget 2-3 million", "decision_chain": "Decides: director Li *",
         "company_size": "120 people", "contact_title": "director", "industry_position": "leader",
         "past_projects": "two lines", "signals": "merger 2026-03", "conversation": "good talk"}  # fmt: skip


def serial(day: date) -> int:
    return (day - EPOCH).days


def cases(catalogue: Catalogue, language: str, number: int, seed: int) -> Iterator[Case]:
    """``number`` answer sets: (as of, cells by key, interactions); the first ones are special."""
    random = Random(seed)
    yield DAYS[0], {}, []
    yield DAYS[1], dict(WORDS), []
    for n in range(number - 2):
        today = random.choice(DAYS)
        full = (0.15, 0.5, 0.85, 1.0)[n % 4]
        cells: dict[str, Any] = {}
        for field in catalogue.lead.owned("rep"):
            if random.random() < full and field.section != BOOK_ONLY:
                cells |= _answer(field, catalogue, language, today, random)
        for key, text in WORDS.items():
            if random.random() < 0.3:
                cells[key] = text
        talks = [_talk(catalogue, language, today, random) for _ in range(random.choice((0, 0, 1, 2, 3, 6, 14)))]
        yield today, cells, talks


def _label(catalogue: Catalogue, name: str, language: str, random: Random) -> str:
    code = random.choice(catalogue.choices[name])
    chance = random.random()
    if chance < 0.04:
        return random.choice(SLIPS)
    if chance < 0.08:
        return code
    text = load_labels(random.choice(LANGUAGES) if chance < 0.16 else language).choice(name, code)
    return text.upper() if chance > 0.97 else text


def _answer(field: Field, catalogue: Catalogue, language: str, today: date, random: Random) -> dict[str, Any]:
    if field.kind in ("choice", "industry"):
        return {field.key: _label(catalogue, field.list or "industry", language, random)}
    if field.kind == "integer":
        top = int(field.maximum or 30)
        return {field.key: random.choice([*range(int(field.minimum or 0), top + 1)] * 3 + [-1, top + 1, 2.5, "three"])}
    if field.kind in ("date", "datetime"):
        return {field.key: _day(field, today, random)}
    if field.key == "decision_chain":
        return {"decision_chain.contact_role": _label(catalogue, "role", language, random)}
    if field.key in ("budget", "expected_amount"):
        return _amount(field.key, catalogue, language, random)
    return {}


def _day(field: Field, today: date, random: Random) -> Any:
    if random.random() < 0.05:
        return random.choice(("soon", "2026-11-01", 5, 2026, 200_000, 14_611, 14_610))
    offset = random.choice(AHEAD) if not field.past else -random.choice((*BACK, -1, -2))
    fraction = random.choice((0, 0, 0.25, 0.5, 0.75)) if field.kind == "datetime" else 0
    return serial(today + timedelta(offset)) + fraction


def _amount(key: str, catalogue: Catalogue, language: str, random: Random) -> dict[str, Any]:
    ends = sorted(random.choices(AMOUNTS, k=2))
    if random.random() < 0.07:
        ends.reverse()
    kept = random.choice((("low", "high"), ("low", "high"), ("low",), ("high",)))
    cells: dict[str, Any] = {f"{key}.{end}": ends[end == "high"] for end in kept}
    if random.random() < 0.04:
        cells[f"{key}.low"] = "two million"
    if key == "budget" and random.random() < 0.6:
        cells["budget.currency"] = _label(catalogue, "currency", language, random)
    return cells


def _talk(catalogue: Catalogue, language: str, today: date, random: Random) -> dict[str, Any]:
    talk: dict[str, Any] = {}
    if random.random() < 0.94:
        # Times repeat, so that the order of equal ones is tried as well.
        talk["at"] = serial(today) - random.choice((*BACK[:10], -1)) + random.choice((0, 0.375, 0.375, 0.6, 0.999))
    if random.random() < 0.8:
        talk["reaction"] = _label(catalogue, "reaction", language, random)
    if random.random() < 0.3:
        talk["content"] = "talked"
    return talk


def other_policy() -> Policy:
    """A policy that uses what the default one does not: every kind, discount and condition that a form can show."""
    base = default_policy()
    rows = [dict(row) for row in base.rows if row["id"] not in ("CNY", "EUR")]

    def factor(
        id_: str, reads: str, kind: str, *answers: tuple[Any, float], section: str = "factor", **more: Any
    ) -> None:
        for answer, points in answers:
            head = {"section": section, "id": id_, "reads": reads, "kind": kind, "points": points, "answer": answer}
            rows.append({**head, "criterion": "fit", **more})

    factor("style", "decision_style", "choice", ("price", 3), ("consensus", -2.5), discount="background")
    factor("rep", "rep_score", "ratio", ("", 3), discount="background", when="customer_type~new|strat")
    factor("satisfied", "satisfaction", "ratio", ("", -5), when="region=VN")
    factor("clash", "contradictions", "count", ("", -3), most=-7)
    factor("quoted", "first_quote_at", "flag", ("", 4.5))
    factor("cold", "unanswered", "band", (1, -1), (3, -6))
    factor("risk", "risk_class", "choice", ("high", -9), ("mid", -3), ("low", 2), when="business_model=b2b")
    factor("regulated", "compliance_open", "flag", ("", -1.5))
    factor("closeness", "last_touch", "recency", ("", 7), half_life=3, discount="background")
    factor("again", "last_reaction", "choice", ("positive", 2), ("no_reply", -1), when="business_model=b2c")
    factor("deal", "deal_size", "band", (-5, 1), (200000, 2), (5e6, 9), when="business_model~b2")
    factor("texts", "goals", "flag", ("", 8), when="pain_points~stop")
    factor("month", "days_to_budget_month", "band", (0, 5), (31, 2), (152, -1))
    factor("match", "match_share", "band", (0.1, 10), (0.5, 30), section="importance")
    factor("late", "needed_by", "flag", ("", 7), section="urgency")
    settings = {**base.settings, "base": -4, "currency": "TWD", "region": "VN", "even_odds_total": 30,
                "points_to_double_odds": 9, "score_2": 0, "score_5": 0.97, "urgency_cutoff": 45,
                "importance_cutoff": 60, "background_half_life_days": 365, "regulated_industries": "C, K",
                "urgent_within_days": 60}  # fmt: skip
    return make_policy("other", settings, rows)


def random_policy(seed: int) -> Policy:
    """The default policy with other points everywhere."""
    random, base = Random(seed), default_policy()
    rows = [dict(row) for row in base.rows]
    for row in rows:
        if row["section"] in ("factor", "urgency", "importance"):
            row["points"] = random.choice((row["points"], random.randint(-20, 20), round(random.uniform(-9, 9), 2)))
        elif row["section"] == "discount":
            row["points"] = round(random.uniform(0, 1), 2)
    return make_policy(f"random {seed}", {**base.settings, "base": random.randint(-30, 30)}, rows)
