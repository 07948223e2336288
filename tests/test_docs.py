"""Generated pages are in step with the code, and every requirement has a test or a plan."""

from __future__ import annotations

import json

import pytest

from tests import docs
from tests.docs import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_generated_page_is_in_step(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), f"run: make docs ({name})"


def test_every_requirement_is_shown_or_planned() -> None:
    rules = json.loads((DOCS / "requirements.json").read_text(encoding="utf-8"))
    later = json.loads((DOCS / "later.json").read_text(encoding="utf-8"))
    shown = docs.tests_by_requirement()
    neither = [id_ for id_ in rules if id_ not in shown and id_ not in later]
    assert neither == []
    assert [id_ for id_ in later if id_ not in rules] == []


def test_marks_name_known_requirements() -> None:
    rules = json.loads((DOCS / "requirements.json").read_text(encoding="utf-8"))
    promises = {f"X{n}" for n in range(1, 21)}
    assert sorted(set(docs.tests_by_requirement()) - set(rules) - promises) == []
