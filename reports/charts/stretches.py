"""A series cut at its breaks, each stretch with its control limits and its signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.charts import words
from reports.charts.points import Point

FEWEST = 10  # figures on one side of a break, below which limits would say more than is known
BEYOND = "outside the limits"
SHIFT, TREND = "7 or more on one side of the mean", "6 or more rising or falling"


@dataclass(frozen=True)
class Break:
    """A break in a series: from `period` on it is counted otherwise, as `note` says."""

    period: str
    note: str


@dataclass(frozen=True)
class Stretch:
    """The points from one break to the next, with their limits (`lower` to `upper`; None where too few)."""

    points: tuple[Point, ...]
    mean: float | None
    lower: float | None
    upper: float | None
    kinds: tuple[frozenset[str], ...]


def stretches_of(points: Sequence[Point], breaks: Sequence[Break], unit: str = "") -> list[Stretch]:
    """The points cut before each break, every stretch judged by itself."""
    starts, number, counted = {b.period for b in breaks}, 0, []
    for point in points:
        number += point.period in starts
        counted.append((number, point))
    ceiling = 100.0 if unit.startswith("%") else None
    return [
        _stretch(tuple(p for _, p in group), ceiling) for _, group in groupby(counted, key=lambda c: c[0])
    ]


def _stretch(points: tuple[Point, ...], ceiling: float | None) -> Stretch:
    from reports.statistics import xmr

    judged = [None if p.partial else p.number for p in points]
    told = [v for v in judged if v is not None]
    limits = xmr(judged, floor=0.0 if told and min(told) >= 0 else None, ceiling=ceiling)
    if len(told) < FEWEST or limits.mean != limits.mean:
        return Stretch(points, None, None, None, (frozenset(),) * len(points))
    found = {BEYOND: limits.beyond, SHIFT: limits.shift, TREND: limits.trend}
    kinds = tuple(frozenset(k for k, at in found.items() if at[n]) for n in range(len(points)))
    return Stretch(points, limits.mean, limits.lower, limits.upper, kinds)


def signals(stretch: Stretch, unit: str) -> list[str]:
    """The signals of a stretch in words: points outside the limits, then runs to one side, then trends."""
    found = [
        f"{p.period}, {words.figure(p.value, unit)}, is {'above' if p.number > stretch.upper else 'below'} the limits"
        for p, kinds in zip(stretch.points, stretch.kinds, strict=True)
        if BEYOND in kinds
    ]
    pairs = list(zip(stretch.points, stretch.kinds, strict=True))
    for kind in (SHIFT, TREND):
        for way, run in _runs(pairs, kind, stretch.mean):
            found.append(f"{len(run)} in a row {way}, {words.span(run)}")
    return found


def _runs(pairs, kind: str, mean: float):
    """The runs of a kind as (words, points): where one way turns straight into the other there are two."""
    for has, group in groupby(pairs, key=lambda pair: kind in pair[1]):
        run = [p for p, _ in group]
        if not has:
            continue
        if kind == SHIFT:
            for over, part in groupby(run, key=lambda p: p.number > mean):
                yield f"{'above' if over else 'below'} the mean", list(part)
            continue
        start = 0
        for n in range(1, len(run)):
            up = run[n].number > run[n - 1].number
            if n + 1 == len(run) or (run[n + 1].number > run[n].number) != up:
                if n - start >= 5:  # shorter than six points: only the turn between two long runs
                    yield "rising" if up else "falling", run[start : n + 1]
                start = n
