"""Compressed containers read back the same with another reader, at every edge of a chunk."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadbook.vba.compression import compress, fits
from tests.vba.reading import decompressed

WORDS = ["Dim", "row", "As", "Long", "If", "Then", "End Sub", "\r\n", "    ", "LB_Leads.status", "=", "1"]


def text(size: int, seed: int = 1) -> bytes:
    pick = random.Random(seed)
    return " ".join(pick.choices(WORDS, k=size)).encode()[:size]


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("abcXYZ019 _()=\r\n\t'\""), max_size=9000).map(str.encode))
def test_random_texts_come_back(data: bytes) -> None:
    assert decompressed(compress(data)) == data


@pytest.mark.parametrize("edge", [1, 2, 3, 16, 17, 4095, 4096, 4097, 8191, 8192, 8193, 12_288])
@pytest.mark.parametrize("kind", ["words", "one letter", "steps"])
def test_sizes_around_the_edges_come_back(edge: int, kind: str) -> None:
    steps = bytes(32 + n * 7 % 95 for n in range(edge))
    data = {"words": text(edge), "one letter": b"x" * edge, "steps": steps}[kind]
    assert len(data) == edge
    assert decompressed(compress(data)) == data


def test_chunks_have_the_form_of_the_specification() -> None:
    container = compress(b"x" * 4096 + text(100))
    assert container[0] == 1
    at, seen = 1, 0
    while at < len(container):
        (header,) = struct.unpack_from("<H", container, at)
        assert header >> 12 == 0b1011  # signature 3, compressed
        at += (header & 0xFFF) + 3
        seen += 1
    assert (at, seen) == (len(container), 2)
    assert len(container) < 150  # a run of one letter costs next to nothing


def test_a_full_chunk_that_does_not_shrink_is_stored_as_it_is() -> None:
    noise = random.Random(7).randbytes(4096)
    container = compress(noise)
    assert struct.unpack_from("<H", container, 1) == (0x3FFF,)
    assert container[3:] == noise
    assert decompressed(container) == noise


def test_a_last_chunk_that_does_not_shrink_is_refused_rather_than_filled_with_zeros() -> None:
    noise = random.Random(7).randbytes(4000)
    assert not fits(noise)
    with pytest.raises(ValueError, match="cannot be compressed"):
        compress(noise)


def test_an_empty_text_is_an_empty_container() -> None:
    assert compress(b"") == b"\x01"
