"""Sentences of leadbook are told from what people wrote, and said in any language."""

from __future__ import annotations

import pytest

from leadbook.export.wordings import Wordings, known_holes, quotes
from leadbook.labels import LANGUAGES, load_labels

FREE = {"text"}  # holes that people's own words fill


def test_every_hole_of_a_purpose_is_known_to_be_free_text_or_not() -> None:
    labels = load_labels("en")
    holes = {h for key in labels.texts if key.startswith("plan.purpose.") for h in labels.placeholders(key)}
    assert holes - known_holes() == FREE


@pytest.mark.parametrize("target", LANGUAGES)
@pytest.mark.parametrize("source", LANGUAGES)
def test_a_sentence_of_one_language_is_said_in_another(source: str, target: str) -> None:
    one, other = load_labels(source), load_labels(target)
    said = Wordings(other).said
    assert said(one.text("plan.purpose.visit")) == other.text("plan.purpose.visit")
    topics = [labels.choice("industry", "J") for labels in (one, other)]
    news = [labels.text("plan.purpose.call", topic=topic) for labels, topic in zip((one, other), topics, strict=True)]
    assert said(news[0]) == news[1]
    fields = [labels.text("question.any_field", field=labels.text("lead.goals")) for labels in (one, other)]
    asked = [labels.text("plan.purpose.ask", question=q) for labels, q in zip((one, other), fields, strict=True)]
    assert said(asked[0]) == asked[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_wrote_is_none_of_ours(language: str) -> None:
    labels = load_labels(language)
    said = Wordings(labels).said
    assert said(labels.text("plan.purpose.agreed_plan", text="bring the samples")) is None
    assert said(labels.text("plan.purpose.ask", question="Does Kanari decide?")) is None
    assert said(labels.text("plan.purpose.call", topic="Kanari")) is None
    assert said("Kanari") is None and said(None) is None and said(4) is None
    assert said(labels.text("plan.purpose.visit") + " with Kanari") is None
    assert quotes(labels.text("plan.purpose.agreed_plan", text="two\nlines")) and not quotes("Kanari")
    assert not quotes(labels.text("plan.purpose.visit")) and not quotes(None)
