"""``python benchmarks/naive.py BOOK.xlsx``: the script that a sales team would write for itself today.

pandas reads two sheets, jsonschema checks row by row, DataFrame.apply judges lead by lead, openpyxl fills the sheets
and saves. It fills what leadbook fills, by simpler rules: few spellings, no answer checked against another, no capacity
of reps; what openpyxl does not understand is dropped. It shares no code with leadbook and reads only its labels, its
default policy, its questions and what kind of answer a field takes, as data.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable
from datetime import date, datetime
from getpass import getuser
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import holidays
import numpy as np
import pandas as pd
from jsonschema import Draft202012Validator
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

Row = dict[str, Any]
Choices = dict[str, dict[str, str]]
Lines = list[list[Any]]
TODAY: Final = date(2025, 6, 18)
NOW: Final = pd.Timestamp(TODAY)
KEY_ROW, FIRST_ROW = 4, 6
TIERS: Final = ("A", "B", "C", "D", "nurture", "disqualified")
QUADRANTS: Final = ("do_first", "schedule", "respond", "watch")
ANUM: Final = ("authority", "need", "urgency", "money")
CRITERIA: Final = (*ANUM, "fit", "engagement", "history", "competition")
ISSUES: Final = ["severity", "code", "lead_name", "cell", "field", "value", "message", "accepted", "fix", "issue_key",
                 "sheet", "place"]  # fmt: skip
EDGE: Final = ["tier", "score", "next_step_due", "to_fix"]
NEEDED: Final = {
    "new": ("company_size", "contact_title", "contact_means", "decision_chain", "pain_points"),
    "existing": ("past_projects", "satisfaction", "new_needs"),
}
ROLES: Final = {"decision maker": "decides", "最终决策人": "decides", "user": "uses", "使用者": "uses",
                "influencer": "influences", "影响者": "influences"}  # fmt: skip
UNITS: Final = {"万": 1e4, "萬": 1e4, "亿": 1e8, "k": 1e3, "m": 1e6, "triệu": 1e6, "tỷ": 1e9}
SIGNS: Final = {"US$": "USD", "USD": "USD", "CNY": "CNY", "元": "CNY", "¥": "CNY", "万": "CNY", "đồng": "VND"}
AMOUNT: Final = re.compile(r"([0-9][0-9.,]*)\s*(k|m|万|萬|亿|triệu|tỷ)?", re.IGNORECASE)
DAY: Final = re.compile(r"\s*([0-9]{4})[-/年]([0-9]{1,2})[-/月]([0-9]{1,2})日?(?:\s+([0-9]{2}:[0-9]{2}))?\s*")
LEGAL_FORM: Final = re.compile(r",?\s*\b(co\., ltd|ltd|gmbh|jsc|inc|llc)\b\.?$", re.IGNORECASE)
FIXES: Final = {"enum": "Choose from the list.", "pattern": "Type the date again.", "required": "Ask for it.",
                "type": "Type it again in another way."}  # fmt: skip
ANCHORS: Final = {  # the answers without one of which a sum says nothing
    "urgency": {"urgency_stated", "days_to_need"}, "importance": {"importance_stated", "deal_size"},
    "value": {"satisfaction", "past_projects", "new_needs"},
}  # fmt: skip
SHOWN: Final = {  # columns that hold codes, and the lists of their words
    "kind": "step_kind", "high_value": "yes_no", "source": "relation_source", "list": "worklist",
    **{name: name for name in ("tier", "quadrant", "stage", "handoff", "movement", "cause", "customer_level", "channel",
                               "risk_class", "severity", "role")},
}  # fmt: skip
CALENDARS: Final = {"other": np.busdaycalendar()} | {
    region: np.busdaycalendar(
        holidays=np.array([*holidays.country_holidays(region, years=range(TODAY.year - 4, TODAY.year + 4))], "M8[D]")
    )
    for region in ("CN", "TW", "HK", "VN")
}


def load(*parts: str) -> Any:
    return json.loads(Path(__file__).parents[1].joinpath(*parts).read_text(encoding="utf-8"))


TEXT: Final[dict[str, str]] = load("leadbook", "labels", "en.json")
POLICY: Final = load("templates", "policy.default.json")
SETTINGS: Final[Row] = POLICY["settings"]
BANK: Final = {field: f"question.{row['id']}" for row in load("schemas", "questions.json") for field in row["fields"]}
FIELDS: Final[dict[str, Row]] = {
    key: {**rule["x-leadbook"], **rule}
    for name in ("interaction", "lead") for key, rule in load("schemas", f"{name}.schema.json")["properties"].items()
}  # fmt: skip
LISTS: Final = {key: field["list"] for key, field in FIELDS.items() if field["kind"] in ("choice", "industry")}
NUMBERS, DATES, AMOUNTS = (
    [key for key, field in FIELDS.items() if field["kind"] in kinds]
    for kinds in (["integer"], ["date", "datetime"], ["money"])
)


def section(name: str) -> list[Row]:
    """The rules of one part of the policy, one for each id, with its answers and the least and most it can give."""
    rules: dict[str, Row] = {}
    for row in POLICY["rows"]:
        if row["section"] == name:
            rule = rules.setdefault(row["id"], {**row, "answers": {}})
            answer = float(row["answer"]) if row.get("kind") == "band" else row.get("answer", "yes")
            rule["answers"][answer] = row.get("points", 0)
    for rule in rules.values():
        ends = (0, rule.get("most", rule.get("points", 0))) if "yes" in rule["answers"] else rule["answers"].values()
        rule["low"], rule["high"] = min(ends), max(ends)
    return list(rules.values())


RULES: Final = {name: section(name) for name in sorted({row["section"] for row in POLICY["rows"]})}
CADENCE, RATES, DISCOUNTS = ({rule["id"]: rule for rule in RULES[name]} for name in ("cadence", "rate", "discount"))


def word(name: str, code: Any) -> Any:
    """A code in the language of the book; what is no code stays."""
    return TEXT.get(f"choice.{name}.{code}", code)


def say(key: str, **words: Any) -> str:
    return TEXT[key].format(**words)


def question(field: str) -> str:
    topic = TEXT["plan.topic.default"]
    return say(BANK.get(field, "question.any_field"), field=TEXT[f"lead.{field}"], business_area=topic, situation=topic)


def choices_of_all_languages() -> Choices:
    """list -> label in lower case -> code."""
    found: Choices = {}
    for language in ("zh-Hans", "zh-Hant", "vi", "en"):
        for key, label in load("leadbook", "labels", f"{language}.json").items():
            if key.startswith("choice.") and key.count(".") == 2:
                _, name, code = key.split(".")
                found.setdefault(name, {})[label.lower()] = code
    return found


def text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def number(value: Any) -> Any:
    try:
        return float(value)
    except ValueError:
        return str(value)


def day(value: Any) -> str:
    """A date, with its time if there is one, as 2025-06-18 09:30; else what was typed."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes").removesuffix(" 00:00")
    found = DAY.fullmatch(str(value))
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2} {found[4] or ''}".rstrip() if found else str(value)


def headcount(value: Any) -> Any:
    found = re.search("[0-9]+", text(value))
    return int(found[0]) if found else text(value)


def chain(value: Any) -> Any:
    """The people of ``Decision maker: CEO L*; User: operator J*``, else what was typed."""
    people = []
    for part in re.split("[;；]", str(value)):
        role, _, person = part.strip().replace("：", ":").partition(":")
        name = re.search(r"\S\*$", person)
        title = person[: name.start()] if name else person
        people.append({"role": ROLES.get(role.lower()), "title": title.strip(), "person": name[0] if name else "–"})
    return people if all(person["role"] for person in people) else str(value)


def amount(value: str, currency: str | None) -> Any:
    """Both ends of an amount with its currency, else what was typed."""
    found = AMOUNT.findall(value)
    try:
        ends = [float(n.rstrip(".,").replace(",", "")) * UNITS.get((u or found[-1][1]).lower(), 1.0) for n, u in found]
    except ValueError:
        return value
    said = next((code for sign, code in SIGNS.items() if sign in value), currency)
    money = {"low": ends[0], "high": ends[-1], "currency": said} if ends else {}
    return {key: part for key, part in money.items() if part is not None} or value


READERS: Final[dict[str, Callable[[Any], Any]]] = {
    **dict.fromkeys(NUMBERS, number), **dict.fromkeys(DATES, day), "company_size": headcount, "decision_chain": chain,
}  # fmt: skip


def clean(typed: dict[Any, Any], choices: Choices) -> Row:
    """The answers of one row: codes for words, numbers for digits, nothing for blanks."""
    row: Row = {}
    for field, value in typed.items():
        if value is None or value != value or value == "":
            continue
        row[field] = READERS[field](value) if field in READERS else text(value)
        if field in LISTS:
            row[field] = choices[LISTS[field]].get(row[field].lower(), row[field])
    return row | {field: amount(row[field], row.get("currency")) for field in AMOUNTS if field in row}


def schema(fields: list[str], required: list[str], choices: Choices) -> Row:
    """A row of one of the two sheets after the clean-up."""
    money = {"type": "object", "required": ["low", "currency"], "properties": {"low": {"minimum": 0}}}
    special: Row = {"company_size": {"type": "integer"}, "decision_chain": {"type": "array"}}
    moment = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}"}
    special |= dict.fromkeys(AMOUNTS, money) | dict.fromkeys(DATES, moment)
    special |= {field: {"enum": sorted({*choices[name].values()})} for field, name in LISTS.items()}
    for field in NUMBERS:
        special[field] = {k: v for k, v in FIELDS[field].items() if k in ("minimum", "maximum")} | {"type": "number"}
    short = {"type": "string", "minLength": 1, "maxLength": 32767}
    needed = [
        {"if": {"properties": {"customer_type": {"const": kind}}, "required": ["customer_type"]},
         "then": {"required": list(names)}} for kind, names in NEEDED.items() if "customer_type" in fields
    ]  # fmt: skip
    properties = {field: special.get(field, short) for field in fields}
    return {"type": "object", "required": required, "properties": properties, "allOf": needed}


def check(sheet: str, typed: pd.DataFrame, rows: list[Row], rules: Row) -> list[Row]:
    """The faults of one sheet as rows of Issues; a faulty answer is dropped from its row."""
    validator, found = Draft202012Validator(rules), []
    letters = {field: get_column_letter(n) for n, field in enumerate(typed.columns, 1)}
    for place, row in zip(typed.index, rows, strict=True):
        for error in list(validator.iter_errors(row)):
            rule, inside = str(error.validator), [str(part) for part in error.absolute_path]
            field = inside[0] if inside else error.message.split("'")[1]
            lead, cell = row.get("company_name") or row.get("lead_name"), f"{sheet}!{letters[field]}{place}"
            found.append({
                "severity": "warning" if rule == "required" else "error", "code": f"schema_{rule}", "lead_name": lead,
                "cell": f'=HYPERLINK("#{cell}","{cell}")', "field": TEXT[f"{sheet.lower()[:-1]}.{field}"],
                "value": str(typed.at[place, field]) if inside else None, "message": error.message[:200],
                "accepted": str(error.validator_value)[:200], "fix": FIXES.get(rule, "Correct the value."),
                "issue_key": f"{lead}|{field}", "sheet": sheet, "place": place,
            })  # fmt: skip
            row.pop(field, None)
    return found


def last_touches(talks: pd.DataFrame) -> pd.DataFrame:
    """By company: the newest talk that was answered, the newest reaction, attempts since, the number of talks."""
    ordered = talks.assign(at=pd.to_datetime(talks["at"], format="ISO8601", errors="coerce")).sort_values("at")
    answered = ordered["reaction"].ne("no_reply")
    since = answered[::-1].groupby(ordered["lead_name"]).cumsum()
    by_lead = ordered.assign(talked=ordered["at"].where(answered), attempt=since.eq(0)).groupby("lead_name")
    return by_lead.agg(talked=("talked", "max"), last_reaction=("reaction", "last"), unanswered=("attempt", "sum"),
                       interactions=("at", "size"))  # fmt: skip


def in_book_currency(amounts: pd.Series, end: str) -> pd.Series:
    return amounts.map(lambda m: m[end] * RATES[m["currency"]]["points"], na_action="ignore").astype(float)


def facts_of(leads: pd.DataFrame, talks: pd.DataFrame) -> pd.DataFrame:
    """The leads with what the policy reads besides plain answers."""
    leads = leads.dropna(subset=["company_name"]).join(last_touches(talks), on="company_name")
    dates = leads[["last_contact", "info_date", "needed_by"]].apply(pd.to_datetime, errors="coerce")
    touch = pd.concat([dates["last_contact"], leads["talked"]], axis=1).max(axis=1)
    informed = pd.concat([dates["info_date"], touch], axis=1).max(axis=1)
    wanted, people = in_book_currency(leads["expected_amount"], "low"), leads["decision_chain"]
    size = leads["company_size"]
    bands = np.select([size <= most for most in (10, 99, 999)], ["micro", "small", "medium"], "large")
    stated = leads["budget_evidence"].isin(["stated", "history"])
    regulated = leads["industry"].isin(SETTINGS["regulated_industries"].split(","))
    decides = leads["contact_title"].str.contains("ceo|general manager|president|head|总经理|giám đốc", case=False)
    promised = leads["next_plan"].str.extract("([0-9]{4}-[0-9]{2}-[0-9]{2})")[0]
    return leads.assign(
        lead_name=leads["company_name"], region=leads["region"].fillna(SETTINGS["region"]), deal_size=wanted,
        lead_key=[re.sub(r"[\W_]+", "", LEGAL_FORM.sub("", name).lower()) for name in leads["company_name"]],
        last_contact=dates["last_contact"], last_touch=touch, informed=informed, contacts_known=people.str.len(),
        info_age=(NOW - dates["info_date"]).dt.days, days_to_need=(dates["needed_by"] - NOW).dt.days.clip(lower=0),
        chain_stale=people.notna() & ((NOW - informed).dt.days > SETTINGS["chain_max_age_days"]),
        size_band=pd.Series(bands, leads.index).where(size.notna()), industry_code=leads["industry"],
        budget_cover=(in_book_currency(leads["budget"], "high") / wanted).where(stated),
        budget_confirmed=leads["budget_status"].where(stated), promised=pd.to_datetime(promised, errors="coerce"),
        chain_completeness=people.map(lambda known: min(len({p["role"] for p in known}) / 2, 1), na_action="ignore"),
        authority_class=decides.map({True: "decides", False: "influences"}),
        compliance_open=(regulated & ~leads["compliance_status"].isin(["held", "not_required"])).map({True: "yes"}),
    )  # fmt: skip


def worth(rule: Row, value: Any) -> float:
    """The points that one answer gives."""
    match rule["kind"]:
        case "choice":
            return float(rule["answers"].get(value, 0))
        case "band":
            return float(next((p for bound, p in reversed(rule["answers"].items()) if value >= bound), 0))
        case "count":
            return float(min(max(rule["points"] * value, rule["low"]), rule["high"]))
        case "recency":
            return float(rule["points"] * 0.5 ** (max((NOW - value).days, 0) / rule["half_life"]))
        case "ratio":
            return float(rule["points"] * value)
    return float(rule["points"])


def scorecard(facts: Row) -> tuple[list[tuple[int, Row]], list[Row]]:
    """The points of a lead's answers, the most first, and the rules without an answer, the weightiest first."""
    faded = DISCOUNTS[facts.get("info_source", "unsourced")]["points"] * 0.5 ** (facts.get("info_age", 730) / 730)
    weights = {"background": faded, "chain": DISCOUNTS["stale_chain"]["points"] if facts["chain_stale"] else 1.0,
               "budget": {"stated": 1.0, "history": 0.6}.get(facts.get("budget_evidence", ""), 0.0)}  # fmt: skip
    given, missing = [], []
    for rule in (rule for rule in RULES["factor"] if rule.get("when") != "business_model=b2c"):
        if rule["reads"] not in facts:
            missing.append(rule)
        else:
            points = worth(rule, facts[rule["reads"]])
            given.append((round(points * weights.get(rule.get("discount", ""), 1.0) if points > 0 else points), rule))
    return sorted(given, key=lambda pair: -pair[0]), sorted(missing, key=lambda rule: rule["low"] - rule["high"])


def qualification(facts: Row) -> dict[str, str]:
    """Authority, need, urgency, money: yes, no or unknown."""
    said = facts.get
    no = {"need": said("need_clarity") in ("unclear", "no_need"), "urgency": said("buying_priority") == "not_now",
          "money": said("budget_confirmed") == "none"}  # fmt: skip
    yes = {"authority": said("chain_completeness", 0) >= 0.5 or said("authority_class") == "decides",
           "need": "pain_points" in facts or "explicit_need" in facts,
           "urgency": said("urgency_stated") == "high" or said("days_to_need", 999) <= 90,
           "money": said("budget_confirmed") in ("approved", "planned") or said("budget_cover", 0) >= 0.8}  # fmt: skip
    return {name: "no" if no.get(name) else "yes" if yes[name] else "unknown" for name in ANUM}


def standing(facts: Row, total: float) -> Row:
    """Tier, score and stage of a lead, who holds it, and what stands in its way."""
    anum = qualification(facts)
    gates = [gate for gate in RULES["gate"] if (value := facts.get(gate["reads"])) in gate["answers"]
             or (gate["kind"] == "band" and (value or 0) >= min(gate["answers"]))]  # fmt: skip
    floors = ["disqualified" if gate["effect"] == "disqualify" else gate["cap"] for gate in gates]
    tier = max([next((r["id"] for r in RULES["tier"] if total >= r["points"]), "nurture"), *floors], key=TIERS.index)
    odds = 2.0 ** ((total - SETTINGS["even_odds_total"]) / SETTINGS["points_to_double_odds"])
    score = 1 + sum(odds / (1 + odds) >= SETTINGS[f"score_{n}"] for n in (2, 3, 4, 5))
    acts = facts.get("last_reaction") == "positive" or facts.keys() & {"budget_confirmed", "project_progress"}
    stages = {"buyer": anum["need"] != "yes", "prospect": not acts, "lead": set(anum.values()) != {"yes"}}
    stage = next((name for name, here in stages.items() if here), "qualified_lead")
    holders = {"sales_qualified": stage == "qualified_lead" and tier in "AB",
               "marketing_qualified": stage in ("lead", "qualified_lead") and tier in "ABC"}  # fmt: skip
    closed = [say("result_text.gate", gate=gate["name"], effect=word("gate_effect", gate["effect"]),
                  evidence=f"{gate['reads']}: {facts[gate['reads']]}") for gate in gates]  # fmt: skip
    answers = [say(f"result_text.qualified_{anum[name]}", criterion=word("criterion", name)) for name in ANUM]
    return {
        "tier": tier, "score": score, "likelihood": say("result_text.likelihood_note", score=score), "stage": stage,
        "handoff": next((name for name, here in holders.items() if here), "marketing"),
        "qualification": "; ".join(answers), "gates": "; ".join(closed) or None,
        "gate_ids": "; ".join(gate["id"] for gate in gates) or None,
    }  # fmt: skip


def outlook(facts: Row) -> Row:
    """Quadrant, level of a known customer, high value, what the lead may need next, tags."""
    sums = {}
    for name, anchors in ANCHORS.items():
        points = sum(worth(rule, facts[rule["reads"]]) for rule in RULES[name] if rule["reads"] in facts)
        sums[name] = min(max(points, 0.0), 100.0) if facts.keys() & anchors else None
    urgency, importance, value = sums["urgency"], sums["importance"], sums["value"]
    placed = "unplaced" if urgency is None or importance is None else QUADRANTS[(urgency < 50) + 2 * (importance < 50)]
    level = next((rule["id"] for rule in RULES["level"] if (value or 0) >= rule["points"]), "occasional")
    known = value is not None and facts.get("customer_type") in ("existing", "strategic")
    high = facts.get("budget_cover", 0) >= 0.8 and facts.get("chain_completeness", 0) >= 0.5
    tags = {"industry": word("industry", facts.get("industry")), "size": word("size_band", facts.get("size_band")),
            "pain": facts.get("pain_points", "")[:24]}  # fmt: skip
    needs = []
    for rule in RULES["need_rule"]:
        field, _, pattern = rule["when"].partition("~")
        fits = "yes" in rule["answers"] or facts.get("industry") in rule["answers"]
        if fits and re.search(pattern, facts.get(field, ""), re.IGNORECASE):
            needs.append(f"{rule['name']}: {rule['reason']}")
    return {
        "urgency": urgency, "importance": importance, "quadrant": placed, "customer_level": level if known else None,
        "high_value": "yes" if high else "no", "suggested_need": "; ".join(needs) or None,
        "tags_computed": "; ".join(say(f"result_text.tag_{name}", value=tag) for name, tag in tags.items() if tag),
    }  # fmt: skip


def told(points: list[tuple[int, Row]]) -> str | None:
    return "; ".join(say("result_text.points", name=rule["name"], points=f"{n:+d}") for n, rule in points) or None


def known_of(lead: pd.Series) -> Row:
    return {str(key): value for key, value in lead.items() if value is not None and value == value}


def judge(lead: pd.Series) -> Row:
    """What follows from the answers of one lead and the policy."""
    facts = known_of(lead)
    given, missing = scorecard(facts)
    points = {name: sum(n for n, rule in given if rule["criterion"] == name) for name in CRITERIA}
    total, span = sum(points.values()), sum(rule["high"] - rule["low"] for _, rule in given)
    asks = [rule["reads"] for rule in missing if rule["reads"] in BANK and rule["criterion"] in ANUM][:3]
    return {
        "total": total, "total_low": total + sum(rule["low"] for rule in missing), "base": SETTINGS["base"],
        "total_high": total + sum(rule["high"] for rule in missing),
        "coverage": round(span / (span + sum(rule["high"] - rule["low"] for rule in missing)), 4),
        "reasons_for": told([pair for pair in given[:3] if pair[0] > 0]), "asks": " ".join(map(question, asks)) or None,
        "reasons_against": told([pair for pair in given[:-4:-1] if pair[0] < 0]),
        "ask_next": f"{TEXT['lead.' + asks[0]]}: {question(asks[0])}" if asks else None,
        **{f"points_{name}": n for name, n in points.items()}, **standing(facts, total), **outlook(facts),
    }  # fmt: skip


def step(lead: pd.Series) -> Row:
    """Kind, channel, purpose and reason of the next step of one lead."""
    known, cadence = known_of(lead), CADENCE[lead["tier"]]
    tier, good = lead["tier"], lead["tier"] in "AB"
    rules = {
        "agreed_plan": "promised" in known, "review": tier == "disqualified", "lift_gate": "gates" in known,
        "prepare_offer": good and known["stage"] == "qualified_lead",
        "visit": good and known.get("last_reaction") == "positive", "ask": tier in "ABC" and "asks" in known,
        "call": cadence["kind"] == "ask",
    }  # fmt: skip
    kind = next((name for name, met in rules.items() if met), cadence["kind"])
    words = {"text": known.get("next_plan"), "topic": word("industry", known.get("industry")),
             "question": known.get("asks"), "gate": known.get("gates"), "promised": str(lead["promised"])[:10],
             "tier": word("tier", tier), "low": cadence["points"], "high": cadence["most"],
             "points": known["total_high"] - known["total"]}  # fmt: skip
    channel = "visit" if kind == "visit" else known.get("preferred_channel", cadence["answer"])
    return {"kind": kind, "channel": channel, "purpose": say(f"plan.purpose.{kind}", **words),
            "reason": say(f"plan.reason.{kind}", **words)}  # fmt: skip


def applied(leads: pd.DataFrame, function: Callable[[pd.Series], Row]) -> pd.DataFrame:
    """The leads with the columns that a function makes of each of them."""
    made = pd.DataFrame(leads.apply(function, axis=1).tolist(), leads.index, dtype=object)
    return pd.concat([leads.drop(columns=made.columns, errors="ignore"), made], axis=1)


def working_days(start: pd.Series, gap: Any, region: pd.Series) -> pd.Series:
    """The day ``gap`` working days after each day, by the public holidays of its region."""
    found, gaps = pd.Series(NOW, start.index), pd.Series(gap, start.index)
    for name, rows in region.groupby(region).groups.items():
        days = start[rows].fillna(NOW).to_numpy().astype("M8[D]")
        found[rows] = np.busday_offset(days, gaps[rows], roll="forward", busdaycal=CALENDARS[str(name)])
    return found


def planned(leads: pd.DataFrame) -> pd.DataFrame:
    """The leads with their next step, its day and their rank, the best first."""
    leads = applied(leads, step)
    region, touch = leads["region"], leads["last_touch"].fillna(NOW)
    least, most = (leads["tier"].map(lambda tier, end=end: CADENCE[tier][end]) for end in ("points", "most"))
    agreed, usual = working_days(leads["promised"], 0, region), working_days(touch, (least + most) // 2, region)
    due = usual.where(leads["promised"].isna(), agreed)
    due = due.where(due > NOW, NOW)
    leads = leads.assign(
        due=due, next_step_due=due, next_step=leads["purpose"], predicted_need=leads["suggested_need"], longest=most,
        review_due=working_days((leads["informed"].dt.to_period("Q") + 1).dt.start_time, 0, region), handoff_since=NOW,
        silent=np.busday_count(touch.to_numpy().astype("M8[D]"), TODAY), movement="new", cause="first_run",
        active=leads["outcome"].isna() & leads["tier"].ne("disqualified"),
        step_id=["S" + hashlib.sha256(key.encode()).hexdigest()[:10] for key in leads["lead_key"]],
    )  # fmt: skip
    ranked = leads.sort_values(["total", "lead_name"], ascending=[False, True])
    return ranked.assign(rank=range(1, len(ranked) + 1))


def worklists(leads: pd.DataFrame) -> pd.DataFrame:
    """Who needs attention, and why: the first rows of each list."""
    on = {name: leads[name].dt.strftime("%Y-%m-%d") for name in ("due", "informed", "last_touch")}
    now = (leads["kind"].eq("agreed_plan") & (leads["due"] <= NOW)) | leads["quadrant"].eq("do_first")
    free, look = leads["owner"].value_counts().index[-1], TEXT["worklist_text.review_due.what"]
    lists = {
        "now": (now, "due", leads["purpose"], "promised, or urgent and important; planned for " + on["due"]),
        "review_due": (leads["review_due"] <= NOW, "review_due", look, "newest information is of " + on["informed"]),
        "stale_chain": (leads["chain_stale"], "informed", question("decision_chain"),
                        "not confirmed since " + on["informed"]),
        "dead": (leads["silent"] > 2 * leads["longest"], "last_touch", "Close it, or look at it again.",
                 "no contact since " + on["last_touch"]),
        "assigned": (leads["owner"].isna(), "due", say("worklist_text.assigned", rep=free), "has the fewest leads"),
    }  # fmt: skip
    made = []
    for name, (mask, column, what, why) in lists.items():
        columns: Row = {"list": name, "since": leads[column], "what": what, "reason": why}
        rows = leads.assign(**columns)[mask]
        shown = rows.head(SETTINGS["worklist_rows"])
        made.append(shown.assign(place=range(1, len(shown) + 1)))
        if len(rows) > len(shown):
            more = say("result_text.more", count=len(rows) - len(shown))
            made.append(pd.DataFrame([{"list": name, "lead_name": more}]))
    return pd.concat(made)


def relations(leads: pd.DataFrame) -> pd.DataFrame:
    """The people known at the best leads: those of the decision chain, and the main contact."""
    found = []
    for lead in leads.head(SETTINGS["relation_leads"]).to_dict("records"):
        own = {key: lead[key] for key in ("lead_key", "lead_name", "tier", "owner")}
        people = lead["decision_chain"] if isinstance(lead["decision_chain"], list) else []
        contact = {"person": lead["contact_name"], "title": lead["contact_title"], "role": lead["authority_class"],
                   "last_contact": lead["last_contact"], "source": "contact"}  # fmt: skip
        found += [own | {"source": "decision_chain"} | person for person in people]
        found.append(own | contact | {"note": None if people else TEXT["relation_text.single_contact"]})
    return pd.DataFrame(found)


def forecast(leads: pd.DataFrame) -> pd.DataFrame:
    """Open amounts by rep, currency and tier."""
    open_ = leads[leads["active"]]
    money = [m if isinstance(m, dict) else {} for m in open_["expected_amount"]]
    lines = pd.DataFrame(money, open_.index, ["low", "high", "currency"])
    lines["currency"] = lines["currency"].fillna(open_["currency"]).fillna(SETTINGS["currency"])
    lines["rep"], lines["tier"] = open_["owner"].fillna(TEXT["forecast_text.no_owner"]), open_["tier"]
    lines["priced"], lines["note"] = lines["low"].notna(), TEXT["forecast_text.none_proved"]
    by = lines.groupby(["rep", "currency", "tier", "note"])
    found = by.agg(leads=("priced", "size"), priced=("priced", "sum")).join(by[["low", "high"]].sum(min_count=1))
    found["without_amount"] = found["leads"] - found["priced"]
    return found.reset_index().rename(columns={"low": "amount_low", "high": "amount_high"})


def blocks(leads: pd.DataFrame, weeks: pd.DataFrame, summary: list[Any], filled: pd.Series) -> dict[str, Lines]:
    """The figures of Matrix and Dashboard, by the defined names of their places."""
    active, made = leads[leads["active"]], {}
    for quadrant in QUADRANTS:
        inside = active[active["quadrant"].eq(quadrant)]
        more = [[say("result_text.more", count=len(inside) - 12)]] if len(inside) > 12 else []
        shown = inside[["lead_name", "tier", "score", "due", "owner"]].head(12).itertuples(index=False)
        made[f"LB_Matrix.{quadrant}"] = [[name, word("tier", tier), *rest] for name, tier, *rest in shown] + more
    placed = active[active["quadrant"].ne("unplaced")].head(60)[["lead_name", "urgency", "importance", "quadrant"]]
    tiers, quadrants = leads["tier"].value_counts(), active["quadrant"].value_counts()
    middle = in_book_currency(active["expected_amount"], "low")
    by_rep = middle.groupby([active["owner"], active["tier"]]).sum().unstack(fill_value=0).head(12)
    unused = ", ".join(TEXT[f"lead.{field}"] for field in filled.index[filled == 0])
    note = say("forecast_text.chart", currency=SETTINGS["currency"], count=middle.isna().sum())
    return made | {
        "LB_Matrix.points": [[name, urgency, *(importance if quadrant == q else None for q in QUADRANTS)]
                             for name, urgency, importance, quadrant in placed.itertuples(index=False)],
        "LB_Matrix.unplaced": [[quadrants.get("unplaced", 0)]], "LB_Dash.summary": [[figure] for figure in summary],
        "LB_Dash.tiers": [[tiers.get(tier, 0)] for tier in TIERS],
        "LB_Dash.quadrants": [[quadrants.get(name, 0)] for name in (*QUADRANTS, "unplaced")],
        "LB_Dash.weeks": weeks[["week", "up", "down", "tier_A", "errors"]].tail(26).to_numpy().tolist(),
        "LB_Dash.overdue": [[rep, steps, 0] for rep, steps in leads["owner"].value_counts().head(20).items()],
        "LB_Dash.quality": [[TEXT[f"lead.{field}"], share] for field, share in filled.sort_values().head(15).items()],
        "LB_Dash.forecast": [[rep, *(line.get(tier, 0) for tier in TIERS[:5])] for rep, line in by_rep.iterrows()],
        "LB_Dash.forecast_note": [[note]], "LB_Dash.unused_note": [[say("template.dash.unused", fields=unused)]],
    }  # fmt: skip


def table(book: Workbook, name: str) -> tuple[Any, tuple[int, ...], dict[Any, int]]:
    """Sheet, edges and columns by their keys of one table of the book."""
    sheet = next(sheet for sheet in book.worksheets if name in sheet.tables)
    edges: Any = range_boundaries(sheet.tables[name].ref)
    return sheet, edges, {c.value: c.column for c in sheet[KEY_ROW][edges[0] - 1 : edges[2]] if c.value}


def body(book: Workbook, name: str) -> pd.DataFrame:
    """What a table of the book holds now."""
    sheet, (left, _, right, last), columns = table(book, name)
    rows = sheet.iter_rows(FIRST_ROW, last, left, right, values_only=True)
    return pd.DataFrame(rows, columns=list(columns), dtype=object).dropna(how="all")


def fill(book: Workbook, name: str, rows: pd.DataFrame) -> None:
    """The rows into a table of the book, in place of what it held; the table grows or shrinks to fit."""
    sheet, (left, top, right, last), columns = table(book, name)
    for line in sheet.iter_rows(FIRST_ROW, last, left, right):
        for cell in line:
            cell.value = None
    shown = rows[[key for key in columns if key in rows]].astype(object)
    for key in SHOWN.keys() & {*shown}:
        shown[key] = [word(SHOWN[key], code) for code in shown[key]]
    places = [columns[key] for key in shown]
    for number, values in enumerate(shown.where(shown.notna(), None).itertuples(index=False), FIRST_ROW):
        for column, value in zip(places, values, strict=True):
            if value is not None:
                sheet.cell(number, column).value = value
    ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{max(top + len(rows), FIRST_ROW)}"
    sheet.tables[name].ref = sheet.tables[name].autoFilter.ref = ref


def fill_block(book: Workbook, name: str, lines: Lines) -> None:
    """Lines into a fixed place of the book."""
    sheet, area = next(book.defined_names[name].destinations)
    left, top, right, bottom = range_boundaries(area)
    for cells, line in zip_longest(book[sheet].iter_rows(top, bottom, left, right), lines, fillvalue=()):
        for cell, value in zip_longest(cells, line):
            if value is not None or cell.value is not None:
                cell.value = None if value != value else value


def fill_edge(book: Workbook, leads: pd.DataFrame, issues: pd.DataFrame) -> None:
    """The four columns at the right edge of Leads."""
    sheet, _, columns = table(book, "LB_Leads")
    named = issues[issues["sheet"].eq("Leads")].groupby("place")["field"].agg(list).to_dict()
    for place, tier, score, due in leads[EDGE[:3]].itertuples():
        fields = named.get(place, ())
        to_fix = say("result_text.to_fix", count=len(fields), fields=", ".join(fields)) if fields else None
        for key, value in zip(EDGE, (word("tier", tier), score, due, to_fix), strict=True):
            sheet.cell(place, columns[key]).value = value


def write(path: Path, leads: pd.DataFrame, issues: pd.DataFrame, talks: int, answers: pd.DataFrame) -> None:
    """All tables and figures into the book; earlier days, runs and what reps wrote beside their steps stay."""
    book = load_workbook(path)
    week, policy = f"{TODAY:%G-W%V}", hashlib.sha256(json.dumps(POLICY).encode()).hexdigest()[:12]
    hashes = [hashlib.sha256(repr(row).encode()).hexdigest()[:10] for row in answers.itertuples()]
    lines = leads.join(pd.Series(hashes, answers.index, name="answers"))
    lines = lines.assign(date=NOW, week=week, gates=leads["gate_ids"], policy=policy)
    steps = leads.sort_values(["due", "urgency", "total"], ascending=[True, False, False])
    noted = body(book, "LB_FollowUps").set_index("step_id")[["status", "done_on", "result", "note"]]
    tiers, faults = leads["tier"].value_counts(), issues["severity"].value_counts()
    errors, warnings = faults.get("error", 0), faults.get("warning", 0)
    counts = {"leads": len(leads), "errors": errors, "week": week, "up": 0, "down": 0, "overdue": 0}
    run = {"at": datetime.now(), "user": getuser(), "as_of": TODAY, "leads": len(leads), "interactions": talks,
           "errors": errors, "warnings": warnings, "policy": POLICY["name"], "fingerprint": policy}  # fmt: skip
    history, weeks, runs = (body(book, name) for name in ("LB_History", "LB_Weeks", "LB_Runs"))
    this_week = pd.DataFrame([counts | {f"tier_{tier}": tiers.get(tier, 0) for tier in TIERS}])
    weeks = pd.concat([weeks[weeks["week"] != week], this_week])
    tables = {
        "LB_Results": leads, "LB_FollowUps": steps.assign(rank=range(1, len(steps) + 1)).join(noted, on="step_id"),
        "LB_History": pd.concat([history[history["date"] != NOW], lines]), "LB_Weeks": weeks,
        "LB_Runs": pd.concat([runs, pd.DataFrame([run])]), "LB_Worklists": worklists(leads), "LB_Issues": issues,
        "LB_Forecast": forecast(leads), "LB_Relations": relations(leads),
    }  # fmt: skip
    for name, rows in tables.items():
        fill(book, name, rows)
    high = leads["high_value"].eq("yes").sum()
    summary = [TODAY, len(leads), talks, tiers.get("A", 0), high, 0, errors, warnings]
    for name, block in blocks(leads, weeks, summary, answers.notna().mean()).items():
        fill_block(book, name, block)
    fill_edge(book, leads, issues)
    book.save(path)


def main(arguments: list[str]) -> int:
    """Process the book in place."""
    path = Path(arguments[0])
    sheets = pd.read_excel(
        path, sheet_name=["Leads", "Interactions"], header=KEY_ROW - 1, skiprows=[KEY_ROW], dtype=object
    )
    choices, rows, faults = choices_of_all_languages(), {}, []
    for sheet, required in {"Leads": ["company_name", "customer_type"], "Interactions": ["lead_name", "at"]}.items():
        typed = sheets[sheet].drop(columns=EDGE, errors="ignore").dropna(how="all")
        typed.index += FIRST_ROW
        cleaned = [clean(row, choices) for row in typed.to_dict("records")]
        faults += check(sheet, typed, cleaned, schema(list(typed.columns), required, choices))
        rows[sheet] = pd.DataFrame(cleaned, typed.index, typed.columns, dtype=object)
    leads = planned(applied(facts_of(rows["Leads"], rows["Interactions"]), judge))
    write(path, leads, pd.DataFrame(faults, columns=ISSUES), len(rows["Interactions"]), rows["Leads"])
    print(f"{len(leads)} leads, {len(faults)} faults, tiers {leads['tier'].value_counts().to_dict()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
