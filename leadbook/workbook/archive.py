"""The zip container: every entry can be copied raw, so that what is not changed stays byte-identical."""

from __future__ import annotations

import io
import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from leadbook.errors import RefusedFile

from . import deflate

LOCAL: Final = struct.Struct("<4s5H3I2H")
CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
END: Final = struct.Struct("<4s4H2IH")
END64: Final = struct.Struct("<4sQ2H2I4Q")
LOCATOR: Final = struct.Struct("<4sIQI")
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
ENCRYPTED, DESCRIPTOR, UTF8 = 0x1, 0x8, 0x800
STORED, DEFLATED = 0, 8
EPOCH_DATE: Final = 0x21  # 1980-01-01, the zip format's first day: new entries carry no clock
CHUNK: Final = 1 << 20
_TWICE: Final = 64 << 20  # bytes of a part that may be held twice for a moment


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the archive; offsets are absolute positions in the bytes."""

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    body: int
    central: bytes

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/") and self.size == 0


class Archive:
    """A zip in memory, read strictly by its central directory (APPNOTE 6.3.9).

    Raises RefusedFile: ``truncated_file`` (no end record), ``damaged_zip`` (records that do not fit
    together), ``ambiguous_package`` (overlapping entries, or a local header that names another file),
    ``encrypted_file``.
    """

    def __init__(self, data: bytes, name: str = "") -> None:
        self.data = data
        self.name = name
        self._locate()
        self.entries: list[Entry] = list(self._parse())
        self._ends = self._spans()
        self.by_name: dict[str, Entry] = {e.name: e for e in self.entries}

    def _damaged(self) -> RefusedFile:
        return RefusedFile("damaged_zip", file=self.name)

    def _locate(self) -> None:
        """Find the end record, the zip64 one if present, and how far all offsets are shifted by a prefix."""
        at = self.data.rfind(b"PK\x05\x06", max(0, len(self.data) - END.size - FULL16))
        if at < 0 or at + END.size > len(self.data):
            raise RefusedFile("truncated_file", file=self.name)
        self._end = END.unpack_from(self.data, at)
        self._end_at = tail = at
        _, disk, disk2, _, total, size, offset, _ = self._end
        self._end64: tuple[int, ...] | None = None
        loc = at - LOCATOR.size
        if loc >= 0 and self.data[loc : loc + 4] == b"PK\x06\x07":
            tail = self.data.rfind(b"PK\x06\x06", 0, loc)
            if tail < 0 or tail + END64.size > loc:
                raise self._damaged()
            self._end64 = END64.unpack_from(self.data, tail)[1:]
            total, size, offset = self._end64[6:9]
        elif disk or disk2:
            raise self._damaged()
        self._count, self._directory = total, tail - size
        self._directory_end = tail
        self.shift = self._directory - offset
        if self._directory < 0 or self.shift < 0:
            raise self._damaged()

    def _parse(self) -> Iterator[Entry]:
        at = self._directory
        for _ in range(self._count):
            if at + CENTRAL.size > self._directory_end or self.data[at : at + 4] != b"PK\x01\x02":
                raise self._damaged()
            f = CENTRAL.unpack_from(self.data, at)
            end = at + CENTRAL.size + f[10] + f[11] + f[12]
            if end > self._directory_end:
                raise self._damaged()
            yield self._entry(f, self.data[at:end])
            at = end
        if at != self._directory_end:
            raise self._damaged()

    def _entry(self, f: tuple[int, ...], record: bytes) -> Entry:
        flags, method, crc, packed, size, offset = f[3], f[4], f[7], f[8], f[9], f[16]
        raw = record[CENTRAL.size : CENTRAL.size + f[10]]
        try:
            size, packed, offset = _wide(record, f, size, packed, offset)
            name = raw.decode("utf-8" if flags & UTF8 else "cp437")
        except (struct.error, UnicodeDecodeError):
            raise self._damaged() from None
        if flags & ENCRYPTED:
            raise RefusedFile("encrypted_file", file=self.name)
        start = offset + self.shift
        if start + LOCAL.size > self._directory or self.data[start : start + 4] != b"PK\x03\x04":
            raise self._damaged()
        local = LOCAL.unpack_from(self.data, start)
        body = start + LOCAL.size + local[9] + local[10]
        if self.data[start + LOCAL.size : start + LOCAL.size + local[9]] != raw:
            raise RefusedFile("ambiguous_package", file=self.name)
        if body + packed > self._directory:
            raise self._damaged()
        # other programs believe the local header: it must not tell another story
        told = ((local[3], method), *zip(local[6:9], (crc, packed, size), strict=True))
        if any(said not in (0, FULL32, real) for said, real in told):
            raise RefusedFile("ambiguous_package", file=self.name)
        return Entry(name, flags, method, crc, packed, size, start, body, record)

    def _spans(self) -> dict[int, int]:
        """Start -> end of each local record, including data descriptor and gap; overlaps are refused."""
        order = sorted(self.entries, key=lambda e: e.start)
        ends = {}
        for entry, following in zip(order, [*(e.start for e in order[1:]), self._directory], strict=False):
            if entry.body + entry.packed > following:
                raise RefusedFile("ambiguous_package", file=self.name)
            ends[entry.start] = following
        return ends

    def chunks(self, entry: Entry) -> Iterator[bytes]:
        """Inflate piece by piece; never yields more than the declared size; checks length and CRC.

        Raises RefusedFile ``damaged_zip``, or ``zip_bomb`` when the content is longer than declared.
        """
        packed = memoryview(self.data)[entry.body : entry.body + entry.packed]
        if entry.method not in (STORED, DEFLATED):
            raise RefusedFile("unsupported_compression", file=self.name, part=entry.name)
        pieces = _slices(packed) if entry.method == STORED else self._inflate(packed)
        crc = seen = 0
        for piece in pieces:
            seen += len(piece)
            if seen > entry.size:
                raise RefusedFile("zip_bomb", file=self.name, part=entry.name)
            crc = deflate.crc32(piece, crc)
            yield piece
        if seen != entry.size or crc != entry.crc:
            raise self._damaged()

    def _inflate(self, packed: memoryview) -> Iterator[bytes]:
        engine = deflate.unpacker()
        pending: bytes | memoryview = packed
        try:
            while not engine.eof:
                piece = engine.decompress(pending, CHUNK)
                pending = engine.unconsumed_tail
                if not piece and not pending and not engine.eof:
                    raise self._damaged()
                yield piece
        except deflate.Error:
            raise self._damaged() from None

    def read(self, entry: Entry) -> bytes:
        """The whole content of one entry, checked (see ``chunks``)."""
        if entry.size <= _TWICE:
            return b"".join(self.chunks(entry))
        whole = io.BytesIO()  # slower than a list of pieces, which would hold a big part twice
        whole.writelines(self.chunks(entry))
        return whole.getvalue()

    def rewrite(self, changes: Mapping[str, bytes], remove: Collection[str] = frozenset()) -> bytes:
        """New archive bytes: every entry not named is copied raw, changed ones keep their place and date.

        Names that do not exist yet are appended with a fixed date. ``rewrite({})`` gives the same bytes.
        """
        first = min((e.start for e in self.entries), default=self._directory)
        out: list[bytes | memoryview] = [memoryview(self.data)[:first]]
        at = first
        central: dict[int, bytes] = {}
        for entry in sorted(self.entries, key=lambda e: e.start):
            if entry.name in remove:
                continue
            record: bytes | memoryview
            if entry.name in changes:
                record, directory = _pack(entry.central, self._local_extra(entry), changes[entry.name])
            else:
                record, directory = (
                    memoryview(self.data)[entry.start : self._ends[entry.start]],
                    entry.central,
                )
            central[entry.start] = _moved(directory, at - self.shift)
            out.append(record)
            at += len(record)
        records = [central[e.start] for e in self.entries if e.start in central]
        for name in changes:
            if name not in self.by_name and name not in remove:
                record, directory = _pack(_blank(name), b"", changes[name])
                records.append(_moved(directory, at - self.shift))
                out.append(record)
                at += len(record)
        return b"".join([*out, *records, self._tail(at, len(records), sum(map(len, records)))])

    def _local_extra(self, entry: Entry) -> bytes:
        names = LOCAL.unpack_from(self.data, entry.start)[9]
        return self.data[entry.start + LOCAL.size + names : entry.body]

    def _tail(self, at: int, count: int, size: int) -> bytes:
        """The end records with new counts; comment and trailing bytes as they were."""
        sig, d1, d2, here, total, size0, offset0, comment = self._end
        offset, wide = at - self.shift, b""
        if self._end64:
            e = self._end64
            middle = self.data[self._directory_end + END64.size : self._end_at - LOCATOR.size]
            wide = END64.pack(b"PK\x06\x06", *e[:5], count, count, size, offset) + middle
            locator = LOCATOR.unpack_from(self.data, self._end_at - LOCATOR.size)
            wide += LOCATOR.pack(locator[0], locator[1], offset + size, locator[3])
        elif count >= FULL16 or offset + size >= FULL32:
            raise RefusedFile("too_large", file=self.name)
        here, total = (old if self._end64 and old == FULL16 else count for old in (here, total))
        size = size0 if self._end64 and size0 == FULL32 else size
        offset = offset0 if self._end64 and offset0 == FULL32 else offset
        end = END.pack(sig, d1, d2, here, total, size, offset, comment)
        return wide + end + self.data[self._end_at + END.size :]


def _slices(view: memoryview) -> Iterator[bytes]:
    for at in range(0, len(view), CHUNK):
        yield bytes(view[at : at + CHUNK])


def _wide(record: bytes, f: tuple[int, ...], size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Replace the fields that say "see the zip64 extra field" by their 64-bit values."""
    at = CENTRAL.size + f[10]
    for kind, start, length in _extras(record[at : at + f[11]]):
        if kind == 1:
            values = iter(struct.unpack_from(f"<{length // 8}Q", record, at + start))
            size, packed, offset = (next(values, v) if v == FULL32 else v for v in (size, packed, offset))
    return size, packed, offset


def _extras(extra: bytes) -> Iterator[tuple[int, int, int]]:
    """(id, start of data, length) of each extra field."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        yield kind, at + 4, length
        at += 4 + length


def _without_zip64(extra: bytes) -> bytes:
    return b"".join(extra[s - 4 : s + n] for kind, s, n in _extras(extra) if kind != 1)


def _pack(central: bytes, local_extra: bytes, content: bytes) -> tuple[bytes, bytes]:
    """(local record, central record) of new content under an old entry's name, date and attributes."""
    body = deflate.packed(content)
    f = list(CENTRAL.unpack_from(central))
    name = central[CENTRAL.size : CENTRAL.size + f[10]]
    at = CENTRAL.size + f[10]
    extra, comment = _without_zip64(central[at : at + f[11]]), central[at + f[11] :]
    local_extra = _without_zip64(local_extra)
    f[2:5] = [20, f[3] & ~DESCRIPTOR, DEFLATED]
    f[7:10] = [deflate.crc32(content), len(body), len(content)]
    f[11] = len(extra)
    local = LOCAL.pack(b"PK\x03\x04", *f[2:10], len(name), len(local_extra))
    return local + name + local_extra + body, CENTRAL.pack(*f) + name + extra + comment


def _blank(name: str) -> bytes:
    raw = name.encode("utf-8")
    flags = 0 if name.isascii() else UTF8
    return (
        CENTRAL.pack(
            b"PK\x01\x02", 20, 20, flags, DEFLATED, 0, EPOCH_DATE, 0, 0, 0, len(raw), 0, 0, 0, 0, 0, 0
        )
        + raw
    )


def _moved(record: bytes, offset: int) -> bytes:
    """The central record with its offset field (or the zip64 extra's) pointing at ``offset``."""
    f = CENTRAL.unpack_from(record)
    if f[16] != FULL32:
        if offset >= FULL32:
            raise RefusedFile("too_large", file="")
        return record[: CENTRAL.size - 4] + struct.pack("<I", offset) + record[CENTRAL.size :]
    at = CENTRAL.size + f[10]
    for kind, start, _ in _extras(record[at : at + f[11]]):
        if kind == 1:
            place = at + start + 8 * ((f[9] == FULL32) + (f[8] == FULL32))
            return record[:place] + struct.pack("<Q", offset) + record[place + 8 :]
    return record[: CENTRAL.size - 4] + struct.pack("<I", offset) + record[CENTRAL.size :]
