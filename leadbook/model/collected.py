"""What was read from one form or one row of a customer sheet, before anyone has interpreted it."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from leadbook.model.raw import CellError, RawValue, Uncached

_EPOCH: Final = datetime(1899, 12, 30)
_NO_DATE: Final = 2_958_466  # the day after 9999-12-31
_PRESET: Final = frozenset({"owner"})
ANSWER: Final = "LB_Form.answer"  # the block that says what a run found out


@dataclass(frozen=True, slots=True)
class FormCell:
    """One cell: its value, whether a number is shown as a date, and where it stands."""

    value: RawValue
    date: bool = False
    sheet: str = ""
    address: str = ""


Cells = Mapping[str, FormCell]


@dataclass(slots=True)
class FormRead:
    """One customer as a file tells it. ``cells`` by field key (or ``key.part``), filled ones only; ``talks`` the
    rows of its interaction table.

    ``file``: name for people, relative to the folder given; ``row``: sheet row of a customer sheet, 0 for a form.
    ``as_of``: the day typed as such, as 1900 serial or text; a formula such as TODAY() is no evidence and left out.
    ``unread``: columns, sheets and fields of the whole file that were not understood, as people know them.
    ``shown``: rows of texts of each answer block as it stands, ``sizes`` its height and width; empty without any.
    """

    file: str
    language: str = ""
    policy: str = ""
    as_of: FormCell | None = None
    cells: Cells = field(default_factory=dict)
    talks: Sequence[Cells] = ()
    row: int = 0
    digest: str = ""
    shown: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()

    @property
    def is_form(self) -> bool:
        """Whether it is one of our forms and can take an answer."""
        return self.row == 0

    @property
    def is_blank(self) -> bool:
        """A form that nobody has filled yet: at most the owner stands in it, as ``new form --rep`` presets it."""
        return self.is_form and not self.talks and self.cells.keys() <= _PRESET

    def is_answered(self, lead_key: str) -> bool:
        """Whether our answer about this lead stands in it: it was taken in earlier, or is a copy of such a form."""
        return bool(lead_key) and any(lead_key in row for row in self.shown.get(ANSWER, ()))

    @property
    def uncomputed(self) -> list[str]:
        """``Sheet!C4`` of every formula whose value no program has stored: nobody knows what it says."""
        cells = [*self.cells.values(), *(cell for talk in self.talks for cell in talk.values())]
        return list(dict.fromkeys(f"{c.sheet}!{c.address}" for c in cells if isinstance(c.value, Uncached)))

    def place(self, key: str) -> str:
        """``Sheet!C4`` of the cell that answers a field, for findings; a part stands for its field."""
        cell = self.cells.get(key) or next((c for k, c in self.cells.items() if k.partition(".")[0] == key), None)
        return f"{cell.sheet}!{cell.address}" if cell else self.places.get(key, "")


def plain(value: RawValue) -> str:
    """A raw value as text, the same whatever program saved it; empty for a blank."""
    if value is None:
        return ""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if isinstance(value, bool):
        return f"!{value}"
    if isinstance(value, float):
        return f"{value:.12g}"
    return value.code if isinstance(value, CellError) else "?" if isinstance(value, Uncached) else str(value)


def seen(cell: FormCell) -> str:
    """A cell as text, a date as its ISO day and time."""
    if cell.date and isinstance(cell.value, float) and 0 < cell.value < _NO_DATE:
        moment = _EPOCH + timedelta(seconds=round(cell.value * 86_400))
        return moment.strftime("%Y-%m-%d" if cell.value.is_integer() else "%Y-%m-%d %H:%M")
    return plain(cell.value)


def mark(texts: Iterable[str], length: int = 16) -> str:
    """A short hash of texts in their order."""
    return hashlib.sha256("\x1f".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:length]


def content_mark(cells: Cells, talks: Sequence[Cells]) -> str:
    """The hash of what people filled in: values by key, interactions in any order; formats, places, our own answer
    and the as-of cell do not count."""
    lines = sorted(f"{key}={plain(cell.value)}" for key, cell in cells.items())
    lines += sorted(mark(f"{k}={plain(c.value)}" for k, c in sorted(talk.items())) for talk in talks)
    return mark(lines)
