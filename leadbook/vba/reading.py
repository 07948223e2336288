"""The source text in a VBA project, whoever wrote it: enough to tell which macro a book carries."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from leadbook.vba.compound import SIGNATURE

_LAST: Final = 0xFFFFFFFA  # larger numbers are marks, not sectors
_MOST: Final = 64 << 20  # bytes one stream may come to
_NAME, _STREAM, _OFFSET = 0x19, 0x1A, 0x31  # records of a module in the dir stream


def module_texts(project: bytes) -> dict[str, str]:
    """Module name to its whole text, with attribute lines; ValueError when it cannot be read.

    Code pages other than Windows-1252 are read as that: what is looked for is ASCII.
    """
    try:
        streams = _streams(project)
        return {
            name: decompress(streams[stream.casefold()][offset:]).decode("cp1252", "replace")
            for name, stream, offset in _modules(decompress(streams["dir"]))
        }
    except (struct.error, KeyError, IndexError) as fault:
        raise ValueError("not a readable VBA project") from fault


def decompress(container: bytes) -> bytes:
    """The content of a compressed container ([MS-OVBA] 2.4.1); ValueError when it is damaged."""
    if container[:1] != b"\x01":
        raise ValueError("not a compressed container")
    out, at = bytearray(), 1
    while at + 2 <= len(container):
        (header,) = struct.unpack_from("<H", container, at)
        end = min(at + (header & 0xFFF) + 3, len(container))
        if header & 0x8000:
            _expand(container[at + 2 : end], out)
        else:
            out += container[at + 2 : end]
        if len(out) > _MOST:
            raise ValueError("too large")
        at = end
    return bytes(out)


def _expand(tokens: bytes, out: bytearray) -> None:
    start, at = len(out), 0
    while at < len(tokens):
        flags, at = tokens[at], at + 1
        for bit in range(8):
            if at >= len(tokens):
                return
            if not flags >> bit & 1:
                out.append(tokens[at])
                at += 1
                continue
            (token,) = struct.unpack_from("<H", tokens, at)
            bits = min(max((len(out) - start - 1).bit_length(), 4), 12)
            offset = (token >> (16 - bits)) + 1
            if offset > len(out) - start:
                raise ValueError("a reference points before its chunk")
            for _ in range((token & (0xFFFF >> bits)) + 3):
                out.append(out[-offset])
            at += 2


def _modules(records: bytes) -> Iterator[tuple[str, str, int]]:
    """(name, stream, where its source starts) of each module, from the dir stream."""
    at, name, stream = 0, "", ""
    while at + 6 <= len(records):
        number, size = struct.unpack_from("<HI", records, at)
        size = 6 if number == 0x09 else size  # the version record states 4 and holds 6 bytes
        content = records[at + 6 : at + 6 + size]
        at += 6 + size
        if number == _NAME:
            name = content.decode("cp1252", "replace")
        elif number == _STREAM:
            wide = struct.unpack_from("<HI", records, at)
            stream = records[at + 6 : at + 6 + wide[1]].decode("utf-16-le", "replace")
            at += 6 + wide[1]
        elif number == _OFFSET:
            yield name, stream or name, struct.unpack("<I", content)[0]


def _streams(data: bytes) -> dict[str, bytes]:
    """Every stream of a compound file by its folded name, whatever storage it lies in."""
    if data[:8] != SIGNATURE:
        raise ValueError("not a compound file")
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    tables, first, _, cutoff, mini_first, _, _, _ = struct.unpack_from("<I I I I I I I I", data, 44)
    if shift not in (9, 12) or mini_shift != 6 or tables > 109:
        raise ValueError("an unusual compound file")
    size = 1 << shift
    table: list[int] = []
    for place in struct.unpack_from("<109I", data, 76)[:tables]:
        table += struct.unpack_from(f"<{size // 4}I", data, (place + 1) * size)
    directory = _chain(data[size:], table, first, size)
    entries = [directory[at : at + 128] for at in range(0, len(directory) - 127, 128)]
    mini_table = [n for (n,) in struct.iter_unpack("<I", _chain(data[size:], table, mini_first, size))]
    mini = _chain(data[size:], table, struct.unpack_from("<I", entries[0], 116)[0], size)
    found = {}
    for entry in entries:
        length, kind = struct.unpack_from("<HB", entry, 64)
        if kind != 2:
            continue
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
        start, whole = struct.unpack_from("<II", entry, 116)
        small = whole < cutoff
        content = _chain(mini, mini_table, start, 64) if small else _chain(data[size:], table, start, size)
        found[name.casefold()] = content[:whole]
    return found


def _chain(body: bytes, table: list[int], start: int, size: int) -> bytes:
    """The sectors of one chain; a loop or a hole is an error."""
    pieces: list[bytes] = []
    while start < _LAST:
        if len(pieces) > len(table):
            raise ValueError("a chain that never ends")
        pieces.append(body[start * size : (start + 1) * size])
        start = table[start]
    return b"".join(pieces)
