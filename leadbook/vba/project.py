"""A VBA project from source text alone, without caches, as [MS-OVBA] asks of writers."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from leadbook.vba.compound import compound_file
from leadbook.vba.compression import CHUNK, compress, fits
from leadbook.vba.source import document_source, module_source

NAME: Final = "VBAProject"
PROJECT_ID: Final = "{7C0B3B3E-5A0D-4E53-9F0B-6C1EADB00C01}"
LCID: Final = 0x0409
# Windows-1252 unless a sheet's code name needs another one (Excel for Taiwan calls sheets by Chinese names).
CODE_PAGES: Final = (1252, 936, 950, 932, 949, 1258, 1250, 1251)
_OLE_AUTOMATION: Final = (
    "stdole",
    "*\\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\\Windows\\System32\\stdole2.tlb#OLE Automation",
)
_HOST: Final = "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"
_SEEDS: Final = {"CMG": 0x51, "DPB": 0xA0, "GC": 0xF9}  # any byte will do whose bits 1 and 2 are not set


@dataclass(frozen=True)
class _Module:
    name: str
    kind: str  # as the PROJECT stream calls it: Document, Module or Class
    source: bytes


def vba_project(
    modules: Mapping[str, str],
    documents: Sequence[str],
    *,
    charts: Collection[str] = (),
) -> bytes:
    """The bytes of ``vbaProject.bin``: same arguments, same bytes.

    ``modules`` maps module name to its text (pure ASCII, as exported: ``Attribute`` lines and a class's
    ``VERSION`` block are taken over or supplied). ``documents`` are the code names of the workbook and of its
    sheets, the workbook's first; a text in ``modules`` under such a name is that document's code. ``charts``
    are those of them that are chart sheets. Raises ValueError for text that is not ASCII, for a name that
    VBA cannot hold, and for a name that stands twice.
    """
    _check_names([*documents, *(name for name in modules if name not in documents)])
    page = _code_page(documents)
    built = []
    for number, name in enumerate(documents):
        kind = "workbook" if number == 0 else "chart" if name in charts else "sheet"
        built.append(_Module(name, "Document", _fitting(document_source(name, modules.get(name, ""), kind), page)))
    for name in sorted(set(modules) - set(documents)):
        text, is_class = module_source(name, modules[name])
        built.append(_Module(name, "Class" if is_class else "Module", _fitting(text, page)))
    streams = {
        "VBA/dir": compress(_directory(built, page)),
        "VBA/_VBA_PROJECT": struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 0),
        **{f"VBA/{module.name}": compress(module.source) for module in built},
        "PROJECT": _project(built).encode(f"cp{page}"),
        "PROJECTwm": _name_map(built, page),
    }
    return compound_file(streams)


def _check_names(names: Sequence[str]) -> None:
    for name in names:
        if not name.isidentifier() or not name[0].isalpha() or len(name) > 31:
            raise ValueError(f"not a module name: {name!r}")
    if len({name.casefold() for name in names}) < len(names):
        raise ValueError("two modules have the same name")


def _code_page(names: Sequence[str]) -> int:
    for page in CODE_PAGES:
        try:
            "".join(names).encode(f"cp{page}")
        except UnicodeEncodeError:
            continue
        return page
    raise ValueError("no code page holds all names: " + ", ".join(names))


def _fitting(text: str, page: int) -> bytes:
    """The source as bytes; text that cannot be compressed gets blank lines up to the end of its chunk."""
    source = text.encode(f"cp{page}")
    if fits(source):
        return source
    missing = -len(source) % CHUNK
    return source + b" " * (missing % 2) + b"\r\n" * (missing // 2)


def _record(number: int, content: bytes) -> bytes:
    return struct.pack("<HI", number, len(content)) + content


def _both(number: int, wide_number: int, text: str, page: int) -> bytes:
    """A text in the project's code page, then in UTF-16."""
    return _record(number, text.encode(f"cp{page}")) + _record(wide_number, text.encode("utf-16-le"))


def _directory(modules: Sequence[_Module], page: int) -> bytes:
    """The ``dir`` stream before compression (2.3.4.2)."""
    name, library = _OLE_AUTOMATION
    libid = library.encode("ascii")
    registered = struct.pack("<I", len(libid)) + libid + struct.pack("<IH", 0, 0)
    return b"".join(
        (
            _record(0x01, struct.pack("<I", 1)),  # made on 32-bit Windows: what all versions read
            _record(0x02, struct.pack("<I", LCID)),
            _record(0x14, struct.pack("<I", LCID)),
            _record(0x03, struct.pack("<H", page)),
            _record(0x04, NAME.encode("ascii")),
            _both(0x05, 0x40, "", page),  # description
            _record(0x06, b"") + _record(0x3D, b""),  # help file
            _record(0x07, struct.pack("<I", 0)),
            _record(0x08, struct.pack("<I", 0)),
            struct.pack("<HIIH", 0x09, 4, 1, 0),  # version of the project
            _both(0x0C, 0x3C, "", page),  # conditional constants
            _both(0x16, 0x3E, name, page),
            _record(0x0D, registered),
            _record(0x0F, struct.pack("<H", len(modules))),
            _record(0x13, struct.pack("<H", 0xFFFF)),
            *(_module_records(module, page) for module in modules),
            struct.pack("<HI", 0x10, 0),
        )
    )


def _module_records(module: _Module, page: int) -> bytes:
    return b"".join(
        (
            _both(0x19, 0x47, module.name, page),
            _both(0x1A, 0x32, module.name, page),  # name of its stream
            _both(0x1C, 0x48, "", page),
            _record(0x31, struct.pack("<I", 0)),  # the source starts at once: there is no cache before it
            _record(0x1E, struct.pack("<I", 0)),
            _record(0x2C, struct.pack("<H", 0xFFFF)),
            struct.pack("<HI", 0x21 if module.kind == "Module" else 0x22, 0),
            struct.pack("<HI", 0x2B, 0),
        )
    )


def _project(modules: Sequence[_Module]) -> str:
    """The ``PROJECT`` stream (2.3.1): what the project consists of, unprotected and visible."""
    states = {"CMG": bytes(4), "DPB": b"\0", "GC": b"\xff"}
    suffix = {"Document": "/&H00000000"}
    lines = [
        f'ID="{PROJECT_ID}"',
        *(f"{module.kind}={module.name}{suffix.get(module.kind, '')}" for module in modules),
        f'Name="{NAME}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        *(f'{key}="{_hidden(state, _SEEDS[key]).hex().upper()}"' for key, state in states.items()),
        "",
        "[Host Extender Info]",
        _HOST,
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "\r\n".join(lines) + "\r\n"


def _hidden(state: bytes, seed: int) -> bytes:
    """A protection state as the PROJECT stream holds it (2.4.3.2); the seed leaves out the padding."""
    key = sum(PROJECT_ID.encode("ascii")) & 0xFF
    out = [seed, seed ^ 2, seed ^ key]
    before = key
    for byte in struct.pack("<I", len(state)) + state:
        out.append(byte ^ (out[-2] + before & 0xFF))
        before = byte
    return bytes(out)


def _name_map(modules: Sequence[_Module], page: int) -> bytes:
    """The ``PROJECTwm`` stream (2.3.3): each name in the code page and in UTF-16."""
    pairs = (m.name.encode(f"cp{page}") + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules)
    return b"".join(pairs) + b"\0\0"
