"""Cells, columns and rules of a template's sheets, spelled so that they mean the same in another workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .formularefs import carried
from .package import Package
from .refs import Box, parse_box
from .stylemerge import StyleMerge
from .xmlparts import as_utf8, plain_text

# Templates are written by XlsxWriter: one spelling, no prefixes.
_CELL: Final = re.compile(r'<c r="([A-Z]+)([0-9]+)"(?: s="([0-9]+)")?(?: t="(\w+)")?(?:/>|>(.*?)</c>)', re.DOTALL)
_VALUE: Final = re.compile(r"<v>([^<]*)</v>")
_STYLED: Final = re.compile(r'(<(?:row|col)\b[^>]*?\s(?:s|style)=")([0-9]+)(?=")')
_RULE_STYLE: Final = re.compile(r'(\sdxfId=")([0-9]+)(?=")')
_ITEM: Final = re.compile(rb"<si>(.*?)</si>", re.DOTALL)
_COL: Final = re.compile(r'<col min="([0-9]+)" max="([0-9]+)"([^>]*?)/>')
_CONDITION: Final = re.compile(r'<conditionalFormatting sqref="([^"]*)">(.*?)</conditionalFormatting>', re.DOTALL)
_CHECK: Final = re.compile(r'<dataValidation\b([^>]*?) sqref="([^"]*)"(?:/>|>(.*?)</dataValidation>)', re.DOTALL)
_FORMULA: Final = re.compile(r"<(formula[12]?)>([^<]*)</\1>")
_PRIORITY: Final = re.compile(r'(\spriority=")([0-9]+)')
_SHEET: Final = re.compile(r"""\"(?:[^"]|"")*\"|(?:'((?:[^']|'')+)'|(?<![\w.'])([^\W\d][\w.]*))!""")


@dataclass(frozen=True)
class Rule:
    """One conditional format or validation of a template column, as XML for a column of the book."""

    kind: str
    xml: str


class Donor:
    """The template as a source: its sheets as text, with formats and strings made the book's own."""

    def __init__(self, pkg: Package, styles: StyleMerge, sheets: Mapping[str, str]) -> None:
        """``sheets``: names of the template's sheets -> what they are called in the book."""
        self.pkg, self.styles, self.sheets = pkg, styles, sheets
        parts = pkg.related(pkg.workbook_part, "sharedStrings")
        self.strings = [item.decode() for item in _ITEM.findall(pkg.read(parts[0]))] if parts else []
        self._texts: dict[str, str] = {}

    def text(self, part: str) -> str:
        """A sheet part as it stands."""
        if part not in self._texts:
            self._texts[part] = as_utf8(self.pkg.read(part))[0].decode()
        return self._texts[part]

    def sheet(self, part: str) -> str:
        """A whole sheet part for the book; relations are left as they are."""
        text = _CELL.sub(lambda m: self.cell(m, m[1], int(m[2])), self.text(part))
        text = _STYLED.sub(lambda m: f"{m[1]}{self.styles.cell(int(m[2]))}", text)
        text = _RULE_STYLE.sub(lambda m: f"{m[1]}{self.styles.rule(int(m[2]))}", text)
        text = re.sub(r"<(f|formula[12]?)>([^<]*)</\1>", lambda m: f"<{m[1]}>{self.formula(m[2])}</{m[1]}>", text)
        return text.replace(' tabSelected="1"', "")

    def cell(self, match: re.Match[str], letters: str, row: int) -> str:
        """One cell at a place of the book; strings inline, so that nobody's list of strings changes."""
        _, _, style, kind, inner = match.groups()
        look = f' s="{self.styles.cell(int(style))}"' if style and style != "0" else ""
        if kind == "s":
            value = _VALUE.search(inner)
            assert value is not None, "a shared string has its number"
            return f'<c r="{letters}{row}"{look} t="inlineStr"><is>{self.strings[int(value[1])]}</is></c>'
        said = f' t="{kind}"' if kind else ""
        return f'<c r="{letters}{row}"{look}{said}>{inner}</c>' if inner else f'<c r="{letters}{row}"{look}/>'

    def formula(self, text: str) -> str:
        """A formula (escaped) with the sheets called as in the book."""
        return with_sheets(text, self.sheets)

    def column(self, part: str, number: int, at: int) -> str:
        """The ``col`` element of a template column for column ``at`` of the book; "" when it has none."""
        for match in _COL.finditer(self.text(part)):
            if int(match[1]) <= number <= int(match[2]):
                said = re.sub(r'\sstyle="([0-9]+)"', lambda m: f' style="{self.styles.cell(int(m[1]))}"', match[3])
                return f'<col min="{at}" max="{at}"{re.sub(r" collapsed=.1.", "", said)}/>'
        return ""

    def rules(self, part: str, column: int, columns: Mapping[int, int], down: int) -> list[Rule]:
        """Conditional formats and validations over a template column, for the book's ``columns[column]``.

        Rules that name a column the book lacks, or cells of another sheet, are left out.
        """
        text, found = self.text(part), []
        for match in _CONDITION.finditer(text):
            area = _over(match[1], column)
            inner = area and self._translated(match[2], column - area.left, columns, down)
            if area and inner:
                inner = _RULE_STYLE.sub(lambda m: f"{m[1]}{self.styles.rule(int(m[2]))}", inner)
                found.append(Rule("cond", f'<conditionalFormatting sqref="{_moved(area, columns[column], down)}">'
                                          f"{inner}</conditionalFormatting>"))  # fmt: skip
        for match in _CHECK.finditer(text):
            area = _over(match[2], column)
            inner = match[3] or ""
            new = self._translated(inner, column - area.left, columns, down) if area else None
            if area and new is not None:
                xml = f'<dataValidation{match[1]} sqref="{_moved(area, columns[column], down)}"'
                found.append(Rule("check", f"{xml}>{new}</dataValidation>" if new else f"{xml}/>"))
        return found

    def _translated(self, inner: str, across: int, columns: Mapping[int, int], down: int) -> str | None:
        missing: list[str] = []

        def new(match: re.Match[str]) -> str:
            text = carried(plain_text(match[2].encode()), columns, across, down)
            if text is None:
                missing.append(match[2])
                return match[0]
            return f"<{match[1]}>{_escaped(text)}</{match[1]}>"

        done = _FORMULA.sub(new, inner)
        return None if missing else done


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _over(areas: str, column: int) -> Box | None:
    boxes = [box for area in areas.split() if (box := parse_box(area))]
    return next((box for box in boxes if box.left <= column <= box.right), None)


def _moved(area: Box, column: int, down: int) -> Box:
    return Box(area.top + down, column, area.bottom + down, column)


def with_sheets(text: str, names: Mapping[str, str]) -> str:
    """A formula (escaped for XML) in which sheets have other names; texts in quotes stay."""
    if all(old == new for old, new in names.items()):
        return text

    def named(match: re.Match[str]) -> str:
        old = plain_text((match[1] or match[2] or "").replace("''", "'").encode())
        if old not in names:
            return match[0]
        quoted = names[old].replace("'", "''")
        return f"'{_escaped(quoted)}'!"

    return _SHEET.sub(named, text)


def renumbered(rules: list[Rule], first: int) -> list[str]:
    """Conditional formats with priorities of their own, from ``first`` on."""
    number = first - 1

    def next_one(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        return f"{match[1]}{number}"

    return [_PRIORITY.sub(next_one, rule.xml) for rule in rules if rule.kind == "cond"]
