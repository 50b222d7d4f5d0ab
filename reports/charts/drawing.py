"""From a chart to its drawing, without any network; and the parts that several charts share.

Altair is loaded only here and inside what draws, so that naming a chart costs nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from reports.charts.layout import ticks, width, wrapped
from reports.charts.points import Point, mark
from reports.charts.style import CONFIG, FONT, HIGH, INK, PALE, SIZE, WIDE

ID = re.compile(r'\bid="([^"]+)"')
LINES = re.compile(r'<text([^>]* transform="[^"]*)("[^>]*)>((?:<tspan[^>]*>[^<]*</tspan>)+)</text>')
LINE_OF = re.compile(r'<tspan(?: x="[^"]*" dy="([^"]*)")?>([^<]*)</tspan>')
LABEL = 26  # the pixels below an axis that the name of a month needs


def drawn(chart) -> str:
    """An Altair chart as SVG; the same chart gives the same bytes, and nothing is fetched."""
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.split(".")[:2])
    svg = vl_convert.vegalite_to_svg(
        chart.to_dict(validate=False),  # to validate costs as much as to draw, and a chart of ours is valid
        vl_version=version,
        config=CONFIG,
        allowed_base_urls=[],
        format_locale="en-GB",
        time_format_locale="en-GB",
    )
    svg = re.sub(r' (class|role|aria-[a-z]+|pointer-events|font-family|opacity(?==.1"))="[^"]*"', "", svg)
    svg = re.sub(r"<text[^>]*/>", "", LINES.sub(_one_text_a_line, svg))
    return _own_ids(svg.replace("<svg ", f'<svg font-family="{FONT}" ', 1))


def _one_text_a_line(found: re.Match) -> str:
    """Lines of one text as texts of their own: what makes the PDF centres them all by the widest otherwise."""
    before, after, lines = found.groups()
    down, made = 0.0, ""
    for step, line in LINE_OF.findall(lines):
        down += float(step or 0)
        made += f"<text{before} translate(0,{down:g}){after}>{line}</text>"
    return made


def _own_ids(svg: str) -> str:
    """The renderer numbers ids through its whole life; here they begin at 0 in every drawing."""
    for n, old in enumerate(dict.fromkeys(ID.findall(svg))):
        svg = re.sub(rf'(\bid="|url\(#|href="#){re.escape(old)}(?=["\)])', rf"\g<1>drawn-{n}", svg)
    return svg


def rows(values: Sequence[dict]):
    """Rows as the data of a chart, inside it."""
    import altair as alt

    return alt.Data(values=list(values))


def above(text: str | Sequence[str]):
    """What the vertical axis counts, above it and level, where it is read first."""
    import altair as alt

    return alt.TitleParams(text=wrapped(text, WIDE, SIZE) if isinstance(text, str) else text)


def upright(field: str, ends: tuple[float, float, float]):
    """The vertical axis from `ends` (bottom, top, step), with the numbers given and no others."""
    import altair as alt

    bottom, top, step = ends
    form = ",.0f" if step == int(step) else ",.1f" if round(step * 10) == step * 10 else ",.2~f"
    axis = alt.Axis(values=ticks(*ends), format=form, title=None)
    return alt.Y(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[bottom, top], nice=False, zero=False))


def along(points: Sequence[Point], below: Sequence[str] = (), wide: float = WIDE):
    """The axis of periods in the order given; labels that would touch are left out, `below` stands under it."""
    import altair as alt

    order = [p.period for p in points]
    if len(set(order)) < len(order):
        raise ValueError(f"a period stands twice in one series: {', '.join(order)}")
    axis = alt.Axis(
        labelExpr=f"({json.dumps(_labels(points, wide))})[datum.value]",
        labelAngle=0,
        labelOverlap=False,
        title=[line for text in below for line in wrapped(text, wide, SIZE)] or None,
    )
    return alt.X("period:O", sort=order, scale=alt.Scale(type="point", padding=0.5, domain=order), axis=axis)


def _labels(points: Sequence[Point], wide: float) -> dict[str, list[str]]:
    need = max((width(p.label or p.period) for p in points), default=LABEL) + 4
    every = max(1, -int(-need // (wide / max(len(points), 1))))
    said, labels = None, {}
    for n, point in enumerate(points):
        labels[point.period] = [""]
        if (len(points) - 1 - n) % every == 0:  # the last is what people look for
            labels[point.period] = [point.label or point.period]
            if point.under and point.under != said:
                said = point.under
                labels[point.period].append(said)
    return labels


def nothing(wide: float = WIDE, high: float = HIGH) -> list:
    """The words that stand where no figure can be drawn, so that an empty picture is not taken for noughts."""
    import altair as alt

    text = alt.Chart(rows([{"text": "No figure can be shown"}])).mark_text(fontSize=14, color=INK)
    return [text.encode(x=alt.value(wide / 2), y=alt.value(high / 2), text="text:N")]


def gap_marks(points: Sequence[Point], x, ends: tuple[float, float, float], wide: float = WIDE) -> list:
    """A pale band and a letter for each point that cannot be shown: never a place on the scale, least of all 0."""
    import altair as alt

    found = [
        {"period": p.period, "mark": mark(p.value), "bottom": ends[0], "top": ends[1]}
        for p in points
        if p.number is None
    ]
    if not found:
        return []
    base = alt.Chart(rows(found)).encode(x=x)
    step = min(wide / max(len(points), 1) * 0.8, 40)
    band = base.mark_bar(size=step, color=PALE).encode(y=upright("bottom", ends), y2="top:Q")
    letter = base.mark_text(dy=12, fontWeight="bold", fontSize=13, color=INK)
    return [band, letter.encode(y=upright("top", ends), text="mark:N")]
