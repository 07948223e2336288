"""How a workbook looks: colours, fonts, and one cell format for each way of showing a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadbook.model.catalogue import Field

INK: Final = "#1F2933"
MUTED: Final = "#66737F"
LINE: Final = "#D5DBE1"
ACCENT: Final = "#0F5C63"
SLATE: Final = "#3B4A59"
SAND: Final = "#8A6D3B"
SHADE: Final = "#EEF3F4"
PAPER: Final = "#FFFFFF"
BANDS: Final = ("#DCE8F3", "#E4EEDF", "#F8EFD9", "#ECE5F2", "#DFEFEE", "#F5E5E1")
TABS: Final = {"rep": "#3B6EA5", "leadbook": ACCENT, "settings": SAND}
# Dark to light, so that the order shows on a grey print too.
RAMP: Final = ("#0F3D47", "#2A7886", "#7FB3BC", "#BFD8DC", "#E3E8EC", "#A8B0B8")

FONTS: Final[Mapping[str, str]] = {"zh-Hans": "Microsoft YaHei", "zh-Hant": "Microsoft JhengHei"}
FONT_SIZE: Final = 10

# Text is stored as text ('@'), so that "1-5", "2015-03", phone numbers and tax ids stay as typed.
STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"num_format": "@"},
    "wrap": {"num_format": "@", "text_wrap": True},
    "int": {"num_format": "0", "align": "right", "indent": 1},
    "number": {"align": "right", "indent": 1},
    "percent": {"num_format": "0%", "align": "right", "indent": 1},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "datetime": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    "link": {"font_color": "#1F5FA8", "underline": 1},
    "amount": {"num_format": "#,##0", "align": "right", "indent": 1},
}
_BY_KIND: Final = {
    "integer": "int",
    "number": "number",
    "percent": "percent",
    "date": "date",
    "datetime": "datetime",
    "link": "link",
}


def style_of(field: Field) -> str:
    """The name in ``STYLES`` of a column's body cells, bound to the column's kind."""
    if field.table == "forecast" and field.kind == "number":
        return "amount"
    return _BY_KIND.get(field.kind) or ("wrap" if field.wrap else "text")


def font_of(language: str) -> str:
    """A font that Windows and macOS Excel have for the language's script."""
    return FONTS.get(language, "Calibri")


class Look:
    """Formats of one workbook, each made once. Names: ``title``, ``note``, ``key`` …; bodies by style."""

    def __init__(self, workbook: Any, language: str) -> None:
        self._workbook = workbook
        self._base = {
            "font_name": font_of(language),
            "font_size": FONT_SIZE,
            "font_color": INK,
            "valign": "top",
        }
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def make(self, **properties: Any) -> Any:
        """The format with these XlsxWriter properties over the workbook's base font."""
        whole = {**self._base, **properties}
        name = tuple(sorted(whole.items()))
        if name not in self._made:
            self._made[name] = self._workbook.add_format(whole)
        return self._made[name]

    def mark(self, **properties: Any) -> Any:
        """A format for a conditional rule: only what differs from the cell."""
        name = ("mark", True), *sorted(properties.items())
        if name not in self._made:
            self._made[name] = self._workbook.add_format(properties)
        return self._made[name]

    def body(self, style: str, shaded: bool = False, edge: bool = False) -> Any:
        """A body cell; ``shaded`` for leadbook's columns beside a rep's, ``edge`` for a line at the left."""
        extra: dict[str, Any] = {"border": 1, "border_color": LINE}
        if shaded:
            extra["bg_color"] = SHADE
        if edge:
            extra |= {"left": 2, "left_color": ACCENT}
        return self.make(**STYLES[style], **extra)

    def column(self, style: str, shaded: bool = False) -> Any:
        """The format of a whole column, so that rows typed below the table look right."""
        return self.make(**STYLES[style], **({"bg_color": SHADE} if shaded else {}))

    def header(self, owner: str) -> Any:
        """A table header; the owner's colour behind white letters."""
        colour = ACCENT if owner == "leadbook" else SLATE
        return self.make(
            bold=True,
            font_color=PAPER,
            bg_color=colour,
            text_wrap=True,
            valign="top",
            border=1,
            border_color=PAPER,
        )

    def band(self, colour: str) -> Any:
        return self.make(bold=True, bg_color=colour, valign="vcenter", indent=0)

    @property
    def title(self) -> Any:
        return self.make(bold=True, font_size=18, font_color=ACCENT, valign="vcenter")

    @property
    def note(self) -> Any:
        return self.make(font_color=MUTED, valign="vcenter")

    @property
    def key(self) -> Any:
        return self.make(font_color=MUTED, font_size=8)

    @property
    def heading(self) -> Any:
        return self.make(
            bold=True, font_size=13, font_color=ACCENT, bottom=2, bottom_color=ACCENT, valign="vcenter"
        )

    @property
    def prose(self) -> Any:
        return self.make(text_wrap=True)

    @property
    def strong(self) -> Any:
        return self.make(bold=True, text_wrap=True)
