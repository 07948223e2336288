"""The plan of a run: what was done so far, the next steps, who takes them, and when there is room (DESIGN §8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from leadbook.app.book import OpenBook
from leadbook.app.plan_findings import from_plan
from leadbook.app.present_plan import questions_in, worded_plan
from leadbook.app.stages import Ranked
from leadbook.app.takeovers import takeovers, with_takeovers
from leadbook.app.team import languages_of, team_of
from leadbook.intake import Intake
from leadbook.labels import LANGUAGES, Labels, load_labels
from leadbook.model.codes import WORKDAYS
from leadbook.model.policy import Policy
from leadbook.model.workdays import add_days, working
from leadbook.plan import (
    READS,
    StepChanges,
    Team,
    assign,
    contacts,
    done_so_far,
    join_steps,
    next_steps,
    open_steps,
    review_due,
)
from leadbook.plan.team import rep_key

_ASSIGNED_BY = ["lead_key", "work_region", "tier", "rank", "product", "industry.code"]


@dataclass(frozen=True)
class Planned:
    """``steps``: what a run writes into LB_FollowUps. ``assigned``: a line for each lead without an owner
    (index = lead row): ``rep`` (missing when none fits) and ``reason`` in words. ``team``: the reps."""

    steps: StepChanges
    assigned: pd.DataFrame
    team: Team


def planned(
    book: OpenBook, intake: Intake, ranked: Ranked, steps: pd.DataFrame, archive: pd.DataFrame, policy: Policy,
    today: date,
) -> Planned:  # fmt: skip
    """Plan one run. ``steps`` and ``archive``: LB_FollowUps and LB_Done as typed frames; remarks join the findings."""
    labels = book.labels
    team = team_of(intake, policy, today, labels.language, intake.findings)
    bare = plan_steps(ranked, steps, policy, today, archive)
    assigned = assignments(bare, ranked, steps, policy, team, today)
    bare["owner"] = bare["owner"].fillna(assigned["rep"])
    spoken = languages_of(bare["owner"], team, labels)
    every = {lang: load_labels(lang, book.catalogue.extra_labels) for lang in LANGUAGES if spoken.eq(lang).any()}
    texts = questions_in(ranked.open_questions, ranked, spoken, {**every, labels.language: labels})
    joined = join_steps(bare, steps, today, team, archive)
    from_plan(joined.current, team, today, intake.findings)
    said = worded_plan(joined.current, ranked, policy, labels, texts)
    said["reason"] = with_takeovers(said["reason"], takeovers(joined.current, steps), labels)
    return Planned(replace(joined, current=said), _worded(assigned, ranked, labels), team)


def plan_steps(
    ranked: Ranked, steps: pd.DataFrame, policy: Policy, today: date, archive: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The plan frame of ``join_steps`` without texts, with the columns of ``contacts`` and ``review_due``.

    A step done counts as a contact, archived ones, too.
    """
    state, regions = ranked.state, ranked.state["work_region"]
    done = done_so_far(steps, archive, state, today)
    known = contacts(state, done, today)
    # What was promised, or the call after the quote, may be done before its day.
    noted = state["plan_at"].fillna(state["last_contact"]).dt.normalize()
    promised = done.of("agreed_plan") > noted
    called = done.of("first_call") >= state["first_quote_at"].dt.normalize()
    kinds = {row["kind"] for row in policy.section("cadence")} - {"review"}
    # A review that was skipped is not asked for again in its quarter; the lists still name the lead.
    looked = known["informed"].where(~(done.looked > known["informed"]), done.looked)
    now = state[list(READS)].assign(
        work_region=regions.astype("category"),  # counted in dozens of times
        last_touch=known["touched"],
        plan_due=state["plan_due"].where(~promised),
        first_quote_at=state["first_quote_at"].where(~called),
        review_due=review_due(looked, regions, today),
        asks=ranked.open_questions.any,
        **{f"done.{kind}": done.of(kind) for kind in sorted(kinds)},
        **{"done.review": done.looked, "done.first": done.first},
    )
    carried = state[["lead_key", "company_name", "owner", "work_region", "tier", "urgency", "total"]]
    carried = carried.rename(columns={"company_name": "lead_name"}).assign(high_value=ranked.high["high_value"])
    known["review_due"] = review_due(known["informed"], regions, today)
    return pd.concat([carried, known, next_steps(now, policy, today)], axis=1)


def assignments(
    plan: pd.DataFrame, ranked: Ranked, steps: pd.DataFrame, policy: Policy, team: Team, today: date
) -> pd.DataFrame:
    """``assign`` for the leads that people work on and nobody owns; the index holds all leads of ``plan``."""
    state = ranked.state
    free = state["active"] & state["owner"].isna()
    first, home = np.array([np.datetime64(today)]), str(policy.setting("region"))
    end = add_days(first, np.array([WORKDAYS]), pd.Series([home]), today.year)[0]
    soon = plan["kind"].notna() & (plan["due"] < pd.Timestamp(end))
    load = rep_key(plan["owner"][soon & ~free]).value_counts()
    newest = steps.dropna(subset=["lead_key"]).drop_duplicates("lead_key", keep="last").set_index("lead_key")
    still, some = open_steps(steps), state.loc[free, _ASSIGNED_BY]
    before = rep_key(still["owner"].reindex(some["lead_key"]).fillna(newest["owner"].reindex(some["lead_key"])))
    leads = some[["work_region", "tier", "rank"]].assign(
        soon=soon[free], topic=_topics(some, policy), open=some["lead_key"].isin(still.index),
        before=before.astype(object).where(before.notna(), None).to_numpy(),
    )  # fmt: skip
    off = {key: days[(days >= first[0]) & (days < end)] for key, days in team.away.items()}
    away = {key: int(working(days, home, today.year).sum()) for key, days in off.items()}
    return assign(leads, team, load, away).reindex(state.index)


def _topics(state: pd.DataFrame, policy: Policy) -> pd.Series:
    """Words about product and industry of each lead, in every language; equal answers give equal words."""
    products = {word.casefold(): f"{key} {name}" for key, name in policy.products().items() for word in (key, name)}

    def words(product: str, industry: str) -> str:
        names = [load_labels(lang).choice("industry", industry) for lang in LANGUAGES] if industry else []
        return " ".join([product, products.get(product.casefold(), ""), *names]).strip()

    return _each(state[["product", "industry.code"]].fillna(""), words)


def _worded(assigned: pd.DataFrame, ranked: Ranked, labels: Labels) -> pd.DataFrame:
    """Leads that were looked at, each with its rep and the reason in words."""
    some = assigned[assigned["reason"].notna()]
    state = ranked.state.loc[some.index, ["work_region", "tier"]]

    def reason(code: str, rep: str, skill: str, region: str, tier: str) -> str:
        words = {"region": labels.choice("region", region), "tier": labels.choice("tier", tier)}
        return labels.text(f"assign.{code}", rep=rep, skill=skill, **words)

    texts = _each(pd.concat([some[["reason", "rep", "skill"]].fillna(""), state], axis=1), reason)
    return pd.DataFrame({"rep": some["rep"], "reason": texts}, index=some.index, dtype=object)


def _each(rows: pd.DataFrame, text: Callable[..., str]) -> pd.Series:
    """``text`` of each distinct row, spread over the rows."""
    codes = rows.groupby(list(rows.columns), sort=False).ngroup().to_numpy()
    pool = [text(*row) for row in rows.drop_duplicates().itertuples(index=False, name=None)]
    return pd.Series(np.array([*pool, ""], dtype=object)[codes], index=rows.index, dtype=object)
