"""Who had an open step before its owner: noted at the end of its reason, read back from there (R16).

The book has no other record of a former rep; with it, the step can be cancelled in that rep's calendar.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import numpy as np
import pandas as pd

from leadbook.app.words import Objects
from leadbook.labels import LANGUAGES, Labels, fold, load_labels

_KEY: Final = "plan.more.taken_over"
_MARK: Final = "⇄"  # in every language; texts without it are not looked at
_APART: Final = "; "


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """The note in each language."""
    texts = {load_labels(language).text(_KEY, reason="\0", reps="\1") for language in LANGUAGES}
    marked = (re.escape(text).replace("\0", "(?:.*)").replace("\1", "(?P<reps>.+)") for text in sorted(texts))
    return tuple(re.compile(text, re.DOTALL) for text in marked)


def former_reps(reasons: pd.Series) -> pd.Series:
    """The names in the note of each reason (lists), only for reasons that have one; index as ``reasons``."""
    noted = [isinstance(text, str) and _MARK in text for text in reasons.tolist()]
    found = {at: _names(str(text)) for at, text in reasons[noted].items()}
    return pd.Series({at: names for at, names in found.items() if names}, dtype=object)


def _names(text: str) -> list[str]:
    read = next((found for pattern in _patterns() if (found := pattern.fullmatch(text))), None)
    return [name for part in read["reps"].split(_APART) if (name := part.strip())] if read else []


def takeovers(current: pd.DataFrame, steps: pd.DataFrame) -> pd.Series:
    """The former reps of each open step that changed hands, in their order (lists; index = some of ``current``'s).

    ``current``: the steps as planned, ``row`` their sheet row; ``steps``: LB_FollowUps as it was read.
    """
    there = current.loc[current["row"].notna(), ["row", "owner"]]
    rows = there["row"].astype(int)
    noted = former_reps(steps["reason"].reindex(rows).set_axis(there.index))
    had = steps["owner"].reindex(rows).set_axis(there.index)
    moved = had.notna() & had.ne(there["owner"])
    some = there.index[moved | there.index.isin(noted.index)]
    found = {at: _former(noted.get(at, []), had[at] if moved[at] else None, there["owner"][at]) for at in some}
    return pd.Series({at: names for at, names in found.items() if names}, dtype=object)


def _former(noted: list[str], had: object, owner: object) -> list[str]:
    """Each name once, however it is spelled; who has the step now is nobody's predecessor."""
    names = {fold(name): name for name in [*noted, *([had] if isinstance(had, str) else [])]}
    now = fold(owner) if isinstance(owner, str) else None
    return [name for key, name in names.items() if key != now]


def with_takeovers(reasons: pd.Series, former: pd.Series, labels: Labels) -> Objects:
    """``reasons`` with a note for each step that changed hands."""
    out = reasons.to_numpy(dtype=object).copy()
    for at, names in former.items():
        place = int(np.asarray(reasons.index.get_loc(at)))
        out[place] = labels.text(_KEY, reason=out[place], reps=_APART.join(names))
    return out
