"""A sample team book in a folder of its own, for trying things out."""

from __future__ import annotations

from pathlib import Path

from leadbook.app.new import create
from leadbook.assets import folder


def demo_book(place: Path, language: str) -> Path:
    """Copy the sample of one language to ``place`` as a new file, with a number when the name is taken."""
    place.mkdir(parents=True, exist_ok=True)
    data = (folder("samples") / f"team.{language}.xlsx").read_bytes()
    target = place / f"team.{language}.xlsx"
    number = 2
    while target.exists():
        target = place / f"team.{language}.{number}.xlsx"
        number += 1
    return create(target, data)


def demo_date() -> str:
    """The date the samples are made for; their expected results hold on that day."""
    from leadbook.assets import read_json

    expected = read_json(folder("samples") / "expected.json")
    return str(next(iter(expected.values()))["as_of"])
