"""The policy: the team's points, cut-offs, gates, cadences and rates as one list of flat rows (DESIGN §6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from leadbook.assets import folder, read_json
from leadbook.errors import InvalidPolicy

Row = Mapping[str, Any]
COLUMNS: Final = (
    "section", "id", "name", "criterion", "reads", "kind", "answer", "points", "half_life", "most", "when",
    "discount", "effect", "cap", "expires_days", "currency", "date", "requirement", "reason",
)  # fmt: skip
NUMBERS: Final = ("points", "half_life", "most", "expires_days")
SCORED: Final = ("factor", "urgency", "importance", "value")  # sections whose rows give points
WORDS_ONLY: Final = ("name", "reason")  # explain, never count: left out of the fingerprint


@dataclass(frozen=True)
class Condition:
    """``field=answer`` or ``field~word|word`` (any of the words occurs in the text)."""

    reads: str
    answer: str
    words: bool = False


@dataclass(frozen=True)
class Factor:
    """One scored line: reads one value, gives points. ``answers`` keep the order of the policy rows."""

    section: str
    id: str
    name: str
    criterion: str
    reads: str
    kind: str
    answers: tuple[tuple[str, float], ...]
    half_life: float | None = None
    most: float | None = None
    when: Condition | None = None
    discount: str | None = None
    requirement: str = ""
    reason: str = ""

    @property
    def extremes(self) -> tuple[int, int]:
        """The lowest and the highest points this factor can give."""
        points = [self.most or 0.0] if self.kind == "count" else [p for _, p in self.answers]
        # Only choice and band are sure to give one of their points; the others may give nothing.
        floor = points if self.kind in ("choice", "band") else [*points, 0.0]
        return round(min(floor)), round(max(floor))


@dataclass(frozen=True)
class Gate:
    """A hard rule: closed when ``reads`` has one of the answers (or reaches the bound of a band)."""

    id: str
    name: str
    criterion: str
    reads: str
    kind: str
    answers: tuple[str, ...]
    effect: str
    cap: str | None
    expires_days: int | None
    when: Condition | None
    requirement: str
    reason: str


@dataclass(frozen=True)
class Policy:
    """Settings plus flat rows, exactly as written in the JSON file or on the Policy sheet."""

    name: str
    settings: Mapping[str, Any]
    rows: tuple[Row, ...]

    def section(self, name: str) -> list[Row]:
        return [row for row in self.rows if row["section"] == name]

    def factors(self, section: str = "factor") -> list[Factor]:
        """Factors of ``factor``, ``urgency``, ``importance`` or ``value``, in the order of their first row."""
        return self._factors[section]

    @cached_property
    def _factors(self) -> dict[str, list[Factor]]:
        return {s: [_factor(rows) for rows in _groups(self.section(s))] for s in SCORED}

    @cached_property
    def gates(self) -> list[Gate]:
        """Gates in policy order (authority, need, urgency, money: C17)."""
        return [_gate(rows) for rows in _groups(self.section("gate"))]

    def setting(self, key: str) -> Any:
        """The team's own value; a setting that a book of an older template lacks has its default."""
        if key in self.settings:
            return self.settings[key]
        known = default_policy().settings
        if key not in known:
            raise InvalidPolicy("policy_setting_missing", setting=key)
        return known[key]

    def number(self, key: str) -> float:
        value = self.setting(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidPolicy("policy_setting_not_number", setting=key)
        return float(value)

    def products(self) -> dict[str, str]:
        return {row["id"]: row.get("name", row["id"]) for row in self.section("product")}

    @cached_property
    def fingerprint(self) -> str:
        """12 hex digits over everything that counts; the same in every language."""
        rows = [{k: v for k, v in row.items() if k not in WORDS_ONLY} for row in self.rows]
        text = json.dumps([dict(self.settings), rows], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _groups(rows: Iterable[Row]) -> list[list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row["id"], []).append(row)
    return list(grouped.values())


def condition(text: str | None) -> Condition | None:
    """Parse ``when``: ``field=answer`` or ``field~word|word``; ``InvalidPolicy`` when it is neither."""
    if not text:
        return None
    for sign in ("=", "~"):
        reads, found, answer = text.partition(sign)
        if found and reads.strip() and answer.strip():
            return Condition(reads.strip(), answer.strip(), sign == "~")
    raise InvalidPolicy("policy_when_broken", when=text)


def _factor(rows: list[Row]) -> Factor:
    head = rows[0]
    return Factor(
        section=head["section"],
        id=head["id"],
        name=head.get("name", head["id"]),
        criterion=head.get("criterion", ""),
        reads=head["reads"],
        kind=head["kind"],
        answers=tuple((row.get("answer", ""), float(row["points"])) for row in rows),
        half_life=head.get("half_life"),
        most=head.get("most"),
        when=condition(head.get("when")),
        discount=head.get("discount"),
        requirement=head.get("requirement", ""),
        reason=head.get("reason", ""),
    )


def _gate(rows: list[Row]) -> Gate:
    head = rows[0]
    return Gate(
        id=head["id"],
        name=head.get("name", head["id"]),
        criterion=head.get("criterion", ""),
        reads=head["reads"],
        kind=head["kind"],
        answers=tuple(row.get("answer", "") for row in rows),
        effect=head["effect"],
        cap=head.get("cap"),
        expires_days=head.get("expires_days"),
        when=condition(head.get("when")),
        requirement=head.get("requirement", ""),
        reason=head.get("reason", ""),
    )


def tidy(value: Any) -> Any:
    """One spelling for one number: 12.0 becomes 12; everything else stays."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def make_policy(name: str, settings: Mapping[str, Any], rows: Iterable[Row]) -> Policy:
    """A policy from its parts: empty cells dropped, numbers in one spelling, columns in one order."""
    clean = []
    for row in rows:
        kept = {c: tidy(row[c]) for c in COLUMNS if row.get(c) not in (None, "")}
        if "answer" in kept:
            kept["answer"] = str(kept["answer"])
        clean.append(kept)
    return Policy(name, {k: tidy(v) for k, v in settings.items()}, tuple(clean))


def read_policy(path: Path) -> Policy:
    """A policy from its JSON file; ``InvalidPolicy`` when the file is not one."""
    loaded = read_json(path)
    rows, settings = (loaded.get("rows"), loaded.get("settings", {})) if isinstance(loaded, dict) else (None, None)
    named = all(isinstance(r, dict) and isinstance(r.get("id"), str) for r in rows or ())
    if not isinstance(rows, list) or not named or not isinstance(settings, dict):
        raise InvalidPolicy("policy_not_a_policy", file=path.name)
    return make_policy(str(loaded.get("name", path.stem)), settings, rows)


def default_policy() -> Policy:
    """The expert points that a new book starts with (``templates/policy.default.json``)."""
    return read_policy(folder("templates") / "policy.default.json")


def policy_json(policy: Policy) -> str:
    """The policy as its JSON file: one row a line, so that differences read well."""
    settings = ",\n".join(f"  {json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}" for k, v in policy.settings.items())
    rows = ",\n".join("  " + json.dumps(dict(row), ensure_ascii=False) for row in policy.rows)
    name = json.dumps(policy.name, ensure_ascii=False)
    return f'{{\n "name": {name},\n "settings": {{\n{settings}\n }},\n "rows": [\n{rows}\n ]\n}}\n'
