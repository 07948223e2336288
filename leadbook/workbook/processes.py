"""Which process this is, and whether another one still lives (a pid alone is reused)."""

from __future__ import annotations

import ctypes
import getpass
import os
import socket
import sys
from pathlib import Path
from typing import Final

_QUERY_LIMITED: Final = 0x1000
_STILL_ACTIVE: Final = 259


def host() -> str:
    return socket.gethostname()


def user() -> str:
    """Login name, "" when the system has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def start_of(pid: int) -> str:
    """A text that differs between two processes that had the same pid; "" where unknown."""
    if sys.platform != "linux":
        return ""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return ""
    return f"{boot}-{fields[19]}"


def is_alive(pid: int, start: str) -> bool:
    """Whether the process that was started as ``start`` runs on this machine; in doubt, yes."""
    if pid <= 0:
        return False
    if not _exists(pid):
        return False
    now = start_of(pid)
    return not (start and now and now != start)


def _exists(pid: int) -> bool:
    if sys.platform == "win32":  # os.kill would end it there; not yet tried on Windows
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_QUERY_LIMITED, False, pid)
        if not handle:
            return bool(kernel.GetLastError() == 5)
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == _STILL_ACTIVE
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"Z"
    except (OSError, IndexError):
        return False
