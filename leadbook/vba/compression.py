"""Compression of VBA source ([MS-OVBA] 2.4.1): chunks of 4096 bytes, each of literals and back references."""

from __future__ import annotations

import struct
from typing import Final

CHUNK: Final = 4096
_COMPRESSED, _RAW = 0xB000, 0x3000  # flag and signature bits of a chunk's header
_SHORTEST: Final = 3
_TRIES: Final = 64  # places looked at for one back reference: enough for source text, and always the same


def compress(data: bytes) -> bytes:
    """``data`` as a compressed container.

    Raises ValueError when the last chunk is partial and does not fit compressed: the format would have to
    fill it up with zeros, which a reader takes for text. ``fits`` tells beforehand.
    """
    pieces = [b"\x01"]
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        tokens = _tokens(chunk)
        if len(tokens) <= CHUNK:
            pieces.append(struct.pack("<H", _COMPRESSED | (len(tokens) - 1)) + tokens)
        elif len(chunk) == CHUNK:
            pieces.append(struct.pack("<H", _RAW | (CHUNK - 1)) + chunk)
        else:
            raise ValueError("the last piece of the text cannot be compressed")
    return b"".join(pieces)


def fits(data: bytes) -> bool:
    """Whether the last chunk of ``data`` can be written without filling it up."""
    rest = len(data) % CHUNK
    return not rest or len(_tokens(data[-rest:])) <= CHUNK


def _tokens(chunk: bytes) -> bytes:
    """Groups of eight tokens, each group behind a byte that says which of them are back references."""
    out, group, flags, count, at = bytearray(), bytearray(), 0, 0, 0
    seen: dict[bytes, list[int]] = {}
    while at < len(chunk):
        offset, length = _match(chunk, at, seen)
        if length:
            bits = _offset_bits(at)
            group += struct.pack("<H", (offset - 1) << (16 - bits) | (length - _SHORTEST))
            flags |= 1 << count
        else:
            group.append(chunk[at])
            length = 1
        for place in range(at, at + length):
            seen.setdefault(chunk[place : place + _SHORTEST], []).append(place)
        at += length
        count += 1
        if count == 8 or at == len(chunk):
            out += bytes([flags]) + group
            group, flags, count = bytearray(), 0, 0
    return bytes(out)


def _offset_bits(at: int) -> int:
    """How many of a back reference's 16 bits hold the distance, at this place of a chunk (2.4.1.3.19.1)."""
    return min(max((at - 1).bit_length(), 4), 12)


def _match(chunk: bytes, at: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """(distance, length) of the longest earlier text like the one here, the nearest of equals; else zeros."""
    longest = min((0xFFFF >> _offset_bits(at)) + _SHORTEST, len(chunk) - at) if at else 0
    best = offset = 0
    for place in reversed(seen.get(chunk[at : at + _SHORTEST], ())[-_TRIES:]):
        if best and chunk[place + best] != chunk[at + best]:
            continue
        length = _SHORTEST
        while length < longest and chunk[place + length] == chunk[at + length]:
            length += 1
        if length > best and length <= longest:
            best, offset = length, at - place
        if best == longest:
            break
    return offset, best
