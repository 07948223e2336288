"""Leads made up by a seeded generator: what would be typed into the book, and what it means to the oracle.

Situations that docs/scoring.md leaves open are not made up: a contact named twice with different roles, and a
contact on the very day that was agreed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from leadbook.labels import Labels
from leadbook.model.catalogue import Catalogue

Row = dict[str, Any]
TITLES: Final = {
    "Operator": ("uses", False), "Purchasing Officer": ("executes", False), "Production Manager": ("influences", False),
    "Chief Technology Officer": ("influences", True), "Plant Director": ("decides", False),
    "Managing Director": ("decides", True), "CEO": ("decides", True),
}  # fmt: skip
ROLES: Final = {"decides": "Decides", "influences": "Influences", "executes": "Executes", "uses": "Uses"}
CHOICES: Final = (
    "urgency_stated", "importance_stated", "region", "lead_source", "budget_status", "budget_evidence", "competition",
    "info_source", "business_model", "need_clarity", "buying_priority", "project_progress", "technical_fit",
    "compliance_status", "response_speed", "credit_status", "payment_behaviour",
)  # fmt: skip
FLAGS: Final = ("pain_points", "explicit_need", "past_projects", "industry_position")
COUNTS: Final = {"complaints": (0, 4), "clicks": (0, 20), "site_visits": (0, 14), "social_interactions": (0, 8),
                 "satisfaction": (1, 5), "budget_month": (1, 12)}  # fmt: skip
DAYS: Final = {"last_contact": (-300, 0), "needed_by": (-30, 400), "budget_date": (-400, 0), "info_date": (-2000, 0)}
LISTS: Final = {"signals": ("signal", 300), "risk_events": ("risk_event", 900)}
HEADS: Final = (1, 10, 11, 99, 100, 999, 1000, 5000)
SUMS: Final = (50_000, 199_999, 200_000, 1_000_000, 4_000_000, 5_000_000)


@dataclass
class Made:
    """Rows as typed, and answers and interactions by company as the oracle wants them."""

    leads: list[Row] = field(default_factory=list)
    interactions: list[Row] = field(default_factory=list)
    answers: dict[str, Row] = field(default_factory=dict)
    spoken: dict[str, list[Row]] = field(default_factory=dict)


class Maker:
    """One lead in the making; each answer is given with the lead's own probability."""

    def __init__(self, name: str, today: date, catalogue: Catalogue, labels: Labels, chance: random.Random) -> None:
        self.today, self.catalogue, self.labels, self.chance = today, catalogue, labels, chance
        self.given = chance.choice((0.15, 0.5, 0.85, 1.0))
        self.answers: Row = {"company_name": name}
        self.row: Row = {"company_name": name}

    def often(self) -> bool:
        return self.chance.random() < self.given

    def day(self, first: int, last: int) -> date:
        return self.today + timedelta(self.chance.randint(first, last))

    def choose(self, key: str, list_name: str) -> None:
        code = self.chance.choice(self.catalogue.choices[list_name])
        self.answers[key] = {"code": code} if key == "industry" else code
        self.row[key] = self.labels.choice(list_name, code)

    def plain(self) -> None:
        self.choose("customer_type", "customer_type")
        for key in filter(lambda _: self.often(), CHOICES):
            self.choose(key, self.catalogue.lead.field(key).list or "")
        if self.often():
            self.choose("industry", "industry")
        for key in filter(lambda _: self.often(), FLAGS):
            self.answers[key] = self.row[key] = "some words"
        for key in filter(lambda _: self.often(), COUNTS):
            self.answers[key] = self.row[key] = self.chance.randint(*COUNTS[key])
        for key in filter(lambda _: self.often(), DAYS):
            self.row[key] = self.day(*DAYS[key])
            self.answers[key] = self.row[key].isoformat()
        if self.often():
            self.answers["product"] = self.row["product"] = self.labels.text("policy_row.product.energy.name")

    def written(self) -> None:
        for key in filter(lambda _: self.often(), ("expected_amount", "budget")):
            low, code = self.chance.choice(SUMS), self.chance.choice(("CNY", "CNY", "USD", "TWD"))
            high = low * self.chance.choice((1, 1, 2))
            self.answers[key] = {"low": low, "high": high, "currency": code}
            self.row[key] = f"{code} {low}-{high}"
        if self.often():
            heads = self.chance.choice(HEADS)
            self.answers["company_size"] = {"headcount": {"low": heads, "high": heads}}
            self.row["company_size"] = f"{heads} people"
        for key in filter(lambda _: self.often(), LISTS):
            name, past = LISTS[key]
            items = [(self.chance.choice(self.catalogue.choices[name]), self.day(-past, 0)) for _ in range(2)]
            self.answers[key] = [{"code": code, "date": day.isoformat()} for code, day in items]
            self.row[key] = "; ".join(f"{self.labels.choice(name, code)} {day}" for code, day in items)
        if self.chance.random() < 0.2:
            source, day = self.chance.choice(self.catalogue.choices["evidence"]), self.day(-900, 0)
            self.answers["value_sources"] = {"company_size": {"source": source, "date": day.isoformat()}}
            size = self.labels.header("lead", "company_size")
            self.row["value_sources"] = f"{size} {self.labels.choice('evidence', source)} {day}"

    def people(self) -> None:
        if self.often():
            title = self.chance.choice(list(TITLES))
            self.row["contact_title"] = self.answers["contact_title"] = title
            self.answers["title_class"], self.answers["top_manager"] = TITLES[title]
        if self.often():
            self.answers["contact_name"] = self.row["contact_name"] = "Q*"
        titles = self.chance.sample(list(TITLES), self.chance.randint(1, 4))
        names = self.chance.sample(("A*", "B*", "C*", "D*", "Q*"), len(titles))
        chain = [
            {"role": self.chance.choice(list(ROLES)), "title": title, "name": name}
            for title, name in zip(titles, names, strict=True)
        ]
        mine = (self.answers.get("contact_title"), self.answers.get("contact_name"))
        roles = {link["role"] for link in chain if link["title"] == mine[0] or link["name"] == mine[1]}
        if self.often() and len(roles) < 2:
            self.answers["decision_chain"] = chain
            self.row["decision_chain"] = "; ".join(f"{ROLES[x['role']]}: {x['title']} {x['name']}" for x in chain)

    def by_hand(self) -> None:
        """Sometimes a date of the chain alone, and a tier or score set by hand, not always complete or in time."""
        if self.chance.random() < 0.15:
            day = self.day(-700, 0)
            seen = {"source": "customer", "date": f"{day}"}
            single = {**self.answers.get("value_sources", {}), "decision_chain": seen}
            words = f"{self.labels.header('lead', 'decision_chain')} {self.labels.choice('evidence', 'customer')} {day}"
            self.answers["value_sources"] = single
            self.row["value_sources"] = "; ".join(filter(None, (self.row.get("value_sources"), words)))
        if self.chance.random() < 0.15:
            if self.often():
                self.choose("override_tier", "tier")
            if self.often():
                self.answers["override_score"] = self.row["override_score"] = self.chance.randint(1, 5)
            for key in ("override_reason", "override_by"):
                if self.chance.random() < 0.9:
                    self.answers[key] = self.row[key] = "Q"
            self.row["override_on"] = day = self.day(-40, 3)
            self.answers["override_on"] = day.isoformat()

    def moment(self, first: int) -> datetime:
        return datetime.combine(self.day(first, 0), time(self.chance.randint(8, 19)))

    def talks(self) -> list[Row]:
        moments = {self.moment(-200) for _ in range(self.chance.choice((0, 0, 1, 2, 4)))}
        reactions = (*self.catalogue.choices["reaction"], "no_reply", "no_reply")
        return [{"at": at, "reaction": self.chance.choice(reactions)} for at in sorted(moments)]

    def steps(self, contacts: set[str]) -> None:
        agreed = self.day(-40, 60)
        if self.chance.random() < 0.2 and agreed.isoformat() not in contacts:
            self.answers["next_plan"] = {"due": agreed.isoformat()}
            self.row["next_plan"] = f"Send it by {agreed}"
        if self.chance.random() < 0.2:
            self.row["first_quote_at"] = self.moment(-30)
            self.answers["first_quote_at"] = self.row["first_quote_at"].isoformat()[:16]
        if self.chance.random() < 0.3:
            self.choose("preferred_time", "preferred_time")
        if self.chance.random() < 0.07:
            self.choose("outcome", "outcome")
            dates = {"closed_date": self.day(-90, 0), "revisit_on": self.day(-20, 120)}
            for key, day in dates.items():
                if self.often():
                    self.row[key], self.answers[key] = day, day.isoformat()


def make_leads(seed: int, count: int, today: date, catalogue: Catalogue, labels: Labels) -> Made:
    """`count` leads of one seed; same arguments, same leads."""
    made, chance = Made(), random.Random(seed)
    for number in range(count):
        name = f"Sample {number} Testing Ltd"
        maker = Maker(name, today, catalogue, labels, chance)
        maker.plain()
        maker.written()
        maker.people()
        maker.by_hand()
        talks = maker.talks()
        spoken = [{"at": talk["at"].isoformat()[:16], "reaction": talk["reaction"]} for talk in talks]
        maker.steps({talk["at"][:10] for talk in spoken} | {maker.answers.get("last_contact", "")})
        for talk in talks:
            reaction = labels.choice("reaction", talk["reaction"])
            made.interactions.append({"lead_name": name, "at": talk["at"], "reaction": reaction})
        made.leads.append(maker.row)
        made.answers[name], made.spoken[name] = maker.answers, spoken
    return made
