"""Whose rows they are: reps by name, however it is spaced or cased."""

from __future__ import annotations

from typing import Final

import pandas as pd

from leadbook.app.export_read import Source
from leadbook.app.takeovers import former_reps
from leadbook.errors import UsedWrongly
from leadbook.export.texts import one_line
from leadbook.labels import fold

OWNER: Final = "owner"


def of_rep(frame: pd.DataFrame, rep: str | None) -> pd.DataFrame:
    """The rows of one rep; of nobody for ``None``."""
    owner = frame[OWNER]
    if rep is None:
        return frame[owner.isna()]
    wanted = fold(rep)
    theirs = [name for name in owner.dropna().unique() if fold(name) == wanted]
    return frame[owner.isin(theirs)]


def reps(source: Source) -> list[str]:
    """All reps: those of the Team sheet in its order, then other owners of leads and steps, also former ones."""
    team = source.sheet("team").frame["rep"].dropna().tolist()
    with_owner = ("lead", "follow_up", "done", "result")
    owners = {name for key in with_owner for name in source.sheet(key).frame[OWNER].dropna()}
    for key in ("follow_up", "done"):
        owners.update(*former_reps(source.sheet(key).frame["reason"]))
    known: dict[str, str] = {}
    for name in (*team, *sorted(owners)):
        known.setdefault(fold(name), name)
    return list(known.values())


def rep_named(source: Source, wanted: str) -> str:
    """The rep as the book spells the name; ``UsedWrongly`` names all there are."""
    every = reps(source)
    found = next((name for name in every if fold(name) == fold(wanted)), None)
    if found is None:
        there = ", ".join(map(one_line, every)) or "–"
        raise UsedWrongly("rep_unknown", rep=one_line(wanted), reps=there)
    return found
