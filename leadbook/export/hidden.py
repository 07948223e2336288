"""What a hand-out leaves out unless values are asked for: personal columns and free text (R18, X15)."""

from __future__ import annotations

from typing import Final

import pandas as pd

from leadbook.export.wordings import Wordings, quotes
from leadbook.model.catalogue import Table

# Columns that leadbook writes and that quote what people wrote elsewhere.
_QUOTES: Final = frozenset({("issue", "message"), ("issue", "accepted"), ("issue", "fix"), ("result", "tags_computed")})
# Of these only the sentences that quote an agreed plan.
_SENTENCES: Final = frozenset({"purpose", "next_step"})
# A mixture of leadbook's own words, of which only the quotations are hidden.
_MIXED: Final = frozenset({("worklist", "what")})


def closed_columns(table: Table) -> frozenset[str]:
    """Columns that are hidden whole: personal ones, and those that quote what people wrote."""
    return frozenset(f.key for f in table.fields if not f.public or (table.key, f.key) in _QUOTES)


def hide(frame: pd.DataFrame, table: Table, wordings: Wordings) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """``frame`` (objects by field key) with a mark in place of what must not travel, and the columns it is in.

    Cells without an answer stay blank, so that fill rates can still be counted.
    """
    mark, closed = wordings.labels.text("summary.hidden"), closed_columns(table)
    out, where = {}, []
    for key in frame.columns:
        secret = frame[key].notna() if key in closed else _quoting(str(key), frame[key], table, wordings)
        out[key] = frame[key].mask(secret, mark)
        if secret.any():
            where.append(str(key))
    return pd.DataFrame(out, index=frame.index, columns=frame.columns), tuple(where)


def _quoting(key: str, values: pd.Series, table: Table, wordings: Wordings) -> pd.Series:
    """Which cells of an open column quote free text, or may do so."""
    if (table.key, key) in _MIXED:
        return values.isin([text for text in values.dropna().unique() if quotes(text)])
    if key not in _SENTENCES:
        return pd.Series(False, index=values.index)
    known = [text for text in values.dropna().unique() if wordings.said(text) is not None]
    return values.notna() & ~values.isin(known)
