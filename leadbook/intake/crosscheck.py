"""Checks between answers: contradictions, dates out of order, reps, products, rates (R17, C18–C20, F15, F23)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

import pandas as pd

from leadbook.intake.derive import without_currency
from leadbook.intake.tables import TypedTable, positions
from leadbook.model.findings import Findings
from leadbook.model.policy import Policy

Rows = pd.Series


@dataclass(frozen=True)
class Situation:
    """What the checks look at besides the leads: interactions with ``lead_row``, team names, policy, date."""

    leads: TypedTable
    scored: pd.Series
    interactions: pd.DataFrame
    team: tuple[str, ...]
    policy: Policy
    today: date

    @property
    def frame(self) -> pd.DataFrame:
        return self.leads.frame

    @property
    def now(self) -> pd.Timestamp:
        return pd.Timestamp(self.today)

    def shown(self, key: str, row: int) -> str | None:
        """The cell of one sheet row as people see it."""
        return self.leads.shown(key, cast(int, self.frame.index.get_loc(row)))  # sheet rows are unique


@dataclass(frozen=True)
class Check:
    """One row of the table of checks: where it applies, the field it names, its placeholders by column."""

    name: str
    reads: str
    where: Callable[[Situation], Rows]
    params: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    contradiction: bool = False


def _before_founded(s: Situation) -> Rows:
    founded = s.frame["founded"].dropna().map(lambda text: text + "-01-01"[len(text) - 4 :])
    start = pd.to_datetime(founded, errors="coerce").reindex(s.frame.index)
    return s.frame["last_contact"] < start


def _plan_stale(s: Situation) -> Rows:
    known = pd.concat([s.frame["info_date"], s.frame["last_contact"]], axis=1).max(axis=1)
    return s.frame["goals"].notna() & (known < s.now - pd.DateOffset(years=2))


def _needed_soon(s: Situation) -> Rows:
    return _soon(s, "needed_by") | _soon(s, "next_plan.due")


def _soon(s: Situation, column: str) -> Rows:
    until = s.now + pd.Timedelta(days=int(s.policy.number("urgent_within_days")))
    return s.frame[column].between(s.now, until)


def _no_history(s: Situation) -> Rows:
    spoken = s.frame.index.isin(s.interactions["lead_row"].dropna())
    bare = s.frame["past_projects"].isna() & s.frame["last_contact"].isna()
    return s.frame["customer_type"].eq("existing") & bare & ~spoken


def _newer_interaction(s: Situation) -> Rows:
    newest = s.interactions.groupby("lead_row")["at"].max().reindex(s.frame.index)
    s.frame["newest_at"] = newest
    newer: Rows = newest.dt.normalize() > s.frame["last_contact"]
    return newer


def _single(s: Situation) -> Rows:
    people = s.frame["company_size.headcount_low"].fillna(s.frame["company_size.headcount_high"])
    known = s.frame["decision_chain.people"].fillna(0)
    return (people >= s.policy.number("single_contact_headcount")) & s.frame["contact_name"].notna() & (known < 2)


def _title_contradicts(s: Situation) -> Rows:
    chain_says = s.frame["decision_chain.contact_role"].eq("decides")
    return chain_says & s.frame["contact_title.role"].isin(["executes", "uses"])


def _unsourced(s: Situation) -> Rows:
    facts = [f.key for f in s.leads.table.fields if f.background]
    given = s.frame[facts].notna().any(axis=1)
    return given & (s.frame["info_source"].isna() | s.frame["info_date"].isna()) & s.frame["value_sources"].isna()


def _in_future(field: str) -> Callable[[Situation], Rows]:
    return lambda s: s.frame[field].dt.normalize() > s.now


def _founded_in_future(s: Situation) -> Rows:
    this = s.today.isoformat()
    text = s.frame["founded"].fillna("")
    return text.gt(text.str.len().map(lambda n: this[:n])) & s.frame["founded"].notna()


def _budget_clash(s: Situation) -> Rows:
    return s.frame["budget_status"].eq("none") & s.frame["budget"].notna()


def _estimated(s: Situation) -> Rows:
    return s.frame["budget_evidence"].eq("estimate") & s.frame[["budget_status", "budget"]].notna().any(axis=1)


def _need_clash(s: Situation) -> Rows:
    return s.frame["need_clarity"].isin(["unclear", "no_need"]) & s.frame["explicit_need"].notna()


def _urgency_clash(s: Situation) -> Rows:
    return s.frame["urgency_stated"].eq("low") & _soon(s, "needed_by")


def _priority_clash(s: Situation) -> Rows:
    return s.frame["buying_priority"].eq("not_now") & s.frame["urgency_stated"].eq("high")


def _other_currency(field: str) -> Callable[[Situation], Rows]:
    """An amount names another currency than the row does (one without any has the row's by now)."""
    return lambda s: s.frame[f"{field}.currency"].ne(s.frame["currency"]) & s.frame["currency"].notna() & (
        s.frame[f"{field}.currency"].notna())  # fmt: skip


_CHECKS: Final[tuple[Check, ...]] = (
    *(Check("date_in_future", field, _in_future(field), {"today": "@today"})
      for field in ("last_contact", "budget_date", "first_quote_at", "info_date", "compliance_date", "closed_date")),
    Check("date_in_future", "founded", _founded_in_future, {"today": "@today"}),
    Check("before_founded", "last_contact", _before_founded, {"founded": "founded"}),
    Check("urgency_without_date", "urgency_stated",
          lambda s: s.frame["urgency_stated"].eq("high") & ~_needed_soon(s) & s.frame["outcome"].isna(),
          {"needed_by_field": "=needed_by"}, {"needed_by_field": "field"}),
    Check("urgency_contradicts_date", "urgency_stated", _urgency_clash, {"needed_by": "needed_by"}, contradiction=True),
    Check("needed_by_passed", "needed_by",
          lambda s: (s.frame["needed_by"] < s.now) & s.frame["outcome"].isna()),
    Check("existing_without_history", "past_projects", _no_history),
    Check("newer_interaction", "last_contact", _newer_interaction, {"at": "newest_at", "last_contact": "last_contact"}),
    Check("plan_stale", "goals", _plan_stale),
    Check("budget_contradiction", "budget_status", _budget_clash, {"status": "budget_status", "budget": "budget"},
          {"status": "budget_status", "budget": "shown"}, contradiction=True),
    *(Check("currency_contradiction", field, _other_currency(field),
            {"said": f"{field}.currency", "currency": "currency", "currency_field": "=currency"},
            {"currency_field": "field"}) for field in ("expected_amount", "budget")),  # read as said: no points lost
    Check("need_contradiction", "need_clarity", _need_clash, {"clarity": "need_clarity"}, {"clarity": "need_clarity"},
          contradiction=True),
    Check("priority_contradiction", "buying_priority", _priority_clash, contradiction=True),
    Check("chain_title_contradiction", "contact_title", _title_contradicts, {"title": "contact_title"},
          contradiction=True),
    Check("single_contact", "decision_chain", _single, {"headcount": "@single_contact_headcount"}),
    Check("estimate_budget_ignored", "budget_evidence", _estimated, {"question": "=budget_status"},
          {"question": "question"}),
    Check("unsourced_background", "info_source", _unsourced,
          {"source_field": "=info_source", "date_field": "=info_date"},
          {"source_field": "field", "date_field": "field"}),
    Check("close_reason_missing", "close_reason",
          lambda s: s.frame["outcome"].isin(["lost", "no_decision"]) & s.frame["close_reason"].isna()),
    Check("outcome_before_contact", "last_contact", lambda s: s.frame["closed_date"] < s.frame["last_contact"],
          {"closed": "closed_date"}),
)  # fmt: skip


def _parameter(source: str, s: Situation, position: int, columns: Mapping[str, list[Any]]) -> Any:
    if source.startswith("="):
        return source[1:]
    if source == "@today":
        return s.today.isoformat()
    if source.startswith("@"):
        return int(s.policy.number(source[1:]))
    value = columns[source][position]
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return s.leads.shown(source, position) if isinstance(value, dict | list) else value


def crosscheck(s: Situation, findings: Findings) -> pd.Series:
    """Run every check; returns the number of contradictory answers a lead (int, index as the leads)."""
    contradictions = pd.Series(0, index=s.frame.index)
    rows = s.frame.index.tolist()
    for check in _CHECKS:
        hit = check.where(s).fillna(False).astype(bool) & s.scored
        if check.contradiction:
            contradictions = contradictions + hit.astype(int)
        places = positions(s.frame, hit)
        read = [source for source in check.params.values() if places and source[0] not in "=@"]
        columns = {source: s.frame[source].tolist() for source in read}
        for position in places:
            findings.add(
                check.name,
                "lead",
                field=check.reads,
                row=rows[position],
                value=s.leads.shown(check.reads, position),
                params={name: _parameter(source, s, position, columns) for name, source in check.params.items()},
                codes=dict(check.codes),
            )
    _people(s, findings)
    _products(s, findings)
    _amounts(s, findings)
    _risks(s, findings)
    return contradictions


def _rows(values: pd.Series) -> Iterator[tuple[int, Any]]:
    """(sheet row, value) of each entry."""
    return zip(values.index.tolist(), values.tolist(), strict=True)


def _people(s: Situation, findings: Findings) -> None:
    if not s.team:
        return
    known = {name.casefold() for name in s.team}
    listed = ", ".join(s.team)
    asked = [("lead", key, s.frame.loc[s.scored, key]) for key in ("owner", "our_participants")]
    if "our_participants" in s.interactions:
        asked.append(("interaction", "our_participants", s.interactions["our_participants"]))
    for table, key, values in asked:
        for row, name in _strangers(values.dropna(), known):
            findings.add("unknown_rep", table, field=key, row=row, value=name, params={"choices": listed})


def _strangers(values: pd.Series, known: set[str]) -> Iterator[tuple[int, str]]:
    """(sheet row, name) of each name that is not ``known``."""
    met: dict[str, bool] = {}
    for row, names in _rows(values):
        for name in names if isinstance(names, list) else [names]:
            if name not in met:
                met[name] = str(name).casefold() in known
            if not met[name]:
                yield row, str(name)


def _products(s: Situation, findings: Findings) -> None:
    products = s.policy.products()
    known = {text.casefold() for pair in products.items() for text in pair}
    values = s.frame.loc[s.scored, "product"].dropna()
    if not products:
        return
    for row, name in _rows(values[~values.map(lambda n: str(n).casefold() in known)]):
        findings.add("unknown_product", "lead", field="product", row=row, value=str(name),
                     params={"choices": ", ".join(products.values())})  # fmt: skip


def _amounts(s: Situation, findings: Findings) -> None:
    rates = {row["id"]: row for row in s.policy.section("rate")}
    home = s.policy.setting("currency")
    for key in ("expected_amount", "budget", "registered_capital", "company_size"):
        for position in positions(s.frame, s.scored & without_currency(s.frame, key)):
            # A budget that was found in the stated need is mended there.
            typed = "explicit_need" if key == "budget" and s.leads.shown(key, position) is None else key
            findings.add("missing_currency", "lead", field=typed, row=int(s.frame.index[position]),
                         value=s.leads.shown(typed, position),
                         params={"currency_field": "currency"}, codes={"currency_field": "field"})  # fmt: skip
    for key in ("expected_amount", "budget"):
        used = s.frame.loc[s.scored & s.frame[key].notna(), f"{key}.currency"]
        for row, code in _rows(used[used.notna() & ~used.isin([*rates, home])]):
            findings.add("amount_without_rate", "lead", field=key, row=row, value=str(code), params={"currency": code})
    for position, rate in enumerate(s.policy.rows):
        if rate["section"] != "rate":
            continue
        code = rate["id"]
        age = (s.now - pd.Timestamp(rate["date"])).days if rate.get("date") else None
        if code != home and age is not None and age > s.policy.number("rate_max_age_days"):
            findings.add("rate_old", "policy", field="date", value=str(rate["date"]),
                         params={"currency": code, "days": age, "policy_row": position})  # fmt: skip


def _risks(s: Situation, findings: Findings) -> None:
    listed = s.frame.loc[s.scored, "risk_events"].dropna().explode().dropna()
    rules = {(r["reads"], r["answer"]): r for r in s.policy.section("risk") if r.get("effect") != "action"}
    for row, event in _rows(listed):
        rule = rules.get(("risk_events", event["code"]))
        if rule is None:
            continue
        day = pd.to_datetime(event["date"]) if event["date"] else None
        if day is not None and (s.now - day).days > rule.get("expires_days", 10**6):
            continue
        findings.add("risk_signal", "lead", field="risk_events", row=row, value=s.shown("risk_events", row),
                     params={"event": event["code"], "when": event["date"] or "–", "risk_class": rule["effect"]},
                     codes={"event": "risk_event", "risk_class": "risk_class"})  # fmt: skip
