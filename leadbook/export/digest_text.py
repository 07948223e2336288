"""Digests as Markdown or as plain text, to paste into a chat."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from leadbook.export.digest import Digest
from leadbook.export.texts import markdown, one_line
from leadbook.labels import Labels


def as_markdown(digests: Sequence[Digest], labels: Labels) -> str:
    """A heading a rep, bold section titles, one bullet a line; marks inside names are made plain."""
    return _joined(digests, labels, markdown, "## {}", "**{}**", "- {}")


def as_text(digests: Sequence[Digest], labels: Labels) -> str:
    """The same without marks."""
    return _joined(digests, labels, one_line, "{}", "{}", "  {}")


def _joined(
    digests: Sequence[Digest], labels: Labels, safe: Callable[[str], str], head: str, title: str, line: str
) -> str:
    blocks = []
    for each in digests:
        parts = [head.format(safe(each.title))]
        for section in each.sections:
            lines = [line.format(safe(text)) for text in section.lines]
            if section.more:
                lines.append(line.format(labels.text("digest.more", count=section.more)))
            parts.append("\n".join([title.format(safe(section.title)), *lines]))
        if not each.sections:
            parts.append(labels.text("digest.none"))
        blocks.append("\n\n".join(parts))
    return "\n\n".join(blocks or [labels.text("digest.none")]) + "\n"
