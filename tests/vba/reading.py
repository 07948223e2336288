"""Other people's readers of VBA projects: olefile, olevba and pyOpenVBA."""

from __future__ import annotations

import io
import warnings
import zipfile
from importlib.util import find_spec
from pathlib import Path

import olefile

with warnings.catch_warnings():  # olevba builds its grammar with names that pyparsing calls old
    warnings.simplefilter("ignore")
    from oletools.olevba import VBA_Project, decompress_stream


def decompressed(container: bytes) -> bytes:
    """The content of a compressed container."""
    return bytes(decompress_stream(bytearray(container)))


def excel_made() -> list[Path]:
    """Workbooks with macros that Excel itself saved: the quick start books of xlwings."""
    spec = find_spec("xlwings")
    assert spec is not None and spec.origin is not None
    return sorted(Path(spec.origin).parent.glob("quickstart*.xlsm"))


def project_in(book: bytes) -> bytes:
    """vbaProject.bin of a package."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return archive.read("xl/vbaProject.bin")


def sources(project: bytes) -> dict[str, str]:
    """Module name to its whole text, as olevba decompresses it; a defect of the compound file is an error."""
    with olefile.OleFileIO(io.BytesIO(project), raise_defects=olefile.DEFECT_UNSURE) as ole:
        assert ole.parsing_issues == []
        for entry in ole.direntries:
            assert entry is None or entry.entry_type != olefile.STGTY_STREAM or _readable(ole, entry)
        found = VBA_Project(ole, "", "PROJECT", "VBA/dir")
        found.parse_project_stream()
        return {Path(name).stem: text for _, name, text in found.parse_modules()}


def _readable(ole: olefile.OleFileIO, entry: olefile.OleDirectoryEntry) -> bool:
    path = [entry.name] if ole.exists(entry.name) else ["VBA", entry.name]
    return len(ole.openstream(path).read()) == entry.size


def code(text: str) -> str:
    """A module's text without the attribute lines at its head."""
    lines = text.split("\r\n")
    while lines and lines[0].startswith("Attribute VB_"):
        lines.pop(0)
    return "\r\n".join(lines)
