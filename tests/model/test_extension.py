"""A team's own field: an extension schema, four labels and points in the policy; no code names it (DESIGN §3)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leadbook.errors import InvalidPolicy
from leadbook.labels import load_labels, load_reverse
from leadbook.model.catalogue import load_catalogue
from leadbook.model.policy_check import check_policy
from leadbook.model.policy_sheet import from_sheet, to_sheet
from tests.model.leads import POLICY, changed, ranked

NOTES = {
    "kind": "choice",
    "widget": "list",
    "width": 16,
    "order": 615,
    "sensitivity": "public",
    "owner": "rep",
    "section": "profile",
    "list": "shift_model",
}
LABELS = {
    "en": ("Shift model", "One shift", "Round the clock"), "zh-Hans": ("班次制度", "单班", "三班倒"),
    "zh-Hant": ("輪班制度", "單班制", "三班制"), "vi": ("Mô hình ca", "Một ca", "Ba ca"),
}  # fmt: skip


def extension(folder: Path, **changes: Any) -> Path:
    labels = {
        lang: {"lead.shifts": name, "choice.shift_model.one": one, "choice.shift_model.three": three}
        for lang, (name, one, three) in LABELS.items()
    }
    path = folder / "extension.json"
    spec = {"type": "string", "enum": ["one", "three"], "x-leadbook": {**NOTES, **changes}}
    made = {"properties": {"shifts": spec}, "choices": {"shift_model": ["one", "three"]}, "labels": labels}
    path.write_text(json.dumps(made), encoding="utf-8")
    return path


POINTS = [
    {
        "section": "factor",
        "id": "shifts",
        "name": "Shifts",
        "criterion": "fit",
        "reads": "shifts",
        "kind": "choice",
        "answer": a,
        "points": p,
    }
    for a, p in (("one", 1), ("three", 9))
]


def test_points_for_an_added_field_are_in_the_total(tmp_path: Path) -> None:
    catalogue = load_catalogue(extension(tmp_path))
    policy = changed(rows=[*POINTS, *POLICY.rows])
    check_policy(policy, catalogue, load_labels("en"), lambda row, column: f"{row}")
    typed = [{"shifts": text} for text in ("one", "Round the clock", "三班倒", "三班制", "Ba ca", "ba ca", None)]
    s = ranked(typed, policy=policy, catalogue=catalogue).state
    assert s["total"].tolist() == s["points_fit"].tolist() == [1, 9, 9, 9, 9, 9, 0]
    assert s["coverage"].iloc[0] > 0 == s["coverage"].iloc[-1]


@pytest.mark.req("R20")
def test_without_the_extension_the_same_column_is_never_scored() -> None:
    assert ranked([{"shifts": "three"}]).state["total"].tolist() == [0]
    with pytest.raises(InvalidPolicy):
        check_policy(
            changed(rows=[*POINTS, *POLICY.rows]), load_catalogue(), load_labels("en"), lambda row, column: f"{row}"
        )


@pytest.mark.parametrize("language", LABELS)
def test_the_added_field_survives_the_policy_sheet(tmp_path: Path, language: str) -> None:
    catalogue = load_catalogue(extension(tmp_path))
    policy = changed(rows=[*POINTS, *POLICY.rows])
    rows, settings = to_sheet(policy, catalogue, load_labels(language, catalogue.extra_labels))
    assert (rows[1]["reads"], rows[1]["answer"]) == (LABELS[language][0], LABELS[language][2])
    assert from_sheet("x", rows, settings, catalogue, load_reverse(catalogue.extra_labels)).rows == policy.rows


def test_an_added_field_may_not_take_the_place_of_another_or_lack_its_notes(tmp_path: Path) -> None:
    path = extension(tmp_path)
    clash = json.loads(path.read_text(encoding="utf-8"))
    clash["properties"]["region"] = clash["properties"]["shifts"]
    (tmp_path / "clash.json").write_text(json.dumps(clash), encoding="utf-8")
    del clash["properties"]["region"], clash["properties"]["shifts"]["x-leadbook"]["width"]
    (tmp_path / "notes.json").write_text(json.dumps(clash), encoding="utf-8")
    for name, key in (("clash.json", "extension_clash"), ("notes.json", "schema_field_incomplete")):
        with pytest.raises(InvalidPolicy) as caught:
            load_catalogue(tmp_path / name)
        assert caught.value.key == key
