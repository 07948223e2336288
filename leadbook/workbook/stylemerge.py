"""Formats of one workbook in another: what its styles lack is added at the end of each list, nothing is changed."""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from .xmladd import Part

FIRST_OWN: Final = 164  # number formats below are built in
_ORDER: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_TAG: Final = re.compile(r"<(/?)(?:[\w.-]+:)?([\w.-]+)((?:\s+[\w.:-]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>")
_ATTRIBUTE: Final = re.compile(r"""([\w.:-]+)\s*=\s*("[^"]*"|'[^']*')""")
_POINTS: Final = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
_DXF_FORMAT: Final = re.compile(r"<((?:\w+:)?)numFmt\s[^>]*?/>")


def canonical(xml: str) -> str:
    """An element without what does not count: prefixes, order of attributes, blanks, the way it is closed."""

    def tag(match: re.Match[str]) -> str:
        said = sorted((name, value[1:-1]) for name, value in _ATTRIBUTE.findall(match[3]))
        shown = "".join(f' {name}="{value}"' for name, value in said)
        return f"<{match[1]}{match[2]}{shown}>" + (f"</{match[2]}>" if match[4] else "")

    return re.sub(r">\s+<", "><", _TAG.sub(tag, xml.strip()))


class StyleList:
    """The lists of a styles part: each item of ``cellXfs``, ``fonts`` … as its own text."""

    def __init__(self, xml: bytes, name: str = "", file: str = "") -> None:
        self.part = Part(xml, name, file)
        self.items: dict[str, list[str]] = {}
        self._read()
        self.known = {kind: {canonical(item): n for n, item in reversed([*enumerate(items)])}
                      for kind, items in self.items.items()}  # fmt: skip
        self.codes = dict(map(_format, self.items.get("numFmts", ())))

    def _read(self) -> None:
        data, stack, begun = self.part.data, [""], 0
        parser = expat.ParserCreate("utf-8")

        def start(name: str, _: object) -> None:
            nonlocal begun
            stack.append(name.rpartition(":")[2])
            if len(stack) == 3:
                self.items.setdefault(stack[2], [])
            elif len(stack) == 4:
                begun = parser.CurrentByteIndex

        def end(_: str) -> None:
            if len(stack) == 4:
                at = parser.CurrentByteIndex
                # expat gives no reliable end for <a/>: there the element ends with its first tag
                stop = data.index(b">", at if data[at : at + 2] == b"</" and at > begun else begun) + 1
                self.items[stack[2]].append(data[begun:stop].decode())
            stack.pop()

        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.Parse(data, True)


def _format(item: str) -> tuple[int, str]:
    said = {name: value[1:-1] for name, value in _ATTRIBUTE.findall(item)}
    return int(said.get("numFmtId", "0")), said.get("formatCode", "").replace('"', "&quot;")


class StyleMerge:
    """The book's styles, to which formats of the template are added as they are asked for."""

    def __init__(self, book: bytes, template: bytes, name: str = "", file: str = "") -> None:
        self.book, self.template = StyleList(book, name, file), StyleList(template)
        self.xml = book
        self.prefix = self.book.part.prefix
        self.added: dict[str, list[str]] = {}
        self._cells: dict[int, int] = {0: 0}
        self._rules: dict[int, int] = {}
        inside = [_format(m[0]) for item in self.book.items.get("dxfs", ()) for m in _DXF_FORMAT.finditer(item)]
        self.next_format = max([FIRST_OWN - 1, *self.book.codes, *(number for number, _ in inside)]) + 1
        self.own_codes = {code: number for number, code in reversed(self.book.codes.items())}
        self.rule_codes = {code: number for number, code in inside}

    def cell(self, index: int) -> int:
        """The book's cell format that looks like the template's ``index``."""
        if index not in self._cells:
            self._cells[index] = self._cell(self.template.items["cellXfs"][index])
        return self._cells[index]

    def rule(self, index: int) -> int:
        """The book's format for conditional rules that looks like the template's ``index``."""
        if index not in self._rules:
            item = _DXF_FORMAT.sub(self._rule_format, self.template.items["dxfs"][index])
            self._rules[index] = self._placed("dxfs", item)
        return self._rules[index]

    def _cell(self, item: str) -> int:
        head = item[: item.index(">")]
        new = _ATTRIBUTE.sub(self._pointed, head)
        return self._placed("cellXfs", new + item[len(head) :])

    def _pointed(self, match: re.Match[str]) -> str:
        name, number = match[1], match[2][1:-1]
        if name == "numFmtId":
            return f'numFmtId="{self._number(int(number))}"'
        if name in _POINTS:
            kind = _POINTS[name]
            return f'{name}="{self._placed(kind, self.template.items[kind][int(number)])}"'
        return match[0]

    def _number(self, number: int) -> int:
        code = self.template.codes.get(number)
        if code is None:
            return number
        if code not in self.own_codes:
            self.own_codes[code] = self.rule_codes.get(code, self.next_format)
            self.next_format = max(self.next_format, self.own_codes[code] + 1)
            self._placed("numFmts", f'<numFmt numFmtId="{self.own_codes[code]}" formatCode="{code}"/>')
        return self.own_codes[code]

    def _rule_format(self, match: re.Match[str]) -> str:
        """A number format inside a rule's format carries its own code; its number must mean no other."""
        _, code = _format(match[0])
        number = self.own_codes.get(code) or self.rule_codes.get(code)
        if number is None:
            number = self.rule_codes[code] = self.next_format
            self.next_format += 1
        return f'<{match[1]}numFmt numFmtId="{number}" formatCode="{code}"/>'

    def _placed(self, kind: str, item: str) -> int:
        known = self.book.known.setdefault(kind, {})
        name = canonical(item)
        if name not in known:
            known[name] = len(self.book.items.setdefault(kind, []))
            self.book.items[kind].append(item)
            self.added.setdefault(kind, []).append(_prefixed(item, self.prefix))
        return known[name]

    def result(self) -> bytes:
        """The book's styles part with what was added; the same bytes if nothing was."""
        if not self.added:
            return self.xml
        part = self.book.part
        for kind, items in self.added.items():
            _extend(part, kind, items, len(self.book.items[kind]))
        self.added = {}
        return bytes(part)


def _prefixed(item: str, prefix: str) -> str:
    return re.sub(r"<(/?)(?:[\w.-]+:)?([\w.-]+)", rf"<\g<1>{prefix}\g<2>", item)


def _extend(part: Part, kind: str, items: list[str], count: int) -> None:
    """New last children of a list of the styles part; the list itself at its place if it was not there."""
    child, text = part.child(kind), "".join(items)
    if child is None:
        name = part.prefix + kind
        part.add(f"<{name} count={quoteattr(str(count))}>{text}</{name}>", _ORDER[_ORDER.index(kind) + 1 :])
        return
    end = part.data.index(b">", child.start) + 1
    head = re.sub(rb"""(\bcount\s*=\s*["'])[0-9]+""", rb"\g<1>%d" % count, part.data[child.start : end])
    if head.endswith(b"/>"):
        closing = f"</{part.prefix}{kind}>".encode()
        part.data = part.data[: child.start] + head[:-2].rstrip() + b">" + closing + part.data[end:]
    else:
        part.data = part.data[: child.start] + head + part.data[end:]
    part.add_inside(kind, text)
