"""``python benchmarks/make_book.py LEADS OUT.xlsx``: a filled team book, the same for the same number.

Every lead has about 33 answers and three interactions, typed in the mixed forms of a real team: numbers and
dates as cells and as text, several languages and spellings, some gaps. The book is in good order, as one that is
checked every week: the last contact is the newest interaction, the answers that its customer type needs are there,
about one answer in a hundred is a slip.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from leadbook.labels import load_labels
from leadbook.model.catalogue import Catalogue, Field, load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating.book import build_book

TODAY: Final = date(2025, 6, 18)
SEED: Final = 20250618
PER_LEAD: Final = 3
_MORNING: Final = datetime(TODAY.year, TODAY.month, TODAY.day, 9)
Row = dict[str, object]
Maker = Callable[[random.Random], object]

_FIRST: Final = (
    "Kor", "Lum", "Ves", "Tan", "Bri", "Mor", "Sel", "Dan", "Fal", "Gru", "Hes", "Jor", "Nim", "Par", "Qui", "Ros",
)  # fmt: skip
_SECOND: Final = (
    "ado", "bek", "cor", "dil", "eno", "fex", "gan", "hul", "ipo", "jar", "kel", "lor", "mex", "nor", "opt", "pul",
)  # fmt: skip
_THIRD: Final = (
    "va", "ti", "ren", "sol", "mik", "dun", "ra", "los", "fin", "bay", "gor", "tis", "nek", "wul", "ham", "zo",
)  # fmt: skip
_TRADE: Final = (
    "Precision", "Logistics", "Foods", "Textiles", "Optics", "Chemicals", "Bearings", "Software", "Packaging",
    "Medical", "Ceramics", "Motors", "Paper", "Tooling", "Energy", "Timber", "Glass", "Cables", "Robotics", "Dairy",
)  # fmt: skip
_FORM: Final = ("Ltd", "Co., Ltd.", "GmbH", "JSC", "Inc.", "LLC")
_FAULT: Final = (
    "line stops", "late deliveries", "scrap", "manual counting", "rework", "unplanned downtime", "slow quotes",
)  # fmt: skip
_PLACE: Final = (
    "packing", "the paint shop", "final assembly", "the warehouse", "milling", "incoming goods", "order entry",
)  # fmt: skip
_AIM: Final = ("halve", "cut by a third", "get rid of", "measure", "automate away", "keep below last year's")
_TOPIC: Final = (
    "prices", "the trial", "delivery dates", "the data sheet", "service hours", "a site visit", "the contract",
)  # fmt: skip
_REPS: Final = tuple(f"Rep {n:02d}" for n in range(1, 25))
_TITLES: Final = ("CEO", "General Manager", "CTO", "Procurement Manager", "Engineer", "总经理", "技术主管", "采购经理",
                  "Giám đốc", "Head of Production", "Machine Operator", "Vice President")  # fmt: skip
_CONTACTS: Final = ("Li *", "王*", "Tran *", "陈*", "J*", "Nguyễn *", "Sato *", "張*")
_CHANNELS: Final = ("Phone: {n}", "{n}", "x{k}@example.com", "WeChat: id_{k}", "Zalo: 09{m}")
# Lists in which the answers are not equally likely, in the order of the list.
_OFTEN: Final = {
    "need_clarity": (60, 38, 1, 1), "buying_priority": (35, 60, 5), "customer_type": (50, 25, 10, 15),
    "budget_status": (25, 35, 39, 1), "budget_evidence": (75, 22, 3), "urgency_stated": (20, 50, 30),
    "channel": (20, 35, 15, 30), "competition": (20, 50, 25, 5),
}  # fmt: skip
_SLIPS: Final = ("tbd", "?", "see mail", "待定", "n/a yet")


def _drawn(field: Field, catalogue: Catalogue, dice: random.Random) -> str:
    """One code of the field's list."""
    codes = catalogue.choices[field.list or ""]
    return dice.choices(codes, _OFTEN.get(field.key) or [1] * len(codes))[0]


def _spelled(field: Field, code: str, dice: random.Random) -> str:
    """The code as a label of one of the languages, in some spelling."""
    tongue = dice.choice(("en", "en", "en", "en", "zh-Hans", "vi"))
    label = load_labels(tongue).choice(field.list, code)
    return dice.choice((label, label, label, label.lower(), f" {label} "))


def _amount(currency: str) -> Maker:
    """Amounts in one currency as people type them; the bare number leaves it to the column beside."""

    def made(dice: random.Random) -> object:
        low = dice.randrange(5, 400)
        forms = {
            "CNY": (f"{low * 10000:,} CNY", f"{low}-{low + 50}万元", f"{low / 10:.1f}m CNY", f"{low * 10000} CNY",
                    f"¥{low}万"),
            "USD": (f"USD {low}k", f"US${low}k-{low + 30}k"),
            "VND": (f"{low} triệu đồng", f"{low}-{low + 50} triệu đồng"),
        }.get(currency, (f"{currency} {low}k", f"{low * 10000:,} {currency}"))  # fmt: skip
        return dice.choice((*forms, float(low * 10000)))

    return made


def _size(dice: random.Random) -> str:
    people = dice.choice((8, 25, 60, 120, 350, 800, 1500, 4000)) + dice.randrange(20)
    return dice.choice(
        (f"{people}", f"{people} employees", f"{people}-{people * 2}人", f"约{people}人",
         f"{people} employees; revenue USD {people // 8 + 1}m", f"{people} nhân viên, doanh thu {people} tỷ đồng")
    )  # fmt: skip


def _typed(day: date, dice: random.Random) -> object:
    """A date cell, or text in several spellings."""
    return dice.choice((day, day, day, day.isoformat(), f"{day:%Y/%m/%d}", f"{day.year}年{day.month}月{day.day}日"))


def _day(back: int, ahead: int = 0) -> Maker:
    """A day around the as-of date."""
    return lambda dice: _typed(TODAY + timedelta(days=dice.randrange(-back, ahead + 1)), dice)


def _plan(dice: random.Random) -> str:
    day = TODAY + timedelta(days=dice.randrange(-20, 40))
    return f"{dice.choice(('Send', 'Discuss', 'Clear up'))} {dice.choice(_TOPIC)} by {day.isoformat()}"


def _means(dice: random.Random) -> object:
    number = f"138{dice.randrange(10**8):08d}"
    if dice.random() < 0.2:
        return float(number)
    return dice.choice(_CHANNELS).format(n=number, k=dice.randrange(10**5), m=f"{dice.randrange(10**8):08d}")


def _chain(dice: random.Random) -> str:
    decides, says = dice.sample(("CEO", "General Manager", "CTO", "Head of Production"), 2)
    text = f"Decision maker: {decides} L*; Influencer: {says} W*"
    in_chinese = "最终决策人：总经理李*；影响者：技术主管王*"
    alone = f"Decision maker: {decides}"
    return dice.choices((text, f"{text}; User: operator J*", in_chinese, alone), (35, 35, 25, 5))[0]


def _pain(dice: random.Random) -> str:
    return f"{dice.choice(_FAULT).capitalize()} in {dice.choice(_PLACE)}, about {dice.randrange(2, 90)} a month"


def _goal(dice: random.Random) -> str:
    return f"{dice.choice(_AIM)} {dice.choice(_FAULT)} until {TODAY.year + dice.randrange(3)}"


def _need(currency: str) -> Maker:
    """What is wanted, half of them with a budget in the lead's currency."""

    def made(dice: random.Random) -> str:
        low, high = dice.randrange(20, 400), dice.randrange(400, 800)
        told = f"{low}-{high}万元" if currency == "CNY" else f"{currency} {low}k-{high}k"
        amount = "" if dice.random() < 0.5 else f", budget {told}"
        return f"{dice.randrange(1, 9)} stations for {dice.choice(_PLACE)}{amount}"

    return made


def _talk(dice: random.Random) -> str:
    first, second = dice.sample(_TOPIC, 2)
    return f"Talked about {first} and {second}; {dice.choice(_FAULT)} again, {dice.randrange(100)} cases"


def _reps(dice: random.Random) -> str:
    return dice.choice((", ", "、", " and ")).join(dice.sample(_REPS, dice.randrange(1, 3)))


def _whole(low: int, high: int) -> Maker:
    return lambda dice: dice.choice((float(number := dice.randrange(low, high)), float(number), str(number)))


_FREE: Final[dict[str, tuple[float, Maker]]] = {
    "company_size": (0.9, _size), "contact_name": (0.95, lambda dice: dice.choice(_CONTACTS)),
    "contact_title": (0.9, lambda dice: dice.choice(_TITLES)), "contact_means": (0.95, _means),
    "decision_chain": (0.7, _chain),
    "founded": (0.5, lambda dice: dice.choice((str(year := dice.randrange(1960, 2024)), float(year), f"{year}-05"))),
    "main_business": (0.9, lambda dice: f"{dice.choice(_TRADE)} and {dice.choice(_TRADE).lower()}"),
    "pain_points": (0.75, _pain), "goals": (0.8, _goal), "explicit_need": (0.7, _need("CNY")),
    "last_contact": (0.9, _day(120)),
    "our_participants": (0.8, _reps), "conversation": (0.95, _talk), "next_plan": (0.6, _plan),
    "rep_score": (0.7, _whole(3, 5)), "owner": (0.95, lambda dice: dice.choice(_REPS)),
    "needed_by": (0.5, _day(-5, 300)),
    "expected_amount": (0.7, _amount("CNY")), "budget": (0.45, _amount("CNY")), "budget_date": (0.3, _day(200)),
    "past_projects": (0.3, lambda dice: f"{dice.choice(_TRADE)} line, {dice.randrange(2012, 2025)}"),
    "satisfaction": (0.3, _whole(1, 6)), "complaints": (0.2, _whole(0, 5)),
    "new_needs": (0.3, _need("CNY")),
    "info_date": (0.98, _day(700)), "clicks": (0.45, _whole(0, 30)), "site_visits": (0.45, _whole(0, 15)),
    "tags": (0.2, lambda dice: dice.choice(("key", "fair; key"))),
}  # fmt: skip
_LISTED: Final = {
    "industry": 0.98, "customer_type": 0.995, "urgency_stated": 0.8, "importance_stated": 0.8, "contact_channel": 0.8,
    "region": 0.9, "lead_source": 0.8, "currency": 0.9, "budget_status": 0.6, "budget_evidence": 0.5,
    "competition": 0.6,
    "need_clarity": 0.7, "buying_priority": 0.6, "project_progress": 0.6, "technical_fit": 0.5, "response_speed": 0.5,
    "info_source": 0.98, "preferred_channel": 0.3,
}  # fmt: skip
# What a lead of this type, or in this hurry, nearly always has (R02, F11).
_OF_NEW: Final = ("company_size", "decision_chain", "pain_points")
_OF_KNOWN: Final = ("past_projects", "satisfaction", "new_needs")
_ASKED: Final = {
    "new": _OF_NEW, "existing": _OF_KNOWN, "strategic": _OF_NEW + _OF_KNOWN, "potential": ("company_size",),
    "high": ("needed_by",),
}  # fmt: skip
_NEARLY: Final = 0.98
_MAY_SLIP: Final = frozenset(
    {"company_size", "last_contact", "expected_amount", "budget", "rep_score", "needed_by", "info_date", "satisfaction",
     "industry", "urgency_stated", "importance_stated", "region", "need_clarity", "budget_status", "competition",
     "project_progress", "lead_source", "buying_priority"}
)  # fmt: skip
_SLIP: Final = 0.025


def names(count: int) -> list[str]:
    """Different companies, ``count`` of them; the legal form goes with the place in the list."""
    stems = (f"{a}{b}{c} {trade}" for c in _THIRD for trade in _TRADE for b in _SECOND for a in _FIRST)
    found = [f"{stem} {_FORM[n % len(_FORM)]}" for n, stem in zip(range(count), stems, strict=False)]
    found = [name.rpartition(" ")[0] if n % 60 == 59 else name for n, name in enumerate(found)]
    return found + [f"{found[n % len(found)]} {n // len(found)}" for n in range(len(found), count)]


def leads(count: int, catalogue: Catalogue) -> list[Row]:
    """``count`` rows of LB_Leads, field key to what stands in the cell."""
    dice = random.Random(SEED)
    listed = [field for field in catalogue.lead.fields if field.key in _LISTED]
    rows = []
    for company in names(count):
        row: Row = {"company_name": company}
        codes = {f.key: _drawn(f, catalogue, dice) for f in listed if dice.random() < _LISTED[f.key]}
        row |= {f.key: _spelled(f, codes[f.key], dice) for f in listed if f.key in codes}
        asked = [key for field in ("customer_type", "urgency_stated") for key in _ASKED.get(codes.get(field, ""), ())]
        currency = codes.get("currency", "CNY")
        money, need = _amount(currency), _need(currency)
        own = {"expected_amount": money, "budget": money, "explicit_need": need, "new_needs": need}
        for key, (share, make) in _FREE.items():
            if dice.random() < (_NEARLY if key in asked else share):
                row[key] = own.get(key, make)(dice)
        slips = [key for key in row if key in _MAY_SLIP and dice.random() < _SLIP]
        rows.append(row | {key: dice.choice(_SLIPS) for key in slips})
    return rows


def interactions(rows: list[Row], catalogue: Catalogue) -> list[Row]:
    """Three interactions for each lead, in no special order; the newest is nearly always the lead's last contact."""
    dice = random.Random(SEED + 1)
    listed = [field for field in catalogue.table("interaction").fields if field.list]
    found = []
    for lead in rows:
        moments = [_MORNING - timedelta(minutes=30 * dice.randrange(1, 9000)) for _ in range(PER_LEAD)]
        if lead.get("last_contact", _SLIPS[0]) not in _SLIPS and dice.random() < _NEARLY:
            lead["last_contact"] = _typed(max(moments).date(), dice)
        for moment in moments:
            row: Row = {"lead_name": lead["company_name"], "our_participants": _reps(dice), "content": _talk(dice)}
            row["at"] = dice.choices((moment, f"{moment:%Y-%m-%d %H:%M}", f"{moment:%Y/%m/%d}"), (85, 14, 1))[0]
            given = [field for field in listed if field.key != "reaction" or dice.random() < 0.8]
            row |= {field.key: _spelled(field, _drawn(field, catalogue, dice), dice) for field in given}
            if dice.random() < 0.2:
                row["next_plan"] = _plan(dice)
            found.append(row)
    dice.shuffle(found)
    return found


def make_book(count: int) -> bytes:
    """An English team book with ``count`` leads; the same count, the same bytes."""
    catalogue, labels = load_catalogue(), load_labels("en")
    policy, settings = default_policy_rows(catalogue, labels)
    rows = leads(count, catalogue)
    content: dict[str, Any] = {
        "lead": rows, "interaction": interactions(rows, catalogue), "team": [{"rep": name} for name in _REPS],
    }  # fmt: skip
    return build_book(labels, catalogue, policy, settings, content, fingerprint=default_policy().fingerprint)


def main(arguments: list[str]) -> int:
    """Write the book; 2 when called otherwise."""
    if len(arguments) != 2 or not arguments[0].isdigit():
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    Path(arguments[1]).write_bytes(make_book(int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
