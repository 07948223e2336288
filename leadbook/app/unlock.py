"""The password of a book, kept in memory for one run: books are opened with it and written back locked with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from leadbook.errors import RefusedFile
from leadbook.workbook import backups
from leadbook.workbook.crypt import check_only_password, decrypt, encrypt, is_encrypted
from leadbook.workbook.durable import sha256

Compute = Callable[[bytes], bytes | None]
Verify = Callable[[bytes, bytes], None]


@dataclass(frozen=True)
class Key:
    """``password`` is ``None`` when none was given; a book that needs none is opened all the same."""

    password: str | None = field(default=None, repr=False)
    _opened: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    def open(self, data: bytes, name: str) -> bytes:
        """The workbook's own bytes. Raises RefusedFile ``password_needed`` and what ``decrypt`` raises."""
        if not is_encrypted(data):
            return data
        if not self.password:
            raise RefusedFile("password_needed", file=name)
        mark = sha256(data)
        if mark not in self._opened:  # proving a password is slow by design
            self._opened.clear()
            self._opened[mark] = decrypt(data, self.password, name)
        return self._opened[mark]

    def seal(self, plain: bytes, like: bytes, name: str) -> bytes:
        """``plain`` locked as ``like`` is: the same bytes when ``like`` needs no password.

        Raises RefusedFile ``encryption_mixed`` and what ``encrypt`` raises.
        """
        if not is_encrypted(like):
            return plain
        if not self.password:
            raise RefusedFile("password_needed", file=name)
        check_only_password(like, name)
        return encrypt(plain, self.password, name)

    def around(self, compute: Compute, verify: Verify, name: str) -> tuple[Compute, Verify]:
        """Both for the write protocol, which sees only what lies on the disk: locked bytes in, locked bytes out."""

        def computed(data: bytes) -> bytes | None:
            plain = self.open(data, name)
            new = compute(plain)
            return data if new is None or new == plain else self.seal(new, data, name)

        def verified(old: bytes, new: bytes) -> None:
            if is_encrypted(old) and not is_encrypted(new):
                raise RefusedFile("encryption_failed", file=name)
            verify(self.open(old, name), self.open(new, name))

        return computed, verified


def plain_kept(path: Path) -> int:
    """How many earlier files of a locked book are not locked: those from before it got its password."""
    try:
        book = path.resolve()
        if not is_encrypted(book.read_bytes()):
            return 0
        folder = backups.folder_of(book)
        return sum(not is_encrypted((folder / kept.name).read_bytes()) for kept in backups.records(book))
    except OSError:
        return 0  # a remark, no reason to fail
