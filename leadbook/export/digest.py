"""What one rep should know today, picked from the book: overdue, today, this week, what moved, what to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from leadbook.export.wordings import Wordings
from leadbook.labels import Labels
from leadbook.model.call_note import call_note
from leadbook.model.codes import CLOSED

MOST: Final = 8
MOST_ASKED: Final = 5
MOST_NOTES: Final = 3
Known = Mapping[str, str | None]


@dataclass(frozen=True)
class Section:
    """A heading with its lines; ``more`` lines did not fit."""

    title: str
    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True)
class Digest:
    """One rep's sections, only those that have something to say."""

    title: str
    sections: tuple[Section, ...]


def digest(
    name: str, steps: pd.DataFrame, results: pd.DataFrame, wordings: Wordings, today: date, as_of: str | None = None,
    facts: Mapping[str, Known] = MappingProxyType({}),
) -> Digest:  # fmt: skip
    """The digest of one rep.

    ``steps``: the rep's rows of LB_FollowUps; ``results``: those of LB_Results, with ``cause`` as a code; dates as
    ISO text, numbers as numbers. ``as_of``: the day of the last run, told when it is not ``today``. ``facts``: by lead
    key what fills the note of a first call (U04). Contacts and free text never appear: lines are built from company,
    kind and channel.
    """
    labels = wordings.labels
    ahead = steps[steps["rank"].notna() & steps["due"].notna() & ~steps["status"].isin(CLOSED)]
    ahead = ahead.sort_values(["due", "rank"], kind="stable")
    due, day = ahead["due"], today.isoformat()
    sunday = (today + timedelta(days=6 - today.weekday())).isoformat()
    moved = results[results["movement"].isin(["up", "down"])]
    groups = (
        ("digest.overdue", _steps(ahead[due < day], labels), MOST),
        ("digest.today", _steps(ahead[due == day], labels), MOST),
        ("digest.week", _steps(ahead[(due > day) & (due <= sunday)], labels), MOST),
        ("digest.moved", _moves(moved, labels), MOST),
        ("digest.ask", _questions(results, wordings), MOST_ASKED),
    )
    sections = [_section(labels.text(key, count=len(lines)), lines, most) for key, lines, most in groups if lines]
    calls = ahead[ahead["kind"].eq("first_call") & (due <= sunday)]
    if len(calls):
        sections.append(_notes(calls, results, facts, wordings))
    head = "digest.head" if as_of in (None, day) else "digest.head_of"
    return Digest(labels.text(head, name=name, date=day, as_of=as_of), tuple(sections))


def _section(title: str, lines: Sequence[str], most: int) -> Section:
    return Section(title, tuple(lines[:most]), max(0, len(lines) - most))


def _notes(calls: pd.DataFrame, results: pd.DataFrame, facts: Mapping[str, Known], wordings: Wordings) -> Section:
    """What to say in each first call, with what the book knows of the lead; the rest is named in brackets (U04)."""
    labels, lines = wordings.labels, list[str]()
    asked = {key: wordings.said(text) for key, text in _rows(results, "lead_key", "ask_next")}
    for name, key, rep in _rows(calls.head(MOST_NOTES), "lead_name", "lead_key", "owner"):
        first, *others = call_note(labels, {**facts.get(key, {}), "rep": rep, "question": asked.get(key)})
        lines += [labels.text("digest.note", name=name or key or "–", note=first), *others]
    return Section(labels.text("digest.notes", count=len(calls)), tuple(lines), max(0, len(calls) - MOST_NOTES))


def _rows(frame: pd.DataFrame, *keys: str) -> list[tuple[Any, ...]]:
    return list(zip(*(frame[key].tolist() for key in keys), strict=True))


def _steps(rows: pd.DataFrame, labels: Labels) -> list[str]:
    out = []
    for due, at, name, key, kind, channel in _rows(rows, "due", "time", "lead_name", "lead_key", "kind", "channel"):
        step = labels.choice("step_kind", kind) if kind else labels.text("calendar.step")
        how = labels.choice("channel", channel) if channel else "–"
        when = f"{due} {at}" if at else due
        out.append(labels.text("digest.step", due=when, name=name or key or "–", step=step, channel=how))
    return out


def _moves(rows: pd.DataFrame, labels: Labels) -> list[str]:
    out = []
    for name, movement, tier, cause in _rows(rows, "lead_name", "movement", "tier", "cause"):
        arrow, shown = "▲" if movement == "up" else "▼", labels.choice("tier", tier) if tier else "–"
        why = labels.choice("cause", cause) if cause else "–"
        out.append(labels.text("digest.move", arrow=arrow, name=name or "–", tier=shown, cause=why))
    return out


def _questions(rows: pd.DataFrame, wordings: Wordings) -> list[str]:
    """Questions of the bank that could move a lead most; anything else in that column is not repeated."""
    ranked = rows[rows["ask_next"].notna()].sort_values("rank", kind="stable")
    asked = [(name, wordings.said(text)) for name, text in _rows(ranked, "lead_name", "ask_next")]
    return [wordings.labels.text("digest.question", name=name or "–", question=text) for name, text in asked if text]
