"""The Refresh button and its macro for a book that has none; everything else stays byte for byte."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from leadbook.errors import RefusedFile
from leadbook.vba import vba_project

from . import vml
from .controls import add_control
from .newparts import NewParts
from .package import Package, SheetEntry
from .refs import parse_target
from .sheetframe import read_frame
from .tablepart import read_table
from .xmladd import Part

SIZE: Final = (122, 26)  # pixels, as in the templates
WORKBOOK: Final = "ThisWorkbook"
_GAP: Final = 6
# Table or block by which a sheet is known whatever people call it -> its status cell beside the button,
# and where the button ends when an older book has none: a column from 0, the last frozen one if any.
_PLACES: Final = {
    "LB_Leads": ("LB_Leads.status", 1),
    "LB_Results": ("LB_Results.status", 2),
    "LB_Dash.summary": ("LB_Dash.status", 5),
}
_MAIN: Final = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_PROJECT: Final = "application/vnd.ms-office.vbaProject"
_PROJECT_RELATION: Final = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BEHIND_VML: Final = frozenset({
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent", "webPublishItems",
    "tableParts", "extLst",
})  # fmt: skip
_BEHIND_SETTINGS: Final = frozenset({
    "AlternateContent", "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences",
    "definedNames", "calcPr",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What the button says, and what it says to those who cannot see it."""

    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class WithButton:
    """The new package and the names of the sheets that have the button now."""

    data: bytes
    sheets: tuple[str, ...]


def add_button(pkg: Package, modules: Mapping[str, str], macro: str, words: Words) -> WithButton:
    """The book as .xlsm with the macros and a button on Leads, Results and Dashboard.

    ``modules`` maps VBA module name to text, ``macro`` is the Sub that the buttons run. Raises RefusedFile
    ``has_macros``, ``has_button``, ``book_without_leads``, ``code_name_unusable``.
    """
    refuse_button(pkg, macro)
    places = _places(pkg)
    if "LB_Leads" not in places:
        raise RefusedFile("book_without_leads", file=pkg.name)
    new = NewParts(pkg)
    for place, sheet in places.items():
        _put_button(new, sheet, place, macro, words)
    documents, charts = _name_modules(new)
    try:
        project = vba_project(modules, documents, charts=charts)
    except ValueError:
        raise RefusedFile("code_name_unusable", file=pkg.name, names=", ".join(documents)) from None
    part = new.free_name(posixpath.join(posixpath.dirname(pkg.workbook_part), "vbaProject{}.bin"), "")
    new.put(part, project, _PROJECT)
    new.relate(pkg.workbook_part, _PROJECT_RELATION, part)
    new.retype(pkg.workbook_part, _MAIN)
    return WithButton(pkg.rewrite(new.changes), tuple(sheet.name for sheet in places.values()))


def refuse_button(pkg: Package, macro: str) -> None:
    """Raises RefusedFile ``has_macros`` or ``has_button``: neither may be there twice."""
    if any(tail == "vbaProject" for tail, _ in pkg.rels(pkg.workbook_part).values()):
        raise RefusedFile("has_macros", file=pkg.name)
    for part in _drawings(pkg):
        if vml.calls(pkg.read(part), macro):
            raise RefusedFile("has_button", file=pkg.name)


def button_sheets(pkg: Package, macro: str) -> list[str]:
    """The sheets with a control that runs the macro."""
    drawn = ((sheet.name, pkg.related(sheet.part, "vmlDrawing")) for sheet in pkg.sheets)
    return [name for name, parts in drawn if any(vml.calls(pkg.read(part), macro) for part in parts)]


def _drawings(pkg: Package) -> list[str]:
    return [part for sheet in pkg.sheets for part in pkg.related(sheet.part, "vmlDrawing")]


def _places(pkg: Package) -> dict[str, SheetEntry]:
    """The sheets to have a button: by table, else by the defined name that belongs to table or block."""
    owners = {}
    for sheet in pkg.sheets:
        for part in pkg.tables[sheet.part]:
            table = read_table(pkg.read(part), part)
            if table:
                owners[table.name.casefold()] = sheet
    named = {sheet.name.casefold(): sheet for sheet in pkg.sheets}
    found = {}
    for place in _PLACES:
        owner = owners.get(place.casefold())
        for name in (f"{place}.keys", place):
            target = parse_target(pkg.defined_names.get(name, ""))
            owner = owner or (named.get(target[0].casefold()) if target else None)
        if owner is not None and owner.kind == "worksheet":
            found[place] = owner
    return found


def _put_button(new: NewParts, sheet: SheetEntry, place: str, macro: str, words: Words) -> None:
    part = new.part(sheet.part)
    button = _placed(new.pkg, part, sheet, place, macro, words)
    free = max((n for name in _all_drawings(new) for n in vml.blocks(new.current(name))), default=0) + 1
    link = part.child("legacyDrawing")
    if link is None:
        drawing = new.free_name("xl/drawings/vmlDrawing{}.vml")
        content, shape = vml.new_drawing(button, free)
        new.put(drawing, content, vml.CONTENT_TYPE, extension=True)
        rid = new.relate(sheet.part, f"{_OFFICE}/vmlDrawing", drawing)
        space = "" if part.declares("r", _OFFICE) else f' xmlns:r="{_OFFICE}"'
        part.add(f'<{part.prefix}legacyDrawing{space} r:id="{rid}"/>', _BEHIND_VML)
    else:
        rid = next((value for key, value in link.attributes.items() if key.endswith(":id")), "")
        drawing = new.pkg.rels(sheet.part).get(rid, ("", ""))[1]
        new.changes[drawing], shape = vml.with_button(new.current(drawing), button, free)
    if b"<controls" in part.data or b":controls" in part.data:
        add_control(new, part, sheet.part, button, shape)
    new.changes[sheet.part] = bytes(part)


def _all_drawings(new: NewParts) -> set[str]:
    return {*_drawings(new.pkg), *(name for name in new.changes if name.endswith(".vml"))}


def _placed(pkg: Package, part: Part, sheet: SheetEntry, place: str, macro: str, words: Words) -> vml.Button:
    """The button in front of the status cell, or in the first row when the book has no such cell."""
    name, last = _PLACES[place]
    frame, row = read_frame(part, sheet.part), 0
    target = parse_target(pkg.defined_names.get(name, ""))
    if target and target[0].casefold() == sheet.name.casefold() and target[1].left > 1:
        last, row = target[1].left - 2, target[1].top - 1
    elif frame.frozen and place != "LB_Dash.summary":
        last = frame.frozen - 1
    start, end = frame.anchor(last, row, SIZE, _GAP)
    return vml.Button(macro, words.caption, words.alt, start, end, SIZE)


def _name_modules(new: NewParts) -> tuple[list[str], list[str]]:
    """Give workbook and sheets the code names they lack; all of them in order, and those of chart sheets."""
    pkg = new.pkg
    settings = _code_name(new, pkg.workbook_part, "workbookPr")
    kinds = [sheet for sheet in pkg.sheets if sheet.kind in ("worksheet", "chartsheet")]
    had = {sheet.part: _code_name(new, sheet.part, "sheetPr") for sheet in kinds}
    taken = {name.casefold() for name in [settings, *had.values()] if name}
    documents, charts = [settings or _free("ThisWorkbook{}", taken)], []
    if not settings:
        _set_code_name(new, pkg.workbook_part, "workbookPr", documents[0])
    for sheet in kinds:
        stem = "Chart{}" if sheet.kind == "chartsheet" else "Sheet{}"
        name = had[sheet.part] or _free(stem, taken)
        if not had[sheet.part]:
            _set_code_name(new, sheet.part, "sheetPr", name)
        documents.append(name)
        charts += [name] if sheet.kind == "chartsheet" else []
    return documents, charts


def _free(stem: str, taken: set[str]) -> str:
    first = ("",) if stem.startswith(WORKBOOK) else ()
    name = next(n for n in (stem.format(k) for k in (*first, *range(1, 100_000))) if n.casefold() not in taken)
    taken.add(name.casefold())
    return name


def _code_name(new: NewParts, part: str, element: str) -> str:
    child = new.part(part).child(element)
    return child.attributes.get("codeName", "") if child else ""


def _set_code_name(new: NewParts, name: str, element: str, code_name: str) -> None:
    part = new.part(name)
    child = part.child(element)
    if child is not None and "codeName" in child.attributes:  # there, but empty
        raise RefusedFile("code_name_unusable", file=new.pkg.name, names='""')
    if child is not None:
        part.add_attribute(child, "codeName", code_name)
    elif element == "workbookPr":
        part.add(f'<{part.prefix}workbookPr codeName="{code_name}"/>', _BEHIND_SETTINGS)
    else:
        part.add_first(f'<{part.prefix}sheetPr codeName="{code_name}"/>')
    new.changes[name] = bytes(part)
