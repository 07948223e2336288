"""Memory of a run that handles large arrays."""

from __future__ import annotations

import sys
from typing import Final

_TRIM_THRESHOLD: Final = -1  # glibc malloc.h: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD
_MMAP_THRESHOLD: Final = -3


def keep_freed() -> None:
    """Keep freed memory for the next array: glibc hands large pieces back to the kernel at once, which then clears
    each page again; on a book of 10,000 leads that is a third of the system time. Elsewhere nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for threshold in (_TRIM_THRESHOLD, _MMAP_THRESHOLD):
            mallopt(threshold, 1 << 30)
