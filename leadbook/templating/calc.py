"""A grid of named lines: formulas, the value each has in an empty form, and the tables they look into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from leadbook.templating.draft import cell

Value = str | float | int | bool
LABELS, LINES, TABLES = 0, 1, 3  # columns: what a line is, its formula, and from where tables stand
FIRST_ROW: Final = 1
_MOST: Final = 8000  # Excel takes formulas of up to 8192 characters


class _Blank(str):
    """An empty text as a formula's stored value: XlsxWriter leaves ``""`` out, and programs then show a 0."""

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


def stored(value: Value) -> Value:
    """The value to give to XlsxWriter beside a formula."""
    return _Blank() if value == "" else value


@dataclass(frozen=True)
class Line:
    """One cell of the grid. ``formula`` is blank where ``value`` is a constant."""

    row: int
    column: int
    formula: str
    value: Value


@dataclass(frozen=True)
class Column:
    """Cells below each other."""

    column: int
    height: int

    def __str__(self) -> str:
        return f"{self.cell(0)}:{self.cell(max(self.height, 1) - 1)}"

    def cell(self, down: int) -> str:
        """The address of one of them."""
        return cell(FIRST_ROW + down, self.column, "rc")


@dataclass
class Calc:
    """Hands out cells; formulas name each other by absolute address, so a sheet's name never matters."""

    lines: list[Line] = field(default_factory=list)
    row: int = FIRST_ROW
    column: int = TABLES

    def put(self, label: str, formula: str, empty: Value) -> str:
        """A line with a formula (without ``=``); ``empty`` is what it gives in an empty form."""
        assert len(formula) < _MOST, label
        self.lines += [Line(self.row, LABELS, "", label), Line(self.row, LINES, "=" + formula, empty)]
        self.row += 1
        return cell(self.row - 1, LINES, "rc")

    def table(self, label: str, *columns: Sequence[Value]) -> tuple[Column, ...]:
        """Constants side by side, each column under ``label``."""
        return tuple(self._column(label, [("", value) for value in values]) for values in columns)

    def formulas(self, label: str, formulas: Sequence[tuple[str, Value]]) -> Column:
        """Formulas below each other, each with its value in an empty form."""
        return self._column(label, [("=" + formula, empty) for formula, empty in formulas])

    def _column(self, label: str, cells: Sequence[tuple[str, Value]]) -> Column:
        self.lines.append(Line(FIRST_ROW - 1, self.column, "", label))
        for down, (formula, value) in enumerate(cells):
            assert len(formula) < _MOST, label
            self.lines.append(Line(FIRST_ROW + down, self.column, formula, value))
        self.column += 1
        return Column(self.column - 1, len(cells))

    def __iter__(self) -> Iterator[Line]:
        return iter(sorted(self.lines, key=lambda line: (line.row, line.column)))


def text(value: str) -> str:
    """A text constant of a formula."""
    return '"' + value.replace('"', '""') + '"'


def number(value: float) -> str:
    """A number constant that reads back as the same number."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def any_of(tests: Sequence[str]) -> str:
    """``OR`` of tests; ``FALSE`` without any."""
    return f"OR({','.join(tests)})" if tests else "FALSE"


def escaped(reference: str) -> str:
    """A text for MATCH in which ``*``, ``?`` and ``~`` stand for themselves."""
    return f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({reference},"~","~~"),"*","~*"),"?","~?")'
