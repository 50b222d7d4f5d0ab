"""The pictures of a comparison: a run chart of one series, small multiples of several, a funnel plot of districts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reports.charts import Area, Break, Panel, Picture, Point, funnel_plot, month, run_chart, small_multiples
from reports.comparison.judging import ITSELF
from reports.comparison.told import Comparison, Row
from reports.reading import number

MOST_PANELS = 12
FEWEST_AREAS = 3


def pictures(comparison: Comparison) -> list[Picture]:
    """The pictures our figures of a comparison make; none where there is too little to draw."""
    series = _series(comparison)
    found = []
    if len(series) == 1 and len(comparison.ours) > 1:
        found.append(_run(comparison, *series.items()))
    elif 1 < len(series) <= MOST_PANELS and len({tuple(r.period for r in s) for s in series.values()}) == 1:
        found += _panels(comparison, series)
    return [*found, *_funnel(comparison)]


def _series(comparison: Comparison) -> dict[str, list[Row]]:
    """Our figures by area, and by breakdown value where one is asked."""
    found: dict[str, list[Row]] = {}
    for row in comparison.ours:
        part = f", {row.breakdown_label}" if comparison.breakdown != "all" else ""
        found.setdefault(f"{row.area}{part}", []).append(row)
    return found


def _point(by: str, row: Row) -> Point:
    partial = row.status in ("part received", "incomplete follow-up")
    if by == "month":
        return month(row.start_date, row.value, partial)
    label, under = (row.period[-2:], row.period[:-3]) if by == "quarter" else ("", "")
    return Point(row.period, row.value, partial, label, under)


def _run(comparison: Comparison, series: tuple[str, list[Row]]) -> Picture:
    name, rows = series
    points = [_point(comparison.by, row) for row in rows]
    cuts = [Break(_at(rows, points, b["date"]), b["note"]) for b in comparison.breaks if b["date"]]
    return run_chart(points, title=f"{comparison.indicator}, {name}", unit=comparison.unit, breaks=cuts)


def _at(rows: Sequence[Row], points: Sequence[Point], day: date) -> str:
    """The period from which a break counts: the first that begins on its day or later."""
    after = [p.period for row, p in zip(rows, points, strict=True) if row.start_date >= day]
    return after[0] if after else ""


def _panels(comparison: Comparison, series: dict[str, list[Row]]) -> list[Picture]:
    panels = [Panel(name, tuple(_point(comparison.by, row) for row in rows)) for name, rows in series.items()]
    if len(panels[0].points) < 2:
        return []
    return [small_multiples(panels, title=comparison.indicator, unit=comparison.unit)]


def _funnel(comparison: Comparison) -> list[Picture]:
    """Districts in the last period against the benchmark, where each figure is its numerator by its denominator."""
    if not comparison.is_share or comparison.breakdown != "all" or not comparison.ours:
        return []
    last = max(row.end_date for row in comparison.ours)
    rows = [r for r in comparison.ours if r.end_date == last and r.area_code not in ("SY", "U")]
    marks = {number(row.benchmark) for row in rows if row.compared != ITSELF} - {None}
    areas = [row for row in rows if row.compared != ITSELF and _is_plain(comparison, row)]
    if len(marks) != 1 or len(areas) < FEWEST_AREAS:
        return []
    return [
        funnel_plot(
            [Area(r.area, r.numerator, r.denominator, r.value) for r in areas],
            title=f"{comparison.indicator}, districts",
            unit=comparison.unit,
            of=comparison.denominator or "what it is counted against (the denominator)",
            period=rows[0].period,
            benchmark=marks.pop(),
            benchmark_name=comparison.benchmark.rpartition(" (")[0],
            scale_of=comparison.scale,
        )
    ]


def _is_plain(comparison: Comparison, row: Row) -> bool:
    above, below, value = number(row.numerator), number(row.denominator), number(row.value)
    if None in (above, below, value):
        return False
    return below > 0 and abs(value - comparison.scale * above / below) < 0.1
