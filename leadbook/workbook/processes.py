"""Which process this is, and whether another one still lives (a pid alone is reused)."""

from __future__ import annotations

import ctypes
import getpass
import os
import socket
import subprocess
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
    if sys.platform == "win32":
        return _start_on_windows(pid)
    if sys.platform == "darwin":
        return _start_on_mac(pid)
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
        fields = (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        )
    except OSError:
        return ""
    return f"{boot}-{fields[19]}"


def space() -> str:
    """Which numbering of processes this is: a container on the same machine has its own."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _start_on_windows(pid: int) -> str:
    """Not yet tried on Windows."""
    if sys.platform != "win32":
        return ""
    kernel = ctypes.windll.kernel32
    handle = kernel.OpenProcess(_QUERY_LIMITED, False, pid)
    if not handle:
        return ""
    times = [ctypes.c_ulonglong() for _ in range(4)]
    done = kernel.GetProcessTimes(handle, *(ctypes.byref(time) for time in times))
    kernel.CloseHandle(handle)
    return str(times[0].value) if done else ""


def _start_on_mac(pid: int) -> str:
    """Not yet tried on macOS."""
    try:
        said = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return said.stdout.strip()


def running(names: tuple[str, ...]) -> bool | None:
    """Whether a program whose name begins so runs on this machine, under any user; None when that cannot be seen."""
    if sys.platform != "linux":
        return None
    try:
        Path("/proc/1/comm").read_bytes()
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    return any(_name_of(pid).startswith(names) for pid in pids)


def _name_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def holds_open(paths: tuple[Path, ...]) -> bool:
    """Whether a process that can be seen from here has one of these files open."""
    wanted = {os.path.realpath(path) for path in paths}
    for place in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(held) in wanted for held in place.iterdir()):
                return True
        except OSError:  # gone meanwhile, or of another user
            continue
    return False


def is_alive(pid: int, start: str) -> bool:
    """Whether the process that was started as ``start`` runs on this machine; in doubt, yes."""
    if pid <= 0:
        return False
    if not _exists(pid):
        return False
    now = start_of(pid) if start else ""
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
