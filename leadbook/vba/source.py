"""Source text of modules as a project stores it: the hidden ``Attribute`` lines first, CRLF line ends."""

from __future__ import annotations

import re
from typing import Final

DOCUMENT_BASES: Final = {
    "workbook": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
    "chart": "0{00020821-0000-0000-C000-000000000046}",
}
_CLASS_BASE: Final = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"
# What an exported class starts with; a project does not store it.
_EXPORTED: Final = re.compile(r"\AVERSION [^\n]*\nBEGIN\b.*?\nEND *\n", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(r"\AAttribute VB_(\w+) *=[^\n]*(?:\n|\Z)")


def document_source(name: str, text: str, kind: str) -> str:
    """The text of a document module; ``kind`` is workbook, sheet or chart."""
    _, code, _ = _split(name, text)
    flags = ("GlobalNameSpace", False), ("Creatable", False), ("PredeclaredId", True), ("Exposed", True)
    more = ("TemplateDerived", False), ("Customizable", True)
    return _joined(name, DOCUMENT_BASES[kind], (*flags, *more), code)


def module_source(name: str, text: str) -> tuple[str, bool]:
    """(text, whether it is a class) of a module that stands for itself."""
    attributes, code, is_class = _split(name, text)
    if not is_class:
        return _joined(name, "", (), code), False
    base = ("GlobalNameSpace", "Creatable", "PredeclaredId", "Exposed")
    flags = tuple((flag, attributes.get(flag, "False").casefold() == "true") for flag in base)
    more = ("TemplateDerived", False), ("Customizable", False)
    return _joined(name, _CLASS_BASE, (*flags, *more), code), True


def _joined(name: str, base: str, flags: tuple[tuple[str, bool], ...], code: str) -> str:
    lines = [f'Attribute VB_Name = "{name}"']
    if base:
        lines.append(f'Attribute VB_Base = "{base}"')
    lines += [f"Attribute VB_{flag} = {value}" for flag, value in flags]
    return "\r\n".join([*lines, *code.split("\n")])


def _split(name: str, text: str) -> tuple[dict[str, str], str, bool]:
    """Attributes at the head, the code below them with LF line ends, and whether a class's head was there."""
    if not text.isascii():
        place = next(i for i, ch in enumerate(text) if not ch.isascii())
        line = text.count("\n", 0, place) + 1
        raise ValueError(f"module {name}, line {line}: only ASCII characters can be stored")
    code = text.replace("\r\n", "\n").replace("\r", "\n")
    bare = _EXPORTED.sub("", code, count=1)
    is_class, code, attributes = bare != code, bare, {}
    while (found := _ATTRIBUTE.match(code)) is not None:
        attributes[found[1]] = found[0].partition("=")[2].strip().strip('"')
        code = code[found.end() :]
    return attributes, code, is_class
