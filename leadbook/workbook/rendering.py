"""Columns of values as the bytes of their cells: the same words, figures and days are rendered once a column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from .celltext import REMOVE, Moved, Renderer, placed
from .edits import ColumnEdit

_COMMON = frozenset({str, int, float, date, type(None)})
_BLANK = "/>"
# What needs more than the three entities: controls, line ends, look-alikes of escapes, spaces that XML may drop.
_ODD = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\r\n\t\ufffe\uffff\ud800-\udfff]|_x|  |\0 | \0")
_LONG = 16_000


class Ends:
    """Renders what follows the row number of a cell, ``" s="3"><v>7</v></c>`` and the like."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer

    def of(self, edit: ColumnEdit, suffix: bytes = b"") -> list[bytes]:
        """One end a cell, each followed by ``suffix``; empty for no cell at all. A cell that is carried over is
        given whole, from its ``<``."""
        styles = edit.styles
        if styles is None or isinstance(styles, int):
            one = [styles]
        else:
            styles = styles.tolist() if isinstance(styles, np.ndarray) else styles
            one = list(set(styles))
        if not edit.kinds <= _COMMON:
            each = styles if isinstance(styles, Sequence) else [styles] * len(edit.rows)
            return [self._single(edit.col, row, value, style, suffix)
                    for row, value, style in zip(edit.rows, edit.values, each, strict=True)]
        distinct = set(edit.values)
        ends = {style: self._table(distinct, style, suffix) for style in one}
        if len(one) == 1:
            return list(map(ends[one[0]].__getitem__, edit.values))
        assert isinstance(styles, Sequence)
        return [ends[style][value] for value, style in zip(edit.values, styles, strict=True)]

    def _single(self, col: int, row: int, value: Any, style: int | None, suffix: bytes) -> bytes:
        if value is REMOVE:
            return b""
        if type(value) is Moved:
            return placed(value.xml, row, col) + suffix
        return self._end(self.renderer.tail(value), style, suffix)

    @staticmethod
    def _end(tail: str, style: int | None, suffix: bytes) -> bytes:
        if style:
            return f'" s="{style}"{tail}'.encode() + suffix
        return b'"' + tail.encode() + suffix if tail != _BLANK else b""

    def _table(self, distinct: set[Any], style: int | None, suffix: bytes) -> dict[Any, bytes]:
        """Value -> end, for values of the common kinds."""
        texts = [value for value in distinct if type(value) is str and value]
        ends = self._texts(texts, f'" s="{style}"' if style else '"', suffix)
        tail = self.renderer.tail
        for value in distinct.difference(ends):
            ends[value] = self._end(tail(value), style, suffix)
        return ends

    def _texts(self, texts: list[str], head: str, suffix: bytes) -> dict[Any, bytes]:
        """Typed strings, all in one go; those that need more than escaping are left out."""
        bare = "\0" + "\0".join(texts) + "\0"
        if _ODD.search(bare) or bare.count("\0") != len(texts) + 1 or max(map(len, texts), default=0) > _LONG:
            texts = [text for text in texts if len(text) <= _LONG and not _ODD.search(f"\0{text}\0")
                     and "\0" not in text]
        if not texts:
            return {}
        p = self.renderer.p
        before, after = f'{head} t="inlineStr"><{p}is><{p}t>', f"</{p}t></{p}is></{p}c>{suffix.decode()}"
        joined = "\0".join(texts).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        whole = before + joined.replace("\0", f"{after}\0{before}") + after
        return dict(zip(texts, whole.encode().split(b"\0"), strict=True))
