"""The way into a running LibreOffice; for the tests' own Python and, beside fill.py, for the system's."""

from __future__ import annotations

import time
from typing import Any


def connect(pipe: str, seconds: float = 60.0) -> Any:
    """The remote component context behind a pipe."""
    import uno  # type: ignore[import-not-found]

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + seconds
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
