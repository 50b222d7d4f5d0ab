"""How every chart looks: the Government Analysis Function's colours, one font, quiet lines."""

from __future__ import annotations

DARK_BLUE, TURQUOISE, DARK_PINK = "#12436D", "#28A197", "#801650"
ORANGE, DARK_GREY, LIGHT_PURPLE = "#F46A25", "#3D3D3D", "#A285D1"
COLOURS = (DARK_BLUE, TURQUOISE, DARK_PINK, ORANGE, DARK_GREY, LIGHT_PURPLE)
# Colour is never alone: each also has a shape and a dash of its own.
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
INK, PAPER, PALE, GRID = "#0B0C0C", "#FFFFFF", "#E9E9EB", "#D6D6D9"
# The first is in Debian and goes with the renderer, and the next has the same widths.
FONT = "Liberation Sans, Arial, Helvetica, DejaVu Sans, sans-serif"
SIZE = 12
WIDE, HIGH = 620, 300
DASHED, DOTTED = [6, 4], [2, 3]

_AXIS = {
    "labelFont": FONT,
    "titleFont": FONT,
    "labelFontSize": SIZE,
    "titleFontSize": SIZE,
    "labelColor": INK,
    "titleColor": INK,
    "titleFontWeight": "normal",
    "domainColor": DARK_GREY,
    "tickColor": DARK_GREY,
    "gridColor": GRID,
    "labelLimit": 0,
    "titleLimit": 0,
}
CONFIG = {
    "aria": False,  # the chart is one picture with one alternative, not a hundred marks read out one by one
    "background": PAPER,
    "font": FONT,
    "view": {"stroke": None},
    "axis": _AXIS,
    "axisX": {"grid": False, "titleAnchor": "start", "titleAlign": "left", "titlePadding": 10},
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "labelFont": FONT,
        "labelFontSize": SIZE,
        "labelColor": INK,
        "labelLimit": 0,
        "symbolSize": 100,
        "columnPadding": 18,
    },
    "title": {
        "anchor": "start",
        "frame": "group",
        "font": FONT,
        "fontSize": SIZE,
        "fontWeight": "normal",
        "color": INK,
        "offset": 12,
    },
    "header": {
        "labelFont": FONT,
        "labelFontSize": 13,
        "labelColor": INK,
        "labelFontWeight": "bold",
        "title": None,
    },
    "text": {"font": FONT, "fontSize": SIZE, "color": INK},
}
