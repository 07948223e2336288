"""The zip's compression: Intel's ISA-L where it is installed (four times faster), else Python's own zlib.

Both write plain deflate streams that any program reads; only the packed bytes differ, never the content.
"""

from __future__ import annotations

import zlib
from types import ModuleType
from typing import Any, Final, cast

_engine: ModuleType
try:
    from isal import isal_zlib as _engine
except ImportError:  # no wheel for this machine
    _engine = zlib

Error: Final[tuple[type[Exception], ...]] = (zlib.error, cast(type[Exception], _engine.error))
_LEVEL: Final = 1


def crc32(content: bytes | memoryview, so_far: int = 0) -> int:
    """The zip's check sum, continued from ``so_far``."""
    return int(_engine.crc32(content, so_far))


def packed(content: bytes) -> bytes:
    """A raw deflate stream of the whole content, at the level that trades best (DESIGN §11)."""
    engine = _engine.compressobj(_LEVEL, _engine.DEFLATED, -zlib.MAX_WBITS)
    return bytes(engine.compress(content) + engine.flush())


def unpacker() -> Any:
    """A decompressor of raw deflate streams with zlib's interface; its failures are ``Error``."""
    return _engine.decompressobj(-zlib.MAX_WBITS)
