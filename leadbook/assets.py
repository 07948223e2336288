"""Where the files that ship with leadbook lie: in a wheel, an editable install or a plain checkout."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from leadbook.errors import InvalidPolicy

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
    """The content of one JSON file (UTF-8); ``InvalidPolicy`` when it is not readable JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise InvalidPolicy("file_unreadable", file=path.name, reason=fault.strerror or "") from None
    except (ValueError, UnicodeDecodeError) as fault:
        line = getattr(fault, "lineno", 1)
        raise InvalidPolicy("json_broken", file=path.name, line=line) from None
