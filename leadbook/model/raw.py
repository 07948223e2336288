"""What a cell holds before anyone has interpreted it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class CellError:
    """An Excel error value such as ``#DIV/0!``; never the same as a blank cell."""

    code: str


class Uncached:
    """A formula cell that carries no computed value (saved by a program that does not calculate)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNCACHED"


UNCACHED: Final = Uncached()

RawValue = str | float | bool | CellError | Uncached | None


class RawColumnLike(Protocol):
    """One column of a raw table: 1-based position, sheet letter, header text, key of the hidden key row."""

    @property
    def index(self) -> int: ...
    @property
    def letter(self) -> str: ...
    @property
    def header(self) -> str: ...
    @property
    def key(self) -> str | None: ...


class RawTableLike(Protocol):
    """A table as read: ``values`` and ``dates`` map column position to arrays parallel to ``rows`` (sheet rows)."""

    @property
    def name(self) -> str: ...
    @property
    def sheet(self) -> str: ...
    @property
    def rows(self) -> npt.NDArray[np.int64]: ...
    @property
    def columns(self) -> Sequence[RawColumnLike]: ...
    @property
    def values(self) -> Mapping[int, npt.NDArray[np.object_]]: ...
    @property
    def dates(self) -> Mapping[int, npt.NDArray[np.bool_]]: ...
