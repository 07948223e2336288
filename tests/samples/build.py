"""`python -m tests.samples.build` writes samples/team.<lang>.xlsx and samples/expected.json; same bytes every time.

In team_<lang>.json a value is what people typed; "@code" stands for the label of a choice in the book's language,
"@vi:code" for the label of another one, "#2026-11-03 14:30" for a real Excel date. answers_<lang>.json holds, for
the leads that the oracle judges, the hand-written meaning of everything that was typed as text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from leadbook.labels import LANGUAGES, Labels, load_labels
from leadbook.model.catalogue import Field, load_catalogue
from leadbook.model.policy import default_policy
from leadbook.model.policy_sheet import default_policy_rows
from leadbook.templating import build_book
from leadbook.templating.draft import BODY_ROW
from tests.oracle import judge

HERE: Final = Path(__file__).resolve().parent
OUT: Final = HERE.parent.parent / "samples"
AS_OF: Final = date(2026, 11, 16)
TABLES: Final = {"team": "team", "lead": "leads", "interaction": "interactions"}
NOT_SCORED: Final = ("LB141", "LB201")
_CODE = re.compile(r"@(?:(en|zh-Hans|zh-Hant|vi):)?([A-Za-z0-9_-]+)")
_LISTS: Final = {"industry_detail": "industry_detail"}
_UNSCORED: Final = ("founded", "contact_means", "our_participants", "customer_participants", "tags")

Row = dict[str, Any]


def team_of(lang: str) -> dict[str, list[Row]]:
    """What the team typed: team, leads, interactions, planted findings."""
    loaded: dict[str, list[Row]] = json.loads((HERE / f"team_{lang}.json").read_text(encoding="utf-8"))
    return loaded


def _label(field: Field, labels: Labels) -> Callable[[re.Match[str]], str]:
    def label(found: re.Match[str]) -> str:
        words = load_labels(found[1]) if found[1] else labels
        if field.key == "product":
            return words.text(f"policy_row.product.{found[2]}.name")
        return words.choice(_LISTS.get(field.key, field.list), found[2])

    return label


def typed_cell(field: Field, value: Any, labels: Labels) -> Any:
    """One cell as typed: text, number, day or moment."""
    if not isinstance(value, str):
        return value
    if value.startswith("#"):
        return datetime.fromisoformat(value[1:]) if " " in value else date.fromisoformat(value[1:])
    coded = field.list or field.key in ("product", *_LISTS)
    return _CODE.sub(_label(field, labels), value) if coded else value


def content_of(lang: str) -> dict[str, list[Row]]:
    """Table key to the rows of the sample book, cells as typed."""
    catalogue, labels, team = load_catalogue(), load_labels(lang), team_of(lang)
    content = {}
    for table, name in TABLES.items():
        fields = {field.key: field for field in catalogue.table(table).fields}
        content[table] = [
            {key: typed_cell(fields[key], value, labels) for key, value in row.items()} for row in team[name]
        ]
    return content


def policy_rows_of(lang: str) -> tuple[list[Row], list[Row]]:
    """The default policy and its settings as sheet rows."""
    return default_policy_rows(load_catalogue(), load_labels(lang))


def sample_book(lang: str) -> bytes:
    """The sample book of one language as a package."""
    mark = default_policy().fingerprint
    catalogue = load_catalogue()
    return build_book(load_labels(lang), catalogue, *policy_rows_of(lang), content=content_of(lang), fingerprint=mark)


def _meaning(field: Field, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.startswith("#"):
        return value[1:].replace(" ", "T")
    code = _CODE.fullmatch(value)
    if code:
        return {"code": code[2]} if field.kind == "industry" else code[2]
    if field.kind == "text":
        return value
    raise ValueError(f"answers file: the meaning of {field.key} is missing")


def answers_of(lang: str) -> dict[str, Row]:
    """Company to canonical answers: codes and dates by their marks, all else as written by hand."""
    fields = {field.key: field for field in load_catalogue().lead.fields}
    by_hand = json.loads((HERE / f"answers_{lang}.json").read_text(encoding="utf-8"))
    rows = {row["company_name"]: row for row in team_of(lang)["leads"] if "company_name" in row}
    found = {}
    for name, written in by_hand.items():
        plain = {k: v for k, v in rows[name].items() if k not in written and k not in _UNSCORED}
        found[name] = {**{k: _meaning(fields[k], v) for k, v in plain.items()}, **written}
    return found


def interactions_of(lang: str, name: str) -> list[Row]:
    """The understood interactions of one lead: moment and reaction."""
    rows = [row for row in team_of(lang)["interactions"] if row["lead_name"] == name]
    return [{"at": row["at"][1:].replace(" ", "T"), "reaction": row["reaction"][1:]} for row in rows]


def _planted(lang: str, verdicts: dict[str, Row]) -> list[Row]:
    team = team_of(lang)
    found = [{**plant, "row": BODY_ROW + plant["row"]} for plant in team["planted"]]
    for at, lead in enumerate(team["leads"], BODY_ROW + 1):
        verdict = verdicts.get(lead.get("company_name", ""))
        if verdict and "rep_score" in lead and abs(lead["rep_score"] - verdict["score"]) >= 2:
            found.append({"code": "LB206", "table": "lead", "row": at, "field": "rep_score"})
    for plant in found:
        named = team[TABLES[plant["table"]]][plant["row"] - BODY_ROW - 1]
        plant["name"] = named.get("company_name") or named.get("lead_name") or ""
    return found


def expected_of(lang: str) -> Row:
    """What a run of the sample book must show, from the oracle and the planted faults alone."""
    team = team_of(lang)
    answers = answers_of(lang)
    verdicts = {name: judge(given, interactions_of(lang, name), AS_OF) for name, given in answers.items()}
    dropped = sum(plant["code"] in NOT_SCORED for plant in team["planted"])
    counts = {
        "leads_scored": len(team["leads"]) - dropped, "rows_not_scored": dropped,
        "interactions": len(team["interactions"]),
    }  # fmt: skip
    return {"as_of": AS_OF.isoformat(), "counts": counts, "findings": _planted(lang, verdicts), "leads": verdicts}


def build_all() -> dict[str, bytes]:
    """File name to bytes, for everything in samples/."""
    files = {f"team.{lang}.xlsx": sample_book(lang) for lang in LANGUAGES}
    expected = {lang: expected_of(lang) for lang in LANGUAGES}
    text = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
    return {**files, "expected.json": text.encode()}


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for name, data in build_all().items():
        (OUT / name).write_bytes(data)


if __name__ == "__main__":
    main()
