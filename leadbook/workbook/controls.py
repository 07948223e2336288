"""A form control's second half in sheets that Excel 2010 or later wrote: ``control`` and its property part."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

from .newparts import NewParts
from .sheetframe import Corner
from .vml import Button
from .xmladd import Part

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
_COMPATIBLE: Final = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_X14: Final = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
_PROPERTIES: Final = "application/vnd.ms-excel.controlproperties+xml"
_CONTENT: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<formControlPr xmlns="{_X14}" objectType="Button" lockText="1"/>'
)
_EMU: Final = 9525  # per pixel


def add_control(new: NewParts, part: Part, sheet: str, button: Button, shape: int) -> None:
    """List the button among the sheet's ``controls`` ([MS-XLSX] 2.6.18), as its other controls are."""
    name = new.free_name("xl/ctrlProps/ctrlProp{}.xml")
    new.put(name, _CONTENT.encode("ascii"), _PROPERTIES)
    rid = new.relate(sheet, f"{_OFFICE}/ctrlProp", name)
    tag = part.prefix
    spaces = f'xmlns:mc="{_COMPATIBLE}" xmlns:r="{_OFFICE}" xmlns:x14="{_X14}" xmlns:xdr="{_DRAWING}"'
    part.add_inside(
        "controls",
        f'<mc:AlternateContent {spaces}><mc:Choice Requires="x14">'
        f'<{tag}control shapeId="{shape}" r:id="{rid}" name="Button {shape}">'
        f'<{tag}controlPr defaultSize="0" print="0" autoFill="0" autoPict="0" macro="[0]!{button.macro}"'
        f" altText={quoteattr(button.alt)}><{tag}anchor>{_corner(tag, 'from', button.start)}"
        f"{_corner(tag, 'to', button.end)}</{tag}anchor></{tag}controlPr></{tag}control>"
        "</mc:Choice></mc:AlternateContent>",
    )


def _corner(tag: str, name: str, corner: Corner) -> str:
    inside = (("col", corner.column), ("colOff", corner.x * _EMU), ("row", corner.row), ("rowOff", corner.y * _EMU))
    return f"<{tag}{name}>" + "".join(f"<xdr:{key}>{value}</xdr:{key}>" for key, value in inside) + f"</{tag}{name}>"
