"""Pictures of one indicator: an area through time, areas or parts side by side, areas against chance."""

from __future__ import annotations

from dataclasses import replace

from reports.charts import Area, Break, Panel, Picture, Point, funnel_plot, month, run_chart, small_multiples
from reports.indicators.catalogue import period as said_period
from reports.indicators.series import ALL, COUNTY, DISTRICTS, Series
from reports.reading import Figure, number

MOST = 12  # panels of one picture that can still be told apart
LATEST = 13  # periods in one panel, beyond which marks would touch; a year and its month before


def trend(series: Series, area: str, kind: str, part: tuple[str, str] = ALL) -> Picture:
    """One area through time, with the limits of chance where there are enough figures, anew after each break."""
    line = series.line(area, kind, part)
    title = f"{series.indicator.name}{_of(series, part)}: {series.areas[area]}"
    return run_chart(
        [_point(f) for f in line], title=title, unit=series.indicator.unit, breaks=_breaks(series, area, line)
    )


def side_by_side(series: Series, kind: str, part: tuple[str, str] = ALL) -> Picture:
    """The areas on one scale, in their fixed order; South Yorkshire among them only where size does not matter."""
    shown = [a for a in series.areas if a in DISTRICTS or (a == COUNTY and series.indicator.is_compared)]
    shown = shown or [*series.areas]
    panels = [Panel(series.areas[a], _points(series, a, kind, part)) for a in shown]
    title = f"{series.indicator.name}{_of(series, part)}: areas side by side"
    return small_multiples(panels, title=title, unit=series.indicator.unit)


def parts(series: Series, area: str, kind: str, breakdown: str) -> Picture | None:
    """The parts of a breakdown of one area on one scale; None where they are too many to draw."""
    values = series.parts[breakdown]
    if len(values) > MOST:
        return None
    panels = [
        Panel(label, _points(series, area, kind, (breakdown, value))) for value, label in values.items()
    ]
    title = f"{series.indicator.name} by {breakdown}: {series.areas[area]}"
    drawn = small_multiples(panels, title=title, unit=series.indicator.unit)
    # The panels here are parts and not areas, and are to be called so.
    table = [{"Part" if k == "Area" else k: v for k, v in row.items()} for row in drawn.table]
    return replace(drawn, alt=drawn.alt.replace("one an area", "one a part", 1), table=table)


def funnel(series: Series, kind: str, period: str, part: tuple[str, str] = ALL) -> Picture | None:
    """The areas against the limits of chance around South Yorkshire; None where there is nothing to hold them to."""
    county = series.at(COUNTY, kind, period, part)
    indicator = series.indicator
    if not indicator.is_compared or county is None or county.number is None or number(county.lower) is None:
        return None
    if indicator.is_share and county.number > 100:
        return None
    found = [series.at(a, kind, period, part) for a in DISTRICTS]
    areas = [Area(f.area, f.numerator, f.denominator, f.value) for f in found if f]
    if not areas:
        return None
    return funnel_plot(
        areas,
        title=f"{indicator.name}{_of(series, part)}",
        unit=indicator.unit,
        of=indicator.denominator or "what it is counted against",
        period=said_period(county),
        benchmark=county.number,
        benchmark_name="South Yorkshire",
        scale_of=indicator.scale,
    )


def _of(series: Series, part: tuple[str, str]) -> str:
    return "" if part == ALL else f", {series.parts[part[0]][part[1]]}"


def _points(series: Series, area: str, kind: str, part: tuple[str, str]) -> tuple[Point, ...]:
    """A point for each of the latest periods: one the release has no figure of is not received as far as it says."""
    found = ((p, series.at(area, kind, p.period, part)) for p in series.periods(kind)[-LATEST:])
    return tuple(_point(f) if f else replace(_point(p), value="x", partial=False) for p, f in found)


def _point(figure: Figure) -> Point:
    value = figure.value if figure.number is not None else figure.value or "x"
    partial = (
        figure.status in ("part received", "incomplete follow-up") or figure.provisional == "provisional"
    )
    if figure.period_kind == "month":
        return month(figure.start_date, value, partial)
    if figure.period_kind == "quarter":
        return Point(said_period(figure), value, partial, figure.period[-2:], figure.period[:-3])
    return Point(said_period(figure), value, partial)


def _breaks(series: Series, area: str, line: list[Figure]) -> list[Break]:
    """The breaks of a known day that lie within the line, each at the first period it bears on."""
    found: dict[str, list[str]] = {}
    for b in series.broken(area, line[0].breakdown if line else "all"):
        at = [f for f in line if b["break_date"] and f.end_date >= b["break_date"]]
        if at and at[0] is not line[0]:
            found.setdefault(_point(at[0]).period, []).append(b["note"].rstrip("."))
    return [Break(period, "; ".join(notes)) for period, notes in found.items()]
