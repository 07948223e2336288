"""Bytes on disk that are there for good: written beside, synced, read back, with the book's own
attributes.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import sys
from pathlib import Path
from typing import Final

from leadbook.workbook.swap import retry

_KEPT: Final = ("user.", "system.posix_acl_access", "security.selinux")
ZONE: Final = "Zone.Identifier"
_COPYFILE_ACL_XATTR: Final = (1 << 0) | (1 << 2)
_BINARY: Final = getattr(os, "O_BINARY", 0)


def sha256(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


def write_new(path: Path, data: bytes, like: Path | None = None, mode: int | None = None) -> None:
    """Create ``path`` (it must not exist, 0600 while written), sync it and compare what can be read back.

    ``like`` gives mode, owner, ACL, extended attributes and the Mark of the Web (X20); without it ``mode`` counts. On
    any failure nothing is left behind.
    Raises OSError; EIO also when the disk gives other bytes back.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
    try:
        try:
            _write_all(handle, data)
            if like is not None:
                _copy_attributes(handle, path, like)
            elif mode is not None and sys.platform != "win32":
                _set_mode(handle, mode)
            os.fsync(handle)
        finally:
            os.close(handle)
        if path.read_bytes() != data:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
    except BaseException:
        remove(path)
        raise


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _copy_attributes(handle: int, path: Path, like: Path) -> None:
    old = like.stat()
    if sys.platform == "win32":
        copy_mark(like, path)
        return  # ReplaceFileW keeps ACL, other streams and times of the replaced file
    new = os.fstat(handle)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        _copy_owner(handle, old)
    _copy_xattrs(path, like)
    _set_mode(handle, old.st_mode & 0o7777)


def _copy_owner(handle: int, old: os.stat_result) -> None:
    """Owner and group; who may not give files away still keeps the team's group."""
    for uid in (old.st_uid, -1):
        with contextlib.suppress(OSError):
            os.fchown(handle, uid, old.st_gid)
            return


def same_owner(path: Path, other: Path) -> bool:
    """Whether owner and group of two files are the same."""
    one, two = path.stat(), other.stat()
    return (one.st_uid, one.st_gid) == (two.st_uid, two.st_gid)


def _set_mode(handle: int, mode: int) -> None:
    try:
        os.fchmod(handle, mode)
    except OSError:
        if os.fstat(handle).st_mode & 0o7777 != mode:  # a file system without modes is no failure
            raise


def copy_mark(source: Path, target: Path) -> None:
    """Mark of the Web: without it Office would run macros of a downloaded book (reliability §2)."""
    with contextlib.suppress(OSError), open(f"{source}:{ZONE}", "rb") as stream:
        mark = stream.read()
        with open(f"{target}:{ZONE}", "wb") as out:
            out.write(mark)


def _copy_xattrs(path: Path, like: Path) -> None:
    if sys.platform == "darwin":  # not yet tried on macOS
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(None, use_errno=True)
            library.copyfile(os.fsencode(like), os.fsencode(path), None, _COPYFILE_ACL_XATTR)
    elif sys.platform == "linux":
        with contextlib.suppress(OSError):
            for key in os.listxattr(like):
                if key.startswith(_KEPT):
                    with contextlib.suppress(OSError):
                        os.setxattr(path, key, os.getxattr(like, key))


def sync_folder(folder: Path) -> bool:
    """Make a rename in ``folder`` survive a power cut; False where the system cannot."""
    if sys.platform == "win32":
        return True  # a folder cannot be opened there; NTFS journals the rename
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        os.fsync(handle)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def remove(path: Path) -> bool:
    """Delete a file of ours; True when it is gone."""
    try:
        retry(lambda: path.unlink(missing_ok=True))
    except OSError:
        return False
    return True


def short(name: str, room: int = 120) -> str:
    """``name`` cut so that prefix and suffix still fit a file name of 255 bytes."""
    if len(name.encode("utf-8", "surrogateescape")) <= room:
        return name
    tag = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    head = name.encode("utf-8", "ignore")[: room - 9].decode("utf-8", "ignore")
    return f"{head}-{tag}"


def hide(path: Path) -> None:
    """Windows: set the hidden attribute (a leading dot does it elsewhere). Not yet tried on Windows."""
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetFileAttributesW(str(path), 0x2)
