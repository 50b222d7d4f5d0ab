"""The run chart: monthly counts with the limits within which chance moves them (XmR)."""

from __future__ import annotations

from collections.abc import Sequence

from reports.charts import words
from reports.charts.drawing import above, along, drawn, gap_marks, nothing, rows, upright
from reports.charts.layout import dodged, scale
from reports.charts.picture import Picture
from reports.charts.points import Point, marks_of, shown
from reports.charts.stretches import BEYOND, FEWEST, SHIFT, TREND, Break, Stretch, signals, stretches_of
from reports.charts.style import (
    DARK_BLUE,
    DARK_GREY,
    DARK_PINK,
    DASHED,
    HIGH,
    INK,
    ORANGE,
    PAPER,
    TURQUOISE,
    WIDE,
)

USUAL = "within the limits"
KINDS = {USUAL: ("circle", DARK_BLUE), BEYOND: ("diamond", ORANGE), SHIFT: ("square", DARK_PINK)} | {
    TREND: ("triangle-up", TURQUOISE)
}
MEAN, UPPER, LOWER = "Mean", "Upper limit", "Lower limit"


def run_chart(points: Sequence[Point], *, title: str, unit: str, breaks: Sequence[Break] = ()) -> Picture:
    """Monthly counts as a line with XmR limits, anew after each break, and their signals by shape and in words.

    Figures part received are drawn hollow and neither make limits nor are judged by them. No limits are drawn
    for fewer than 10 figures. Breaks outside the periods are left out; ValueError if a period stands twice.
    Source of the rules: `reports.statistics.xmr`.
    """
    breaks = [b for b in breaks if b.period in {p.period for p in points}]
    stretches = stretches_of(points, breaks, unit)
    chart = _chart(points, stretches, breaks, unit)
    alt = _words(points, stretches, breaks, title, unit)
    return Picture(drawn(chart), alt, title, _table(stretches, unit))


def _table(stretches: Sequence[Stretch], unit: str) -> list[dict]:
    return [
        {
            "Period": p.period,
            unit: shown(p.value, unit),
            "Mean": _limit(s.mean, unit),
            "Lower limit": _limit(s.lower, unit),
            "Upper limit": _limit(s.upper, unit),
            "Signal": "; ".join(k for k in KINDS if k in kinds),
            "Part received": "yes" if p.partial else "",
        }
        for s in stretches
        for p, kinds in zip(s.points, s.kinds, strict=True)
    ]


def _limit(value: float | None, unit: str) -> str:
    return "" if value is None else shown(value, unit)


def _words(points, stretches, breaks, title, unit) -> str:
    said = [f"Run chart: {title}, {words.span(points)}. Unit: {unit}.", *words.ends(points, unit)]
    for s in stretches:
        of = f" from {words.span(s.points)}" if len(stretches) > 1 else ""
        if s.mean is None:
            said.append(f"Fewer than {FEWEST} figures{of}: no limits are drawn.")
        else:
            said.append(
                f"Mean{of} {_limit(s.mean, unit)}, limits {_limit(s.lower, unit)} and {_limit(s.upper, unit)}."
            )
    found = [line for s in stretches for line in signals(s, unit)]
    if any(s.mean is not None for s in stretches):
        said.append(f"Signals: {'; '.join(found) or 'none'}.")
    said += [f"Series break at {b.period}: {b.note}." for b in breaks]
    said += words.partial(points)
    return " ".join([*said, *words.gaps((p.period, p.value) for p in points)])


def _chart(points, stretches, breaks, unit):
    import altair as alt

    limits = [v for s in stretches for v in (s.mean, s.lower, s.upper)]
    ends = scale([*(p.number for p in points), *limits])
    x = along(points, _below(points, breaks))
    layers = [
        *gap_marks(points, x, ends),
        *_limits(stretches, unit, x, ends),
        *_breaks(breaks, x, ends, len(points)),
    ]
    layers += [*_figures(points, stretches, x, ends)]
    layers += [] if any(p.number is not None for p in points) else nothing()
    return alt.layer(*layers).properties(width=WIDE, height=HIGH, title=above(unit))


def _below(points: Sequence[Point], breaks: Sequence[Break]) -> list[str]:
    said = [f"Break at {b.period}: {b.note}" for b in breaks]
    said += ["Hollow: part received, may still change"] if any(p.partial for p in points) else []
    return [*said, *filter(None, [words.key(marks_of(p.value for p in points))])]


def _figures(points, stretches, x, ends) -> list:
    import altair as alt

    kinds = [kind for s in stretches for kind in s.kinds]
    stretch = [n for n, s in enumerate(stretches) for _ in s.points]
    first = [next((k for k in (BEYOND, SHIFT, TREND) if k in kind), USUAL) for kind in kinds]
    data = rows(
        {"period": p.period, "value": p.number, "kind": kind, "hollow": p.partial, "order": n, "stretch": of}
        for n, (p, kind, of) in enumerate(zip(points, first, stretch, strict=True))
    )
    there = [k for k in KINDS if k in first]
    legend = None if there in ([USUAL], []) else alt.Legend(title=None, symbolStrokeWidth=1.5)
    key = {
        "shape": alt.Shape(
            "kind:N", legend=legend, scale=alt.Scale(domain=there, range=[KINDS[k][0] for k in there])
        ),
        "color": alt.Color(
            "kind:N", legend=legend, scale=alt.Scale(domain=there, range=[KINDS[k][1] for k in there])
        ),
    }
    base = alt.Chart(data).encode(x=x, y=upright("value", ends))
    line = base.mark_line(color=DARK_BLUE, strokeWidth=2).encode(order="order:Q", detail="stretch:N")
    dots = base.transform_filter("isValid(datum.value)").encode(**key)
    full = dots.transform_filter("!datum.hollow").mark_point(filled=True, size=70, opacity=1)
    hollow = dots.transform_filter("datum.hollow").mark_point(fill=PAPER, strokeWidth=2, size=60, opacity=1)
    return [line, full, hollow] if any(p.partial for p in points) else [line, full]


def _limits(stretches, unit, x, ends) -> list:
    """The mean and the limits of each stretch, named at the right edge by its last ones."""
    import altair as alt

    lines = [
        {"period": p.period, "value": value, "which": which, "stretch": n}
        for n, s in enumerate(stretches)
        if s.mean is not None
        for which, value in ((MEAN, s.mean), (UPPER, s.upper), (LOWER, s.lower))
        for p in s.points
    ]
    if not lines:
        return []
    last = next(s for s in reversed(stretches) if s.mean is not None)
    named = {
        f"{w} {shown(v, unit)}": v for w, v in ((UPPER, last.upper), (MEAN, last.mean), (LOWER, last.lower))
    }
    reach = ends[1] - ends[0]
    places = dodged([HIGH * (ends[1] - v) / reach for v in named.values()], 0, HIGH)
    base = alt.Chart(rows(lines)).mark_line(color=DARK_GREY, strokeWidth=1.5)
    dash = alt.StrokeDash(
        "which:N", legend=None, scale=alt.Scale(domain=[MEAN, UPPER, LOWER], range=[[1, 0], DASHED, DASHED])
    )
    text = alt.Chart(
        rows({"text": t, "y": ends[1] - at * reach / HIGH} for t, at in zip(named, places, strict=True))
    ).mark_text(align="left", color=INK)
    return [
        base.encode(x=x, y=upright("value", ends), strokeDash=dash, detail="stretch:N"),
        text.encode(x=alt.value(WIDE + 6), y=upright("y", ends), text="text:N"),
    ]


def _breaks(breaks: Sequence[Break], x, ends, points: int) -> list:
    """A dotted line before the first period that is counted otherwise."""
    import altair as alt

    if not breaks:
        return []
    base = alt.Chart(rows({"period": b.period, "text": "break", "top": ends[1]} for b in breaks)).encode(x=x)
    before = -WIDE / points / 2
    return [
        base.mark_rule(strokeDash=[2, 2], strokeWidth=1.5, color=INK, xOffset=before),
        base.mark_text(dy=-8, dx=before, fontStyle="italic").encode(y=upright("top", ends), text="text:N"),
    ]
