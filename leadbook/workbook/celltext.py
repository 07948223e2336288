"""From a value to the bytes of its cell: typed strings, numbers, dates, formulas with their value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from leadbook.model.raw import CellError

from .cellvalues import serial_of
from .refs import letter

TEXT_LIMIT: Final = 32_767
CUT_MARK: Final = "…"
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff"
_SPECIAL = re.compile(f"[&<>{_CONTROL}\ud800-\udfff\n\t]")
_ODD = re.compile(f"[{_CONTROL}\ud800-\udfff]|_(?=x[0-9A-Fa-f]{{4}}[_{_CONTROL}])")
_SPACES = re.compile(r"\A\s|\s\Z|\n|\t|  ")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without its ``=``, and the value it shows before Excel recalculates."""

    text: str
    value: str | float | bool | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """A cell as it stands in the part, to be set down elsewhere: its bytes stay, only ``r`` changes."""

    xml: bytes


class _Remove:
    __slots__ = ()


REMOVE: Final = _Remove()


def fits(text: str) -> bool:
    """Whether a text fits into one cell (32,767 UTF-16 units)."""
    return len(text) <= TEXT_LIMIT // 2 or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= TEXT_LIMIT


def xml_text(text: str) -> str:
    """Text as character data: illegal characters as ``_xHHHH_``, look-alikes of that form protected."""
    text = _ODD.sub(_escape, text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"
    return f"_x{ord(char):04X}_"


def cut(text: str) -> str:
    """The text, shortened with an ellipsis if it is longer than a cell can hold."""
    if fits(text):
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (TEXT_LIMIT - 1)]
    return units.decode("utf-16-le", "ignore") + CUT_MARK


class Renderer:
    """Writes the part of a cell after its address and style; one per sheet (prefix, date system)."""

    def __init__(self, prefix: str, date1904: bool) -> None:
        self.p = prefix
        self.shift = 1462.0 if date1904 else 0.0
        self.close = f"</{prefix}c>"

    def tail(self, value: Any) -> str:
        """What follows ``<c r=".." s=".."``; NaN, infinities and missing values give an empty cell."""
        kind = type(value)
        if kind is str:
            return self.string(value)
        if kind is Formula:
            return self.formula(value)
        if kind is float or kind is int:
            text = figure(value)
            return f"><{self.p}v>{text}</{self.p}v>{self.close}" if text else "/>"
        if value is None or kind.__name__ in ("NaTType", "NAType"):
            return "/>"
        if kind is bool:
            return f' t="b"><{self.p}v>{int(value)}</{self.p}v>{self.close}'
        return self.other(value)

    def string(self, text: str) -> str:
        """A typed string: never a formula, whatever it starts with."""
        p = self.p
        if not text:
            return "/>"
        odd = text[0] == " " or text[-1] == " " or "_x" in text or "  " in text
        if not odd and _SPECIAL.search(text) is None and fits(text):
            return f' t="inlineStr"><{p}is><{p}t>{text}</{p}t></{p}is>{self.close}'
        text = cut(text)
        space = ' xml:space="preserve"' if _SPACES.search(text) else ""
        return f' t="inlineStr"><{p}is><{p}t{space}>{xml_text(text)}</{p}t></{p}is>{self.close}'

    def other(self, value: Any) -> str:
        if isinstance(value, Formula):
            return self.formula(value)
        if isinstance(value, date):
            return self.tail(self.serial(value))
        if isinstance(value, CellError):
            return f' t="e"><{self.p}v>{xml_text(value.code)}</{self.p}v>{self.close}'
        if isinstance(value, str | float | int):
            base = next(cls for cls in (bool, str, float, int) if isinstance(value, cls))
            return self.tail(base(value))
        if type(value).__module__ == "numpy":
            return self.tail(value.astype("M8[us]").item() if hasattr(value, "astype") and
                             value.dtype.kind == "M" else value.item())
        raise TypeError(f"no cell form for {type(value).__name__}")

    def serial(self, moment: date) -> float:
        """Serial number of a date or date-time in this book's date system."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        return serial_of(moment.replace(tzinfo=None)) - self.shift

    def formula(self, cell: Formula) -> str:
        p, value = self.p, cell.value
        head = f"><{p}f>{xml_text(cell.text)}</{p}f>"
        if isinstance(value, bool):
            return f' t="b"{head}<{p}v>{int(value)}</{p}v>{self.close}'
        if isinstance(value, str):
            return f' t="str"{head}<{p}v>{xml_text(cut(value))}</{p}v>{self.close}'
        text = "" if value is None else figure(value)
        return f"{head}<{p}v>{text}</{p}v>{self.close}" if text else head + self.close


def figure(value: float | int) -> str:
    """A number as XML double, shortest form that reads back the same; empty if it has no finite form."""
    number = float(value)
    if number - number != 0:
        return ""
    if number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return repr(number)


def placed(xml: bytes, row: int, col: int) -> bytes:
    """The bytes of a cell with another address; all else as it stands."""
    ref = f' r="{letter(col)}{row}"'.encode()
    end = xml.index(b">")
    head = re.sub(rb"""\sr\s*=\s*(?:"[^"]*"|'[^']*')""", b"", xml[:end], count=1)
    name = re.match(rb"<[^\s/>]+", head)
    assert name is not None
    return head[: name.end()] + ref + head[name.end():] + xml[end:]
