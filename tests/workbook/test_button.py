"""Button and macro for a rich book: notes, controls and all other things keep their bytes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich_book import pack, parts

from leadbook.errors import RefusedFile
from leadbook.vba.macro import macro_modules
from leadbook.workbook.button import WithButton, Words, add_button, button_sheets
from leadbook.workbook.package import Package
from tests.lo.office import buttons, office
from tests.vba.reading import code, project_in, sources

MODULES = {"Tool": "Public Sub Refresh()\nEnd Sub\n"}
WORDS = Words("重新整理 & <go>", 'Says "more"')
LEADS, RESULTS, EXTRAS = (f"xl/worksheets/sheet{n}.xml" for n in (1, 2, 3))
NOTES, CONTROLS = "xl/drawings/vmlDrawing1.vml", "xl/drawings/vmlDrawing2.vml"
OURS = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
DASHBOARD = '<definedName name="LB_Dash.summary">Extras!$C$5:$C$12</definedName>'


def rich(*changes: tuple[str, str, str]) -> dict[str, bytes]:
    """The rich book whose own button runs another macro, with more changes (part, old, new)."""
    content = {name: data if isinstance(data, bytes) else data.encode() for name, data in parts().items()}
    for part, old, new in (((CONTROLS, "[0]!Refresh", "[0]!Other")), *changes):
        assert old.encode() in content[part], (part, old)
        content[part] = content[part].replace(old.encode(), new.encode(), 1)
    return content


def with_dashboard(*changes: tuple[str, str, str]) -> dict[str, bytes]:
    return rich(("xl/workbook.xml", "<definedNames>", f"<definedNames>{DASHBOARD}"), *changes)


def added(content: dict[str, bytes]) -> tuple[WithButton, Package, Package]:
    old = Package.from_bytes(pack(content), "rich.xlsx")
    made = add_button(old, MODULES, "Refresh", WORDS)
    return made, old, Package.from_bytes(made.data, "rich.xlsm")


def without_additions(new: bytes, old: bytes) -> bytes:
    """``new`` with the longest run taken out whose removal gives ``old``, if there is one."""
    head = next((n for n, (a, b) in enumerate(zip(new, old, strict=False)) if a != b), min(len(new), len(old)))
    more = len(new) - len(old)
    for start in range(head, max(-1, head - more - 1), -1):
        if new[:start] + new[start + more :] == old:
            return old
    return new


def test_only_the_parts_of_the_button_differ(tmp_path: Path, package_check: Callable[[Path], list[str]]) -> None:
    made, old, new = added(with_dashboard())
    assert made.sheets == ("Leads", "Results", "Extras")
    changed = {name for name in old.names if old.packed(name) != new.packed(name)}
    sheets = {s.part for s in old.sheets}
    assert changed == OURS | sheets | {NOTES, CONTROLS, "xl/worksheets/_rels/sheet2.xml.rels",
                                       "xl/worksheets/_rels/sheet3.xml.rels"}  # fmt: skip
    more = set(new.names) - set(old.names)
    assert more == {"xl/vbaProject.bin", "xl/drawings/vmlDrawing3.vml", "xl/ctrlProps/ctrlProp2.xml"}
    assert new.content_type("xl/workbook.xml") == "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert new.content_type("xl/vbaProject.bin") == "application/vnd.ms-office.vbaProject"
    for kind, part in (("xlsx", pack(with_dashboard())), ("xlsm", made.data)):
        (tmp_path / f"rich.{kind}").write_bytes(part)
    assert package_check(tmp_path / "rich.xlsm") == package_check(tmp_path / "rich.xlsx")


def test_a_touched_sheet_differs_only_by_what_was_added() -> None:
    _, old, new = added(with_dashboard())
    for sheet in old.sheets:
        before, after = old.read(sheet.part), new.read(sheet.part)
        name = re.search(rb' codeName="Sheet[0-9]+"', after) or re.search(rb"<sheetPr[^>]*/>", after)
        assert name
        plain = re.sub(rb'<sheetPr codeName="Sheet[0-9]+"/>| codeName="Sheet[0-9]+"', b"", after, count=1)
        assert without_additions(plain, before) == before, sheet.part


def test_the_button_joins_the_notes_that_are_there() -> None:
    _, old, new = added(rich())
    vml, was = new.read(NOTES).decode(), old.read(NOTES).decode()
    assert vml.startswith(was.removesuffix("</xml>"))
    root = ElementTree.fromstring(vml)
    shapes = [e.get("id") for e in root if e.tag.endswith("}shape")]
    assert len(shapes) == len(set(shapes)) == 2
    assert button_sheets(new, "Refresh") == ["Leads", "Results"]
    assert vml.count('id="_x0000_t201"') == 1
    caption = next(e for e in root.iter() if e.tag == "font")
    assert caption.text == WORDS.caption
    assert next(e.get("alt") for e in root if e.get("alt")) == WORDS.alt


def test_shape_ids_are_unique_in_the_whole_book() -> None:
    _, _, new = added(with_dashboard())
    drawn = [name for name in new.names if name.endswith(".vml")]
    ids = [i for name in drawn for i in re.findall(r'<v:shape [^>]*id="([^"]+)"', new.read(name).decode())]
    assert len(ids) == len(set(ids)) == 5


def test_controls_that_are_there_get_company() -> None:
    _, _, new = added(with_dashboard())
    sheet = ElementTree.fromstring(new.read(EXTRAS))
    controls = [e for e in sheet.iter() if e.tag.endswith("}control")]
    ours = controls[-1]
    assert len(controls) == 2
    rid = next(v for k, v in ours.attrib.items() if k.endswith("}id"))
    kind, target = new.rels(EXTRAS)[rid]
    assert (kind, target) == ("ctrlProp", "xl/ctrlProps/ctrlProp2.xml")
    assert new.content_type(target) == "application/vnd.ms-excel.controlproperties+xml"
    assert f'id="_x0000_s{ours.get("shapeId")}"' in new.read(CONTROLS).decode()


def test_order_of_elements_is_the_schemas() -> None:
    _, _, new = added(rich())
    names = [e.tag.rpartition("}")[2] for e in ElementTree.fromstring(new.read(RESULTS))]
    assert names[0] == "sheetPr"
    assert names.index("drawing") < names.index("legacyDrawing") < names.index("tableParts")


def test_code_names_that_are_there_stay_and_name_the_modules() -> None:
    content = rich(
        ("xl/workbook.xml", "<workbookPr", '<workbookPr codeName="DieserMappe"'),
        (LEADS, "<dimension", '<sheetPr codeName="工作表1"/><dimension'),
    )
    made, _, new = added(content)
    found = sources(project_in(made.data))
    assert {"DieserMappe", "工作表1", "Sheet1", "Tool"} <= set(found)
    assert new.read(LEADS).count("工作表1".encode()) == 1
    assert code(found["Tool"]).startswith("Public Sub Refresh()")


def test_renamed_sheets_and_lost_tables_are_found() -> None:
    content = rich(
        ("xl/workbook.xml", '<sheet name="Results"', '<sheet name="Thứ hạng &amp; mới"'),
    )
    content["xl/workbook.xml"] = content["xl/workbook.xml"].replace(b">Results!", ">'Thứ hạng &amp; mới'!".encode())
    made, *_ = added(content)
    assert made.sheets == ("Leads", "Thứ hạng & mới")


def test_parts_in_other_shapes_are_understood() -> None:
    """A sheet in UTF-16, and one whose elements have a namespace prefix."""
    content = rich()
    text = content[RESULTS].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"', 1)
    content[RESULTS] = b"\xff\xfe" + text.encode("utf-16-le")
    tagged = re.sub(r"<(/?)(?=[A-Za-z]+[\s/>])", r"<\1m:", content[LEADS].decode())
    content[LEADS] = tagged.replace("<m:worksheet xmlns=", "<m:worksheet xmlns:m=").encode()
    _, old, new = added(content)
    assert b"<m:legacyDrawing" in old.read(LEADS)
    assert re.search(rb'<m:worksheet [^>]*><m:sheetPr codeName="Sheet1"/>', new.read(LEADS))
    assert new.read(RESULTS).startswith(b"\xff\xfe")
    assert "legacyDrawing" in new.read(RESULTS).decode("utf-16")
    assert button_sheets(new, "Refresh") == ["Leads", "Results"]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (lambda: {k: v if isinstance(v, bytes) else v.encode() for k, v in parts().items()}, "has_button"),
        (lambda: rich((LEADS, "<dimension", '<sheetPr codeName="a b"/><dimension')), "code_name_unusable"),
    ],
)
def test_what_cannot_be_done_is_refused(content: Callable[[], dict[str, bytes]], key: str) -> None:
    with pytest.raises(RefusedFile) as refused:
        added(content())
    assert refused.value.key == key


def test_a_book_has_macros_only_once() -> None:
    made, *_ = added(rich())
    with pytest.raises(RefusedFile) as refused:
        add_button(Package.from_bytes(made.data, "rich.xlsm"), MODULES, "Refresh", WORDS)
    assert refused.value.key == "has_macros"


@pytest.mark.libreoffice
@pytest.mark.slow
def test_libreoffice_shows_each_button_once_beside_the_controls_that_were_there(tmp_path: Path) -> None:
    old = Package.from_bytes(pack(with_dashboard()), "rich.xlsx")
    (tmp_path / "rich.xlsm").write_bytes(add_button(old, macro_modules(), "Refresh", WORDS).data)
    with office(tmp_path) as pipe:
        found = buttons(pipe, tmp_path / "rich.xlsm")
    assert [(sheet, caption) for sheet, caption, script in found if "LeadbookRefresh.Refresh?" in script] == [
        (sheet, WORDS.caption) for sheet in ("Leads", "Results", "Extras")
    ]
    assert [sheet for sheet, caption, _ in found if caption != WORDS.caption] == ["Extras"]
