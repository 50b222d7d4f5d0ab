"""Run charts small enough for a cell: thirteen months, the limits of chance, and which points are signals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from reports.charts import Break, Picture, Point, words
from reports.charts.points import shown
from reports.charts.stretches import Stretch, signals, stretches_of
from reports.charts.style import DARK_BLUE, DARK_GREY, GRID, INK, ORANGE, PAPER

WIDE, HIGH, EDGE = 108, 22, 5
FEWEST = 2  # of one figure there is nothing to see that its number does not say


def spark(
    points: Sequence[Point], title: str, unit: str, breaks: Sequence[Break] | None = None
) -> Picture | None:
    """A line of months on a scale of its own from 0; None where it would be empty.

    It has limits, anew after each of the `breaks`, unless these are None. A signal is a diamond, a figure part
    received hollow, one that is hidden or was not received a cross below the line.
    """
    numbers = [p.number for p in points if p.number is not None]
    if len(numbers) < FEWEST:
        return None
    stretches = judged(points, breaks)
    told = [v for s in stretches for v in (s.lower, s.upper) if v is not None]
    place = _placing(len(points), min(0, *numbers, *told), max(1e-9, *numbers, *told))
    drawn = [*_limits(stretches, place), *_lines(points, place), *_dots(points, stretches, place)]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" viewBox="0 0 {WIDE} {HIGH}">'
        f"{''.join(drawn)}</svg>"
    )
    return Picture(svg, _words(points, stretches, title, unit), title, [])


def judged(points: Sequence[Point], breaks: Sequence[Break] | None) -> list[Stretch]:
    """The stretches of a line; one without limits where there are none to be."""
    if breaks is None:
        return [Stretch(tuple(points), None, None, None, (frozenset(),) * len(points))]
    return stretches_of(points, breaks)


def _placing(count: int, least: float, most: float):
    step = (WIDE - 2 * EDGE) / max(1, count - 1)
    tall = (HIGH - 2 * EDGE) / (most - least)
    return lambda n, value: (round(EDGE + n * step, 1), round(HIGH - EDGE - (value - least) * tall, 1))


def _limits(stretches: Sequence[Stretch], place) -> list[str]:
    drawn, start = [], 0
    for s in stretches:
        end = start + len(s.points) - 1
        if s.mean is not None:
            (left, top), (right, bottom) = place(start, s.upper), place(end, s.lower)
            middle = place(start, s.mean)[1]
            drawn.append(
                f'<path d="M{left},{top}H{right}V{bottom}H{left}Z" fill="{GRID}" fill-opacity="0.6"/>'
                f'<path d="M{left},{middle}H{right}" stroke="{DARK_GREY}" stroke-width="0.75" stroke-dasharray="3 2"/>'
            )
        start = end + 1
    return drawn


def _lines(points: Sequence[Point], place) -> list[str]:
    """One line for each run of figures: a gap breaks it."""
    drawn = []
    for is_known, run in groupby(enumerate(points), key=lambda p: p[1].number is not None):
        at = [place(n, p.number) for n, p in run] if is_known else []
        if len(at) > 1:
            path = "L".join(f"{x},{y}" for x, y in at)
            drawn.append(f'<path d="M{path}" fill="none" stroke="{DARK_BLUE}" stroke-width="1.5"/>')
    return drawn


def _dots(points: Sequence[Point], stretches: Sequence[Stretch], place) -> list[str]:
    kinds = [bool(kind) for s in stretches for kind in s.kinds]
    return [_dot(n, p, kinds[n], n == len(points) - 1, points, place) for n, p in enumerate(points)]


def _dot(n: int, point: Point, is_signal: bool, is_last: bool, points: Sequence[Point], place) -> str:
    if point.number is None:
        x, y = place(n, 0)[0], HIGH - EDGE
        return f'<path d="M{x - 2},{y - 2}l4,4m0,-4l-4,4" stroke="{DARK_GREY}" stroke-width="1"/>'
    x, y = place(n, point.number)
    if is_signal:
        return f'<path d="M{x},{y - 4}l4,4l-4,4l-4,-4Z" fill="{ORANGE}" stroke="{INK}" stroke-width="0.75"/>'
    if point.partial:
        return f'<circle cx="{x}" cy="{y}" r="2.5" fill="{PAPER}" stroke="{DARK_BLUE}"/>'
    lonely = all(p.number is None for p in (*points[max(0, n - 1) : n], *points[n + 1 : n + 2]))
    return f'<circle cx="{x}" cy="{y}" r="2.5" fill="{DARK_BLUE}"/>' if is_last or lonely else ""


def _words(points: Sequence[Point], stretches: Sequence[Stretch], title: str, unit: str) -> str:
    said = [f"{title}, {words.span(points)}.", *words.ends(points, unit)]
    for s in stretches:
        if s.mean is not None:
            mean, lower, upper = (shown(v, unit) for v in (s.mean, s.lower, s.upper))
            told = "; ".join(signals(s, unit)) or "none"
            said.append(f"Mean {mean}, limits {lower} and {upper}. Signals: {told}.")
    return " ".join([*said, *words.partial(points), *words.gaps((p.period, p.value) for p in points)])
