"""Small multiples: one panel an area, all on the same scale, in the order given and never by value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts import words
from reports.charts.drawing import along, drawn, gap_marks, nothing, rows, upright
from reports.charts.layout import scale
from reports.charts.picture import Picture
from reports.charts.points import Point, marks_of, shown
from reports.charts.style import DARK_BLUE, INK, PAPER

COLUMNS, ONE, TALL = 2, 290, 150
SAME = "All panels have the same scale"


@dataclass(frozen=True)
class Panel:
    """One area and its figures; every panel of a picture has the same periods."""

    area: str
    points: tuple[Point, ...]


def small_multiples(panels: Sequence[Panel], *, title: str, unit: str) -> Picture:
    """One small line chart an area, side by side on one scale, the last figure of each named.

    ValueError where the panels do not have the same periods.
    """
    if len({tuple(p.period for p in panel.points) for panel in panels}) > 1:
        raise ValueError("the panels of one picture must have the same periods")
    table = [
        {"Area": panel.area, "Period": p.period, unit: shown(p.value, unit)}
        | {"Part received": "yes" if p.partial else ""}
        for panel in panels
        for p in panel.points
    ]
    return Picture(drawn(_chart(panels, unit)), _words(panels, title, unit), title, table)


def _words(panels: Sequence[Panel], title: str, unit: str) -> str:
    span = words.span(panels[0].points) if panels else "no period"
    said = [f"Small line charts, one an area: {title}, {span}. Unit: {unit}. {SAME}."]
    for panel in panels:
        told = [*words.ends(panel.points, unit), *words.partial(panel.points)]
        told += words.gaps((p.period, p.value) for p in panel.points)[:-1]
        said.append(f"{panel.area}: {' '.join(told)}")
    hidden = any(p.number is None for panel in panels for p in panel.points)
    return " ".join([*said, *([words.NOT_NOUGHT] if hidden else [])])


def _chart(panels: Sequence[Panel], unit: str):
    import altair as alt

    every = [p for panel in panels for p in panel.points]
    ends = scale([p.number for p in every], at_most=100 if unit.startswith("%") else None)
    notes = [SAME] if len(panels) > 1 else []
    notes += ["Hollow: part received, may still change"] if any(p.partial for p in every) else []
    notes += filter(None, [words.key(marks_of(p.value for p in every))])
    last = len(panels) - 1 - (len(panels) - 1) % COLUMNS  # the notes stand once, below the last row
    drawings = [_panel(panel, unit, ends, notes if n == last else []) for n, panel in enumerate(panels)]
    grid = alt.concat(*drawings, columns=COLUMNS, spacing={"row": 22, "column": 46})
    return grid.properties(title=alt.TitleParams(text=unit, offset=14))


def _panel(panel: Panel, unit: str, ends, notes: Sequence[str]):
    import altair as alt

    x, y = along(panel.points, notes, ONE), upright("value", ends)
    told = [p for p in panel.points if p.number is not None]
    data = rows(
        {"period": p.period, "value": p.number, "hollow": p.partial, "order": n, "text": shown(p.value, unit)}
        | {"last": bool(told) and p is told[-1]}
        for n, p in enumerate(panel.points)
    )
    base = alt.Chart(data).encode(x=x, y=y)
    dots = base.transform_filter("isValid(datum.value)")
    layers = [
        *gap_marks(panel.points, x, ends, ONE),
        base.mark_line(color=DARK_BLUE, strokeWidth=2).encode(order="order:Q"),
        dots.transform_filter("!datum.hollow").mark_point(filled=True, size=40, color=DARK_BLUE, opacity=1),
        dots.transform_filter("datum.hollow").mark_point(fill=PAPER, size=40, color=DARK_BLUE, opacity=1),
        dots.transform_filter("datum.last")
        .mark_text(dx=9, align="left", color=INK, fontWeight="bold")
        .encode(text="text:N"),
        *([] if told else nothing(ONE, TALL)),
    ]
    title = alt.TitleParams(text=panel.area, fontSize=13, fontWeight="bold", offset=8)
    return alt.layer(*layers).properties(width=ONE, height=TALL, title=title)
