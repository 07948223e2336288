"""Proof of an erasure: every cell, part and byte that was not to be touched is as it was."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import numpy.typing as npt

from .erase import rels_of, without_links
from .ownership import Ownership, diff_packages
from .package import Package
from .reader import Reader
from .refs import Box
from .xmlparts import as_utf8


def strange_differences(
    old: Package, new: Package, touched: Mapping[str, Collection[tuple[int, int]]], boxes: Mapping[str, list[Box]],
    scrubbed: Collection[str],
) -> list[str]:  # fmt: skip
    """One line for each difference outside of ``touched`` cells, links on ``boxes`` and ``scrubbed`` parts."""
    own, aside = Ownership(), set(scrubbed)
    for part, cells in touched.items():
        own.cells[part] = [Box(row, col, row, col) for row, col in cells]
    bare = {}
    for part, inside in boxes.items():
        data, back = as_utf8(old.read(part))
        without, gone = without_links(data, inside)
        if gone:
            bare[part] = back(without)
            aside.add(rels_of(part))
        aside |= {target for tail, target in old.rels(part).values() if tail in ("comments", "threadedComment")}
    base = Package.from_bytes(old.rewrite(bare), old.name) if bare else old
    lines = [line for line in diff_packages(base, new, own) if line.partition(":")[0] not in aside]
    return [*lines, *_cells(old, new, touched)]


def _cells(old: Package, new: Package, touched: Mapping[str, Collection[tuple[int, int]]]) -> Iterator[str]:
    """Parts in which another cell reads differently, such as one whose shared string is gone."""
    before, after = Reader(old), Reader(new)
    for part in before.sheet_parts.values():
        if "worksheet" not in old.content_type(part):
            continue
        mine = touched.get(part, ())
        one, texts = _read(before, part, mine)
        two, others = _read(after, part, mine)
        if one.shape != two.shape or (one != two).any() or texts != others:
            yield f"{part}: another cell changed"


def _read(
    reader: Reader, part: str, touched: Collection[tuple[int, int]]
) -> tuple[npt.NDArray[np.int64], list[object]]:
    """Place, format and kind of each filled cell that was not to be touched, and their values, in order of place."""
    cells = reader.cells(part)
    keys = cells.row.astype(np.int64) * 20_000 + cells.col
    gone = np.array([row * 20_000 + col for row, col in touched], np.int64)
    kept = np.flatnonzero(~np.isin(keys, gone) & cells.filled())
    order = kept[np.argsort(keys[kept], kind="stable")]
    numbers = np.stack([keys[order], cells.style[order].astype(np.int64), cells.formula[order].astype(np.int64)])
    return numbers, list(cells.value[order])
