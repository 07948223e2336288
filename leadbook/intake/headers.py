"""Which column of a sheet holds which field: by key row, by header in any language, else a suggestion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leadbook.intake.overcollection import looks_overcollected
from leadbook.labels import LANGUAGES, Reverse, fold, load_labels
from leadbook.model.catalogue import Table
from leadbook.model.findings import Findings

NEAR_ENOUGH: Final = 82  # rapidfuzz score from which a header is worth asking about


@dataclass(frozen=True)
class Header:
    """One column as the sheet shows it: position in the table, header text, key of the hidden row or ``None``."""

    position: int
    text: str
    key: str | None


@dataclass(frozen=True)
class ColumnMap:
    """``fields``: field key to position; ``own``: columns that people added, kept and never scored (R20)."""

    fields: Mapping[str, int]
    own: tuple[Header, ...]


def map_columns(
    headers: Sequence[Header], table: Table, reverse: Reverse, findings: Findings, owner: str = "rep"
) -> ColumnMap:
    """Map the columns of one table; findings tell about duplicates, doubtful headers and missing columns.

    The key row decides first, so that renamed and moved columns keep their meaning; a suggestion is
    never used on its own.
    """
    known = set(table.keys())
    fields = {h.key: h.position for h in headers if h.key in known}
    own = []
    for header in headers:
        if header.key in known:
            continue
        meant = reverse.header(table.key, header.text) if header.text else None
        if meant in known and meant not in fields:
            fields[meant] = header.position
            continue
        own.append(header)
        if meant in known and header.key is None:
            _tell("column_duplicate", table, meant, header, findings)
    missing = [f.key for f in table.fields if f.owner == owner and f.key not in fields]
    _suggest(own, missing, table, findings)
    return ColumnMap({k: v for k, v in fields.items() if k is not None}, tuple(own))


def _tell(name: str, table: Table, field: str | None, header: Header, findings: Findings) -> None:
    findings.add(name, table.key, field=field, value=header.text, params={"column": header.position})


def _suggest(own: Sequence[Header], missing: Sequence[str], table: Table, findings: Findings) -> None:
    suggested = set()
    for header in own:
        field = _nearest(header.text, missing, table.key)
        if field is not None:
            suggested.add(field)
            _tell("column_doubtful", table, field, header, findings)
        elif looks_overcollected(header.text):
            _tell("extra_column_sensitive", table, None, header, findings)
    required = [key for key in table.schema.get("required", ()) if key in missing and key not in suggested]
    for field in required:
        findings.add("column_missing", table.key, field=field)


def _nearest(text: str, missing: Sequence[str], table: str) -> str | None:
    from rapidfuzz import fuzz, process

    if not text or not missing:
        return None
    names = {(lang, key): fold(load_labels(lang).header(table, key)) for lang in LANGUAGES for key in missing}
    best = process.extractOne(fold(text), names, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    return best[2][1] if best else None
