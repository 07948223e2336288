"""A form button as Excel stores it: a shape in the sheet's VML drawing that names its macro ([MS-OI29500])."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .sheetframe import Corner

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACES: Final = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_BUTTON_TYPE: Final = "_x0000_t201"  # host control
_BLOCK: Final = 1024  # shape ids come in blocks of this size; a drawing names the blocks that are its own
_MAP: Final = re.compile(r"(<o:idmap\b[^>]*?\bdata\s*=\s*[\"'])([0-9, ]*)([\"'])")
_ID: Final = re.compile(r"_x0000_s([0-9]+)")
_MACRO: Final = re.compile(rb"<x:FmlaMacro\s*>([^<]*)</x:FmlaMacro\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Button:
    """What a button says and does, and where it stands."""

    macro: str
    caption: str
    alt: str
    start: Corner
    end: Corner
    size: tuple[int, int]


def blocks(vml: bytes) -> set[int]:
    """The blocks of shape ids that a drawing uses."""
    text = vml.decode("utf-8", "replace")
    named = {int(n) for found in _MAP.findall(text) for n in found[1].replace(" ", "").split(",") if n}
    return named | {int(n) // _BLOCK for n in _ID.findall(text)}


def calls(vml: bytes, macro: str) -> bool:
    """Whether some control of a drawing runs the macro, in whichever book or module."""
    words = (re.split(rb"[!.]", found)[-1].decode("utf-8", "replace") for found in _MACRO.findall(vml))
    return any(word.casefold() == macro.casefold() for word in words)


def new_drawing(button: Button, block: int) -> tuple[bytes, int]:
    """A drawing with one button, whose shape ids come from a block that no other drawing uses; and the id."""
    spaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())
    head = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{block}"/></o:shapelayout>'
    shape = block * _BLOCK + 1
    return f"<xml{spaces}>{head}{_type()}{_shape(button, shape, 1)}</xml>".encode("ascii"), shape


def with_button(vml: bytes, button: Button, free_block: int) -> tuple[bytes, int]:
    """A drawing with one shape more, before its end, everything else byte for byte; and the shape's id."""
    text = vml.decode("latin-1")  # bytes stay what they are; what is added is ASCII
    used = [int(n) for n in _ID.findall(text)]
    mine = {int(n) for found in _MAP.findall(text) for n in found[1].replace(" ", "").split(",") if n}
    shape = max((n for n in used if n // _BLOCK in mine), default=0) + 1
    if shape == 1 or shape % _BLOCK == 0:
        shape = free_block * _BLOCK + 1
        text = _MAP.sub(lambda m: f"{m[1]}{m[2]}{',' if m[2].strip() else ''}{free_block}{m[3]}", text, count=1)
    new = "" if f'id="{_BUTTON_TYPE}"' in text else _type(_missing(text))
    new += _shape(button, shape, len(used) + 1, _missing(text))
    end = text.rindex("</")
    return (text[:end] + new + text[end:]).encode("latin-1"), shape


def _missing(text: str) -> str:
    """Declarations of the prefixes that the drawing's root does not bind as usual."""
    root = text[: text.find(">", text.find("<xml")) + 1]
    return "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in _SPACES.items()
        if not re.search(rf"xmlns:{prefix}\s*=\s*[\"']{re.escape(uri)}[\"']", root)
    )


def _type(spaces: str = "") -> str:
    return (
        f'<v:shapetype{spaces} id="{_BUTTON_TYPE}" coordsize="21600,21600" o:spt="201"'
        ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
        '<v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>'
        '<o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
    )


def _shape(button: Button, number: int, order: int, spaces: str = "") -> str:
    width, height = (side * 0.75 for side in button.size)
    place = f"width:{width:g}pt;height:{height:g}pt;z-index:{order};mso-wrap-style:tight"
    corners = (button.start, button.end)
    anchor = ", ".join(f"{c.column}, {c.x}, {c.row}, {c.y}" for c in corners)
    return (
        f'<v:shape{spaces} id="_x0000_s{number}" type="#{_BUTTON_TYPE}" alt="{_ascii(button.alt)}"'
        f' style="position:absolute;margin-left:0;margin-top:0;{place}" o:button="t"'
        ' fillcolor="buttonFace [67]" strokecolor="windowText [64]" o:insetmode="auto">'
        '<v:fill color2="buttonFace [67]" o:detectmouseclick="t"/><o:lock v:ext="edit" rotation="t"/>'
        '<v:textbox style="mso-direction-alt:auto" o:singleclick="f"><div style="text-align:center">'
        f'<font face="Calibri" size="220" color="#000000">{_ascii(button.caption)}</font></div></v:textbox>'
        f'<x:ClientData ObjectType="Button"><x:Anchor>{anchor}</x:Anchor><x:PrintObject>False</x:PrintObject>'
        f"<x:AutoFill>False</x:AutoFill><x:FmlaMacro>[0]!{button.macro}</x:FmlaMacro>"
        "<x:TextHAlign>Center</x:TextHAlign><x:TextVAlign>Center</x:TextVAlign></x:ClientData></v:shape>"
    )


def _ascii(text: str) -> str:
    """Text for an element or attribute, in pure ASCII: a drawing may be in any encoding."""
    plain = "".join({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.get(ch, ch) for ch in text)
    return plain.encode("ascii", "xmlcharrefreplace").decode()
