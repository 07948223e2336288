"""Which sentences of leadbook are its own words through and through, and the same in another language (X15).

A purpose such as "Do what was agreed: …" quotes what a rep wrote; "Send useful material on Retail" does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from leadbook.labels import LANGUAGES, Labels, load_labels

_PREFIX: Final = "plan.purpose."
_TEMPLATES: Final = ("result_text.missing_question",)
_TOPIC: Final = "plan.topic.default"
_NAMES: Final = frozenset({"gate"})  # written by the team lead on the Policy sheet, which is public
Phrase = Callable[[Labels], str]


@dataclass(frozen=True)
class _Template:
    """One sentence with holes: label key, the pattern of the filled sentence, the names of the holes."""

    key: str
    pattern: re.Pattern[str]
    holes: tuple[str, ...]


def known_holes() -> frozenset[str]:
    """Holes whose filling is checked against leadbook's own words, or is public."""
    return frozenset(_phrases("en")) | _NAMES


@cache
def _templates(language: str) -> tuple[_Template, ...]:
    """The sentences of one language that quote no free text."""
    labels = load_labels(language)
    keys = sorted(key for key in labels.texts if key.startswith(_PREFIX) or key in _TEMPLATES)
    return tuple(_template(key, labels) for key in keys if labels.placeholders(key) <= known_holes())


def _template(key: str, labels: Labels) -> _Template:
    holes = tuple(sorted(labels.placeholders(key)))
    marked = re.escape(labels.text(key, **{hole: f"\0{hole}\0" for hole in holes}))
    for hole in holes:
        marked = marked.replace(re.escape(f"\0{hole}\0"), f"(?P<{hole}>.+?)")
    return _Template(key, re.compile(marked, re.DOTALL), holes)


@cache
def _quotations(language: str) -> tuple[_Template, ...]:
    """The sentences of one language that quote free text."""
    labels = load_labels(language)
    keys = [key for key in labels.texts if key.startswith(_PREFIX)]
    return tuple(_template(key, labels) for key in keys if not labels.placeholders(key) <= known_holes())


def quotes(text: object) -> bool:
    """Whether the text is a sentence of ours, in any language, that quotes what people wrote."""
    templates = (template for language in LANGUAGES for template in _quotations(language))
    return isinstance(text, str) and any(template.pattern.fullmatch(text.strip()) for template in templates)


@cache
def _phrases(language: str) -> Mapping[str, Mapping[str, Phrase]]:
    """For each hole the texts that may fill it, and how to say them in another language."""
    labels = load_labels(language)
    topics = [key for key in labels.texts if key.startswith("choice.industry.") or key == _TOPIC]
    fields = [key for key in labels.texts if re.fullmatch(r"(?:lead|feature)\.[a-z_]+", key)]
    asked = [key for key in labels.texts if key.startswith("question.") and key != "question.any_field"]
    questions = {_question(key)(labels): _question(key) for key in asked}
    questions |= {_any_question(key)(labels): _any_question(key) for key in fields}
    return {
        "topic": {labels.text(key): _plain(key) for key in topics},
        "outcome": {labels.text(key): _plain(key) for key in labels.texts if key.startswith("choice.outcome.")},
        "field": {labels.text(key): _plain(key) for key in fields},
        "question": questions,
    }


def _plain(key: str) -> Phrase:
    return lambda labels: labels.text(key)


def _question(key: str) -> Phrase:
    return lambda labels: labels.text(key, business_area=labels.text(_TOPIC), situation=labels.text(_TOPIC))


def _any_question(key: str) -> Phrase:
    return lambda labels: labels.text("question.any_field", field=labels.text(key))


@dataclass
class Wordings:
    """Says sentences of any book in the language of ``labels``; each different text is looked up once."""

    labels: Labels
    _said: dict[str, str | None] = field(default_factory=dict)

    def said(self, text: object) -> str | None:
        """The sentence in the reader's language; ``None`` when it is none of ours, or quotes what people wrote."""
        if not isinstance(text, str):
            return None
        if text not in self._said:
            self._said[text] = self._find(text.strip())
        return self._said[text]

    def _find(self, text: str) -> str | None:
        own = self.labels.language
        for language in (own, *(other for other in LANGUAGES if other != own)):
            for template in _templates(language):
                found = template.pattern.fullmatch(text)
                words = self._words(language, template, found.groupdict()) if found else None
                if words is not None:
                    return self.labels.text(template.key, **words)
        return None

    def _words(self, language: str, template: _Template, given: Mapping[str, str]) -> dict[str, str] | None:
        """What fills the holes, in the reader's language; ``None`` when one is filled by free text."""
        words: dict[str, str] = {}
        for hole in template.holes:
            phrase = None if hole in _NAMES else _phrases(language)[hole].get(given[hole])
            if hole not in _NAMES and phrase is None:
                return None
            words[hole] = phrase(self.labels) if phrase else given[hole]
        return words
