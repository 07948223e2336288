"""Label catalogues: flat keys to text with ``{named}`` placeholders, one JSON file a language (DESIGN §9)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from leadbook.assets import read_json

LANGUAGES: Final = ("en", "zh-Hans", "zh-Hant", "vi")
_FOLDER = Path(__file__).resolve().parent
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Labels:
    """The words of one language. ``extra`` holds the labels of a team's own fields."""

    language: str
    texts: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        return key in self.extra or key in self.texts

    def text(self, key: str, /, **params: object) -> str:
        """The text of ``key`` with its placeholders filled; an unknown key answers with itself.

        Only ``{names}`` given in ``params`` are replaced, so that a value may contain braces.
        """
        return self.filled(key, params)

    def filled(self, key: str, params: Mapping[str, object]) -> str:
        """``text`` with the placeholders' words in a mapping."""
        template = self.extra.get(key) or self.texts.get(key) or key
        if not params or "{" not in template:
            return template
        form, names = _form(template)
        return form % tuple([params.get(name, f"{{{name}}}") for name in names])

    def placeholders(self, key: str) -> frozenset[str]:
        """The names that ``text`` of this key can fill."""
        return frozenset(_form(self.text(key))[1])

    def header(self, table: str, key: str) -> str:
        """The column header of a field; a field without a label shows its key."""
        name = f"{table}.{key}"
        return self.text(name) if self.has(name) else key

    def choice(self, list_name: str | None, code: object) -> str:
        """The label of one choice; a code without a label shows itself (also for ``None`` lists)."""
        name = f"choice.{list_name}.{code}"
        return self.text(name) if self.has(name) else str(code)

    def field_name(self, reference: str) -> str:
        """A lead field or derived value by its name, for reasons and policy rows."""
        for prefix in ("lead", "feature"):
            if self.has(f"{prefix}.{reference}"):
                return self.text(f"{prefix}.{reference}")
        return reference


@cache
def _form(template: str) -> tuple[str, tuple[str, ...]]:
    """The template with ``%s`` for its placeholders (the fastest way to fill them), and their names."""
    pieces = _PLACEHOLDER.split(template)
    return "%s".join(piece.replace("%", "%%") for piece in pieces[::2]), tuple(pieces[1::2])


@cache
def _texts(language: str) -> Mapping[str, str]:
    loaded: dict[str, str] = read_json(_FOLDER / f"{language}.json")
    return loaded


def load_labels(language: str, extra: Mapping[str, Mapping[str, str]] | None = None) -> Labels:
    """Labels of ``language``; ``extra`` maps language to key to text (extension schemas)."""
    return Labels(language, _texts(language), (extra or {}).get(language, {}))
