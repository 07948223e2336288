"""The Matrix sheet: four quadrants as lists that people read, and a scatter chart over fixed cells (R11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadbook.templating.draft import Draft
from leadbook.templating.look import ACCENT, INK, LINE, MUTED, RAMP, SLATE
from leadbook.templating.marks import mark_tiers
from leadbook.templating.tables import set_footer

LIST_ROWS: Final = 12
POINT_ROWS: Final = 60
COLUMNS: Final = ("lead_name", "tier", "score", "next_step_due", "owner")
_WIDTHS: Final = (30, 11, 7, 12, 13)
_STYLES: Final = ("text", "text", "int", "date", "text")
_TOP, _BOTTOM, _LEFT, _RIGHT = 3, 20, 1, 7
_CHART_COLUMN, _POINTS_COLUMN = 13, 27
_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "int": {"num_format": "0", "align": "center"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "text": {"num_format": "@", "shrink": True},
}
PLACES: Final = {
    "schedule": (_TOP, _LEFT),
    "do_first": (_TOP, _RIGHT),
    "watch": (_BOTTOM, _LEFT),
    "respond": (_BOTTOM, _RIGHT),
}
_TITLES: Final = {"do_first": RAMP[0], "schedule": RAMP[1], "respond": SLATE, "watch": "#7B8794"}
_MARKERS: Final = {
    "do_first": {"type": "diamond", "size": 10, "fill": {"color": RAMP[0]}, "border": {"color": RAMP[0]}},
    "schedule": {"type": "circle", "size": 8, "fill": {"color": RAMP[1]}, "border": {"color": RAMP[0]}},
    "respond": {"type": "triangle", "size": 9, "fill": {"color": "#C7A252"}, "border": {"color": "#6B5523"}},
    "watch": {"type": "square", "size": 7, "fill": {"color": "#C3CBD3"}, "border": {"color": MUTED}},
}


def _panel(draft: Draft, quadrant: str) -> None:
    sheet, look = draft.sheets["matrix"], draft.look
    top, left = PLACES[quadrant]
    colour = _TITLES[quadrant]
    bar = look.make(bold=True, font_size=12, font_color="#FFFFFF", bg_color=colour, valign="vcenter")
    side = look.make(font_color="#FFFFFF", bg_color=colour, valign="vcenter", align="right")
    for across in range(len(COLUMNS)):
        sheet.write_blank(top, left + across, None, bar)
        header = look.make(
            bold=True,
            font_size=9,
            font_color=MUTED,
            bottom=1,
            bottom_color=colour,
            text_wrap=True,
            align="center" if COLUMNS[across] == "score" else "left",
        )
        sheet.write_string(top + 1, left + across, draft.labels.header("result", COLUMNS[across]), header)
    sheet.write_string(top, left, draft.labels.choice("quadrant", quadrant), bar)
    sheet.write_string(top, left + len(COLUMNS) - 1, draft.text(f"template.matrix.{quadrant}"), side)
    sheet.set_row(top, 24)
    sheet.set_row(top + 1, 28)
    first = top + 2
    for row in range(first, first + LIST_ROWS + 1):
        sheet.set_row(row, 19)
        for across, style in enumerate(_STYLES):
            last = row == first + LIST_ROWS
            cell = look.make(italic=True, font_color=MUTED) if last else _cell(draft, style)
            sheet.write_blank(row, left + across, None, cell)
    draft.define(f"LB_Matrix.{quadrant}", "matrix", first, left, first + LIST_ROWS, left + len(COLUMNS) - 1)
    mark_tiers(draft, "matrix", left + COLUMNS.index("tier"), (first, first + LIST_ROWS - 1))


def _cell(draft: Draft, style: str) -> Any:
    return draft.look.make(bottom=4, bottom_color=LINE, valign="vcenter", **_FORMATS[style])


def _points(draft: Draft) -> None:
    sheet, left = draft.sheets["matrix"], _POINTS_COLUMN
    sheet.write_string(_TOP, left, draft.text("template.figures"), draft.look.heading)
    headers = [draft.labels.header("result", "lead_name"), draft.labels.header("result", "urgency")]
    headers += [draft.labels.choice("quadrant", quadrant) for quadrant in _MARKERS]
    for across, header in enumerate(headers):
        sheet.write_string(_TOP + 1, left + across, header, draft.look.strong)
    for row in range(_TOP + 2, _TOP + 2 + POINT_ROWS):
        sheet.write_blank(row, left, None, draft.look.body("text"))
        for across in range(1, 6):
            sheet.write_blank(row, left + across, None, draft.look.body("int"))
    draft.define("LB_Matrix.points", "matrix", _TOP + 2, left, _TOP + 1 + POINT_ROWS, left + 5)


def _chart(draft: Draft) -> None:
    chart = draft.workbook.add_chart({"type": "scatter"})
    first, last = _TOP + 2, _TOP + 1 + POINT_ROWS
    for across, marker in enumerate(_MARKERS.values(), _POINTS_COLUMN + 2):
        chart.add_series(
            {
                "name": draft.address("matrix", _TOP + 1, across, _TOP + 1, across),
                "categories": draft.address("matrix", first, _POINTS_COLUMN + 1, last, _POINTS_COLUMN + 1),
                "values": draft.address("matrix", first, across, last, across),
                "marker": marker,
            }
        )
    font = {"size": 9, "color": INK}
    axis = {
        "min": 0,
        "max": 100,
        "crossing": 50,
        "label_position": "low",
        "major_unit": 25,
        "num_font": font,
        "name_font": font,
        "line": {"color": SLATE, "width": 1.5},
        "major_gridlines": {"visible": True, "line": {"color": LINE}},
    }
    chart.set_x_axis({**axis, "name": draft.labels.header("result", "urgency")})
    chart.set_y_axis({**axis, "name": draft.labels.header("result", "importance")})
    chart.set_title(
        {
            "name": draft.text("template.matrix.chart"),
            "name_font": {"size": 12, "color": ACCENT},
            "overlay": False,
        }
    )
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": 720, "height": 770})
    draft.sheets["matrix"].insert_chart(
        _TOP, _CHART_COLUMN, chart, {"description": draft.text("template.matrix.chart")}
    )


def write_matrix(draft: Draft) -> None:
    """Panels, axis words, the count of leads without a place, the chart and its figures."""
    sheet, look = draft.sheets["matrix"], draft.look
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 4)
    for left in (_LEFT, _RIGHT):
        for across, width in enumerate(_WIDTHS):
            sheet.set_column(left + across, left + across, width)
    sheet.set_column(_RIGHT - 1, _RIGHT - 1, 2)
    sheet.set_column(_RIGHT + len(COLUMNS), _RIGHT + len(COLUMNS), 3)
    sheet.set_column(_POINTS_COLUMN, _POINTS_COLUMN, 30)
    sheet.set_column(_POINTS_COLUMN + 1, _POINTS_COLUMN + 5, 12)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, draft.sheet_name("matrix"), look.title)
    sheet.write_string(1, 0, draft.text("template.purpose.matrix"), look.note)
    for quadrant in PLACES:
        _panel(draft, quadrant)
    turned = look.make(bold=True, font_color=MUTED, rotation=90, align="center", valign="vcenter")
    sheet.merge_range(_TOP, 0, _BOTTOM + LIST_ROWS + 2, 0, draft.text("template.matrix.up"), turned)
    below = _BOTTOM + LIST_ROWS + 3
    wide = look.make(bold=True, font_color=MUTED, align="center", valign="vcenter")
    sheet.merge_range(
        below, _LEFT, below, _RIGHT + len(COLUMNS) - 1, draft.text("template.matrix.right"), wide
    )
    sheet.write_string(below + 2, _LEFT, draft.text("template.matrix.unplaced"), look.note)
    count = look.make(bold=True, font_size=12, num_format="0", align="left")
    sheet.write_blank(below + 2, _RIGHT, None, count)
    draft.define("LB_Matrix.unplaced", "matrix", below + 2, _RIGHT, below + 2, _RIGHT)
    _points(draft)
    _chart(draft)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.print_area(0, 0, below + 3, _POINTS_COLUMN - 2)
    sheet.fit_to_pages(1, 1)
    set_footer(draft, sheet)
