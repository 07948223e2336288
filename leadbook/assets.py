"""Where the files that ship with leadbook lie: in a wheel, an editable install or a plain checkout."""

from __future__ import annotations

import errno
import json
import os
import stat
from functools import cache
from pathlib import Path
from typing import Any, Final

from leadbook.errors import InvalidPolicy

LARGEST: Final = 64 << 20
_PACKAGE = Path(__file__).resolve().parent


@cache
def folder(name: str) -> Path:
    """The folder ``schemas``, ``templates`` or ``samples``.

    In a wheel these are data packages inside ``leadbook``; in a checkout they stand beside it.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise InvalidPolicy("asset_missing", name=name)


def read_json(path: Path) -> Any:
    """The content of one JSON file (UTF-8). ``InvalidPolicy`` ``file_unreadable``, ``json_broken`` with the line,
    ``json_twice`` with a name that one object gives two values."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            raise InvalidPolicy("file_unreadable", file=path.name, reason=os.strerror(errno.EINVAL))
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_pairs, parse_constant=_refused)
    except _Twice as fault:
        raise InvalidPolicy("json_twice", file=path.name, name=str(fault)) from None
    except OSError as fault:
        raise InvalidPolicy("file_unreadable", file=path.name, reason=fault.strerror or "") from None
    except (ValueError, RecursionError) as fault:
        line = getattr(fault, "lineno", 1)
        raise InvalidPolicy("json_broken", file=path.name, line=line) from None


class _Twice(ValueError):
    """A name that stands twice in one object: which value counts differs from program to program."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Twice(name)
        found[name] = value
    return found


def _refused(constant: str) -> None:
    """NaN and Infinity are not JSON."""
    raise ValueError(constant)
