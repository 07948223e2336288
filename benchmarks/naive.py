"""``python benchmarks/naive.py BOOK.xlsx``: the script that a sales team would write for itself today.

pandas reads two sheets, jsonschema checks row by row, DataFrame.apply adds up points, openpyxl writes the results
back. It knows far fewer spellings than leadbook, explains nothing and drops what openpyxl does not understand; it
shares no code with leadbook and reads only its labels and its default policy, as data.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from jsonschema import Draft202012Validator
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter, range_boundaries

ROOT: Final = Path(__file__).resolve().parents[1]
TODAY: Final = date(2025, 6, 18)
KEY_ROW, FIRST_ROW = 4, 6
LISTS: Final = {
    "industry": "industry", "customer_type": "customer_type", "urgency_stated": "level", "importance_stated": "level",
    "contact_channel": "channel", "region": "region", "lead_source": "lead_source", "currency": "currency",
    "budget_status": "budget_status", "budget_evidence": "budget_evidence", "competition": "competition",
    "need_clarity": "need_clarity", "buying_priority": "buying_priority", "project_progress": "project_progress",
    "technical_fit": "technical_fit", "response_speed": "response_speed", "info_source": "evidence",
    "preferred_channel": "channel",
}  # fmt: skip
NUMBERS: Final = {
    "rep_score": (1, 5), "satisfaction": (1, 5), "complaints": (0, None), "clicks": (0, None), "site_visits": (0, None),
}  # fmt: skip
DATES: Final = ("last_contact", "needed_by", "budget_date", "info_date")
AMOUNTS: Final = ("expected_amount", "budget")
RATES: Final = {"CNY": 1.0, "USD": 7.1, "VND": 0.00028, "TWD": 0.22, "HKD": 0.91, "EUR": 7.8}
NEEDED: Final = {
    "new": ("company_size", "contact_title", "contact_means", "decision_chain", "pain_points"),
    "existing": ("past_projects", "satisfaction", "new_needs"),
}
UNITS: Final = {"万": 1e4, "萬": 1e4, "亿": 1e8, "k": 1e3, "m": 1e6, "triệu": 1e6, "tỷ": 1e9}
AMOUNT: Final = re.compile(r"([0-9][0-9.,]*)\s*(k|m|万|萬|亿|triệu|tỷ)?", re.IGNORECASE)
Row = dict[str, Any]


def words() -> dict[str, dict[str, str]]:
    """list -> label in lower case -> code, from the label files of all languages."""
    found: dict[str, dict[str, str]] = {}
    for path in (ROOT / "leadbook" / "labels").glob("*.json"):
        for key, text in json.loads(path.read_text(encoding="utf-8")).items():
            if isinstance(text, str) and key.startswith("choice."):
                _, name, code = key.split(".", 2)
                found.setdefault(name, {})[text.lower()] = code
    return found


def schema(choices: dict[str, dict[str, str]]) -> dict[str, Any]:
    """One row of leads after the first clean-up."""
    properties: dict[str, Any] = {field: {"enum": sorted({*choices[name].values()})} for field, name in LISTS.items()}
    for field, (low, high) in NUMBERS.items():
        properties[field] = {"type": "number", "minimum": low} | ({} if high is None else {"maximum": high})
    properties |= {field: {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"} for field in DATES}
    value = {"type": "number", "minimum": 0}
    amount = {"type": "object", "properties": {"value": value}, "required": ["value", "currency"]}
    properties |= dict.fromkeys(AMOUNTS, amount)
    for field in ("company_name", "contact_name", "contact_title", "pain_points", "goals", "explicit_need", "owner"):
        properties[field] = {"type": "string", "minLength": 1, "maxLength": 32767}
    needed = [
        {"if": {"properties": {"customer_type": {"const": kind}}, "required": ["customer_type"]},
         "then": {"required": list(fields)}}
        for kind, fields in NEEDED.items()
    ]  # fmt: skip
    return {"type": "object", "required": ["company_name", "customer_type"], "properties": properties, "allOf": needed}


def day(value: Any) -> Any:
    """A date as 2025-06-18 where it can be read, else what was typed."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    found = re.fullmatch(r"\s*([0-9]{4})[-/年]([0-9]{1,2})[-/月]([0-9]{1,2})日?(?:\s.*)?", str(value))
    return f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}" if found else str(value)


def amount(value: Any, currency: str | None) -> Any:
    """The lower figure of an amount with its currency, else what was typed."""
    text = str(value)
    found = AMOUNT.search(text)
    if found is None:
        return text
    try:
        figure = float(found[1].rstrip(".,").replace(",", ""))
    except ValueError:
        return text
    last = AMOUNT.findall(text)[-1][1]
    figure *= UNITS.get((found[2] or last).lower(), 1.0)
    signs = {"US$": "USD", "USD": "USD", "CNY": "CNY", "元": "CNY", "¥": "CNY", "万": "CNY", "đồng": "VND"}
    said = next((code for sign, code in signs.items() if sign in text), currency)
    return {"value": figure} if said is None else {"value": figure, "currency": said}


def clean(row: Row, choices: dict[str, dict[str, str]]) -> Row:
    """The answers of one row: codes for words, numbers for digits, nothing for blanks."""
    out: Row = {key: value for key, value in row.items() if not (value is None or value != value or value == "")}
    for field, name in LISTS.items():
        if field in out:
            typed = str(out[field]).strip()
            out[field] = choices[name].get(typed.lower(), typed)
    for field in NUMBERS:
        if field in out:
            try:
                out[field] = float(out[field])
            except ValueError:
                out[field] = str(out[field])
    for field in DATES:
        if field in out:
            out[field] = day(out[field])
    for field in AMOUNTS:
        if field in out:
            out[field] = amount(out[field], out.get("currency"))
    return out


def check(rows: list[Row], validator: Draft202012Validator) -> list[tuple[int, str, str]]:
    """(row number, field, message) of all faults; a faulty answer is dropped from its row."""
    found = []
    for number, row in enumerate(rows):
        for error in list(validator.iter_errors(row)):
            field = str(error.absolute_path[0]) if error.absolute_path else ""
            found.append((number, field, error.message[:200]))
            row.pop(field, None)
    return found


def policy() -> tuple[dict[str, dict[str, float]], dict[str, float], dict[str, float]]:
    """Points by field and answer, cut-offs of the tiers, days between contacts."""
    rows = json.loads((ROOT / "templates" / "policy.default.json").read_text(encoding="utf-8"))["rows"]
    points: dict[str, dict[str, float]] = {}
    for row in rows:
        if row["section"] == "factor" and row["kind"] == "choice":
            points.setdefault(row["reads"], {})[row["answer"]] = row["points"]
    tiers = {row["id"]: row["points"] for row in rows if row["section"] == "tier" and "points" in row}
    return points, tiers, {row["id"]: row["points"] for row in rows if row["section"] == "cadence"}


def add_up(lead: pd.Series, points: dict[str, dict[str, float]]) -> pd.Series:
    """The parts of one lead's score and its strongest reasons."""
    parts: dict[str, float] = {}
    for field, table in points.items():
        answer = lead.get(field)
        if isinstance(answer, str):
            parts[field] = table.get(answer, 0)
    for field, worth in (("pain_points", 5), ("explicit_need", 5), ("past_projects", 6), ("decision_chain", 4)):
        if isinstance(lead[field], str):
            parts[field] = worth
    if isinstance(lead["needed_by"], str):
        ahead = (date.fromisoformat(lead["needed_by"]) - TODAY).days
        parts["needed_by"] = 8 if ahead < 31 else 5 if ahead < 91 else 2 if ahead < 181 else 0
    if isinstance(lead["last_touch"], datetime) and lead["last_touch"] == lead["last_touch"]:
        parts["last_touch"] = 12 * 0.5 ** (max((pd.Timestamp(TODAY) - lead["last_touch"]).days, 0) / 15)
    wanted, budget = lead["expected_amount"], lead["budget"]
    if isinstance(wanted, dict) and isinstance(budget, dict):
        need = wanted["value"] * RATES.get(wanted["currency"], 1.0)
        cover = budget["value"] * RATES.get(budget["currency"], 1.0) / need if need else 1.0
        parts["budget"] = 8 if cover >= 1 else 4 if cover >= 0.8 else 0 if cover >= 0.5 else -6
    if lead["satisfaction"] == lead["satisfaction"]:
        parts["satisfaction"] = {1: -8, 2: -4, 3: 0, 4: 4, 5: 7}.get(lead["satisfaction"], 0)
    if lead["complaints"] == lead["complaints"]:
        parts["complaints"] = max(-3 * lead["complaints"], -9)
    ordered = sorted(parts.items(), key=lambda pair: -pair[1])
    urgency = {"high": 60, "mid": 35, "low": 10}.get(lead["urgency_stated"], 0)
    importance = {"high": 60, "mid": 35, "low": 10}.get(lead["importance_stated"], 0)
    return pd.Series(
        {
            "total": round(sum(parts.values())), "urgency": urgency, "importance": importance,
            "quadrant": ("Do first" if importance >= 50 else "Respond quickly") if urgency >= 50 else
                        ("Schedule" if importance >= 50 else "Watch"),
            "reasons_for": "; ".join(f"{name} {worth:+.0f}" for name, worth in ordered[:3] if worth > 0),
            "reasons_against": "; ".join(f"{name} {worth:+.0f}" for name, worth in ordered[::-1][:3] if worth < 0),
            "coverage": len(parts) / (len(points) + 9),
        }
    )  # fmt: skip


def last_touches(talks: pd.DataFrame) -> pd.DataFrame:
    """By company: the newest talk, its reaction, the number of talks."""
    talks = talks.assign(at=pd.to_datetime(talks["at"].map(day), errors="coerce"))
    ordered = talks.dropna(subset=["lead_name", "at"]).sort_values("at")
    by_lead = ordered.groupby("lead_name")
    return by_lead.agg(talked=("at", "last"), last_reaction=("reaction", "last"), talks=("at", "size"))


def score(rows: list[Row], talks: pd.DataFrame, columns: list[str], choices: dict[str, dict[str, str]]) -> pd.DataFrame:
    """One row a lead with everything that is written back, best first."""
    points, cutoffs, gaps = policy()
    leads = pd.DataFrame(rows, columns=columns).astype(object).join(last_touches(talks), on="company_name")
    leads["last_reaction"] = leads["last_reaction"].map(lambda t: choices["reaction"].get(str(t).strip().lower()))
    contact = pd.to_datetime(leads["last_contact"], errors="coerce")
    leads["last_touch"] = pd.concat([contact, leads["talked"]], axis=1).max(axis=1)
    leads = pd.concat([leads, leads.apply(add_up, axis=1, points=points)], axis=1)
    steps = sorted(cutoffs.items(), key=lambda pair: -pair[1])
    leads["tier"] = leads["total"].map(lambda total: next((tier for tier, least in steps if total >= least), "nurture"))
    odds = 2.0 ** ((leads["total"].astype(float) - 45) / 14)
    leads["score"] = np.digitize(odds / (1 + odds), [0.15, 0.35, 0.6, 0.82]) + 1

    def due(lead: pd.Series) -> date:
        start = TODAY if pd.isna(lead["last_touch"]) else lead["last_touch"].date()
        planned: Any = np.busday_offset(start, int(gaps.get(lead["tier"], 5)), roll="forward")
        return max(planned.astype(object), TODAY)  # type: ignore[no-any-return]

    leads["next_step_due"] = leads.apply(due, axis=1)
    leads["place"] = np.arange(FIRST_ROW, FIRST_ROW + len(leads))
    leads = leads.sort_values(["total", "company_name"], ascending=[False, True])
    review = TODAY + timedelta(days=90)
    return leads.assign(rank=range(1, len(leads) + 1), lead_name=leads["company_name"], review_due=review)


WRITTEN: Final = (
    "rank", "lead_name", "owner", "tier", "score", "total", "coverage", "quadrant", "urgency", "importance",
    "reasons_for", "reasons_against", "next_step_due", "review_due", "rep_score",
)  # fmt: skip


KEPT: Final = ("date", "week", "lead_name", "tier", "total", "score", "quadrant")


def records(frame: pd.DataFrame) -> list[Any]:
    return frame.to_dict("records")


def steps(leads: pd.DataFrame) -> list[Row]:
    """One next step a lead, the earliest first."""
    ordered = leads.sort_values(["next_step_due", "urgency", "total"], ascending=[True, False, False])
    found = []
    for number, lead in enumerate(records(ordered), 1):
        row = {key: lead[key] for key in ("lead_name", "owner", "tier")}
        row |= {"rank": number, "due": lead["next_step_due"], "channel": lead["preferred_channel"]}
        row["kind"] = "Visit" if lead["tier"] in ("A", "B") else "Call"
        need = lead["explicit_need"]
        row["purpose"] = f"Talk about: {need}" if isinstance(need, str) else "Ask for the need"
        found.append(row)
    return found


def fill(sheet: Any, table: str, rows: list[Row]) -> None:
    """The rows into a table of the book, by its key row; the table grows to fit."""
    edges: Any = range_boundaries(sheet.tables[table].ref)
    left, right = edges[0], edges[2]
    keys = {cell.value: cell.column for cell in sheet[KEY_ROW][left - 1 : right] if cell.value}
    for number, row in enumerate(rows, FIRST_ROW):
        for key, value in row.items():
            if key in keys:
                sheet.cell(number, keys[key]).value = None if value != value else value
    last = max(FIRST_ROW, FIRST_ROW + len(rows) - 1)
    sheet.tables[table].ref = f"{get_column_letter(left)}{FIRST_ROW - 1}:{get_column_letter(right)}{last}"


def write(path: Path, leads: pd.DataFrame, faults: list[tuple[int, str, str]], rows: list[Row]) -> None:
    """Results, follow-ups, history, issues and the four columns at the right edge of Leads into the book."""
    book = load_workbook(path)
    fill(book["Results"], "LB_Results", records(leads[list(WRITTEN)]))
    fill(book["Follow-ups"], "LB_FollowUps", steps(leads))
    fill(book["History"], "LB_History", records(leads.assign(date=TODAY, week=f"{TODAY:%G-W%V}")[list(KEPT)]))
    sheet = book["Leads"]
    keys = {cell.value: cell.column for cell in sheet[KEY_ROW] if cell.value}
    to_fix: dict[int, list[str]] = {}
    for number, field, _ in faults:
        to_fix.setdefault(number + FIRST_ROW, []).append(field)
    for lead in records(leads[["place", "tier", "score", "next_step_due"]]):
        for key in ("tier", "score", "next_step_due"):
            sheet.cell(lead["place"], keys[key]).value = lead[key]
        sheet.cell(lead["place"], keys["to_fix"]).value = ", ".join(to_fix.get(lead["place"], ())) or None
    fill(book["Issues"], "LB_Issues", [
        {"severity": "Error", "lead_name": rows[n].get("company_name"),
         "cell": f"Leads!{get_column_letter(keys.get(field, 1))}{n + FIRST_ROW}",
         "field": field, "message": message} for n, field, message in faults])  # fmt: skip
    book.save(path)


def main(arguments: list[str]) -> int:
    """Process the book in place."""
    path = Path(arguments[0])
    sheets = pd.read_excel(
        path, sheet_name=["Leads", "Interactions"], header=KEY_ROW - 1, skiprows=[KEY_ROW], dtype=object
    )
    choices = words()
    table = sheets["Leads"].dropna(how="all")
    rows = [clean(row, choices) for row in records(table)]
    faults = check(rows, Draft202012Validator(schema(choices)))
    leads = score(rows, sheets["Interactions"], list(table.columns[: -4]), choices)
    write(path, leads, faults, rows)
    print(f"{len(leads)} leads, {len(faults)} faults, tiers {leads['tier'].value_counts().to_dict()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
