"""A compound file (OLE2) of named streams, the same bytes every time ([MS-CFB] version 3)."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

SIGNATURE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_IN_HEADER: Final = 109  # sectors of the allocation table that the header itself can name
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_HEADER: Final = struct.Struct("<8s16xHHHHH6xIIIIIIIII")
_LINE: Final = struct.Struct("<64sHBBIII16xI16xIQ")


@dataclass
class _Entry:
    """One line of the directory; ``left``, ``right`` and ``child`` are numbers of lines."""

    name: str
    kind: int
    content: bytes = b""
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    colour: int = _BLACK
    start: int = 0
    children: list[int] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, str]:
        """Order among siblings: shorter names first, then by upper case ([MS-CFB] 2.6.4)."""
        return len(self.name.encode("utf-16-le")), self.name.upper()

    def line(self) -> bytes:
        name = self.name.encode("utf-16-le") + b"\0\0"
        links = self.left, self.right, self.child
        return _LINE.pack(name, len(name), self.kind, self.colour, *links, 0, self.start, len(self.content))


class _Sectors:
    """The file behind its header, and where each chain of sectors goes on."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.next: list[int] = []

    def add(self, content: bytes) -> int:
        """Append one chain; the number of its first sector, or the end mark when it is empty."""
        if not content:
            return _END
        first, count = len(self.next), -(-len(content) // _SECTOR)
        self.data += content.ljust(count * _SECTOR, b"\0")
        self.next += [*range(first + 1, first + count), _END]
        return first

    def close(self) -> list[int]:
        """Append the allocation table; the numbers of its sectors."""
        per, used = _SECTOR // 4, len(self.next)
        count = 0
        while count * per < used + count:
            count += 1
        if count > _IN_HEADER:
            raise ValueError("too large for one compound file of this kind")
        places = list(range(used, used + count))
        self.next += [_TABLE] * count
        self.data += _numbers([*self.next, *[_FREE] * (count * per - len(self.next))])
        return places


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams; ``storage/name`` puts a stream into a storage.

    Times and class ids are zero, so that the same streams give the same bytes.
    Raises ValueError for a name over 31 UTF-16 units and for more than about 7 MB.
    """
    entries = _directory(streams)
    sectors = _Sectors()
    mini, chain = bytearray(), list[int]()
    for entry in entries:
        if entry.kind != _STREAM:
            continue
        if len(entry.content) >= _CUTOFF:
            entry.start = sectors.add(entry.content)
            continue
        count = -(-len(entry.content) // _MINI)
        entry.start = len(chain) if count else _END
        chain += [*range(len(chain) + 1, len(chain) + count), _END][: count or 0]
        mini += entry.content.ljust(count * _MINI, b"\0")
    entries[0].content = bytes(mini)
    entries[0].start = sectors.add(entries[0].content)
    chain += [_FREE] * (-len(chain) % (_SECTOR // 4))
    mini_table = sectors.add(_numbers(chain))
    blank = _LINE.pack(b"", 0, 0, 0, _FREE, _FREE, _FREE, 0, 0, 0)
    lines = [entry.line() for entry in entries]
    directory = sectors.add(b"".join([*lines, *[blank] * (-len(lines) % (_SECTOR // _LINE.size))]))
    table = sectors.close()
    header = _HEADER.pack(
        SIGNATURE, 0x3E, 3, 0xFFFE, 9, 6,  # minor and major version, byte order, sizes as powers of two
        0, len(table), directory, 0, _CUTOFF, mini_table, len(chain) // (_SECTOR // 4), _END, 0,
    )  # fmt: skip
    return header + _numbers([*table, *[_FREE] * (_IN_HEADER - len(table))]) + bytes(sectors.data)


def _numbers(values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def _directory(streams: Mapping[str, bytes]) -> list[_Entry]:
    """The lines of the directory: the root, then storages and streams in the order given."""
    entries, numbers = [_Entry("Root Entry", _ROOT)], {"": 0}
    for path, content in streams.items():
        folder, _, name = path.rpartition("/")
        if folder not in numbers:
            numbers[folder] = len(entries)
            entries[0].children.append(len(entries))
            entries.append(_Entry(folder, _STORAGE))
        entries[numbers[folder]].children.append(len(entries))
        entries.append(_Entry(name, _STREAM, content))
    for entry in entries:
        if not 0 < len(entry.name.encode("utf-16-le")) <= 62:
            raise ValueError(f"not a name for a stream: {entry.name!r}")
        ordered = sorted(entry.children, key=lambda number: entries[number].rank)
        depth = len(ordered).bit_length()
        full = len(ordered) == 2**depth - 1
        entry.child = _tree(entries, ordered, 1, 0 if full else depth)
    return entries


def _tree(entries: list[_Entry], ordered: Sequence[int], level: int, red: int) -> int:
    """Hang siblings into a balanced tree; only a last level that is not full is red ([MS-CFB] 2.6.4)."""
    if not ordered:
        return _FREE
    middle = len(ordered) // 2
    top = entries[ordered[middle]]
    top.left = _tree(entries, ordered[:middle], level + 1, red)
    top.right = _tree(entries, ordered[middle + 1 :], level + 1, red)
    top.colour = _RED if level == red else _BLACK
    return ordered[middle]
