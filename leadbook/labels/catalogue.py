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
        template = self.extra.get(key) or self.texts.get(key) or key
        if not params:
            return template
        return _PLACEHOLDER.sub(lambda m: str(params[m[1]]) if m[1] in params else m[0], template)

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
def _texts(language: str) -> Mapping[str, str]:
    loaded: dict[str, str] = read_json(_FOLDER / f"{language}.json")
    return loaded


def load_labels(language: str, extra: Mapping[str, Mapping[str, str]] | None = None) -> Labels:
    """Labels of ``language``; ``extra`` maps language to key to text (extension schemas)."""
    return Labels(language, _texts(language), (extra or {}).get(language, {}))
