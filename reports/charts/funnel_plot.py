"""The funnel plot: areas by how much there is of them, with the limits within which chance alone puts them.

It answers "which areas differ by more than chance" and ranks nobody: no order by value is drawn or told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.charts import words
from reports.charts.drawing import above, drawn, nothing, rows, upright
from reports.charts.layout import dodged, labelled, leader, scale, wrapped
from reports.charts.picture import Picture
from reports.charts.points import Value, marks_of, number, shown
from reports.charts.style import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    DASHED,
    DOTTED,
    HIGH,
    INK,
    ORANGE,
    PAPER,
    SIZE,
    WIDE,
)

WITHIN, OUTSIDE, FAR = "within 95 % limits", "outside 95 % limits", "outside 99.8 % limits"
LOOKS = {WITHIN: ("circle", DARK_BLUE), OUTSIDE: ("triangle-up", ORANGE), FAR: ("square", DARK_PINK)}
LIMITS = ("95 % limits", "99.8 % limits")
CURVE = 120  # places along each limit


@dataclass(frozen=True)
class Area:
    """One area: what it has of what is counted against (`denominator`) and its figure; named on the chart or not."""

    name: str
    numerator: Value
    denominator: Value
    value: Value
    named: bool = True


@dataclass(frozen=True)
class _Placed:
    area: Area
    x: float
    y: float
    kind: str


def funnel_plot(
    areas: Sequence[Area],
    *,
    title: str,
    unit: str,
    of: str,
    period: str,
    benchmark: float,
    benchmark_name: str,
    scale_of: float,
) -> Picture:
    """Areas against limits around a benchmark: binomial where `unit` is a per cent, Poisson for rates.

    `of`: the denominator in words ("children aged 10 to 17"). `scale_of`: what a figure is given per (100, 10000).
    `benchmark`: the figure all are held to, by its name. Source: `reports.statistics.funnel_rates`.
    """
    placed, span = _place(areas, unit, benchmark, scale_of)
    chart = _chart(areas, placed, span, unit, of, benchmark, benchmark_name, scale_of)
    told = {p.area.name: p.kind for p in placed}
    table = [
        {
            "Area": a.name,
            "Numerator": shown(a.numerator),
            "Denominator": shown(a.denominator),
            unit: shown(a.value, unit),
            "Against chance": told.get(a.name, "not compared"),
        }
        for a in areas
    ]
    return Picture(
        drawn(chart), _words(areas, told, title, unit, period, benchmark, benchmark_name), title, table
    )


def _limits(at, unit: str, benchmark: float, per: float):
    from reports.statistics import funnel_rates, funnel_shares

    return (funnel_shares if unit.startswith("%") else funnel_rates)(at, benchmark, per)


def _place(areas: Sequence[Area], unit: str, benchmark: float, per: float):
    """The areas that can be shown, each judged, and the least and most of the horizontal axis."""
    told = [(a, number(a.denominator), number(a.value)) for a in areas]
    told = [(a, x, y) for a, x, y in told if x and y is not None]
    if not told:
        return [], (0.0, 1.0)
    xs, ys = [x for _, x, _ in told], [y for _, _, y in told]
    far = _limits(xs, unit, benchmark, per).outside(ys).tolist()
    kinds = {0.0: WITHIN, 95.0: OUTSIDE, 99.8: FAR}
    placed = [_Placed(a, x, y, kinds[f]) for (a, x, y), f in zip(told, far, strict=True)]
    pad = max((max(xs) - min(xs)) * 0.15, max(xs) * 0.08)
    return placed, (max(min(xs) - pad, min(xs) / 2), max(xs) + pad)


def _words(areas, told: dict[str, str], title, unit, period, benchmark, benchmark_name) -> str:
    mean = words.figure(benchmark, unit)
    said = [f"Funnel plot: {title}, {period}. Unit: {unit}. {benchmark_name}: {mean}."]
    named = [a for a in areas if a.named and a.name in told]
    said += [f"{a.name}: {words.figure(a.value, unit)}, {told[a.name]}." for a in named]
    others = [told[a.name] for a in areas if not a.named and a.name in told]
    counts = words.listed([f"{others.count(k)} {k}" for k in LOOKS if k in others])
    said += [f"Other areas: {counts}."] if others else []
    said += [] if told else ["No figure can be shown."]
    return " ".join([*said, *words.gaps((a.name, a.value) for a in areas)])


def _chart(areas, placed, span, unit, of, benchmark, benchmark_name, per):
    import altair as alt

    hidden = [f"{a.name} {shown(a.value)}" for a in areas if number(a.value) is None]
    below = [of[:1].upper() + of[1:]]
    if hidden:
        below.append(f"Not drawn: {', '.join(hidden)} ({words.key(marks_of(a.value for a in areas))})")
    below = [line for text in below for line in wrapped(text, WIDE, SIZE)]
    if not placed:
        return alt.layer(*nothing()).properties(width=WIDE, height=HIGH, title=above([unit, *below]))
    curves = _curves(span, unit, benchmark, per)
    ends = _ends(placed, curves, unit, benchmark)
    axis = alt.Axis(title=below, format=",.0f", tickCount=6)
    x = alt.X("x:Q", scale=alt.Scale(domain=span, nice=False, zero=False), axis=axis)
    named = f"{benchmark_name} {shown(benchmark, unit)}"
    lines = _lines(curves, x, ends, benchmark, named)
    lines_at = [at for c in curves for at in ((c["x"], c["y"]), (c["x"], benchmark))]
    names = _names(placed, lines_at, span, x, ends)
    return alt.layer(*lines, *names[:-1], *_dots(placed, x, ends), names[-1]).properties(
        width=WIDE, height=HIGH, title=above(unit)
    )


def _curves(span, unit: str, benchmark: float, per: float) -> list[dict]:
    import numpy as np

    at = np.linspace(*span, CURVE)
    limits = _limits(at, unit, benchmark, per)
    ends = ((limits.lower_95, limits.upper_95), (limits.lower_998, limits.upper_998))
    return [
        {"x": round(float(x), 3), "y": round(float(y), 6), "line": name, "side": f"{name} {side}"}
        for name, both in zip(LIMITS, ends, strict=True)
        for side, line in zip(("lower", "upper"), both, strict=True)
        for x, y in zip(at, line, strict=True)
    ]


def _ends(placed, curves, unit: str, benchmark: float) -> tuple[float, float, float]:
    """High enough for every area and for the limits where areas are; the limits run off the top further left."""
    first = min(p.x for p in placed)
    high = [c["y"] for c in curves if c["x"] >= first]
    return scale([benchmark, *(p.y for p in placed), *high], at_most=100 if unit.startswith("%") else None)


def _lines(curves, x, ends, benchmark: float, named: str) -> list:
    """The benchmark and the limits, each named at its right end."""
    import altair as alt

    xs = [c["x"] for c in curves]
    flat = [{"x": at, "y": benchmark, "line": named, "side": named} for at in (min(xs), max(xs))]
    lines = [*flat, *(c for c in curves if c["y"] <= ends[1])]
    dash = alt.Scale(domain=[named, *LIMITS], range=[[1, 0], DASHED, DOTTED])
    last = [c for c in lines if c["x"] == max(xs)]
    reach = ends[1] - ends[0]
    places = dodged([HIGH * (ends[1] - c["y"]) / reach for c in last], 0, HIGH)
    texts = [
        {"text": c["line"], "y": ends[1] - at * reach / HIGH} for c, at in zip(last, places, strict=True)
    ]
    y = upright("y", ends)
    line = alt.Chart(rows(lines)).mark_line(color=DARK_GREY, strokeWidth=1.5)
    text = alt.Chart(rows(texts)).mark_text(align="left", color=INK)
    return [
        line.encode(x=x, y=y, detail="side:N", strokeDash=alt.StrokeDash("line:N", scale=dash, legend=None)),
        text.encode(x=alt.value(WIDE + 6), y=y, text="text:N"),
    ]


def _dots(placed: Sequence[_Placed], x, ends) -> list:
    import altair as alt

    there = [k for k in LOOKS if any(p.kind == k for p in placed)]
    legend = alt.Legend(title=None)
    shapes, colours = ([LOOKS[k][n] for k in there] for n in (0, 1))
    drawn_last = sorted(placed, key=lambda p: p.area.named)  # the named ones lie on top
    data = rows({"x": p.x, "y": p.y, "kind": p.kind, "size": 100 if p.area.named else 30} for p in drawn_last)
    return [
        alt.Chart(data)
        .mark_point(filled=True, opacity=1, stroke=PAPER, strokeWidth=1)
        .encode(
            x=x,
            y=upright("y", ends),
            shape=alt.Shape("kind:N", legend=legend, scale=alt.Scale(domain=there, range=shapes)),
            color=alt.Color("kind:N", legend=legend, scale=alt.Scale(domain=there, range=colours)),
            size=alt.Size("size:Q", legend=None, scale=None),
        )
    ]


def _names(placed: Sequence[_Placed], lines_at, span, x, ends) -> list:
    """The names of the areas to be named, clear of points and lines, and what leads to those further off."""
    import altair as alt

    across, up = (span[1] - span[0]) / WIDE, (ends[1] - ends[0]) / HIGH

    def pixel(at: float, value: float) -> tuple[float, float]:
        return (at - span[0]) / across, (ends[1] - value) / up

    named = [p for p in placed if p.area.named]
    small = [pixel(p.x, p.y) for p in placed if not p.area.named] + [pixel(*at) for at in lines_at]
    taken = [(px - 3, py - 3, px + 3, py + 3) for px, py in small]
    points, texts = [pixel(p.x, p.y) for p in named], [p.area.name for p in named]
    at = labelled(points, texts, taken, (WIDE, HIGH))
    data = [
        {"text": text, "x": span[0] + left * across, "y": ends[1] - middle * up}
        for text, (left, middle) in zip(texts, at, strict=True)
    ]
    leads = [
        {"text": text, "x": span[0] + px * across, "y": ends[1] - py * up}
        for text, point, label in zip(texts, points, at, strict=True)
        for px, py in leader(point, label, text)
    ]
    lead = alt.Chart(rows(leads)).mark_line(color=DARK_GREY, strokeWidth=0.75)
    text = alt.Chart(rows(data)).mark_text(align="left", baseline="middle", color=INK)
    y = upright("y", ends)
    return [lead.encode(x=x, y=y, detail="text:N"), text.encode(x=x, y=y, text="text:N")]
