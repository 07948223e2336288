"""Workbooks with a password to open: decrypted and encrypted in memory, never through a file (R18, P01)."""

from __future__ import annotations

import io
from typing import Any, Final

from leadbook.errors import RefusedFile

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_INFO: Final = "EncryptionInfo"
# Streams of a file that only a password locks; Excel repeats the document properties beside the package.
_KNOWN: Final = frozenset({_INFO, "EncryptedPackage", "\x05SummaryInformation", "\x05DocumentSummaryInformation"})
_SPACES: Final = "\x06DataSpaces"
_MOST_SPINS: Final = 2_000_000  # Office writes 100,000; more would only keep the machine busy
_PASSWORD_KEY: Final = b"http://schemas.microsoft.com/office/2006/keyEncryptor/password"
_LONGEST: Final = 255  # characters, as Office takes them


def is_encrypted(data: bytes) -> bool:
    """Whether the bytes are an Office file that asks for a password."""
    return data.startswith(OLE) and _PACKAGE in data


def decrypt(data: bytes, password: str, name: str) -> bytes:
    """The workbook inside. Raises RefusedFile ``password_wrong``, ``encryption_unknown``, ``encryption_damaged``,
    ``encryption_missing``."""
    crypto = _crypto(name)
    _check_info(data, name)
    plain = io.BytesIO()
    try:
        file = crypto.OfficeFile(io.BytesIO(data))
        file.load_key(password=password, verify_password=True)
        file.decrypt(plain, verify_integrity=file.type == "agile")
    except crypto.exceptions.InvalidKeyError as fault:
        # The password is proved before the content is: what fails later is the file.
        key = "encryption_damaged" if "integrity" in str(fault) else "password_wrong"
        raise RefusedFile(key, file=name) from None
    except Exception:  # a damaged file fails in any way
        raise RefusedFile("encryption_damaged", file=name) from None
    return plain.getvalue()


def encrypt(plain: bytes, password: str, name: str) -> bytes:
    """An encrypted workbook (agile, AES-256, SHA-512), opened again and compared before it is given back.

    Raises RefusedFile ``encryption_missing``, ``password_empty``, ``password_long``, ``encryption_failed``.
    """
    if not password:
        raise RefusedFile("password_empty", file=name)
    if len(password) > _LONGEST:
        raise RefusedFile("password_long", file=name, limit=_LONGEST)
    crypto, out = _crypto(name), io.BytesIO()
    try:
        crypto.format.ooxml.OOXMLFile(io.BytesIO(plain)).encrypt(password, out)
        same = decrypt(out.getvalue(), password, name) == plain
    except Exception:
        same = False
    if not same:  # the library calls encrypting experimental
        raise RefusedFile("encryption_failed", file=name)
    return out.getvalue()


def check_only_password(data: bytes, name: str) -> None:
    """Refuse to write a file anew that is locked by more than a password: rights management, certificates, labels.

    Raises RefusedFile ``encryption_mixed``; ``encryption_damaged``.
    """
    ole = _opened(data, name)
    strange = [path for path in ole.listdir() if path[0] not in _KNOWN and path[0] != _SPACES]
    info = ole.openstream(_INFO).read()
    if strange or info.count(b"<keyEncryptor ") > info.count(b'uri="' + _PASSWORD_KEY):
        raise RefusedFile("encryption_mixed", file=name)


def _crypto(name: str) -> Any:
    try:
        import msoffcrypto
        import msoffcrypto.exceptions
        import msoffcrypto.format.ooxml
    except ImportError:
        command = "python -m pip install msoffcrypto-tool"
        raise RefusedFile("encryption_missing", file=name, command=command) from None
    return msoffcrypto


def _opened(data: bytes, name: str) -> Any:
    import olefile

    try:
        ole = olefile.OleFileIO(io.BytesIO(data))
        ole.openstream(_INFO)
    except Exception:
        raise RefusedFile("encryption_damaged", file=name) from None
    return ole


def _check_info(data: bytes, name: str) -> None:
    """The part that says how the file is encrypted, before a library acts on it."""
    import re

    info = _opened(data, name).openstream(_INFO).read()
    version = info[:4]
    agile = version == b"\x04\x00\x04\x00"
    standard = version[2:4] == b"\x02\x00" and version[:2] in (b"\x02\x00", b"\x03\x00", b"\x04\x00")
    spins = [int(n[:12]) for n in re.findall(rb'spinCount="([0-9]+)"', info)]
    if b"<!" in info or not (agile or standard) or max(spins, default=0) > _MOST_SPINS:
        raise RefusedFile("encryption_unknown", file=name)
