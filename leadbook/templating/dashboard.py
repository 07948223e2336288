"""The Dashboard sheet: key figures and native charts over fixed blocks that leadbook fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from leadbook.templating.draft import Draft
from leadbook.templating.look import ACCENT, INK, LINE, MUTED, RAMP, SHADE
from leadbook.templating.tables import set_footer

TILES: Final = (
    "run.as_of",
    "run.leads",
    "run.interactions",
    "template.dash.tier_a",
    "template.dash.high_value",
    "template.dash.overdue",
    "template.dash.errors",
    "template.dash.warnings",
)
_TOP: Final = 4
_TILE_ROWS, _CHART_ROWS = 34, 15
_FIGURES: Final = 22
_CHART_SIZE: Final = (500, 300)
# Lines of words above the last chart: what its figures leave out, and which fields nobody fills (T10, T12).
NOTES: Final = ("forecast_note", "unused_note")
_APART: Final = 14
_ROW_HIGH: Final = 20  # pixels of a row below the tiles
_NOTES_ABOVE: Final = 3  # the row of charts, from 0, that the notes stand above
# The first row below three rows of charts; the tiles are as high as _TILE_ROWS points.
_BELOW_TILES: Final = _NOTES_ABOVE * (_CHART_SIZE[1] + _APART) - len(TILES) * _TILE_ROWS * 4 // 3
_NOTES_ROW: Final = _TOP + len(TILES) + -(-_BELOW_TILES // _ROW_HIGH)
_NOTES_HIGH: Final = (len(NOTES) + 1) * _ROW_HIGH


@dataclass(frozen=True)
class Block:
    """A fixed block of figures: its name, size, headers (label keys) and fixed first-column texts."""

    name: str
    rows: int
    headers: tuple[str, ...]
    styles: tuple[str, ...]
    rows_of: str = ""


# Blocks stand below each other; a block with fixed row texts has one column more, not in its name.
BLOCKS: Final = (
    Block("tiers", 6, ("template.axis.leads",), ("int",), "tier"),
    Block("quadrants", 5, ("template.axis.leads",), ("int",), "quadrant"),
    Block(
        "weeks",
        26,
        ("week.week", "week.up", "week.down", "template.dash.tier_a", "week.errors"),
        ("text", "int", "int", "int", "int"),
    ),
    Block("overdue", 20, ("team.rep", "template.dash.open", "template.dash.overdue"), ("text", "int", "int")),
    Block("quality", 15, ("issue.field", "template.axis.share"), ("text", "percent")),
    Block(
        "forecast",
        12,
        ("forecast.rep", *(f"choice.tier.{tier}" for tier in ("A", "B", "C", "D", "nurture"))),
        ("text", *("amount",) * 5),
    ),
)



@dataclass(frozen=True)
class Plot:
    """One chart: block, type, title, (column, colour) of its series, words of its axes, (down, across)."""

    block: str
    kind: str
    title: str
    series: tuple[tuple[int, str], ...]
    across: str
    up: str
    place: tuple[int, int]
    subtype: str = ""
    wide: bool = False


PLOTS: Final = (
    Plot("tiers", "bar", "tiers", ((1, RAMP[1]),), "result.tier", "template.axis.leads", (0, 0)),
    Plot("quadrants", "bar", "quadrants", ((1, RAMP[0]),), "result.quadrant", "template.axis.leads", (0, 1)),
    Plot(
        "weeks",
        "column",
        "movement",
        ((1, RAMP[0]), (2, "#C7A252")),
        "week.week",
        "template.axis.leads",
        (1, 0),
    ),
    Plot(
        "weeks", "line", "weeks", ((3, RAMP[0]), (4, "#B3261E")), "week.week", "template.axis.count", (1, 1)
    ),
    Plot(
        "overdue",
        "column",
        "overdue",
        ((1, RAMP[3]), (2, "#B3261E")),
        "team.rep",
        "template.axis.steps",
        (2, 0),
    ),
    Plot("quality", "bar", "quality", ((1, RAMP[1]),), "issue.field", "template.axis.share", (2, 1)),
    Plot(
        "forecast",
        "column",
        "forecast",
        tuple(enumerate(RAMP[:5], 1)),
        "forecast.rep",
        "template.axis.amount",
        (3, 0),
        "stacked",
        wide=True,
    ),
)


def _tiles(draft: Draft) -> None:
    sheet, look = draft.sheets["dashboard"], draft.look
    for row, key in enumerate(TILES, _TOP):
        line = {"bg_color": SHADE, "bottom": 5, "bottom_color": "#FFFFFF", "valign": "vcenter"}
        sheet.write_string(
            row, 1, draft.text(key), look.make(text_wrap=True, indent=1, font_color=MUTED, **line)
        )
        number = look.make(
            bold=True,
            font_size=13 if row == _TOP else 18,
            font_color=ACCENT,
            align="right",
            indent=1,
            num_format="yyyy-mm-dd" if row == _TOP else "0",
            **line,
        )
        sheet.write_blank(row, 2, None, number)
        sheet.set_row(row, _TILE_ROWS)
    draft.define("LB_Dash.summary", "dashboard", _TOP, 2, _TOP + len(TILES) - 1, 2)


def _figures(draft: Draft) -> dict[str, tuple[int, int]]:
    """Write all blocks; block name to (header row, column of its row texts)."""
    sheet, look, places = draft.sheets["dashboard"], draft.look, {}
    row = _TOP
    sheet.write_string(row - 1, _FIGURES, draft.text("template.figures"), look.heading)
    for block in BLOCKS:
        places[block.name] = (row, _FIGURES)
        first = _FIGURES + (1 if block.rows_of else 0)
        if block.rows_of:
            sheet.write_string(row, _FIGURES, draft.labels.header("result", block.rows_of), look.strong)
        for across, key in enumerate(block.headers, first):
            sheet.write_string(row, across, draft.text(key), look.strong)
        codes = draft.catalogue.choices[block.rows_of] if block.rows_of else ()
        for down in range(block.rows):
            if block.rows_of:
                label = draft.labels.choice(block.rows_of, codes[down])
                sheet.write_string(row + 1 + down, _FIGURES, label, look.body("text"))
            for across, style in enumerate(block.styles, first):
                sheet.write_blank(row + 1 + down, across, None, look.body(style))
        right = first + len(block.styles) - 1
        draft.define(f"LB_Dash.{block.name}", "dashboard", row + 1, first, row + block.rows, right)
        row += block.rows + 3
    return places


def _series(draft: Draft, plot: Plot, column: int, colour: str, place: tuple[int, int]) -> dict[str, Any]:
    top, left = place
    rows = next(b.rows for b in BLOCKS if b.name == plot.block)
    series: dict[str, Any] = {
        "name": draft.address("dashboard", top, left + column, top, left + column),
        "categories": draft.address("dashboard", top + 1, left, top + rows, left),
        "values": draft.address("dashboard", top + 1, left + column, top + rows, left + column),
    }
    if plot.kind == "line":
        first = column == plot.series[0][0]
        # Line and marker differ as well as the colour, for grey prints.
        series["line"] = {"color": colour, "width": 2.25, "dash_type": "solid" if first else "dash"}
        series["marker"] = {
            "type": "circle" if first else "square",
            "size": 6,
            "fill": {"color": colour},
            "border": {"color": colour},
        }
    else:
        series |= {"fill": {"color": colour}, "border": {"color": INK, "width": 0.5}, "gap": 60}
    if len(plot.series) == 1:
        series["data_labels"] = {"value": True, "font": {"size": 9, "color": INK}}
    return series


def _chart(draft: Draft, plot: Plot, place: tuple[int, int]) -> None:
    chart = draft.workbook.add_chart({"type": plot.kind, **({"subtype": plot.subtype} if plot.subtype else {})})
    for column, colour in plot.series:
        chart.add_series(_series(draft, plot, column, colour, place))
    font = {"size": 9, "color": INK}
    soft: dict[str, Any] = {"num_font": font, "name_font": {"size": 9, "color": MUTED, "bold": False}}
    names = {**soft, "name": draft.text(plot.across), "reverse": plot.kind == "bar", "line": {"color": MUTED}}
    values = {
        **soft,
        "name": draft.text(plot.up),
        "min": 0,
        "major_gridlines": {"visible": True, "line": {"color": LINE}},
    }
    if plot.block == "quality":
        values |= {"max": 1, "num_format": "0%"}
    else:
        values["num_format"] = "#,##0"
    if plot.kind == "bar":  # the first item on top, its scale at the bottom; bars lie, so the axes swap
        names, values = values | {"label_position": "high"}, names
    chart.set_x_axis(names)
    chart.set_y_axis(values)
    title = draft.text(f"template.chart.{plot.title}")
    chart.set_title({"name": title, "name_font": {"size": 12, "color": ACCENT}})
    chart.set_legend({"position": "bottom", "font": font} if len(plot.series) > 1 else {"none": True})
    chart.set_size({"width": _CHART_SIZE[0] * (2 if plot.wide else 1) + (_APART if plot.wide else 0),
                    "height": _CHART_SIZE[1]})  # fmt: skip
    down, across = plot.place
    draft.sheets["dashboard"].insert_chart(
        _TOP,
        4,
        chart,
        {
            "x_offset": across * (_CHART_SIZE[0] + _APART),
            "y_offset": down * (_CHART_SIZE[1] + _APART) + (_NOTES_HIGH if down == _NOTES_ABOVE else 0),
            "description": title,
        },
    )


def _notes(draft: Draft) -> None:
    """The lines between the third and the fourth row of charts, in rows of known height."""
    sheet, look = draft.sheets["dashboard"], draft.look
    for row in range(_TOP + len(TILES), _NOTES_ROW + len(NOTES)):
        sheet.set_row_pixels(row, _ROW_HIGH)
    for row, name in enumerate(NOTES, _NOTES_ROW):
        sheet.write_blank(row, 4, None, look.make(font_color=MUTED))
        draft.define(f"LB_Dash.{name}", "dashboard", row, 4, row, 4)


def write_dashboard(draft: Draft) -> None:
    """Tiles at the left, seven charts beside them, their figures at the right."""
    sheet = draft.sheets["dashboard"]
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 2)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 15)
    sheet.set_column(3, 3, 2)
    sheet.set_column(_FIGURES, _FIGURES, 22)
    sheet.set_column(_FIGURES + 1, _FIGURES + 5, 14)
    sheet.set_row(0, 30)
    sheet.write_string(0, 1, draft.sheet_name("dashboard"), draft.look.title)
    sheet.write_string(1, 1, draft.purpose("dashboard"), draft.look.note)
    sheet.freeze_panes(_TOP - 1, 0)
    _tiles(draft)
    places = _figures(draft)
    _notes(draft)
    for plot in PLOTS:
        _chart(draft, plot, places[plot.block])
    sheet.set_landscape()
    sheet.center_horizontally()
    sheet.set_paper(9)
    sheet.print_area(0, 0, _NOTES_ROW + len(NOTES) + 18, _FIGURES - 3)
    sheet.fit_to_pages(1, 1)
    set_footer(draft, sheet)
