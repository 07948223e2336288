"""How a form looks: a darker sister of the book, drawn so that a grey print keeps its order."""

from __future__ import annotations

from typing import Any, Final

from leadbook.templating.look import ACCENT, INK, LINE, MUTED, PAPER, SHADE, Look

BAND_INKS: Final = ("#1F4E79", "#2F5D34", "#7A5B15", "#56407A", "#0F5C63", "#8A3F2A")
BAND_FILLS: Final = ("#DCE8F3", "#E4EEDF", "#F8EFD9", "#ECE5F2", "#DFEFEE", "#F5E5E1")
FIELD_LINE: Final = "#AEB9C4"
LABEL_FILL: Final = "#F5F7F9"
_BOX: Final = {"border": 1, "border_color": FIELD_LINE}


class FormLook:
    """Formats of a form, made from the workbook's ``Look``."""

    def __init__(self, look: Look) -> None:
        self.look = look

    @property
    def title(self) -> Any:
        return self.look.make(
            bold=True, font_size=17, font_color=PAPER, bg_color=ACCENT, valign="vcenter", indent=1
        )

    @property
    def strip(self) -> Any:
        """The line under the title that stays in sight."""
        return self.look.make(
            bold=True, font_color=ACCENT, bg_color=SHADE, valign="vcenter", indent=1, bottom=2, bottom_color=ACCENT
        )

    @property
    def note(self) -> Any:
        return self.look.make(font_size=9, font_color=MUTED, text_wrap=True, valign="vcenter")

    def band(self, number: int) -> Any:
        """A group's heading; thick line below, so that it shows without colour."""
        at = number % len(BAND_FILLS)
        return self.look.make(
            bold=True, font_size=11, font_color=BAND_INKS[at], bg_color=BAND_FILLS[at], valign="vcenter", indent=1,
            bottom=2, bottom_color=BAND_INKS[at],
        )  # fmt: skip

    @property
    def label(self) -> Any:
        return self.look.make(
            font_size=9, font_color=INK, bg_color=LABEL_FILL, text_wrap=True, valign="vcenter", indent=1,
            num_format="@", **_BOX
        )

    def field(self, style: str) -> Any:
        """An input cell: text (as typed), int, amount, date or datetime."""
        extra: dict[str, Any] = {"num_format": "@", "text_wrap": True, "valign": "vcenter"}
        formats = {"int": "0", "amount": "#,##0", "date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm"}
        if style in formats:
            extra = {"num_format": formats[style], "align": "left", "valign": "vcenter"}
        return self.look.make(bg_color=PAPER, indent=1, **{"align": "left", **extra}, **_BOX)

    @property
    def finding(self) -> Any:
        """A cell of the list of what is to be mended: small, since texts are long."""
        return self.look.make(
            num_format="@", text_wrap=True, valign="vcenter", align="left", indent=1, font_size=9, bg_color=PAPER,
            **_BOX
        )

    def result(self, style: str = "text") -> Any:
        """A cell that is not typed into: live score, answer of leadbook."""
        formats = {"int": "0", "percent": "0%", "date": "yyyy-mm-dd"}
        extra: dict[str, Any] = {"num_format": formats.get(style, "General"), "align": "left"}
        return self.look.make(
            bold=True, bg_color=SHADE, font_color=INK, text_wrap=True, valign="vcenter", indent=1, **extra, **_BOX
        )

    @property
    def key(self) -> Any:
        """A key cell that nobody sees."""
        return self.look.make(font_size=6, font_color=PAPER, num_format=";;;")

    @property
    def header(self) -> Any:
        return self.look.make(
            bold=True, font_color=PAPER, bg_color=ACCENT, text_wrap=True, valign="vcenter", indent=1, border=1,
            border_color=LINE
        )
