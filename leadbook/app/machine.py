"""What can be asked of a machine: registry, files, commands, modules; tests answer in its place."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

WINDOWS, MACOS = "win32", "darwin"


def _no_value(key: str, name: str) -> object:
    return None


def _no_keys(key: str) -> list[str]:
    return []


@dataclass(frozen=True)
class Machine:
    """One computer as ``doctor`` sees it.

    ``registry`` gives a value of the Windows registry by key and name (``None`` = not there), ``subkeys`` the
    names below a key; keys begin with HKCU or HKLM. ``read`` gives a file's bytes, or None.
    """

    system: str
    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    registry: Callable[[str, str], object] = _no_value
    subkeys: Callable[[str], list[str]] = _no_keys
    exists: Callable[[Path], bool] = Path.exists
    read: Callable[[str], bytes | None] = lambda path: None
    command: Callable[[str], str | None] = shutil.which
    importable: Callable[[str], bool] = lambda name: find_spec(name) is not None


def this_machine() -> Machine:
    """The computer that we run on. Not yet tried on Windows and macOS."""
    windows = sys.platform == WINDOWS
    return Machine(
        sys.platform,
        Path.home(),
        os.environ,
        registry=_registry if windows else _no_value,
        subkeys=_subkeys if windows else _no_keys,
        read=_read,
    )


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read(1 << 20)
    except OSError:
        return None


def _registry(key: str, name: str) -> object:
    if sys.platform != "win32":
        return None
    import winreg

    root, _, rest = key.partition("\\")
    hive = winreg.HKEY_CURRENT_USER if root == "HKCU" else winreg.HKEY_LOCAL_MACHINE
    try:
        with winreg.OpenKey(hive, rest) as opened:
            return winreg.QueryValueEx(opened, name)[0]
    except OSError:
        return None


def _subkeys(key: str) -> list[str]:
    if sys.platform != "win32":
        return []
    import winreg

    root, _, rest = key.partition("\\")
    hive = winreg.HKEY_CURRENT_USER if root == "HKCU" else winreg.HKEY_LOCAL_MACHINE
    try:
        with winreg.OpenKey(hive, rest) as opened:
            return [winreg.EnumKey(opened, n) for n in range(winreg.QueryInfoKey(opened)[0])]
    except OSError:
        return []
