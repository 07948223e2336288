"""Memory and libraries of a run that handles large arrays."""

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


def plain_pandas() -> None:
    """Import pandas as if pyarrow were not there: where it is, pandas loads it and keeps texts in its arrays, for a
    tenth more CPU on a book of 10,000 leads. Texts behave the same; whoever needs pyarrow imports it afterwards."""
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    absent: dict[str, object] = {"pyarrow": None}
    sys.modules.update(absent)  # type: ignore[arg-type]
    try:
        import pandas  # noqa: F401
    finally:
        del sys.modules["pyarrow"]
